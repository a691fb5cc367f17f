#include "queue/notify.h"

#include <stdlib.h>

#include "queue/tell.h"
#include "submit/keep.h"

static unsigned
notify_of(const struct envelope *env, const struct recipient *to)
{
	return to->notify != NOTIFY_UNSET ? to->notify : env->notify;
}

/* Nobody who said what he wants is told anything else, nobody else of a success
   (RFC 3461, 4.1). */
static bool
wants(const struct envelope *env, const struct recipient *to, unsigned what)
{
	unsigned notify = notify_of(env, to);

	if (notify == NOTIFY_UNSET)
		return what != NOTIFY_SUCCESS;
	return (notify & what) != 0;
}

static size_t
choose(const struct envelope *env, bool *about, enum verdict_state state,
    unsigned what)
{
	size_t n = 0;

	for (size_t i = 0; i < env->n; i++) {
		const struct recipient *to = &env->to[i];

		about[i] = to->verdict.state == state && !to->noted &&
		    wants(env, to, what);
		n += about[i];
	}
	return n;
}

static bool *
nobody(const struct envelope *env, struct error *e)
{
	bool *about = calloc(env->n + 1, sizeof(*about));

	if (about == NULL)
		error_set(e, ERR_OS, "out of memory");
	return about;
}

static int
tell_of(struct letter *l, const struct request *r, struct item *i,
    const struct notice *what, struct error *e)
{
	return tell(&(struct telling){ l, r, i->spool, &i->entry }, what, e);
}

/* ---- failed ----------------------------------------------------------------- */

/* About a report none is made, whatever was asked for.  Without its account there
   is nobody to tell. */
static const char *
addressee(const struct letter *l, const struct item *i)
{
	return i->entry.report || l->account.name == NULL ? NULL : tell_whom(l);
}

int
notify_failed(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	struct notice what = { .kind = NOTICE_FAILED };
	bool *about;
	int rc = 0;

	if (addressee(l, i) == NULL)
		return 0;
	about = nobody(&l->env, e);
	if (about == NULL)
		return -1;
	what.about = about;
	if (choose(&l->env, about, VERDICT_REFUSED, NOTIFY_FAILURE) > 0)
		rc = tell_of(l, r, i, &what, e);
	free(about);
	return rc;
}

const struct verdict *
notify_untold(const struct letter *l, const struct item *i)
{
	if (addressee(l, i) != NULL)
		return NULL;
	for (size_t k = 0; k < l->env.n; k++)
		if (l->env.to[k].verdict.state == VERDICT_REFUSED &&
		    (i->entry.report ||
			wants(&l->env, &l->env.to[k], NOTIFY_FAILURE)))
			return &l->env.to[k].verdict;
	return NULL;
}

int
notify_shorter(struct letter *l, const struct request *r, struct item *i,
    const struct verdict *refused, struct error *e)
{
	if (!i->entry.report)
		return 1;
	return tell_shorter(
	    &(struct telling){ l, r, i->spool, &i->entry }, refused, e);
}

/* ---- late ------------------------------------------------------------------- */

bool
notify_is_late(
    const struct letter *l, const struct request *r, const struct item *i)
{
	int64_t after = l->account.warn_after / 1000000;
	int64_t age = r->here->now().tv_sec - i->entry.arrived;

	return after > 0 && age >= after && !i->entry.warned &&
	    addressee(l, i) != NULL;
}

int
notify_late(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	struct notice what = { .kind = NOTICE_DELAYED };
	struct buf line = BUF(256);
	bool *about;
	int rc = 0;

	if (!notify_is_late(l, r, i))
		return 0;
	about = nobody(&l->env, e);
	if (about == NULL)
		return -1;
	what.about = about;
	what.tried = i->entry.tried;
	what.until = i->entry.arrived + l->account.expire / 1000000;
	if (choose(&l->env, about, VERDICT_QUEUED, NOTIFY_DELAY) > 0)
		rc = tell_of(l, r, i, &what, e);
	entry_write_warned(&line);
	if (rc == 0)
		rc = item_note(i, buf_bytes(&line), true, e);
	buf_clear(&line);
	free(about);
	return rc;
}

/* ---- passed on -------------------------------------------------------------- */

/* Where no server tells of a success, this is the last that can. */
static bool
relays(const struct letter *l)
{
	if (l->offers.dsn || tell_whom(l) == NULL)
		return false;
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state == VERDICT_SENT &&
		    !l->env.to[i].noted &&
		    wants(&l->env, &l->env.to[i], NOTIFY_SUCCESS))
			return true;
	return false;
}

bool
notify_relays(const struct letter *l, const struct item *i)
{
	return !i->entry.report && relays(l);
}

static int
tell_relayed(const struct telling *t, struct error *e)
{
	struct notice what = { .kind = NOTICE_RELAYED };
	bool *about = nobody(&t->letter->env, e);
	int rc;

	if (about == NULL)
		return -1;
	what.about = about;
	choose(&t->letter->env, about, VERDICT_SENT, NOTIFY_SUCCESS);
	rc = tell(t, &what, e);
	free(about);
	return rc;
}

int
notify_relayed(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	if (!notify_relays(l, i))
		return 0;
	return tell_relayed(&(struct telling){ l, r, i->spool, &i->entry }, e);
}

/* Does its account use the spool at all? */
static bool
may_keep(const struct letter *l)
{
	return l->account.name != NULL &&
	    l->account.on_failure == FAILURE_QUEUES;
}

int
notify_relayed_at_once(
    struct letter *l, const struct request *r, struct error *e)
{
	struct spool s = SPOOL;
	struct entry n;
	int rc;

	if (!may_keep(l) || !relays(l))
		return 0;
	entry_init(&n);
	rc = keep_spool(&s, l->conf, r, true, e);
	rc = rc != 0 ? rc : keep_admit_report(&s, l, r, e);
	if (rc == 0)
		rc = keep_describe(&n, l, r, e);
	if (rc == 0)
		rc = tell_relayed(&(struct telling){ l, r, &s, &n }, e);
	n.env = ENVELOPE;
	entry_clear(&n);
	spool_close(&s);
	return rc;
}
