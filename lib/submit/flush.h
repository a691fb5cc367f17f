/*
 * A run over the spool: what is due is tried again.
 */
#ifndef SUBMIT_FLUSH_H
#define SUBMIT_FLUSH_H

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

/*
 * After a letter was sent: does more wait for its account?  Then a process of
 * its own sends it, and the caller need not wait.
 */
void flush_drain(const struct letter *l, const struct request *r);

/* Deliver what waits for a letter's account, in a process of its own. */
void flush_in_background(const struct letter *l, const struct request *r);

#endif
