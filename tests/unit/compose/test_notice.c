#include "compose/notice.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compose/notice_short.h"
#include "tests/unit/mail/letters.h"

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))
#define NI "\xe4\xbd\xa0"
#define DELIMITER "--=_01010101010101010101010101010101"
#define CAME 1795346105 /* Sun, 22 Nov 2026 11:15:05 +0000 */
#define LETTER \
	"Message-ID: <1@example.org>\r\nSubject: hello\r\n\r\nHow are " \
	"you?\r\n"

Suite *suite_notice(void);

enum { RECIPIENTS = 3 };

static void
ones(void *p, size_t n)
{
	memset(p, 1, n);
}

static struct timespec
now(void)
{
	return (struct timespec){ .tv_sec = CAME + 3600 };
}

static const struct here here = { .now = now, .random = ones };

/* A notice about the first recipient, to be changed by a test. */
struct sample {
	struct notice n;
	struct envelope env;
	bool about[RECIPIENTS];
	struct message message;
	struct buf out; /* the notice that was made, as it is to leave */
};

static void
sample_init(struct sample *s, const char *letter)
{
	struct error e = ERROR_NONE;

	setenv("TZ", "UTC0", 1);
	*s = (struct sample){
		.env = ENVELOPE, .about = { true }, .out = BUF(4 << 20)
	};
	envelope_from(&s->env, BYTES("me@example.org"), &e);
	envelope_to(&s->env, BYTES("bob@example.net"), NULL, &e);
	ck_assert_int_eq(e.kind, ERR_NONE);
	letter_read(&s->message, bytes_of(letter), false);
	s->n = (struct notice){ .mta = "host.example",
		.from = "MAILER-DAEMON@host.example",
		.env = &s->env,
		.about = s->about,
		.message = &s->message };
}

static void
sample_clear(struct sample *s)
{
	envelope_clear(&s->env);
	message_clear(&s->message);
	buf_clear(&s->out);
}

static void
add_recipient(struct sample *s, const char *address)
{
	struct error e = ERROR_NONE;
	size_t at;

	envelope_to(&s->env, bytes_of(address), &at, &e);
	ck_assert_uint_lt(at, RECIPIENTS);
	s->about[at] = true;
}

static void
sample_make(struct sample *s)
{
	struct error e = ERROR_NONE;
	struct message to;

	message_init(&to);
	ck_assert_msg(notice_make(&to, &s->n, &here, &e) == 0, "%s", e.text);
	letter_write(&to, &s->out);
	message_clear(&to);
}

/* The part of that number with its header; 0: what is in front of all. */
static struct bytes
part(struct sample *s, int i)
{
	struct bytes rest = buf_bytes(&s->out), found = { 0 };

	for (int at = 0; at <= i; at++) {
		size_t n = bytes_find(rest, BYTES("\r\n" DELIMITER));

		ck_assert_uint_lt(n, rest.n);
		found = bytes_head(rest, n);
		rest = bytes_skip(rest, n + strlen("\r\n" DELIMITER "\r\n"));
	}
	return found;
}

static void
assert_bytes(struct bytes is, const char *want)
{
	if (!bytes_is(is, want))
		ck_abort_msg("'%.*s' is not '%s'", BYTES_ARG(is), want);
}

static void
assert_holds(struct bytes text, const char *what)
{
	if (bytes_find(text, bytes_of(what)) == text.n)
		ck_abort_msg("'%.*s' lacks '%s'", BYTES_ARG(text), what);
}

static void
assert_lacks(struct bytes text, const char *what)
{
	if (bytes_find(text, bytes_of(what)) < text.n)
		ck_abort_msg("'%.*s' holds '%s'", BYTES_ARG(text), what);
}

/* ---- all of one ------------------------------------------------------------------ */

#define REFUSED \
	{ \
		VERDICT_REFUSED, STAGE_RCPT, 550, { 5, 1, 1 }, \
		    "5.1.1 no such user" \
	}
#define REFUSAL ((struct verdict)REFUSED)

