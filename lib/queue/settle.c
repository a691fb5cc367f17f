#include "queue/settle.h"

#include "base/clean.h"
#include "base/stop.h"
#include "queue/notify.h"
#include "queue/tell.h"
#include "spool/retry.h"
#include "submit/keep.h"
#include "submit/log.h"

/* Who is open is so no more. */
static void
refuse(struct envelope *env, struct estatus status, const char *why)
{
	for (size_t i = 0; i < env->n; i++) {
		struct verdict *v = &env->to[i].verdict;

		if (verdict_open(v))
			verdict_set(v, VERDICT_REFUSED, v->stage, 0, status,
			    bytes_of(why));
	}
}

/* Everybody else has it, or was told of before: nothing comes between the
   answer and this. */
static bool
all_sent(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state != VERDICT_SENT &&
		    !env->to[i].noted)
			return false;
	return true;
}

/* What is to be written down. */
struct news {
	bool sent_alone; /* of those who were decided about, who has it */
	bool tried;      /* when it was tried, too */
	bool brief;      /* without the words of replies */
};

/* Was it decided this time?  What was before stands there already. */
static bool
is_new(const struct recipient *to, const struct news *w)
{
	if (to->noted || verdict_open(&to->verdict) ||
	    to->verdict.state == VERDICT_QUEUED)
		return false;
	return !w->sent_alone || to->verdict.state == VERDICT_SENT;
}

static bool
add_done(struct buf *out, const struct item *i, const struct envelope *env,
    const struct news *w)
{
	for (size_t k = 0; k < env->n; k++)
		if (is_new(&env->to[k], w) && w->brief)
			entry_write_brief(&i->entry, k, out);
		else if (is_new(&env->to[k], w))
			entry_write_done(&i->entry, k, out);
	return out->n > 0;
}

static int
write_news(struct item *i, const struct envelope *env, const struct news *w,
    struct error *e)
{
	struct buf lines = BUF(ENTRY_MOST);
	bool done = add_done(&lines, i, env, w);
	int rc = 0;

	if (w->tried && item_may_add(i, lines.n + ENTRY_TRY))
		entry_write_try(&i->entry, &lines);
	if (!buf_ok(&lines))
		rc = error_set(e, ERR_OS, "out of memory");
	else if (!w->brief && !item_may_add(i, lines.n))
		rc = error_set(e, ERR_SPOOL, "its history is full");
	else if (lines.n > 0 || w->tried)
		rc = item_note(i, buf_bytes(&lines), done, e);
	buf_clear(&lines);
	return rc;
}

/* When there is no room for all of it, there is for what counts. */
static int
note(struct item *i, const struct envelope *env, struct news w, struct error *e)
{
	struct error first = ERROR_NONE;

	if (write_news(i, env, &w, &first) == 0)
		return 0;
	w.brief = true;
	return write_news(i, env, &w, e);
}

/*
 * Who has it, at once: whatever is written and told behind this, he does not get
 * it twice.
 */
static int
note_sent(struct item *i, const struct envelope *env, struct error *e)
{
	const struct news w = { .sent_alone = true };

	return note(i, env, w, e);
}

/* Who is alone has no need of it, for his message is removed, unless it is to
   lie among the dead. */
int
settle_prepare(struct item *i, const struct letter *l, struct error *e)
{
	size_t open = 0;

	for (size_t k = 0; k < i->entry.env.n; k++)
		open += !i->entry.env.to[k].noted;
	if (open < 2 && notify_untold(l, i) == NULL)
		return 0;
	return item_reserve(i, open * ENTRY_BRIEF + ENTRY_TRY, e);
}

static int
settle_sent(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	int rc = note_sent(i, &l->env, e);

	if (rc == 0)
		rc = notify_relayed(l, r, i, e);
	for (size_t k = 0; k < l->env.n; k++)
		if (l->env.to[k].verdict.state == VERDICT_SENT)
			l->env.to[k].noted = true;
	return rc;
}

static void
mark_queued(struct envelope *env)
{
	for (size_t k = 0; k < env->n; k++)
		if (verdict_open(&env->to[k].verdict))
			env->to[k].verdict.state = VERDICT_QUEUED;
}

static int
put_off(struct letter *l, const struct request *r, struct item *i,
    const struct error *why, struct error *e)
{
	struct buf text = BUF(2048);

	keep_why(&text, l, i->entry.uid, why);
	keep_put_off(&i->entry, &l->account, r->here, buf_text(&text));
	buf_clear(&text);
	mark_queued(&l->env);
	if (note(i, &l->env, (struct news){ .tried = true }, e) < 0)
		return -1;
	return notify_late(l, r, i, e);
}

int
settle_late(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	mark_queued(&l->env);
	return notify_late(l, r, i, e);
}

/* What the server said of it last tells more than that time is over. */
static void
refuse_late(struct envelope *env, const char *why)
{
	for (size_t i = 0; i < env->n; i++) {
		struct verdict *v = &env->to[i].verdict;

		if (v->state == VERDICT_DEFERRED && v->code != 0)
			v->state = VERDICT_REFUSED;
	}
	refuse(env, (struct estatus){ 4, 4, 7 }, why);
}

/*
 * Where no more can be written its age is all there is to know.  Without its
 * account nobody knows how long it may wait, and no report can be sent.
 */
static bool
was_last(const struct letter *l, const struct request *r, const struct item *i)
{
	const struct retry_plan plan = { .expire =
					     l->account.expire / 1000000 };
	const struct entry *n = &i->entry;
	struct retry_try t = { r->here->now().tv_sec - n->arrived,
		n->next - n->arrived, n->tried - n->arrived, n->tries + 1 };

	if (l->account.name == NULL)
		return false;
	if (!item_may_add(i, ENTRY_TRY))
		return retry_expired(&plan, t.age);
	return retry_is_last(&plan, &t);
}

