#include "client/content.h"

#include <stddef.h>

static void
measure(struct content *c)
{
	const struct message *m = c->message;

	c->smtp.size = message_size(m);
	c->smtp.lines = m->facts.lines;
	c->smtp.body_8bit = message_body_8bit(m);
	c->smtp.header_8bit = message_header_8bit(m);
	c->smtp.header_utf8 = message_header_utf8(m);
	c->smtp.international = m->international;
}

/* The server takes no 8-bit text: send it as quoted-printable. */
static int
seven_bit(struct smtp_message *msg, struct error *e)
{
	struct content *c =
	    (struct content *)((char *)msg - offsetof(struct content, smtp));
	struct message *m = c->message;

	if (message_encode(m, message_advised(m, false), e) < 0)
		return -1;
	measure(c);
	return 0;
}

void
content_init(struct content *c, struct message *m)
{
	*c = (struct content){ .message = m, .smtp.seven_bit = seven_bit };
	measure(c);
	message_reader_init(&c->reader, m);
}

void
content_clear(struct content *c)
{
	if (c->message != NULL)
		message_reader_clear(&c->reader);
	c->message = NULL;
}

int
content_give(struct content *c, struct smtp *s, struct error *e)
{
	struct bytes piece;

	if (smtp_body_first(s)) {
		message_reader_clear(&c->reader);
		message_reader_init(&c->reader, c->message);
		c->given = 0;
	}
	if (message_next(&c->reader, &piece, e) < 0)
		return -1;
	smtp_body(s, piece);
	c->given += (int64_t)piece.n;
	return 0;
}
