#include "cmd/queue.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/json.h"
#include "spool/item.h"
#include "spool/retry.h"
#include "submit/keep.h"
#include "submit/report.h"
#include "submit/step.h"

enum { OUT_ENOUGH = 64 << 10 };

static const enum spool_place all_places[] = { SPOOL_QUEUE, SPOOL_HELD,
	SPOOL_DEAD };

/* One walk over the spool: what is done with each message, and what came. */
struct walk {
	const struct request *r;
	struct spool spool;
	struct buf out;
	int64_t octets;
	size_t n;
	const char *id; /* this one alone; or NULL */
	enum queue_change change;
	struct tally {
		size_t n;
		char in[4096]; /* where the last of them are */
	} dead, damaged;
	size_t busy;
	int status;     /* the greatest of what was complained of on the way */
	bool elsewhere; /* the one of that id is, where nothing is changed */
	enum spool_place where;
	int (*each)(struct walk *w, enum spool_place place, const char *account,
	    const char *id, struct error *e);
};

static int show(struct walk *w, enum spool_place place, const char *account,
    const char *id, struct error *e);

static int
walk_account(struct walk *w, enum spool_place place, const char *account,
    struct error *e)
{
	struct spool_list list = { 0 };
	int rc;

	if (w->id != NULL)
		return spool_has(&w->spool, place, account, w->id)
		    ? w->each(w, place, account, w->id, e)
		    : 0;
	rc = spool_list(&w->spool, place, account, &list, e);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = w->each(w, place, account, list.items[i].id, e);
	spool_list_clear(&list);
	return rc;
}

static int
walk_place(struct walk *w, enum spool_place place, struct error *e)
{
	char **accounts = spool_accounts(&w->spool, place, e);
	int rc = accounts == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && accounts[i] != NULL; i++)
		rc = walk_account(w, place, accounts[i], e);
	spool_names_free(accounts);
	return rc;
}

static void
count(struct tally *t, struct spool *s, enum spool_place place)
{
	size_t n = spool_count(s, place);

	if (n > 0)
		snprintf(t->in, sizeof(t->in), "%s/%s", s->path,
		    spool_place_name(place));
	t->n += n;
}

static int
walk_spool(struct walk *w, int rc, const enum spool_place *places, size_t n,
    struct error *e)
{
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = walk_place(w, places[i], e);
	if (rc == 0) {
		count(&w->dead, &w->spool, SPOOL_DEAD);
		count(&w->damaged, &w->spool, SPOOL_DAMAGED);
	}
	spool_close(&w->spool);
	return rc < 0 ? -1 : 0;
}

static int
walk_spools(struct walk *w, const struct conf *conf,
    const enum spool_place *places, size_t n, struct error *e)
{
	int rc = walk_spool(
	    w, keep_spool(&w->spool, conf, w->r, false, e), places, n, e);

	if (rc == 0 && keep_beside_service(w->r, conf))
		rc = walk_spool(w,
		    spool_open(&w->spool, w->r->spool_service, false, e),
		    places, n, e);
	return rc;
}

/*
 * Nothing is there, or what is there was walked over.  Who only looks sees what
 * is in the usual place though the configuration is broken.
 */
static int
walk(struct walk *w, const enum spool_place *places, size_t n, struct error *e)
{
	struct error broken = ERROR_NONE;
	struct letter l;
	int rc;

	letter_init(&l, w->r);
	rc = letter_configure(&l, w->r, &broken);
	report_write(STDERR_FILENO, buf_bytes(&l.complaints));
	if (rc == 0 || w->each == show)
		rc = walk_spools(w, l.conf, places, n, e);
	if (broken.kind != ERR_NONE && e->kind == ERR_NONE)
		*e = broken;
	letter_clear(&l);
	return e->kind == ERR_NONE ? rc : -1;
}

static void
complain(struct walk *w, const struct error *e)
{
	int status = error_exit(e);

	report_error(w->r->program, w->r->form, e, status);
	if (status > w->status)
		w->status = status;
}

static int
ended(struct walk *w, const struct error *e)
{
	buf_clear(&w->out);
	if (e->kind != ERR_NONE)
		complain(w, e);
	return w->status;
}

/* ---- showing ---------------------------------------------------------------- */

/* Who has not got it, of those who can be helped. */
static bool
is_open(const struct item *i, const struct recipient *to)
{
	return to->verdict.state == VERDICT_PENDING ||
	    (i->place == SPOOL_DEAD && to->verdict.state == VERDICT_REFUSED);
}

/* No run tries it earlier; when the next one is we do not know. */
static void
add_next(struct walk *w, const struct entry *n)
{
	time_t next = (time_t)n->next;
	char when[40];
	struct tm tm;

	if (retry_due(n->next, w->r->here->now().tv_sec)) {
		buf_adds(&w->out, "; next try with the next run");
		return;
	}
	localtime_r(&next, &tm);
	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", &tm);
	buf_addf(&w->out, "; next try %s", when);
}

