/*
 * What is kept of a run, in one directory.  A file gets its name when it is
 * whole and not before:
 *
 *	conn-N.in        every octet of a connection, after TLS
 *	conn-N.log       both sides, a line each, '>' from the client
 *	conn-N.json      facts; the last file of a connection
 *	message-N.eml    content, dots taken off, whose dot was answered 2yz
 *	refused-N.eml    the same, answered otherwise
 *	unanswered-N.eml and not answered at all
 *	envelope-N.json  what came with it; stands before the content does
 */
#ifndef SERVER_STORE_H
#define SERVER_STORE_H

#include <stdio.h>

#include "base/buf.h"
#include "base/error.h"

/* A file without its name yet. */
struct draft {
	int directory; /* borrowed; -1: nothing is kept */
	FILE *f;       /* owned; NULL when nothing is kept */
	char name[64]; /* the one it has in the meantime */
};

/* Begin a file; a draft that keeps nothing when directory is -1. */
int draft_open(
    struct draft *d, int directory, const char *name, struct error *e);

/* Give it its name, or throw it away. */
void draft_keep(struct draft *d, const char *name);
void draft_drop(struct draft *d);

/* A whole small file at once. */
void store_text(int directory, const char *name, struct bytes text);

#endif
