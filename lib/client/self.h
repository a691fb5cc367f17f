/*
 * What a client says of itself.
 */
#ifndef CLIENT_SELF_H
#define CLIENT_SELF_H

#include "base/buf.h"
#include "base/here.h"

/* As many exchanges can there be over one connection, with one to spare. */
enum { SELF_NONCES = 8, SELF_NAME = 280 };

/*
 * The name to greet with (RFC 5321, 4.1.4), terminated and cut to size: the
 * host's, if it is a domain, or the literal of the address we come from, which
 * is numeric, or "" when there is none.
 */
void self_name(
    char *to, size_t size, const struct here *here, const char *local);

/* Add nonces for SCRAM (RFC 5802, 5.1): SELF_NONCES of SMTP_NONCE octets. */
void self_nonces(struct buf *out, const struct here *here);

#endif
