#include "base/clean.h"

#include <check.h>
#include <string.h>

Suite *suite_clean(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct bytes raw;
	const char *clean;
	bool utf8, eight_bit, control;
} texts[] = {
	{ RUN(""), "", true, false, false },
	{ RUN("plain"), "plain", true, false, false },
	{ RUN("a\tb"), "a\tb", true, false, true },
	{ RUN("a\r\nb"), "a\\x0d\\x0ab", true, false, true },
	{ RUN("\0\x1f\x7f"), "\\x00\\x1f\\x7f", true, false, true },
	{ RUN("\x1b[2J"), "\\x1b[2J", true, false, true },
	{ RUN("\xe5\xbc\xa0"), "\xe5\xbc\xa0", true, true, false },
	{ RUN("\xf0\x9f\x93\xa7"), "\xf0\x9f\x93\xa7", true, true, false },
	{ RUN("\xc2\x80"), "\\xc2\\x80", true, true, false },
	{ RUN("\xc2\x9f"), "\\xc2\\x9f", true, true, false },
	{ RUN("\xc2\xa0"), "\xc2\xa0", true, true, false },
	{ RUN("\xc7\xeb"), "\\xc7\\xeb", false, true, false },
	{ RUN("\x80"), "\\x80", false, true, false },
	{ RUN("a\xe5\xbc"), "a\\xe5\\xbc", false, true, false },
	{ RUN("\xe5\xbcz"), "\\xe5\\xbcz", false, true, false },
	{ RUN("\xc0\xaf"), "\\xc0\\xaf", false, true, false },
	{ RUN("\xed\xa0\x80"), "\\xed\\xa0\\x80", false, true, false },
	{ RUN("\xf5\x80\x80\x80"), "\\xf5\\x80\\x80\\x80", false, true, false },
};

START_TEST(texts_are_told_apart)
{
	ck_assert(utf8_valid(texts[_i].raw) == texts[_i].utf8);
	ck_assert(bytes_eight_bit(texts[_i].raw) == texts[_i].eight_bit);
	ck_assert(bytes_control(texts[_i].raw) == texts[_i].control);
}
END_TEST

START_TEST(texts_are_cleaned)
{
	struct buf b = BUF(100);
	char copy[100];

	clean_add(&b, texts[_i].raw);
	ck_assert_str_eq(buf_text(&b), texts[_i].clean);
	ck_assert_str_eq(
	    clean_copy(copy, sizeof(copy), texts[_i].raw), texts[_i].clean);
	buf_clear(&b);
}
END_TEST

/* Whatever the bytes: what comes out is fit, and stays as it is. */
START_TEST(clean_is_clean)
{
	struct buf once = BUF(100), twice = BUF(100);
	char raw[3];

	for (int j = 0; j < 256; j++) {
		raw[0] = (char)_i;
		raw[1] = (char)j;
		raw[2] = 'z';
		buf_reset(&once);
		buf_reset(&twice);
		clean_add(&once, (struct bytes){ raw, 3 });
		ck_assert(utf8_valid(buf_bytes(&once)));
		ck_assert(!bytes_control(buf_bytes(&once)) || _i == '\t' ||
		    j == '\t');
		clean_add(&twice, buf_bytes(&once));
		ck_assert_str_eq(buf_text(&twice), buf_text(&once));
	}
	buf_clear(&once);
	buf_clear(&twice);
}
END_TEST

/* A copy of any size: terminated, whole characters, as many as fit. */
START_TEST(copies_are_cut_between_characters)
{
	static const char whole[] = "a\xe5\xbc\xa0\\x1b\xf0\x9f\x93\xa7";
	char to[32];
	size_t n;

	memset(to, 'x', sizeof(to));
	clean_copy(to, (size_t)_i, BYTES("a\xe5\xbc\xa0\x1b\xf0\x9f\x93\xa7"));
	n = strlen(to);
	ck_assert_uint_lt(n, (size_t)_i);
	ck_assert_mem_eq(to, whole, n);
	ck_assert(utf8_valid(bytes_of(to)));
	ck_assert_uint_eq(n,
	    _i > 12      ? 12
		: _i > 8 ? 8
		: _i > 4 ? 4
		: _i > 1 ? 1
			 : 0);
	for (size_t i = (size_t)_i; i < sizeof(to); i++)
		ck_assert_int_eq(to[i], 'x');
}
END_TEST