static const char bounce[] =
    "From: Mail Delivery System <MAILER-DAEMON@host.example>\r\n"
    "To: me@example.org\r\n"
    "Subject: Mail not delivered to bob@example.net\r\n"
    "Date: Sun, 22 Nov 2026 12:15:05 +0000\r\n"
    "Message-ID: <20261122121505.01010101010101010101010101010101"
    "@host.example>\r\n"
    "References: <1@example.org>\r\n"
    "Auto-Submitted: auto-replied\r\n"
    "MIME-Version: 1.0\r\n"
    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
    " boundary=\"=_01010101010101010101010101010101\"\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n" DELIMITER "\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n"
    "This is the mail system of host.example\r\n"
    "\r\n"
    "Your message did not reach everybody it was for.  Whom it did not\r\n"
    "reach, and why, is told below.\r\n"
    "\r\n"
    "    Sent:      Sun, 22 Nov 2026 11:15:05 +0000\r\n"
    "    Subject:   hello\r\n"
    "    Queue ID:  Q1\r\n"
    "\r\n"
    "<bob@example.net>\r\n"
    "    mx.example.net said:\r\n"
    "        550 5.1.1 no such user\r\n"
    "    There is no such mailbox: check how the address is spelled.\r\n"
    "\r\n"
    "Nothing more will be tried.  Once the cause is mended, you can send "
    "the\r\n"
    "message again.\r\n"
    "\r\n"
    "The message is attached.\r\n"
    "\r\n" DELIMITER "\r\n"
    "Content-Type: message/delivery-status\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n"
    "Original-Envelope-Id: a b\r\n"
    "Reporting-MTA: dns; host.example\r\n"
    "X-Sendoff-Queue-ID: Q1\r\n"
    "Arrival-Date: Sun, 22 Nov 2026 11:15:05 +0000\r\n"
    "\r\n"
    "Final-Recipient: rfc822; bob@example.net\r\n"
    "Action: failed\r\n"
    "Status: 5.1.1\r\n"
    "Remote-MTA: dns; mx.example.net\r\n"
    "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n"
    "Last-Attempt-Date: Sun, 22 Nov 2026 12:15:05 +0000\r\n"
    "\r\n" DELIMITER "\r\n"
    "Content-Type: message/rfc822\r\n"
    "Content-Transfer-Encoding: 7bit\r\n"
    "\r\n" LETTER "\r\n" DELIMITER "--\r\n";

START_TEST(a_bounce)
{
	struct sample s;

	sample_init(&s, LETTER);
	s.env.envid = strdup("a+20b");
	s.env.to[0].verdict = REFUSAL;
	s.n.queue_id = "Q1";
	s.n.remote = "mx.example.net";
	s.n.arrived = CAME;
	s.n.tried = CAME + 3600;
	sample_make(&s);
	ck_assert_str_eq(buf_text(&s.out), bounce);
	sample_clear(&s);
}
END_TEST

/* ---- what is said of a recipient ------------------------------------------------- */

