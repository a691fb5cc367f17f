#include "smtp/service_state.h"

#include <string.h>

static bool
ends_line(const struct service *s, char c)
{
	return c == '\n' && (s->place == AFTER_CR || !s->crlf);
}

/* One byte: what it adds to what the caller gets, at most two octets. */
static size_t
undo(struct service *s, char c, char *to)
{
	size_t n = 0;

	if (s->place == LINE_START && c == '.') {
		s->place = AFTER_DOT;
		return 0;
	}
	if (s->place == AFTER_DOT && c == '\r') {
		s->place = AFTER_DOT_CR;
		return 0;
	}
	if (s->place == AFTER_DOT_CR) {
		to[n++] = '\r';
		s->place = AFTER_CR;
	}
	to[n++] = c;
	s->place = ends_line(s, c) ? LINE_START
	    : c == '\r'            ? AFTER_CR
				   : IN_LINE;
	return n;
}

static bool
is_end(const struct service *s, char c)
{
	return c == '\n' &&
	    (s->place == AFTER_DOT_CR || (s->place == AFTER_DOT && !s->crlf));
}

static enum service_content
dotted_content(struct service *s, char *to, size_t room, size_t *n)
{
	size_t i = 0;
	bool end = false;

	for (*n = 0; !end && i < s->in.n && *n + 2 <= room; i++) {
		end = is_end(s, s->in.p[i]);
		if (!end)
			*n += undo(s, s->in.p[i], to + *n);
	}
	buf_drop(&s->in, i);
	if (end)
		s->last = true;
	if (*n > 0)
		return CONTENT_SOME;
	return end ? CONTENT_OVER : CONTENT_WAITS;
}

/* Between chunks: the next one, or the end of it all. */
static enum service_content
next_chunk(struct service *s)
{
	struct buf line = BUF(SERVICE_INPUT_MAX);
	enum service_content what = CONTENT_WAITS;

	while (what == CONTENT_WAITS && service_line(s, &line)) {
		struct bytes rest = buf_bytes(&line);

		service_hear(s, rest);
		service_check_errors(s);
		if (!s->content)
			what = CONTENT_ABORTED;
		else if (bytes_is_case(bytes_take(&rest, ' '), "BDAT"))
			what = CONTENT_SOME;
	}
	buf_clear(&line);
	return what;
}

static enum service_content
chunked_content(struct service *s, char *to, size_t room, size_t *n)
{
	*n = s->in.n < room ? s->in.n : room;
	if ((int64_t)*n > s->chunk)
		*n = (size_t)s->chunk;
	if (*n > 0)
		memcpy(to, s->in.p, *n);
	buf_drop(&s->in, *n);
	s->chunk -= (int64_t)*n;
	if (*n > 0)
		return CONTENT_SOME;
	if (s->chunk > 0)
		return CONTENT_WAITS;
	return s->last ? CONTENT_OVER : CONTENT_SOME;
}

enum service_content
service_content(struct service *s, char *to, size_t room, size_t *n)
{
	enum service_content what;

	*n = 0;
	if (!s->content)
		return CONTENT_ABORTED;
	if (!s->chunked && s->last)
		return CONTENT_OVER;
	for (;;) {
		what = s->chunked ? chunked_content(s, to, room, n)
				  : dotted_content(s, to, room, n);
		if (what != CONTENT_SOME || *n > 0)
			break;
		if (!s->between)
			service_reply(s, 250, "2.0.0", "go on");
		s->between = true;
		what = next_chunk(s);
		if (what != CONTENT_SOME)
			break;
	}
	s->size += (int64_t)*n;
	if (what == CONTENT_WAITS && s->ended) {
		service_leave(s);
		return CONTENT_ABORTED;
	}
	return what;
}
