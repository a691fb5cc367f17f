#include "submit/converse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/idn.h"
#include "conf/hint.h"
#include "conf/secret.h"
#include "net/dial.h"
#include "net/tls.h"

/* New connections for the same host: mechanisms that void a flight. */
enum { CONNECTIONS_MOST = 5, IO_SIZE = 16384, TLS_PATIENCE = 60000000 };

/* One host's turn. */
struct hop {
	struct letter *l;
	const struct request *r;
	const struct account *a;
	const struct account_host *host;
	struct smtp_tries tries;
	struct smtp_plan plan;
	struct smtp_message msg;
	struct message_reader reader;
	int64_t given; /* octets of the message handed to the session */
	struct smtp *session;
	struct wire *wire;
	struct dialled dialled;
	struct tls_facts tls;
	bool secured;
	char ehlo_name[280];
	struct buf nonce; /* owned: ours, for SCRAM */
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

/* ---- what the session is to do ------------------------------------------------ */

static bool
is_fqdn(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL && dot != name && dot[1] != '\0';
}

/* RFC 5321, 4.1.4: a domain, or the literal of the address we come from. */
static void
choose_ehlo_name(struct hop *h)
{
	char host[256];

	h->r->here->host_name(host, sizeof(host));
	if (h->a->ehlo_name != NULL)
		snprintf(
		    h->ehlo_name, sizeof(h->ehlo_name), "%s", h->a->ehlo_name);
	else if (is_fqdn(host) || h->dialled.local[0] == '\0')
		snprintf(h->ehlo_name, sizeof(h->ehlo_name), "%s",
		    host[0] != '\0' ? host : "localhost");
	else
		snprintf(h->ehlo_name, sizeof(h->ehlo_name), "[%s%s]",
		    h->dialled.ipv6 ? "IPv6:" : "", h->dialled.local);
}

static bool
auth_wanted(const struct account *a)
{
	if (a->auth != NULL && strcmp(a->auth[0], "off") == 0)
		return false;
	return a->user != NULL || a->tls_cert_file != NULL;
}

/* NULL: the session chooses. */
static const char *const *
mechanisms(const struct account *a)
{
	if (a->auth == NULL || strcmp(a->auth[0], "auto") == 0)
		return NULL;
	return (const char *const *)a->auth;
}

static enum smtp_security
security(const struct hop *h)
{
	switch (h->host->tls) {
	case ACCOUNT_TLS_IMPLICIT:
		return SMTP_SECURED;
	case ACCOUNT_TLS_STARTTLS:
	case ACCOUNT_TLS_REQUIRED:
		return SMTP_STARTTLS;
	case ACCOUNT_TLS_OFF:
		break;
	}
	return SMTP_CLEAR;
}

/* A certificate alone logs in by EXTERNAL, where that is offered. */
static bool
certificate_only(const struct account *a)
{
	return a->user == NULL && mechanisms(a) == NULL;
}

/* 144 random bits, printable (RFC 5802, 5.1). */
static void
make_nonce(struct hop *h)
{
	char raw[18];

	h->r->here->random(raw, sizeof(raw));
	buf_reset(&h->nonce);
	base64_encode(&h->nonce, (struct bytes){ raw, sizeof(raw) });
}

static void
make_plan(struct hop *h, enum smtp_task task)
{
	const struct account *a = h->a;

	choose_ehlo_name(h);
	make_nonce(h);
	h->plan = (struct smtp_plan){
		.task = task,
		.lmtp = a->protocol == PROTOCOL_LMTP,
		.security = security(h),
		.host = h->host->name,
		.ehlo_name = h->ehlo_name,
		.auth = auth_wanted(a),
		.auth_if_offered = certificate_only(a),
		.mechanisms = mechanisms(a),
		.id = { .user = bytes_of(a->user),
		    .secret = buf_bytes(&h->l->secret),
		    .host = bytes_of(h->host->name),
		    .port = h->host->port,
		    .nonce = buf_bytes(&h->nonce) },
		.certificate = a->tls_cert_file != NULL,
		.no_initial = !a->auth_initial_response,
		.auth_without_tls = a->auth_without_tls || h->host->is_path,
		.locked_out = hint_locked_out,
		.all_recipients = a->recipients == RECIPIENTS_ALL,
		.max_size = a->max_size,
		.timeout = a->timeout,
		.mail_options = (const char *const *)a->mail_options,
		.rcpt_options = (const char *const *)a->rcpt_options,
		.trace = h->r->trace,
	};
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
	ssize_t n = h->wire->write(h->wire, smtp_out(h->session), &why);
	int ready;

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

static int
start_tls(struct hop *h, struct error *e)
{
	const struct account *a = h->a;
	struct tls_plan plan = {
		.host = a->tls_host != NULL ? a->tls_host : h->host->name,
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
	int64_t from = ticks(h),
		deadline = from + (a->timeout > 0 ? a->timeout : TLS_PATIENCE);

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
	};
	int64_t from = ticks(h);

	h->secured = false;
	h->wire = dial(&d, &h->dialled, h->r->trace, e);
	h->connect = ticks(h) - from;
	if (h->wire == NULL)
		return -1;
	return h->host->tls == ACCOUNT_TLS_IMPLICIT ? start_tls(h, e) : 0;
}

static const char *
tls_name(const struct hop *h)
{
	return h->host->tls == ACCOUNT_TLS_IMPLICIT ? "implicit"
	    : h->host->tls == ACCOUNT_TLS_OFF       ? "off"
						    : "starttls";
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
	trace_text(&v, "tls", bytes_of(tls_name(h)));
	trace_number(&v, "pid", getpid());
	trace_say(&v, "account %s: %s%s tls=%s auth=%s%s%s",
	    a->name != NULL ? a->name : "(none)", h->host->name, port,
	    tls_name(h), auth_wanted(a) && a->auth != NULL ? a->auth[0] : "off",
	    auth_wanted(a) && a->user != NULL ? " user=" : "",
	    auth_wanted(a) && a->user != NULL ? a->user : "");
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
	make_plan(h, SMTP_SUBMIT);
	measure(h);
	h->msg.seven_bit = seven_bit;
	message_reader_init(&h->reader, &h->l->message);
	h->session = smtp_new(&h->plan, &h->l->env, &h->msg, &h->tries, e);
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

/* ---- one host --------------------------------------------------------------------------- */

/* Read when a login is certain to be tried, and once. */
static int
fetch_secret(struct letter *l, const struct request *r, struct error *e)
{
	const struct account *a = &l->account;

	if (!auth_wanted(a) || l->secret.n > 0 ||
	    (a->password.kind == SECRET_NONE && a->tls_cert_file != NULL))
		return 0;
	if (secret_read(a, r->may_ask, &l->secret, e) < 0)
		return -1;
	trace_hide(r->trace, buf_bytes(&l->secret));
	return 0;
}

static struct hop
hop_to(
    struct letter *l, const struct request *r, const struct account_host *host)
{
	struct hop h = { .l = l, .r = r, .a = &l->account, .host = host };

	buf_init(&h.nonce, 64);
	if (l->account.deadline > 0)
		h.end = l->started + l->account.deadline;
	snprintf(l->host, sizeof(l->host), "%s", host->name);
	return h;
}

static int
talk_to_host(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e)
{
	struct hop h = hop_to(l, r, host);
	int rc = 0;

	trace_account(&h);
	for (int i = 0; rc == 0 && i < CONNECTIONS_MOST; i++)
		rc = talk(&h, e);
	if (rc == 0)
		*e = h.tries.why;
	buf_clear(&h.nonce);
	return rc > 0 ? 0 : -1;
}

/* ---- host after host ---------------------------------------------------------------------- */

/* May another host do better, and could nobody get the message twice? */
static bool
worth_another_host(const struct letter *l, const struct error *e)
{
	if (l->maybe_delivered)
		return false;
	switch (e->kind) {
	case ERR_RESOLVE:
	case ERR_CONNECT:
	case ERR_GREETING:
	case ERR_TIMEOUT:
	case ERR_DISCONNECTED:
	case ERR_PROTOCOL:
	case ERR_TLS:
	case ERR_TLS_VERIFY:
	case ERR_HELO:
		return true;
	default:
		return false;
	}
}

/* Put off at MAIL, all of them: a host that is busy. */
static bool
host_is_busy(const struct letter *l)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state != VERDICT_DEFERRED ||
		    l->env.to[i].verdict.stage != STAGE_MAIL)
			return false;
	return l->env.n > 0;
}

static void
open_again(struct letter *l)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state == VERDICT_DEFERRED)
			l->env.to[i].verdict = (struct verdict){ 0 };
}

