#include "mail/canon.h"

#include <string.h>

bool
canon_eight_bit(struct bytes text)
{
	uint64_t word, any = 0;
	size_t i;

	for (i = 0; i + sizeof(word) <= text.n; i += sizeof(word)) {
		memcpy(&word, text.p + i, sizeof(word));
		any |= word;
	}
	for (; i < text.n; i++)
		any |= (unsigned char)text.p[i];
	return (any & UINT64_C(0x8080808080808080)) != 0;
}

size_t
canon_trailing_crs(struct bytes text)
{
	size_t n = 0;

	while (n < text.n && text.p[text.n - 1 - n] == '\r')
		n++;
	return n;
}

static int64_t
count_nuls(struct bytes text)
{
	int64_t n = 0;

	for (;;) {
		text = bytes_skip(text, bytes_index(text, '\0'));
		if (text.n == 0)
			return n;
		text = bytes_skip(text, 1);
		n++;
	}
}

static void
flush(struct canon *c)
{
	struct bytes block = { c->out, c->n };
	struct message_facts *facts = &c->m->facts;

	c->n = 0;
	if (c->e->kind != ERR_NONE || block.n == 0)
		return;
	if (body_keep(c->m, block, c->how->tmp_dir, c->e) < 0)
		return;
	facts->size += (int64_t)block.n;
	facts->body_8bit = facts->body_8bit || canon_eight_bit(block);
	c->nuls += count_nuls(block);
}

static void
put(struct canon *c, struct bytes text)
{
	while (text.n > BODY_BLOCK - c->n) {
		size_t room = BODY_BLOCK - c->n;

		memcpy(c->out + c->n, text.p, room);
		c->n = BODY_BLOCK;
		text = bytes_skip(text, room);
		flush(c);
	}
	if (text.n > 0)
		memcpy(c->out + c->n, text.p, text.n);
	c->n += text.n;
}

static void
put_text(struct canon *c, struct bytes text)
{
	put(c, text);
	c->column += text.n;
}

static void
put_line_end(struct canon *c)
{
	struct message_facts *facts = &c->m->facts;

	put(c, BYTES("\r\n"));
	facts->lines++;
	if (c->column > facts->longest)
		facts->longest = c->column;
	c->column = 0;
}

static void
put_bare_cr(struct canon *c)
{
	c->m->facts.bare_cr = true;
	put_line_end(c);
}

/* What was withheld ended nothing: the dot is data, each CR a line end. */
static void
release(struct canon *c)
{
	if (c->dot)
		put_text(c, BYTES("."));
	c->dot = false;
	for (; c->crs > 0; c->crs--)
		put_bare_cr(c);
}

static void
put_words(struct canon *c, struct bytes text)
{
	size_t n;

	release(c);
	while ((n = bytes_index(text, '\r')) < text.n) {
		put_text(c, bytes_head(text, n));
		put_bare_cr(c);
		text = bytes_skip(text, n + 1);
	}
	put_text(c, text);
}

void
canon_init(struct canon *c, struct message *m, const struct intake *how,
    struct error *e)
{
	c->m = m;
	c->how = how;
	c->e = e;
	c->fresh = true;
	c->dot = false;
	c->crs = c->column = c->n = 0;
	c->nuls = 0;
}

void
canon_text(struct canon *c, struct bytes text)
{
	size_t crs = canon_trailing_crs(text);

	if (text.n == 0)
		return;
	text.n -= crs;
	if (c->fresh && text.n == 1 && text.p[0] == '.' &&
	    c->how->lone_dot_ends)
		c->dot = true;
	else if (text.n > 0)
		put_words(c, text);
	c->crs += crs;
	c->fresh = false;
}

bool
canon_lf(struct canon *c)
{
	if (c->dot)
		return false;
	c->crs = 0;
	put_line_end(c);
	c->fresh = true;
	return true;
}

void
canon_over(struct canon *c)
{
	if (!c->dot) {
		release(c);
		c->m->facts.unended = c->m->facts.unended || c->column > 0;
		if (c->column > 0)
			put_line_end(c);
	}
	flush(c);
	c->m->facts.nul = c->nuls > 0;
	c->m->coded_size = c->m->facts.size - c->nuls;
}
