/*
 * The conversation with a server (RFC 5321; RFC 2033 for LMTP), from its
 * greeting to QUIT, as a machine that is only memory: it does no I/O, and
 * calls no clock, no socket and no random source.
 *
 * It says what it wants; whoever drives it does exactly that and tells it:
 *
 *	SMTP_SEND  bytes of smtp_out() should leave     smtp_sent()
 *	SMTP_RECV  bytes of the server are due          smtp_feed()
 *	SMTP_TLS   a TLS handshake is due               smtp_secured()
 *	SMTP_BODY  the message is due, a piece          smtp_body()
 *	SMTP_IDLE  a step is over, the next may begin   smtp/step.h
 *	SMTP_OVER  nothing more                         smtp_error(), verdicts
 *
 * smtp_feed() may be called at any time: servers speak while we send.
 *
 * Commands go into a ring of expectations, each with the bytes that must have
 * left before an answer to it can be honest; each reply takes the first.  A
 * reply that nobody waits for ends the conversation.  Pipelining (RFC 2920) is
 * the same with more than one expectation.
 *
 * Errors are sticky: after the first a session wants nothing but, perhaps,
 * to send QUIT.  What the server decides about recipients is no error; it goes
 * into the envelope's verdicts.
 *
 * One that is to stay does not leave when its task is done, or has failed and
 * both sides still know where they are: it is SMTP_IDLE, until the next step
 * (smtp/step.h) is asked of it.
 */
#ifndef SMTP_SESSION_H
#define SMTP_SESSION_H

#include "base/trace.h"
#include "mail/envelope.h"
#include "sasl/sasl.h"
#include "smtp/ehlo.h"

enum smtp_want {
	SMTP_SEND,
	SMTP_RECV,
	SMTP_TLS,
	SMTP_BODY,
	SMTP_IDLE,
	SMTP_OVER
};

/* STARTTLS: get in the clear first.  DONE: the wire is TLS from the start. */
enum smtp_security { SMTP_CLEAR, SMTP_STARTTLS, SMTP_SECURED };

enum { SMTP_NONCE = 24 };

enum smtp_task {
	SMTP_SUBMIT, /* log in if there is a user, send the message */
	SMTP_ENTER,  /* log in if there is a user */
	SMTP_LOOK,   /* see what the server offers */
	SMTP_MEET    /* hear its greeting */
};

/*
 * What is known of a server and a login from one connection to the next, so
 * that a mechanism is tried once and not more.  Starts as zero.
 */
struct smtp_tries {
	unsigned refused;       /* bit i: sasl_mechanisms[i] was refused */
	unsigned count;         /* mechanisms tried */
	bool plaintext_refused; /* one that shows the password got 535 */
	bool no_flight;         /* AUTH must not run ahead of anything */
	bool no_initial;        /* initial responses are not understood */
	struct error why;       /* the last refusal */
};

/*
 * All borrowed; must live as long as the session, and may change only while it
 * is idle.
 */
struct smtp_plan {
	enum smtp_task task;
	bool stay; /* and do not leave after it */
	bool lmtp;
	enum smtp_security security;
	const char *host;      /* for texts */
	const char *ehlo_name; /* domain or address literal */

	bool auth;                     /* log in */
	bool auth_if_offered;          /* but only if something fit is there */
	const char *const *mechanisms; /* in order, NULL-terminated; or NULL:
	                                  by strength, what is fit */
	/* Of the nonce each exchange takes SMTP_NONCE octets. */
	struct sasl_identity id;
	bool certificate;      /* a client certificate is in use */
	bool no_initial;       /* never an initial response */
	bool login_initial;    /* one with LOGIN too, which no RFC has */
	bool auth_without_tls; /* plaintext mechanisms in the clear too */
	/* Do the words of a refusal forbid trying again? or NULL */
	bool (*locked_out)(struct bytes words);

