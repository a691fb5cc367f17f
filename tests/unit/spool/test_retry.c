#include "spool/retry.h"

#include <check.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define MANY 1000u
#define EVEN 0x80000000u /* in the middle: neither more nor less */

Suite *suite_retry(void);

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR };

static const struct {
	struct retry_plan plan;
	int64_t age;
	unsigned tries;
	uint32_t random;
	int64_t next;
} nexts[] = {
	/* the least, with its fifth */
	{ { 0 }, 0, 1, 0, 4 * MINUTE },
	{ { 0 }, 0, 1, EVEN, 5 * MINUTE },
	{ { 0 }, 0, 1, UINT32_MAX, 6 * MINUTE },
	{ { 0 }, -DAY, 1, EVEN, 5 * MINUTE },
	/* half the age */
	{ { 0 }, HOUR, MANY, EVEN, 30 * MINUTE },
	{ { 0 }, HOUR, MANY, 0, 24 * MINUTE },
	{ { 0 }, HOUR, MANY, UINT32_MAX, 36 * MINUTE },
	/* the most */
	{ { 0 }, 2 * DAY, MANY, EVEN, 4 * HOUR },
	{ { 0 }, 2 * DAY, MANY, UINT32_MAX, 4 * HOUR + 48 * MINUTE },
	/* it lay: doubled from the least on */
	{ { 0 }, DAY, 0, EVEN, 5 * MINUTE },
	{ { 0 }, DAY, 1, EVEN, 5 * MINUTE },
	{ { 0 }, DAY, 2, EVEN, 10 * MINUTE },
	{ { 0 }, DAY, 3, EVEN, 20 * MINUTE },
	{ { 0 }, DAY, 7, EVEN, 4 * HOUR },
	{ { 0 }, DAY, UINT32_MAX, EVEN, 4 * HOUR },
	/* the last: cut short, stretched, over */
	{ { 0 }, 5 * DAY - HOUR, MANY, EVEN, HOUR },
	{ { 0 }, 5 * DAY - 1, MANY, EVEN, 1 },
	{ { 0 }, 5 * DAY - 4 * HOUR - 4 * MINUTE, MANY, EVEN,
	    4 * HOUR + 4 * MINUTE },
	{ { 0 }, 5 * DAY - 4 * HOUR - 6 * MINUTE, MANY, EVEN, 4 * HOUR },
	/* it was late, and has one more */
	{ { 0 }, 5 * DAY, MANY, EVEN, 4 * HOUR },
	{ { 0 }, 5 * DAY, 1, EVEN, 5 * MINUTE },
	{ { 0 }, INT64_MAX, MANY, UINT32_MAX, 4 * HOUR + 48 * MINUTE },
	/* plans of one's own */
	{ { 10, 20, 1000 }, 30, MANY, EVEN, 15 },
	{ { 10, 20, 1000 }, 500, MANY, EVEN, 20 },
	{ { 30, 20, 1000 }, 500, MANY, EVEN, 30 },
	{ { 1, 1, 100 }, 50, MANY, 0, 1 },
	{ { 10, 20, 5 }, 0, 1, EVEN, 5 },
	{ { 60, 60, INT64_MAX }, INT64_MAX / 2, MANY, EVEN, 60 },
};

START_TEST(nexts_by_table)
{
	ck_assert_int_eq(retry_next(&nexts[_i].plan, nexts[_i].age,
			     nexts[_i].tries, nexts[_i].random),
	    nexts[_i].next);
}
END_TEST

static const struct {
	struct retry_plan plan;
	int64_t age;
	bool expired;
} ages[] = {
	{ { 0 }, -1, false },
	{ { 0 }, 0, false },
	{ { 0 }, 5 * DAY - 1, false },
	{ { 0 }, 5 * DAY, true },
	{ { 0 }, INT64_MAX, true },
	{ { .expire = HOUR }, HOUR - 1, false },
	{ { .expire = HOUR }, HOUR, true },
};

START_TEST(expired_by_table)
{
	ck_assert(
	    retry_expired(&ages[_i].plan, ages[_i].age) == ages[_i].expired);
}
END_TEST

static const struct {
	struct retry_try at;
	bool last;
} lasts[] = {
	{ { 5 * DAY, 5 * DAY, 4 * DAY, 30 }, true },
	{ { 5 * DAY + HOUR, 5 * DAY, 4 * DAY, 30 }, true },
	{ { 5 * DAY, 5 * DAY, 0, 1 }, true },
	/* not yet */
	{ { 5 * DAY - 1, 5 * DAY - 1, 4 * DAY, 30 }, false },
	{ { 5 * DAY - 1, 5 * DAY, 4 * DAY, 30 }, false },
	/* late */
	{ { 5 * DAY + HOUR + 1, 5 * DAY, 4 * DAY, 30 }, false },
	{ { 5 * DAY, 5 * DAY - 1, 4 * DAY, 30 }, false },
	{ { 50 * DAY, 0, 0, 1 }, false },
	{ { 50 * DAY, -50 * DAY, -50 * DAY, 1 }, false },
	/* once more, and often enough */
	{ { 6 * DAY, 6 * DAY, 5 * DAY, 7 }, false },
	{ { 6 * DAY, 6 * DAY, 5 * DAY, 8 }, true },
	{ { 60 * DAY, 6 * DAY, 5 * DAY, 8 }, true },
	{ { 60 * DAY, -60 * DAY, 5 * DAY, 8 }, true },
	/* early */
	{ { 6 * DAY, 6 * DAY + 1, 5 * DAY, 30 }, false },
	{ { 6 * DAY, 6 * DAY + 1, 4 * DAY, 30 }, false },
};

START_TEST(last_by_table)
{
	static const struct retry_plan plan = { 0 };

	ck_assert(retry_is_last(&plan, &lasts[_i].at) == lasts[_i].last);
}
END_TEST

static const uint32_t randoms[] = { 0, 1, EVEN, 0xfffeffff, UINT32_MAX };

/* From the first try to the last, always with the same luck. */
START_TEST(a_whole_life)
{
	static const struct retry_plan plan = { 0 };
	int64_t age = 0, before = 0, pause;
	unsigned tries = 1;

	for (; !retry_expired(&plan, age); tries++) {
		pause = retry_next(&plan, age, tries, randoms[_i]);
		ck_assert_int_gt(pause, 0);
		ck_assert_int_le(pause, RETRY_MOST * 6 / 5 + RETRY_LEAST);
		age += pause;
		if (!retry_expired(&plan, age))
			ck_assert_int_ge(pause, before);
		before = pause;
	}
	ck_assert_int_eq(age, RETRY_EXPIRE);
	ck_assert_uint_ge(tries, 30);
	ck_assert_uint_le(tries, 50);
}
END_TEST

Suite *
suite_retry(void)
{
	Suite *s = suite_create("retry");
	TCase *t = tcase_create("retry");

	tcase_add_loop_test(t, nexts_by_table, 0, ROWS(nexts));
	tcase_add_loop_test(t, expired_by_table, 0, ROWS(ages));
	tcase_add_loop_test(t, last_by_table, 0, ROWS(lasts));
	tcase_add_loop_test(t, a_whole_life, 0, ROWS(randoms));
	suite_add_tcase(s, t);
	return s;
}
