#include "smtp/reply.h"

void
reply_init(struct reply *r)
{
	*r = (struct reply){ 0 };
	buf_init(&r->text, REPLY_MAX);
	buf_init(&r->line, REPLY_LINE_MAX);
}

void
reply_clear(struct reply *r)
{
	buf_clear(&r->text);
	buf_clear(&r->line);
}

bool
reply_partial(const struct reply *r)
{
	return r->line.n > 0 || (!r->ended && r->lines > 0);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The code of a line, or 0 when the line is none of a reply. */
static int
code_of(struct bytes line)
{
	if (line.n < 3 || line.p[0] < '2' || line.p[0] > '5' ||
	    !is_digit(line.p[1]) || !is_digit(line.p[2]))
		return 0;
	if (line.n > 3 && line.p[3] != ' ' && line.p[3] != '\t' &&
	    line.p[3] != '-')
		return 0;
	return (line.p[0] - '0') * 100 + (line.p[1] - '0') * 10 +
	    (line.p[2] - '0');
}

/* Take a number of one to three digits off *text, or return -1. */
static int
take_number(struct bytes *text)
{
	int n = 0, digits = 0;

	while (digits < 3 && text->n > 0 && is_digit(text->p[0])) {
		n = n * 10 + (text->p[0] - '0');
		*text = bytes_skip(*text, 1);
		digits++;
	}
	return digits == 0 ? -1 : n;
}

static bool
take_dot(struct bytes *text)
{
	if (text->n == 0 || text->p[0] != '.')
		return false;
	*text = bytes_skip(*text, 1);
	return true;
}

/* The enhanced status in front of text, if its class is the reply's. */
static struct estatus
status_of(struct bytes text, int class)
{
	struct estatus none = { 0, 0, 0 }, s;

	s.class = take_number(&text);
	if (s.class != class || !take_dot(&text))
		return none;
	s.subject = take_number(&text);
	if (s.subject < 0 || !take_dot(&text))
		return none;
	s.detail = take_number(&text);
	if (s.detail < 0 || (text.n > 0 && text.p[0] != ' '))
		return none;
	return s;
}

/* One whole line, without its end: 1 when it is the reply's last. */
static int
take_line(struct reply *r, struct bytes line, struct error *e)
{
	int code = code_of(line);
	struct bytes text = bytes_skip(line, 4);

	/* Its text stays untold: it may be a secret sent back. */
	if (code == 0)
		return error_set(
		    e, ERR_PROTOCOL, "server sent what is no SMTP reply");
	if (r->lines > 0 && code / 100 != r->code / 100)
		return error_set(e, ERR_PROTOCOL,
		    "server sent %d and %d in one reply", r->code, code);
	if (r->lines == 0)
		r->status = status_of(text, code / 100);
	else
		buf_addc(&r->text, '\n');
	buf_add(&r->text, text);
	r->code = code;
	if (++r->lines > REPLY_LINES_MAX || !buf_ok(&r->text))
		return error_set(
		    e, ERR_PROTOCOL, "server sent an endless reply");
	return line.n < 4 || line.p[3] != '-';
}

static void
start(struct reply *r)
{
	buf_reset(&r->text);
	r->lines = 0;
	r->code = 0;
	r->ended = false;
}

static struct bytes
without_cr(struct bytes line)
{
	while (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

int
reply_feed(struct reply *r, struct bytes *in, struct error *e)
{
	int last;

	if (r->ended && in->n > 0)
		start(r);
	while (in->n > 0) {
		size_t n = bytes_index(*in, '\n');

		buf_add(&r->line, bytes_head(*in, n));
		if (!buf_ok(&r->line))
			return error_set(e, ERR_PROTOCOL,
			    "server sent a line over %d octets",
			    REPLY_LINE_MAX);
		if (n == in->n) {
			*in = bytes_skip(*in, n);
			return 0;
		}
		*in = bytes_skip(*in, n + 1);
		last = take_line(r, without_cr(buf_bytes(&r->line)), e);
		if (last < 0)
			return -1;
		buf_reset(&r->line);
		if (last > 0) {
			r->ended = true;
			return 1;
		}
	}
	return 0;
}
