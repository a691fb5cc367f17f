/*
 * Text in another charset, by iconv(3).  Nothing is guessed or replaced: what
 * is not of the charset is an error, and where it stands is known.
 */
#ifndef BASE_CHARSET_H
#define BASE_CHARSET_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

struct charset {
	void *how;     /* private, owned */
	int64_t taken; /* octets that were decoded */
	bool same;     /* what came out is, so far, what went in */
};

/* ERR_USAGE for a name that is unknown here, or no name (RFC 2978, 2.3). */
int charset_open(struct charset *c, const char *name, struct error *e);
void charset_close(struct charset *c);

/*
 * Take all of *in that makes whole characters and add it to *out as UTF-8;
 * what is left is the beginning of a character, to be given again with more
 * behind it.  Returns false for what is not of the charset: c->taken octets
 * stand before it.
 */
bool charset_decode(struct charset *c, struct bytes *in, struct buf *out);

/* The text is over: add what was withheld. */
bool charset_over(struct charset *c, struct buf *out);

/*
 * Are CR and LF in it what they are in ASCII, so that lines can be told
 * without decoding them?  Not so in UTF-16.
 */
/* Is the name one that mail programs know (RFC 2978), and no alias? */
bool charset_is_known_to_mail(const char *name);

bool charset_keeps_lines(const char *name);

/* Add the whole of text as UTF-8; false as above. */
bool charset_text(struct charset *c, struct bytes text, struct buf *out);

#endif
