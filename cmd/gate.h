/*
 * Who comes to -bs over a Unix socket, and how much of it he may have: what
 * the limit_* keys say, for all but root and the user that we run as.
 */
#ifndef CMD_GATE_H
#define CMD_GATE_H

#include "submit/peer.h"
#include "submit/quota.h"
#include "submit/request.h"

struct gate {
	const struct here *here; /* borrowed */
	bool known;              /* there is a peer */
	struct peer peer;
	struct conf_limits limits; /* all 0: there are none */
	struct quota quota;        /* owned */
};

/* -1: he may not come in now, and e says why, for him. */
int gate_open(struct gate *g, const struct request *r, struct error *e);
void gate_close(struct gate *g);

/* The peer, or NULL; borrowed from g. */
const struct peer *gate_peer(const struct gate *g);

/*
 * One more message, for a struct service_plan whose ctx is the gate: -1 and
 * when to come again.
 */
int gate_admit(void *ctx, struct error *e);

#endif
