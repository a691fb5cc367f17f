/*
 * Getting acquainted: greeting, EHLO (HELO, LHLO), STARTTLS, EHLO again.
 */
#ifndef SMTP_HELLO_H
#define SMTP_HELLO_H

#include "smtp/engine.h"

/* Wait for the greeting; nothing is said before (RFC 5321, 4.3.1). */
void hello_begin(struct smtp *s);

void hear_greeting(struct smtp *s, const struct expect *x);
void hear_ehlo(struct smtp *s, const struct expect *x);
void hear_helo(struct smtp *s, const struct expect *x);
void hear_starttls(struct smtp *s, const struct expect *x);

/* Say EHLO, or LHLO; where it is not understood, HELO. */
void say_ehlo(struct smtp *s);

void say_helo(struct smtp *s);

/* After a TLS handshake what was known of the server counts no more. */
void hello_again(struct smtp *s);

/* STARTTLS, if it is offered. */
void say_starttls(struct smtp *s);

#endif
