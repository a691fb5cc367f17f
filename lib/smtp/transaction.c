#include "smtp/transaction.h"

#include <inttypes.h>

#include "mail/address.h"
#include "smtp/parameter.h"

static const struct estatus no_status = { 0, 0, 0 };

/* ---- recipients and their verdicts ----------------------------------------- */

static bool
pending(const struct recipient *r)
{
	return r->verdict.state == VERDICT_PENDING;
}

/* Named to the server, accepted by it, and not decided yet. */
static bool
accepted(const struct recipient *r)
{
	return pending(r) && r->verdict.stage == STAGE_RCPT &&
	    r->verdict.code / 100 == 2;
}

static enum verdict_state
state_of(int code)
{
	return code / 100 == 5 ? VERDICT_REFUSED : VERDICT_DEFERRED;
}

/* What the reply at hand says, about one recipient. */
static void
decide(struct smtp *s, struct recipient *r, enum verdict_state state,
    enum verdict_stage stage)
{
	verdict_set(&r->verdict, state, stage, s->reply.code, s->reply.status,
	    buf_bytes(&s->words));
}

static void
decide_all(struct smtp *s, bool (*which)(const struct recipient *),
    enum verdict_state state, enum verdict_stage stage)
{
	for (size_t i = 0; i < s->env->n; i++)
		if (which(&s->env->to[i]))
			decide(s, &s->env->to[i], state, stage);
}

static size_t
count(const struct smtp *s, bool (*which)(const struct recipient *))
{
	size_t n = 0;

	for (size_t i = 0; i < s->env->n; i++)
		n += which(&s->env->to[i]);
	return n;
}

/* 452 (and 552, RFC 5321, 4.5.3.1.10): too many recipients at a time. */
static bool
limited(const struct recipient *r)
{
	return r->verdict.state == VERDICT_DEFERRED &&
	    r->verdict.stage == STAGE_RCPT &&
	    (r->verdict.code == 452 || r->verdict.code == 552);
}

/* ---- saying ------------------------------------------------------------------ */

int
transaction_possible(struct smtp *s)
{
	return parameter_check(s, &s->why);
}

/* A line that lost a part is another line. */
static bool
complete(struct smtp *s, const struct buf *path, const struct buf *params)
{
	if (buf_ok(path) && buf_ok(params))
		return s->why.kind == ERR_NONE;
	error_set(&s->why, ERR_USAGE, "parameters of %zu octets are too long",
	    params->n);
	return false;
}

static void
say_mail(struct smtp *s)
{
	struct buf path = BUF(1024), params = BUF(2048);

	s->mail_said = true;
	parameter_mail(s, &params);
	if (address_wire(&path, bytes_of(s->env->sender), s->utf8, &s->why) <
		0 ||
	    !complete(s, &path, &params))
		engine_fail(s);
	else
		engine_say(s, VERB_MAIL, 0, "MAIL FROM:<%s>%s", buf_text(&path),
		    buf_text(&params));
	buf_clear(&path);
	buf_clear(&params);
}

static void
say_rcpt(struct smtp *s, size_t i)
{
	const struct recipient *r = &s->env->to[i];
	struct buf path = BUF(1024), params = BUF(2048);

	parameter_rcpt(s, r, &params);
	if (address_wire(&path, bytes_of(r->address), s->utf8, &s->why) < 0 ||
	    !complete(s, &path, &params))
		engine_fail(s);
	else
		engine_say(s, VERB_RCPT, i, "RCPT TO:<%s>%s", buf_text(&path),
		    buf_text(&params));
	buf_clear(&path);
	buf_clear(&params);
}

/* One command at a time, unless the server pipelines. */
static bool
may_say(const struct smtp *s)
{
	return !s->over && s->why.kind == ERR_NONE &&
	    (s->count == 0 || engine_pipelining(s));
}