/* RFC 4013, 3, and what else SASLprep maps */
static const struct {
	const char *raw, *prepared;
} secrets[] = {
	{ "", "" },
	{ "I\xc2\xadX", "IX" },
	{ "user", "user" },
	{ "USER", "USER" },
	{ "\xc2\xaa", "a" },
	{ "\xe2\x85\xa8", "IX" },
	{ "a\xc2\xa0\xe3\x80\x80z", "a  z" },
	{ "\xef\xbb\xbfz\xe2\x80\x8b\xef\xb8\x8f", "z" },
	{ "e\xcc\x81", "\xc3\xa9" },
	{ "\xef\xbc\x91", "1" },
	{ "\xe5\xbc\xa0", "\xe5\xbc\xa0" },
	{ "\xc2\xad", "" },
	{ "not utf-8 \xff", "not utf-8 \xff" },
	{ "\x07 ascii", "\x07 ascii" },
};

START_TEST(secrets_are_prepared)
{
	struct buf b = BUF(100);

	utf8_prepare(&b, bytes_of(secrets[_i].raw));
	ck_assert(buf_ok(&b));
	ck_assert_str_eq(buf_text(&b), secrets[_i].prepared);
	buf_clear(&b);
}
END_TEST

START_TEST(preparing_may_not_fit)
{
	struct buf b = BUF(3);

	utf8_prepare(&b, BYTES("\xe5\xbc\xa0z"));
	ck_assert(!buf_ok(&b));
	buf_clear(&b);
}
END_TEST

static const struct {
	const char *text;
	size_t n; /* octets of the first cluster */
} clusters[] = {
	{ "ab", 1 },
	{ "\xc3\xa9z", 2 },
	{ "e\xcc\x81\xcc\xa3z", 5 },
	{ "\xed\x95\x9c\xea\xb8\x80", 3 },
	{ "\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab.", 9 },
	{ "\xe0\xa4\xa8\xe0\xa4\xbf\xe0\xa4\xa8", 6 },
	/* a thumb with a skin, a man and a girl, a flag and half a one */
	{ "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd!", 8 },
	{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa7x", 11 },
	{ "\xf0\x9f\x87\xa9\xf0\x9f\x87\xaa\xf0\x9f\x87\xab", 8 },
	{ "\xf0\x9f\x87\xa9x", 4 },
	{ "\xf0\x9f\x91\xa8\xe2\x80\x8d", 7 },
};

START_TEST(clusters_are_told)
{
	ck_assert_uint_eq(
	    utf8_cluster(bytes_of(clusters[_i].text)), clusters[_i].n);
}
END_TEST

START_TEST(prefixes_are_told)
{
	ck_assert_uint_eq(utf8_prefix(BYTES("")), 0);
	ck_assert_uint_eq(utf8_prefix(BYTES("a\xc3\xa9")), 3);
	ck_assert_uint_eq(utf8_prefix(BYTES("a\xc3\xa9\xc3")), 3);
	ck_assert_uint_eq(utf8_prefix(BYTES("\xff")), 0);
	ck_assert(utf8_control(BYTES("a\xc2\x9b")));
	ck_assert(!utf8_control(BYTES("\xc2\xa0\xc3\x9b")));
}
END_TEST

Suite *
suite_clean(void)
{
	Suite *s = suite_create("clean");
	TCase *t = tcase_create("texts");

	tcase_add_loop_test(t, texts_are_told_apart, 0, N(texts));
	tcase_add_loop_test(t, texts_are_cleaned, 0, N(texts));
	tcase_add_loop_test(t, clean_is_clean, 0, 256);
	tcase_add_loop_test(t, copies_are_cut_between_characters, 1, 20);
	tcase_add_loop_test(t, secrets_are_prepared, 0, N(secrets));
	tcase_add_test(t, preparing_may_not_fit);
	tcase_add_loop_test(t, clusters_are_told, 0, N(clusters));
	tcase_add_test(t, prefixes_are_told);
	suite_add_tcase(s, t);
	return s;
}
