/*
 * What a file is, by its name (RFC 2046).  Private to lib/compose.
 */
#ifndef COMPOSE_MEDIA_H
#define COMPOSE_MEDIA_H

#include "base/buf.h"

extern const char media_globs[]; /* where the system's list is */

/*
 * Add "type/subtype" for a file of this name, by the list of a system's shared
 * MIME-info database (globs2: the heaviest glob counts, then the longest),
 * else by a small one of our own, else application/octet-stream.
 */
void media_type(struct buf *out, struct bytes name, const char *globs);

/* Is text "type/subtype", both tokens, and nothing behind it? */
bool media_valid(struct bytes type);

/*
 * Is it one that must not be in base64: a multipart or a message (RFC 2046,
 * 5.1 and 5.2; RFC 2045, 6.4)?
 */
bool media_composite(struct bytes type);

#endif
