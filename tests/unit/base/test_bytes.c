#include "base/bytes.h"

#include <check.h>
#include <string.h>

Suite *suite_bytes(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct bytes a, b;
	bool same, same_case;
} pairs[] = {
	{ RUN(""), RUN(""), true, true },
	{ { NULL, 0 }, RUN(""), true, true },
	{ RUN("abc"), RUN("abc"), true, true },
	{ RUN("abc"), RUN("aBC"), false, true },
	{ RUN("AZaz"), RUN("azAZ"), false, true },
	{ RUN("abc"), RUN("abcd"), false, false },
	{ RUN("abc"), RUN("abd"), false, false },
	{ RUN("a\0b"), RUN("a\0B"), false, true },
	{ RUN("a\0b"), RUN("a\0c"), false, false },
	{ RUN("@"), RUN("`"), false, false },
	{ RUN("["), RUN("{"), false, false },
	{ RUN("\xc3\x84"), RUN("\xc3\xa4"), false, false },
};

START_TEST(same)
{
	struct bytes a = pairs[_i].a, b = pairs[_i].b;

	ck_assert(bytes_same(a, b) == pairs[_i].same);
	ck_assert(bytes_same(b, a) == pairs[_i].same);
	ck_assert(bytes_same_case(a, b) == pairs[_i].same_case);
	ck_assert(bytes_same_case(b, a) == pairs[_i].same_case);
}
END_TEST

START_TEST(strings)
{
	ck_assert_uint_eq(bytes_of(NULL).n, 0);
	ck_assert_uint_eq(bytes_of("abc").n, 3);
	ck_assert(bytes_is(BYTES("abc"), "abc"));
	ck_assert(!bytes_is(BYTES("abc"), "ABC"));
	ck_assert(!bytes_is(BYTES("abc\0"), "abc"));
	ck_assert(bytes_is_case(BYTES("abc"), "ABC"));
	ck_assert(!bytes_is_case(BYTES("abc"), "ABCD"));
	ck_assert(bytes_starts_case(BYTES("abc"), "AB"));
	ck_assert(bytes_starts_case(BYTES("abc"), "ABC"));
	ck_assert(bytes_starts_case(BYTES("abc"), ""));
	ck_assert(!bytes_starts_case(BYTES("abc"), "abcd"));
	ck_assert(!bytes_starts_case(BYTES("abc"), "bc"));
}
END_TEST

START_TEST(finding)
{
	ck_assert_uint_eq(bytes_index(BYTES("abcb"), 'b'), 1);
	ck_assert_uint_eq(bytes_index(BYTES("abc"), 'x'), 3);
	ck_assert_uint_eq(bytes_index(BYTES("a\0b"), '\0'), 1);
	ck_assert_uint_eq(bytes_index(bytes_of(NULL), 'x'), 0);
	ck_assert_uint_eq(bytes_find(BYTES("a-ab-abc"), BYTES("abc")), 5);
	ck_assert_uint_eq(bytes_find(BYTES("abab"), BYTES("abc")), 4);
	ck_assert_uint_eq(bytes_find(BYTES("ab"), BYTES("")), 0);
	ck_assert_uint_eq(bytes_find(bytes_of(NULL), BYTES("a")), 0);
}
END_TEST

START_TEST(cutting)
{
	struct bytes a = BYTES("abc");

	for (size_t n = 0; n < 6; n++) {
		size_t cut = n < 3 ? n : 3;

		ck_assert_uint_eq(bytes_head(a, n).n, cut);
		ck_assert_ptr_eq(bytes_head(a, n).p, a.p);
		ck_assert_uint_eq(bytes_skip(a, n).n, 3 - cut);
		ck_assert_ptr_eq(bytes_skip(a, n).p, a.p + cut);
	}
	ck_assert_uint_eq(bytes_skip(bytes_of(NULL), 1).n, 0);
}
END_TEST

static const struct {
	const char *raw, *trimmed;
} blanks[] = {
	{ "", "" },
	{ " ", "" },
	{ " \t\r\n", "" },
	{ "a", "a" },
	{ "\r\n a b\t ", "a b" },
	{ "a ", "a" },
	{ " a", "a" },
	{ "\va\f", "\va\f" },
};

START_TEST(trimming)
{
	ck_assert(
	    bytes_is(bytes_trim(bytes_of(blanks[_i].raw)), blanks[_i].trimmed));
}
END_TEST

/* What was taken, joined by the separator, is what there was. */
START_TEST(taking)
{
	static const char *const texts[] = { "", "a", "a,b", ",a", "a,", ",,",
		"a,,b" };
	struct bytes rest = bytes_of(texts[_i]);
	char joined[16] = "";

	while (rest.n > 0) {
		size_t before = rest.n;
		struct bytes part = bytes_take(&rest, ',');

		ck_assert_uint_eq(bytes_index(part, ','), part.n);
		strncat(joined, part.p, part.n);
		if (before > part.n)
			strcat(joined, ",");
	}
	ck_assert_str_eq(joined, texts[_i]);
	ck_assert_uint_eq(bytes_take(&rest, ',').n, 0);
}
END_TEST

Suite *
suite_bytes(void)
{
	Suite *s = suite_create("bytes");
	TCase *t = tcase_create("runs");

	tcase_add_loop_test(t, same, 0, N(pairs));
	tcase_add_test(t, strings);
	tcase_add_test(t, finding);
	tcase_add_test(t, cutting);
	tcase_add_loop_test(t, trimming, 0, N(blanks));
	tcase_add_loop_test(t, taking, 0, 7);
	suite_add_tcase(s, t);
	return s;
}
