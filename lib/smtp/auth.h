/*
 * Logging in (RFC 4954): which mechanism, its exchange, and which one next
 * when it is refused.
 */
#ifndef SMTP_AUTH_H
#define SMTP_AUTH_H

#include "smtp/engine.h"

/* Must it be tried, or may it be left out because nothing fit is offered? */
bool auth_due(const struct smtp *s);

/*
 * Say AUTH with the best mechanism that both sides have and that was not
 * refused.  One that is over in a single round trip takes the transaction
 * along (RFC 4954, 4), where the server pipelines.
 */
void auth_begin(struct smtp *s);

void hear_auth(struct smtp *s, const struct expect *x);

#endif
