#include "mail/coding.h"

#include "mail/fold.h"

enum { QP_LINE = 76, SOFT_LINE = LINE_HARD - 1 };

static void
line_end(struct buf *out, size_t *column)
{
	buf_adds(out, "\r\n");
	*column = 0;
}

static void
soft_line_end(struct buf *out, size_t *column)
{
	buf_addc(out, '=');
	line_end(out, column);
}

static void
drop_nuls(struct buf *out, struct bytes text)
{
	while (text.n > 0) {
		buf_add(out, bytes_head(text, bytes_index(text, '\0')));
		text = bytes_skip(text, bytes_index(text, '\0') + 1);
	}
}

static void
fold(struct buf *out, struct bytes line, size_t *column)
{
	while (line.n > LINE_HARD - *column) {
		size_t n = fold_cut(line, LINE_HARD - *column);

		buf_add(out, bytes_head(line, n));
		line = bytes_skip(line, n);
		line_end(out, column);
		buf_addc(out, ' ');
		*column = 1;
	}
	buf_add(out, line);
	*column += line.n;
}

/* Not within "=XX". */
static size_t
soft_cut(struct bytes line, size_t max)
{
	size_t n = max;

	while (n > 0 && max - n < 2 && line.p[n - 1] != '=')
		n--;
	return n > 0 && line.p[n - 1] == '=' ? n - 1 : max;
}

/* No line begins like a boundary that was none before. */
static void
fold_softly(struct buf *out, struct bytes line, size_t *column)
{
	while (line.n > SOFT_LINE - *column) {
		size_t n = soft_cut(line, SOFT_LINE - *column);

		buf_add(out, bytes_head(line, n));
		line = bytes_skip(line, n);
		soft_line_end(out, column);
		if (line.p[0] == '-') {
			buf_adds(out, "=2D");
			*column = 3;
			line = bytes_skip(line, 1);
		}
	}
	buf_add(out, line);
	*column += line.n;
}

/* The run up to the next NUL, for NULs do not count. */
static void
fold_line(enum message_coding coding, struct buf *out, struct bytes line,
    size_t *column)
{
	while (line.n > 0) {
		struct bytes run = bytes_take(&line, '\0');

		if (coding == CODING_SOFT)
			fold_softly(out, run, column);
		else
			fold(out, run, column);
	}
}

static bool
plain(char c)
{
	return (c >= '!' && c <= '~' && c != '=') || c == ' ' || c == '\t';
}

/*
 * RFC 2045, 6.7: no white space at the end of a line; and what some mail
 * systems would touch at its beginning, a dot or `From '.
 */
static bool
stands_as_it_is(struct bytes rest, size_t column)
{
	char c = rest.p[0];

	if (rest.n == 1 && (c == ' ' || c == '\t'))
		return false;
	if (column == 0 &&
	    (c == '.' || bytes_same(bytes_head(rest, 5), BYTES("From "))))
		return false;
	return plain(c);
}

/*
 * How many octets in front stand as they are and leave room for the '=' of a
 * soft line end; not the last one, which is another matter.
 */
static size_t
plain_run(struct bytes rest, size_t column)
{
	size_t n = 0, room = column < QP_LINE ? QP_LINE - 1 - column : 0;

	if (!stands_as_it_is(rest, column))
		return 0;
	while (n < room && n + 1 < rest.n && plain(rest.p[n]))
		n++;
	return n;
}

static struct bytes
quoted(char to[3], char c)
{
	static const char hex[] = "0123456789ABCDEF";
	unsigned char u = (unsigned char)c;

	to[0] = '=';
	to[1] = hex[u >> 4];
	to[2] = hex[u & 15];
	return (struct bytes){ to, 3 };
}

/*
 * The octet in front; last: the line ends behind it.  No line begins like a
 * boundary that was none before.
 */
static void
quote_one(struct buf *out, struct bytes rest, bool last, size_t *column)
{
	size_t room = last ? QP_LINE : QP_LINE - 1;
	bool broken = false;
	char code[3];

	if (*column + (stands_as_it_is(rest, *column) ? 1 : 3) > room) {
		soft_line_end(out, column);
		broken = rest.p[0] == '-';
	}
	if (stands_as_it_is(rest, *column) && !broken) {
		buf_addc(out, rest.p[0]);
		*column += 1;
	} else {
		buf_add(out, quoted(code, rest.p[0]));
		*column += 3;
	}
}

static void
quote_line(struct buf *out, struct bytes line, bool ends, size_t *column)
{
	while (line.n > 0) {
		size_t n = plain_run(line, *column);

		if (n > 0) {
			buf_add(out, bytes_head(line, n));
			*column += n;
		} else {
			n = 1;
			quote_one(out, line, ends && line.n == 1, column);
		}
		line = bytes_skip(line, n);
	}
}

static void
add_line(enum message_coding coding, struct buf *out, struct bytes line,
    bool ends, size_t *column)
{
	if (coding == CODING_QP)
		quote_line(out, line, ends, column);
	else
		fold_line(coding, out, line, column);
	if (ends)
		line_end(out, column);
}

/* Take a line, and its CRLF if it has one, off *block. */
static struct bytes
take_line(struct bytes *block, bool *ends)
{
	size_t n = bytes_index(*block, '\n');
	struct bytes line = bytes_head(*block, n);

	*ends = n < block->n;
	*block = bytes_skip(*block, n + 1);
	if (*ends && line.n > 0)
		line.n--;
	return line;
}

void
coding_add(enum message_coding coding, struct buf *out, struct bytes block,
    size_t *column)
{
	bool ends;

	if (coding == CODING_NONE)
		drop_nuls(out, block);
	while (coding != CODING_NONE && block.n > 0) {
		struct bytes line = take_line(&block, &ends);

		add_line(coding, out, line, ends, column);
	}
}
