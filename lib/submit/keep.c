#include "submit/keep.h"

#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "compose/notice.h"
#include "conf/secret_value.h"
#include "spool/retry.h"
#include "spool/share.h"
#include "submit/step.h"

/* The service of this machine: one that makes no use of our own spool. */
static bool
is_service(const struct account *a)
{
	return a->hosts_n == 1 && a->hosts[0].is_path &&
	    a->protocol == PROTOCOL_LMTP && a->on_failure == FAILURE_FAILS &&
	    a->deliver == DELIVER_NOW;
}

static enum delivery
delivery(const struct letter *l, const struct request *r)
{
	static const enum delivery said[] = {
		[DELIVER_NOW] = DELIVERY_NOW,
		[DELIVER_BACKGROUND] = DELIVERY_BACKGROUND,
		[DELIVER_QUEUE] = DELIVERY_QUEUE,
	};

	const struct account *a = &l->account;
	enum delivery wanted =
	    r->delivery != DELIVERY_UNSAID ? r->delivery : said[a->deliver];

	if (r->delivery == DELIVERY_BACKGROUND &&
	    a->on_failure == FAILURE_FAILS && a->deliver == DELIVER_NOW)
		return DELIVERY_NOW; /* nobody would come for what remains */
	if (wanted == DELIVERY_QUEUE && is_service(a))
		return DELIVERY_NOW; /* it has a queue, and somebody to run it */
	if (r->peer != NULL && wanted == DELIVERY_BACKGROUND)
		return DELIVERY_QUEUE; /* see flush_after() */
	return wanted;
}

bool
keep_first(const struct letter *l, const struct request *r)
{
	return delivery(l, r) != DELIVERY_NOW;
}

bool
keep_in_background(const struct letter *l, const struct request *r)
{
	return delivery(l, r) == DELIVERY_BACKGROUND;
}

static int
no_place(const char *path, struct error *e)
{
	error_set(e, ERR_CONFIG, "SENDOFF_SPOOL '%s' is not a full path", path);
	return error_hint(e, "every caller has a directory of his own");
}

int
keep_spool(struct spool *s, const struct conf *conf, const struct request *r,
    bool create, struct error *e)
{
	const char *set = r->spool;
	char *path;
	int rc;

	*s = SPOOL;
	if (set == NULL && conf != NULL)
		set = conf_spool(conf);
	if (set == NULL)
		set = r->spool_usual;
	if (set == NULL) {
		error_set(e, ERR_SPOOL, "there is no place for a spool");
		return error_hint(e, "set spool = \"/DIRECTORY\"");
	}
	path = path_expand(bytes_of(set), r->places.home, e);
	if (path == NULL)
		return -1;
	s->reserve = conf_spool_reserve(conf);
	rc =
	    path[0] == '/' ? spool_open(s, path, create, e) : no_place(path, e);
	free(path);
	return rc;
}

int
keep_own_spool(struct spool *s, const struct conf *conf,
    const struct request *r, struct error *e)
{
	int rc = keep_spool(s, conf, r, false, e);

	if (rc != 0 || s->owner == geteuid())
		return rc;
	error_set(e, ERR_SPOOL_DENIED, "%s: the spool is that of user id %lu",
	    s->path, (unsigned long)s->owner);
	return error_hint(e,
	    "a run over it is that user's business: systemctl start "
	    "sendoff-flush, or setpriv --reuid=%lu and its like",
	    (unsigned long)s->owner);
}

bool
keep_beside_service(const struct request *r, const struct conf *conf)
{
	return r->spool_service != NULL && r->spool == NULL &&
	    (conf == NULL || conf_spool(conf) == NULL);
}

/* ---- what may pass ---------------------------------------------------------- */

bool
keep_is_hopeless(const struct error *e)
{
	return e->kind == ERR_MESSAGE || e->kind == ERR_ADDRESS ||
	    e->kind == ERR_TOO_LARGE ||
	    (e->kind == ERR_NOT_SUPPORTED && e->status.subject == 6);
}

/*
 * Would it be the same at any time: is it the message, or what was asked?  What
 * is wrong with the way there can be mended while it waits.
 */
