#include "queue/runner.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/stop.h"
#include "queue/choice.h"
#include "queue/notify.h"
#include "queue/settle.h"
#include "queue/tell.h"
#include "queue/way.h"
#include "spool/retry.h"
#include "submit/health.h"
#include "submit/hop.h"
#include "submit/keep.h"
#include "submit/report.h"

/* So often in a row may an account's messages fail before it is left alone. */
enum { FAILURES_MOST = 5 };

/* So many may a run find waiting for a way that is dead before it ends. */
enum { BLOCKED_MOST = 256 };

struct runner {
	const struct request *r;
	const struct flush_wish *w;
	struct request own; /* r's, with the settings of the message in hand */
	struct conf_override *over;
	struct spool spool;
	struct letter l;
	struct hop hop;
	struct health health;
	bool chosen; /* l has an account */
	struct ways ways;
	struct error broken; /* what will not pass by itself */
	int status;          /* of what was said about the spool */
	unsigned blocked;    /* how many wait for a way that is dead */
	bool again;          /* the second round */
	bool reports;        /* some were made */
};

/* ---- the account -------------------------------------------------------------- */

static bool
same_options(const struct runner *q, const struct entry *n)
{
	if (q->own.over_n != n->options_n)
		return false;
	for (size_t i = 0; i < n->options_n; i++)
		if (strcmp(q->over[i].key, n->options[i].key) != 0 ||
		    strcmp(q->over[i].value, n->options[i].value) != 0)
			return false;
	return true;
}

static void
forget_options(struct runner *q)
{
	for (size_t i = 0; i < q->own.over_n; i++) {
		free((char *)q->over[i].key);
		free((char *)q->over[i].value);
	}
	free(q->over);
	q->over = NULL;
	q->own.over = NULL;
	q->own.over_n = 0;
}

static int
adopt_options(struct runner *q, const struct entry *n, struct error *e)
{
	forget_options(q);
	q->over = calloc(n->options_n + 1, sizeof(q->over[0]));
	if (q->over == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t i = 0; i < n->options_n; i++) {
		q->over[i].key = strdup(n->options[i].key);
		q->over[i].value = strdup(n->options[i].value);
		q->over[i].origin = "queue";
		q->own.over_n++;
		if (q->over[i].key == NULL || q->over[i].value == NULL)
			return error_set(e, ERR_OS, "out of memory");
	}
	q->own.over = q->over;
	return 0;
}

/* Does the way fail, which is this message's, too? */
static bool
is_blocked(struct runner *q, const struct entry *n)
{
	const struct way *way = way_known(&q->ways, n);

	return way != NULL && way->dead;
}

/* Settings made for this very message want a connection of their own. */
static int
choose(struct runner *q, const struct entry *n, struct error *e)
{
	if (q->chosen && same_options(q, n))
		return 0;
	hop_clear(&q->hop);
	q->hop = (struct hop){ 0 };
	account_clear(&q->l.account);
	buf_reset(&q->l.secret);
	q->chosen = false;
	if (adopt_options(q, n, e) < 0 ||
	    choice_account(q->l.conf, n, &q->l.account, e) < 0 ||
	    choice_check_environment(q->r, n, e) < 0)
		return -1;
	q->chosen = true;
	return 0;
}

int
runner_connections(struct conf *conf, const char *account)
{
	struct account a = ACCOUNT;
	struct error ignored = ERROR_NONE;
	int n = 1;

	if (conf_account(conf,
		&(struct conf_wish){ .name = choice_name(account) }, &a,
		&ignored) == 0)
		n = a.connections;
	account_clear(&a);
	return n;
}

/* ---- a message ------------------------------------------------------------------ */

/* What its file is read by goes, too, and with that the lock. */
static void
end_letter(struct letter *l)
{
	message_clear(&l->message);
	message_init(&l->message);
	l->env = ENVELOPE;
}

static void
begin_letter(struct runner *q, const struct item *i)
{
	struct letter *l = &q->l;

	buf_reset(&l->message_id);
	buf_reset(&l->dead);
	l->maybe_delivered = l->unreported = false;
	l->offers = (struct offers){ 0 };
	l->round_trips = 0;
	l->started = q->r->here->ticks();
	l->host[0] = l->tls[0] = '\0';
	memcpy(l->queue_id, i->entry.id, sizeof(l->queue_id));
	l->env = i->entry.env; /* lent */
}

static void
note_message_id(struct letter *l)
{
	size_t from = 0;
	struct field *f = message_field(&l->message, "Message-ID", &from);
	struct bytes id = f == NULL ? BYTES("") : bytes_trim(f->body);

	if (id.n > 2 && id.p[0] == '<' && id.p[id.n - 1] == '>')
		id = bytes_head(bytes_skip(id, 1), id.n - 2);
	buf_add(&l->message_id, id);
}

static bool
decided(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (!env->to[i].noted && env->to[i].verdict.code != 0 &&
		    env->to[i].verdict.code != 421)
			return true;
	return false;
}

/* A server that took nobody, for now, made no error.  What it said is of that
   message, and stays with it: this is told of others, too. */
