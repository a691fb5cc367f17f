#include "base/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

static const int signals[] = { SIGTERM, SIGINT, SIGHUP };
enum { SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static volatile sig_atomic_t asked, deferred;
static bool held_back;
static const char *name; /* borrowed; set before any handler is */
static sigset_t usual;   /* the mask while we wait */

static void
say(const char *text)
{
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

	(void)ignored;
}

static void
on_signal(int which)
{
	if (deferred) {
		asked = which;
		return;
	}
	say(name);
	say(": interrupted before anything was sent\n");
	_exit(EX_TEMPFAIL);
}

void
stop_watch(const char *program)
{
	struct sigaction stop = { .sa_handler = on_signal }, before;

	name = program;
	sigemptyset(&usual);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&stop.sa_mask, signals[i]);
	for (size_t i = 0; i < SIGNALS; i++)
		if (sigaction(signals[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			sigaction(signals[i], &stop, NULL);
}

void
stop_defer(void)
{
	sigset_t held;

	if (name == NULL || deferred)
		return;
	sigemptyset(&held);
	for (size_t i = 0; i < SIGNALS; i++)
		sigaddset(&held, signals[i]);
	sigprocmask(SIG_BLOCK, &held, &usual);
	deferred = 1;
}

int
stop_asked(void)
{
	return asked;
}

int
stop_error(struct error *e)
{
	return error_set(
	    e, ERR_DISCONNECTED, "interrupted by signal %d", stop_asked());
}

void
stop_hold(bool hold)
{
	held_back = hold;
}

int
stop_poll(struct pollfd *p, nfds_t n, const struct timespec *wait)
{
	if (asked && !held_back) {
		errno = EINTR;
		return -1;
	}
	return ppoll(p, n, wait, deferred && !held_back ? &usual : NULL);
}
