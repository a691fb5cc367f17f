#include "smtp/ehlo.h"

#include "smtp/reply.h"

void
ehlo_init(struct ehlo *h)
{
	h->esmtp = false;
	buf_init(&h->text, REPLY_MAX);
}

void
ehlo_clear(struct ehlo *h)
{
	h->esmtp = false;
	buf_clear(&h->text);
}

void
ehlo_take(struct ehlo *h, struct bytes text)
{
	buf_reset(&h->text);
	buf_add(&h->text, text);
	h->esmtp = true;
}

static bool
in_keyword(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static bool
is_gap(char c)
{
	return c == ' ' || c == '\t';
}

/* "SIZE 1000", "AUTH=LOGIN": the keyword ends at a gap, or a '='. */
static bool
split(struct bytes line, struct bytes *keyword, struct bytes *params)
{
	size_t n = 0;

	while (n < line.n && in_keyword(line.p[n]))
		n++;
	if (n == 0 || (n < line.n && !is_gap(line.p[n]) && line.p[n] != '='))
		return false;
	*keyword = bytes_head(line, n);
	*params = bytes_trim(bytes_skip(line, n + 1));
	return true;
}

struct bytes
ehlo_offers(const struct ehlo *h)
{
	struct bytes lines = buf_bytes(&h->text);

	if (!h->esmtp)
		return (struct bytes){ NULL, 0 };
	bytes_take(&lines, '\n');
	return lines;
}

bool
ehlo_next(struct bytes *lines, struct bytes *keyword, struct bytes *params)
{
	while (lines->n > 0)
		if (split(bytes_take(lines, '\n'), keyword, params))
			return true;
	return false;
}

bool
ehlo_has(const struct ehlo *h, const char *keyword, struct bytes *params)
{
	struct bytes lines = ehlo_offers(h), word, rest;
	bool found = false;

	while (ehlo_next(&lines, &word, &rest)) {
		if (!bytes_is_case(word, keyword))
			continue;
		found = true;
		if (params != NULL)
			*params = rest;
	}
	return found;
}

/* Take a word off *text; empty when there is none left. */
static struct bytes
take_word(struct bytes *text)
{
	size_t n = 0;
	struct bytes word;

	*text = bytes_trim(*text);
	while (n < text->n && !is_gap(text->p[n]))
		n++;
	word = bytes_head(*text, n);
	*text = bytes_skip(*text, n);
	return word;
}

bool
ehlo_has_auth(const struct ehlo *h, const char *mechanism)
{
	struct bytes lines = ehlo_offers(h), word, list;

	while (ehlo_next(&lines, &word, &list)) {
		if (!bytes_is_case(word, "AUTH"))
			continue;
		while ((word = take_word(&list)).n > 0)
			if (bytes_is_case(word, mechanism))
				return true;
	}
	return false;
}

void
ehlo_auth(const struct ehlo *h, struct buf *out)
{
	struct bytes lines = ehlo_offers(h), word, list;
	const char *gap = "";

	while (ehlo_next(&lines, &word, &list)) {
		if (!bytes_is_case(word, "AUTH"))
			continue;
		while ((word = take_word(&list)).n > 0) {
			buf_adds(out, gap);
			buf_add(out, word);
			gap = " ";
		}
	}
}

int64_t
ehlo_size(const struct ehlo *h)
{
	struct bytes number;
	int64_t size = 0;

	if (!ehlo_has(h, "SIZE", &number) || number.n > 18)
		return 0;
	for (size_t i = 0; i < number.n; i++) {
		if (number.p[i] < '0' || number.p[i] > '9')
			return 0;
		size = size * 10 + (number.p[i] - '0');
	}
	return size;
}
