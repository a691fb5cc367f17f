/*
 * Base64 by GnuTLS: not the product's own, which is under test.
 */
#ifndef SERVER_BASE64_H
#define SERVER_BASE64_H

#include "base/buf.h"

/* Add the encoding of what; add what text decodes to, false for none. */
void base64_of(struct buf *out, struct bytes what);
bool base64_to(struct buf *out, struct bytes text);

#endif
