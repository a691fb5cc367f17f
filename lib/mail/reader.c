/*
 * Reading a message as it is to leave.
 */
#include "mail/body.h"
#include "mail/coding.h"
#include "mail/parts.h"

enum { ADDED, FIELDS, EMPTY_LINE, BODY, END };

/*
 * An octet may become three, and 76 of them a line end more; a part of few
 * octets gets a field in its header, which comes all at once.
 */
enum { PIECE_MAX = HEADER_MAX + 16 * BODY_BLOCK };

void
message_reader_init(struct message_reader *r, struct message *m)
{
	*r = (struct message_reader){ .m = m,
		.part = ADDED,
		.piece = BUF(PIECE_MAX),
		.block = BUF(BODY_BLOCK) };
}

void
message_reader_clear(struct message_reader *r)
{
	buf_clear(&r->piece);
	buf_clear(&r->block);
	parts_free(r->parts);
}

/* The next run of fields that were not dropped: they stand together. */
static struct bytes
next_fields(struct message_reader *r)
{
	const struct message *m = r->m;
	struct bytes run = { 0 };

	while (r->field < m->n && m->fields[r->field].dropped)
		r->field++;
	if (r->field < m->n)
		run.p = m->fields[r->field].whole.p;
	while (r->field < m->n && !m->fields[r->field].dropped &&
	    (run.n == 0 || m->fields[r->field].whole.p == run.p + run.n))
		run.n += m->fields[r->field++].whole.n;
	return run;
}

static bool
as_stored(const struct message *m)
{
	return m->coding == CODING_NONE && !m->facts.nul;
}

static void
code(struct message_reader *r, struct bytes block)
{
	enum message_coding coding = r->m->coding;

	buf_reset(&r->piece);
	if (coding == CODING_PARTS || coding == CODING_PARTS_7BIT) {
		if (r->parts == NULL)
			r->parts = parts_new(r->m);
		if (r->parts == NULL)
			r->piece.state = BUF_NOMEM;
		else
			parts_add(r->parts, &r->piece, block);
	} else
		coding_add(coding, &r->piece, block, &r->column);
}

/* The next piece of the body that is not empty, or its end. */
static int
next_body(struct message_reader *r, struct bytes *piece, struct error *e)
{
	struct bytes block;

	do {
		if (body_block(r->m, r->at, &r->block, &block, e) < 0)
			return -1;
		r->at += (int64_t)block.n;
		*piece = block;
		if (as_stored(r->m))
			return 0;
		code(r, block);
		if (!buf_ok(&r->piece))
			return error_set(e, ERR_OS, "out of memory");
		*piece = buf_bytes(&r->piece);
	} while (block.n > 0 && piece->n == 0);
	return 0;
}

static int
next_of_part(struct message_reader *r, struct bytes *piece, struct error *e)
{
	*piece = (struct bytes){ 0 };
	switch (r->part) {
	case ADDED:
		*piece = buf_bytes(&r->m->added);
		break;
	case FIELDS:
		*piece = next_fields(r);
		break;
	case EMPTY_LINE:
		*piece = BYTES("\r\n");
		break;
	case BODY:
		return next_body(r, piece, e);
	}
	return 0;
}

/* Only the fields and the body come in more pieces than one. */
static void
go_on(struct message_reader *r, bool got_some)
{
	if (!got_some || r->part == ADDED || r->part == EMPTY_LINE)
		r->part++;
}

int
message_next(struct message_reader *r, struct bytes *piece, struct error *e)
{
	do {
		if (next_of_part(r, piece, e) < 0)
			return -1;
		if (r->part < END)
			go_on(r, piece->n > 0);
	} while (piece->n == 0 && r->part < END);
	return 0;
}
