/*
 * Header fields (RFC 5322, 2.2) as slices of a canonical header block.
 */
#ifndef MAIL_FIELD_H
#define MAIL_FIELD_H

#include "base/buf.h"

struct field {
	struct bytes whole; /* name to last CRLF, folding included */
	struct bytes name;  /* without white space and colon */
	struct bytes body;  /* behind the colon, folding included, without
	                       the last CRLF */
	bool dropped;       /* not to be sent */
	char *own;          /* owned by the message: a text that replaces the
	                       one read; or NULL */
};

/*
 * Is line (without its line end) the first line of a field: a name of
 * printable bytes other than ':', then white space or none, then ':'?
 */
bool field_starts(struct bytes line);

/* Take the first field, its continuation lines too, off *header. */
bool field_take(struct bytes *header, struct field *f);

bool field_is(const struct field *f, const char *name);

/* Add the body unfolded (RFC 5322, 2.2.3), trimmed at both ends. */
void field_unfold(const struct field *f, struct buf *out);

#endif
