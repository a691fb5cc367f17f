#include "compose/disposition.h"

#include <check.h>

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))
#define F "Content-Disposition: attachment"
#define A10 "aaaaaaaaaa"
#define A60 A10 A10 A10 A10 A10 A10
#define ZHONG "\xe4\xb8\xad"
#define ZHONG4 ZHONG ZHONG ZHONG ZHONG

Suite *suite_disposition(void);

static const struct {
	const char *name, *field;
} names[] = {
	{ "", F "\r\n" },
	{ "a.txt", F "; filename=a.txt\r\n" },
	{ "my report.pdf", F "; filename=\"my report.pdf\"\r\n" },
	{ "a;b.c", F "; filename=\"a;b.c\"\r\n" },
	/* what readers differ about is not put in quotes */
	{ "a\"b", F "; filename*=utf-8''a%22b\r\n" },
	{ "a\\b", F "; filename*=utf-8''a%5Cb\r\n" },
	{ "a  b", F "; filename*=utf-8''a%20%20b\r\n" },
	{ " a", F "; filename*=utf-8''%20a\r\n" },
	{ "=?x", F "; filename*=utf-8''%3D%3Fx\r\n" },
	{ "it's 5%*.x", F "; filename=\"it's 5%*.x\"\r\n" },
	{ ZHONG "'%*", F "; filename*=utf-8''%E4%B8%AD%27%25%2A\r\n" },
	{ A60, F ";\r\n filename=" A60 "\r\n" },
	{ A60 A10,
	    F ";\r\n filename*0*=utf-8''" A10 A10 A10 A10 A10
	      "aaaaa;\r\n filename*1*=aaaaaaaaaaaaaaa\r\n" },
	{ ZHONG4 ZHONG4,
	    F ";\r\n filename*0*=utf-8''%E4%B8%AD%E4%B8%AD%E4%B8%AD%E4%B8%AD"
	      "%E4%B8%AD%E4%B8%AD;\r\n filename*1*=%E4%B8%AD%E4%B8%AD\r\n" },
};

START_TEST(names_of_files)
{
	struct buf out = BUF(1000);

	disposition_add(&out, bytes_of(names[_i].name));
	ck_assert_str_eq(buf_text(&out), names[_i].field);
	buf_clear(&out);
}
END_TEST

Suite *
suite_disposition(void)
{
	Suite *s = suite_create("disposition");
	TCase *t = tcase_create("names");

	tcase_add_loop_test(t, names_of_files, 0, N(names));
	suite_add_tcase(s, t);
	return s;
}
