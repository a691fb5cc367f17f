#include "base/here.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_here(void);

START_TEST(the_clock_never_goes_back)
{
	int64_t before = here_real.ticks();

	for (int i = 0; i < 1000; i++) {
		int64_t now = here_real.ticks();

		ck_assert(now >= before);
		before = now;
	}
}
END_TEST

START_TEST(ticks_are_microseconds)
{
	struct timespec t;
	int64_t ticks = here_real.ticks(), then;

	clock_gettime(CLOCK_MONOTONIC, &t);
	then = (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
	ck_assert(then >= ticks);
	ck_assert(then - ticks < 20000000);
	nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	ck_assert(here_real.ticks() - ticks >= 2000);
}
END_TEST

START_TEST(the_time_of_day_is_the_systems)
{
	ck_assert(llabs((long long)here_real.now().tv_sec - time(NULL)) < 60);
}
END_TEST

START_TEST(randomness_fills_all_of_it_and_no_more)
{
	unsigned char a[66] = { 0 }, b[66] = { 0 };

	here_real.random(a + 1, 64);
	here_real.random(b + 1, 64);
	ck_assert_mem_ne(a, b, sizeof(a));
	ck_assert_int_eq(a[0] | a[65] | b[0] | b[65], 0);
	ck_assert_mem_ne(a + 57, "\0\0\0\0\0\0\0\0", 8);
}
END_TEST

START_TEST(the_host_has_a_name_that_fits)
{
	char name[256], cut[4];

	here_real.host_name(name, sizeof(name));
	ck_assert_uint_gt(strlen(name), 0);
	here_real.host_name(cut, sizeof(cut));
	name[sizeof(cut) - 1] = '\0';
	ck_assert_str_eq(cut, name);
}
END_TEST

Suite *
suite_here(void)
{
	Suite *s = suite_create("here");
	TCase *t = tcase_create("real");

	tcase_add_test(t, the_clock_never_goes_back);
	tcase_add_test(t, ticks_are_microseconds);
	tcase_add_test(t, the_time_of_day_is_the_systems);
	tcase_add_test(t, randomness_fills_all_of_it_and_no_more);
	tcase_add_test(t, the_host_has_a_name_that_fits);
	suite_add_tcase(s, t);
	return s;
}
