/*
 * A message as a session sends it: what it must know of it in front, and the
 * pieces, one by one.
 */
#ifndef CLIENT_CONTENT_H
#define CLIENT_CONTENT_H

#include "mail/message.h"
#include "smtp/session.h"

struct content {
	struct smtp_message smtp; /* for the session */
	struct message *message;  /* borrowed */
	struct message_reader reader;
	int64_t given; /* octets handed to the session */
};

/*
 * Measure m, which stays borrowed.  A server that takes no 8-bit text makes it
 * be re-encoded.
 */
void content_init(struct content *c, struct message *m);
void content_clear(struct content *c);

/* Give the session the piece that it wants (SMTP_BODY). */
int content_give(struct content *c, struct smtp *s, struct error *e);

#endif
