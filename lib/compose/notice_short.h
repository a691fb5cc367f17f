/*
 * A notice (compose/notice.h) that a server did not take with the message in
 * it, made short enough to have another chance.
 */
#ifndef COMPOSE_NOTICE_SHORT_H
#define COMPOSE_NOTICE_SHORT_H

#include "mail/message.h"

/*
 * Make a notice that returns the header alone of one that returns the message,
 * as notice_make() did, perhaps with a coding since: to is a message just
 * initialised, and afterwards as if read.  1 when there is nothing to leave
 * out, or the rest would be too large to be done so.  ERR_IO, ERR_OS.
 */
int notice_shorten(struct message *to, struct message *notice, struct error *e);

#endif
