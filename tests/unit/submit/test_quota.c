#include "submit/quota.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

Suite *suite_quota(void);

enum { SECOND = 1000000 };

static int64_t now;

static int64_t
ticks(void)
{
	return now;
}

static const struct here here = { .ticks = ticks };
static char dir[32];

static void
make_dir(void)
{
	now = 1000 * (int64_t)SECOND;
	snprintf(dir, sizeof(dir), "/tmp/sendoff-quota.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
remove_dir(void)
{
	char path[64];

	for (int uid = 1; uid < 3; uid++) {
		snprintf(path, sizeof(path), "%s/%d", dir, uid);
		unlink(path);
	}
	snprintf(path, sizeof(path), "%s/others", dir);
	unlink(path);
	rmdir(dir);
}

static struct quota
of_peer(uid_t uid, bool named)
{
	struct error e = ERROR_NONE;
	struct peer p = { .uid = uid, .named = named };
	struct quota q;

	ck_assert_int_eq(quota_open(&q, dir, &p, &e), 0);
	return q;
}

static struct quota
of(uid_t uid)
{
	return of_peer(uid, true);
}

/* As another process would: the file is all that is shared. */
static int64_t
take(uid_t uid, int64_t most)
{
	struct error e = ERROR_NONE;
	struct quota q = of(uid);
	int64_t wait = quota_take(&q, most, &here, &e);

	quota_close(&q);
	return wait;
}

START_TEST(all_at_once_and_then_in_turn)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take(1, 3), 0);
	ck_assert_int_eq(take(1, 3), 20 * SECOND);
	now += 19 * SECOND;
	ck_assert_int_eq(take(1, 3), SECOND);
	now += SECOND;
	ck_assert_int_eq(take(1, 3), 0);
	ck_assert_int_eq(take(1, 3), 20 * SECOND);
}
END_TEST

START_TEST(a_quiet_minute_pays_for_all)
{
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take(1, 3), 0);
	now += 600 * (int64_t)SECOND;
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(take(1, 3), 0);
	ck_assert_int_gt(take(1, 3), 0);
}
END_TEST

START_TEST(nobody_pays_for_another)
{
	ck_assert_int_eq(take(1, 1), 0);
	ck_assert_int_eq(take(1, 1), 60 * SECOND);
	ck_assert_int_eq(take(2, 1), 0);
}
END_TEST

/* After a boot the clock may begin anew. */
START_TEST(a_clock_that_was_another)
{
	ck_assert_int_eq(take(1, 1), 0);
	now = 5;
	ck_assert_int_eq(take(1, 1), 0);
	ck_assert_int_eq(take(1, 1), 60 * SECOND);
}
END_TEST

START_TEST(so_many_at_once)
{
	struct error e = ERROR_NONE;
	struct quota a = of(1), b = of(1), c = of(1), other = of(2);

	ck_assert_int_eq(quota_enter(&a, 2, &e), 1);
	ck_assert_int_eq(quota_enter(&b, 2, &e), 1);
	ck_assert_int_eq(quota_enter(&c, 2, &e), 0);
	ck_assert_int_eq(quota_enter(&other, 2, &e), 1);
	quota_close(&a);
	ck_assert_int_eq(quota_enter(&c, 2, &e), 1);
	quota_close(&b);
	quota_close(&c);
	quota_close(&other);
}
END_TEST

/* A range of uids is one man's. */
START_TEST(who_has_no_name_is_one_of_many)
{
	struct error e = ERROR_NONE;
	struct quota a = of_peer(165536, false), b = of_peer(165537, false),
		     named = of_peer(1, true);

	ck_assert_int_eq(quota_enter(&a, 1, &e), 1);
	ck_assert_int_eq(quota_enter(&b, 1, &e), 0);
	ck_assert_int_eq(quota_enter(&named, 1, &e), 1);
	ck_assert_int_eq(quota_take(&a, 1, &here, &e), 0);
	ck_assert_int_gt(quota_take(&b, 1, &here, &e), 0);
	ck_assert_int_eq(quota_take(&named, 1, &here, &e), 0);
	quota_close(&a);
	quota_close(&b);
	quota_close(&named);
}
END_TEST

/* Whoever may write there could lift his limit. */
START_TEST(a_directory_that_others_see)
{
	struct error e = ERROR_NONE;
	struct peer p = { .uid = 1, .named = true };
	struct quota q;

	ck_assert_int_eq(chmod(dir, 0750), 0);
	ck_assert_int_eq(quota_open(&q, dir, &p, &e), -1);
	ck_assert_int_eq(e.kind, ERR_OS);
}
END_TEST

Suite *
suite_quota(void)
{
	Suite *s = suite_create("quota");
	TCase *t = tcase_create("quota");

	tcase_add_checked_fixture(t, make_dir, remove_dir);
	tcase_add_test(t, all_at_once_and_then_in_turn);
	tcase_add_test(t, a_quiet_minute_pays_for_all);
	tcase_add_test(t, nobody_pays_for_another);
	tcase_add_test(t, a_clock_that_was_another);
	tcase_add_test(t, so_many_at_once);
	tcase_add_test(t, who_has_no_name_is_one_of_many);
	tcase_add_test(t, a_directory_that_others_see);
	suite_add_tcase(s, t);
	return s;
}
