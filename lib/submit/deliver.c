#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/stop.h"
#include "submit/converse.h"
#include "submit/hop.h"
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

int
letter_deliver(struct letter *l, const struct request *r, struct error *e)
{
	const struct account *a = &l->account;
	char earlier[sizeof(e->text)] = "";
	int on;

	if (letter_fits(l, e) < 0 || plan_secret(l, r, e) < 0)
		return -1;
	on = converse_on(l, e);
	if (on <= 0)
		return on;
	for (size_t i = 0; i < a->hosts_n; i++) {
		bool last = i + 1 == a->hosts_n;
		struct error why = ERROR_NONE;
		int rc = converse(l, r, &a->hosts[i], &why);

		if (!last && rc < 0 && worth_another_host(l, &why)) {
			trace_note(
			    r->trace, 1, "warn", "%s; next host", why.text);
			tell_earlier(&why, earlier);
			memcpy(earlier, why.text, sizeof(earlier));
			envelope_reopen(&l->env);
			continue;
		}
		if (!last && rc == 0 && host_is_busy(l)) {
			trace_note(r->trace, 1, "warn",
			    "%s takes no mail now; next host",
			    a->hosts[i].name);
			snprintf(why.text, sizeof(why.text), "%s: %d %s",
			    a->hosts[i].name, l->env.to[0].verdict.code,
			    l->env.to[0].verdict.text);
			tell_earlier(&why, earlier);
			memcpy(earlier, why.text, sizeof(earlier));
			envelope_reopen(&l->env);
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