	bool all_recipients; /* send to all or to nobody */
	bool no_pipelining;
	bool smtputf8;    /* wherever it is offered, needed or not */
	int64_t max_size; /* octets; 0: the server's word alone */
	int64_t timeout;  /* microseconds for each reply, twice that for the
	                     one to the message; 0: RFC 5321, 4.5.3.2 */
	const char *const *mail_options; /* "KEYWORD[=VALUE]"; or NULL */
	const char *const *rcpt_options;
	struct trace *trace; /* level 0 at least: it hides the secrets */
};

/* What the session must know of the message; borrowed. */
struct smtp_message {
	int64_t size;  /* octets with CRLFs, dot-stuffing not counted */
	int64_t lines; /* for the trace */
	bool body_8bit, header_8bit;
	bool header_utf8;   /* the 8-bit text of the header is UTF-8 */
	bool international; /* that must not leave without SMTPUTF8 */
	/*
	 * Called once, when the body is not ASCII and the server takes no
	 * 8BITMIME (RFC 6152): may re-encode, and correct the members above.
	 */
	int (*seven_bit)(struct smtp_message *m, struct error *e);
};

struct reply;
struct smtp; /* opaque */

/*
 * A session over a fresh connection.  env (NULL unless the task is to submit)
 * is filled with verdicts: recipients that are not VERDICT_PENDING are left
 * alone.  NULL and ERR_OS when memory is out.
 */
struct smtp *smtp_new(const struct smtp_plan *plan, struct envelope *env,
    struct smtp_message *msg, struct smtp_tries *tries, struct error *e);
void smtp_free(struct smtp *s); /* NULL is fine */

enum smtp_want smtp_want(const struct smtp *s);

/* What should leave; borrowed until the next call of anything else. */
struct bytes smtp_out(const struct smtp *s);
/* The first n bytes of it are gone. */
void smtp_sent(struct smtp *s, size_t n);

/* The server said this. */
void smtp_feed(struct smtp *s, struct bytes in);

/*
 * The handshake is done; binding is the TLS session's, for SCRAM-PLUS.  The
 * session forgets what it knew from before (RFC 3207, 4.2).
 */
void smtp_secured(struct smtp *s, struct sasl_binding binding);

/*
 * A piece of the message, canonical; an empty one is its end.  There may be
 * more than one transaction: while smtp_body_first(), the piece that is wanted
 * is the message's first.
 */
void smtp_body(struct smtp *s, struct bytes piece);
bool smtp_body_first(const struct smtp *s);

/* The connection broke, or time ran out; e says how.  No error when only the
   answer to QUIT was missing. */
void smtp_lost(struct smtp *s, const struct error *e);

/* Microseconds that the step under way may take (RFC 5321, 4.5.3.2). */
int64_t smtp_patience(const struct smtp *s);

/* "EHLO", "end of data": the step under way, for texts. */
const char *smtp_step(const struct smtp *s);

/* The first error, kind ERR_NONE when there is none. */
const struct error *smtp_error(const struct smtp *s);

/* Should the same be tried over a new connection, with the same tries? */
bool smtp_again(const struct smtp *s);

/* Is the content of the message leaving? */
bool smtp_in_content(const struct smtp *s);

/* Was the whole message handed over, and no answer read? */
bool smtp_uncertain(const struct smtp *s);

/* What is said of each recipient then; a service (smtp/service.h) says the same
   of its relay, with 4.4.2. */
#define SMTP_NO_ANSWER "no answer to the message; it may have been delivered"

/* Client-to-server turns: how often a reply had to be waited for. */
unsigned smtp_turns(const struct smtp *s);

/* Changes whenever bytes have left or a whole reply was heard: a deadline runs
   from the last change, so that a reply that drips in gains nothing. */
uint64_t smtp_progress(const struct smtp *s);

/* The last reply that was waited for; borrowed, until the next one is.  Of a
   session that stays alone. */
const struct reply *smtp_reply(const struct smtp *s);

/* What the server offers, as its last EHLO said. */
const struct ehlo *smtp_offers(const struct smtp *s);

/* The mechanism that logged in, or NULL. */
const char *smtp_mechanism(const struct smtp *s);

#endif