static void
say_why(struct error *why, const struct letter *l, const struct error *e)
{
	*why = *e;
	if (e->kind == ERR_NONE)
		error_set(why, ERR_DISCONNECTED, "%s takes no mail now",
		    l->host[0] != '\0' ? l->host : "the server");
}

/* Is it the way that does not work, and not the message? */
static void
judge(struct runner *q, const struct item *i, const struct error *e)
{
	struct way *way = way_of(&q->ways, &i->entry);
	bool fine =
	    keep_is_hopeless(e) || (e->kind == ERR_NONE && decided(&q->l.env));

	way->failed = fine ? 0 : way->failed + 1;
	if (fine || hop_is_open(&q->hop))
		return;
	way->dead = !q->l.maybe_delivered || way->failed >= FAILURES_MOST;
	say_why(&way->why, &q->l, e);
	if (way->dead && error_exit(e) != EX_TEMPFAIL && e->kind != ERR_NONE)
		q->broken = *e;
}

/* Its file, or the disk, is not well: whoever runs this is to know. */
static void
complain(struct runner *q, const struct error *e)
{
	if (q->status == EX_OK)
		q->status = error_exit(e);
	report_error_of(
	    q->r->program, q->r->form, q->w->account, e, error_exit(e));
}

static void
try_message(struct runner *q, struct item *i)
{
	struct error e = ERROR_NONE, failed = ERROR_NONE;
	struct letter *l = &q->l;

	note_message_id(l);
	if (is_blocked(q, &i->entry)) {
		choose(q, &i->entry, &e); /* how its sender is told */
		e = way_known(&q->ways, &i->entry)->why;
	} else if (choose(q, &i->entry, &e) == 0 &&
	    settle_prepare(i, &q->l, &e) == 0)
		letter_deliver(l, &q->own, &e);
	if (e.kind == ERR_SPOOL) {
		complain(q, &e);
		return;
	}
	judge(q, i, &e);
	q->reports |= settle(l, &q->own, i, &e, &failed);
	if (failed.kind != ERR_NONE)
		complain(q, &failed);
}

/* The whole of it, until the answer is on the disk. */
static void
try_item(struct runner *q, struct item *i)
{
	struct error e = ERROR_NONE;

	begin_letter(q, i);
	if (item_message(i, &q->l.message, &e) == 0)
		try_message(q, i);
	else
		complain(q, &e);
	end_letter(&q->l);
}

static bool
part_of(const char *whole, const char *part)
{
	return part == NULL ||
	    bytes_find(bytes_of(whole), bytes_of(part)) < strlen(whole);
}

static bool
is_choice(const struct flush_wish *w)
{
	return w->id != NULL || w->sender != NULL || w->recipient != NULL;
}

static bool
is_wanted(const struct runner *q, const struct entry *n)
{
	const struct flush_wish *w = q->w;
	bool to = w->recipient == NULL;

	if (q->again)
		return true;

	for (size_t i = 0; i < n->env.n && !to; i++)
		to = n->env.to[i].verdict.state == VERDICT_PENDING &&
		    part_of(n->env.to[i].address, w->recipient);
	return to && part_of(n->env.sender, w->sender);
}

/* Its file's time may be older than what is written in it, and is all there is
   when no more can be written. */
static bool
is_due(struct runner *q, struct item *i)
{
	struct error ignored = ERROR_NONE;

	if ((q->w->now && !q->again) ||
	    retry_due(i->entry.next, q->r->here->now().tv_sec) ||
	    !item_may_add(i, ENTRY_TRY))
		return true;
	item_due(i, i->entry.next, &ignored);
	return false;
}

/* In seconds, whatever message was the last one; 0: the default. */
static int64_t
own_expire(const struct runner *q, const struct entry *n)
{
	struct account a = ACCOUNT;
	struct error ignored = ERROR_NONE;
	int64_t expire;

	if (q->chosen && same_options(q, n))
		return q->l.account.expire / 1000000;
	choice_account(q->l.conf, n, &a, &ignored);
	expire = a.expire / 1000000;
	account_clear(&a);
	return expire;
}

/* A host that is dead is asked once a run; yet what is too old is too old. */
static bool
is_out_of_time(const struct runner *q, const struct item *i)
{
	const struct retry_plan plan = { .expire = own_expire(q, &i->entry) };

	return retry_expired(
	    &plan, q->r->here->now().tv_sec - i->entry.arrived);
}

/* It was never tried, but its way was. */
static void
borrow_why(struct runner *q, struct entry *n)
{
	struct buf text = BUF(2048);

	keep_why(&text, &q->l, n->uid, &way_known(&q->ways, n)->why);
	clean_copy(n->why, sizeof(n->why), buf_bytes(&text));
	buf_clear(&text);
}

