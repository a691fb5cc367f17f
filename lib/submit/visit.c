#include "submit/visit.h"

#include "base/clean.h"
#include "base/stop.h"
#include "conf/secret.h"
#include "smtp/step.h"
#include "submit/hosts.h"

/* ---- without connecting ---------------------------------------------------- */

int
letter_check(const struct letter *l, struct error *e)
{
	const struct account *a = &l->account;

	for (size_t i = 0; i < a->hosts_n; i++) {
		struct tls_plan plan = hop_tls(a, &a->hosts[i]);

		if (a->hosts[i].tls != ACCOUNT_TLS_OFF &&
		    tls_check(&plan, e) < 0)
			return -1;
	}
	if (!plan_needs_secret(a))
		return 0;
	return secret_check(a, e);
}

/* ---- the first host that lets us in --------------------------------------- */

struct visit {
	enum smtp_task task;
	bool stay;
	int (*there)(struct hop *h, const struct visit *v, struct error *e);
	const void *ctx;
	int64_t took; /* microseconds until we were in, but for TLS */
};

static int
enter(struct hop *h, struct visit *v, struct error *e)
{
	int64_t from = h->r->here->ticks();

	plan_make(&h->plan, h->l, h->r, &h->host, h->line.dialled.local);
	h->plan.smtp.task = v->task;
	h->plan.smtp.stay = v->stay;
	h->line.content = NULL;
	if (connection_begin(&h->line, &h->plan.smtp, NULL, &h->tries, e) < 0)
		return -1;
	hop_run(h);
	hop_note(h, e);
	v->took = h->r->here->ticks() - from;
	if (!h->line.implicit)
		v->took -= h->line.handshake;
	return e->kind == ERR_NONE ? 0 : -1;
}

/* With QUIT, where the session stayed. */
static void
leave(struct hop *h)
{
	if (h->line.session == NULL || smtp_want(h->line.session) != SMTP_IDLE)
		return;
	smtp_quit(h->line.session);
	connection_run(&h->line);
	connection_glance(&h->line);
}

/* 0, -1, or 1: this host does not even let us in. */
static int
visit_host(struct letter *l, const struct request *r,
    const struct account_host *host, struct visit *v, struct error *e)
{
	struct hop h;
	int rc;

	hop_init(&h, l, r, host);
	if (connection_open(&h.line, e) < 0 || enter(&h, v, e) < 0)
		rc = hop_next_may_do(e) ? 1 : -1;
	else
		rc = v->there(&h, v, e);
	leave(&h);
	hop_clear(&h);
	connection_close(&h.line);
	return rc;
}

static int
visit_hosts(struct letter *l, const struct request *r,
    const struct hosts *hosts, struct visit *v, struct error *e)
{
	int rc = 1;

	for (size_t i = 0; rc > 0 && i < hosts->n; i++) {
		if (i > 0 && stop_asked() != 0)
			break;
		if (i > 0)
			trace_note(
			    r->trace, 1, "warn", "%s; next host", e->text);
		*e = ERROR_NONE;
		rc = visit_host(l, r, &hosts->at[i], v, e);
	}
	return rc == 0 ? 0 : -1;
}

static int
visit(
    struct letter *l, const struct request *r, struct visit *v, struct error *e)
{
	struct hosts hosts;
	int rc = hosts_find(&hosts, l, r, NULL, e);

	if (rc == 0)
		rc = visit_hosts(l, r, &hosts, v, e);
	hosts_clear(&hosts);
	return rc;
}

/* ---- looking --------------------------------------------------------------- */

struct looking {
	void (*look)(void *ctx, const struct glimpse *g);
	void *ctx;
};

static int
glimpse(struct hop *h, const struct visit *v, struct error *e)
{
	const struct looking *to = v->ctx;
	struct glimpse g = {
		.host = &h->host,
		.dialled = &h->line.dialled,
		.tls = h->line.secured ? &h->line.tls : NULL,
		.offers = smtp_offers(h->line.session),
		.connect = h->line.connect,
		.handshake = h->line.handshake,
		.greeting = v->took,
	};

	(void)e;
	to->look(to->ctx, &g);
	return 0;
}

int
letter_look(struct letter *l, const struct request *r,
    void (*look)(void *ctx, const struct glimpse *g), void *ctx,
    struct error *e)
{
	struct looking to = { look, ctx };
	struct visit v = { SMTP_LOOK, false, glimpse, &to, 0 };

	return visit(l, r, &v, e);
}

/* ---- asking ---------------------------------------------------------------- */

static int
check_questions(const struct inquiry *a, struct error *e)
{
	for (size_t i = 0; i < a->n; i++) {
		const char *text = a->asked[i].text;

		if (*text == '\0')
			return error_set(e, ERR_USAGE, "nothing to ask");
		if (bytes_control(bytes_of(text)))
			return error_set(
			    e, ERR_USAGE, "control character in a command");
		if (a->asked[i].verb == NULL &&
		    smtp_command_check(bytes_of(text), e) < 0)
			return error_hint(e,
			    "tls and auth in the account say how to get in; a "
			    "message is sent without --command");
	}
	return 0;
}

static int
add_line(const struct hop *h, const struct question *q, struct buf *line,
    struct error *e)
{
	if (q->verb != NULL)
		return smtp_question(
		    h->line.session, q->verb, bytes_of(q->text), line, e);
	buf_adds(line, q->text);
	return 0;
}

static int
ask_one(struct hop *h, const struct inquiry *a, const struct question *q,
    struct error *e)
{
	struct smtp *s = h->line.session;
	struct buf line = BUF(2048);
	int rc = add_line(h, q, &line, e);

	if (rc == 0) {
		smtp_command(s, buf_bytes(&line));
		connection_run(&h->line);
		rc = smtp_error(s)->kind == ERR_NONE ? 0 : -1;
		if (rc == 0 || smtp_error(s)->code != 0)
			a->hear(a->ctx, buf_bytes(&line), smtp_reply(s));
		if (rc < 0)
			*e = *smtp_error(s);
	}
	buf_clear(&line);
	return rc;
}

static int
ask(struct hop *h, const struct visit *v, struct error *e)
{
	const struct inquiry *a = v->ctx;

	for (size_t i = 0; i < a->n; i++)
		if (ask_one(h, a, &a->asked[i], e) < 0)
			break;
	return e->kind == ERR_NONE ? 0 : -1;
}

int
letter_ask(struct letter *l, const struct request *r,
    const struct inquiry *about, struct error *e)
{
	struct visit v = {
		.task = SMTP_ENTER, .stay = true, .there = ask, .ctx = about
	};

	if (check_questions(about, e) < 0 || plan_secret(l, r, e) < 0)
		return -1;
	return visit(l, r, &v, e);
}
