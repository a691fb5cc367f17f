#include "submit/converse.h"

#include <stdio.h>
#include <string.h>

#include "base/stop.h"
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
	plan_make(&h->plan, h->l, h->r, h->host, line->dialled.local);
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
	content_clear(&h->content);
	connection_close(line);
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
int
converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e)
{
	struct error said = ERROR_NONE;
	struct hop h;
	int rc;

	hop_init(&h, l, r, host);
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
	hop_clear(&h);
	return rc;
}
