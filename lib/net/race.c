#include "net/race.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"

struct attempt {
	const struct endpoint *to;
	int fd;          /* -1: not running */
	int64_t started; /* ticks */
	int why;         /* errno of its failure */
};

struct heat {
	const struct race *race;
	struct attempt tries[RESOLVE_MOST];
	size_t n;       /* tries there are */
	size_t begun;   /* of these, those that were started */
	size_t running; /* of these, those that are undecided */
	int64_t next;   /* ticks: when to start the next one at the latest */
	int winner;     /* its descriptor, or -1 */
	const struct endpoint *won;
	bool used; /* the wait: something else was done in it */
};

static bool
is_ipv6(const struct endpoint *p)
{
	return p->addr.ss_family == AF_INET6;
}

/* The first of the family from *from on; *from moves behind it. */
static const struct endpoint *
next_of(const struct endpoints *all, bool ipv6, size_t *from)
{
	while (*from < all->n) {
		const struct endpoint *p = &all->at[(*from)++];

		if (is_ipv6(p) == ipv6)
			return p;
	}
	return NULL;
}

void
race_order(struct endpoints *to)
{
	const struct endpoints old = *to;
	const struct endpoint *p;
	size_t six = 0, four = 0;

	to->n = 0;
	while (six < old.n || four < old.n) {
		if ((p = next_of(&old, true, &six)) != NULL)
			to->at[to->n++] = *p;
		if ((p = next_of(&old, false, &four)) != NULL)
			to->at[to->n++] = *p;
	}
}

static const char *
reason(const struct heat *h, const struct attempt *a)
{
	if (a->why == EAFNOSUPPORT && h->race->source != NULL)
		return "the source address is of another family";
	return strerror(a->why);
}

static void
tell_lost(const struct heat *h, const struct attempt *a)
{
	char text[ENDPOINT_TEXT];
	int64_t took = here_real.ticks() - a->started;
	struct trace_event v;

	if (!trace_open(h->race->trace, &v, 3, '*', "connect"))
		return;
	endpoint_text(a->to, text);
	trace_text(&v, "addr", bytes_of(text));
	trace_number(&v, "port", endpoint_port(a->to));
	trace_text(&v, "error", bytes_of(reason(h, a)));
	trace_ms(&v, "ms", took);
	trace_say(&v, "%s port %u: %s (%.1f ms)", text, endpoint_port(a->to),
	    reason(h, a), (double)took / 1e3);
	trace_close(&v);
}

static void
lose(struct heat *h, struct attempt *a, int why)
{
	if (a->fd >= 0) {
		close(a->fd);
		h->running--;
	}
	a->fd = -1;
	a->why = why;
	tell_lost(h, a);
	h->next = 0;
}

static void
win(struct heat *h, struct attempt *a)
{
	h->winner = a->fd;
	h->won = a->to;
	a->fd = -1;
	h->running--;
}

/*
 * A port of ours that was used a moment ago, or that stands in the race twice,
 * may be bound again: what must be unique is both ends together.
 */
static int
bind_to(int fd, const struct endpoint *source)
{
	int yes = 1;

	if (endpoint_port(source) != 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
	return bind(fd, (const struct sockaddr *)&source->addr, source->n);
}

/* A socket of its own, bound to the source address: -1 and errno. */
static int
make_socket(const struct endpoint *source, int family)
{
	int fd, why;

	if (source != NULL && source->addr.ss_family != family) {
		errno = EAFNOSUPPORT;
		return -1;
	}
	fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0 || source == NULL || bind_to(fd, source) == 0)
		return fd;
	why = errno;
	close(fd);
	errno = why;
	return -1;
}

static void
begin(struct heat *h, int64_t now)
{
	struct attempt *a = &h->tries[h->begun++];
	char text[ENDPOINT_TEXT];

	h->next = now + RACE_DELAY;
	a->started = now;
	if (trace_on(h->race->trace, 3))
		trace_note(h->race->trace, 3, "connect", "trying %s port %u",
		    endpoint_text(a->to, text), endpoint_port(a->to));
	a->fd = make_socket(h->race->source, a->to->addr.ss_family);
	if (a->fd < 0) {
		lose(h, a, errno);
		return;
	}
	h->running++;
	if (connect(a->fd, (const struct sockaddr *)&a->to->addr, a->to->n) ==
	    0)
		win(h, a);
	else if (errno != EINPROGRESS && errno != EINTR)
		lose(h, a, errno);
}

/* Something happened to it: did it connect? */
static void
judge(struct heat *h, struct attempt *a)
{
	int why = 0;
	socklen_t n = sizeof(why);

	if (getsockopt(a->fd, SOL_SOCKET, SO_ERROR, &why, &n) < 0)
		why = errno;
	if (why != 0)
		lose(h, a, why);
	else
		win(h, a);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	if (a == 0 || b == 0)
		return a + b;
	return a < b ? a : b;
}

/* Until when there is nothing to do but wait; 0: for ever. */
static int64_t
quiet_until(const struct heat *h)
{
	int64_t until = h->race->deadline;

	if (h->begun < h->n)
		until = sooner(until, h->next);
	for (size_t i = 0; i < h->begun; i++)
		if (h->tries[i].fd >= 0 && h->race->connect_timeout != 0)
			until = sooner(until,
			    h->tries[i].started + h->race->connect_timeout);
	return until;
}