static const struct {
	enum notice_kind kind;
	struct verdict verdict;
	const char *reason;
	struct estatus status;
	time_t tried, until;
	const char *fields; /* behind the address */
	const char *text;   /* that a person is told */
} tellings[] = {
	{ NOTICE_FAILED, REFUSED,
	    .fields = "failed\r\nStatus: 5.1.1\r\n"
		      "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n",
	    .text = "    The server said:\r\n        550 5.1.1 no such user\r\n"
		    "    There is no such mailbox" },
	/* without a status the code has to do */
	{ NOTICE_FAILED, { VERDICT_REFUSED, STAGE_RCPT, 550, { 0 }, "unknown" },
	    .fields = "failed\r\nStatus: 5.0.0\r\n"
		      "Diagnostic-Code: smtp; 550 unknown\r\n",
	    .text = "550 unknown\r\n    Most likely there is no such" },
	{ NOTICE_FAILED, { VERDICT_REFUSED, STAGE_DOT, 554, { 0 }, "spam" },
	    .fields = "failed\r\nStatus: 5.0.0\r\n"
		      "Diagnostic-Code: smtp; 554 spam\r\n",
	    .text = "554 spam\r\n\r\nNothing more" },
	{ NOTICE_FAILED, { VERDICT_REFUSED, STAGE_MAIL, 550, { 0 }, "no" },
	    .fields = "failed\r\nStatus: 5.0.0\r\n"
		      "Diagnostic-Code: smtp; 550 no\r\n",
	    .text = "550 no\r\n    Your own address" },
	{ NOTICE_FAILED,
	    { VERDICT_REFUSED, STAGE_ADDRESS, 0, { 0 }, "no address" },
	    .fields = "failed\r\nStatus: 5.1.3\r\n"
		      "Diagnostic-Code: x-sendoff; no address\r\n",
	    .text = "It was not sent: no address\r\n    Mail cannot be sent" },
	/* expired: what the server said, or 4.4.7 */
	{ NOTICE_FAILED,
	    { VERDICT_DEFERRED, STAGE_RCPT, 452, { 4, 2, 2 }, "full" },
	    .tried = CAME + 86400 * 5 + 100,
	    .fields = "failed\r\nStatus: 4.2.2\r\n"
		      "Diagnostic-Code: smtp; 452 full\r\n"
		      "Last-Attempt-Date: Fri, 27 Nov 2026 11:16:45 +0000\r\n",
	    .text = "    The mailbox is full: its owner has to make room.\r\n"
		    "    It was tried for 5 days, and is given up now.\r\n" },
	{ NOTICE_FAILED, { VERDICT_DEFERRED, STAGE_RCPT, 450, { 0 }, "later" },
	    .tried = CAME + 7200,
	    .fields = "failed\r\nStatus: 4.4.7\r\n"
		      "Diagnostic-Code: smtp; 450 later\r\n"
		      "Last-Attempt-Date: Sun, 22 Nov 2026 13:15:05 +0000\r\n",
	    .text = "450 later\r\n    It was tried for 2 hours, and" },
	{ NOTICE_FAILED, { 0 }, .fields = "failed\r\nStatus: 4.4.7\r\n",
	    .text = "<bob@example.net>\r\n\r\nNothing more" },
	{ NOTICE_FAILED, { 0 }, "refused", { 4, 4, 1 },
	    .fields = "failed\r\nStatus: 4.4.1\r\n"
		      "Diagnostic-Code: x-sendoff; refused\r\n",
	    .text = "    The last try failed: refused\r\n"
		    "    The server could not be reached.\r\n" },
	/* refused by the calendar, with the last word of the server or ours */
	{ NOTICE_FAILED, { VERDICT_REFUSED, STAGE_MAIL, 450, { 0 }, "later" },
	    .tried = CAME + 7200,
	    .fields = "failed\r\nStatus: 4.4.7\r\n"
		      "Diagnostic-Code: smtp; 450 later\r\n"
		      "Last-Attempt-Date: Sun, 22 Nov 2026 13:15:05 +0000\r\n",
	    .text = "450 later\r\n    It was tried for 2 hours, and" },
	{ NOTICE_FAILED,
	    { VERDICT_REFUSED, STAGE_NONE, 0, { 4, 4, 7 }, "no route" },
	    .fields = "failed\r\nStatus: 4.4.7\r\n"
		      "Diagnostic-Code: x-sendoff; no route\r\n",
	    .text = "It was not sent: no route\r\n" },
	/* no try will help */
	{ NOTICE_FAILED, { 0 }, "no such host", { 5, 1, 2 },
	    .fields = "failed\r\nStatus: 5.1.2\r\n"
		      "Diagnostic-Code: x-sendoff; no such host\r\n",
	    .text = "There is no such mail domain" },
	{ NOTICE_DELAYED,
	    { VERDICT_DEFERRED, STAGE_RCPT, 450, { 4, 7, 0 }, "later" },
	    .tried = CAME + 7200, .until = CAME + 86400,
	    .fields = "delayed\r\nStatus: 4.7.0\r\n"
		      "Diagnostic-Code: smtp; 450 later\r\n"
		      "Last-Attempt-Date: Sun, 22 Nov 2026 13:15:05 +0000\r\n"
		      "Will-Retry-Until: Mon, 23 Nov 2026 11:15:05 +0000\r\n",
	    .text = "It will be tried until Mon, 23 Nov 2026 11:15:05 +0000 "
		    "and then" },
	{ NOTICE_DELAYED, { 0 }, "timed out", { 4, 4, 2 },
	    .fields = "delayed\r\nStatus: 4.4.2\r\n"
		      "Diagnostic-Code: x-sendoff; timed out\r\n",
	    .text = "    The last try failed: timed out\r\n" },
	/* an error of ours is not for good yet */
	{ NOTICE_DELAYED, { 0 }, "password refused", { 5, 7, 8 },
	    .fields = "delayed\r\nStatus: 4.0.0\r\n"
		      "Diagnostic-Code: x-sendoff; password refused\r\n",
	    .text = "    The last try failed: password refused\r\n" },
	{ NOTICE_RELAYED,
	    { VERDICT_SENT, STAGE_DOT, 250, { 2, 6, 0 }, "2.6.0 queued" },
	    .fields = "relayed\r\nStatus: 2.6.0\r\n"
		      "Diagnostic-Code: smtp; 250 2.6.0 queued\r\n",
	    .text = "250 2.6.0 queued\r\n\r\nThe header of" },
	{ NOTICE_RELAYED, { VERDICT_SENT, STAGE_DOT, 250, { 0 }, "ok" },
	    .fields = "relayed\r\nStatus: 2.0.0\r\n"
		      "Diagnostic-Code: smtp; 250 ok\r\n",
	    .text = "to a server that does not tell" },
};

