/*
 * An owned buffer that grows up to a ceiling.  Failing is sticky: a buffer
 * that ran out of room or memory takes nothing more and says so when asked
 * once, at the end.  What it held is wiped whenever it moves or goes, so
 * secrets may live in one.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/bytes.h"

enum buf_state { BUF_OK, BUF_FULL, BUF_NOMEM };

struct buf {
	char *p;     /* owned; NULL until something is added */
	size_t n;    /* bytes held */
	size_t room; /* bytes allocated */
	size_t max;  /* ceiling for n */
	enum buf_state state;
};

/* An empty buffer that may grow to max bytes; allocates nothing. */
#define BUF(max_bytes) ((struct buf){ .max = (max_bytes) })
void buf_init(struct buf *b, size_t max);

/* Wipe and free; the buffer stays usable, its ceiling as it was. */
void buf_clear(struct buf *b);

/* Forget the content (wiped), keep the memory and clear a failure. */
void buf_reset(struct buf *b);

void buf_add(struct buf *b, struct bytes what);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* b fails as part has failed, if it has: part was to go into b. */
void buf_share(struct buf *b, const struct buf *part);

/*
 * Room for n more bytes at the end: their address, or NULL when the buffer
 * fails.  What the caller writes there counts after buf_grew().
 */
char *buf_room(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);

/* Drop the first n bytes; the rest moves to the front. */
void buf_drop(struct buf *b, size_t n);

/* Cut to the first n bytes. */
void buf_cut(struct buf *b, size_t n);

/* The content, borrowed until the buffer next changes. */
struct bytes buf_bytes(const struct buf *b);

/*
 * The content as a string, terminated (the terminator does not count in n),
 * borrowed; "" when the buffer is empty or has failed.
 */
const char *buf_text(struct buf *b);

/* Did everything added so far fit? */
bool buf_ok(const struct buf *b);

#endif
