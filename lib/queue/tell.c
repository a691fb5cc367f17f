#include "queue/tell.h"

#include <stdio.h>
#include <string.h>

#include "compose/notice_short.h"
#include "spool/checksum.h"

const char *
tell_whom(const struct letter *l)
{
	const char *to = l->account.bounce_to;

	if (to == NULL || strcmp(to, "sender") == 0)
		to = l->env.sender;
	return strcmp(to, "off") == 0 || to[0] == '\0' ? NULL : to;
}

/* ---- its envelope ------------------------------------------------------------ */

/* A provider that insists on its own sender does so here, too. */
static const char *
own_sender(const struct letter *l)
{
	return l->account.from_policy == FROM_FIX ? account_from(&l->account)
						  : NULL;
}

static void
add_from(struct buf *from, const struct letter *l)
{
	if (own_sender(l) != NULL)
		buf_adds(from, own_sender(l));
	else
		buf_addf(
		    from, "mailer-daemon@%.*s", BYTES_ARG(letter_domain(l)));
}

/*
 * Of a report nobody reports to a mailbox that sends reports (RFC 3461, 6.1): the
 * null reverse-path sees to it, and where there is none, NOTIFY.
 */
static int
address_it(struct entry *n, const struct letter *l, struct error *e)
{
	const char *own = own_sender(l);

	if (envelope_from(&n->env, bytes_of(own != NULL ? own : ""), e) < 0)
		return -1;
	if (own != NULL)
		n->env.notify = NOTIFY_NEVER;
	return envelope_to(&n->env, bytes_of(tell_whom(l)), NULL, e);
}

static int
copy_account(struct entry *n, const struct entry *from, struct error *e)
{
	n->account = strdup(from->account);
	if (n->account == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t i = 0; i < from->options_n; i++)
		if (entry_option(
			n, from->options[i].key, from->options[i].value, e) < 0)
			return -1;
	return 0;
}

/* Of the id of a report; behind it is what kind it is of. */
enum { ID_OF_MESSAGE = 14, FAILED = 'B', FAILED_SHORT = 'S' };

bool
tell_is_report(const char *id)
{
	return strlen(id) > ID_OF_MESSAGE;
}

/*
 * An id of its own, made of the message's and of whom it tells: when we are
 * killed between this and what is written down, the next run makes the same
 * one, but never for others.  A message is late once, whoever waits.
 */
static void
name_it(struct entry *n, const struct entry *about, const struct notice *what)
{
	static const char letters[] = { [NOTICE_FAILED] = FAILED,
		[NOTICE_DELAYED] = 'D',
		[NOTICE_RELAYED] = 'R' };
	const struct bytes whom = { (const char *)what->about,
		what->env->n * sizeof(*what->about) };
	uint32_t sum = what->kind == NOTICE_DELAYED ? 0 : checksum(0, whom);

	if (about->id[0] != '\0')
		snprintf(n->id, sizeof(n->id), "%.14s%c%c%c%c%c", about->id,
		    letters[what->kind], spool_id_digit(sum),
		    spool_id_digit(sum >> 5), spool_id_digit(sum >> 10),
		    spool_id_digit(sum >> 15));
}

/* ---- what would be refused, too ---------------------------------------------- */

/* Octets: what is in a report besides; what may be tried without knowing. */
enum { BESIDES = 16 << 10, UNKNOWN_MOST = 10 << 20 };

/* What was sent, by its status: not to whom, nor by whom. */
static bool
is_of_content(struct estatus s)
{
	return s.subject == 6 || (s.subject == 3 && s.detail == 4) ||
	    (s.subject == 2 && s.detail == 3);
}

static bool
is_of_address(struct estatus s)
{
	return s.subject == 1 || (s.subject == 2 && s.detail != 3);
}

/* Once it was seen, or heard to be large, or by ourselves. */
static bool
content_refused(const struct verdict *v)
{
	if (v->state != VERDICT_REFUSED || v->stage == STAGE_OTHERS ||
	    is_of_address(v->status))
		return false;
	if (is_of_content(v->status))
		return true;
	if (v->code == 0)
		return v->status.class == 5;
	return v->code / 100 == 5 &&
	    (v->stage == STAGE_DATA || v->stage == STAGE_DOT ||
		(v->stage == STAGE_MAIL && v->code == 552));
}

static bool
is_too_large(const struct letter *l)
{
	int64_t size = message_size(&l->message), most = l->offers.size;

	if (l->account.max_size > 0 &&
	    (most == 0 || l->account.max_size < most))
		most = l->account.max_size;
	return most > 0 ? size + BESIDES > most : size > UNKNOWN_MOST;
}

