#include "smtp/service_state.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	REPLIES_MAX = 8 << 20,
	LINE_MOST = 2048, /* RFC 5321, 4.5.3.1.4, and extensions */
	ERRORS_MOST = 20,
};

struct service *
service_new(const struct service_plan *plan)
{
	struct service *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->plan = plan;
	buf_init(&s->in, SERVICE_INPUT_MAX);
	buf_init(&s->out, REPLIES_MAX);
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->in);
	buf_clear(&s->out);
	envelope_clear(&s->env);
	free(s->order);
	free(s);
}

bool
service_input(struct service *s, struct bytes in)
{
	buf_add(&s->in, in);
	return buf_ok(&s->in);
}

void
service_end(struct service *s)
{
	s->ended = true;
}

struct buf *
service_replies(struct service *s)
{
	return &s->out;
}

const struct envelope *
service_envelope(const struct service *s)
{
	return &s->env;
}

bool
service_smtputf8(const struct service *s)
{
	return s->utf8;
}

/* ---- replies ----------------------------------------------------------------- */

void
service_reply(
    struct service *s, int code, const char *status, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_addf(&s->out, "%d %s%s%s\r\n", code, status,
	    status[0] != '\0' ? " " : "", text);
	if (code >= 500)
		s->errors++;
}

bool
service_too_large(const struct service *s)
{
	return s->plan->max_size > 0 && s->size > s->plan->max_size;
}

bool
service_endless(const struct service *s)
{
	return service_too_large(s) && s->size / 2 > s->plan->max_size;
}

void
service_reset(struct service *s)
{
	envelope_clear(&s->env);
	free(s->order);
	s->order = NULL;
	s->order_n = 0;
	s->size = 0;
	s->has_sender = s->utf8 = s->content = s->chunked = s->last = false;
	s->place = LINE_START;
}

void
service_leave(struct service *s)
{
	service_reset(s);
	s->over = true;
}

void
service_close(struct service *s, const char *status, const char *why)
{
	service_reply(s, 421, status, "%s %s", s->plan->host, why);
	service_leave(s);
}

/* ---- lines ---------------------------------------------------------------------- */

static void
too_long(struct service *s)
{
	if (!s->skipping)
		service_reply(s, 500, "5.5.2", "the line is too long");
	s->skipping = true;
	buf_reset(&s->in);
}

/* Off the input into *line; false when it is not worth to be heard. */
static bool
take_line(struct service *s, size_t n, struct buf *line)
{
	struct bytes text = bytes_head(buf_bytes(&s->in), n);
	bool skipped = s->skipping;

	s->crlf = text.n > 0 && text.p[text.n - 1] == '\r';
	text.n -= s->crlf;
	buf_reset(line);
	buf_add(line, text);
	buf_drop(&s->in, n + 1);
	s->skipping = false;
	if (!skipped && line->n > LINE_MOST)
		service_reply(s, 500, "5.5.2", "the line is too long");
	return !skipped && line->n <= LINE_MOST;
}

bool
service_line(struct service *s, struct buf *line)
{
	size_t n;

	while ((n = bytes_index(buf_bytes(&s->in), '\n')) < s->in.n)
		if (take_line(s, n, line))
			return true;
	if (n > LINE_MOST)
		too_long(s);
	return false;
}

void
service_check_errors(struct service *s)
{
	if (s->errors <= ERRORS_MOST || s->over)
		return;
	service_reply(s, 421, "4.7.0", "too many errors");
	service_leave(s);
}

/* A refused chunk is passed over, as far as it has come. */
static bool
drop_chunk(struct service *s)
{
	size_t n = s->in.n;

	if (!s->chunked || s->content)
		return true;
	if ((int64_t)n > s->chunk)
		n = (size_t)s->chunk;
	buf_drop(&s->in, n);
	s->chunk -= (int64_t)n;
	s->chunked = s->chunk > 0;
	return !s->chunked;
}

enum service_want
service_step(struct service *s)
{
	struct buf line = BUF(SERVICE_INPUT_MAX);

	if (!s->greeted)
		service_reply(s, 220, "", "%s %s sendoff", s->plan->host,
		    s->plan->lmtp ? "LMTP" : "ESMTP");
	s->greeted = true;
	while (!s->over && !s->content && drop_chunk(s) &&
	    service_line(s, &line)) {
		service_hear(s, buf_bytes(&line));
		service_check_errors(s);
	}
	buf_clear(&line);
	if (s->content)
		return SERVICE_CONTENT;
	return s->over || s->ended ? SERVICE_OVER : SERVICE_INPUT;
}