START_TEST(what_is_told)
{
	struct buf want = BUF(4096);
	struct sample s;

	sample_init(&s, LETTER);
	s.n.kind = tellings[_i].kind;
	s.env.to[0].verdict = tellings[_i].verdict;
	s.n.reason = tellings[_i].reason;
	s.n.status = tellings[_i].status;
	s.n.arrived = CAME;
	s.n.tried = tellings[_i].tried;
	s.n.until = tellings[_i].until;
	sample_make(&s);
	buf_addf(&want,
	    "Content-Type: message/delivery-status\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n"
	    "Reporting-MTA: dns; host.example\r\n"
	    "Arrival-Date: Sun, 22 Nov 2026 11:15:05 +0000\r\n\r\n"
	    "Final-Recipient: rfc822; bob@example.net\r\nAction: %s",
	    tellings[_i].fields);
	assert_bytes(part(&s, 2), buf_text(&want));
	assert_holds(part(&s, 1), tellings[_i].text);
	buf_clear(&want);
	sample_clear(&s);
}
END_TEST

/* Only those that it is about. */
START_TEST(several_recipients)
{
	struct sample s;

	sample_init(&s, LETTER);
	add_recipient(&s, "amy@example.net");
	add_recipient(&s, "cid@example.net");
	s.env.to[2].original = strdup("staff@example.org");
	s.about[0] = false;
	sample_make(&s);
	assert_holds(part(&s, 0), "\r\nSubject: Mail not delivered to 2 recip");
	assert_lacks(buf_bytes(&s.out), "bob@");
	assert_holds(part(&s, 1),
	    "<cid@example.net>\r\n"
	    "    (you wrote to <staff@example.org>)\r\n");
	assert_holds(part(&s, 2),
	    "\r\n\r\n"
	    "Final-Recipient: rfc822; amy@example.net\r\nAction: failed\r\n"
	    "Status: 4.4.7\r\n\r\n"
	    "Original-Recipient: rfc822; staff@example.org\r\n"
	    "Final-Recipient: rfc822; cid@example.net\r\nAction: failed\r\n");
	sample_clear(&s);
}
END_TEST

START_TEST(nobody_is_told_of_nothing)
{
	struct error e = ERROR_NONE, f = ERROR_NONE;
	struct message to;
	struct sample s;

	sample_init(&s, LETTER);
	message_init(&to);
	s.about[0] = false;
	ck_assert_int_eq(notice_make(&to, &s.n, &here, &e), -1);
	ck_assert_int_eq(e.kind, ERR_INTERNAL);
	s.about[0] = true;
	s.env.sender[0] = '\0';
	ck_assert_int_eq(notice_make(&to, &s.n, &here, &f), -1);
	ck_assert_int_eq(f.kind, ERR_INTERNAL);
	message_clear(&to);
	sample_clear(&s);
}
END_TEST

/* He may learn of what has no sender, too. */
START_TEST(somebody_else_is_told)
{
	struct sample s;

	sample_init(&s, LETTER);
	s.n.to = "postmaster@example.org";
	s.env.sender[0] = '\0';
	sample_make(&s);
	assert_holds(part(&s, 0), "\r\nTo: postmaster@example.org\r\n");
	assert_holds(part(&s, 1), "This message did not reach");
	assert_holds(part(&s, 1), "\r\n    From:      <>\r\n");
	sample_clear(&s);
}
END_TEST

/* ---- the message ------------------------------------------------------------------- */

#define HEADERS "text/rfc822-headers\r\nContent-Transfer-Encoding: "
#define WHOLE "message/rfc822\r\nContent-Transfer-Encoding: "
#define GLOBAL_HEADERS "message/global-headers\r\nContent-Transfer-Encoding: "
#define GLOBAL "message/global\r\nContent-Transfer-Encoding: "