static int
poll_until(struct pollfd *p, size_t n, int64_t until)
{
	int64_t left = until - here_real.ticks();
	struct timespec t = { 0, 0 };

	if (left > 0)
		t = (struct timespec){ left / 1000000, left % 1000000 * 1000 };
	return stop_poll(p, n, until == 0 ? NULL : &t);
}

static void
use_the_wait(struct heat *h)
{
	if (h->race->meanwhile != NULL && !h->used)
		h->race->meanwhile();
	h->used = true;
}

static void
wait_and_judge(struct heat *h)
{
	struct pollfd p[RESOLVE_MOST];

	use_the_wait(h);
	/* A descriptor of -1 is passed over. */
	for (size_t i = 0; i < h->begun; i++)
		p[i] = (struct pollfd){ h->tries[i].fd, POLLOUT, 0 };
	if (poll_until(p, h->begun, quiet_until(h)) <= 0)
		return;
	for (size_t i = 0; i < h->begun && h->winner < 0; i++)
		if (p[i].revents != 0)
			judge(h, &h->tries[i]);
}

static void
expire(struct heat *h, int64_t now)
{
	for (size_t i = 0; i < h->begun; i++) {
		struct attempt *a = &h->tries[i];

		if (a->fd >= 0 && h->race->connect_timeout != 0 &&
		    now - a->started >= h->race->connect_timeout)
			lose(h, a, ETIMEDOUT);
	}
}

static void
give_up_all(struct heat *h, int why)
{
	for (size_t i = 0; i < h->begun; i++)
		if (h->tries[i].fd >= 0)
			lose(h, &h->tries[i], why);
	h->n = h->begun;
}

static void
run(struct heat *h)
{
	while (h->winner < 0 && (h->begun < h->n || h->running > 0)) {
		int64_t now = here_real.ticks();

		expire(h, now);
		if (h->race->deadline != 0 && now >= h->race->deadline)
			give_up_all(h, ETIMEDOUT);
		else if (stop_asked() != 0)
			give_up_all(h, EINTR);
		else if (h->begun < h->n && now >= h->next)
			begin(h, now);
		else if (h->running > 0)
			wait_and_judge(h);
	}
	for (size_t i = 0; i < h->begun; i++)
		if (h->tries[i].fd >= 0)
			close(h->tries[i].fd);
}

static bool
only_time_was_lost(const struct heat *h)
{
	for (size_t i = 0; i < h->begun; i++)
		if (h->tries[i].why != ETIMEDOUT)
			return false;
	return true;
}

/* Did one fail because of the address to come from? */
static bool
source_failed(const struct heat *h)
{
	for (size_t i = 0; i < h->begun; i++)
		if (h->tries[i].why == EADDRNOTAVAIL ||
		    h->tries[i].why == EADDRINUSE)
			return h->race->source != NULL;
	return false;
}

static void
hint_source(const struct endpoint *source, struct error *e)
{
	char text[ENDPOINT_TEXT];
	unsigned port = endpoint_port(source);

	endpoint_text(source, text);
	if (port == 0)
		error_hint(e, "is %s an address of this machine?", text);
	else
		error_hint(e,
		    "is %s an address of this machine, and its port %u free?",
		    text, port);
}

static void
hint(const struct heat *h, unsigned port, struct error *e)
{
	if (source_failed(h))
		hint_source(h->race->source, e);
	else if (port == 25)
		error_hint(e,
		    "many networks block port 25; mail of users is taken on "
		    "port 465 (tls = \"implicit\") or 587 "
		    "(tls = \"starttls\")");
	else if (port == 465)
		error_hint(e,
		    "perhaps the network blocks port 465; try port 587 with "
		    "tls = \"starttls\"");
	else if (port == 587)
		error_hint(e,
		    "perhaps the network blocks port 587; try port 465 with "
		    "tls = \"implicit\"");
	else
		error_hint(e, "does a server listen on port %u of '%s'?", port,
		    h->race->host);
}

/* Every address with its reason; the host's own name is not said twice. */
static int
report(const struct heat *h, unsigned port, struct error *e)
{
	char all[400] = "", text[ENDPOINT_TEXT];
	size_t n = 0;

	for (size_t i = 0; i < h->begun && n < sizeof(all); i++) {
		const struct attempt *a = &h->tries[i];
		bool same =
		    strcmp(endpoint_text(a->to, text), h->race->host) == 0;

		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s%s%s",
		    i == 0 ? "" : ", ", same ? "" : text, same ? "" : ": ",
		    reason(h, a));
	}
	if (h->begun == 0)
		snprintf(all, sizeof(all), "no time was left");
	error_set(e, only_time_was_lost(h) ? ERR_TIMEOUT : ERR_CONNECT,
	    "cannot connect to '%s' port %u: %s", h->race->host, port, all);
	hint(h, port, e);
	return -1;
}

int
race(const struct race *r, const struct endpoints *to, struct endpoint *won,
    struct error *e)
{
	struct heat h = { .race = r, .n = to->n, .winner = -1 };

	for (size_t i = 0; i < to->n; i++)
		h.tries[i] = (struct attempt){ .to = &to->at[i], .fd = -1 };
	run(&h);
	if (h.winner < 0)
		return report(
		    &h, to->n == 0 ? 0 : endpoint_port(&to->at[0]), e);
	*won = *h.won;
	return h.winner;
}
