#include "submit/health.h"

#include <check.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "submit/facts.h"

Suite *suite_health(void);

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

static struct timespec clock_now;

static struct timespec
now(void)
{
	return clock_now;
}

static const struct here loaded = { .now = now };

static char state[64], file[128];
static struct health health;

static void
open_state(void)
{
	strcpy(state, "/tmp/sendoff-health.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(state));
	snprintf(file, sizeof(file), "%s/hosts/a:25", state);
	clock_now.tv_sec = 1000000;
	health_init(&health, &loaded, state);
}

static void
close_state(void)
{
	char command[100];

	snprintf(command, sizeof(command), "rm -r %s", state);
	ck_assert_int_eq(system(command), 0);
}

static const char *
kept_as(const char *name)
{
	snprintf(file, sizeof(file), "%s/hosts/%s", state, name);
	return file;
}

static struct account_host
host_of(char *name)
{
	return (struct account_host){
		.name = name, .port = 25, .is_path = name[0] == '/'
	};
}

static char names[4][2] = { "a", "b", "c", "d" };

/* As another run sees it: "cab" is the order in which it goes to a, b, c. */
static const char *
order_now(size_t n, bool anew)
{
	static char order[8];
	struct account_host at[4];

	if (anew)
		health_init(&health, &loaded, state);
	for (size_t i = 0; i < n; i++)
		at[i] = host_of(names[i]);
	health_order(&health, at, n);
	for (size_t i = 0; i < n; i++)
		order[i] = at[i].name[0];
	order[n] = '\0';
	return order;
}

static void
fails(size_t i)
{
	struct account_host host = host_of(names[i]);

	health_note_down(&health, &host, "no answer");
}

static void
answers(size_t i)
{
	struct account_host host = host_of(names[i]);

	health_note_up(&health, &host);
}

/* Each in memory alone, for the next run, and where no file can be. */
START_TEST(the_dead_come_last)
{
	bool anew = _i == 1;

	open_state();
	if (_i == 2)
		health.path[0] = '\0';
	ck_assert_str_eq(order_now(3, false), "abc");
	fails(0);
	ck_assert_str_eq(order_now(3, anew), "bca");
	fails(1);
	ck_assert_str_eq(order_now(3, anew), "cab");
	fails(2);
	ck_assert_str_eq(order_now(3, anew), "abc");
	answers(0);
	ck_assert_str_eq(order_now(3, anew), "abc");
	answers(1);
	answers(2);
	ck_assert_str_eq(order_now(3, anew), "abc");
	close_state();
}
END_TEST

/* Nothing is there before something has failed, and after all answer. */
START_TEST(nothing_to_know_leaves_nothing)
{
	open_state();
	order_now(3, true);
	answers(0);
	ck_assert_int_ne(access(kept_as(""), F_OK), 0);
	fails(0);
	ck_assert_int_eq(access(kept_as("a%3A25"), F_OK), 0);
	order_now(3, true);
	answers(1);
	ck_assert_int_eq(access(file, F_OK), 0);
	answers(0);
	ck_assert_int_ne(access(kept_as(""), F_OK), 0);
	close_state();
}
END_TEST

/* How long it is down after so many failures, one behind another. */
static const int waits[] = { 60, 120, 240, 480, 960, 1920, 3600, 3600 };

START_TEST(twice_as_long_each_time)
{
	open_state();
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		order_now(2, true);
		fails(0);
		fails(0); /* does not count: it is down already */
		clock_now.tv_sec += waits[i] - 1;
		ck_assert_str_eq(order_now(2, true), "ba");
		clock_now.tv_sec += 1;
		ck_assert_str_eq(order_now(2, true), "ab");
	}
	clock_now.tv_sec += 90000; /* all that is forgotten */
	order_now(2, true);
	fails(0);
	clock_now.tv_sec += 60;
	ck_assert_str_eq(order_now(2, true), "ab");
	close_state();
}
END_TEST

static bool
is_kept(const char *name)
{
	return access(kept_as(name), F_OK) == 0;
}

/* A day and an hour: then nothing it could say counts. */
START_TEST(what_is_too_old_goes)
{
	static const struct timespec long_ago[2] = { { .tv_sec = 1 },
		{ .tv_sec = 1 } };

	open_state();
	fails(0);
	ck_assert_int_eq(mkdir(kept_as("other"), 0700), 0);
	ck_assert_int_eq(symlink("/etc/passwd", kept_as("link")), 0);
	ck_assert_int_eq(
	    utimensat(AT_FDCWD, kept_as("link"), long_ago, AT_SYMLINK_NOFOLLOW),
	    0);
	clock_now.tv_sec += 90000;
	fails(1);
	ck_assert(is_kept("a%3A25"));
	clock_now.tv_sec++;
	fails(2);
	ck_assert(!is_kept("a%3A25"));
	ck_assert(is_kept("b%3A25") && is_kept("c%3A25"));
	ck_assert(is_kept("other") && is_kept("link"));
	ck_assert_str_eq(order_now(3, true), "abc");
	close_state();
}
END_TEST

/* However many there are, and however long it takes to be rid of them. */
START_TEST(some_of_many_that_are_too_old)
{
	enum { MANY = 1500 };
	char name[16];
	int dir, left = 0;

	open_state();
	dir = facts_open(kept_as(""), true);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		ck_assert(facts_write(dir, name, "1\n", 1));
	}
	close(dir);
	fails(0);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		left += is_kept(name);
	}
	ck_assert_int_gt(left, 0);
	fails(1);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "h%d", i);
		ck_assert(!is_kept(name));
	}
	ck_assert(is_kept("a%3A25") && is_kept("b%3A25"));
	close_state();
}
END_TEST

