/*
 * What becomes of a message of the spool once it was tried.
 */
#ifndef QUEUE_SETTLE_H
#define QUEUE_SETTLE_H

#include "spool/item.h"
#include "submit/letter.h"

/*
 * Before a try: make sure that what came of it can be written down.  ERR_SPOOL
 * (transient) when the disk is full.
 */
int settle_prepare(struct item *i, const struct letter *l, struct error *e);

/*
 * Write down what came of a try, error included: who has it has it, who is
 * refused is told of to the sender, who is open is tried again later; a
 * message that nobody is open of is gone.  And a line into the log.  Returns
 * whether the sender may be told something.  What could not be written down is
 * in failed.
 */
bool settle(struct letter *l, const struct request *r, struct item *i,
    struct error *e, struct error *failed);

/*
 * What is left to do of a message that nobody is open of any more, where that
 * could not be done at once: it is gone, or among the dead.
 */
int settle_rest(
    struct letter *l, const struct request *r, struct item *i, struct error *e);

/* The same of one that is not tried: its sender may be told that it is late. */
int settle_late(
    struct letter *l, const struct request *r, struct item *i, struct error *e);

#endif
