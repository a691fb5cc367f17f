/*
 * A file that goes with a message.  Private to lib/compose.
 */
#ifndef COMPOSE_ATTACHED_H
#define COMPOSE_ATTACHED_H

#include "compose/compose.h"
#include "compose/lines64.h"

struct attached {
	const struct attachment *what; /* borrowed */
	int64_t left;    /* octets that are still to come; -1: nobody knows */
	int fd;          /* -1: not open */
	bool owned;      /* fd is ours to close */
	struct buf type; /* owned: for Content-Type */
	struct lines64 lines;
};

/* Not open; clearing it is fine. */
void attached_init(struct attached *a);
void attached_clear(struct attached *a);

/*
 * Open a file for reading: ERR_NOINPUT, with its name, when that cannot be, or
 * it is a directory.  path "-" is input, which is not closed; another name for
 * a pipe that input is: ERR_USAGE.
 */
int file_open(const char *path, int input, struct error *e);

/*
 * Open it, and find out its type.  ERR_USAGE for a type that is none, or that
 * base64 must not be put on.
 */
int attached_open(struct attached *a, const struct attachment *what, int input,
    struct error *e);

/*
 * It is to be read now: look at its text for the charset, and note how much
 * there is.  ERR_IO.
 */
int attached_begin(struct attached *a, struct error *e);

/* Add the header of its part, with the empty line behind it. */
void attached_head(const struct attached *a, struct buf *out);

/*
 * Add the next lines of its content, in base64.  1: there may be more, 0: that
 * was all, -1 and ERR_IO when it cannot be read, or is shorter than it was.  Of
 * a file that grows meanwhile there is as much as there was.
 */
int attached_next(struct attached *a, struct buf *out, struct error *e);

#endif
