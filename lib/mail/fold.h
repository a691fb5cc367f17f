/*
 * Folding header text (RFC 5322, 2.2.3).  For lib/mail and lib/compose.
 */
#ifndef MAIL_FOLD_H
#define MAIL_FOLD_H

#include "base/buf.h"

enum {
	LINE_SOFT = 76, /* RFC 2047, 2: where encoded words stand */
	LINE_HARD = 998 /* RFC 5322, 2.1.1: without CRLF */
};

/*
 * Add text to a line that holds column octets: a new line at white space once
 * it would grow beyond soft, and anywhere (between characters) where a word
 * alone is longer than hard.  No line is white only; white space at the end
 * goes.  Without a line end.  Returns the length of the longest line.
 */
size_t fold_add(struct buf *out, size_t column, struct bytes text, size_t soft,
    size_t hard);

/* How many octets of text fit into max without cutting a character. */
size_t fold_cut(struct bytes text, size_t max);

#endif
