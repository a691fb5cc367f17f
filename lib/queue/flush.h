/*
 * A run over the spool: what is due is tried again.
 */
#ifndef QUEUE_FLUSH_H
#define QUEUE_FLUSH_H

#include "submit/letter.h"

/* Which of those that wait; all borrowed, NULL: any.  A part of what it names
   is enough. */
struct flush_wish {
	const char *id, *sender, *recipient;
	const char *account; /* the whole of it */
	bool now;            /* though they are not due */
};

/*
 * Try what is due, an account's messages over one connection (or as many at
 * once as the account says, each a process of its own), accounts side by side.
 * Each message has its line in the log.  Any number of runs may be at work.
 * Returns the exit status: 0 when the run could be made, whatever became of the
 * messages.
 */
int flush(const struct request *r, const struct flush_wish *w);

/* Is there a spool to run over? */
bool flush_wanted(const struct request *r);

/*
 * After a letter was told of (struct request's then): a process of its own
 * sends what waits for its account, if this letter was to be sent in the
 * background, or its server takes mail now.  Of such there is one at a time for
 * an account, for many senders would have the server turn all of them away, and
 * one that waits for its end when there is something to be sent in the
 * background.  The caller has his answer.  Nothing is done for a client of the
 * service.
 */
void flush_after(
    const struct letter *l, const struct request *r, struct outcome o);

#endif
