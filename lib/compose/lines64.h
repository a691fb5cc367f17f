/*
 * Base64 as a body has it (RFC 2045, 6.8): lines of 76, out of pieces of any
 * size.  Private to lib/compose.
 */
#ifndef COMPOSE_LINES64_H
#define COMPOSE_LINES64_H

#include <stdint.h>

#include "base/buf.h"

enum { LINES64_TAKES = 57 }; /* octets that make a line */

struct lines64 {
	char held[LINES64_TAKES]; /* octets of the line under way */
	size_t n;
};

#define LINES64 ((struct lines64){ .n = 0 })

/* Add the lines that what makes whole, with what came before it. */
void lines64_add(struct lines64 *l, struct buf *out, struct bytes what);

/* Add what is left, as the last line. */
void lines64_end(struct lines64 *l, struct buf *out);

/* How long n octets become, line ends counted. */
int64_t lines64_length(int64_t n);

#endif
