/*
 * The steps of a session that stays: what is asked of it while it is idle,
 * one thing at a time.  Each of these begins with a clean slate: smtp_error()
 * is that of the step under way.  Whoever drives it goes on until it is idle
 * again, or over; the answer is smtp_reply().
 *
 * A server's refusal is an error of the steps that mean to achieve something
 * (greet, starttls, login), and none of those that only say a command: their
 * reply tells.
 */
#ifndef SMTP_STEP_H
#define SMTP_STEP_H

#include "smtp/session.h"

/* EHLO (RFC 5321, 4.1.1.1), or LHLO; where it is refused, HELO. */
void smtp_greet(struct smtp *s);

/* Has it been greeted, under the TLS that there is now? */
bool smtp_greeted(const struct smtp *s);

/* EHLO (LHLO), or HELO, and no more; what was offered before is forgotten. */
void smtp_ehlo(struct smtp *s);
void smtp_helo(struct smtp *s);

/*
 * STARTTLS (RFC 3207).  ERR_NOT_SUPPORTED when it is not offered, ERR_TLS when
 * it is refused.  After the handshake nothing is known of the server.
 */
void smtp_starttls(struct smtp *s);

/*
 * Log in (RFC 4954) as the plan's identity, by the best of its mechanisms that
 * are offered; one that is refused gives way to the next.  The tries start
 * anew.
 */
void smtp_login(struct smtp *s);

/*
 * Any command line, without CRLF: VRFY, EXPN, HELP, NOOP, RSET (RFC 5321,
 * 4.1.1.5 to 4.1.1.9) or what an extension has.  A control character in it is
 * ERR_USAGE, and so are commands that something else than a reply follows:
 * DATA, BDAT, AUTH, STARTTLS.
 */
void smtp_command(struct smtp *s, struct bytes line);

/* Is it a command, and none of those? */
int smtp_command_check(struct bytes line, struct error *e);

/*
 * Add the line that asks VRFY or EXPN (verb) about text: an address, of which
 * the name is left out, or any string.  ERR_NOT_SUPPORTED when it needs
 * SMTPUTF8 and that is not offered.
 */
int smtp_question(const struct smtp *s, const char *verb, struct bytes text,
    struct buf *line, struct error *e);

/*
 * A whole transaction, pipelined where it can be.  Verdicts go into env; one
 * that fails half-way is ended by RSET.  Both stay borrowed until the next.
 */
void smtp_transaction(
    struct smtp *s, struct envelope *env, struct smtp_message *msg);

/*
 * The same by hand.  env has a sender; the plan's mail_options go with MAIL.
 * A recipient that was added to env is named by its index, with the plan's
 * rcpt_options; once, in the order of env.  DATA sends msg to those that were
 * accepted.  What the replies decide goes into env.  ERR_USAGE for RCPT before
 * MAIL was taken, and for DATA before somebody was accepted.
 */
void smtp_mail(struct smtp *s, struct envelope *env);
void smtp_rcpt(struct smtp *s, size_t i);
void smtp_data(struct smtp *s, struct smtp_message *msg);

/* QUIT, and over. */
void smtp_quit(struct smtp *s);

#endif
