/*
 * Base64 (RFC 4648, 4) as SMTP AUTH and MIME use it.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Add the encoding of what to out: one line, padded. */
void base64_encode(struct buf *out, struct bytes what);

/*
 * Add what the text decodes to.  Strict, as RFC 4954 (4) wants it: no
 * foreign bytes, padding at the end only, no stray bits.  Returns false, and
 * out is as it was, when text is anything else.
 */
bool base64_decode(struct buf *out, struct bytes text);

#endif
