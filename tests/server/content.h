/*
 * The content of a message as it stands on the wire (RFC 5321, 4.5.2): found
 * its end, taken off its dots, and looked at for what must not be there.
 * Strict: CRLF alone ends a line, and CRLF "." CRLF alone ends the content.
 */
#ifndef SERVER_CONTENT_H
#define SERVER_CONTENT_H

#include <stdio.h>

#include "base/bytes.h"

enum content_state {
	CONTENT_START,  /* at the start of a line */
	CONTENT_DOT,    /* behind the dot that starts one */
	CONTENT_DOT_CR, /* and behind a CR too */
	CONTENT_TEXT,   /* within a line */
	CONTENT_ENDED
};

struct content {
	FILE *to; /* borrowed; NULL: thrown away */
	enum content_state state;
	char last;      /* the last octet written */
	size_t octets;  /* without the dots that were stuffed in */
	size_t lines;   /* that CRLF ended */
	size_t line;    /* octets of the line so far */
	size_t longest; /* of a line, CRLF not counted */
	size_t stuffed; /* dots taken off */
	size_t bare_cr, bare_lf, nul;
	bool eight_bit;
};

#define CONTENT(file) ((struct content){ .to = (file) })

/* Take content off *in, until it runs dry or the content has ended. */
void content_feed(struct content *c, struct bytes *in);

/* Take exactly in (BDAT, RFC 3030): no dots, no end. */
void content_chunk(struct content *c, struct bytes in);

#endif
