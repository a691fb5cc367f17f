#include "smtp/session.h"

#include <stdlib.h>

#include "smtp/auth.h"
#include "smtp/engine.h"
#include "smtp/hello.h"
#include "smtp/transaction.h"

/* Full TLS records (RFC 8446, 5.1); what a body may add to what waits. */
enum { RECORD = 16384, OUT_MAX = 64 << 20 };

static void
hear_quit(struct smtp *s, const struct expect *x)
{
	(void)x;
	s->over = true;
}

/* Its reply says it all; but what 3yz asks for, nobody has. */
static void
hear_command(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code / 100 != 3) {
		engine_done(s);
		return;
	}
	error_set(&s->why, ERR_PROTOCOL, "%s answered a command with %d",
	    s->plan->host, s->reply.code);
	engine_hang_up(s);
}

static void (*const hear[VERBS])(struct smtp *, const struct expect *) = {
	[VERB_GREETING] = hear_greeting,
	[VERB_EHLO] = hear_ehlo,
	[VERB_HELO] = hear_helo,
	[VERB_STARTTLS] = hear_starttls,
	[VERB_AUTH] = hear_auth,
	[VERB_MAIL] = hear_mail,
	[VERB_RCPT] = hear_rcpt,
	[VERB_DATA] = hear_data,
	[VERB_DOT] = hear_dot,
	[VERB_RSET] = hear_rset,
	[VERB_VRFY] = hear_command,
	[VERB_EXPN] = hear_command,
	[VERB_HELP] = hear_command,
	[VERB_NOOP] = hear_command,
	[VERB_OTHER] = hear_command,
	[VERB_QUIT] = hear_quit,
};

/* ---- life ---------------------------------------------------------------------- */

struct smtp *
smtp_new(const struct smtp_plan *plan, struct envelope *env,
    struct smtp_message *msg, struct smtp_tries *tries, struct error *e)
{
	size_t room = (env == NULL ? 0 : env->n) + VERBS;
	struct smtp *s = calloc(1, sizeof(*s));
	struct expect *ahead = calloc(room, sizeof(*ahead));

