/*
 * How much of our work somebody has had: a small file for each user, which
 * all processes that serve him share.  It holds the time up to which what he has
 * sent is paid for; locks on single octets of it are his sessions, and end
 * with them, however they end.
 */
#ifndef SUBMIT_QUOTA_H
#define SUBMIT_QUOTA_H

#include <stdint.h>

#include "base/error.h"
#include "base/here.h"
#include "submit/peer.h"

struct quota {
	int fd; /* owned; -1: closed */
};

/*
 * Open p's file in dir, which is made if it is not there, and must be ours
 * alone.  Users without a name have one together, "others": whoever was given
 * a range of uids (subuid(5)) has them all.  ERR_OS when that cannot be.
 */
int quota_open(
    struct quota *q, const char *dir, const struct peer *p, struct error *e);
void quota_close(struct quota *q);

/* Is this session one of the first most at once?  -1: it cannot be known. */
int quota_enter(struct quota *q, int64_t most, struct error *e);

/*
 * One more message, of most a minute: 0 when it may come, and counts; else the
 * microseconds until one may, and nothing counts.  After a quiet minute all
 * of them may come at once, and then each in its turn.  -1: it cannot be
 * known.
 */
int64_t quota_take(
    struct quota *q, int64_t most, const struct here *here, struct error *e);

#endif
