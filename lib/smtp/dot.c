#include "smtp/dot.h"

static void
stuff(struct dot *d, struct buf *out)
{
	buf_addc(out, '.');
	d->stuffed++;
}

void
dot_add(struct dot *d, struct buf *out, struct bytes piece)
{
	size_t n;

	if (piece.n == 0)
		return;
	if (!d->inside && piece.p[0] == '.')
		stuff(d, out);
	d->inside = piece.p[piece.n - 1] != '\n';
	d->after_cr = piece.p[piece.n - 1] == '\r';
	while ((n = bytes_find(piece, BYTES("\n."))) < piece.n) {
		buf_add(out, bytes_head(piece, n + 1));
		stuff(d, out);
		piece = bytes_skip(piece, n + 1);
	}
	buf_add(out, piece);
}

void
dot_end(struct dot *d, struct buf *out)
{
	if (d->inside)
		buf_adds(out, d->after_cr ? "\n" : "\r\n");
	buf_adds(out, ".\r\n");
}
