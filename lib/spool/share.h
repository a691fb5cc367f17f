/*
 * How much of what waits is somebody's.
 */
#ifndef SPOOL_SHARE_H
#define SPOOL_SHARE_H

#include "spool/spool.h"

enum { SHARE_ALL = -1 };

/*
 * Nothing is kept by anybody else who does so, from now until the descriptor
 * that is returned is closed.  ERR_SPOOL.
 */
int spool_lock(struct spool *s, struct error *e);

/*
 * Octets of the files that wait, are kept back or could not be sent back, and
 * that uid handed in (SHARE_ALL: that anybody did).  Looks into each of them.
 * -1, ERR_SPOOL when it cannot be known.
 */
int64_t spool_share(struct spool *s, int64_t uid, struct error *e);

#endif
