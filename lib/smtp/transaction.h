/*
 * The mail transaction (RFC 5321, 3.3): MAIL, RCPT, DATA, the message, the
 * dot; and the verdicts that come of it.
 */
#ifndef SMTP_TRANSACTION_H
#define SMTP_TRANSACTION_H

#include "smtp/engine.h"

/* Is there something to send, and can it go?  -1 and s->why when not. */
int transaction_possible(struct smtp *s);

/* Both, behind RSET where another one was left open. */
void transaction_start(struct smtp *s);

/* Say as much of it as may be said now. */
void transaction_begin(struct smtp *s);

/* One command of it, by hand. */
void transaction_mail(struct smtp *s);
void transaction_rcpt(struct smtp *s, size_t i);
void transaction_data(struct smtp *s);

void hear_mail(struct smtp *s, const struct expect *x);
void hear_rcpt(struct smtp *s, const struct expect *x);
void hear_data(struct smtp *s, const struct expect *x);
void hear_dot(struct smtp *s, const struct expect *x);
void hear_rset(struct smtp *s, const struct expect *x);

/* The server speaks before it has heard all of the message. */
void hear_early(struct smtp *s);

/* 421: the server is going; what is open stays open. */
void hear_closing(struct smtp *s, enum verdict_stage stage);

/* A piece of the message, or its end. */
void transaction_body(struct smtp *s, struct bytes piece);

/* The connection is gone: what was handed over is uncertain. */
void transaction_lost(struct smtp *s);

#endif
