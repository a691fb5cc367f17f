/*
 * Which hosts did not answer lately, so that nobody waits for them again and
 * again: in memory for a run, and in files (submit/facts.h) for the runs after
 * it and beside it.  A host that failed is tried behind the others, for a
 * minute at first, and for twice as long each time it fails anew, up to an
 * hour.  It is never left out.
 */
#ifndef SUBMIT_HEALTH_H
#define SUBMIT_HEALTH_H

#include "base/here.h"
#include "conf/account.h"

enum { HEALTH_HOSTS = 64, HEALTH_HOST = 320, HEALTH_PATH = 4096 };

struct health {
	const struct here *here;
	char path[HEALTH_PATH]; /* the directory; "": memory alone */
	struct health_fact {
		char host[HEALTH_HOST]; /* with its port */
		unsigned fails;         /* one behind another */
		int64_t since;          /* the last one, seconds (epoch) */
		bool kept;              /* there is a file */
	} known[HEALTH_HOSTS];          /* private, as is n */
	size_t n;
};

/* state is the directory of what is remembered, or NULL; borrowed is here. */
void health_init(struct health *h, const struct here *here, const char *state);

/*
 * See what other runs have noted, and put those that are down behind the
 * others; else the order stays.
 */
void health_order(struct health *h, struct account_host *at, size_t n);

/* Did it fail so lately that others come first?  As of health_order(). */
bool health_is_down(const struct health *h, const struct account_host *host);

/* It does not answer; why is kept for people, a line that is fit to be shown.
   While it is down already nothing changes. */
void health_note_down(
    struct health *h, const struct account_host *host, const char *why);

/* It answers: nothing to do, unless it had failed. */
void health_note_up(struct health *h, const struct account_host *host);

#endif
