/*
 * Transparency (RFC 5321, 4.5.2): a dot more where a line begins with one.
 */
#ifndef SMTP_DOT_H
#define SMTP_DOT_H

#include "base/buf.h"

struct dot {
	bool inside;    /* the text so far ends within a line */
	bool after_cr;  /* its last byte was a CR */
	size_t stuffed; /* dots added so far */
};

/*
 * Add canonical text (lines end in CRLF), stuffed; however the text is cut
 * into pieces, what comes out is the same.
 */
void dot_add(struct dot *d, struct buf *out, struct bytes piece);

/* Add what ends the message: a CRLF if one is missing, and the lone dot. */
void dot_end(struct dot *d, struct buf *out);

#endif
