#include "submit/converse.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "conf/secret.h"
#include "net/dial.h"
#include "net/tls.h"
#include "submit/plan.h"

/* New connections for the same host: mechanisms that void a flight. */
enum { CONNECTIONS_MOST = 5, IO_SIZE = 16384, TLS_PATIENCE = 60000000 };

/* One host's turn. */
struct hop {
	struct letter *l;
	const struct request *r;
	const struct account *a;
	const struct account_host *host;
	struct smtp_tries tries;
	struct plan plan;
	struct smtp_message msg;
	struct message_reader reader;
	int64_t given; /* octets of the message handed to the session */
	struct smtp *session;
	struct wire *wire;
	struct dialled dialled;
	struct dial_tried tried;
	struct tls_facts tls;
	bool secured;
	int64_t end;      /* ticks: the account's deadline; 0: none */
	int64_t deadline; /* ticks: for the step under way */
	uint64_t progress;
	int64_t connect, handshake; /* microseconds they took */
};

static int64_t
ticks(const struct hop *h)
{
	return h->r->here->ticks();
}

/* ---- the message for the session ------------------------------------------------ */

static void
measure(struct hop *h)
{
	const struct message *m = &h->l->message;

	h->msg.size = message_size(m);
	h->msg.lines = m->facts.lines;
	h->msg.body_8bit = message_body_8bit(m);
	h->msg.header_8bit = message_header_8bit(m);
	h->msg.header_utf8 = message_header_utf8(m);
}

/* The server takes no 8-bit text: send it as quoted-printable. */
static int
seven_bit(struct smtp_message *msg, struct error *e)
{
	struct hop *h = (struct hop *)((char *)msg - offsetof(struct hop, msg));
	struct message *m = &h->l->message;

	if (message_encode(m, message_advised(m, false), e) < 0)
		return -1;
	measure(h);
	return 0;
}

/* ---- the pump --------------------------------------------------------------------- */

static int64_t
before_end(const struct hop *h, int64_t deadline)
{
	return h->end != 0 && deadline > h->end ? h->end : deadline;
}

/* A deadline stands until bytes have left or a whole reply was heard. */
static void
renew_deadline(struct hop *h)
{
	uint64_t progress = smtp_progress(h->session);

	if (h->deadline != 0 && h->progress == progress)
		return;
	h->progress = progress;
	h->deadline = before_end(h, ticks(h) + smtp_patience(h->session));
}

static int
timed_out(struct hop *h, struct error *e)
{
	error_set(e, ERR_TIMEOUT, "%s: no answer in time, at %s", h->host->name,
	    smtp_step(h->session));
	if (!h->secured && smtp_progress(h->session) == 0)
		error_hint(e,
		    "a port that speaks TLS from the start says nothing "
		    "first; if it is one, set tls = \"implicit\"");
	return -1;
}

/* Wait for one of what; -1 when it does not come. */
static int
await(struct hop *h, int what, struct error *e)
{
	int ready = h->wire->wait(h->wire, what, h->deadline, e);

	if (ready < 0)
		return error_in(
		    e, "%s, at %s", h->host->name, smtp_step(h->session));
	return ready == 0 ? timed_out(h, e) : ready;
}

/* Read once: 1 fed, 0 nothing there, -1 the end or worse. */
static int
hear_some(struct hop *h, struct error *e)
{
	char io[IO_SIZE];
	ssize_t n = h->wire->read(h->wire, io, sizeof(io), e);

	if (n == WIRE_AGAIN)
		return 0;
	if (n == 0)
		return error_set(e, ERR_DISCONNECTED,
		    "%s closed the connection, at %s", h->host->name,
		    smtp_step(h->session));
	if (n < 0)
		return error_in(
		    e, "%s, at %s", h->host->name, smtp_step(h->session));
	smtp_feed(h->session, (struct bytes){ io, (size_t)n });
	return 1;
}

static int
hear(struct hop *h, struct error *e)
{
	int got = hear_some(h, e);

	if (got != 0)
		return got < 0 ? -1 : 0;
	return await(h, WIRE_READ, e) < 0 ? -1 : 0;
}

/* After a write failed: what did the server still say? */
static int
last_words(struct hop *h, const struct error *why, struct error *e)
{
	struct error rest = ERROR_NONE;

	while (smtp_want(h->session) != SMTP_OVER) {
		int got = hear_some(h, &rest);

		if (got < 0 || (got == 0 && await(h, WIRE_READ, &rest) < 0)) {
			*e = *why;
			return error_in(e, "%s, at %s", h->host->name,
			    smtp_step(h->session));
		}
	}
	return 0;
}