/* What the account forbids needs no server to say so. */
static int
check_size(const struct letter *l, struct error *e)
{
	int64_t most = l->account.max_size;

	if (most == 0 || message_size(&l->message) <= most)
		return 0;
	return error_set(e, ERR_TOO_LARGE,
	    "message of %" PRId64 " octets is too large: account '%s' takes "
	    "%" PRId64,
	    message_size(&l->message), l->account.name, most);
}

/* What the hosts before the last had to say, behind the last one's word. */
static void
tell_earlier(struct error *e, const char *earlier)
{
	size_t n = strlen(e->text);

	if (earlier[0] != '\0')
		snprintf(e->text + n, sizeof(e->text) - n, "; before that: %s",
		    earlier);
}

int
letter_converse(struct letter *l, const struct request *r, struct error *e)
{
	const struct account *a = &l->account;
	char earlier[sizeof(e->text)] = "";

	if (check_size(l, e) < 0 || fetch_secret(l, r, e) < 0)
		return -1;
	for (size_t i = 0; i < a->hosts_n; i++) {
		bool last = i + 1 == a->hosts_n;
		struct error why = ERROR_NONE;
		int rc = talk_to_host(l, r, &a->hosts[i], &why);

		if (!last && rc < 0 && worth_another_host(l, &why)) {
			trace_note(
			    r->trace, 1, "warn", "%s; next host", why.text);
			continue;
		}
		if (!last && rc == 0 && host_is_busy(l)) {
			trace_note(r->trace, 1, "warn",
			    "%s takes no mail now; next host",
			    a->hosts[i].name);
			open_again(l);
			continue;
		}
		if (rc < 0) {
			*e = why;
			tell_earlier(e, earlier);
		}
		return rc;
	}
	return error_set(e, ERR_CONFIG, "account has no host");
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
	make_plan(&h, SMTP_LOOK);
	from = ticks(&h);
	h.session = smtp_new(&h.plan, NULL, NULL, &h.tries, e);
	if (h.session == NULL) {
		h.wire->close(h.wire, false);
		return -1;
	}
	pump(&h);
	note_end(&h, e);
	if (e->kind == ERR_NONE)
		tell(&h, ticks(&h) - from, ctx, look);
	smtp_free(h.session);
	buf_clear(&h.nonce);
	if (h.wire != NULL)
		h.wire->close(h.wire, true);
	return e->kind == ERR_NONE ? 0 : -1;
}
