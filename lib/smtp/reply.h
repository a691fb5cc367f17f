/*
 * Reading SMTP replies (RFC 5321, 4.2) out of a stream of bytes.  This room
 * knows the grammar of a reply and nothing else: no socket, no clock, no
 * session.  However the stream is cut into pieces, the replies are the same.
 */
#ifndef SMTP_REPLY_H
#define SMTP_REPLY_H

#include "base/buf.h"
#include "base/error.h"

/* RFC 4954 (4) wants lines of 12288 octets; the rest is our patience. */
enum { REPLY_LINE_MAX = 16384, REPLY_LINES_MAX = 512, REPLY_MAX = 256 << 10 };

struct reply {
	int code;              /* 200..599: the last line's */
	struct estatus status; /* RFC 2034, 4; class 0: none was sent */
	struct buf text;       /* owned: raw, the lines joined by '\n' */
	struct buf line;       /* private: the line being gathered */
	unsigned lines;        /* private */
	bool ended;            /* private: the last feed finished a reply */
};

void reply_init(struct reply *r);
void reply_clear(struct reply *r);

/*
 * Eat from the front of *in.  Returns 1 when *r holds a whole reply (what
 * follows it stays in *in), 0 when *in ran dry first, -1 and ERR_PROTOCOL when
 * the peer broke the grammar or a limit; after -1 the stream is lost, and
 * r->line is what was wrong.
 *
 * Lenient: LF alone ends a line, the text may be missing.  Strict: three
 * digits from 200 to 599, the same class on every line.
 */
int reply_feed(struct reply *r, struct bytes *in, struct error *e);

/* Has part of a reply been eaten and not its end? */
bool reply_partial(const struct reply *r);

#endif
