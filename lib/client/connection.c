#include "client/connection.h"

#include <string.h>

#include "base/stop.h"

enum { IO_SIZE = 16384, HANDSHAKE_PATIENCE = 60000000, GRACE = 5000000 };

static int64_t
ticks(const struct connection *c)
{
	return c->here->ticks();
}

static int64_t
before_end(const struct connection *c, int64_t deadline)
{
	int64_t end = c->dial.deadline;

	return end != 0 && deadline > end ? end : deadline;
}

/* ---- reading and writing --------------------------------------------------- */

/* A deadline stands until bytes have left or a whole reply was heard. */
static void
renew_deadline(struct connection *c)
{
	uint64_t progress = smtp_progress(c->session);

	if (c->deadline != 0 && c->progressed == progress)
		return;
	c->progressed = progress;
	c->deadline = before_end(c, ticks(c) + smtp_patience(c->session));
}

/* Put where it happened in front. */
static int
at_step(const struct connection *c, struct error *e)
{
	return error_in(e, "%s, at %s", c->dial.host, smtp_step(c->session));
}

static int
timed_out(struct connection *c, struct error *e)
{
	error_set(e, ERR_TIMEOUT, "%s: no answer in time, at %s", c->dial.host,
	    smtp_step(c->session));
	if (!c->secured && smtp_progress(c->session) == 0)
		error_hint(e,
		    "a port that speaks TLS from the start says nothing "
		    "first; if it is one, set tls = \"implicit\"");
	return -1;
}

static int
wait_for(struct connection *c, int what, struct error *e)
{
	int64_t until = c->deadline;

	if (c->grace != 0 && (until == 0 || c->grace < until))
		until = c->grace;
	return c->wire->wait(c->wire, what, until, e);
}

/*
 * We are asked to stop, and the message is handed over: a little later we may
 * know whether the server has it.
 */
static int
wait_a_little(struct connection *c, int what, struct error *e)
{
	struct error asked = *e;
	int ready;

	if (c->grace == 0)
		c->grace = ticks(c) + GRACE;
	*e = ERROR_NONE;
	stop_hold(true);
	ready = wait_for(c, what, e);
	stop_hold(false);
	if (ready == 0)
		*e = asked;
	return ready == 0 ? -1 : ready;
}

/* Wait for one of what; -1 when it does not come. */
static int
await(struct connection *c, int what, struct error *e)
{
	int ready = wait_for(c, what, e);

	if (ready < 0 && stop_asked() != 0 && smtp_uncertain(c->session))
		ready = wait_a_little(c, what, e);
	if (ready < 0)
		return at_step(c, e);
	return ready == 0 ? timed_out(c, e) : ready;
}

/* Read once: 1 fed, 0 nothing there, -1 the end or worse. */
static int
hear_some(struct connection *c, struct error *e)
{
	char io[IO_SIZE];
	ssize_t n = c->wire->read(c->wire, io, sizeof(io), e);

	if (n == WIRE_AGAIN)
		return 0;
	if (n == 0)
		return error_set(e, ERR_DISCONNECTED,
		    "%s closed the connection, at %s", c->dial.host,
		    smtp_step(c->session));
	if (n < 0)
		return at_step(c, e);
	smtp_feed(c->session, (struct bytes){ io, (size_t)n });
	return 1;
}

static int
hear(struct connection *c, struct error *e)
{
	int got = hear_some(c, e);

	if (got != 0)
		return got < 0 ? -1 : 0;
	return await(c, WIRE_READ, e) < 0 ? -1 : 0;
}

static bool
resting(const struct connection *c)
{
	enum smtp_want want = smtp_want(c->session);

	return want == SMTP_IDLE || want == SMTP_OVER;
}

/* After a write failed: what did the server still say? */
static int
last_words(struct connection *c, const struct error *why, struct error *e)
{
	struct error rest = ERROR_NONE;

	while (!resting(c)) {
		int got = hear_some(c, &rest);

		if (got < 0 || (got == 0 && await(c, WIRE_READ, &rest) < 0)) {
			*e = *why;
			return at_step(c, e);
		}
	}
	return 0;
}

/* Send; a server that speaks meanwhile is heard. */
static int
say(struct connection *c, struct error *e)
{
	struct error why = ERROR_NONE;
	ssize_t n;
	int ready;

	if (smtp_in_content(c->session) && (ready = hear_some(c, e)) != 0)
		return ready < 0 ? -1 : 0;
	n = c->wire->write(c->wire, smtp_out(c->session), &why);
	if (n >= 0) {
		smtp_sent(c->session, (size_t)n);
		return 0;
	}
	if (n != WIRE_AGAIN)
		return last_words(c, &why, e);
	ready = await(c, WIRE_READ | WIRE_WRITE, e);
	if (ready < 0)
		return -1;
	return ready & WIRE_READ && hear_some(c, e) < 0 ? -1 : 0;
}

