#include "mail/encode.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clean.h"

/* RFC 2047, 2: octets of a word, of a line that holds one. */
enum { WORD_MAX = 75, LINE_MAX_ENCODED = 76, ROOM_LEAST = 12 };

bool
encode_needed(struct bytes text)
{
	return bytes_control(text) || bytes_eight_bit(text) ||
	    bytes_find(text, BYTES("=?")) < text.n;
}

/* What Q may show as it is, in phrases too (RFC 2047, 5(3)). */
static bool
plain_in_q(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	    (c >= '0' && c <= '9') || (c != '\0' && strchr("!*+-/", c));
}

static size_t
q_cost(struct bytes text)
{
	size_t cost = 0;

	for (size_t i = 0; i < text.n; i++)
		cost += plain_in_q(text.p[i]) || text.p[i] == ' ' ? 1 : 3;
	return cost;
}

static size_t
b_cost(struct bytes text)
{
	return (text.n + 2) / 3 * 4;
}

static void
add_q(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (plain_in_q(text.p[i]))
			buf_addc(out, text.p[i]);
		else if (text.p[i] == ' ')
			buf_addc(out, '_');
		else
			buf_addf(out, "=%02X", (unsigned char)text.p[i]);
}

/* Octets of the character in front; a word must not split it. */
static size_t
character(struct bytes text, bool utf8)
{
	size_t n = 1;

	while (utf8 && n < text.n && (text.p[n] & 0xc0) == 0x80)
		n++;
	return n;
}

struct coder {
	const char *head; /* "=?UTF-8?Q?" */
	size_t (*cost)(struct bytes text);
	void (*add)(struct buf *out, struct bytes text);
	bool utf8;
};

static struct coder
coder_for(struct bytes text)
{
	bool utf8 = utf8_valid(text), q = q_cost(text) <= b_cost(text);
	struct coder c = { .utf8 = utf8,
		.cost = q ? q_cost : b_cost,
		.add = q ? add_q : base64_encode };

	if (utf8)
		c.head = q ? "=?UTF-8?Q?" : "=?UTF-8?B?";
	else
		c.head = q ? "=?unknown-8bit?Q?" : "=?unknown-8bit?B?";
	return c;
}

/*
 * ... of the one with its accents, which a word had better not split, as long
 * as it is no longer than a word.
 */
static size_t
cluster(struct bytes text, bool utf8)
{
	return utf8 ? utf8_cluster(bytes_head(text, 2 * WORD_MAX)) : 1;
}

/*
 * As many of these units as a word of `room' octets can carry; 0 when it
 * cannot carry one.
 */
static size_t
fill_by(size_t (*unit)(struct bytes text, bool utf8), const struct coder *c,
    struct bytes text, size_t room)
{
	size_t n = 0;

	while (n < text.n) {
		size_t more = n + unit(bytes_skip(text, n), c->utf8);

		if (c->cost(bytes_head(text, more)) > room)
			break;
		n = more;
	}
	return n;
}

static struct bytes
fill(const struct coder *c, struct bytes text, size_t room)
{
	size_t n = fill_by(cluster, c, text, room);

	if (n == 0)
		n = fill_by(character, c, text, room);
	return bytes_head(text, n > 0 ? n : character(text, c->utf8));
}

void
encode_words(struct buf *out, struct bytes text, size_t first)
{
	struct coder c = coder_for(text);
	size_t frame = strlen(c.head) + 2, room = WORD_MAX - frame;
	const char *gap = "";

	if (first + frame + ROOM_LEAST < LINE_MAX_ENCODED &&
	    LINE_MAX_ENCODED - first < WORD_MAX)
		room = LINE_MAX_ENCODED - first - frame;
	while (text.n > 0) {
		struct bytes some = fill(&c, text, room);

		buf_adds(out, gap);
		buf_adds(out, c.head);
		c.add(out, some);
		buf_adds(out, "?=");
		text = bytes_skip(text, some.n);
		room = WORD_MAX - frame;
		gap = " ";
	}
}

static bool
xchar(char c)
{
	return c > 32 && c < 127 && c != '+' && c != '=';
}

void
xtext_add(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (xchar(text.p[i]))
			buf_addc(out, text.p[i]);
		else
			buf_addf(out, "+%02X", (unsigned char)text.p[i]);
}

static bool
upper_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

bool
xtext_valid(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (xchar(text.p[i]))
			continue;
		if (text.p[i] != '+' || i + 2 >= text.n ||
		    !upper_hex(text.p[i + 1]) || !upper_hex(text.p[i + 2]))
			return false;
		i += 2;
	}
	return true;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 0;
}

char *
xtext_decode(struct bytes text)
{
	char *decoded = malloc(text.n + 1), *to = decoded;

	if (decoded == NULL)
		return NULL;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '+' && i + 2 < text.n) {
			*to++ = (char)(hex_digit(text.p[i + 1]) << 4 |
			    hex_digit(text.p[i + 2]));
			i += 2;
		} else
			*to++ = text.p[i];
	}
	*to = '\0';
	if (!bytes_control((struct bytes){ decoded, (size_t)(to - decoded) }))
		return decoded;
	free(decoded);
	return NULL;
}
