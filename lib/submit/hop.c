#include "submit/hop.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/stop.h"
#include "smtp/step.h"

struct tls_plan
hop_tls(const struct account *a, const struct account_host *host)
{
	return (struct tls_plan){
		.host = a->tls_host != NULL  ? a->tls_host
		    : host->tls_name != NULL ? host->tls_name
					     : host->name,
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

	if (!h->host.is_path)
		snprintf(port, sizeof(port), ":%u", h->host.port);
	if (!trace_open(h->r->trace, &v, 1, '*', "start"))
		return;
	trace_text(&v, "account", bytes_of(a->name));
	trace_text(&v, "host", bytes_of(h->host.name));
	trace_number(&v, "port", h->host.port);
	trace_text(&v, "tls", bytes_of(plan_tls(&h->host)));
	trace_number(&v, "pid", getpid());
	trace_say(&v, "account %s: %s%s tls=%s auth=%s%s%s",
	    a->name != NULL ? a->name : "(none)", h->host.name, port,
	    plan_tls(&h->host),
	    plan_logs_in(a) && a->auth != NULL ? a->auth[0] : "off",
	    plan_logs_in(a) && a->user != NULL ? " user=" : "",
	    plan_logs_in(a) && a->user != NULL ? a->user : "");
	trace_close(&v);
}

static struct dial
dial_to(const struct hop *h)
{
	return (struct dial){
		.host = h->host.name,
		.port = h->host.port,
		.source = h->a->source_ip,
		.connect_timeout = h->a->connect_timeout,
		.tried = &h->tried,
	};
}

static void
copy_host(struct hop *h, const struct account_host *host)
{
	h->host = *host;
	h->host.name = h->names[0];
	snprintf(h->names[0], HOP_NAME, "%s", host->name);
	if (host->tls_name == NULL)
		return;
	h->host.tls_name = h->names[1];
	snprintf(h->names[1], HOP_NAME, "%s", host->tls_name);
}

void
hop_init(struct hop *h, struct letter *l, const struct request *r,
    const struct account_host *host)
{
	*h = (struct hop){ .l = l, .r = r, .a = &l->account };
	copy_host(h, host);
	host = &h->host;
	h->line = (struct connection){
		.here = r->here,
		.trace = r->trace,
		.dial = dial_to(h),
		.tls_plan = hop_tls(h->a, host),
		.implicit = host->tls == ACCOUNT_TLS_IMPLICIT,
		.starttls = host->tls == ACCOUNT_TLS_STARTTLS,
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

void
hop_clear(struct hop *h)
{
	hop_close(h);
	plan_clear(&h->plan);
}

bool
hop_is_open(const struct hop *h)
{
	return h->line.session != NULL &&
	    smtp_want(h->line.session) == SMTP_IDLE;
}

void
hop_close(struct hop *h)
{
	if (hop_is_open(h)) {
		smtp_quit(h->line.session);
		hop_run(h);
	}
	content_clear(&h->content);
	connection_close(&h->line);
	h->counted = 0;
}

void
hop_run(struct hop *h)
{
	stop_defer();
	connection_run(&h->line);
}

/* Only what this very call asks for: an account's habit is no promise. */
static bool
unreported(const struct hop *h)
{
	unsigned wanted = h->r->notify & ~(unsigned)NOTIFY_NEVER;

	return wanted != 0 && !h->l->offers.dsn;
}

static void
note_offers(struct offers *o, const struct ehlo *said)
{
	*o = (struct offers){ .known = said->esmtp,
		.dsn = ehlo_has(said, "DSN", NULL),
		.eight_bit = ehlo_has(said, "8BITMIME", NULL),
		.utf8 = ehlo_has(said, "SMTPUTF8", NULL),
		.size = ehlo_size(said) };
}

/* Our service on this machine passes on that its relay gave it no answer. */
static bool
service_is_uncertain(const struct hop *h)
{
	const struct envelope *env = &h->l->env;
	struct bytes words;

	for (size_t i = 0; i < env->n && h->host.is_path; i++) {
		const struct verdict *v = &env->to[i].verdict;

		words = bytes_of(v->text);
		if (v->state == VERDICT_DEFERRED && v->stage == STAGE_DOT &&
		    v->code == 451 && v->status.subject == 4 &&
		    v->status.detail == 2 &&
		    words.n >= strlen(SMTP_NO_ANSWER) &&
		    bytes_is(
			bytes_skip(words, words.n - strlen(SMTP_NO_ANSWER)),
			SMTP_NO_ANSWER))
			return true;
	}
	return false;
}

void
hop_note(struct hop *h, struct error *e)
{
	struct letter *l = h->l;
	const struct connection *line = &h->line;

	l->maybe_delivered |=
	    smtp_uncertain(line->session) || service_is_uncertain(h);
	note_offers(&l->offers, smtp_offers(line->session));
	l->unreported = unreported(h);
	l->round_trips += connection_round_trips(line) - h->counted;
	h->counted = connection_round_trips(line);
	snprintf(l->tls, sizeof(l->tls), "%s",
	    line->secured ? line->tls.version : "off");
	if (smtp_error(line->session)->kind != ERR_NONE)
		*e = *smtp_error(line->session);
}

bool
hop_elsewhere(const struct error *e)
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

bool
hop_next_may_do(const struct error *e)
{
	return hop_elsewhere(e) || e->kind == ERR_RESOLVE ||
	    e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT;
}