static bool
is_final(const struct error *e)
{
	if (keep_is_hopeless(e))
		return true;
	switch (e->kind) {
	case ERR_USAGE:
	case ERR_NOINPUT:
	case ERR_CONFIG:
	case ERR_IO:
	case ERR_SPOOL:
	case ERR_SPOOL_DENIED:
	case ERR_INTERNAL:
		return true;
	default:
		return false;
	}
}

static bool
wants_it(
    const struct letter *l, const struct request *r, const struct error *why)
{
	if (keep_first(l, r))
		return true;
	return l->account.on_failure == FAILURE_QUEUES && !is_final(why);
}

/* ---- the entry -------------------------------------------------------------- */

static const struct verdict *
first_deferred(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_DEFERRED)
			return &env->to[i].verdict;
	return NULL;
}

void
keep_why(struct buf *out, const struct letter *l, int64_t uid,
    const struct error *why)
{
	const struct verdict *v = first_deferred(&l->env);

	if (error_of_service(why) && uid != 0 && uid != (int64_t)getuid())
		buf_adds(out, ERROR_OF_SERVICE);
	else if (why->kind != ERR_NONE && why->code != 0)
		buf_addf(out, "%s: %d %s", why->text, why->code, why->reply);
	else if (why->kind != ERR_NONE)
		buf_adds(out, why->text);
	else if (v != NULL && v->code != 0)
		buf_addf(out, "%s: %d %s", l->host, v->code, v->text);
	else if (v != NULL)
		buf_adds(out, v->text);
}

void
keep_put_off(struct entry *n, const struct account *a, const struct here *here,
    const char *why)
{
	const struct retry_plan plan = {
		.least = a->retry_min / 1000000,
		.most = a->retry_max / 1000000,
		.expire = a->expire / 1000000,
	};
	int64_t now = here->now().tv_sec;
	uint32_t chance;

	here->random(&chance, sizeof(chance));
	n->tried = now;
	n->tries++;
	n->next = now + retry_next(&plan, now - n->arrived, n->tries, chance);
	clean_copy(n->why, sizeof(n->why), bytes_of(why));
}

static bool
names_a_file(const char *key)
{
	size_t n = strlen(key);

	return n > 5 && strcmp(key + n - 5, "_file") == 0;
}

/* A run has a working directory of its own. */
static int
add_file(struct entry *n, const char *key, const char *name, struct error *e)
{
	struct buf path = BUF(2 * PATH_MAX);
	char *here = getcwd(NULL, 0);
	int rc;

	if (here != NULL)
		buf_addf(&path, "%s/%s", here, name);
	rc = here == NULL || !buf_ok(&path)
	    ? error_sys(e, ERR_OS, "cannot tell where '%s' is", name)
	    : entry_option(n, key, buf_text(&path), e);
	buf_clear(&path);
	free(here);
	return rc;
}

static int
add_option(struct entry *n, const struct conf_override *o, struct error *e)
{
	if (names_a_file(o->key) && strchr("/~", o->value[0]) == NULL)
		return add_file(n, o->key, o->value, e);
	return entry_option(n, o->key, o->value, e);
}

static int
add_options(struct entry *n, const struct request *r, struct error *e)
{
	for (size_t i = 0; i < r->over_n; i++)
		if (add_option(n, &r->over[i], e) < 0)
			return -1;
	return 0;
}

int
keep_describe(
    struct entry *n, struct letter *l, const struct request *r, struct error *e)
{
	n->arrived = r->here->now().tv_sec;
	n->uid = r->peer != NULL ? r->peer->uid : getuid();
	n->international = l->message.international;
	n->account = strdup(l->account.name);
	if (n->account == NULL)
		return error_set(e, ERR_OS, "out of memory");
	n->env = l->env;
	return add_options(n, r, e);
}

static int
describe(struct entry *n, struct letter *l, const struct request *r,
    const struct error *why, struct error *e)
{
	struct buf text = BUF(2048);

	if (keep_describe(n, l, r, e) < 0)
		return -1;
	if (!keep_first(l, r)) {
		keep_why(&text, l, n->uid, why);
		keep_put_off(n, &l->account, r->here, buf_text(&text));
	}
	buf_clear(&text);
	return 0;
}

