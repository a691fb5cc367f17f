/*
 * Where the body of a message is kept: in memory while it is small, in an
 * unnamed temporary file beyond that.  For lib/mail and lib/compose.
 */
#ifndef MAIL_BODY_H
#define MAIL_BODY_H

#include "mail/message.h"

enum { BODY_BLOCK = 64 << 10 };

/* Put text behind what there is.  tmp_dir as in struct intake. */
int body_keep(
    struct message *m, struct bytes text, const char *tmp_dir, struct error *e);

/*
 * Set *block to the octets from at on: at most BODY_BLOCK, none at the end,
 * to the end of a line wherever one ends there, else not cutting a character
 * or a CRLF in two.  Borrowed from m or from room, until either changes.
 */
int body_block(const struct message *m, int64_t at, struct buf *room,
    struct bytes *block, struct error *e);

#endif