static void
say_rcpts(struct smtp *s)
{
	while (s->next < s->env->n && may_say(s)) {
		if (pending(&s->env->to[s->next]))
			say_rcpt(s, s->next);
		s->next++;
	}
}

/*
 * DATA runs ahead of the answers to RCPT, unless all of them must be yes.
 * Without pipelining they are in by then, and one yes is needed.
 */
static bool
may_say_data(const struct smtp *s)
{
	if (s->next < s->env->n || !may_say(s))
		return false;
	if (s->count > 0)
		return !s->plan->all_recipients;
	return s->accepted > 0;
}

static void
say_data(struct smtp *s)
{
	s->data_said = true;
	engine_say(s, VERB_DATA, 0, "DATA");
}

/* In this transaction: what was before has nothing to do with the others. */
static bool
refused(const struct recipient *r)
{
	return !r->noted &&
	    (r->verdict.state == VERDICT_REFUSED ||
		r->verdict.state == VERDICT_DEFERRED);
}

/* "All or nobody": nothing is wrong with the others, and yet. */
static void
share_fate(struct smtp *s)
{
	if (count(s, refused) == 0)
		return;
	for (size_t i = 0; i < s->env->n; i++)
		if (accepted(&s->env->to[i]))
			verdict_set(&s->env->to[i].verdict, VERDICT_PENDING,
			    STAGE_OTHERS, 0, no_status,
			    BYTES("not sent, because another recipient was "
				  "refused"));
	s->accepted = 0;
}

static void end_transaction(struct smtp *s);

/* By hand the next command is for whoever asks. */
static void
advance(struct smtp *s)
{
	if (s->by_hand)
		return;
	if (!s->mail_said)
		say_mail(s);
	if (s->mail_said && !s->mail_refused)
		say_rcpts(s);
	if (s->plan->all_recipients && s->next == s->env->n && s->count == 0)
		share_fate(s);
	if (!s->data_said && !s->mail_refused && may_say_data(s))
		say_data(s);
	if (!s->over && s->count == 0)
		end_transaction(s);
}

/* What an earlier connection said of those still open counts no more. */
static void
forget_answers(struct smtp *s)
{
	for (size_t i = 0; i < s->env->n; i++)
		if (pending(&s->env->to[i]))
			s->env->to[i].verdict = (struct verdict){ 0 };
}

static void
reset(struct smtp *s)
{
	s->next = s->accepted = s->limited = s->dots_due = 0;
	s->mail_said = s->data_said = s->mail_refused = false;
	s->delivered = false;
	s->utf8 = parameter_utf8(s);
	s->body = s->body_begun = s->dot_said = false;
	s->dot = (struct dot){ 0 };
}

void
transaction_begin(struct smtp *s)
{
	forget_answers(s);
	reset(s);
	advance(s);
}

static void
say_rset(struct smtp *s)
{
	engine_say(s, VERB_RSET, 0, "RSET");
}

void
transaction_start(struct smtp *s)
{
	s->start_over = s->mail_open;
	if (s->mail_open)
		say_rset(s);
	else if (transaction_possible(s) < 0)
		engine_fail(s);
	else
		transaction_begin(s);
}

void
transaction_mail(struct smtp *s)
{
	reset(s);
	say_mail(s);
}

void
transaction_rcpt(struct smtp *s, size_t i)
{
	say_rcpt(s, i);
}

void
transaction_data(struct smtp *s)
{
	say_data(s);
}

/* ---- the end of a transaction ------------------------------------------------- */

/* Those whom a limit put off, while others got through: another round. */
static bool
another_round(struct smtp *s)
{
	size_t n = 0;

	if (!s->delivered)
		return false;
	for (size_t i = 0; i < s->env->n; i++)
		if (limited(&s->env->to[i])) {
			s->env->to[i].verdict.state = VERDICT_PENDING;
			n++;
		}
	return n > 0;
}