static void
mark(struct letter *l, const struct error *why)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (verdict_open(&l->env.to[i].verdict))
			l->env.to[i].verdict.state = VERDICT_QUEUED;
	l->queued_for = *why;
}

/* A user without a name may be one of many who are the same man. */
static int
check_share(struct spool *s, const struct peer *p, int64_t octets, int64_t most,
    struct error *e)
{
	int64_t whose = p->named ? (int64_t)p->uid : SHARE_ALL;
	int may = spool_may_add(s, whose, octets, most, e);

	if (may != 0)
		return may < 0 ? -1 : 0;
	error_set(e, ERR_SPOOL,
	    "too much mail of uid %lu%s waits: %" PRId64 " octets is the limit",
	    (unsigned long)p->uid, p->named ? "" : " and all others", most);
	return error_transient(e);
}

int
keep_admit(struct spool *s, const struct letter *l, const struct request *r,
    int64_t octets, struct error *e)
{
	int64_t most = conf_limits(l->conf).spool;

	if (most == 0 || r->peer == NULL || peer_trusted(r->peer))
		return 0;
	return check_share(s, r->peer, octets, most, e);
}

/* What it is about is gone already: it is told for the sake of telling, and
   nobody may fill the disk with that. */
int
keep_admit_report(struct spool *s, const struct letter *l,
    const struct request *r, struct error *e)
{
	int64_t size = message_size(&l->message);

	s->strict = true;
	return keep_admit(
	    s, l, r, size < NOTICE_HEADER_MOST ? size : NOTICE_HEADER_MOST, e);
}

static int
keep(struct letter *l, const struct request *r, const struct error *why,
    struct error *e)
{
	struct entry n;
	struct spool s;
	int rc;

	entry_init(&n);
	rc = keep_spool(&s, l->conf, r, true, e);
	if (rc == 0)
		rc = keep_admit(&s, l, r, message_size(&l->message), e);
	if (rc == 0)
		rc = describe(&n, l, r, why, e);
	if (rc == 0)
		rc = spool_keep(&s, SPOOL_QUEUE, &n, &l->message, r->here, e);
	if (rc == 0) {
		memcpy(l->queue_id, n.id, sizeof(l->queue_id));
		mark(l, why);
	}
	n.env = ENVELOPE;
	entry_clear(&n);
	spool_close(&s);
	return rc;
}

static bool
may_have_it(const struct verdict *v)
{
	return v->state == VERDICT_SENT || v->stage == STAGE_DOT;
}

bool
keep_is_for_nobody(const struct letter *l)
{
	bool refused = false;

	if (l->account.recipients != RECIPIENTS_ALL)
		return false;
	for (size_t i = 0; i < l->env.n; i++) {
		const struct recipient *to = &l->env.to[i];

		if (may_have_it(&to->verdict))
			return false;
		refused |= to->verdict.state == VERDICT_REFUSED && !to->noted;
	}
	return refused;
}

void
keep_for_nobody(struct envelope *env, enum verdict_state state)
{
	struct estatus status = { 0 };

	if (state == VERDICT_REFUSED)
		status.class = 5;
	for (size_t i = 0; i < env->n; i++)
		if (verdict_open(&env->to[i].verdict))
			verdict_set(&env->to[i].verdict, state, STAGE_OTHERS, 0,
			    status,
			    BYTES("not sent, because another recipient was "
				  "refused"));
}

/* The caller's error is why it was not sent, if it was tried. */
int
letter_keep(struct letter *l, const struct request *r, struct error *e)
{
	struct error cause = *e, why = ERROR_NONE;

	if (!envelope_open(&l->env))
		return 0;
	if (keep_is_for_nobody(l)) {
		keep_for_nobody(&l->env, VERDICT_PENDING);
		return 0;
	}
	if (!wants_it(l, r, e))
		return 0;
	if (keep(l, r, &cause, &why) == 0) {
		*e = ERROR_NONE;
		return 0;
	}
	l->unqueued = why;
	if (e->kind == ERR_NONE && first_deferred(&l->env) == NULL)
		*e = why;
	return -1;
}
