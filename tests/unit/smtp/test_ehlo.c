#include "smtp/ehlo.h"

#include <check.h>

Suite *suite_ehlo(void);

static struct ehlo
offers(const char *text)
{
	struct ehlo h;

	ehlo_init(&h);
	ehlo_take(&h, bytes_of(text));
	return h;
}

static const struct {
	const char *text, *keyword, *params; /* NULL: not offered */
} keywords[] = {
	{ "greeting\nPIPELINING", "PIPELINING", "" },
	{ "greeting\npipelining", "PIPELINING", "" },
	{ "greeting\n8bitmime", "8BITMIME", "" },
	{ "greeting\nSIZE 1000", "SIZE", "1000" },
	{ "greeting\nSIZE\t 1000 ", "SIZE", "1000" },
	{ "greeting\nSIZE 1\nSIZE 2", "SIZE", "2" },
	{ "greeting\nSIZEFOO 1", "SIZE", NULL },
	{ "greeting\nSIZ", "SIZE", NULL },
	{ "PIPELINING\nSIZE", "PIPELINING", NULL },
	{ "greeting\n(junk) PIPELINING\nDSN", "PIPELINING", NULL },
	{ "greeting\n(junk) PIPELINING\nDSN", "DSN", "" },
	{ "greeting\n-DSN", "DSN", NULL },
	{ "greeting", "DSN", NULL },
};

START_TEST(keyword_whole_and_any_case)
{
	struct ehlo h = offers(keywords[_i].text);
	struct bytes params;
	bool there = ehlo_has(&h, keywords[_i].keyword, &params);

	ck_assert_int_eq(there, keywords[_i].params != NULL);
	if (there)
		ck_assert(bytes_is(params, keywords[_i].params));
	ehlo_clear(&h);
}
END_TEST

static const struct {
	const char *text;
	int64_t size;
} sizes[] = {
	{ "g\nSIZE 73400320", 73400320 },
	{ "g\nSIZE", 0 },
	{ "g\nSIZE 0", 0 },
	{ "g\nSIZE many", 0 },
	{ "g\nSIZE 10M", 0 },
	{ "g\nSIZE -1", 0 },
	{ "g\nSIZE 99999999999999999999", 0 },
	{ "g\nSIZE 999999999999999999", 999999999999999999 },
};

START_TEST(size_or_none)
{
	struct ehlo h = offers(sizes[_i].text);

	ck_assert_int_eq(ehlo_size(&h), sizes[_i].size);
	ehlo_clear(&h);
}
END_TEST

START_TEST(auth_old_and_new_style_are_one)
{
	struct ehlo h = offers("g\nAUTH=LOGIN\nauth plain\nAUTH CRAM-MD5");
	struct buf all = BUF(256);

	ck_assert(ehlo_has_auth(&h, "LOGIN"));
	ck_assert(ehlo_has_auth(&h, "PLAIN"));
	ck_assert(ehlo_has_auth(&h, "CRAM-MD5"));
	ck_assert(!ehlo_has_auth(&h, "CRAM"));
	ck_assert(!ehlo_has_auth(&h, "AUTH"));
	ehlo_auth(&h, &all);
	ck_assert_str_eq(buf_text(&all), "LOGIN plain CRAM-MD5");
	buf_clear(&all);
	ehlo_clear(&h);
}
END_TEST

/* RFC 3207, 4.2; and after HELO there never was anything. */
START_TEST(nothing_is_left_after_clear)
{
	struct ehlo h = offers("g\nPIPELINING");

	ehlo_clear(&h);
	ck_assert(!ehlo_has(&h, "PIPELINING", NULL));
	ck_assert(!h.esmtp);
}
END_TEST

Suite *
suite_ehlo(void)
{
	Suite *s = suite_create("ehlo");
	TCase *t = tcase_create("ehlo");

	tcase_add_loop_test(t, keyword_whole_and_any_case, 0,
	    sizeof(keywords) / sizeof(keywords[0]));
	tcase_add_loop_test(
	    t, size_or_none, 0, sizeof(sizes) / sizeof(sizes[0]));
	tcase_add_test(t, auth_old_and_new_style_are_one);
	tcase_add_test(t, nothing_is_left_after_clear);
	suite_add_tcase(s, t);
	return s;
}
