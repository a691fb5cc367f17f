#include "compose/lines64.h"

#include <string.h>

#include "base/base64.h"

static void
add_line(struct buf *out, struct bytes what)
{
	base64_encode(out, what);
	buf_adds(out, "\r\n");
}

static void
hold(struct lines64 *l, struct bytes what)
{
	if (what.n > 0)
		memcpy(l->held + l->n, what.p, what.n);
	l->n += what.n;
}

void
lines64_add(struct lines64 *l, struct buf *out, struct bytes what)
{
	struct bytes first = bytes_head(what, LINES64_TAKES - l->n);

	if (l->n > 0) {
		hold(l, first);
		what = bytes_skip(what, first.n);
		if (l->n == LINES64_TAKES)
			lines64_end(l, out);
	}
	for (; what.n >= LINES64_TAKES; what = bytes_skip(what, LINES64_TAKES))
		add_line(out, bytes_head(what, LINES64_TAKES));
	hold(l, what);
}

void
lines64_end(struct lines64 *l, struct buf *out)
{
	if (l->n > 0)
		add_line(out, (struct bytes){ l->held, l->n });
	l->n = 0;
}

int64_t
lines64_length(int64_t n)
{
	int64_t lines = (n + LINES64_TAKES - 1) / LINES64_TAKES;

	return (n + 2) / 3 * 4 + 2 * lines;
}