static const struct {
	enum notice_kind kind;
	enum dsn_return ret;
	const char *letter;
	const char *third;
} returns[] = {
	{ NOTICE_FAILED, RETURN_UNSET, "A: b\r\n\r\nc\r\n",
	    WHOLE "7bit\r\n\r\nA: b\r\n\r\nc\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "A: b\r\n\r\nc\r\n",
	    WHOLE "7bit\r\n\r\nA: b\r\n\r\nc\r\n" },
	{ NOTICE_FAILED, RETURN_HDRS, "A: b\r\nC: d\r\n\r\nc\r\n",
	    HEADERS "7bit\r\n\r\nA: b\r\nC: d\r\n" },
	{ NOTICE_DELAYED, RETURN_FULL, "A: b\r\n\r\nc\r\n",
	    HEADERS "7bit\r\n\r\nA: b\r\n" },
	{ NOTICE_RELAYED, RETURN_UNSET, "A: b\r\n\r\nc\r\n",
	    HEADERS "7bit\r\n\r\nA: b\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "A: b\r\n\r\n" NI "\r\n",
	    WHOLE "8bit\r\n\r\nA: b\r\n\r\n" NI "\r\n" },
	{ NOTICE_FAILED, RETURN_HDRS, "A: b\r\n\r\n" NI "\r\n",
	    HEADERS "7bit\r\n\r\nA: b\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "A: " NI "\r\n\r\nc\r\n",
	    GLOBAL "8bit\r\n\r\nA: " NI "\r\n\r\nc\r\n" },
	{ NOTICE_FAILED, RETURN_HDRS, "A: " NI "\r\n\r\nc\r\n",
	    GLOBAL_HEADERS "8bit\r\n\r\nA: " NI "\r\n" },
	/* what is no UTF-8 is no global message */
	{ NOTICE_FAILED, RETURN_FULL, "A: \xff\r\n\r\nc\r\n",
	    WHOLE "8bit\r\n\r\nA: \xff\r\n\r\nc\r\n" },
	{ NOTICE_FAILED, RETURN_HDRS, "A: \xff\r\n\r\nc\r\n",
	    HEADERS "8bit\r\n\r\nA: \xff\r\n" },
	/* without a header, without a body, without anything */
	{ NOTICE_FAILED, RETURN_HDRS, "\r\nc\r\n", HEADERS "7bit\r\n\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "\r\nc\r\n",
	    WHOLE "7bit\r\n\r\n\r\nc\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "A: b\r\n",
	    WHOLE "7bit\r\n\r\nA: b\r\n\r\n" },
	{ NOTICE_FAILED, RETURN_FULL, "", WHOLE "7bit\r\n\r\n\r\n" },
};

START_TEST(what_is_returned)
{
	struct bytes third, type = BYTES("Content-Type: ");
	struct sample s;

	sample_init(&s, returns[_i].letter);
	s.n.kind = returns[_i].kind;
	s.env.ret = returns[_i].ret;
	sample_make(&s);
	third = part(&s, 3);
	ck_assert_uint_eq(bytes_find(third, type), 0);
	assert_bytes(bytes_skip(third, type.n), returns[_i].third);
	assert_holds(part(&s, 0),
	    strstr(returns[_i].third, "8bit") != NULL ? "Encoding: 8bit"
						      : "Encoding: 7bit");
	sample_clear(&s);
}
END_TEST

static const struct {
	enum dsn_return ret;
	size_t body;
	bool whole;
} sizes[] = {
	{ RETURN_UNSET, NOTICE_WHOLE_MOST - 8, true },
	{ RETURN_UNSET, NOTICE_WHOLE_MOST - 6, false },
	{ RETURN_FULL, 1 << 20, true },
	{ RETURN_HDRS, 10, false },
};

START_TEST(large_messages)
{
	struct buf letter = BUF(2 << 20);
	struct sample s;

	buf_adds(&letter, "A: b\r\n\r\n");
	letter_fill(&letter, BYTES("x\r\n"), sizes[_i].body / 3 * 3);
	sample_init(&s, buf_text(&letter));
	s.env.ret = sizes[_i].ret;
	sample_make(&s);
	assert_holds(part(&s, 3),
	    sizes[_i].whole ? "message/rfc822" : "text/rfc822-headers");
	assert_holds(part(&s, 1),
	    sizes[_i].whole ? "\r\nThe message is attached.\r\n"
			    : "\r\nThe header of the message is attached");
	if (sizes[_i].whole)
		ck_assert_uint_gt(part(&s, 3).n, sizes[_i].body);
	buf_clear(&letter);
	sample_clear(&s);
}
END_TEST

