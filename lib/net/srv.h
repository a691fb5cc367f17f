/*
 * Where a domain has a service: its SRV records (RFC 2782), asked for aside
 * (net/aside.h).  An answer is somebody else's bytes, and without DNSSEC
 * anybody's: whoever connects there must know whom he meets by other means.
 */
#ifndef NET_SRV_H
#define NET_SRV_H

#include <stdint.h>

#include "base/error.h"
#include "base/here.h"

/* What is beyond SRV_MOST is not looked at. */
enum { SRV_MOST = 32, SRV_HOST = 256 };

struct srv_target {
	char host[SRV_HOST]; /* ASCII, no dot at its end */
	unsigned port, priority, weight;
};

struct srv_targets {
	struct srv_target at[SRV_MOST];
	size_t n;
	bool refused; /* "decidedly not available": "." is the only target */
};

/*
 * The targets in a DNS message (RFC 1035, 4.1), in its order.  Those that are
 * no host or have no port are left out.  false: it is no answer.
 */
bool srv_read(struct srv_targets *to, struct bytes message);

/*
 * Sort into the order in which to try them: by priority, and within one at
 * random, by weight, as RFC 2782 has it.
 */
void srv_order(struct srv_targets *all, const struct here *here);

/*
 * Ask for the SRV records of name: the octets of the answer, which has room
 * for so many, or -1 and *why (h_errno of netdb.h).  It may take its time.
 */
typedef int srv_lookup(
    const char *name, unsigned char *answer, int room, int *why);

/* The system's resolver. */
int srv_system(const char *name, unsigned char *answer, int room, int *why);

/*
 * What name ("_submission._tcp.example.org") has, in the order of the answer;
 * nothing when the name does not exist or has no such record.  ERR_RESOLVE
 * (transient) when nobody could tell, ERR_TIMEOUT at the deadline (ticks; 0:
 * none).
 */
int srv_find(const char *name, int64_t deadline, srv_lookup *lookup,
    struct srv_targets *found, struct error *e);

#endif
