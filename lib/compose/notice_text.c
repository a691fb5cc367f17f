#include "compose/notice_text.h"

#include <inttypes.h>
#include <string.h>

#include "base/clean.h"
#include "compose/notice_status.h"
#include "mail/date.h"

enum { SUBJECT_MOST = 200 };

static void
add_shown(struct buf *out, const char *text)
{
	char shown[NOTICE_SHOWN];

	buf_adds(out, clean_copy(shown, sizeof(shown), bytes_of(text)));
}

static void
add_line(struct buf *out, const char *before, const char *text)
{
	buf_adds(out, before);
	add_shown(out, text);
	buf_adds(out, "\r\n");
}

/* ---- which message it is ----------------------------------------------------- */

/* One that is encoded says little to a person. */
static void
add_subject(struct buf *out, const struct notice *n)
{
	struct buf text = BUF(HEADER_MAX);
	char shown[SUBJECT_MOST];
	size_t at = 0;
	struct field *f = message_field(n->message, "Subject", &at);

	if (f != NULL)
		field_unfold(f, &text);
	if (text.n > 0 && bytes_find(buf_bytes(&text), BYTES("=?")) == text.n)
		add_line(out, "    Subject:   ",
		    clean_copy(shown, sizeof(shown), buf_bytes(&text)));
	buf_share(out, &text);
	buf_clear(&text);
}

static bool
is_own(const struct notice *n)
{
	return strcmp(notice_to(n), n->env->sender) == 0;
}

static void
add_which(struct buf *out, const struct notice *n)
{
	if (!is_own(n))
		add_line(out, "    From:      ",
		    n->env->sender[0] != '\0' ? n->env->sender : "<>");
	if (n->arrived != 0) {
		buf_adds(out, "    Sent:      ");
		date_add_at(out, n->arrived);
		buf_adds(out, "\r\n");
	}
	add_subject(out, n);
	if (n->queue_id != NULL)
		add_line(out, "    Queue ID:  ", n->queue_id);
	buf_adds(out, "\r\n");
}

/* ---- what it means -------------------------------------------------------------- */

enum { ANY = -1 };

/* RFC 3463, 3; the first row that fits. */
static const struct {
	int subject, detail;
	const char *text;
} meanings[] = {
	{ 1, 2, "There is no such mail domain: check what follows the @." },
	{ 1, 7, "Your own address was not accepted as that of the sender." },
	{ 1, 8, "Your own address was not accepted as that of the sender." },
	{ 1, 10, "This domain takes no mail." },
	{ 1, ANY,
	    "There is no such mailbox: check how the address is spelled." },
	{ 2, 1, "This mailbox is closed." },
	{ 2, 2, "The mailbox is full: its owner has to make room." },
	{ 2, 3, "The message is too large for this mailbox." },
	{ 3, 4, "The message is too large for that server." },
	{ 4, 4, "It is not known where mail for this domain goes." },
	{ 4, 6, "The mail went in circles: the domain is not set up well." },
	{ 4, 7, NULL },
	{ 4, ANY, "The server could not be reached." },
	{ 6, ANY, "The server cannot take what the message is made of." },
	{ 7, ANY,
	    "The rules of the server forbid it.  Whoever runs it knows why." },
};

/* A server without statuses has its 550, 551, 553 (RFC 5321, 4.2.3). */
static bool
says_unknown(const struct verdict *v)
{
	return v->status.class == 0 && v->stage == STAGE_RCPT &&
	    (v->code == 550 || v->code == 551 || v->code == 553);
}

/* Where the status does not say it, the command that was refused does. */
static const char *
meaning_of_stage(const struct notice *n, const struct verdict *v)
{
	if (says_unknown(v))
		return "Most likely there is no such mailbox: check how the "
		       "address is spelled.";
	if (v->stage == STAGE_MAIL && v->state == VERDICT_REFUSED &&
	    !notice_given_up(n, v))
		return "Your own address was not accepted as that of the "
		       "sender.";
	if (v->stage == STAGE_OTHERS)
		return "It was to go to all or to nobody, and somebody else "
		       "was refused.";
	return NULL;
}