START_TEST(the_header_whatever_was_asked)
{
	struct sample s;

	sample_init(&s, LETTER);
	s.env.ret = RETURN_FULL;
	s.n.header_only = true;
	sample_make(&s);
	assert_holds(part(&s, 3), "Content-Type: " HEADERS);
	assert_lacks(part(&s, 3), "How are you?");
	assert_holds(part(&s, 1), "The header of the message is attached");
	sample_clear(&s);
}
END_TEST

/* 0, and the short one in *out; or 1.  coded: for a server without 8BITMIME. */
static int
sample_shorten(struct sample *s, bool coded, struct buf *out)
{
	struct error e = ERROR_NONE;
	struct message notice, brief;
	int rc;

	message_init(&notice);
	message_init(&brief);
	ck_assert_int_eq(notice_make(&notice, &s->n, &here, &e), 0);
	if (coded)
		ck_assert_int_eq(message_encode(&notice,
				     message_advised(&notice, false), &e),
		    0);
	rc = notice_shorten(&brief, &notice, &e);
	ck_assert_int_eq(e.kind, ERR_NONE);
	if (rc == 0)
		letter_write(&brief, out);
	message_clear(&notice);
	message_clear(&brief);
	return rc;
}

static const char *const shortened[] = {
	LETTER,
	"Subject: hello\r\n\r\n",
	"Subject: " NI "\r\n\r\nHow are you?\r\n",
	"Subject: a\r\n folded\r\n one\r\n\r\n--x\r\n\r\n--=_x\r\n",
	"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx\r\n",
	"Subject: x\r\n\r\n" DELIMITER "\r\nContent-Type: message/rfc822\r\n",
};

/* As if it had been made so at first. */
START_TEST(made_short_afterwards)
{
	struct buf brief = BUF(1 << 20);
	struct sample s;

	sample_init(&s, shortened[_i]);
	ck_assert_int_eq(sample_shorten(&s, false, &brief), 0);
	s.n.header_only = true;
	sample_make(&s);
	if (!bytes_same(buf_bytes(&brief), buf_bytes(&s.out)))
		ck_abort_msg(
		    "'%s' is not '%s'", buf_text(&brief), buf_text(&s.out));
	ck_assert_int_eq(sample_shorten(&s, false, &brief), 1);
	buf_clear(&brief);
	sample_clear(&s);
}
END_TEST

START_TEST(made_short_when_it_was_coded)
{
	struct buf brief = BUF(1 << 20);
	struct sample s;

	sample_init(&s, "Subject: hello\r\n\r\ncaf\303\251\r\n");
	ck_assert_int_eq(sample_shorten(&s, true, &brief), 0);
	assert_holds(
	    buf_bytes(&brief), "Content-Type: text/rfc822-headers\r\n");
	assert_holds(
	    buf_bytes(&brief), "Subject: hello\r\n\r\n" DELIMITER "--\r\n");
	buf_clear(&brief);
	sample_clear(&s);
}
END_TEST

START_TEST(a_long_field_made_short)
{
	struct buf letter = BUF(200 << 10), brief = BUF(1 << 20);
	struct sample s;

	buf_adds(&letter, "Subject: hello\r\nX-Long: x\r\n");
	for (int i = 0; i < 150; i++) {
		letter_fill(&letter, BYTES(" x"), 900);
		buf_adds(&letter, "\r\n");
	}
	buf_adds(&letter, "X-Next: y\r\n\r\nx\r\n");
	sample_init(&s, buf_text(&letter));
	s.env.ret = RETURN_FULL;
	ck_assert_int_eq(sample_shorten(&s, false, &brief), 0);
	assert_holds(
	    buf_bytes(&brief), "Subject: hello\r\n\r\n" DELIMITER "--\r\n");
	buf_clear(&letter);
	buf_clear(&brief);
	sample_clear(&s);
}
END_TEST

