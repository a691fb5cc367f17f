#include "base/json.h"

#include <inttypes.h>

#include "base/clean.h"

/* A string; bytes that are no UTF-8 become U+FFFD. */
static void
quoted(struct buf *out, struct bytes text)
{
	buf_addc(out, '"');
	while (text.n > 0) {
		unsigned char c = (unsigned char)text.p[0];
		size_t n = 1;

		while (c > 127 && n <= 4 && n <= text.n &&
		    !utf8_valid(bytes_head(text, n)))
			n++;
		if (c > 127 && (n > 4 || n > text.n)) {
			buf_adds(out, "\xef\xbf\xbd");
			n = 1;
		} else if (c < 32 || c == 127)
			buf_addf(out, "\\u%04x", c);
		else {
			if (c == '"' || c == '\\')
				buf_addc(out, '\\');
			buf_add(out, bytes_head(text, n));
		}
		text = bytes_skip(text, n);
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