/*
 * A line in parentheses is a reason to those who read Postfix's list: there is
 * none about a message that was not tried yet.
 */
static void
show_why(struct walk *w, const struct item *i)
{
	const struct entry *n = &i->entry;

	if (n->why[0] == '\0')
		return;
	buf_adds(&w->out, "    (");
	if (n->account[0] != '(') { /* one without a name */
		clean_add(&w->out, bytes_of(n->account));
		buf_adds(&w->out, ": ");
	}
	clean_add(&w->out, bytes_of(n->why));
	if (i->place == SPOOL_QUEUE)
		add_next(w, n);
	buf_adds(&w->out, ")\n");
}

static void
show_text(struct walk *w, const struct item *i)
{
	static const char marks[] = {
		[SPOOL_QUEUE] = ' ', [SPOOL_HELD] = '!', [SPOOL_DEAD] = '#'
	};
	const struct entry *n = &i->entry;
	time_t arrived = (time_t)n->arrived;
	char when[40];
	struct tm tm;

	localtime_r(&arrived, &tm);
	strftime(when, sizeof(when), "%a %b %e %H:%M:%S", &tm);
	if (w->n == 0)
		buf_adds(&w->out,
		    "-Queue ID-      --Size-- ----Arrival Time---- "
		    "-Sender/Recipient-------\n");
	buf_addf(&w->out, "%s%c%*s%8" PRId64 " %s  ", n->id, marks[i->place],
	    (int)(15 - strlen(n->id)), "", i->size, when);
	clean_add(&w->out,
	    n->env.sender[0] != '\0' ? bytes_of(n->env.sender)
				     : BYTES("MAILER-DAEMON"));
	buf_addc(&w->out, '\n');
	show_why(w, i);
	for (size_t k = 0; k < n->env.n; k++)
		if (is_open(i, &n->env.to[k])) {
			buf_addf(&w->out, "%45s", "");
			clean_add(&w->out, bytes_of(n->env.to[k].address));
			buf_addc(&w->out, '\n');
		}
	buf_addc(&w->out, '\n');
}

static void
show_json(struct walk *w, const struct item *i)
{
	const struct entry *n = &i->entry;
	struct json j = JSON(&w->out);

	json_open(&j, NULL, '{');
	json_text(&j, "queue_id", bytes_of(n->id));
	json_text(&j, "place", bytes_of(spool_place_name(i->place)));
	json_text(&j, "account", bytes_of(n->account));
	json_number(&j, "size", i->size);
	json_number(&j, "arrived", n->arrived);
	json_number(&j, "uid", n->uid);
	json_text(&j, "sender", bytes_of(n->env.sender));
	json_number(&j, "tries", n->tries);
	json_number(&j, "tried", n->tried);
	json_number(&j, "next", n->next);
	json_text(&j, "why", bytes_of(n->why));
	json_open(&j, "recipients", '[');
	for (size_t k = 0; k < n->env.n; k++)
		if (is_open(i, &n->env.to[k]))
			json_text(&j, NULL, bytes_of(n->env.to[k].address));
	json_close(&j, ']');
	json_close(&j, '}');
	buf_addc(&w->out, '\n');
}

static int
flush_out(struct walk *w, size_t enough, struct error *e)
{
	if (w->out.n < enough)
		return 0;
	if (!report_write(STDOUT_FILENO, buf_bytes(&w->out)))
		return error_sys(
		    e, ERR_IO, "cannot write to the standard output");
	buf_reset(&w->out);
	return 0;
}

/* One that cannot be read must not hide the others. */
static int
show(struct walk *w, enum spool_place place, const char *account,
    const char *id, struct error *e)
{
	struct error why = ERROR_NONE;
	struct item i;

	if (item_look(&i, &w->spool, place, account, id, &why) < 0) {
		report_error(w->r->program, REPORT_TEXT, &why, 0);
	} else if (i.entry.complete &&
	    (place == SPOOL_DEAD || entry_open(&i.entry))) {
		if (w->r->form == REPORT_JSON)
			show_json(w, &i);
		else
			show_text(w, &i);
		w->octets += i.size;
		w->n++;
	}
	item_release(&i);
	return flush_out(w, OUT_ENOUGH, e);
}

/* What nothing more is done about must not be forgotten.  The last line is
   another: scripts read the number of messages there. */
static void
tell_of(struct walk *w, const struct tally *t, const char *what)
{
	if (t->n > 0 && w->r->form != REPORT_JSON)
		buf_addf(&w->out, "-- %zu %s: see %s\n", t->n, what, t->in);
}

/*
 * Mail that the service has taken is in a spool that its users cannot see.  It
 * is said first, for scripts read the last line of both outputs.
 */