	if (s == NULL || ahead == NULL) {
		free(s);
		free(ahead);
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	s->plan = plan;
	s->env = env;
	s->msg = msg;
	s->tries = tries;
	s->id = plan->id;
	s->secured = plan->security == SMTP_SECURED;
	s->ahead = ahead;
	s->room = room;
	buf_init(&s->out, OUT_MAX);
	buf_init(&s->words, REPLY_MAX * 4);
	reply_init(&s->reply);
	reply_init(&s->answer);
	ehlo_init(&s->ehlo);
	trace_hide(plan->trace, plan->id.secret);
	hello_begin(s);
	return s;
}

void
smtp_free(struct smtp *s)
{
	if (s == NULL)
		return;
	sasl_clear(&s->sasl);
	reply_clear(&s->reply);
	reply_clear(&s->answer);
	ehlo_clear(&s->ehlo);
	buf_clear(&s->out);
	buf_clear(&s->words);
	free(s->ahead);
	free(s);
}

/* ---- what is wanted -------------------------------------------------------------- */

static size_t
waiting(const struct smtp *s)
{
	return s->out.n - s->out_at;
}

enum smtp_want
smtp_want(const struct smtp *s)
{
	if (s->body && waiting(s) < RECORD)
		return SMTP_BODY;
	if (waiting(s) > 0)
		return SMTP_SEND;
	if (s->over)
		return SMTP_OVER;
	if (s->want_tls)
		return SMTP_TLS;
	if (s->count > 0)
		return SMTP_RECV;
	return s->plan->stay ? SMTP_IDLE : SMTP_OVER;
}

struct bytes
smtp_out(const struct smtp *s)
{
	return bytes_skip(buf_bytes(&s->out), s->out_at);
}

/* What has gone is dropped when little remains to be moved. */
void
smtp_sent(struct smtp *s, size_t n)
{
	s->sent += n;
	s->out_at += n;
	if (waiting(s) < RECORD) {
		buf_drop(&s->out, s->out_at);
		s->out_at = 0;
	}
}

void
smtp_body(struct smtp *s, struct bytes piece)
{
	transaction_body(s, piece);
}

bool
smtp_body_first(const struct smtp *s)
{
	return s->body && !s->body_begun;
}

void
smtp_secured(struct smtp *s, struct sasl_binding binding)
{
	bool asked_for = s->want_tls;

	s->want_tls = false;
	s->secured = true;
	s->id.binding = binding;
	s->logged_in = s->logged_in && !asked_for;
	if (asked_for)
		hello_again(s);
}

/* ---- what is heard ---------------------------------------------------------------- */

/* Is an answer due, its question wholly gone?  Then that is the one. */
static bool
due(struct smtp *s, struct expect *x)
{
	if (s->count == 0 || s->ahead[s->first].end > s->sent)
		return false;
	*x = s->ahead[s->first];
	s->first = (s->first + 1) % s->room;
	s->count--;
	return true;
}

static void
note_words(struct smtp *s)
{
	struct bytes text = buf_bytes(&s->reply.text);
	const char *gap = "";

	buf_reset(&s->words);
	while (text.n > 0) {
		buf_adds(&s->words, gap);
		trace_shown(s->plan->trace, &s->words, bytes_take(&text, '\n'));
		gap = " ";
	}
}

static void
trace_heard(struct smtp *s, const char *verb)
{
	trace_reply(s->plan->trace, verb, s->reply.code,
	    buf_bytes(&s->reply.text), NULL);
}

/* The conversation is broken, and s->why says how. */
static void
give_up(struct smtp *s)
{
	if (smtp_uncertain(s)) {
		error_hint(&s->why,
		    "the message was handed over and not confirmed: it may "
		    "have been delivered");
		transaction_lost(s);
	}
	engine_hang_up(s);
}

static void
unexpected(struct smtp *s)
{
	trace_heard(s, "");
	/* What was done stands, and the next step will find it over. */
	if (smtp_want(s) == SMTP_IDLE) {
		engine_hang_up(s);
		return;
	}
	if (s->reply.code == 421 && s->plan->stay)
		error_set(&s->why, ERR_DISCONNECTED,
		    "%s is closing the connection", s->plan->host);
	if (s->reply.code == 421)
		hear_closing(s, s->body ? STAGE_DOT : STAGE_MAIL);
	else if (s->body || s->dot_said)
		hear_early(s);
	else {
		error_set(&s->why, ERR_PROTOCOL,
		    "%s spoke out of turn: '%d %.*s'", s->plan->host,
		    s->reply.code, BYTES_ARG(buf_bytes(&s->words)));
		give_up(s);
	}
}

/* 421 may answer anything (RFC 5321, 3.8): the server is going. */
static const struct {
	enum error_kind kind; /* before there is a transaction */
	enum verdict_stage stage;
} closing[VERBS] = {
	[VERB_GREETING] = { ERR_GREETING, STAGE_NONE },
	[VERB_EHLO] = { ERR_HELO, STAGE_NONE },
	[VERB_HELO] = { ERR_HELO, STAGE_NONE },
	[VERB_STARTTLS] = { ERR_TLS, STAGE_NONE },
	[VERB_AUTH] = { ERR_AUTH, STAGE_NONE },
	[VERB_MAIL] = { ERR_NONE, STAGE_MAIL },
	[VERB_RCPT] = { ERR_NONE, STAGE_RCPT },
	[VERB_DATA] = { ERR_NONE, STAGE_DATA },
	[VERB_DOT] = { ERR_NONE, STAGE_DOT },
	[VERB_RSET] = { ERR_DISCONNECTED, STAGE_NONE },
	[VERB_VRFY] = { ERR_DISCONNECTED, STAGE_NONE },
	[VERB_EXPN] = { ERR_DISCONNECTED, STAGE_NONE },
	[VERB_HELP] = { ERR_DISCONNECTED, STAGE_NONE },
	[VERB_NOOP] = { ERR_DISCONNECTED, STAGE_NONE },
	[VERB_OTHER] = { ERR_DISCONNECTED, STAGE_NONE },
};

static void
leaving(struct smtp *s, const struct expect *x)
{
	if (closing[x->verb].kind != ERR_NONE)
		engine_refused(s, closing[x->verb].kind,
		    "%s is closing the connection", s->plan->host);
	else
		hear_closing(s, closing[x->verb].stage);
}

/* For whoever takes the steps: more may be heard behind it. */
static void
keep_answer(struct smtp *s)
{
	if (!s->plan->stay)
		return;
	s->answer.code = s->reply.code;
	s->answer.status = s->reply.status;
	buf_reset(&s->answer.text);
	buf_add(&s->answer.text, buf_bytes(&s->reply.text));
}

static void
hear_reply(struct smtp *s)
{
	struct expect x;

	s->heard++;
	note_words(s);
	if (!due(s, &x)) {
		unexpected(s);
		return;
	}
	if (s->asked)
		s->turns++;
	s->asked = false;
	keep_answer(s);
	trace_heard(s, engine_command(x.verb));
	if (s->reply.code == 421 && x.verb != VERB_QUIT)
		leaving(s, &x);
	else
		hear[x.verb](s, &x);
}

/* Whole lines alone are shown: half a secret would not be known as one. */
static void
trace_broken(struct smtp *s, const char *verb, const char *note)
{
	bool whole = buf_ok(&s->reply.line);
	struct bytes line =
	    whole ? buf_bytes(&s->reply.line) : BYTES("(a line without end)");

	trace_reply(s->plan->trace, verb, 0, bytes_trim(line), note);
	buf_reset(&s->reply.line);
}

/* Once it is over nothing that is said can change it. */
static void
overhear(struct smtp *s, int got)
{
	if (got > 0)
		trace_heard(s, "QUIT");
	else
		trace_broken(
		    s, "QUIT", "(not an SMTP reply; ignored after QUIT)");
}

/* In front of the handshake: not a byte of it may be believed. */
static bool
injected(struct smtp *s, struct bytes rest)
{
	if (!s->want_tls || (rest.n == 0 && !reply_partial(&s->reply)))
		return false;
	error_set(&s->why, ERR_PROTOCOL,
	    "%s sent data in the clear behind its answer to STARTTLS",
	    s->plan->host);
	error_hint(
	    &s->why, "somebody between here and the server may be interfering");
	engine_hang_up(s);
	return true;
}

static void
broken(struct smtp *s, const struct error *e)
{
	trace_broken(s, "", "(not an SMTP reply)");
	error_set(&s->why, ERR_PROTOCOL, "%s: %s", s->plan->host, e->text);
	give_up(s);
}

void
smtp_feed(struct smtp *s, struct bytes in)
{
	struct error e = ERROR_NONE;
	struct bytes rest = in;
	int got = 1;

	while (got > 0 && !injected(s, rest) && rest.n > 0) {
		got = reply_feed(&s->reply, &rest, &e);
		if (s->over && got != 0)
			overhear(s, got);
		else if (got > 0)
			hear_reply(s);
		else if (got < 0)
			broken(s, &e);
	}
}

/* ---- how it ends -------------------------------------------------------------------- */

bool
smtp_in_content(const struct smtp *s)
{
	return s->body;
}

bool
smtp_uncertain(const struct smtp *s)
{
	return s->dot_said && s->dots_due > 0 && s->sent >= s->dot_end;
}

void
smtp_lost(struct smtp *s, const struct error *e)
{
	if (s->why.kind == ERR_NONE && !s->over)
		s->why = *e;
	give_up(s);
}

/* The verb whose answer is waited for; VERBS while the content leaves. */
static enum verb
awaited(const struct smtp *s)
{
	return s->body || s->count == 0 ? VERBS : s->ahead[s->first].verb;
}

/* RFC 5321 grants the answer to the dot twice what it grants to others. */
int64_t
smtp_patience(const struct smtp *s)
{
	enum { BODY_PATIENCE = 180 };
	enum verb verb = awaited(s);

	if (s->plan->timeout > 0 && verb != VERB_QUIT)
		return verb == VERB_DOT ? s->plan->timeout * 2
					: s->plan->timeout;
	return (int64_t)(verb == VERBS ? BODY_PATIENCE
				       : engine_patience(verb)) *
	    1000000;
}

const char *
smtp_step(const struct smtp *s)
{
	if (s->body)
		return "message content";
	if (s->want_tls)
		return "STARTTLS";
	return engine_step(s->count > 0 ? s->ahead[s->first].verb : VERB_QUIT);
}

const struct error *
smtp_error(const struct smtp *s)
{
	return &s->why;
}

bool
smtp_again(const struct smtp *s)
{
	return s->again;
}

unsigned
smtp_turns(const struct smtp *s)
{
	return s->turns;
}

uint64_t
smtp_progress(const struct smtp *s)
{
	return s->sent + s->heard;
}

const struct reply *
smtp_reply(const struct smtp *s)
{
	return &s->answer;
}

const struct ehlo *
smtp_offers(const struct smtp *s)
{
	return &s->ehlo;
}

const char *
smtp_mechanism(const struct smtp *s)
{
	return s->logged_in ? sasl_mechanisms[s->logged_by].name : NULL;
}
