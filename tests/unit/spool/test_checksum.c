#include "spool/checksum.h"

#include <check.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_checksum(void);

static const struct {
	struct bytes text;
	uint32_t sum;
} sums[] = {
	{ { "", 0 }, 0 },
	{ { "a", 1 }, 0xe8b7be43 },
	{ { "abc", 3 }, 0x352441c2 },
	{ { "123456789", 9 }, 0xcbf43926 },
	{ { "\0\0\0\0", 4 }, 0x2144df1c },
	{ { "\xff\xff\xff\xff", 4 }, 0xffffffff },
	{ { "The quick brown fox jumps over the lazy dog", 43 }, 0x414fa339 },
};

START_TEST(sums_by_table)
{
	ck_assert_uint_eq(checksum(0, sums[_i].text), sums[_i].sum);
}
END_TEST

START_TEST(pieces_make_no_difference)
{
	struct bytes text = sums[_i].text;

	for (size_t n = 0; n <= text.n; n++)
		ck_assert_uint_eq(checksum(checksum(0, bytes_head(text, n)),
				      bytes_skip(text, n)),
		    sums[_i].sum);
}
END_TEST

Suite *
suite_checksum(void)
{
	Suite *s = suite_create("checksum");
	TCase *t = tcase_create("checksum");

	tcase_add_loop_test(t, sums_by_table, 0, ROWS(sums));
	tcase_add_loop_test(t, pieces_make_no_difference, 0, ROWS(sums));
	suite_add_tcase(s, t);
	return s;
}
