#include "base/base64.h"

#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+/";

static void
encode_group(char to[4], const char *from, size_t n)
{
	unsigned long v = 0;

	for (size_t i = 0; i < 3; i++)
		v = v << 8 | (i < n ? (unsigned char)from[i] : 0);
	for (size_t i = 0; i < 4; i++)
		to[i] = i <= n ? digits[v >> (18 - 6 * i) & 63] : '=';
}

void
base64_encode(struct buf *out, struct bytes what)
{
	size_t n = (what.n + 2) / 3 * 4;
	char *to = buf_room(out, n);

	if (to == NULL)
		return;
	for (size_t i = 0; i < what.n; i += 3, to += 4)
		encode_group(to, what.p + i, what.n - i < 3 ? what.n - i : 3);
	buf_grew(out, n);
}

static int
digit(char c)
{
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Four digits, the last pad of them '='; the bits they cut off must be 0. */
static bool
decode_group(char to[3], const char from[4], size_t pad)
{
	unsigned long v = 0;

	for (size_t i = 0; i < 4; i++) {
		int d = i < 4 - pad ? digit(from[i]) : from[i] == '=' ? 0 : -1;

		if (d < 0)
			return false;
		v = v << 6 | (unsigned long)d;
	}
	for (size_t i = 0; i < 3; i++)
		to[i] = (char)(v >> (16 - 8 * i) & 255);
	return (v & ((1UL << 8 * pad) - 1)) == 0;
}

bool
base64_decode(struct buf *out, struct bytes text)
{
	size_t before = out->n, pad = 0;
	char three[3];

	if (text.n % 4 != 0)
		return false;
	for (size_t i = 0; i < text.n; i += 4) {
		if (i + 4 == text.n)
			pad = (size_t)(text.p[i + 3] == '=') +
			    (size_t)(text.p[i + 2] == '=');
		if (!decode_group(three, text.p + i, pad)) {
			buf_cut(out, before);
			return false;
		}
		buf_add(out, (struct bytes){ three, 3 - pad });
	}
	explicit_bzero(three, sizeof(three));
	return true;
}