static void
tell_of_service(const struct request *r)
{
	struct buf line = BUF(1024);
	uid_t me = geteuid();
	struct stat st;

	if (stat(LOCALSTATEDIR "/lib/sendoff", &st) < 0 || st.st_uid == 0 ||
	    me == 0 || st.st_uid == me)
		return;
	buf_addf(&line,
	    "%s: this is your own queue; that of this machine's service is "
	    "shown to root\n",
	    r->program);
	report_write(STDERR_FILENO, buf_bytes(&line));
	buf_clear(&line);
}

int
queue_show(const struct request *r)
{
	struct walk w = {
		.r = r, .spool = SPOOL, .each = show, .out = BUF(16 << 20)
	};
	struct error e = ERROR_NONE;
	int rc;

	if (r->form == REPORT_TEXT)
		tell_of_service(r);
	rc = walk(&w, all_places, 3, &e);
	tell_of(&w, &w.dead, "dead");
	tell_of(&w, &w.damaged, "damaged");
	if (rc == 0 && r->form != REPORT_JSON && w.n == 0)
		buf_adds(&w.out, "Mail queue is empty\n");
	else if (rc == 0 && r->form != REPORT_JSON)
		buf_addf(&w.out, "-- %" PRId64 " Kbytes in %zu Request%s.\n",
		    (w.octets + 1023) / 1024, w.n, w.n == 1 ? "" : "s");
	flush_out(&w, 1, &e);
	return ended(&w, &e);
}

/* ---- changing --------------------------------------------------------------- */

static int
change_item(struct walk *w, struct item *i, struct error *e)
{
	switch (w->change) {
	case QUEUE_HOLD:
		return item_move(i, SPOOL_HELD, e);
	case QUEUE_RELEASE:
		if (i->place == SPOOL_DEAD && item_reopen(i, e) < 0)
			return -1;
		return item_move(i, SPOOL_QUEUE, e);
	case QUEUE_REMOVE:
		return item_drop(i, e);
	case QUEUE_RETRY:
		return item_hasten(i, 0, e);
	}
	return 0;
}

/* Is that what it can be done with? */
static bool
may_change(enum queue_change what, enum spool_place place)
{
	switch (what) {
	case QUEUE_HOLD:
	case QUEUE_RETRY:
		return place == SPOOL_QUEUE;
	case QUEUE_RELEASE:
		return place != SPOOL_QUEUE;
	case QUEUE_REMOVE:
		break;
	}
	return true;
}

/* One that it cannot be done with must not spare the others. */
static int
change(struct walk *w, enum spool_place place, const char *account,
    const char *id, struct error *e)
{
	struct error why = ERROR_NONE;
	struct item i;
	int rc;

	(void)e;

	if (!may_change(w->change, place)) {
		w->elsewhere = true;
		w->where = place;
		return 0;
	}
	rc = item_take(&i, &w->spool, place, account, id, &why);
	if (rc > 0)
		w->busy++;
	else
		w->n++;
	if (rc < 0 || (rc == 0 && change_item(w, &i, &why) < 0))
		complain(w, &why);
	item_release(&i);
	return 0;
}

/* Whoever wants what is so already has it. */
static bool
is_so_already(const struct walk *w)
{
	return w->elsewhere &&
	    ((w->change == QUEUE_HOLD && w->where == SPOOL_HELD) ||
		(w->change == QUEUE_RELEASE && w->where == SPOOL_QUEUE));
}

static void
tell_already(const struct walk *w)
{
	struct buf line = BUF(1024);

	if (w->r->form != REPORT_TEXT)
		return;
	buf_addf(&line, "%s: message '%.40s' %s already\n", w->r->program,
	    w->id, w->where == SPOOL_HELD ? "is held" : "waits");
	report_write(STDERR_FILENO, buf_bytes(&line));
	buf_clear(&line);
}

static void
not_changed(const struct walk *w, struct error *e)
{
	if (!w->elsewhere) {
		error_set(e, ERR_USAGE, "no message '%.40s' is there", w->id);
		return;
	}
	error_set(e, ERR_USAGE, "message '%.40s' is %s", w->id,
	    spool_place_name(w->where));
	error_hint(e, "it has to be released");
}

int
queue_change(const struct request *r, enum queue_change what, const char *id)
{
	struct walk w = {
		.r = r, .spool = SPOOL, .each = change, .change = what
	};
	struct error e = ERROR_NONE;

	if (strcmp(id, "all") != 0)
		w.id = id;
	if (walk(&w, all_places, 3, &e) == 0 && w.busy > 0) {
		error_set(&e, ERR_SPOOL, "%zu being sent just now", w.busy);
		error_hint(&e, "try again in a moment");
		error_transient(&e);
	} else if (e.kind == ERR_NONE && w.id != NULL && w.n == 0) {
		if (is_so_already(&w))
			tell_already(&w);
		else
			not_changed(&w, &e);
	}
	return ended(&w, &e);
}
