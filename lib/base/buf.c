#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

void
buf_init(struct buf *b, size_t max)
{
	*b = BUF(max);
}

void
buf_clear(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->room);
	free(b->p);
	*b = BUF(b->max);
}

void
buf_reset(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->n);
	b->n = 0;
	b->state = BUF_OK;
}

/* Not realloc: it may leave a copy of a secret behind. */
static bool
move(struct buf *b, size_t room)
{
	char *p = malloc(room);

	if (p == NULL) {
		b->state = BUF_NOMEM;
		return false;
	}
	if (b->p != NULL) {
		memcpy(p, b->p, b->n);
		explicit_bzero(b->p, b->room);
		free(b->p);
	}
	b->p = p;
	b->room = room;
	return true;
}

/* One byte more than asked for, always: the place of buf_text()'s NUL. */
char *
buf_room(struct buf *b, size_t n)
{
	size_t room = b->room == 0 ? FIRST_ROOM : b->room;

	if (b->state != BUF_OK)
		return NULL;
	if (n > b->max - b->n) {
		b->state = BUF_FULL;
		return NULL;
	}
	while (room < b->n + n + 1)
		room *= 2;
	if (room > b->room && !move(b, room))
		return NULL;
	return b->p + b->n;
}

void
buf_grew(struct buf *b, size_t n)
{
	b->n += n;
}

void
buf_add(struct buf *b, struct bytes what)
{
	char *to = buf_room(b, what.n);

	if (to == NULL || what.n == 0)
		return;
	memcpy(to, what.p, what.n);
	b->n += what.n;
}

void
buf_adds(struct buf *b, const char *s)
{
	buf_add(b, bytes_of(s));
}

void
buf_addc(struct buf *b, char c)
{
	buf_add(b, (struct bytes){ &c, 1 });
}

void
buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	char *to;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || (to = buf_room(b, (size_t)n)) == NULL)
		return;
	va_start(ap, fmt);
	vsnprintf(to, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->n += (size_t)n;
}

void
buf_share(struct buf *b, const struct buf *part)
{
	if (buf_ok(b))
		b->state = part->state;
}

void
buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		buf_cut(b, 0);
		return;
	}
	memmove(b->p, b->p + n, b->n - n);
	buf_cut(b, b->n - n);
}

void
buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	explicit_bzero(b->p + n, b->n - n);
	b->n = n;
}

struct bytes
buf_bytes(const struct buf *b)
{
	return (struct bytes){ b->p, b->n };
}

const char *
buf_text(struct buf *b)
{
	if (b->state != BUF_OK || b->p == NULL)
		return "";
	b->p[b->n] = '\0';
	return b->p;
}

bool
buf_ok(const struct buf *b)
{
	return b->state == BUF_OK;
}
