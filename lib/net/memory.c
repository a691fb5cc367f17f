#include "net/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

struct memory_wire {
	struct wire wire;
	struct bytes in;
	size_t piece;
	struct buf *out; /* borrowed */
};

static ssize_t
memory_read(struct wire *w, char *p, size_t n, struct error *e)
{
	struct memory_wire *m = (struct memory_wire *)w;
	struct bytes piece = bytes_head(bytes_head(m->in, m->piece), n);

	(void)e;
	if (piece.n > 0)
		memcpy(p, piece.p, piece.n);
	m->in = bytes_skip(m->in, piece.n);
	return (ssize_t)piece.n;
}

static ssize_t
memory_write(struct wire *w, struct bytes data, struct error *e)
{
	struct memory_wire *m = (struct memory_wire *)w;

	buf_add(m->out, data);
	if (!buf_ok(m->out))
		return error_set(e, ERR_DISCONNECTED, "connection lost");
	return (ssize_t)data.n;
}

static int
memory_wait(struct wire *w, int what, int64_t deadline, struct error *e)
{
	(void)w;
	(void)deadline;
	(void)e;
	return what;
}

static size_t
memory_pending(struct wire *w)
{
	(void)w;
	return 0;
}

static void
memory_close(struct wire *w, bool polite)
{
	(void)polite;
	free(w);
}

static int
memory_fd(struct wire *w)
{
	(void)w;
	return -1;
}

struct wire *
wire_memory(struct bytes in, size_t piece, struct buf *out)
{
	static const struct wire calls = { memory_read, memory_write,
		memory_wait, memory_pending, memory_close, memory_fd };
	struct memory_wire *m = malloc(sizeof(*m));

	if (m == NULL)
		return NULL;
	m->wire = calls;
	m->in = in;
	m->piece = piece == 0 ? 1 : piece;
	m->out = out;
	return (struct wire *)m;
}
