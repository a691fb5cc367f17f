#include "submit/converse.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "client/connection.h"
#include "conf/secret.h"
#include "submit/plan.h"

/* New connections for the same host: mechanisms that void a flight. */
enum { CONNECTIONS_MOST = 5 };

/* One host's turn. */
struct hop {
	struct letter *l;
	const struct request *r;
	const struct account *a;
	const struct account_host *host;
	struct smtp_tries tries;
	struct plan plan;
	struct dial_tried tried;
	struct content content;
	struct connection line;
};

static int64_t
ticks(const struct hop *h)
{
	return h->r->here->ticks();
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

static void
note_end(struct hop *h, struct error *e)
{
	struct letter *l = h->l;
	const struct connection *line = &h->line;

	l->maybe_delivered |= smtp_uncertain(line->session);
	l->round_trips += connection_round_trips(line);
	snprintf(l->tls, sizeof(l->tls), "%s",
	    line->secured ? line->tls.version : "off");
	if (smtp_error(line->session)->kind != ERR_NONE)
		*e = *smtp_error(line->session);
}

static void
trace_closed(struct hop *h)
{
	struct trace_event v;

	if (!h->r->trace->json || !trace_open(h->r->trace, &v, 1, '*', "close"))
		return;
	trace_bool(&v, "secured", h->line.secured);
	trace_ms(&v, "ms", ticks(h) - h->l->started);
	trace_close(&v);
}

/* From here on somebody may have to learn what came of it. */
static void
run(struct hop *h)
{
	stop_defer();
	connection_run(&h->line);
}

/* 1: over, 0: once more with what the tries have learnt, -1: failed. */
static int
talk(struct hop *h, struct error *e)
{
	struct connection *line = &h->line;
	int rc = -1;

	if (connection_open(line, e) < 0)
		return -1;
	plan_make(&h->plan, h->l, h->r, h->host, line->dialled.local);
	content_init(&h->content, &h->l->message);
	if (connection_begin(line, &h->plan.smtp, &h->l->env, &h->tries, e) ==
	    0) {
		run(h);
		connection_glance(line);
		note_end(h, e);
		rc = smtp_again(line->session) ? 0
		    : e->kind == ERR_NONE      ? 1
					       : -1;
	}
	content_clear(&h->content);
	connection_close(line);
	trace_closed(h);
	return rc;
}

static struct dial
dial_to(const struct hop *h)
{
	return (struct dial){
		.host = h->host->name,
		.port = h->host->port,
		.source = h->a->source_ip,
		.connect_timeout = h->a->connect_timeout,
		.tried = &h->tried,
	};
}

/* h stays where it is: the connection points into it. */
static void
hop_to(struct hop *h, struct letter *l, const struct request *r,
    const struct account_host *host)
{
	*h = (struct hop){ .l = l, .r = r, .a = &l->account, .host = host };
	h->line = (struct connection){
		.here = r->here,
		.trace = r->trace,
		.dial = dial_to(h),
		.tls_plan = plan_of_tls(h->a, host),
		.implicit = host->tls == ACCOUNT_TLS_IMPLICIT,
		.handshake_timeout = h->a->timeout,
		.content = &h->content,
		.progress = r->progress,
		.progress_ctx = r->progress_ctx,
	};
	if (h->a->deadline > 0)
		h->line.dial.deadline = l->started + h->a->deadline;
	plan_init(&h->plan);
	snprintf(l->host, sizeof(l->host), "%s", host->name);
	trace_account(h);
}

/* As many connections as it takes to log in. */
static int
try_address(struct hop *h, struct error *e)
{
	int rc = 0;

	h->tries = (struct smtp_tries){ 0 };
	h->line.dialled.others = false;
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
	if (!h->line.dialled.others || h->l->maybe_delivered ||
	    stop_asked() != 0 || h->tried.n + 1 >= DIAL_ADDRESSES ||
	    !converse_elsewhere(e))
		return false;
	snprintf(
	    h->tried.peer[h->tried.n++], DIAL_PEER, "%s", h->line.dialled.peer);
	trace_note(h->r->trace, 1, "warn", "%s; next address", e->text);
	return true;
}

/* What a machine said is worth more than that another one said nothing. */
int
converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e)
{
	struct error said = ERROR_NONE;
	struct hop h;
	int rc;

	hop_to(&h, l, r, host);
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
		.dialled = &h->line.dialled,
		.tls = h->line.secured ? &h->line.tls : NULL,
		.offers = smtp_offers(h->line.session),
		.connect = h->line.connect,
		.handshake = h->line.handshake,
		.greeting = greeting,
	};

	look(ctx, &g);
}

static int
glimpse(struct hop *h, void (*look)(void *ctx, const struct glimpse *g),
    void *ctx, struct error *e)
{
	int64_t from = ticks(h);

	plan_make(&h->plan, h->l, h->r, h->host, h->line.dialled.local);
	h->plan.smtp.task = SMTP_LOOK;
	if (connection_begin(&h->line, &h->plan.smtp, NULL, &h->tries, e) < 0)
		return -1;
	run(h);
	note_end(h, e);
	if (e->kind == ERR_NONE)
		tell(h, ticks(h) - from, ctx, look);
	return e->kind == ERR_NONE ? 0 : -1;
}

int
letter_look(struct letter *l, const struct request *r,
    void (*look)(void *ctx, const struct glimpse *g), void *ctx,
    struct error *e)
{
	struct hop h;
	int rc;

	if (l->account.hosts_n == 0)
		return error_set(e, ERR_CONFIG, "account has no host");
	hop_to(&h, l, r, &l->account.hosts[0]);
	rc = connection_open(&h.line, e) < 0 ? -1 : glimpse(&h, look, ctx, e);
	plan_clear(&h.plan);
	connection_close(&h.line);
	return rc;
}
