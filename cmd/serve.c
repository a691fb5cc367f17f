#include "cmd/serve.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/stop.h"
#include "cmd/gate.h"
#include "queue/notify.h"
#include "smtp/service.h"
#include "submit/report.h"
#include "submit/submit.h"

enum {
	PATIENCE = 300, /* seconds */
	LIFE = 3600, /* seconds that a client has, one message after another */
	LAST_WORD = 2000, /* milliseconds */
	BLOCK = 65536,
	REPLIES_ENOUGH = 32768
};

#define SECOND INT64_C(1000000)

struct serving {
	const struct request *r;
	struct service *s;
	struct gate gate;
	int64_t end; /* ticks: he has been here long enough; 0: never */
	bool broken; /* memory is out, or he is deaf */
	bool deaf;   /* replies do not reach the client */
};

/*
 * As much of it as there is room for: -1 and EAGAIN where that is nothing.  What
 * is no socket is not ours to be made nonblocking; a pipe that is ready has room
 * for PIPE_BUF octets.
 */
static ssize_t
put(struct bytes text)
{
	struct pollfd ready = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t n =
	    send(STDOUT_FILENO, text.p, text.n, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0 || errno != ENOTSOCK)
		return n;
	if (poll(&ready, 1, 0) > 0)
		return write(STDOUT_FILENO, text.p,
		    text.n < PIPE_BUF ? text.n : PIPE_BUF);
	errno = EAGAIN;
	return -1;
}

static bool
over_time(const struct serving *v)
{
	return v->end != 0 && v->r->here->ticks() > v->end;
}

/* When we are to stop there is still a moment for the last word. */
static bool
room_comes(const struct serving *v)
{
	struct pollfd wait = { .fd = STDOUT_FILENO, .events = POLLOUT };
	const struct timespec patience = { PATIENCE, 0 };

	if (over_time(v))
		return false;
	if (stop_asked() == 0 && stop_poll(&wait, 1, &patience) > 0)
		return true;
	return stop_asked() != 0 && poll(&wait, 1, LAST_WORD) > 0;
}

/* A client who cannot hear us must not be served: he will come again. */
static bool
send_replies(struct serving *v)
{
	struct bytes text = buf_bytes(service_replies(v->s));

	while (text.n > 0 && !v->deaf) {
		ssize_t n = put(text);

		if (n > 0)
			text = bytes_skip(text, (size_t)n);
		else if (n == 0 || (errno != EINTR && errno != EAGAIN) ||
		    !room_comes(v))
			v->broken = v->deaf = true;
	}
	buf_reset(service_replies(v->s));
	return !v->deaf;
}

/* False, and the client is told, when there is no more time for him. */
static bool
input_comes(struct serving *v)
{
	struct pollfd wait = { .fd = v->r->input, .events = POLLIN };
	const struct timespec patience = { PATIENCE, 0 };
	int rc;

	if (over_time(v)) {
		service_close(v->s, "4.4.2", "has listened for an hour");
		return false;
	}
	do
		rc = stop_poll(&wait, 1, &patience);
	while (rc < 0 && errno == EINTR && stop_asked() == 0);
	if (rc == 0)
		service_close(v->s, "4.4.2", "waited too long");
	else if (stop_asked() != 0)
		service_close(v->s, "4.3.2", "shuts down");
	return rc != 0 && stop_asked() == 0;
}

/* Nobody is left waiting for a reply while we wait for him. */
static bool
take_input(struct serving *v)
{
	char block[BLOCK];
	ssize_t n;

	if (!send_replies(v) || !input_comes(v))
		return false;
	do
		n = read(v->r->input, block, sizeof(block));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		service_end(v->s);
	else if (!service_input(v->s, (struct bytes){ block, (size_t)n }))
		v->broken = true;
	return !v->broken;
}

/* Reads the message for intake. */
static ssize_t
read_content(void *ctx, char *to, size_t room)
{
	struct serving *v = ctx;
	size_t n;

	for (;;) {
		switch (service_content(v->s, to, room, &n)) {
		case CONTENT_SOME:
			return (ssize_t)n;
		case CONTENT_OVER:
			return 0;
		case CONTENT_WAITS:
			if (take_input(v))
				break;
			/* FALLTHROUGH */
		case CONTENT_ABORTED:
			errno = ECANCELED;
			return -1;
		}
	}
}

/* The same, up to the most that a message may hold. */
static ssize_t
read_within_limit(void *ctx, char *to, size_t room)
{
	struct serving *v = ctx;
	ssize_t n = read_content(ctx, to, room);

	if (!service_too_large(v->s))
		return n;
	errno = EFBIG;
	return -1;
}

/* What could not be taken in is read all the same: it is no command.  False when
   there is no end to it. */
