#include "net/aside.h"

#include <errno.h>
#include <signal.h>

#include "base/here.h"
#include "base/stop.h"

/* Microseconds between two looks whether we are to stop. */
enum { WHILE = 200000 };

static void
begin(struct aside *a)
{
	pthread_condattr_t monotonic;

	a->done = a->left_behind = false;
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&a->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

static void
end(struct aside *a)
{
	pthread_cond_destroy(&a->change);
	pthread_mutex_destroy(&a->lock);
}

/* The thread.  Whoever is last to need *a ends it. */
static void *
thread_main(void *arg)
{
	struct aside *a = arg;
	bool left_behind;

	a->work(a);
	pthread_mutex_lock(&a->lock);
	a->done = true;
	left_behind = a->left_behind;
	pthread_cond_signal(&a->change);
	pthread_mutex_unlock(&a->lock);
	if (left_behind) {
		end(a);
		a->free(a);
	}
	return NULL;
}

/* Start it deaf to signals: they are for the thread that is at work. */
static int
start_thread(struct aside *a, pthread_t *thread)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, thread_main, a);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

/* A while, and no longer than the deadline. */
static void
wait_a_while(struct aside *a, int64_t deadline)
{
	int64_t until = here_real.ticks() + WHILE;
	struct timespec t;

	if (deadline != 0 && deadline < until)
		until = deadline;
	t = (struct timespec){ until / 1000000, until % 1000000 * 1000 };
	pthread_cond_timedwait(&a->change, &a->lock, &t);
}

/* Are we asked to stop, by a signal that was held back meanwhile? */
static bool
must_stop(void)
{
	const struct timespec none = { 0 };

	stop_poll(NULL, 0, &none);
	return stop_asked() != 0;
}

/* Was it done before the deadline?  If not, *a is the thread's. */
static bool
done_in_time(struct aside *a, int64_t deadline)
{
	bool done;

	pthread_mutex_lock(&a->lock);
	while (!a->done && !must_stop() &&
	    (deadline == 0 || here_real.ticks() < deadline))
		wait_a_while(a, deadline);
	done = a->done;
	a->left_behind = !done;
	pthread_mutex_unlock(&a->lock);
	return done;
}

int
aside_run(struct aside *a, int64_t deadline, struct error *e)
{
	pthread_t thread;
	int rc;

	begin(a);
	if ((rc = start_thread(a, &thread)) != 0) {
		end(a);
		errno = rc;
		return error_sys(e, ERR_OS, "cannot start a thread");
	}
	if (!done_in_time(a, deadline)) {
		pthread_detach(thread);
		return 0;
	}
	pthread_join(thread, NULL);
	end(a);
	return 1;
}

int
aside_too_slow(const char *host, struct error *e)
{
	if (stop_asked() != 0)
		return stop_error(e);
	error_set(e, ERR_TIMEOUT,
	    "no answer in time to the question where host '%s' is", host);
	return error_hint(e,
	    "is this machine online, and does its name server "
	    "(/etc/resolv.conf) answer?");
}
