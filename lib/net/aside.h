/*
 * Work that knows no deadline, such as the resolver's: it runs in a thread of
 * its own, which is left behind when it is too slow.  Private to lib/net.
 */
#ifndef NET_ASIDE_H
#define NET_ASIDE_H

#include <pthread.h>
#include <stdint.h>

#include "base/error.h"

/* Allocated; the first member of what the work reads and writes. */
struct aside {
	/* of the asker */
	void (*work)(struct aside *a); /* in the thread */
	void (*free)(struct aside *a); /* in the thread, if left behind */

	/* private */
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool done, left_behind;
};

/*
 * Do the work, no longer than until the deadline (ticks; 0: none) or until we
 * are asked to stop.  1 when it is done; 0 when it was left behind: then *a is
 * the thread's, who frees it; -1 and ERR_OS when it could not begin.  But for
 * 0 the asker frees.
 */
int aside_run(struct aside *a, int64_t deadline, struct error *e);

/* The error for 0: ERR_TIMEOUT, or that of base/stop.h; about what; -1. */
int aside_too_slow(const char *host, struct error *e);

#endif
