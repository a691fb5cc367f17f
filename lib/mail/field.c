#include "mail/field.h"

static bool
white(char c)
{
	return c == ' ' || c == '\t';
}

/* RFC 5322, 3.6.8 */
static size_t
name_length(struct bytes line)
{
	size_t n = 0;

	while (
	    n < line.n && line.p[n] > 32 && line.p[n] < 127 && line.p[n] != ':')
		n++;
	return n;
}

/* Where the colon behind a name stands, or line.n. */
static size_t
colon(struct bytes line)
{
	size_t n = name_length(line);

	if (n == 0)
		return line.n;
	while (n < line.n && white(line.p[n]))
		n++;
	return n < line.n && line.p[n] == ':' ? n : line.n;
}

bool
field_starts(struct bytes line)
{
	return colon(line) < line.n;
}

/* The first line and those that continue it, line ends included. */
static size_t
whole_length(struct bytes header)
{
	size_t n = 0;

	do {
		n += bytes_index(bytes_skip(header, n), '\n') + 1;
	} while (n < header.n && white(header.p[n]));
	return n < header.n ? n : header.n;
}

static struct bytes
without_line_end(struct bytes text)
{
	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	if (text.n > 0 && text.p[text.n - 1] == '\r')
		text.n--;
	return text;
}

bool
field_take(struct bytes *header, struct field *f)
{
	struct bytes line = bytes_head(*header, bytes_index(*header, '\n'));
	size_t at = colon(line);

	if (at == line.n)
		return false;
	f->whole = bytes_head(*header, whole_length(*header));
	f->name = bytes_head(line, name_length(line));
	f->body = without_line_end(bytes_skip(f->whole, at + 1));
	f->dropped = false;
	*header = bytes_skip(*header, f->whole.n);
	return true;
}

bool
field_is(const struct field *f, const char *name)
{
	return bytes_is_case(f->name, name);
}

void
field_unfold(const struct field *f, struct buf *out)
{
	struct bytes rest = bytes_trim(f->body);

	while (rest.n > 0)
		buf_add(out, without_line_end(bytes_take(&rest, '\n')));
}
