#include "submit/converse.h"

#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "smtp/step.h"
#include "submit/hop.h"

/* New connections for the same host: mechanisms that void a flight. */
enum { CONNECTIONS_MOST = 5 };

static void
trace_closed(struct hop *h)
{
	struct trace_event v;

	if (!h->r->trace->json || !trace_open(h->r->trace, &v, 1, '*', "close"))
		return;
	trace_bool(&v, "secured", h->line.secured);
	trace_ms(&v, "ms", h->r->here->ticks() - h->l->started);
	trace_close(&v);
}

/* 1: over, 0: once more with what the tries have learnt, -1: failed. */
static int
talk(struct hop *h, struct error *e)
{
	struct connection *line = &h->line;
	int rc = -1;

	if (connection_open(line, e) < 0)
		return -1;
	plan_make(&h->plan, h->l, h->r, &h->host, line->dialled.local);
	h->plan.smtp.stay = h->l->line != NULL;
	content_init(&h->content, &h->l->message);
	if (connection_begin(line, &h->plan.smtp, &h->l->env, &h->tries, e) ==
	    0) {
		hop_run(h);
		connection_glance(line);
		hop_note(h, e);
		rc = smtp_again(line->session) ? 0
		    : e->kind == ERR_NONE      ? 1
					       : -1;
	}
	if (rc > 0 && hop_is_open(h))
		return rc;
	hop_close(h);
	trace_closed(h);
	return rc;
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

/* Is this one of several machines by that name? */
static bool
another_address(struct hop *h, const struct error *e)
{
	if (!h->line.dialled.others || h->l->maybe_delivered ||
	    stop_asked() != 0 || h->tried.n + 1 >= DIAL_ADDRESSES ||
	    !hop_elsewhere(e))
		return false;
	snprintf(
	    h->tried.peer[h->tried.n++], DIAL_PEER, "%s", h->line.dialled.peer);
	trace_note(h->r->trace, 1, "warn", "%s; next address", e->text);
	return true;
}

/* What a machine said is worth more than that another one said nothing. */
static int
try_host(struct hop *h, struct error *e)
{
	struct error said = ERROR_NONE;
	int rc = try_address(h, e);

	while (rc < 0 && another_address(h, e)) {
		said = *e;
		*e = ERROR_NONE;
		envelope_reopen(&h->l->env);
		rc = try_address(h, e);
	}
	if (rc < 0 && said.kind != ERR_NONE &&
	    (e->kind == ERR_CONNECT || e->kind == ERR_TIMEOUT))
		*e = said;
	return rc;
}

int
converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e)
{
	struct hop own = { 0 }, *h = l->line != NULL ? l->line : &own;
	int rc;

	if (h != &own)
		hop_clear(h);
	hop_init(h, l, r, host);
	rc = try_host(h, e);
	if (h == &own)
		hop_clear(h);
	return rc;
}

/* ---- a connection that stayed ----------------------------------------------- */

/* Is it the connection's end, and not this letter's, that we hear of? */
static bool
only_the_connection(const struct letter *l, const struct error *e)
{
	if (l->maybe_delivered || stop_asked() != 0)
		return false;
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state == VERDICT_DEFERRED &&
		    l->env.to[i].verdict.code != 421)
			return false;
	return e->kind == ERR_NONE || hop_next_may_do(e);
}

int
converse_on(struct letter *l, struct error *e)
{
	struct hop *h = l->line;

	if (h == NULL || !hop_is_open(h))
		return 1;
	if (h->a->deadline > 0)
		h->line.dial.deadline = l->started + h->a->deadline;
	snprintf(l->host, sizeof(l->host), "%s", h->host.name);
	content_clear(&h->content);
	content_init(&h->content, &l->message);
	smtp_transaction(h->line.session, &l->env, &h->content.smtp);
	hop_run(h);
	hop_note(h, e);
	if (hop_is_open(h))
		return e->kind == ERR_NONE ? 0 : -1;
	hop_close(h);
	if (!only_the_connection(l, e))
		return e->kind == ERR_NONE ? 0 : -1;
	*e = ERROR_NONE;
	envelope_reopen(&l->env);
	return 1;
}
