#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "submit/converse.h"
#include "submit/health.h"
#include "submit/hop.h"
#include "submit/hosts.h"
#include "submit/step.h"

/* May another host do better, and could nobody get the message twice? */
static bool
worth_another_host(const struct letter *l, const struct error *e)
{
	if (l->maybe_delivered || stop_asked() != 0)
		return false;
	return hop_next_may_do(e);
}

/* Put off at MAIL, or by a host that goes away, all of them: it is busy. */
static bool
host_is_busy(const struct letter *l)
{
	if (stop_asked() != 0)
		return false;
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.stage == STAGE_ADDRESS)
			continue;
		else if (l->env.to[i].verdict.state != VERDICT_DEFERRED ||
		    (l->env.to[i].verdict.stage != STAGE_MAIL &&
			l->env.to[i].verdict.code != 421))
			return false;
	return l->env.n > 0;
}

/* What the account forbids needs no server to say so. */
int
letter_fits(const struct letter *l, struct error *e)
{
	int64_t most = l->account.max_size;

	if (most == 0 || message_size(&l->message) <= most)
		return 0;
	error_set(e, ERR_TOO_LARGE,
	    "message of %" PRId64 " octets is too large: account '%s' takes "
	    "%" PRId64,
	    message_size(&l->message), l->account.name, most);
	return error_hint(e, "max_size in the account says so");
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

/* ---- one host after another --------------------------------------------------- */

struct round {
	struct letter *l;
	const struct request *r;
	struct health *health; /* NULL: there is but one host */
	char earlier[sizeof(((struct error *)NULL)->text)];
};

/* Does it not answer?  What it refuses, and its TLS, are the account's matter.
 */
static bool
host_is_dead(const struct error *e)
{
	return e->kind == ERR_RESOLVE || e->kind == ERR_CONNECT ||
	    e->kind == ERR_TIMEOUT || e->kind == ERR_GREETING ||
	    e->kind == ERR_DISCONNECTED;
}

/* Could it have answered?  Those before it may have used up all the time. */
static bool
had_time(const struct round *d, bool first)
{
	int64_t patience = d->l->account.deadline;

	return stop_asked() == 0 &&
	    (first || patience == 0 ||
		d->r->here->ticks() < d->l->started + patience);
}

static void
note_health(struct round *d, const struct account_host *host, int rc,
    const struct error *e, bool first)
{
	if (d->health == NULL)
		return;
	if (rc == 0 || (e->code != 0 && !host_is_dead(e)))
		health_note_up(d->health, host);
	else if (host_is_dead(e) && had_time(d, first))
		health_note_down(d->health, host, e->text);
}

/* Should it be the next one's turn, and is there one? */
static bool
is_anothers_turn(const struct round *d, struct hosts *hosts, size_t i, int rc,
    const struct error *why)
{
	if (rc < 0 ? !worth_another_host(d->l, why) : !host_is_busy(d->l))
		return false;
	return i + 1 < hosts->n || hosts_more(hosts, d->l, d->r);
}

/* The letter is as it was before. */
static void
go_on(
    struct round *d, const struct account_host *host, int rc, struct error *why)
{
	struct letter *l = d->l;

	if (rc < 0) {
		trace_note(d->r->trace, 1, "warn", "%s; next host", why->text);
	} else {
		trace_note(d->r->trace, 1, "warn",
		    "%s takes no mail now; next host", host->name);
		snprintf(why->text, sizeof(why->text), "%s: %d %s", host->name,
		    l->env.to[0].verdict.code, l->env.to[0].verdict.text);
	}
	tell_earlier(why, d->earlier);
	memcpy(d->earlier, why->text, sizeof(d->earlier));
	envelope_reopen(&l->env);
}

static int
try_hosts(struct round *d, struct hosts *hosts, struct error *e)
{
	for (size_t i = 0; i < hosts->n; i++) {
		const struct account_host *host = &hosts->at[i];
		struct error why = ERROR_NONE;
		int rc = converse(d->l, d->r, host, &why);

		note_health(d, host, rc, &why, i == 0);
		if (is_anothers_turn(d, hosts, i, rc, &why)) {
			go_on(d, &hosts->at[i], rc, &why);
			continue;
		}
		if (rc < 0) {
			*e = why;
			tell_earlier(e, d->earlier);
		}
		return rc;
	}
	return -1;
}

static void
order_by_health(struct round *d, struct hosts *hosts)
{
	if (hosts->n < 2) {
		d->health = NULL;
		return;
	}
	health_order(d->health, hosts->at, hosts->n);
	for (size_t i = 0; i < hosts->n; i++)
		if (health_is_down(d->health, &hosts->at[i]))
			trace_note(d->r->trace, 1, "warn",
			    "host '%s' did not answer lately; others first",
			    hosts->at[i].name);
}

int
letter_deliver(struct letter *l, const struct request *r, struct error *e)
{
	struct round d = { .l = l, .r = r, .health = r->health };
	struct health own;
	struct hosts hosts;
	int rc;

	if (letter_fits(l, e) < 0 || plan_secret(l, r, e) < 0)
		return -1;
	rc = converse_on(l, e);
	if (rc <= 0)
		return rc;
	if (d.health == NULL) {
		health_init(&own, r->here, r->state);
		d.health = &own;
	}
	if ((rc = hosts_find(&hosts, l, r, d.health, e)) == 0) {
		order_by_health(&d, &hosts);
		memcpy(d.earlier, hosts.missing.text, sizeof(d.earlier));
		rc = try_hosts(&d, &hosts, e);
	}
	hosts_clear(&hosts);
	return rc;
}
