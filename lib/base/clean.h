/*
 * Bytes from somebody else, made fit to be shown: on a terminal, in a log,
 * in a report.
 */
#ifndef BASE_CLEAN_H
#define BASE_CLEAN_H

#include "base/buf.h"

/* Is text valid UTF-8 (RFC 3629)?  ASCII is. */
bool utf8_valid(struct bytes text);

/* How much of text in front is valid UTF-8: all of it, or up to what is not. */
size_t utf8_prefix(struct bytes text);

/*
 * Octets of what a reader sees as the first character: with its accents, an
 * emoji with those joined to it, a flag (UAX #29).  text is valid UTF-8 and
 * not empty.
 */
size_t utf8_cluster(struct bytes text);

/* Does text hold a byte outside ASCII? */
bool bytes_eight_bit(struct bytes text);

/* Does text hold a byte below 32 (tab too), or 127? */
bool bytes_control(struct bytes text);

/* Does text, which is valid UTF-8, hold U+0080 to U+009F? */
bool utf8_control(struct bytes text);

/*
 * Add text with every control character (C0, DEL, C1) and every byte that is
 * not valid UTF-8 as \xHH; tab stays.
 */
void clean_add(struct buf *out, struct bytes text);

/*
 * The same into an array of size bytes, terminated; cut, between characters,
 * to what fits.  Returns to.
 */
const char *clean_copy(char *to, size_t size, struct bytes text);

/*
 * Add text as SASLprep (RFC 4013) maps and normalises it: spaces of every
 * kind become U+0020, what is not seen goes, NFKC.  It does not refuse what
 * RFC 4013 prohibits; text that is ASCII or not UTF-8 is added as it is.
 */
void utf8_prepare(struct buf *out, struct bytes text);

#endif
