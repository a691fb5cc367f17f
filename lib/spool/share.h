/*
 * How much of what waits is somebody's.
 */
#ifndef SPOOL_SHARE_H
#define SPOOL_SHARE_H

#include "spool/spool.h"

enum { SHARE_ALL = -1, SHARE_BLOCK = 4096 };

/*
 * May so many octets be added to what waits, is kept back or is dead, when most
 * is what uid may have handed in of it (SHARE_ALL: anybody)?  1 yes, 0 no; -1,
 * ERR_SPOOL when it cannot be known.  A file counts as the SHARE_BLOCKs that it
 * takes.  Whose it is stands in it: files are opened only when all of them are
 * more than most, and until it is known.  Nobody is kept from adding meanwhile.
 */
int spool_may_add(struct spool *s, int64_t uid, int64_t octets, int64_t most,
    struct error *e);

#endif