static void
end_transaction(struct smtp *s)
{
	if (s->by_hand)
		return;
	if (s->data_said && another_round(s))
		transaction_begin(s);
	else if (s->plan->stay && s->mail_open)
		say_rset(s);
	else
		engine_done(s);
}

/* Where RSET is refused, the next transaction could be part of this one. */
void
hear_rset(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code / 100 == 2) {
		s->mail_open = false;
		s->accepted = 0;
	}
	if (s->by_hand)
		return;
	if (s->mail_open)
		engine_refused(
		    s, ERR_PROTOCOL, "%s refused RSET", s->plan->host);
	if (s->mail_open)
		engine_quit(s);
	else if (s->start_over)
		transaction_start(s);
	else
		engine_done(s);
}

/* ---- hearing ------------------------------------------------------------------- */

static void
out_of_turn(struct smtp *s, const char *command)
{
	error_set(&s->why, ERR_PROTOCOL, "%s answered %s with %d",
	    s->plan->host, command, s->reply.code);
	engine_hang_up(s);
}

void
hear_closing(struct smtp *s, enum verdict_stage stage)
{
	if (s->env == NULL) {
		engine_refused(s, ERR_GREETING, "%s is closing the connection",
		    s->plan->host);
		return;
	}
	decide_all(s, pending, VERDICT_DEFERRED, stage);
	if (stage == STAGE_DOT)
		s->dots_due = 0;
	engine_hang_up(s);
}

/* Where more answers are due, a session that stays hears them first. */
static void
hear_login_required(struct smtp *s)
{
	bool stays = s->plan->stay && s->count > 0;

	error_set(&s->why, ERR_AUTH, "%s takes no mail without %s",
	    s->plan->host, s->secured ? "a login" : "TLS or a login");
	error_reply(
	    &s->why, s->reply.code, s->reply.status, buf_bytes(&s->words));
	s->mail_refused = true;
	if (!stays)
		engine_fail(s);
}

void
hear_mail(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code / 100 == 3)
		out_of_turn(s, "MAIL");
	else if (s->reply.code == 530)
		hear_login_required(s);
	else if (s->reply.code / 100 == 2) {
		s->mail_open = true;
		advance(s);
	} else {
		decide_all(s, pending, state_of(s->reply.code), STAGE_MAIL);
		s->mail_refused = true;
		advance(s);
	}
}

static void
hear_rcpt_verdict(struct smtp *s, struct recipient *r)
{
	int class = s->reply.code / 100;
	bool too_many = s->reply.code == 552;

	if (class == 2) {
		decide(s, r, VERDICT_PENDING, STAGE_RCPT);
		s->accepted++;
		return;
	}
	decide(s, r, too_many ? VERDICT_DEFERRED : state_of(s->reply.code),
	    STAGE_RCPT);
	s->limited += limited(r);
}

void
hear_rcpt(struct smtp *s, const struct expect *x)
{
	if (s->mail_refused && !s->by_hand) {
		advance(s);
		return;
	}
	if (s->reply.code / 100 == 3) {
		out_of_turn(s, "RCPT");
		return;
	}
	hear_rcpt_verdict(s, &s->env->to[x->rcpt]);
	advance(s);
}

/* Nobody accepted and yet 354: an empty message, which must be refused. */
static void
send_nothing(struct smtp *s)
{
	engine_say(s, VERB_DOT, 0, ".");
	s->dots_due = 1;
}

void
hear_data(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code == 354) {
		if (s->mail_refused)
			engine_hang_up(s);
		else if (s->accepted == 0)
			send_nothing(s);
		else
			s->body = true;
	} else if (s->reply.code / 100 < 4)
		out_of_turn(s, "DATA");
	else {
		decide_all(s, accepted, state_of(s->reply.code), STAGE_DATA);
		s->accepted = 0;
		advance(s);
	}
}

/* ---- the message ----------------------------------------------------------------- */

