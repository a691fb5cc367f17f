#include "base/charset.h"

#include <check.h>

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

Suite *suite_charset(void);

static const struct {
	const char *name;
	struct bytes text, utf8;
	bool same;
} good[] = {
	{ "UTF-8", T("a\xc3\xa9\xf0\x9f\x98\x80"),
	    T("a\xc3\xa9\xf0\x9f\x98\x80"), true },
	{ "us-ascii", T("plain\0text"), T("plain\0text"), true },
	{ "ISO-8859-1", T("J\xf6rg"), T("J\xc3\xb6rg"), false },
	{ "ISO-8859-1", T("Joerg"), T("Joerg"), true },
	{ "GBK", T("\xd6\xd0\xce\xc4"), T("\xe4\xb8\xad\xe6\x96\x87"), false },
	{ "UTF-16LE", T("a\0b\0"), T("ab"), false },
	{ "ISO-2022-JP", T("\033$B$\"\033(B."), T("\xe3\x81\x82."), false },
	{ "UTF-8", T(""), T(""), true },
};

/* glibc's converters for these stumble where their room is full. */
START_TEST(a_full_room_stops_nobody)
{
	static const char *const names[] = { "EUC-JISX0213", "SHIFT_JISX0213",
		"TSCII" };
	static const struct bytes units[] = { T("\xa4\xf7\xb4\xc1 a\n"),
		T("\x82\xf5\x8a\xbf a\n"), T("\xab\xa1 a\n") };
	struct buf text = BUF(10000), one = BUF(100), out = BUF(100000);
	struct error e = ERROR_NONE;
	struct charset c;

	for (int i = 0; i < 700; i++)
		buf_add(&text, units[_i]);
	ck_assert_int_eq(charset_open(&c, names[_i], &e), 0);
	ck_assert(charset_text(&c, units[_i], &one));
	charset_close(&c);
	ck_assert_int_eq(charset_open(&c, names[_i], &e), 0);
	ck_assert(charset_text(&c, buf_bytes(&text), &out));
	charset_close(&c);
	ck_assert_uint_eq(out.n, 700 * one.n);
	buf_clear(&text);
	buf_clear(&one);
	buf_clear(&out);
}
END_TEST

/* In one piece, and octet for octet. */
START_TEST(text_is_decoded)
{
	struct error e = ERROR_NONE;
	struct charset c;
	struct buf out = BUF(100);

	for (size_t step = good[_i].text.n + 1; step > 0; step /= 2) {
		struct bytes left = bytes_head(good[_i].text, 0);
		struct bytes all = good[_i].text;

		ck_assert_int_eq(charset_open(&c, good[_i].name, &e), 0);
		while (left.p + left.n < all.p + all.n) {
			left.n += step;
			if (left.p + left.n > all.p + all.n)
				left.n = (size_t)(all.p + all.n - left.p);
			ck_assert(charset_decode(&c, &left, &out));
		}
		ck_assert_uint_eq(left.n, 0);
		ck_assert(charset_over(&c, &out));
		ck_assert(bytes_same(buf_bytes(&out), good[_i].utf8));
		ck_assert_int_eq(c.same, good[_i].same);
		ck_assert_int_eq(c.taken, (int)good[_i].text.n);
		charset_close(&c);
		buf_reset(&out);
	}
	buf_clear(&out);
}
END_TEST

static const struct {
	const char *name;
	struct bytes text;
	int at;
} bad[] = {
	{ "UTF-8", T("abc\xff"), 3 },
	{ "UTF-8", T("abc\xe4\xb8"), 3 },
	{ "UTF-8", T("\xed\xa0\x80"), 0 },
	{ "UTF-8", T("ab\xf4\x90\x80\x80z"), 2 },
	{ "us-ascii", T("ab\x80"), 2 },
	{ "GBK", T("\xd6\xd0\xff\xff"), 2 },
};

START_TEST(what_is_not_of_it_is_found)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(100);
	struct charset c;

	ck_assert_int_eq(charset_open(&c, bad[_i].name, &e), 0);
	ck_assert(!charset_text(&c, bad[_i].text, &out));
	ck_assert_int_eq(c.taken, bad[_i].at);
	charset_close(&c);
	buf_clear(&out);
}
END_TEST

static const char *const no_names[] = { "", "klingon", "UTF-8//IGNORE", "a b",
	"utf-8/", "0123456789012345678901234567890123456789x" };

START_TEST(names_are_known_or_refused)
{
	struct error e = ERROR_NONE;
	struct charset c;

	ck_assert_int_eq(charset_open(&c, no_names[_i], &e), -1);
	ck_assert_int_eq(e.kind, ERR_USAGE);
	charset_close(&c);
}
END_TEST

START_TEST(lines_can_be_told_or_not)
{
	ck_assert(charset_keeps_lines("UTF-8"));
	ck_assert(charset_keeps_lines("GB18030"));
	ck_assert(charset_keeps_lines("iso-2022-jp"));
	ck_assert(!charset_keeps_lines("UTF-16"));
	ck_assert(!charset_keeps_lines("UTF-32LE"));
	ck_assert(!charset_keeps_lines("IBM037"));
	ck_assert(!charset_keeps_lines("klingon"));
}
END_TEST

Suite *
suite_charset(void)
{
	Suite *s = suite_create("charset");
	TCase *t = tcase_create("charsets");

	tcase_add_loop_test(t, a_full_room_stops_nobody, 0, 3);
	tcase_add_loop_test(t, text_is_decoded, 0, N(good));
	tcase_add_loop_test(t, what_is_not_of_it_is_found, 0, N(bad));
	tcase_add_loop_test(t, names_are_known_or_refused, 0, N(no_names));
	tcase_add_test(t, lines_can_be_told_or_not);
	suite_add_tcase(s, t);
	return s;
}
