/*
 * The parameters of MAIL and RCPT (RFC 5321, 4.1.1.11), as the server's
 * offers allow them.
 */
#ifndef SMTP_PARAMETER_H
#define SMTP_PARAMETER_H

#include "smtp/engine.h"

/*
 * Can this message go to this server at all?  -1 with ERR_NOT_SUPPORTED when
 * an address needs SMTPUTF8 (RFC 6531) and it is not offered, ERR_TOO_LARGE
 * when the message is over the limit that the server (RFC 1870) or the
 * account sets.
 */
int parameter_check(struct smtp *s, struct error *e);

/*
 * Have an 8-bit body re-encoded if the server takes none (RFC 6152); told of in
 * the trace where that cannot be.
 */
int parameter_seven_bit(struct smtp *s, struct error *e);

/* Must the envelope travel under SMTPUTF8?  It looks at every recipient. */
bool parameter_utf8(const struct smtp *s);

/* Add " SIZE=... BODY=... ..." for MAIL, " NOTIFY=... ..." for one RCPT. */
void parameter_mail(struct smtp *s, struct buf *out);
void parameter_rcpt(struct smtp *s, const struct recipient *r, struct buf *out);

#endif
