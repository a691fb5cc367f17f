#include <string.h>

#include "tests/server/content.h"

static bool
has_eight_bit(struct bytes text)
{
	unsigned char all = 0;

	for (size_t i = 0; i < text.n; i++)
		all |= (unsigned char)text.p[i];
	return all >= 0x80;
}

static size_t
count(struct bytes text, char c)
{
	size_t n = 0;

	for (;;) {
		size_t at = bytes_index(text, c);

		if (at == text.n)
			return n;
		n++;
		text = bytes_skip(text, at + 1);
	}
}

/* Where the piece stands that ends with the next LF, or all of text. */
static struct bytes
piece_of(struct bytes text)
{
	size_t at = bytes_index(text, '\n');

	return bytes_head(text, at == text.n ? at : at + 1);
}

static void
end_of_line(struct content *c, struct bytes piece)
{
	char before = c->last;

	if (piece.n > 1)
		before = piece.p[piece.n - 2];
	if (before != '\r') {
		c->bare_lf++;
		return;
	}
	c->bare_cr--;
	if (c->line - 2 > c->longest)
		c->longest = c->line - 2;
	c->line = 0;
	c->lines++;
	c->state = CONTENT_START;
}

/* A piece of one line, the LF at its end at most. */
static void
text_piece(struct content *c, struct bytes piece)
{
	if (piece.n == 0)
		return;
	if (c->to != NULL)
		fwrite(piece.p, 1, piece.n, c->to);
	c->state = CONTENT_TEXT;
	c->octets += piece.n;
	c->line += piece.n;
	c->bare_cr += count(piece, '\r');
	c->nul += count(piece, '\0');
	c->eight_bit = c->eight_bit || has_eight_bit(piece);
	if (piece.p[piece.n - 1] == '\n')
		end_of_line(c, piece);
	c->last = piece.p[piece.n - 1];
}

void
content_chunk(struct content *c, struct bytes in)
{
	while (in.n > 0) {
		struct bytes piece = piece_of(in);

		text_piece(c, piece);
		in = bytes_skip(in, piece.n);
	}
}

void
content_feed(struct content *c, struct bytes *in)
{
	while (in->n > 0 && c->state != CONTENT_ENDED) {
		struct bytes piece = piece_of(*in);

		if (c->state == CONTENT_START && in->p[0] == '.') {
			c->state = CONTENT_DOT;
			piece.n = 1;
		} else if (c->state == CONTENT_DOT && in->p[0] == '\r') {
			c->state = CONTENT_DOT_CR;
			piece.n = 1;
		} else if (c->state == CONTENT_DOT_CR && in->p[0] == '\n') {
			c->state = CONTENT_ENDED;
			piece.n = 1;
		} else {
			c->stuffed += c->state == CONTENT_DOT ||
			    c->state == CONTENT_DOT_CR;
			if (c->state == CONTENT_DOT_CR)
				text_piece(c, BYTES("\r"));
			text_piece(c, piece);
		}
		*in = bytes_skip(*in, piece.n);
	}
}