/* Send; a server that speaks meanwhile is heard. */
static int
say(struct hop *h, struct error *e)
{
	struct error why = ERROR_NONE;
	ssize_t n;
	int ready;

	if (smtp_in_content(h->session) && (ready = hear_some(h, e)) != 0)
		return ready < 0 ? -1 : 0;
	n = h->wire->write(h->wire, smtp_out(h->session), &why);
	if (n >= 0) {
		smtp_sent(h->session, (size_t)n);
		return 0;
	}
	if (n != WIRE_AGAIN)
		return last_words(h, &why, e);
	ready = await(h, WIRE_READ | WIRE_WRITE, e);
	if (ready < 0)
		return -1;
	return ready & WIRE_READ && hear_some(h, e) < 0 ? -1 : 0;
}

static int
give_body(struct hop *h, struct error *e)
{
	struct bytes piece;

	if (smtp_body_first(h->session)) {
		message_reader_clear(&h->reader);
		message_reader_init(&h->reader, &h->l->message);
		h->given = 0;
	}
	if (message_next(&h->reader, &piece, e) < 0)
		return -1;
	smtp_body(h->session, piece);
	h->given += (int64_t)piece.n;
	if (h->r->progress != NULL)
		h->r->progress(h->r->progress_ctx, h->given, h->msg.size);
	return 0;
}

static struct tls_plan
plan_of_tls(const struct account *a, const struct account_host *host)
{
	return (struct tls_plan){
		.host = a->tls_host != NULL ? a->tls_host : host->name,
		.verify = a->tls_verify == VERIFY_FULL    ? TLS_VERIFY_FULL
		    : a->tls_verify == VERIFY_FINGERPRINT ? TLS_VERIFY_PIN
							  : TLS_VERIFY_OFF,
		.trust_file = a->tls_trust_file,
		.pins = (const char *const *)a->tls_fingerprint,
		.cert_file = a->tls_cert_file,
		.key_file = a->tls_key_file,
		.min_version = a->tls_min_version,
		.priority = a->tls_priority,
	};
}

static int
start_tls(struct hop *h, struct error *e)
{
	struct tls_plan plan = plan_of_tls(h->a, h->host);
	int64_t patience = h->a->timeout > 0 ? h->a->timeout : TLS_PATIENCE,
		from = ticks(h), deadline = from + patience;

	h->wire = tls_start(
	    h->wire, &plan, before_end(h, deadline), &h->tls, h->r->trace, e);
	if (h->wire == NULL)
		return -1;
	h->secured = true;
	h->handshake = ticks(h) - from;
	return 0;
}

static struct sasl_binding
binding(const struct hop *h)
{
	struct sasl_binding b = { NULL, { NULL, 0 } };

	if (h->tls.binding_n > 0) {
		b.type = h->tls.binding_type;
		b.data = (struct bytes){ h->tls.binding, h->tls.binding_n };
	}
	return b;
}

/* STARTTLS was granted: whatever came behind that is not to be believed. */
static int
secure(struct hop *h, struct error *e)
{
	if (wire_quiet(h->wire, e) < 0)
		return error_in(e, "%s", h->host->name);
	if (start_tls(h, e) < 0)
		return -1;
	smtp_secured(h->session, binding(h));
	return 0;
}

static int
do_what_is_wanted(struct hop *h, struct error *e)
{
	switch (smtp_want(h->session)) {
	case SMTP_SEND:
		return say(h, e);
	case SMTP_RECV:
		return hear(h, e);
	case SMTP_TLS:
		return secure(h, e);
	case SMTP_BODY:
		return give_body(h, e);
	case SMTP_IDLE:
	case SMTP_OVER:
		break;
	}
	return 0;
}

/* An error that the session knows stands before one that came after it. */
static void
pump(struct hop *h)
{
	struct error e = ERROR_NONE;

	h->deadline = 0;
	stop_defer();
	while (smtp_want(h->session) != SMTP_OVER) {
		renew_deadline(h);
		if (do_what_is_wanted(h, &e) < 0)
			smtp_lost(h->session, &e);
	}
}

