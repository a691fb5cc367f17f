/*
 * What is known of a message that waits: its envelope and its history, as
 * lines of text (sendoff-spool(5)).  Each line has its own checksum, so that
 * lines can be added behind the others and one that was cut off is noticed.
 */
#ifndef SPOOL_ENTRY_H
#define SPOOL_ENTRY_H

#include <stdint.h>

#include "base/buf.h"
#include "mail/envelope.h"

enum {
	ENTRY_ID = 20,         /* an id with its terminator */
	ENTRY_MOST = 64 << 20, /* octets of all its lines */
	ENTRY_BRIEF = 64,      /* of entry_write_brief()'s line, at most */
	ENTRY_TRY = 1024,      /* of entry_write_try()'s line and the shorter */
	ENTRY_HISTORY = 64 * ENTRY_TRY /* what can be told of at the least */
};

/* A setting that was made for this message alone, over the account's. */
struct entry_option {
	char *key, *value; /* owned */
};

struct entry {
	char id[ENTRY_ID];
	char *account;                /* owned: its name */
	struct entry_option *options; /* owned */
	size_t options_n;
	int64_t arrived;     /* seconds since the epoch */
	int64_t uid;         /* who handed it in */
	bool report;         /* a report: none is made about it */
	bool international;  /* struct message */
	struct envelope env; /* owned: who was open when it was kept */
	bool complete;       /* all of the above is there */

	/* its history */
	unsigned tries;
	int64_t tried, next; /* seconds; 0: never, at once */
	bool warned;         /* that it is late */
	char why[256];       /* what the last try came to, fit to be shown */
};

void entry_init(struct entry *n);
void entry_clear(struct entry *n);

/* Add a copy of an option.  -1 when memory is out. */
int entry_option(
    struct entry *n, const char *key, const char *value, struct error *e);

/* Add the lines that say all of it but its history. */
void entry_write(const struct entry *n, struct buf *out);

/* With an envelope of so many octets, is there room for what must be told, of
   each recipient, too? */
bool entry_fits(const struct entry *n, size_t octets);

/* Add a line of history: the i-th recipient was decided about for good. */
void entry_write_done(const struct entry *n, size_t i, struct buf *out);

/* The same without the words of the reply. */
void entry_write_brief(const struct entry *n, size_t i, struct buf *out);

/* ... it was tried, and will be again; ... it will be then, after all; ... its
   sender was warned. */
void entry_write_try(const struct entry *n, struct buf *out);
void entry_write_due(const struct entry *n, struct buf *out);
void entry_write_warned(struct buf *out);

/*
 * Read lines into n, which was initialised.  What is behind the first line that
 * was cut off or damaged is not read: *whole is the octets up to there.
 * ERR_SPOOL when what stands before it is no entry.
 */
int entry_read(
    struct entry *n, struct bytes text, size_t *whole, struct error *e);

/* Is anybody open? */
bool entry_open(const struct entry *n);

/* Is it an id, so that it can be a file's name? */
bool entry_is_id(struct bytes text);

#endif
