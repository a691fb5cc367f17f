/*
 * Making a message (RFC 5322, MIME) out of its parts: header fields, a text,
 * files.  What comes out is a stream that intake reads like any message: 7-bit,
 * in canonical lines, without the fields that every message gets on its way,
 * such as Date.
 */
#ifndef COMPOSE_COMPOSE_H
#define COMPOSE_COMPOSE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/here.h"

enum { ATTACHMENTS_MOST = 256 };

/* A field; all text is UTF-8, without control characters. */
struct compose_field {
	const char *origin; /* where it comes from, for complaints: "--to" */
	const char *name;   /* "To"; NULL: the value is "Name: text" */
	const char *value; /* text, or a list of addresses, as the name wants */
};

struct attachment {
	const char *path; /* "-": the input */
	const char *name; /* to call it by, UTF-8, no path; or "" */
	const char *type; /* "type/subtype"; NULL: by its name */
};

/* All borrowed. */
struct composition {
	/*
	 * Several of one name add up to one field where they are address lists
	 * and have a name of their own; else fields that a message has once are
	 * there once.
	 */
	const struct compose_field *fields;
	size_t fields_n;
	const struct attachment *attachments;
	size_t attachments_n;
	const char *html;    /* a file, beside the text; "-": the text is HTML;
	                        or NULL */
	const char *charset; /* of text and HTML; NULL: UTF-8 */
	bool keep_charset;   /* they leave in it; else as UTF-8 */
};

struct message;
struct compose; /* opaque */

/*
 * What is borrowed, e too, is so until the end; e gets all that goes wrong.
 * NULL and ERR_OS when memory is out.
 */
struct compose *compose_new(const struct composition *what, int input,
    const struct here *here, struct error *e);
void compose_free(struct compose *c); /* NULL is fine */

/*
 * Look at everything, open all files and read the text from input, unless an
 * attachment is what stands there.  ERR_USAGE for fields that cannot stand,
 * ERR_ADDRESS for no address, ERR_NOINPUT for files, ERR_MESSAGE for text that
 * is not of its charset, ERR_IO.
 */
int compose_begin(struct compose *c);

/*
 * No message comes of it: the text from input, read as far as it was not yet,
 * becomes the body of m, which is fresh, for somebody to save it.  False where
 * input is attached, or a terminal that was not asked yet.
 */
bool compose_rescue(struct compose *c, struct message *m);

/* The next octets of the message: struct intake's read, the struct its ctx. */
ssize_t compose_read(void *ctx, char *to, size_t room);

#endif
