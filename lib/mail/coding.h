/*
 * How a body leaves that must not leave as it is.  For lib/mail and lib/compose.
 */
#ifndef MAIL_CODING_H
#define MAIL_CODING_H

#include "mail/message.h"

/*
 * Add the next block of a canonical body, as body_block() gives it, in this
 * coding.  *column is 0 at first, and kept from one block to the next.
 */
void coding_add(enum message_coding coding, struct buf *out, struct bytes block,
    size_t *column);

#endif