static void
trace_message(struct smtp *s)
{
	struct trace_event v;

	if (!trace_open(s->plan->trace, &v, 1, '>', "data"))
		return;
	trace_number(&v, "octets", s->msg->size);
	trace_number(&v, "lines", s->msg->lines);
	trace_number(&v, "stuffed", (int64_t)s->dot.stuffed);
	trace_say(&v, "[message: %" PRId64 " octets, %" PRId64 " line%s]",
	    s->msg->size, s->msg->lines, s->msg->lines == 1 ? "" : "s");
	trace_close(&v);
}

/* One answer to the dot; with LMTP one for each accepted (RFC 2033, 4.2). */
static void
expect_dots(struct smtp *s)
{
	s->dot_end = s->said;
	s->dot_said = true;
	s->dots_due = s->plan->lmtp ? count(s, accepted) : 1;
	for (size_t i = 0; i < s->env->n && s->plan->lmtp; i++)
		if (accepted(&s->env->to[i]))
			engine_expect(s, VERB_DOT, i);
	if (!s->plan->lmtp)
		engine_expect(s, VERB_DOT, 0);
}

/* Nothing but QUIT ever runs behind content. */
static void
end_body(struct smtp *s)
{
	s->body = false;
	trace_message(s);
	expect_dots(s);
	if (engine_pipelining(s) && s->limited == 0 && !s->plan->stay)
		engine_say(s, VERB_QUIT, 0, "QUIT");
}

void
transaction_body(struct smtp *s, struct bytes piece)
{
	size_t before = s->out.n;

	if (!s->body)
		return;
	s->body_begun = true;
	if (piece.n > 0)
		dot_add(&s->dot, &s->out, piece);
	else
		dot_end(&s->dot, &s->out);
	if (!buf_ok(&s->out)) {
		error_set(&s->why, ERR_OS, "out of memory");
		engine_hang_up(s);
		return;
	}
	s->said += s->out.n - before;
	s->asked = true;
	if (piece.n == 0)
		end_body(s);
}

/* The verdict of the dot: here, and only here, somebody becomes SENT. */
static void
settle(struct smtp *s, const struct expect *x)
{
	enum verdict_state state =
	    s->reply.code / 100 == 2 ? VERDICT_SENT : state_of(s->reply.code);

	s->delivered |= state == VERDICT_SENT && s->accepted > 0;
	if (!s->plan->lmtp)
		decide_all(s, accepted, state, STAGE_DOT);
	else if (accepted(&s->env->to[x->rcpt]))
		decide(s, &s->env->to[x->rcpt], state, STAGE_DOT);
}

/* QUIT may be waiting behind the last dot: then all is said and done. */
static void
after_dots(struct smtp *s)
{
	if (s->count > 0)
		s->over = true;
	else
		end_transaction(s);
}

void
hear_dot(struct smtp *s, const struct expect *x)
{
	/* 221 answers QUIT: the answer to the dot was left out. */
	if (s->reply.code / 100 == 3 || s->reply.code == 221) {
		out_of_turn(s, "the end of data");
		transaction_lost(s);
		return;
	}
	settle(s, x);
	if (--s->dots_due > 0)
		return;
	s->mail_open = false;
	if (s->plan->stay) {
		s->dot_said = false;
		s->accepted = 0;
	}
	after_dots(s);
}

void
hear_early(struct smtp *s)
{
	if (s->reply.code / 100 < 4) {
		out_of_turn(s, "half a message");
		return;
	}
	decide_all(s, accepted, state_of(s->reply.code), STAGE_DOT);
	engine_hang_up(s);
}

void
transaction_lost(struct smtp *s)
{
	for (size_t i = 0; i < s->env->n; i++)
		if (accepted(&s->env->to[i]))
			verdict_set(&s->env->to[i].verdict, VERDICT_DEFERRED,
			    STAGE_DOT, 0, no_status, BYTES(SMTP_NO_ANSWER));
}
