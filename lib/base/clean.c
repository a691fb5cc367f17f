#include "base/clean.h"

#include <stdlib.h>
#include <string.h>

#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

bool
utf8_valid(struct bytes text)
{
	return text.n == 0 || u8_check((const uint8_t *)text.p, text.n) == NULL;
}

size_t
utf8_prefix(struct bytes text)
{
	const uint8_t *start = (const uint8_t *)text.p, *bad;

	bad = text.n == 0 ? NULL : u8_check(start, text.n);
	return bad == NULL ? text.n : (size_t)(bad - start);
}

/* What the library takes for a cluster; it knows neither flags nor joins. */
static size_t
plain_cluster(struct bytes text)
{
	const uint8_t *start = (const uint8_t *)text.p;
	const uint8_t *end = u8_grapheme_next(start, start + text.n);

	return end == NULL ? text.n : (size_t)(end - start);
}

/* U+1F1E6 to U+1F1FF, two of which make a flag. */
static bool
half_flag(struct bytes text)
{
	return text.n >= 4 && memcmp(text.p, "\xf0\x9f\x87", 3) == 0 &&
	    (unsigned char)text.p[3] >= 0xa6;
}

static bool
joins(struct bytes cluster)
{
	static const char joiner[] = "\xe2\x80\x8d";

	return cluster.n > 3 &&
	    memcmp(cluster.p + cluster.n - 3, joiner, 3) == 0;
}

size_t
utf8_cluster(struct bytes text)
{
	size_t n = plain_cluster(text);

	if (n == 4 && half_flag(text) && half_flag(bytes_skip(text, n)))
		n += plain_cluster(bytes_skip(text, n));
	while (n < text.n && joins(bytes_head(text, n)))
		n += plain_cluster(bytes_skip(text, n));
	return n;
}

bool
bytes_eight_bit(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] > 127)
			return true;
	return false;
}

static bool
control(unsigned char c)
{
	return c < 32 || c == 127;
}

bool
bytes_control(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (control((unsigned char)text.p[i]))
			return true;
	return false;
}

bool
utf8_control(struct bytes text)
{
	for (size_t i = 0; i + 1 < text.n; i++)
		if (text.p[i] == '\xc2' && (unsigned char)text.p[i + 1] < 0xa0)
			return true;
	return false;
}

/* How long is the character in front, if it may be shown as it is? */
static size_t
shown(struct bytes text)
{
	unsigned char c = (unsigned char)text.p[0];
	ucs4_t u;
	int n;

	if (c < 128)
		return c == '\t' || !control(c) ? 1 : 0;
	n = u8_mbtoucr(&u, (const uint8_t *)text.p, text.n);
	return n < 2 || u < 0xa0 ? 0 : (size_t)n;
}

static struct bytes
escape(char to[5], char c)
{
	static const char hex[] = "0123456789abcdef";
	unsigned char u = (unsigned char)c;

	memcpy(to, "\\x", 2);
	to[2] = hex[u >> 4];
	to[3] = hex[u & 15];
	return (struct bytes){ to, 4 };
}

/* Take one character, or one byte of no character, off *text to be shown. */
static struct bytes
next(struct bytes *text, char room[5])
{
	size_t n = shown(*text);
	struct bytes piece =
	    n > 0 ? bytes_head(*text, n) : escape(room, text->p[0]);

	*text = bytes_skip(*text, n > 0 ? n : 1);
	return piece;
}

void
clean_add(struct buf *out, struct bytes text)
{
	char room[5];

	while (text.n > 0)
		buf_add(out, next(&text, room));
}

const char *
clean_copy(char *to, size_t size, struct bytes text)
{
	char room[5];
	size_t n = 0;

	while (text.n > 0) {
		struct bytes piece = next(&text, room);

		if (piece.n >= size - n)
			break;
		memcpy(to + n, piece.p, piece.n);
		n += piece.n;
	}
	to[n] = '\0';
	return to;
}

/* RFC 3454, B.1: commonly mapped to nothing. */
static bool
unseen(ucs4_t u)
{
	return u == 0xad || u == 0x34f || u == 0x1806 ||
	    (u >= 0x180b && u <= 0x180d) || (u >= 0x200b && u <= 0x200d) ||
	    u == 0x2060 || (u >= 0xfe00 && u <= 0xfe0f) || u == 0xfeff;
}

/* RFC 3454, C.1.2 and B.1; text is UTF-8. */
static void
add_mapped(struct buf *out, struct bytes text)
{
	ucs4_t u;

	while (text.n > 0) {
		size_t n =
		    (size_t)u8_mbtouc(&u, (const uint8_t *)text.p, text.n);

		if (uc_is_general_category(u, UC_SPACE_SEPARATOR))
			buf_addc(out, ' ');
		else if (!unseen(u))
			buf_add(out, bytes_head(text, n));
		text = bytes_skip(text, n);
	}
}

void
utf8_prepare(struct buf *out, struct bytes text)
{
	struct buf mapped = BUF(out->max);
	uint8_t *normal;
	size_t n = 0;

	if (!bytes_eight_bit(text) || !utf8_valid(text)) {
		buf_add(out, text);
		return;
	}
	add_mapped(&mapped, text);
	normal = u8_normalize(UNINORM_NFKC, (const uint8_t *)buf_text(&mapped),
	    mapped.n, NULL, &n);
	if (normal == NULL || !buf_ok(&mapped))
		out->state = BUF_NOMEM;
	else
		buf_add(out, (struct bytes){ (const char *)normal, n });
	if (normal != NULL)
		explicit_bzero(normal, n);
	free(normal);
	buf_clear(&mapped);
}
