/*
 * Telling the sender of a message of the spool that it will not arrive, is
 * late, or went where no reports are made (RFC 3461, 3464).  What is told goes
 * into the spool like any other message, with the null reverse-path, before it
 * is written down that it was told.
 */
#ifndef QUEUE_NOTIFY_H
#define QUEUE_NOTIFY_H

#include "spool/item.h"
#include "submit/letter.h"

/*
 * Of the recipients that were refused and of whom nothing is written down yet,
 * if there is somebody to tell: about a report none is made.  ERR_SPOOL when it
 * cannot be told.
 */
int notify_failed(
    struct letter *l, const struct request *r, struct item *i, struct error *e);

/*
 * What was decided about a recipient that was refused when it should be told and
 * there is nobody to tell; NULL: all is told that should be.  Borrowed.
 */
const struct verdict *notify_untold(
    const struct letter *l, const struct item *i);

/*
 * A report that was refused for the message in it is kept once more without: 0,
 * or 1 when there is no shorter one.  ERR_SPOOL when it cannot be kept.
 */
int notify_shorter(struct letter *l, const struct request *r, struct item *i,
    const struct verdict *refused, struct error *e);

/* Of those who wait, once, when the account wants it: is it time? */
bool notify_is_late(
    const struct letter *l, const struct request *r, const struct item *i);
int notify_late(
    struct letter *l, const struct request *r, struct item *i, struct error *e);

/*
 * Of those who have it now, and of whom nothing is written down yet, when their
 * success was to be told and the server that took it makes no reports (RFC 3461,
 * 5.2.2): that it was relayed.  notify_relays(): is there any such?
 */
bool notify_relays(const struct letter *l, const struct item *i);
int notify_relayed(
    struct letter *l, const struct request *r, struct item *i, struct error *e);

/* The same of a letter that was sent at once, if its account uses the spool. */
int notify_relayed_at_once(
    struct letter *l, const struct request *r, struct error *e);

#endif
