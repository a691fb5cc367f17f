#include "compose/disposition.h"

#include <ctype.h>
#include <string.h>

#include "mail/fold.h"

static const char field[] = "Content-Disposition: attachment";

static bool
alphanumeric(char c)
{
	return (unsigned char)c < 128 && isalnum((unsigned char)c) != 0;
}

/* RFC 2231, 7: attribute-char, without what might be misread. */
static bool
plain(char c)
{
	return alphanumeric(c) || (c != '\0' && strchr("!#$&+-.^_`|~", c));
}

static bool
is_token(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!plain(name.p[i]))
			return false;
	return true;
}

/*
 * Can it stand in quotes, where readers differ: about backslashes, about
 * spaces in a row, about what looks like an encoded word?
 */
static bool
is_simple(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool edge = i == 0 || i + 1 == name.n || name.p[i - 1] == ' ';

		if (c < 32 || c > 126 || c == '"' || c == '\\' ||
		    (c == ' ' && edge))
			return false;
	}
	return bytes_find(name, BYTES("=?")) == name.n;
}

static void
add_simple(struct buf *out, struct bytes name)
{
	const char *quote = is_token(name) ? "" : "\"";

	buf_adds(out, "filename=");
	buf_adds(out, quote);
	buf_add(out, name);
	buf_adds(out, quote);
}

static void
add_coded(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (plain(text.p[i]))
			buf_addc(out, text.p[i]);
		else
			buf_addf(out, "%%%02X", (unsigned char)text.p[i]);
}

static size_t
coded_length(struct bytes text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += plain(text.p[i]) ? 1 : 3;
	return n;
}

static size_t
character(struct bytes text)
{
	size_t n = 1;

	while (n < text.n && (text.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* As many whole characters as room has place for, and one at least. */
static struct bytes
fill(struct bytes text, size_t room)
{
	size_t n = character(text);

	while (n < text.n) {
		size_t more = n + character(bytes_skip(text, n));

		if (coded_length(bytes_head(text, more)) > room)
			break;
		n = more;
	}
	return bytes_head(text, n);
}

/* RFC 2231, 3 and 4.1 */
static void
add_sections(struct buf *out, struct bytes name)
{
	size_t i = 0, start, n;

	while (name.n > 0) {
		struct bytes some;

		start = out->n;
		buf_addf(out, " filename*%zu*=%s", i, i == 0 ? "utf-8''" : "");
		i++;
		n = out->n - start;
		some = fill(name, LINE_SOFT - 1 - n);
		add_coded(out, some);
		name = bytes_skip(name, some.n);
		buf_adds(out, name.n > 0 ? ";\r\n" : "");
	}
}

static void
add_parameter(struct buf *out, struct bytes name)
{
	if (is_simple(name))
		add_simple(out, name);
	else {
		buf_adds(out, "filename*=utf-8''");
		add_coded(out, name);
	}
}

void
disposition_add(struct buf *out, struct bytes name)
{
	struct buf one = BUF(4 * name.n + sizeof("filename*=utf-8''"));

	buf_adds(out, field);
	add_parameter(&one, name);
	buf_share(out, &one);
	if (name.n > 0) {
		buf_adds(out, ";");
		if (sizeof(field) + 1 + one.n > LINE_SOFT)
			buf_adds(out, "\r\n");
		if (1 + one.n > LINE_SOFT)
			add_sections(out, name);
		else {
			buf_addc(out, ' ');
			buf_add(out, buf_bytes(&one));
		}
	}
	buf_adds(out, "\r\n");
	buf_clear(&one);
}