START_TEST(a_clock_that_was_set_back)
{
	open_state();
	fails(0);
	clock_now.tv_sec -= 10;
	ck_assert_str_eq(order_now(2, true), "ab");
	fails(0);
	ck_assert_str_eq(order_now(2, true), "ba");
	close_state();
}
END_TEST

/* What another run has found counts for this one. */
START_TEST(another_run_knows_better)
{
	struct account_host host = host_of(names[0]);
	static struct health other;

	open_state();
	fails(0);
	health_init(&other, &loaded, state);
	health_order(&other, &host, 1);
	ck_assert(health_is_down(&other, &host));
	health_note_up(&other, &host);
	ck_assert_str_eq(order_now(2, false), "ab");
	close_state();
}
END_TEST

/* What stands in a file, and for how many seconds its host is down. */
static const struct {
	const char *text;
	int wait;
} contents[] = {
	{ "", 60 },
	{ "1\n", 60 },
	{ "3\nno answer\n", 240 },
	{ "7\n", 3600 },
	{ "8\n", 60 },
	{ "0\n", 60 },
	{ "33\n", 60 },
	{ "-1\n", 60 },
	{ "99999999999999999999", 60 },
	{ "\xff\xff\xff\xff", 60 },
};

START_TEST(anything_in_a_file)
{
	int dir;

	open_state();
	dir = facts_open(kept_as(""), true);
	ck_assert_int_ge(dir, 0);
	ck_assert(
	    facts_write(dir, "a:25", contents[_i].text, clock_now.tv_sec));
	close(dir);
	clock_now.tv_sec += contents[_i].wait - 1;
	ck_assert_str_eq(order_now(2, true), "ba");
	clock_now.tv_sec += 1;
	ck_assert_str_eq(order_now(2, true), "ab");
	close_state();
}
END_TEST

static void
link_elsewhere(void)
{
	ck_assert_int_eq(symlink("/etc/passwd", kept_as("a%3A25")), 0);
}

static void
make_fifo(void)
{
	ck_assert_int_eq(mkfifo(kept_as("a%3A25"), 0600), 0);
}

static void
make_directory(void)
{
	ck_assert_int_eq(mkdir(kept_as("a%3A25"), 0700), 0);
}

static void
make_second_name(void)
{
	char first[128];
	int fd;

	snprintf(first, sizeof(first), "%s", kept_as("first"));
	fd = open(first, O_CREAT | O_WRONLY, 0600);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(link(first, kept_as("a%3A25")), 0);
}

static void
open_to_others(void)
{
	ck_assert_int_eq(chmod(kept_as(""), 0777), 0);
}

static void
be_a_link(void)
{
	char real[128];

	snprintf(real, sizeof(real), "%s/real", state);
	ck_assert_int_eq(rmdir(kept_as("")), 0);
	ck_assert_int_eq(mkdir(real, 0700), 0);
	snprintf(file, sizeof(file), "%s/hosts", state);
	ck_assert_int_eq(symlink(real, file), 0);
}

static void (*const traps[])(void) = { link_elsewhere, make_fifo,
	make_directory, make_second_name, open_to_others, be_a_link };

/* Nothing is read or written there; memory does, for the run. */
START_TEST(a_trap)
{
	open_state();
	ck_assert_int_eq(mkdir(kept_as(""), 0700), 0);
	traps[_i]();
	ck_assert_str_eq(order_now(2, true), "ab");
	fails(0);
	ck_assert_str_eq(order_now(2, false), "ba");
	ck_assert_str_eq(order_now(2, true), "ab");
	answers(0);
	close_state();
}
END_TEST

START_TEST(odd_names)
{
	static char odd[][300] = { "/run/Dovecot/lmtp", "../../etc/x", "::1",
		"b\xc3\xbc.test", ".hidden", "MX.test" };
	static const char *const files[] = { "%2Frun%2F%44ovecot%2Flmtp%3A25",
		"%2E.%2F..%2Fetc%2Fx%3A25", "%3A%3A1%3A25", "b%C3%BC.test%3A25",
		"%2Ehidden%3A25", "mx.test%3A25" };

	open_state();
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct account_host host = host_of(odd[i]);

		health_note_down(&health, &host, "no answer");
		ck_assert_msg(
		    access(kept_as(files[i]), F_OK) == 0, "%s", files[i]);
	}
	close_state();
}
END_TEST

/* Too long for a file, and more than there is room for. */
START_TEST(what_cannot_be_kept)
{
	static char name[260];
	struct account_host host = host_of(name);

	open_state();
	memset(name, '_', sizeof(name) - 1);
	health_note_down(&health, &host, "no answer");
	ck_assert(health_is_down(&health, &host));
	for (int i = 0; i < 3 * HEALTH_HOSTS; i++) {
		snprintf(name, sizeof(name), "host%d", i);
		health_note_down(&health, &host, "no answer");
	}
	ck_assert(!health_is_down(&health, &host));
	close_state();
}
END_TEST

Suite *
suite_health(void)
{
	Suite *s = suite_create("health");
	TCase *t = tcase_create("hosts");

	tcase_add_loop_test(t, the_dead_come_last, 0, 3);
	tcase_add_test(t, nothing_to_know_leaves_nothing);
	tcase_add_test(t, twice_as_long_each_time);
	tcase_add_test(t, what_is_too_old_goes);
	tcase_add_test(t, some_of_many_that_are_too_old);
	tcase_add_test(t, a_clock_that_was_set_back);
	tcase_add_test(t, another_run_knows_better);
	tcase_add_loop_test(t, anything_in_a_file, 0, ROWS(contents));
	tcase_add_loop_test(t, a_trap, 0, ROWS(traps));
	tcase_add_test(t, odd_names);
	tcase_add_test(t, what_cannot_be_kept);
	suite_add_tcase(s, t);
	return s;
}