/* What is not tried may be late all the same. */
static void
tell_late(struct runner *q, struct item *i)
{
	struct error e = ERROR_NONE;

	if (!q->chosen || !same_options(q, &i->entry))
		return;
	begin_letter(q, i);
	if (notify_is_late(&q->l, q->r, i)) {
		if (i->entry.tried == 0)
			borrow_why(q, &i->entry);
		if (item_message(i, &q->l.message, &e) < 0 ||
		    settle_late(&q->l, &q->own, i, &e) < 0)
			complain(q, &e);
		q->reports = true;
	}
	end_letter(&q->l);
}

static void
work_on(struct runner *q, struct item *i)
{
	if (!is_blocked(q, &i->entry) || is_out_of_time(q, i))
		try_item(q, i);
	else {
		tell_late(q, i);
		q->blocked++;
	}
}

static bool
somebody_refused(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_REFUSED)
			return true;
	return false;
}

/* Nobody is open, and it is here all the same: it could not be removed before,
   or not be laid among the dead. */
static void
finish(struct runner *q, struct item *i)
{
	struct error e = ERROR_NONE, unknown = ERROR_NONE;

	begin_letter(q, i);
	if (!somebody_refused(&i->entry.env))
		item_drop(i, &e);
	else if (item_message(i, &q->l.message, &e) == 0) {
		note_message_id(&q->l);
		choose(q, &i->entry, &unknown); /* it is dead, then */
		settle_rest(&q->l, &q->own, i, &e);
	}
	if (e.kind != ERR_NONE)
		complain(q, &e);
	end_letter(&q->l);
}

static void
try_id(struct runner *q, const char *account, const char *id)
{
	struct error e = ERROR_NONE;
	struct item i;

	if (item_take(&i, &q->spool, SPOOL_QUEUE, account, id, &e) < 0)
		complain(q, &e);
	else if (i.fd >= 0 && i.entry.complete && !entry_open(&i.entry))
		finish(q, &i);
	else if (i.fd >= 0 && i.entry.complete && is_wanted(q, &i.entry) &&
	    is_due(q, &i))
		work_on(q, &i);
	item_release(&i);
}

/* Of a choice the second round has the reports alone. */
static bool
is_chosen(const struct runner *q, const struct spool_item *item)
{
	if (q->again && is_choice(q->w) && !tell_is_report(item->id))
		return false;
	if (!q->again && !part_of(item->id, q->w->id))
		return false;
	return (q->w->now && !q->again) ||
	    retry_due(item->due, q->r->here->now().tv_sec);
}

/* Of many that wait for a way that is dead each run looks at others. */
static size_t
skip_blocked(struct runner *q, size_t left)
{
	uint32_t chance;

	if (q->blocked != 1 || left <= BLOCKED_MOST)
		return 0;
	q->r->here->random(&chance, sizeof(chance));
	return chance % (left - BLOCKED_MOST + 1);
}

static void
run_list(struct runner *q, const struct spool_list *list)
{
	unsigned before;

	for (size_t i = 0;
	     i < list->n && stop_asked() == 0 && q->blocked < BLOCKED_MOST;
	     i++) {
		before = q->blocked;
		if (is_chosen(q, &list->items[i]))
			try_id(q, q->w->account, list->items[i].id);
		if (before == 0)
			i += skip_blocked(q, list->n - i - 1);
	}
}

/* Reports that were made on the way leave by the same connection. */
static int
run_twice(struct runner *q, struct error *e)
{
	int rc = 0;

	for (int i = 0; i < 2 && rc == 0 && stop_asked() == 0; i++) {
		struct spool_list list = { 0 };

		rc =
		    spool_list(&q->spool, SPOOL_QUEUE, q->w->account, &list, e);
		if (rc == 0)
			run_list(q, &list);
		spool_list_clear(&list);
		q->again = true;
		if (!q->reports)
			break;
	}
	return rc;
}

/* What it says counts for more than what was said on the way. */
static int
tell_broken(struct runner *q)
{
	if (q->broken.kind == ERR_NONE)
		return q->status;
	q->status = EX_OK;
	complain(q, &q->broken);
	return q->status;
}

static int
run(struct runner *q, struct error *e)
{
	int rc = -1;

	if (letter_configure(&q->l, q->r, e) == 0 &&
	    identity_find(&q->l.from, q->r->here, e) == 0)
		rc = keep_own_spool(&q->spool, q->l.conf, q->r, e);
	if (rc == 0)
		run_twice(q, e);
	return e->kind == ERR_NONE ? tell_broken(q) : error_exit(e);
}

int
runner_run(const struct request *r, const struct flush_wish *w)
{
	struct error e = ERROR_NONE;
	struct runner q = { .r = r, .w = w, .own = *r, .spool = SPOOL };
	int status;

	stop_defer();
	q.own.over = NULL;
	q.own.over_n = 0;
	q.own.notify = NOTIFY_UNSET;
	health_init(&q.health, r->here, r->state);
	q.own.health = &q.health;
	letter_init(&q.l, r);
	q.l.line = &q.hop;
	status = run(&q, &e);
	if (e.kind != ERR_NONE)
		report_error(r->program, r->form, &e, status);
	hop_clear(&q.hop);
	forget_options(&q);
	spool_close(&q.spool);
	letter_clear(&q.l);
	return status;
}
