/*
 * Who speaks to us over a Unix socket: the kernel says it, and he cannot say
 * anything else.
 */
#ifndef SUBMIT_PEER_H
#define SUBMIT_PEER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

struct peer {
	uid_t uid;
	bool named;     /* the machine has a user with that uid */
	char login[64]; /* his name, printed clean; "" when that is not ASCII */
};

/* False when fd is no Unix socket: nobody knows who is behind it then. */
bool peer_find(struct peer *p, int fd);

/* Is he root, or the user that we run as? */
bool peer_trusted(const struct peer *p);

/* Add "uid 1000, login jane", fit for a comment (RFC 5322, 3.2.2). */
void peer_add(struct buf *out, const struct peer *p);

#endif