static bool
drain(struct serving *v)
{
	char rest[4096];

	while (!service_endless(v->s))
		if (read_content(v, rest, sizeof(rest)) <= 0)
			return true;
	return false;
}

/* What is wrong with the service, and where its files are, is no user's
   business. */
static const struct error *
fit_to_be_told(
    const struct serving *v, const struct error *e, struct error *instead)
{
	if (!v->gate.known || peer_trusted(&v->gate.peer) ||
	    !error_of_service(e))
		return e;
	report_error(v->r->program, REPORT_TEXT, e, error_exit(e));
	error_set(instead, e->kind, ERROR_OF_SERVICE);
	return instead;
}

/* A report that cannot be made is no reason to refuse what was sent. */
static void
tell_relayed(struct serving *v, struct letter *l)
{
	struct error e = ERROR_NONE;
	struct request r = *v->r;

	r.peer = gate_peer(&v->gate); /* it is his */
	if (notify_relayed_at_once(l, &r, &e) < 0)
		report_error(v->r->program, REPORT_TEXT, &e, 0);
}

/* What waits was not sent, and may be asked for by its id. */
static struct verdict
verdict_to_tell(const struct letter *l, size_t i)
{
	struct verdict v = letter_verdict(l, i);

	if (v.state == VERDICT_QUEUED)
		snprintf(v.text, sizeof(v.text), "queued as %s", l->queue_id);
	return v;
}

static void
tell(void *ctx, struct letter *l, const struct error *e)
{
	struct serving *v = ctx;
	const struct envelope *env = service_envelope(v->s);
	struct error instead = ERROR_NONE;
	struct verdict *verdicts;
	bool ends;

	if (l->unqueued.kind != ERR_NONE)
		e = &l->unqueued; /* else we had taken it */
	report_write(STDERR_FILENO, buf_bytes(&l->complaints));
	report_queued(l, v->r);
	tell_relayed(v, l);
	ends = drain(v);
	verdicts = calloc(env->n + 1, sizeof(*verdicts));
	if (verdicts == NULL) {
		v->broken = true;
		return;
	}
	for (size_t i = 0; i < env->n; i++)
		verdicts[i] = verdict_to_tell(l, i);
	service_answer(
	    v->s, verdicts, letter_somebody(l), fit_to_be_told(v, e, &instead));
	if (!ends)
		service_close(v->s, "4.3.4", "has heard enough");
	free(verdicts);
}

static void
relay(struct serving *v)
{
	struct request r = *v->r;

	r.given = service_envelope(v->s);
	r.peer = gate_peer(&v->gate);
	r.read = read_within_limit;
	r.read_ctx = v;
	r.lone_dot_ends = false;
	r.read_recipients = r.read_envelope_from = false;
	r.notify = NOTIFY_UNSET;
	r.envid = NULL;
	r.smtputf8 = r.smtputf8 || service_smtputf8(v->s);
	r.progress = NULL;
	submit_and_tell(&r, tell, v);
}

static void
converse_with_client(struct serving *v)
{
	for (;;) {
		switch (service_step(v->s)) {
		case SERVICE_CONTENT:
			if (!send_replies(v))
				return;
			relay(v);
			break;
		case SERVICE_INPUT:
			if (!take_input(v) && v->broken)
				return;
			break;
		case SERVICE_OVER:
			return;
		}
		if (service_replies(v->s)->n > REPLIES_ENOUGH &&
		    !send_replies(v))
			return;
	}
}

/* Who may not come in is told so in place of a greeting. */
static void
receive_client(struct serving *v, struct service_plan *plan)
{
	struct error e = ERROR_NONE;

	if (gate_open(&v->gate, v->r, &e) < 0) {
		service_close(
		    v->s, e.kind == ERR_CONNECT ? "4.3.2" : "4.3.0", e.text);
		return;
	}
	if (v->gate.known)
		v->end = v->r->here->ticks() + LIFE * SECOND;
	plan->max_size = v->gate.limits.size;
	plan->max_recipients = v->gate.limits.recipients;
	plan->admit = gate_admit;
	plan->ctx = &v->gate;
	converse_with_client(v);
}

int
serve(const struct request *r)
{
	char host[256];
	struct service_plan plan = { .lmtp = r->serve_lmtp, .host = host };
	struct serving v = { .r = r };

	r->here->host_name(host, sizeof(host));
	if (host[0] == '\0')
		strcpy(host, "localhost");
	stop_defer(); /* the client is told when we go */
	v.s = service_new(&plan);
	if (v.s == NULL)
		return EX_OSERR;
	receive_client(&v, &plan);
	send_replies(&v);
	service_free(v.s);
	gate_close(&v.gate);
	if (v.deaf)
		return EX_IOERR;
	return v.broken ? EX_OSERR : EX_OK;
}