/* Its time is over, and this was its last try. */
static void
give_up(struct letter *l, const struct request *r, const struct item *i,
    const struct error *why)
{
	struct buf text = BUF(2048);

	if (stop_asked() != 0 || !envelope_open(&l->env) || !was_last(l, r, i))
		return;
	buf_adds(&text, "could not be delivered in time; last of all: ");
	keep_why(&text, l, i->entry.uid, why);
	refuse_late(&l->env, buf_text(&text));
	buf_clear(&text);
}

/*
 * A report that was refused is dead, until a shorter one has arrived.  Released
 * and delivered after all, it leaves no need for that.
 */
static void
forget_other_form(const struct item *i)
{
	struct error ignored = ERROR_NONE;
	enum spool_place place = SPOOL_QUEUE;
	char id[ENTRY_ID];
	struct item other;

	if (tell_longer(id, &i->entry))
		place = SPOOL_DEAD;
	else if (!tell_in_short(id, &i->entry))
		return;
	if (item_take(
		&other, i->spool, place, i->entry.account, id, &ignored) == 0)
		item_drop(&other, &ignored);
	item_release(&other);
}

/* What cannot be removed says itself that it is done with. */
static int
drop(struct item *i, const struct envelope *env, struct error *e)
{
	struct error ignored = ERROR_NONE;

	if (item_drop(i, e) == 0)
		return 0;
	note(i, env, (struct news){ 0 }, &ignored);
	return -1;
}

/* Among the dead, where somebody may look, and sees why. */
static int
bury(struct letter *l, const struct request *r, struct item *i,
    const struct verdict *v, struct error *e)
{
	struct buf lines = BUF(ENTRY_MOST), why = BUF(2048);
	int rc;

	if (v->code != 0 && l->host[0] != '\0')
		buf_addf(&why, "%s: ", l->host);
	if (v->code != 0)
		buf_addf(&why, "%d %s", v->code, v->text);
	else
		buf_adds(&why, v->text);
	clean_copy(i->entry.why, sizeof(i->entry.why), buf_bytes(&why));
	i->entry.tried = r->here->now().tv_sec;
	entry_write_try(&i->entry, &lines);
	rc = item_note(i, buf_bytes(&lines), false, e);
	buf_clear(&lines);
	buf_clear(&why);
	rc = rc < 0 ? -1 : item_move(i, SPOOL_DEAD, e);
	if (rc == 0)
		buf_addf(&l->dead, "%s/%s/%s/%s", i->spool->path,
		    spool_place_name(SPOOL_DEAD), i->entry.account,
		    i->entry.id);
	return rc;
}

static bool
is_dead_in_full(const struct item *i)
{
	char id[ENTRY_ID];

	return tell_longer(id, &i->entry) &&
	    spool_has(i->spool, SPOOL_DEAD, i->entry.account, id);
}

/*
 * There is nobody to tell, but for who is to have this very report: perhaps he
 * can be sent a shorter one.  This one is dead first: the other must not arrive
 * while it is not.
 */
static int
leave(struct letter *l, const struct request *r, struct item *i,
    const struct verdict *untold, struct error *e)
{
	if (is_dead_in_full(i))
		return drop(i, &l->env, e);
	if (bury(l, r, i, untold, e) < 0)
		return -1;
	return notify_shorter(l, r, i, untold, e) < 0 ? -1 : 0;
}

static int
write_down(struct letter *l, const struct request *r, struct item *i,
    const struct error *why, struct error *e)
{
	const struct verdict *untold;
	bool finished = all_sent(&l->env) && notify_untold(l, i) == NULL;

	if (finished && !notify_relays(l, i)) {
		if (drop(i, &l->env, e) < 0)
			return -1;
		forget_other_form(i);
		return 0;
	}
	if (settle_sent(l, r, i, e) < 0) {
		if (finished)
			item_drop(i, e); /* nobody is to get it again */
		return -1;
	}
	if (keep_is_hopeless(why))
		refuse(&l->env, why->status, why->text);
	else if (keep_is_for_nobody(l))
		keep_for_nobody(&l->env, VERDICT_REFUSED);
	else
		give_up(l, r, i, why);
	if (notify_failed(l, r, i, e) < 0)
		return -1;
	if (envelope_open(&l->env))
		return put_off(l, r, i, why, e);
	untold = notify_untold(l, i);
	if (untold != NULL)
		return leave(l, r, i, untold, e);
	return drop(i, &l->env, e);
}

int
settle_rest(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	const struct verdict *untold = notify_untold(l, i);

	if (untold == NULL)
		return drop(i, &l->env, e);
	if (leave(l, r, i, untold, e) < 0)
		return -1;
	l->took = 0;
	letter_log(l, r, e, envelope_outcome(&l->env, e));
	return 0;
}

/* Having failed, it stays as it was, and is tried again. */
bool
settle(struct letter *l, const struct request *r, struct item *i,
    struct error *e, struct error *failed)
{
	bool told = notify_relays(l, i) || !all_sent(&l->env);
	int rc = write_down(l, r, i, e, failed);

	if (rc < 0) {
		struct error again = ERROR_NONE;

		item_due(i, r->here->now().tv_sec + 60, &again);
	}
	l->took = r->here->ticks() - l->started;
	letter_log(l, r, e, envelope_outcome(&l->env, e));
	return told;
}