static int
give_body(struct connection *c, struct error *e)
{
	if (content_give(c->content, c->session, e) < 0)
		return -1;
	if (c->progress != NULL)
		c->progress(
		    c->progress_ctx, c->content->given, c->content->smtp.size);
	return 0;
}

/* ---- TLS ------------------------------------------------------------------- */

static int
shake_hands(struct connection *c, struct error *e)
{
	int64_t patience = c->handshake_timeout > 0 ? c->handshake_timeout
						    : HANDSHAKE_PATIENCE,
		from = ticks(c), deadline = before_end(c, from + patience);

	c->wire =
	    tls_start(c->wire, &c->tls_plan, deadline, &c->tls, c->trace, e);
	if (c->wire == NULL)
		return -1;
	c->secured = true;
	c->handshake = ticks(c) - from;
	return 0;
}

static struct sasl_binding
binding(const struct connection *c)
{
	struct sasl_binding b = { NULL, { NULL, 0 } };

	if (c->tls.binding_n > 0) {
		b.type = c->tls.binding_type;
		b.data = (struct bytes){ c->tls.binding, c->tls.binding_n };
	}
	return b;
}

/* STARTTLS was granted: whatever came behind that is not to be believed. */
static int
secure(struct connection *c, struct error *e)
{
	if (wire_quiet(c->wire, e) < 0)
		return error_in(e, "%s", c->dial.host);
	if (shake_hands(c, e) < 0)
		return -1;
	smtp_secured(c->session, binding(c));
	return 0;
}

/* ---- the pump -------------------------------------------------------------- */

static int
do_what_is_wanted(struct connection *c, struct error *e)
{
	switch (smtp_want(c->session)) {
	case SMTP_SEND:
		return say(c, e);
	case SMTP_RECV:
		return hear(c, e);
	case SMTP_TLS:
		return secure(c, e);
	case SMTP_BODY:
		return give_body(c, e);
	case SMTP_IDLE:
	case SMTP_OVER:
		break;
	}
	return 0;
}

/* An error that the session knows stands before one that came after it. */
void
connection_run(struct connection *c)
{
	struct error e = ERROR_NONE;

	c->deadline = 0;
	while (!resting(c)) {
		renew_deadline(c);
		if (do_what_is_wanted(c, &e) < 0)
			smtp_lost(c->session, &e);
	}
}

void
connection_glance(struct connection *c)
{
	struct error ignored = ERROR_NONE;

	if (trace_on(c->trace, 1) && c->wire != NULL)
		hear_some(c, &ignored);
}

/* ---- its life -------------------------------------------------------------- */

/* What is wrong now is so later, when it is told. */
static void
use_the_wait(void)
{
	struct error ignored = ERROR_NONE;

	tls_prepare(&ignored);
}

int
connection_open(struct connection *c, struct error *e)
{
	int64_t from = ticks(c);

	c->secured = false;
	if (c->implicit || c->starttls)
		c->dial.meanwhile = use_the_wait;
	c->wire = dial(&c->dial, &c->dialled, c->trace, e);
	c->connect = ticks(c) - from;
	if (c->wire == NULL)
		return -1;
	return c->implicit ? shake_hands(c, e) : 0;
}

int
connection_begin(struct connection *c, const struct smtp_plan *plan,
    struct envelope *env, struct smtp_tries *tries, struct error *e)
{
	struct smtp_message *msg =
	    c->content != NULL ? &c->content->smtp : NULL;

	c->session = smtp_new(plan, env, msg, tries, e);
	if (c->session == NULL)
		return -1;
	if (c->implicit)
		smtp_secured(c->session, binding(c));
	c->trace->asked = ticks(c);
	return 0;
}

/* TCP, handshake, and each time the server was waited for. */
unsigned
connection_round_trips(const struct connection *c)
{
	unsigned n = 1;

	if (c->secured)
		n += strcmp(c->tls.version, "TLS1.3") == 0 ? 1 : 2;
	return n + (c->session != NULL ? 1 + smtp_turns(c->session) : 0);
}

void
connection_close(struct connection *c)
{
	smtp_free(c->session);
	c->session = NULL;
	if (c->wire != NULL)
		c->wire->close(c->wire, true);
	c->wire = NULL;
}
