/*
 * The tree of a multipart (RFC 2046), walked line by line in constant memory:
 * which octets of a body are boundaries, which are headers of parts, which
 * content of which part.  Changes nothing and keeps nothing but the header
 * under way.  Private to lib/mail.
 */
#ifndef MAIL_MIME_H
#define MAIL_MIME_H

#include "mail/field.h"
#include "mail/message.h"

enum { MIME_DEPTH = 64 }; /* multiparts in each other */

enum mime_what {
	MIME_OUTSIDE,   /* in front of the first boundary, behind the last */
	MIME_DELIMITER, /* a boundary's line */
	MIME_HEADER,    /* a line of a header that is not whole yet */
	MIME_HEAD,      /* the header is whole; the piece is the empty line that
	                   ended it, or empty when something else did */
	MIME_CONTENT    /* of a part that has no parts */
};

/* What the header that was whole last has said. */
struct mime_entity {
	bool content;  /* its content comes next: it has no parts */
	bool codable;  /* the content may be given another encoding */
	bool identity; /* it has none yet */
	bool quoted;   /* it is quoted-printable */
	bool sealed;   /* it is signed, and so is its header */
	bool message;  /* the header is that of a message in a message */
};

struct mime {
	struct {
		size_t boundary; /* where it begins in boundaries */
		bool digest;     /* its parts are messages by default */
		bool sealed;     /* it is signed, or part of what is */
	} open[MIME_DEPTH];
	size_t depth;
	struct buf boundaries; /* owned: of the multiparts that are open */
	struct buf header;     /* owned: of the part under way, without NULs */
	struct mime_entity entity;
	enum mime_what state; /* MIME_HEADER, MIME_CONTENT, MIME_OUTSIDE */
	bool amid;            /* a line began that is not over */
	bool fresh;           /* header is that of the part before */
	bool message;         /* the header under way is that of a message */
};

/*
 * A body whose own header is this.  What that comes to is in w->entity; it
 * may be that the body has no parts at all.
 */
void mime_init(struct mime *w, struct bytes header);
void mime_clear(struct mime *w);

/*
 * Take the next piece, a line or part of one, off *block, which is as
 * body_block() gives it and not empty.  w->header is the header while
 * MIME_HEAD is returned; its buffer fails when that is longer than HEADER_MAX.
 */
enum mime_what mime_take(
    struct mime *w, struct bytes *block, struct bytes *piece);

/*
 * The body is over.  Was there a header under way?  Then it is whole now, as
 * with MIME_HEAD.
 */
bool mime_over(struct mime *w);

/* Is what comes next part of something that is signed? */
bool mime_sealed(const struct mime *w);

#endif
