#include "client/locate.h"

#include <stdio.h>
#include <string.h>

#include "base/idn.h"

/* Is host the domain, or a name in it?  Both ASCII. */
static bool
lies_in(const char *host, const char *domain)
{
	size_t n = strlen(host), m = strlen(domain);
	struct bytes end;

	if (n < m)
		return false;
	end = bytes_skip(bytes_of(host), n - m);
	return bytes_same_case(end, bytes_of(domain)) &&
	    (n == m || host[n - m - 1] == '.');
}

static void
tell(struct trace *t, const char *name, const struct srv_targets *all,
    int64_t took)
{
	struct trace_event v;
	struct buf said = BUF(1500);

	if (!trace_open(t, &v, 3, '*', "resolve"))
		return;
	trace_text(&v, "host", bytes_of(name));
	if (t->json)
		json_open(&v.json, "addrs", '[');
	for (size_t i = 0; i < all->n; i++) {
		char text[SRV_HOST + 8];

		snprintf(text, sizeof(text), "%s:%u", all->at[i].host,
		    all->at[i].port);
		trace_text(&v, NULL, bytes_of(text));
		buf_addf(&said, "%s%s", i == 0 ? "" : ", ", text);
	}
	if (t->json)
		json_close(&v.json, ']');
	trace_ms(&v, "ms", took);
	trace_say(&v, "dns %s -> %s (%.1f ms)", name,
	    all->n == 0 ? "nothing" : buf_text(&said), (double)took / 1e3);
	trace_close(&v);
	buf_clear(&said);
}

static void
add(struct locations *to, const struct srv_targets *all, bool implicit,
    const char *domain)
{
	for (size_t i = 0; i < all->n && to->n < LOCATE_MOST; i++) {
		struct location *p = &to->at[to->n++];

		snprintf(p->host, sizeof(p->host), "%s", all->at[i].host);
		p->port = all->at[i].port;
		p->implicit = implicit;
		p->inside = lies_in(p->host, domain);
	}
}

/* One of the two services; *refused: the domain says that it has it not. */
static int
find(const struct locate *l, bool implicit, const char *domain,
    struct locations *to, bool *refused, struct error *e)
{
	int64_t start = l->here->ticks();
	struct srv_targets all;
	char name[SRV_HOST + 32];

	snprintf(name, sizeof(name), "%s.%s",
	    implicit ? "_submissions._tcp" : "_submission._tcp", domain);
	if (srv_find(name, l->deadline, l->lookup, &all, e) < 0)
		return -1;
	srv_order(&all, l->here);
	tell(l->trace, name, &all, l->here->ticks() - start);
	*refused |= all.refused;
	add(to, &all, implicit, domain);
	return 0;
}

static int
nowhere(const struct locate *l, bool refused, struct error *e)
{
	const char *which = !l->starttls ? "_submissions._tcp"
	    : !l->implicit               ? "_submission._tcp"
			   : "_submissions._tcp and _submission._tcp";

	if (refused)
		return error_set(e, ERR_RESOLVE,
		    "domain '%s' says that it takes no mail from users (SRV)",
		    l->domain);
	error_set(e, ERR_RESOLVE, "domain '%s' has no SRV record for %s",
	    l->domain, which);
	return error_hint(
	    e, "host wants a server's own name then, without srv:");
}

/* What could not be learnt of one does not matter where the other one is. */
static int
find_both(const struct locate *l, const char *domain, struct locations *found,
    struct error *e)
{
	struct error why = ERROR_NONE;
	bool refused = false;
	int rc = 0;

	if (l->implicit)
		rc = find(l, true, domain, found, &refused, &why);
	if (l->starttls && why.kind != ERR_DISCONNECTED &&
	    find(l, false, domain, found, &refused, &why) < 0)
		rc = -1;
	if (found->n > 0)
		return 0;
	if (rc == 0)
		return nowhere(l, refused, e);
	*e = why;
	return -1;
}

int
locate(const struct locate *l, struct locations *found, struct error *e)
{
	struct buf domain = BUF(SRV_HOST - 1);
	int rc = idn_ascii(&domain, bytes_of(l->domain), e);

	found->n = 0;
	if (rc == 0 && !buf_ok(&domain))
		rc = error_set(
		    e, ERR_ADDRESS, "domain '%s' is too long", l->domain);
	if (rc == 0)
		rc = find_both(l, buf_text(&domain), found, e);
	buf_clear(&domain);
	return rc;
}