START_TEST(a_long_header_made_short)
{
	struct buf letter = BUF(200 << 10), brief = BUF(1 << 20);
	struct sample s;

	for (int i = 0; i < 150; i++) {
		buf_addf(&letter, "X-%d: ", i);
		letter_fill(&letter, BYTES("x"), 900);
		buf_adds(&letter, "\r\n y\r\n");
	}
	buf_adds(&letter, "\r\nx\r\n");
	sample_init(&s, buf_text(&letter));
	s.env.ret = RETURN_FULL;
	ck_assert_int_eq(sample_shorten(&s, false, &brief), 0);
	ck_assert_uint_lt(brief.n, NOTICE_HEADER_MOST + 4000);
	assert_holds(buf_bytes(&brief), "\r\nX-69: ");
	assert_holds(buf_bytes(&brief), "x\r\n y\r\n\r\n" DELIMITER "--\r\n");
	buf_clear(&letter);
	buf_clear(&brief);
	sample_clear(&s);
}
END_TEST

START_TEST(a_header_without_end)
{
	struct buf letter = BUF(200 << 10);
	struct sample s;

	for (int i = 0; i < 150; i++) {
		buf_addf(&letter, "X-%d: ", i);
		letter_fill(&letter, BYTES("x"), 900);
		buf_adds(&letter, "\r\n");
	}
	buf_adds(&letter, "Subject: last\r\n\r\nx\r\n");
	sample_init(&s, buf_text(&letter));
	s.n.header_only = true;
	sample_make(&s);
	assert_holds(part(&s, 3), "\r\nX-0: ");
	assert_holds(part(&s, 3), "\r\nX-69: ");
	assert_lacks(part(&s, 3), "\r\nX-75: ");
	ck_assert_uint_lt(part(&s, 3).n, NOTICE_HEADER_MOST + 200);
	buf_clear(&letter);
	sample_clear(&s);
}
END_TEST

/* letter_write() measures the lines. */
START_TEST(lines_that_are_too_long)
{
	struct buf letter = BUF(8192);
	struct sample s;

	buf_adds(&letter, "Content-Type: text/plain\r\n\r\n");
	letter_fill(&letter, BYTES("x"), 3000);
	sample_init(&s, buf_text(&letter));
	sample_make(&s);
	assert_holds(
	    part(&s, 3), "\r\nContent-Transfer-Encoding: quoted-print");
	buf_clear(&letter);
	sample_clear(&s);
}
END_TEST

/* What must not be changed and cannot leave as it is stays behind. */
START_TEST(lines_that_are_too_long_and_signed)
{
	struct buf letter = BUF(8192);
	struct sample s;

	buf_adds(&letter,
	    "Content-Type: multipart/signed; boundary=b\r\n\r\n"
	    "--b\r\n\r\n");
	letter_fill(&letter, BYTES("x"), 3000);
	buf_adds(&letter, "\r\n--b\r\n\r\nseal\r\n--b--\r\n");
	sample_init(&s, buf_text(&letter));
	s.env.ret = RETURN_FULL;
	sample_make(&s);
	assert_holds(part(&s, 1), "The header of the message is attached");
	assert_bytes(part(&s, 3),
	    "Content-Type: " HEADERS "7bit\r\n\r\n"
	    "Content-Type: multipart/signed; boundary=b\r\n");
	buf_clear(&letter);
	sample_clear(&s);
}
END_TEST

/* ---- what others say ----------------------------------------------------------------- */

START_TEST(nothing_breaks_out)
{
	struct sample s;

	sample_init(&s, "Subject: =?x?=\r\nMessage-ID: a b\r\n\r\nx\r\n");
	add_recipient(&s, "a\r\nX-Evil: 1\r\n\r\n@b");
	s.env.to[0].original = strdup("o\nX-Evil: 2");
	s.env.envid = strdup("x+0D+0AX-Evil: 3");
	s.env.to[0].verdict = REFUSAL;
	strcpy(s.env.to[0].verdict.text, "a\r\nX-Evil: 4\r\n" DELIMITER "--");
	s.n.mta = "host\r\nX-Evil: 5";
	s.n.remote = "mx\nX-Evil: 6";
	s.n.queue_id = "q\rX-Evil: 7";
	s.n.from = "m\r\nX-Evil: 8@x";
	free(s.env.sender);
	s.env.sender = strdup("s\r\nX-Evil: 9");
	sample_make(&s);
	assert_lacks(buf_bytes(&s.out), "\nX-Evil");
	assert_lacks(buf_bytes(&s.out), "\rX-Evil");
	assert_lacks(part(&s, 0), "References");
	assert_lacks(part(&s, 1), "Subject:");
	assert_holds(part(&s, 3), "\r\nx\r\n");
	sample_clear(&s);
}
END_TEST

