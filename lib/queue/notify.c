#include "queue/notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compose/notice.h"

static unsigned
notify_of(const struct envelope *env, const struct recipient *to)
{
	return to->notify != NOTIFY_UNSET ? to->notify : env->notify;
}

/* Nobody who said what he wants is told anything else (RFC 3461, 4.1). */
static bool
wants(const struct envelope *env, const struct recipient *to, unsigned what)
{
	unsigned notify = notify_of(env, to);

	return notify == NOTIFY_UNSET || (notify & what) != 0;
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

/* ---- the report ------------------------------------------------------------- */

/* Who is told; NULL: nobody. */
static const char *
addressee(const struct letter *l)
{
	const char *to = l->account.bounce_to;

	if (to == NULL || strcmp(to, "sender") == 0)
		to = l->env.sender;
	return strcmp(to, "off") == 0 || to[0] == '\0' ? NULL : to;
}

/* A provider that insists on its own sender does so here, too. */
static void
add_from(struct buf *from, const struct letter *l)
{
	const char *own = account_from(&l->account);

	if (l->account.from_policy == FROM_FIX && own != NULL)
		buf_adds(from, own);
	else
		buf_addf(
		    from, "mailer-daemon@%.*s", BYTES_ARG(letter_domain(l)));
}

static int
address_it(struct entry *n, const struct letter *l, const struct item *i,
    const char *from, struct error *e)
{
	bool own = l->account.from_policy == FROM_FIX;

	n->arrived = i->entry.arrived;
	n->uid = i->entry.uid;
	n->report = true;
	n->account = strdup(i->entry.account);
	if (n->account == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t k = 0; k < i->entry.options_n; k++)
		if (entry_option(n, i->entry.options[k].key,
			i->entry.options[k].value, e) < 0)
			return -1;
	if (envelope_from(&n->env, own ? bytes_of(from) : BYTES(""), e) < 0)
		return -1;
	return envelope_to(&n->env, bytes_of(addressee(l)), NULL, e);
}

/*
 * An id of its own, made of the message's: when we are killed between this and
 * what is written down, the next run makes the same one.
 */
static void
name_it(struct entry *n, const struct item *i, char kind)
{
	static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	snprintf(n->id, sizeof(n->id), "%.14s%c%c", i->entry.id, kind,
	    digits[i->entry.tries % 32]);
}

static int
tell(struct letter *l, const struct request *r, struct item *i,
    const struct notice *kind, struct error *e)
{
	struct notice what = *kind;
	struct buf from = BUF(512);
	struct message m;
	struct entry n;
	char mta[256];
	int rc;

	r->here->host_name(mta, sizeof(mta));
	add_from(&from, l);
	what.mta = mta;
	what.from = buf_text(&from);
	what.queue_id = i->entry.id;
	what.env = &l->env;
	what.message = &l->message;
	what.remote = l->host[0] != '\0' ? l->host : NULL;
	what.arrived = i->entry.arrived;
	what.tried = r->here->now().tv_sec;
	what.reason = i->entry.why[0] != '\0' ? i->entry.why : NULL;
	entry_init(&n);
	message_init(&m);
	name_it(&n, i, what.kind == NOTICE_FAILED ? 'B' : 'D');
	rc = address_it(&n, l, i, what.from, e);
	n.arrived = what.tried;
	if (rc == 0)
		rc = notice_make(&m, &what, r->here, e);
	if (rc == 0)
		rc = spool_keep(i->spool, SPOOL_QUEUE, &n, &m, r->here, e);
	message_clear(&m);
	entry_clear(&n);
	buf_clear(&from);
	return rc;
}

/* ---- when ------------------------------------------------------------------- */

int
notify_failed(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	struct notice what = { .kind = NOTICE_FAILED };
	bool *about = calloc(l->env.n + 1, sizeof(*about));
	size_t n;
	int rc = 0;

	if (about == NULL)
		return error_set(e, ERR_OS, "out of memory");
	what.about = about;
	n = choose(&l->env, about, VERDICT_REFUSED, NOTIFY_FAILURE);
	if (n > 0 && (i->entry.report || l->env.sender[0] == '\0'))
		rc = item_move(i, SPOOL_DEAD, e) < 0 ? -1 : 1;
	else if (n > 0 && addressee(l) != NULL)
		rc = tell(l, r, i, &what, e);
	free(about);
	return rc;
}

static bool
is_late(const struct letter *l, const struct request *r, const struct item *i)
{
	int64_t after = l->account.warn_after / 1000000;
	int64_t age = r->here->now().tv_sec - i->entry.arrived;

	return after > 0 && age >= after && !i->entry.warned &&
	    !i->entry.report && addressee(l) != NULL &&
	    l->env.sender[0] != '\0';
}

int
notify_late(
    struct letter *l, const struct request *r, struct item *i, struct error *e)
{
	struct notice what = { .kind = NOTICE_DELAYED };
	struct buf line = BUF(256);
	bool *about;
	int rc = 0;

	if (!is_late(l, r, i))
		return 0;
	about = calloc(l->env.n + 1, sizeof(*about));
	if (about == NULL)
		return error_set(e, ERR_OS, "out of memory");
	what.about = about;
	what.until = i->entry.arrived + l->account.expire / 1000000;
	if (choose(&l->env, about, VERDICT_QUEUED, NOTIFY_DELAY) > 0)
		rc = tell(l, r, i, &what, e);
	entry_write_warned(&line);
	if (rc == 0)
		rc = item_note(i, buf_bytes(&line), true, e);
	buf_clear(&line);
	free(about);
	return rc;
}
