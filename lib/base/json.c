#include "base/json.h"

#include <inttypes.h>

#include "base/clean.h"

/* How long is the character in front?  0 when it is none. */
static size_t
character(struct bytes text)
{
	for (size_t n = 1; n <= 4; n++)
		if (utf8_valid(bytes_head(text, n)))
			return n;
	return 0;
}

/* The code points C0, DEL and C1 are what their last byte says. */
static bool
control(struct bytes c)
{
	unsigned char last = (unsigned char)c.p[c.n - 1];

	return c.n == 1 ? last < 32 || last == 127
			: c.p[0] == '\xc2' && last < 0xa0;
}

static void
add_character(struct buf *out, struct bytes c)
{
	if (c.n == 0)
		buf_adds(out, "\xef\xbf\xbd");
	else if (control(c))
		buf_addf(out, "\\u%04x", (unsigned char)c.p[c.n - 1]);
	else {
		if (c.p[0] == '"' || c.p[0] == '\\')
			buf_addc(out, '\\');
		buf_add(out, c);
	}
}

/* A string; bytes that are no UTF-8 become U+FFFD. */
static void
quoted(struct buf *out, struct bytes text)
{
	buf_addc(out, '"');
	while (text.n > 0) {
		size_t n = character(text);

		add_character(out, bytes_head(text, n));
		text = bytes_skip(text, n == 0 ? 1 : n);
	}
	buf_addc(out, '"');
}

static void
start(struct json *j, const char *key)
{
	if (j->comma)
		buf_addc(j->out, ',');
	j->comma = true;
	if (key == NULL)
		return;
	quoted(j->out, bytes_of(key));
	buf_addc(j->out, ':');
}

void
json_open(struct json *j, const char *key, char bracket)
{
	start(j, key);
	buf_addc(j->out, bracket);
	j->comma = false;
}

void
json_close(struct json *j, char bracket)
{
	buf_addc(j->out, bracket);
	j->comma = true;
}

void
json_text(struct json *j, const char *key, struct bytes value)
{
	start(j, key);
	quoted(j->out, value);
}

void
json_number(struct json *j, const char *key, int64_t value)
{
	start(j, key);
	buf_addf(j->out, "%" PRId64, value);
}

void
json_decimal(struct json *j, const char *key, double value, int places)
{
	start(j, key);
	buf_addf(j->out, "%.*f", places, value);
}

void
json_bool(struct json *j, const char *key, bool value)
{
	start(j, key);
	buf_adds(j->out, value ? "true" : "false");
}
