/*
 * The text of a message that is made here: taken in whole, its charset
 * checked, its line ends made canonical, and an encoding chosen.  Private to
 * lib/compose.
 */
#ifndef COMPOSE_TEXT_H
#define COMPOSE_TEXT_H

#include "compose/lines64.h"
#include "mail/message.h"

enum text_coding { TEXT_7BIT, TEXT_QP, TEXT_BASE64 };

/* All borrowed. */
struct text_source {
	int fd;
	const char *what;    /* "the body", for complaints */
	const char *charset; /* that it is in */
	bool keep;           /* it leaves in that; else as UTF-8 */
};

struct text {
	struct message kept; /* private, owned: of which the body is used */
	const char *charset; /* to declare: us-ascii, UTF-8, the source's */
	enum text_coding coding;
};

void text_init(struct text *t);
void text_clear(struct text *t);

/*
 * Take in all that fd has.  ASCII in lines of at most 998 octets is 7bit, other
 * ASCII quoted-printable; all else quoted-printable or base64, whichever is
 * shorter.  What cannot be kept in its charset, because lines cannot be told in
 * it (UTF-16), becomes UTF-8 all the same.  ERR_MESSAGE, naming the octet, for
 * what is not of the charset; ERR_USAGE for an unknown charset; ERR_IO when
 * reading or storing fails.
 */
int text_read(struct text *t, const struct text_source *from, struct error *e);

/*
 * Keep what comes from fd as it comes, to be saved.  After an ERR_MESSAGE of
 * text_read() it has been kept so.
 */
void text_rescue(struct text *t, int fd);

/* "7bit", "quoted-printable" or "base64". */
const char *text_coding_name(const struct text *t);

/* Reading it as it is to leave; t outlives it. */
struct text_reader {
	const struct text *t; /* borrowed */
	int64_t at;           /* private */
	struct buf block;     /* private, owned */
	size_t column;        /* private */
	struct lines64 lines; /* private */
};

void text_reader_init(struct text_reader *r, const struct text *t);
void text_reader_clear(struct text_reader *r);

/* Add the next piece to out.  1: there may be more, 0: that was all, or -1. */
int text_next(struct text_reader *r, struct buf *out, struct error *e);

#endif