START_TEST(endless_words)
{
	struct buf words = BUF(8192);
	struct sample s;

	letter_fill(&words, BYTES(NI), 6000);
	sample_init(&s, LETTER);
	free(s.env.to[0].address);
	s.env.to[0].address = strdup(buf_text(&words));
	s.n.mta = s.n.remote = s.n.reason = s.n.from = buf_text(&words);
	free(s.env.sender);
	s.env.sender = strdup(buf_text(&words));
	sample_make(&s);
	assert_holds(
	    part(&s, 0), "\r\nSubject: Mail not delivered to somebody");
	assert_holds(part(&s, 2), "message/global-delivery-status");
	buf_clear(&words);
	sample_clear(&s);
}
END_TEST

static const struct {
	const char *address, *words;
	const char *type, *final, *diagnostic;
} foreign[] = {
	{ NI "@example.net", "no " NI,
	    "message/global-delivery-status\r\n"
	    "Content-Transfer-Encoding: 8bit",
	    "Final-Recipient: utf-8; " NI "@example.net\r\n",
	    "Diagnostic-Code: smtp; 550 no " NI "\r\n" },
	{ "amy@" NI ".example", "no " NI,
	    "message/delivery-status\r\nContent-Transfer-Encoding: 7bit",
	    "Final-Recipient: rfc822; amy@xn--6qq.example\r\n",
	    "Diagnostic-Code: smtp; 550 no \\xe4\\xbd\\xa0\r\n" },
};

START_TEST(what_is_not_ascii)
{
	struct sample s;

	sample_init(&s, LETTER);
	s.about[0] = false;
	add_recipient(&s, foreign[_i].address);
	s.env.to[1].verdict = REFUSAL;
	strcpy(s.env.to[1].verdict.text, foreign[_i].words);
	sample_make(&s);
	assert_holds(part(&s, 0), "\r\nSubject: =?UTF-8?");
	assert_holds(part(&s, 0), "\r\nContent-Transfer-Encoding: 8bit");
	assert_holds(part(&s, 1), "\r\nContent-Transfer-Encoding: 8bit");
	assert_holds(part(&s, 1), foreign[_i].words);
	assert_holds(part(&s, 2), foreign[_i].type);
	assert_holds(part(&s, 2), foreign[_i].final);
	assert_holds(part(&s, 2), foreign[_i].diagnostic);
	sample_clear(&s);
}
END_TEST

/* ---- another reader -------------------------------------------------------------------- */

START_TEST(python_reads_it)
{
	char command[200];
	struct sample s;
	int fd;

	if (system("python3 -c 'import email' 2>/dev/null") != 0)
		return;
	sample_init(&s, LETTER);
	add_recipient(&s, NI "@example.net");
	s.env.to[0].verdict = REFUSAL;
	s.n.arrived = s.n.tried = CAME;
	sample_make(&s);
	fd = letter_fd(buf_bytes(&s.out), 0);
	snprintf(command, sizeof(command),
	    "python3 tests/unit/compose/notice.py </proc/%d/fd/%d", getpid(),
	    fd);
	ck_assert_int_eq(system(command), 0);
	close(fd);
	sample_clear(&s);
}
END_TEST

Suite *
suite_notice(void)
{
	Suite *s = suite_create("notice");
	TCase *t = tcase_create("notices");

	tcase_add_test(t, a_bounce);
	tcase_add_loop_test(t, what_is_told, 0, N(tellings));
	tcase_add_test(t, several_recipients);
	tcase_add_test(t, nobody_is_told_of_nothing);
	tcase_add_test(t, somebody_else_is_told);
	tcase_add_loop_test(t, what_is_returned, 0, N(returns));
	tcase_add_loop_test(t, large_messages, 0, N(sizes));
	tcase_add_test(t, the_header_whatever_was_asked);
	tcase_add_loop_test(t, made_short_afterwards, 0, N(shortened));
	tcase_add_test(t, made_short_when_it_was_coded);
	tcase_add_test(t, a_long_field_made_short);
	tcase_add_test(t, a_long_header_made_short);
	tcase_add_test(t, a_header_without_end);
	tcase_add_test(t, lines_that_are_too_long);
	tcase_add_test(t, lines_that_are_too_long_and_signed);
	tcase_add_test(t, nothing_breaks_out);
	tcase_add_test(t, endless_words);
	tcase_add_loop_test(t, what_is_not_ascii, 0, N(foreign));
	tcase_add_test(t, python_reads_it);
	suite_add_tcase(s, t);
	return s;
}
