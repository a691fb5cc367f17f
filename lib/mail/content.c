#include "mail/content.h"

#include <string.h>

#include "base/clean.h"

/* Skip white space, line ends and comments (RFC 5322, 3.2.2). */
static struct bytes
skip_comments(struct bytes text)
{
	int depth = 0;

	while (text.n > 0) {
		char c = text.p[0];

		if (c == '(')
			depth++;
		else if (depth == 0 && bytes_trim(bytes_head(text, 1)).n > 0)
			break;
		else if (c == ')')
			depth--;
		text = bytes_skip(text, c == '\\' ? 2 : 1);
	}
	return text;
}

static struct bytes
take_token(struct bytes *text)
{
	struct bytes rest = skip_comments(*text);
	size_t n = 0;

	while (
	    n < rest.n && rest.p[n] > 32 && strchr("/;(=", rest.p[n]) == NULL)
		n++;
	*text = bytes_skip(rest, n);
	return bytes_head(rest, n);
}

struct bytes
content_token(struct bytes body)
{
	return take_token(&body);
}

bool
content_identity(struct bytes encoding)
{
	return encoding.n == 0 || bytes_is_case(encoding, "7bit") ||
	    bytes_is_case(encoding, "8bit") ||
	    bytes_is_case(encoding, "binary");
}

/* Take c, and what may stand in front of it, off *text. */
static bool
take_mark(struct bytes *text, char c)
{
	struct bytes rest = skip_comments(*text);

	if (rest.n == 0 || rest.p[0] != c)
		return false;
	*text = bytes_skip(rest, 1);
	return true;
}

void
content_type(struct bytes *body, struct bytes *type, struct bytes *subtype)
{
	*type = take_token(body);
	*subtype = (struct bytes){ 0 };
	if (take_mark(body, '/'))
		*subtype = take_token(body);
}

/* Behind the quote in front; line ends of a folded field do not count. */
static void
take_quoted(struct bytes *text, struct buf *value)
{
	size_t n = 0;

	while (n < text->n && text->p[n] != '"') {
		if (text->p[n] == '\\' && n + 1 < text->n)
			n++;
		if (text->p[n] != '\r' && text->p[n] != '\n')
			buf_addc(value, text->p[n]);
		n++;
	}
	*text = bytes_skip(*text, n + 1);
}

/* Unquoted values are often no tokens: all up to the semicolon. */
static void
take_value(struct bytes *text, struct buf *value)
{
	size_t n = 0;

	buf_reset(value);
	*text = skip_comments(*text);
	if (text->n > 0 && text->p[0] == '"') {
		*text = bytes_skip(*text, 1);
		take_quoted(text, value);
		return;
	}
	while (n < text->n && text->p[n] != ';' && text->p[n] != '(')
		n++;
	buf_add(value, bytes_trim(bytes_head(*text, n)));
	*text = bytes_skip(*text, n);
}

/* RFC 2046, 5.1.1: printable, and it does not end with a space. */
static bool
add_boundary(struct buf *boundary, const struct buf *value)
{
	struct bytes text = buf_bytes(value);

	while (text.n > 0 && text.p[text.n - 1] == ' ')
		text.n--;
	if (text.n == 0 || !buf_ok(value) || bytes_eight_bit(text) ||
	    bytes_control(text))
		return false;
	buf_add(boundary, text);
	return buf_ok(boundary);
}

bool
content_boundary(struct bytes parameters, struct buf *boundary)
{
	struct buf value = BUF(BOUNDARY_MAX);
	bool found = false;

	while (!found && parameters.n > 0) {
		struct bytes name;

		bytes_take(&parameters, ';');
		name = take_token(&parameters);
		if (!take_mark(&parameters, '='))
			continue;
		take_value(&parameters, &value);
		if (bytes_is_case(name, "boundary"))
			found = true;
	}
	found = found && add_boundary(boundary, &value);
	buf_clear(&value);
	return found;
}
