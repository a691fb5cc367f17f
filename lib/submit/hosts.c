#include "submit/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "client/locate.h"
#include "conf/words.h"

static struct account_host *
room_for_one(struct hosts *h, struct error *e)
{
	struct account_host *more = realloc(h->at, (h->n + 1) * sizeof(*h->at));

	if (more == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	h->at = more;
	more[h->n] = (struct account_host){ 0 };
	return &more[h->n++];
}

/* A copy of host, whose strings stay the caller's. */
static int
add(struct hosts *h, const struct account_host *host, struct error *e)
{
	struct account_host *to = room_for_one(h, e);

	if (to == NULL)
		return -1;
	*to = *host;
	to->name = word_of(bytes_of(host->name), e);
	to->tls_name = host->tls_name == NULL
	    ? NULL
	    : word_of(bytes_of(host->tls_name), e);
	return e->kind == ERR_NONE ? 0 : -1;
}

/*
 * A host outside the domain must show the domain's certificate: an answer
 * without DNSSEC can be anybody's, and so may be whom it names.
 */
static int
add_location(struct hosts *h, const struct account_host *domain,
    const struct location *p, struct error *e)
{
	struct location own = *p;
	struct account_host host = { .name = own.host, .port = own.port };

	host.tls = domain->tls != ACCOUNT_TLS_REQUIRED ? domain->tls
	    : p->implicit                              ? ACCOUNT_TLS_IMPLICIT
						       : ACCOUNT_TLS_STARTTLS;
	if (!p->inside)
		host.tls_name = domain->name;
	return add(h, &host, e);
}

/* When asking where they are must be over. */
static int64_t
patience(const struct letter *l, const struct request *r)
{
	const struct account *a = &l->account;
	int64_t end = r->here->ticks() + a->connect_timeout;
	int64_t last = l->started + a->deadline;

	if (a->connect_timeout == 0)
		return a->deadline == 0 ? 0 : last;
	return a->deadline != 0 && last < end ? last : end;
}

static int
add_located(struct hosts *h, const struct account_host *domain,
    const struct letter *l, const struct request *r, struct error *e)
{
	struct locate question = {
		.here = r->here,
		.trace = r->trace,
		.domain = domain->name,
		.implicit = domain->tls == ACCOUNT_TLS_REQUIRED ||
		    domain->tls == ACCOUNT_TLS_IMPLICIT,
		.starttls = domain->tls != ACCOUNT_TLS_IMPLICIT,
		.deadline = patience(l, r),
		.lookup = srv_system,
	};
	struct locations found;

	if (locate(&question, &found, e) < 0)
		return -1;
	for (size_t i = 0; i < found.n; i++)
		if (add_location(h, domain, &found.at[i], e) < 0)
			return -1;
	return 0;
}

static void
note_answer(
    struct hosts *h, const struct account_host *domain, const struct error *why)
{
	if (h->health != NULL && why->kind == ERR_NONE)
		health_note_up(h->health, domain);
	else if (h->health != NULL)
		health_note_down(h->health, domain, why->text);
}

/* A domain that cannot be asked about is a host that cannot be reached. */
static int
add_listed(struct hosts *h, const struct account_host *host,
    const struct letter *l, const struct request *r, struct error *e)
{
	struct error why = ERROR_NONE;

	if (!host->is_srv)
		return add(h, host, e);
	add_located(h, host, l, r, &why);
	if (why.kind == ERR_NONE || why.kind == ERR_RESOLVE ||
	    why.kind == ERR_TIMEOUT)
		note_answer(h, host, &why);
	if (why.kind == ERR_NONE)
		return 0;
	if (why.kind != ERR_RESOLVE && why.kind != ERR_TIMEOUT) {
		*e = why;
		return -1;
	}
	trace_note(r->trace, 1, "warn", "%s", why.text);
	h->missing = why;
	return 0;
}

/* Where the i-th of n is to be found: each order is as likely (Durstenfeld). */
static void
shuffle(size_t *order, size_t n, const struct here *here)
{
	for (size_t i = n; i > 1; i--) {
		size_t drawn, kept = order[i - 1];

		here->random(&drawn, sizeof(drawn));
		order[i - 1] = order[drawn % i];
		order[drawn % i] = kept;
	}
}

static size_t *
order_of(const struct account *a, const struct here *here, struct error *e)
{
	size_t *order = calloc(a->hosts_n + 1, sizeof(*order));

	if (order == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	for (size_t i = 0; i < a->hosts_n; i++)
		order[i] = i;
	if (a->host_order == ORDER_RANDOM)
		shuffle(order, a->hosts_n, here);
	return order;
}

/* Was there no answer lately, and asking again would be waiting again? */
static bool
is_late(struct hosts *h, const struct account_host *host)
{
	struct account_host one = *host;

	if (!host->is_srv || h->health == NULL)
		return false;
	health_order(h->health, &one, 1);
	return health_is_down(h->health, &one);
}

static int
add_all(struct hosts *h, const struct letter *l, const struct request *r,
    struct error *e)
{
	const struct account *a = &l->account;
	size_t *order = order_of(a, r->here, e);
	int rc = order == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && i < a->hosts_n; i++) {
		const struct account_host *host = &a->hosts[order[i]];

		h->late[order[i]] = is_late(h, host);
		if (!h->late[order[i]])
			rc = add_listed(h, host, l, r, e);
		else
			trace_note(r->trace, 1, "warn",
			    "domain '%s' was not to be found lately; others "
			    "first",
			    host->name);
	}
	free(order);
	return rc;
}

static int
add_late(struct hosts *h, const struct letter *l, const struct request *r,
    struct error *e)
{
	const struct account *a = &l->account;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < a->hosts_n; i++) {
		if (h->late[i])
			rc = add_listed(h, &a->hosts[i], l, r, e);
		h->late[i] = false;
	}
	return rc;
}

bool
hosts_more(struct hosts *h, const struct letter *l, const struct request *r)
{
	struct error ignored = ERROR_NONE;
	size_t before = h->n;

	return add_late(h, l, r, &ignored) == 0 && h->n > before;
}

int
hosts_find(struct hosts *h, const struct letter *l, const struct request *r,
    struct health *health, struct error *e)
{
	const struct account *a = &l->account;
	int rc;

	*h = (struct hosts){ .missing = ERROR_NONE,
		.health = a->hosts_n > 1 ? health : NULL,
		.late = calloc(a->hosts_n + 1, sizeof(*h->late)) };
	if (h->late == NULL)
		return error_set(e, ERR_OS, "out of memory");
	rc = add_all(h, l, r, e);
	if (rc == 0 && h->n == 0)
		rc = add_late(h, l, r, e);
	if (rc < 0 || h->n > 0)
		return rc;
	if (h->missing.kind == ERR_NONE)
		return error_set(e, ERR_CONFIG, "account has no host");
	*e = h->missing;
	return -1;
}

void
hosts_clear(struct hosts *h)
{
	for (size_t i = 0; i < h->n; i++)
		account_host_clear(&h->at[i]);
	free(h->at);
	free(h->late);
	h->at = NULL;
	h->late = NULL;
	h->n = 0;
}
