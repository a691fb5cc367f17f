/*
 * RFC 2047 encoded words, for the header text that we write ourselves.
 */
#ifndef MAIL_ENCODE_H
#define MAIL_ENCODE_H

#include "base/buf.h"

/*
 * Add UTF-8 text as encoded words of at most 75 octets, separated by spaces,
 * whole characters in each, with their accents where that is possible, Q or B
 * whichever is shorter; fit for phrases too.
 * first is how many octets of the line are taken already.  Text that is no
 * UTF-8 is declared unknown-8bit.
 */
void encode_words(struct buf *out, struct bytes text, size_t first);

/* Must text be encoded: anything outside printable ASCII, or "=?"? */
bool encode_needed(struct bytes text);

/* Add text as xtext (RFC 3461, 4): for ENVID and ORCPT. */
void xtext_add(struct buf *out, struct bytes text);

/* Is text valid xtext already? */
bool xtext_valid(struct bytes text);

/*
 * What valid xtext stands for, owned by the caller; NULL without memory, and
 * when it holds a control character.
 */
char *xtext_decode(struct bytes text);

#endif
