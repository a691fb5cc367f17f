/*
 * What a part says of itself (RFC 2045, 5 and 6): its type, its transfer
 * encoding.  Private to lib/mail.
 */
#ifndef MAIL_CONTENT_H
#define MAIL_CONTENT_H

#include "base/buf.h"

enum { BOUNDARY_MAX = 200 }; /* octets; RFC 2046, 5.1.1 has 70 */

/* The token in front, behind white space and comments: a transfer encoding. */
struct bytes content_token(struct bytes body);

/* Is that an encoding which changes nothing: 7bit, 8bit, binary, or none? */
bool content_identity(struct bytes encoding);

/* Take "type/subtype" off *body, both borrowed; empty where there is none. */
void content_type(
    struct bytes *body, struct bytes *type, struct bytes *subtype);

/*
 * Add the boundary among the parameters behind "type/subtype"; false when
 * there is none, or none that can be used.
 */
bool content_boundary(struct bytes parameters, struct buf *boundary);

#endif
