#include "net/resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "base/here.h"
#include "base/stop.h"

/* Microseconds between two looks whether we are to stop. */
enum { WHILE = 200000 };

/*
 * What the asker and its thread share.  Whoever is last to need it frees it:
 * the asker when there is an answer, the thread when it was left behind.
 */
struct question {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool answered, left_behind;
	int rc, sys; /* of the lookup; sys is its errno */
	struct addrinfo *answer;
	resolve_lookup *lookup;
	char port[8];
	char host[];
};

static const struct addrinfo by_name = { .ai_socktype = SOCK_STREAM,
	.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG };
static const struct addrinfo by_digits = { .ai_socktype = SOCK_STREAM,
	.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST };

const char *
endpoint_text(const struct endpoint *p, char to[ENDPOINT_TEXT])
{
	if (getnameinfo((const struct sockaddr *)&p->addr, p->n, to,
		ENDPOINT_TEXT, NULL, 0, NI_NUMERICHOST) != 0)
		to[0] = '\0';
	return to;
}

unsigned
endpoint_port(const struct endpoint *p)
{
	if (p->addr.ss_family == AF_INET6)
		return ntohs(
		    ((const struct sockaddr_in6 *)&p->addr)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&p->addr)->sin_port);
}

static bool
endpoint_of(struct endpoint *p, const struct addrinfo *a)
{
	if (a->ai_addrlen > sizeof(p->addr) ||
	    (a->ai_family != AF_INET && a->ai_family != AF_INET6))
		return false;
	memset(&p->addr, 0, sizeof(p->addr));
	memcpy(&p->addr, a->ai_addr, a->ai_addrlen);
	p->n = a->ai_addrlen;
	return true;
}

bool
resolve_literal(const char *host, unsigned port, struct endpoint *p)
{
	struct addrinfo *answer;
	char digits[8];
	bool ok;

	snprintf(digits, sizeof(digits), "%u", port & 0xffff);
	if (getaddrinfo(host, digits, &by_digits, &answer) != 0)
		return false;
	ok = endpoint_of(p, answer);
	freeaddrinfo(answer);
	return ok;
}

bool
resolve_source(const char *text, struct endpoint *p)
{
	struct error no_address = ERROR_NONE;
	char address[ENDPOINT_TEXT];
	struct host h;

	if (host_read(&h, bytes_of(text), &no_address) < 0 || h.is_path ||
	    h.name.n >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", BYTES_ARG(h.name));
	return resolve_literal(address, h.port, p);
}

static struct question *
question_new(const struct resolve *r)
{
	size_t n = strlen(r->host) + 1;
	struct question *q = calloc(1, sizeof(*q) + n);
	pthread_condattr_t monotonic;

	if (q == NULL)
		return NULL;
	q->lookup = r->lookup;
	memcpy(q->host, r->host, n);
	snprintf(q->port, sizeof(q->port), "%u", r->port & 0xffff);
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&q->change, &monotonic);
	pthread_condattr_destroy(&monotonic);
	return q;
}

static void
question_free(struct question *q)
{
	if (q->answer != NULL)
		freeaddrinfo(q->answer);
	pthread_cond_destroy(&q->change);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

/* The thread. */
static void *
look_up(void *arg)
{
	struct question *q = arg;
	struct addrinfo *answer = NULL;
	int rc = q->lookup(q->host, q->port, &by_name, &answer);
	int sys = errno;
	bool left_behind;

	pthread_mutex_lock(&q->lock);
	q->answer = rc == 0 ? answer : NULL;
	q->rc = rc;
	q->sys = sys;
	q->answered = true;
	left_behind = q->left_behind;
	pthread_cond_signal(&q->change);
	pthread_mutex_unlock(&q->lock);
	if (left_behind)
		question_free(q);
	return NULL;
}

/* Start it deaf to signals: they are for the thread that is at work. */
static int
start_thread(struct question *q, pthread_t *thread)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(thread, NULL, look_up, q);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return rc;
}

/* A while, and no longer than the deadline. */
static void
wait_a_while(struct question *q, int64_t deadline)
{
	int64_t end = here_real.ticks() + WHILE;
	struct timespec until;

	if (deadline != 0 && deadline < end)
		end = deadline;
	until = (struct timespec){ end / 1000000, end % 1000000 * 1000 };
	pthread_cond_timedwait(&q->change, &q->lock, &until);
}

/* Are we asked to stop, by a signal that was held back meanwhile? */
static bool
must_stop(void)
{
	const struct timespec none = { 0 };

	stop_poll(NULL, 0, &none);
	return stop_asked() != 0;
}

/* Was there an answer before the deadline?  If not, q is the thread's. */
static bool
answer_in_time(struct question *q, int64_t deadline)
{
	bool answered;

	pthread_mutex_lock(&q->lock);
	while (!q->answered && !must_stop() &&
	    (deadline == 0 || here_real.ticks() < deadline))
		wait_a_while(q, deadline);
	answered = q->answered;
	q->left_behind = !answered;
	pthread_mutex_unlock(&q->lock);
	return answered;
}

static int
no_answer(const struct question *q, struct error *e)
{
	switch (q->rc) {
	case EAI_NONAME:
#if EAI_NODATA != EAI_NONAME
	case EAI_NODATA:
#endif
		error_set(e, ERR_RESOLVE, "host '%s' does not exist", q->host);
		return error_hint(e, "check how 'host' is spelt");
	case EAI_MEMORY:
		return error_set(e, ERR_OS, "out of memory");
	default:
		error_set(e, ERR_RESOLVE, "cannot look up host '%s': %s",
		    q->host,
		    q->rc == EAI_SYSTEM ? strerror(q->sys)
					: gai_strerror(q->rc));
		error_transient(e);
		return error_hint(e,
		    "is this machine online, and does its name server "
		    "(/etc/resolv.conf) answer?");
	}
}

static int
collect(const struct question *q, struct endpoints *found, struct error *e)
{
	if (q->rc != 0)
		return no_answer(q, e);
	found->n = 0;
	for (struct addrinfo *a = q->answer;
	     a != NULL && found->n < RESOLVE_MOST; a = a->ai_next)
		if (endpoint_of(&found->at[found->n], a))
			found->n++;
	if (found->n == 0)
		return error_set(
		    e, ERR_RESOLVE, "host '%s' has no address", q->host);
	return 0;
}

static int
too_slow(const char *host, struct error *e)
{
	if (stop_asked() != 0)
		return stop_error(e);
	error_set(e, ERR_TIMEOUT,
	    "no answer in time to the question where host '%s' is", host);
	return error_hint(e,
	    "is this machine online, and does its name server "
	    "(/etc/resolv.conf) answer?");
}

static int
ask(const struct resolve *r, struct endpoints *found, struct error *e)
{
	struct question *q = question_new(r);
	pthread_t thread;
	int rc;

	if (q == NULL)
		return error_set(e, ERR_OS, "out of memory");
	if ((rc = start_thread(q, &thread)) != 0) {
		question_free(q);
		errno = rc;
		return error_sys(e, ERR_OS, "cannot start a thread");
	}
	if (!answer_in_time(q, r->deadline)) {
		pthread_detach(thread);
		return too_slow(r->host, e);
	}
	pthread_join(thread, NULL);
	rc = collect(q, found, e);
	question_free(q);
	return rc;
}

int
resolve(const struct resolve *r, struct endpoints *found, struct error *e)
{
	if (!resolve_literal(r->host, r->port, &found->at[0]))
		return ask(r, found, e);
	found->n = 1;
	return 0;
}
