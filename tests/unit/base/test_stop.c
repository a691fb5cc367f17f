#include "base/stop.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

Suite *suite_stop(void);

/* What a process of its own comes to: this room has state. */
static int
status_of(int (*run)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		close(STDERR_FILENO);
		for (int i = 0; i < 3; i++)
			signal((int[]){ SIGTERM, SIGINT, SIGHUP }[i], SIG_DFL);
		_exit(run());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
wait_briefly(void)
{
	return stop_poll(NULL, 0, &(struct timespec){ .tv_nsec = 1000000 });
}

static int
ends_at_once(void)
{
	stop_watch("x");
	raise(SIGTERM);
	return 0;
}

static int
is_held_back(void)
{
	stop_watch("x");
	stop_defer();
	stop_defer();
	raise(SIGINT);
	if (stop_asked() != 0)
		return 1; /* before we wait */
	if (wait_briefly() != -1 || errno != EINTR)
		return 2;
	if (stop_asked() != SIGINT)
		return 3;
	return wait_briefly() == -1 && errno == EINTR ? 0 : 4;
}

static int
passes_by(void)
{
	signal(SIGHUP, SIG_IGN);
	stop_watch("x");
	raise(SIGHUP);
	stop_defer();
	raise(SIGHUP);
	return wait_briefly() == 0 && stop_asked() == 0 ? 0 : 1;
}

static int
is_not_watched(void)
{
	stop_defer();
	return wait_briefly() == 0 ? 0 : 1;
}

static const struct {
	const char *name;
	int (*run)(void);
	int status;
} runs[] = {
	{ "at once", ends_at_once, EX_TEMPFAIL },
	{ "held back", is_held_back, 0 },
	{ "ignored", passes_by, 0 },
	{ "not watched", is_not_watched, 0 },
};

START_TEST(signals)
{
	ck_assert_msg(
	    status_of(runs[_i].run) == runs[_i].status, "%s", runs[_i].name);
}
END_TEST

Suite *
suite_stop(void)
{
	Suite *s = suite_create("stop");
	TCase *t = tcase_create("signals");

	tcase_add_loop_test(t, signals, 0, sizeof(runs) / sizeof(runs[0]));
	suite_add_tcase(s, t);
	return s;
}
