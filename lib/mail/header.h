/*
 * The fields of a header that was taken in.  For lib/mail.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include "mail/message.h"

/* Slice m->header into m->fields.  ERR_MESSAGE for more than most. */
int header_index(struct message *m, size_t most, struct error *e);

#endif
