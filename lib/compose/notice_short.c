#include "compose/notice_short.h"

#include <string.h>

#include "compose/notice_text.h"

/* Octets of all but the message. */
enum { SHORT_MOST = 16 << 20, BOUNDARY_MOST = 80 };

/* What the next line is. */
enum at {
	BEFORE, /* of what stays */
	TYPE,   /* of the fields of a part */
	FIELDS, /* of the part that the message is in */
	HEADER, /* of the message's own header */
	BEHIND
};

struct cutting {
	struct buf out; /* owned: the short one */
	enum at at;
	char boundary[BOUNDARY_MOST]; /* its line; "": not seen yet */
	size_t header;                /* where in out the message begins */
	size_t field;                 /* and the last field of it */
	struct bytes rest;            /* of out: not read yet */
};

/* ---- line by line --------------------------------------------------------------- */

static const char *
short_type(struct bytes line)
{
	if (bytes_is(line, "Content-Type: message/rfc822"))
		return "Content-Type: text/rfc822-headers";
	if (bytes_is(line, "Content-Type: message/global"))
		return "Content-Type: message/global-headers";
	return NULL;
}

static void
add_line(struct cutting *c, struct bytes line)
{
	buf_add(&c->out, line);
	buf_adds(&c->out, "\r\n");
}

/* Nothing stands in front of the first one. */
static bool
is_boundary(struct cutting *c, struct bytes line)
{
	if (c->boundary[0] == '\0' && line.n < BOUNDARY_MOST &&
	    bytes_starts_case(line, "--=_")) {
		memcpy(c->boundary, line.p, line.n);
		c->boundary[line.n] = '\0';
	}
	return line.n > 0 && bytes_is(line, c->boundary);
}

static void
take_before(struct cutting *c, struct bytes line)
{
	if (bytes_is(line, NOTICE_HAS_ALL))
		line = BYTES(NOTICE_HAS_HEADER);
	if (is_boundary(c, line))
		c->at = TYPE;
	add_line(c, line);
}

static void
take_type(struct cutting *c, struct bytes line)
{
	const char *type = short_type(line);

	if (type != NULL)
		c->at = FIELDS;
	else if (line.n == 0)
		c->at = BEFORE;
	add_line(c, type != NULL ? bytes_of(type) : line);
}

/* A header that is too long ends in front of the field that makes it so. */
static void
take_header(struct cutting *c, struct bytes line)
{
	if (line.n == 0) {
		c->at = BEHIND;
		return;
	}
	if (line.p[0] != ' ' && line.p[0] != '\t')
		c->field = c->out.n;
	add_line(c, line);
	if (c->out.n - c->header > NOTICE_HEADER_MOST) {
		buf_cut(&c->out, c->field);
		c->at = BEHIND;
	}
}

static void
take_line(struct cutting *c, struct bytes line)
{
	switch (c->at) {
	case BEFORE:
		take_before(c, line);
		break;
	case TYPE:
		take_type(c, line);
		break;
	case FIELDS:
		add_line(c, line);
		if (line.n == 0)
			c->at = HEADER;
		c->header = c->field = c->out.n;
		break;
	case HEADER:
		take_header(c, line);
		break;
	case BEHIND:
		break;
	}
}

/* Pieces end where lines do, in what is fit to leave. */
static void
take_piece(struct cutting *c, struct bytes piece)
{
	while (piece.n > 0 && c->at != BEHIND) {
		struct bytes line = bytes_take(&piece, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		take_line(c, line);
	}
}

/* ---- all of it ------------------------------------------------------------------ */

static int
cut(struct cutting *c, struct message *notice, struct error *e)
{
	struct message_reader r;
	struct bytes piece;
	int rc;

	message_reader_init(&r, notice);
	while ((rc = message_next(&r, &piece, e)) == 0 && piece.n > 0 &&
	    c->at != BEHIND && buf_ok(&c->out))
		take_piece(c, piece);
	message_reader_clear(&r);
	buf_addf(&c->out, "\r\n%s--\r\n", c->boundary);
	if (rc == 0 && c->out.state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	return rc < 0 || (c->at == BEHIND && buf_ok(&c->out)) ? rc : 1;
}

static ssize_t
read_some(void *ctx, char *to, size_t room)
{
	struct cutting *c = ctx;
	struct bytes some = bytes_head(c->rest, room);

	if (some.n > 0)
		memcpy(to, some.p, some.n);
	c->rest = bytes_skip(c->rest, some.n);
	return (ssize_t)some.n;
}

int
notice_shorten(struct message *to, struct message *notice, struct error *e)
{
	struct cutting c = { .out = BUF(SHORT_MOST) };
	struct intake how = { .read = read_some, .ctx = &c };
	int rc = cut(&c, notice, e);

	if (rc == 0) {
		c.rest = buf_bytes(&c.out);
		rc = message_read(to, -1, &how, e);
		to->international = notice->international;
	}
	buf_clear(&c.out);
	return rc;
}