/* What is there already of the answer to QUIT, for the trace. */
static void
glance(struct hop *h)
{
	struct error ignored = ERROR_NONE;

	if (trace_on(h->r->trace, 1) && h->wire != NULL)
		hear_some(h, &ignored);
}

/* ---- one connection ------------------------------------------------------------------ */

static int
connect_to(struct hop *h, struct error *e)
{
	const struct account *a = h->a;
	struct dial d = {
		.host = h->host->name,
		.port = h->host->port,
		.source = a->source_ip,
		.connect_timeout = a->connect_timeout,
		.deadline = h->end,
		.tried = &h->tried,
	};
	int64_t from = ticks(h);

	h->secured = false;
	h->wire = dial(&d, &h->dialled, h->r->trace, e);
	h->connect = ticks(h) - from;
	if (h->wire == NULL)
		return -1;
	return h->host->tls == ACCOUNT_TLS_IMPLICIT ? start_tls(h, e) : 0;
}

static void
trace_account(struct hop *h)
{
	struct trace_event v;
	const struct account *a = h->a;
	char port[16] = "";

	if (!h->host->is_path)
		snprintf(port, sizeof(port), ":%u", h->host->port);
	if (!trace_open(h->r->trace, &v, 1, '*', "start"))
		return;
	trace_text(&v, "account", bytes_of(a->name));
	trace_text(&v, "host", bytes_of(h->host->name));
	trace_number(&v, "port", h->host->port);
	trace_text(&v, "tls", bytes_of(plan_tls(h->host)));
	trace_number(&v, "pid", getpid());
	trace_say(&v, "account %s: %s%s tls=%s auth=%s%s%s",
	    a->name != NULL ? a->name : "(none)", h->host->name, port,
	    plan_tls(h->host),
	    plan_logs_in(a) && a->auth != NULL ? a->auth[0] : "off",
	    plan_logs_in(a) && a->user != NULL ? " user=" : "",
	    plan_logs_in(a) && a->user != NULL ? a->user : "");
	trace_close(&v);
}

/* TCP, handshake, greeting, and each time the server was waited for. */
static void
count_round_trips(struct hop *h)
{
	struct letter *l = h->l;

	l->round_trips += 2 + smtp_turns(h->session);
	if (h->secured)
		l->round_trips += strcmp(h->tls.version, "TLS1.3") == 0 ? 1 : 2;
	snprintf(
	    l->tls, sizeof(l->tls), "%s", h->secured ? h->tls.version : "off");
}

static void
note_end(struct hop *h, struct error *e)
{
	h->l->maybe_delivered |= smtp_uncertain(h->session);
	count_round_trips(h);
	if (smtp_error(h->session)->kind != ERR_NONE)
		*e = *smtp_error(h->session);
}

static void
trace_closed(struct hop *h)
{
	struct trace_event v;

	if (!h->r->trace->json || !trace_open(h->r->trace, &v, 1, '*', "close"))
		return;
	trace_bool(&v, "secured", h->secured);
	trace_ms(&v, "ms", ticks(h) - h->l->started);
	trace_close(&v);
}

/* 1: over, 0: once more with what the tries have learnt, -1: failed. */
static int
talk(struct hop *h, struct error *e)
{
	int rc = -1;

	if (connect_to(h, e) < 0)
		return -1;
	plan_make(&h->plan, h->l, h->r, h->host, h->dialled.local);
	measure(h);
	h->msg.seven_bit = seven_bit;
	message_reader_init(&h->reader, &h->l->message);
	h->session = smtp_new(&h->plan.smtp, &h->l->env, &h->msg, &h->tries, e);
	if (h->session == NULL)
		goto out;
	if (h->host->tls == ACCOUNT_TLS_IMPLICIT)
		smtp_secured(h->session, binding(h));
	h->r->trace->asked = ticks(h);
	pump(h);
	glance(h);
	note_end(h, e);
	rc = smtp_again(h->session) ? 0 : e->kind == ERR_NONE ? 1 : -1;
out:
	message_reader_clear(&h->reader);
	smtp_free(h->session);
	h->session = NULL;
	if (h->wire != NULL)
		h->wire->close(h->wire, true);
	trace_closed(h);
	return rc;
}

static struct hop
hop_to(
    struct letter *l, const struct request *r, const struct account_host *host)
{
	struct hop h = { .l = l, .r = r, .a = &l->account, .host = host };