static const char *
meaning(const struct notice *n, const struct verdict *v)
{
	struct estatus s = notice_status(n, v);

	if (n->kind == NOTICE_RELAYED)
		return NULL;
	if (v->stage == STAGE_ADDRESS)
		return "Mail cannot be sent to what is no address.";
	for (size_t i = 0; i < sizeof(meanings) / sizeof(meanings[0]); i++)
		if (s.subject == meanings[i].subject &&
		    (meanings[i].detail == ANY ||
			s.detail == meanings[i].detail))
			return meanings[i].text;
	return meaning_of_stage(n, v);
}

/* ---- recipient by recipient --------------------------------------------------------- */

static void
add_said(struct buf *out, const struct notice *n, const struct verdict *v)
{
	if (v->stage == STAGE_OTHERS)
		return; /* the advice says it */
	if (v->code != 0) {
		buf_adds(out, "    ");
		add_shown(out, n->remote != NULL ? n->remote : "The server");
		buf_addf(out, " said:\r\n        %d ", v->code);
		add_line(out, "", v->text);
	} else if (v->text[0] != '\0')
		add_line(out, "    It was not sent: ", v->text);
	else if (n->reason != NULL)
		add_line(out, "    The last try failed: ", n->reason);
}

static void
add_duration(struct buf *out, int64_t seconds)
{
	static const struct {
		int64_t seconds;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "hours" }, { 60, "minutes" } };
	size_t i = 0;

	while (i < 2 && seconds < 2 * units[i].seconds)
		i++;
	buf_addf(
	    out, "%" PRId64 " %s", seconds / units[i].seconds, units[i].name);
}

static void
add_given_up(struct buf *out, const struct notice *n, const struct verdict *v)
{
	int64_t seconds = (int64_t)n->tried - (int64_t)n->arrived;

	if (!notice_given_up(n, v) || n->arrived == 0 || seconds < 2 * 60)
		return;
	buf_adds(out, "    It was tried for ");
	add_duration(out, seconds);
	buf_adds(out, ", and is given up now.\r\n");
}

static void
add_recipient(
    struct buf *out, const struct notice *n, const struct recipient *to)
{
	const char *means = meaning(n, &to->verdict);

	buf_addc(out, '<');
	add_shown(out, to->address);
	buf_adds(out, ">\r\n");
	if (to->original != NULL && strcmp(to->original, to->address) != 0) {
		buf_adds(out, "    (you wrote to <");
		add_shown(out, to->original);
		buf_adds(out, ">)\r\n");
	}
	add_said(out, n, &to->verdict);
	if (means != NULL)
		buf_addf(out, "    %s\r\n", means);
	add_given_up(out, n, &to->verdict);
	buf_adds(out, "\r\n");
}

/* ---- all of it ------------------------------------------------------------------------ */

static const char *const openings[] = {
	[NOTICE_FAILED] = " message did not reach everybody it was for.  "
			  "Whom it did not\r\n"
			  "reach, and why, is told below.\r\n\r\n",
	[NOTICE_DELAYED] = " message has not reached everybody yet.  This "
			   "is a warning: the\r\n"
			   "message is kept and tried again, there is no need "
			   "to send it once more.\r\n\r\n",
	[NOTICE_RELAYED] = " message was to be told of when it is delivered.  "
			   "It was handed on\r\n"
			   "to a server that does not tell: nothing more will "
			   "be heard of it, unless\r\n"
			   "it comes back.\r\n\r\n",
};

static void
add_prospect(struct buf *out, const struct notice *n)
{
	if (n->kind == NOTICE_FAILED)
		buf_adds(out,
		    "Nothing more will be tried.  Once the cause is mended, "
		    "you "
		    "can send the\r\nmessage again.\r\n\r\n");
	if (n->kind != NOTICE_DELAYED || n->until == 0)
		return;
	buf_adds(out, "It will be tried until ");
	date_add_at(out, n->until);
	buf_adds(out, " and then be given up.\r\n\r\n");
}

void
notice_text_add(struct buf *out, const struct notice *n, bool whole)
{
	add_line(out, "This is the mail system of ", n->mta);
	buf_adds(out, "\r\n");
	buf_adds(out, is_own(n) ? "Your" : "This");
	buf_adds(out, openings[n->kind]);
	add_which(out, n);
	for (size_t i = 0; i < n->env->n; i++)
		if (n->about[i])
			add_recipient(out, n, &n->env->to[i]);
	add_prospect(out, n);
	add_line(out, whole ? NOTICE_HAS_ALL : NOTICE_HAS_HEADER, "");
}
