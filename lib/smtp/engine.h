/*
 * The inside of a session: what every phase of the conversation stands on.
 * Saying a command, expecting its answer, failing, leaving.
 */
#ifndef SMTP_ENGINE_H
#define SMTP_ENGINE_H

#include "smtp/dot.h"
#include "smtp/reply.h"
#include "smtp/session.h"

enum verb {
	VERB_GREETING,
	VERB_EHLO,
	VERB_HELO,
	VERB_STARTTLS,
	VERB_AUTH,
	VERB_MAIL,
	VERB_RCPT,
	VERB_DATA,
	VERB_DOT,
	VERB_RSET,
	VERB_VRFY,
	VERB_EXPN,
	VERB_HELP,
	VERB_NOOP,
	VERB_OTHER, /* any other command, said by hand */
	VERB_QUIT,
	VERBS
};

/* An answer that is due. */
struct expect {
	enum verb verb;
	size_t rcpt;  /* the recipient it is about */
	uint64_t end; /* bytes that have left before it can be honest */
};

struct smtp {
	const struct smtp_plan *plan;
	struct envelope *env;
	struct smtp_message *msg;
	struct smtp_tries *tries;
	struct error why;

	struct buf out; /* what should leave, from out_at on */
	size_t out_at;
	uint64_t said, sent;  /* bytes ever put into out, bytes gone */
	struct expect *ahead; /* ring */
	size_t first, count, room;
	uint64_t heard; /* replies */
	unsigned turns;
	bool asked; /* something was sent since the last reply was read */

	struct reply reply;
	struct reply answer; /* the last that was waited for; if it stays */
	struct buf words;    /* the reply's text, fit to be shown */
	struct ehlo ehlo;
	bool secured; /* the wire is TLS */
	bool want_tls;
	bool over; /* nothing is wanted but to send what is in out */
	bool again;
	bool welcome; /* the greeting was friendly */
	bool greeted; /* EHLO, LHLO or HELO was heard, and answered well */
	bool stepped; /* the task is over: steps are taken */
	bool by_hand; /* the step under way is one command and no more */

	struct sasl sasl;
	struct sasl_identity id; /* the plan's, with this TLS's binding */
	size_t mechanism;        /* index of the one under way */
	bool initial;            /* it was given an initial response */
	bool cancelled;          /* "*" was said */
	bool challenged;         /* a challenge was answered */
	size_t nonces;           /* octets of the plan's that were used */
	bool flight;             /* more commands run behind AUTH */
	bool logged_in;
	size_t logged_by; /* index of the mechanism that did it */

	size_t next;     /* the recipient to name next */
	bool mail_open;  /* a transaction is under way at the server */
	bool start_over; /* after RSET, with the next one */
	bool mail_said, data_said, mail_refused;
	bool utf8;       /* it travels under SMTPUTF8 */
	bool delivered;  /* somebody of this transaction was sent to */
	size_t accepted; /* recipients of this transaction */
	size_t limited;  /* recipients put off by a limit (452) */
	bool body;       /* 354 was heard, the dot not said */
	bool body_begun; /* a piece of it was given */
	struct dot dot;
	uint64_t dot_end; /* all of the message has left when sent is here */
	bool dot_said;
	size_t dots_due; /* answers to the dot not heard yet */
};

/*
 * Say a line (CRLF is added here) and expect its answer.  A line with a
 * control character in it is refused: ERR_USAGE, nothing is said.
 */
void engine_say(struct smtp *s, enum verb verb, size_t rcpt, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/* The same for a line that holds a secret: open is what may be shown. */
void engine_say_hidden(
    struct smtp *s, enum verb verb, struct bytes line, struct bytes open);

/* Expect an answer to what stands in out so far. */
void engine_expect(struct smtp *s, enum verb verb, size_t rcpt);

bool engine_pipelining(const struct smtp *s);

/* QUIT, and be over as soon as it has left; its answer is not waited for. */
void engine_quit(struct smtp *s);

/* The task, or a step, is done: leave, unless the plan is to stay. */
void engine_done(struct smtp *s);

/* Room for the answers that a transaction with n recipients may have due. */
bool engine_room(struct smtp *s, size_t n);

/* Be over at once; what has not left never does. */
void engine_hang_up(struct smtp *s);

/*
 * Leave after s->why was filled: with QUIT, or without where it could be taken
 * for content or the server is gone.  A session that is to stay stays where it
 * can, and hears what is due.
 */
void engine_fail(struct smtp *s);

/* Fill s->why from the reply that is at hand, and leave. */
void engine_refused(struct smtp *s, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The step's name in texts, and the bare command, as in traces. */
const char *engine_step(enum verb verb);
const char *engine_command(enum verb verb);

/* RFC 5321, 4.5.3.2, in seconds. */
int engine_patience(enum verb verb);

#endif