	plan_init(&h.plan);
	if (l->account.deadline > 0)
		h.end = l->started + l->account.deadline;
	snprintf(l->host, sizeof(l->host), "%s", host->name);
	return h;
}

/* As many connections as it takes to log in. */
static int
try_address(struct hop *h, struct error *e)
{
	int rc = 0;

	h->tries = (struct smtp_tries){ 0 };
	h->dialled.others = false;
	for (int i = 0; rc == 0 && i < CONNECTIONS_MOST; i++)
		rc = talk(h, e);
	if (rc == 0)
		*e = h->tries.why;
	return rc > 0 ? 0 : -1;
}

bool
converse_elsewhere(const struct error *e)
{
	switch (e->kind) {
	case ERR_GREETING:
	case ERR_HELO:
	case ERR_TLS:
	case ERR_TLS_VERIFY:
	case ERR_DISCONNECTED:
	case ERR_PROTOCOL:
		return true;
	case ERR_AUTH:
		return e->code == 421;
	default:
		return false;
	}
}

/* Is this one of several machines by that name? */
static bool
another_address(struct hop *h, const struct error *e)
{
	if (!h->dialled.others || h->l->maybe_delivered || stop_asked() != 0 ||
	    h->tried.n + 1 >= DIAL_ADDRESSES || !converse_elsewhere(e))
		return false;
	snprintf(h->tried.peer[h->tried.n++], DIAL_PEER, "%s", h->dialled.peer);
	trace_note(h->r->trace, 1, "warn", "%s; next address", e->text);
	return true;
}

/* What a machine said is worth more than that another one said nothing. */
int
converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e)
{
	struct hop h = hop_to(l, r, host);
	struct error said = ERROR_NONE;
	int rc;

	trace_account(&h);
	rc = try_address(&h, e);
	while (rc < 0 && another_address(&h, e)) {
		said = *e;
		*e = ERROR_NONE;
		envelope_reopen(&l->env);
		rc = try_address(&h, e);
	}
	if (rc < 0 && said.kind != ERR_NONE &&
	    (e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT))
		*e = said;
	plan_clear(&h.plan);
	return rc;
}

/* ---- not even connecting ------------------------------------------------------------------- */

int
letter_check(const struct letter *l, struct error *e)
{
	const struct account *a = &l->account;

	for (size_t i = 0; i < a->hosts_n; i++) {
		struct tls_plan plan = plan_of_tls(a, &a->hosts[i]);

		if (a->hosts[i].tls != ACCOUNT_TLS_OFF &&
		    tls_check(&plan, e) < 0)
			return -1;
	}
	if (!plan_needs_secret(a))
		return 0;
	return secret_check(a, e);
}

/* ---- only looking -------------------------------------------------------------------------- */

static void
tell(struct hop *h, int64_t greeting, void *ctx,
    void (*look)(void *ctx, const struct glimpse *g))
{
	struct glimpse g = {
		.host = h->host,
		.dialled = &h->dialled,
		.tls = h->secured ? &h->tls : NULL,
		.offers = smtp_offers(h->session),
		.connect = h->connect,
		.handshake = h->handshake,
		.greeting = greeting,
	};

	look(ctx, &g);
}

int
letter_look(struct letter *l, const struct request *r,
    void (*look)(void *ctx, const struct glimpse *g), void *ctx,
    struct error *e)
{
	struct hop h;
	int64_t from;

	if (l->account.hosts_n == 0)
		return error_set(e, ERR_CONFIG, "account has no host");
	h = hop_to(l, r, &l->account.hosts[0]);
	trace_account(&h);
	if (connect_to(&h, e) < 0)
		return -1;
	plan_make(&h.plan, l, r, h.host, h.dialled.local);
	h.plan.smtp.task = SMTP_LOOK;
	from = ticks(&h);
	h.session = smtp_new(&h.plan.smtp, NULL, NULL, &h.tries, e);
	if (h.session == NULL) {
		h.wire->close(h.wire, false);
		plan_clear(&h.plan);
		return -1;
	}
	pump(&h);
	note_end(&h, e);
	if (e->kind == ERR_NONE)
		tell(&h, ticks(&h) - from, ctx, look);
	smtp_free(h.session);
	plan_clear(&h.plan);
	if (h.wire != NULL)
		h.wire->close(h.wire, true);
	return e->kind == ERR_NONE ? 0 : -1;
}
