/*
 * The ways that a run over an account's messages has gone: its own, and those of
 * messages that bring settings along.  One that does not work is not tried with
 * every message.
 */
#ifndef QUEUE_WAY_H
#define QUEUE_WAY_H

#include "spool/entry.h"

enum { WAYS_MOST = 16 };

struct way {
	uint32_t settings; /* their checksum */
	unsigned failed;   /* messages, since the last that did not */
	bool dead;         /* no use in going on */
	struct error why;
};

/* Starts as all zeros. */
struct ways {
	struct way at[WAYS_MOST];
	size_t n; /* how many were new; the oldest make place */
};

/* The way of a message; NULL: nobody went it, or not lately. */
struct way *way_known(struct ways *w, const struct entry *n);

/* The same, noted if it is new. */
struct way *way_of(struct ways *w, const struct entry *n);

#endif