static bool
is_foreign(const struct letter *l)
{
	const struct message *m = &l->message;

	if (!l->offers.known)
		return false;
	return (!l->offers.utf8 && message_header_8bit(m)) ||
	    (!l->offers.eight_bit &&
		(message_header_8bit(m) || message_body_8bit(m)));
}

/*
 * What a server did not take once it would not take as a part of the report: its
 * header alone goes back then, and the report has its chance.
 */
static bool
is_hard_to_return(const struct letter *l, const bool *about)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (about[i] && content_refused(&l->env.to[i].verdict))
			return true;
	return is_too_large(l) || is_foreign(l);
}

/* ---- all of it --------------------------------------------------------------- */

static void
fill(struct notice *what, const struct telling *t)
{
	what->env = &t->letter->env;
	what->to = tell_whom(t->letter);
	what->message = &t->letter->message;
	what->header_only = is_hard_to_return(t->letter, what->about);
	what->queue_id = t->n->id[0] != '\0' ? t->n->id : NULL;
	what->remote = t->letter->host[0] != '\0' ? t->letter->host : NULL;
	what->arrived = t->n->arrived;
	if (what->tried == 0)
		what->tried = t->r->here->now().tv_sec;
	what->reason = t->n->why[0] != '\0' ? t->n->why : NULL;
}

static int
keep(const struct telling *t, const struct notice *what, struct error *e)
{
	struct message m;
	struct entry n;
	int rc;

	entry_init(&n);
	message_init(&m);
	name_it(&n, t->n, what);
	n.arrived = t->r->here->now().tv_sec;
	n.uid = t->n->uid;
	n.report = true;
	rc = copy_account(&n, t->n, e);
	if (rc == 0)
		rc = address_it(&n, t->letter, e);
	if (rc == 0)
		rc = notice_make(&m, what, t->r->here, e);
	if (rc == 0)
		rc = spool_keep(t->spool, SPOOL_QUEUE, &n, &m, t->r->here, e);
	message_clear(&m);
	entry_clear(&n);
	return rc;
}

int
tell(const struct telling *t, const struct notice *kind, struct error *e)
{
	struct notice what = *kind;
	struct buf from = BUF(512);
	char mta[256];
	int rc;

	t->r->here->host_name(mta, sizeof(mta));
	add_from(&from, t->letter);
	what.mta = mta;
	what.from = buf_text(&from);
	fill(&what, t);
	rc = keep(t, &what, e);
	buf_clear(&from);
	return rc;
}

/* ---- a shorter one ------------------------------------------------------------ */

/* The id of the same report in the other form, if it is in this one. */
static bool
other_form(char id[ENTRY_ID], const char *report, char from, char to)
{
	if (!tell_is_report(report) || report[ID_OF_MESSAGE] != from)
		return false;
	memcpy(id, report, ENTRY_ID);
	id[ID_OF_MESSAGE] = to;
	return true;
}

bool
tell_longer(char id[ENTRY_ID], const struct entry *report)
{
	return other_form(id, report->id, FAILED_SHORT, FAILED);
}

static int
copy_envelope(
    struct envelope *env, const struct envelope *from, struct error *e)
{
	if (envelope_from(env, bytes_of(from->sender), e) < 0)
		return -1;
	env->notify = from->notify;
	return envelope_to(env, bytes_of(from->to[0].address), NULL, e);
}

static int
keep_shorter(const struct telling *t, struct entry *n, struct error *e)
{
	struct message m;
	int rc;

	n->arrived = t->n->arrived;
	n->uid = t->n->uid;
	n->report = true;
	n->international = t->n->international;
	message_init(&m);
	rc = notice_shorten(&m, &t->letter->message, e);
	if (rc == 0)
		rc = copy_account(n, t->n, e);
	if (rc == 0)
		rc = copy_envelope(&n->env, &t->letter->env, e);
	if (rc == 0)
		rc = spool_keep(t->spool, SPOOL_QUEUE, n, &m, t->r->here, e);
	message_clear(&m);
	return rc;
}

bool
tell_in_short(char id[ENTRY_ID], const struct entry *report)
{
	return other_form(id, report->id, FAILED, FAILED_SHORT);
}

int
tell_shorter(
    const struct telling *t, const struct verdict *refused, struct error *e)
{
	struct entry n;
	int rc = 1;

	entry_init(&n);
	if (content_refused(refused) && tell_in_short(n.id, t->n))
		rc = keep_shorter(t, &n, e);
	entry_clear(&n);
	return rc;
}
