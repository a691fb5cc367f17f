/*
 * Making the parts of a multipart fit to leave: those that hold NULs, lines
 * that are too long, or 8-bit text that the server does not take, become
 * quoted-printable, each for itself.  Private to lib/mail.
 */
#ifndef MAIL_PARTS_H
#define MAIL_PARTS_H

#include "mail/message.h"

enum { PARTS_MAX = 1 << 16 };

/* Does the message have parts that can be told from each other? */
bool parts_found(const struct message *m);

/*
 * Look at all parts: which need another encoding, into m->parts; m->left_8bit,
 * if something stays 8-bit that cannot be encoded though seven_bit.  One pass
 * over the body.  ERR_NOT_SUPPORTED for a part that needs it and is signed
 * (RFC 1847, 2.1), ERR_MESSAGE when that is so whatever the server takes, or
 * for more than PARTS_MAX parts.
 */
int parts_survey(struct message *m, bool seven_bit, struct error *e);

/* One pass that makes them so; m was surveyed and outlives it. */
struct parts; /* opaque */
struct parts *parts_new(const struct message *m);
void parts_free(struct parts *p); /* NULL is fine */

/* Add the next block of the body to out; an empty one is its end. */
void parts_add(struct parts *p, struct buf *out, struct bytes block);

#endif
