/*
 * Content-Disposition (RFC 2183) and the name of a file in it (RFC 2231).
 * Private to lib/compose.
 */
#ifndef COMPOSE_DISPOSITION_H
#define COMPOSE_DISPOSITION_H

#include "base/buf.h"

/*
 * Add the field, line end and all, of an attachment of this name, valid UTF-8
 * without control characters; or "", where it has none.  A name goes as a
 * token or quoted string when it is simple, else as filename*=, in several
 * sections when a line would be too long; whole characters in each.
 */
void disposition_add(struct buf *out, struct bytes name);

#endif
