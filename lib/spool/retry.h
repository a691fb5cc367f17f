/*
 * When to try again (RFC 5321, 4.5.4.1): soon at first, for most of what is
 * temporary is over soon, and ever more rarely.  A pure schedule: the clock and
 * the randomness are the caller's.
 */
#ifndef SPOOL_RETRY_H
#define SPOOL_RETRY_H

#include <stdbool.h>
#include <stdint.h>

enum {
	RETRY_LEAST = 5 * 60,
	RETRY_MOST = 4 * 60 * 60,
	RETRY_EXPIRE = 5 * 24 * 60 * 60,
	RETRY_FAR = 7 * 24 * 60 * 60,
	RETRY_LATE = 60 * 60, /* a try is, by more than that */
	RETRY_ENOUGH = 8      /* tries: by then the pauses are the longest */
};

/* In seconds; 0 is the default above. */
struct retry_plan {
	int64_t least;  /* between two tries */
	int64_t most;   /* the same; no less than least */
	int64_t expire; /* how old a message becomes before it is given up */
};

/*
 * Seconds from a try that has just failed to the next one.  age is how long ago
 * the message came, tries how many there were, this one too, and random any 32
 * bits.
 *
 * It is half of the age, which makes each pause half as long again as the one
 * before; no more than least doubled with every try, so that a message which
 * lay while nobody ran the spool is tried as a young one; between least and
 * most; and then up to a fifth more or less, so that what failed together does
 * not come back together.
 *
 * The last try is at the very expiry: the pause in front of it is cut short, or
 * grows by as much as least.  What has expired and yet is to be tried again
 * has no such end.
 */
int64_t retry_next(
    const struct retry_plan *p, int64_t age, unsigned tries, uint32_t random);

/* Is a message that old past its time? */
bool retry_expired(const struct retry_plan *p, int64_t age);

/* A try at hand; ages of the message, in seconds. */
struct retry_try {
	int64_t age;       /* now */
	int64_t meant_for; /* when it was to come */
	int64_t before;    /* when the one before came; not over 0: none did */
	unsigned tries;    /* with this one */
};

/*
 * Is the message to be given up, should this try fail?  It is, when this is the
 * one that was meant for the expiry.
 *
 * One that comes much later than it was meant to, because the machine slept or
 * was off or its clock has only now been set, may come before the network does.
 * So may one that somebody asks for early.  Neither is the last, and behind the
 * expiry it is tried on until there were RETRY_ENOUGH.
 */
bool retry_is_last(const struct retry_plan *p, const struct retry_try *t);

/*
 * Is it time for what is to be tried then?  Also when that is further off than
 * RETRY_FAR: the clock was set back since.
 */
bool retry_due(int64_t when, int64_t now);

#endif
