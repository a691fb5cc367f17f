#include "base/redact.h"

#include <string.h>

#include "base/base64.h"

void
redact_clear(struct redact *r)
{
	while (r->n > 0)
		buf_clear(&r->needles[--r->n]);
}

static void
forget(struct redact *r, size_t i)
{
	buf_clear(&r->needles[i]);
	r->n--;
	memmove(&r->needles[i], &r->needles[i + 1],
	    (r->n - i) * sizeof(r->needles[0]));
}

/* One that is there already becomes the latest. */
static void
remember(struct redact *r, struct bytes needle)
{
	for (size_t i = 0; i < r->n; i++)
		if (bytes_same(buf_bytes(&r->needles[i]), needle)) {
			forget(r, i);
			break;
		}
	if (r->n == REDACT_MOST)
		forget(r, 0);
	buf_init(&r->needles[r->n], needle.n);
	buf_add(&r->needles[r->n], needle);
	r->blind = r->blind || !buf_ok(&r->needles[r->n]);
	r->n++;
}

/*
 * The base64 of a secret that starts `before' bytes into a group: only the
 * digits that no byte beside the secret has a part in.
 */
static void
remember_base64(struct redact *r, struct bytes secret, size_t before)
{
	struct buf text = BUF(secret.n + 3), coded = BUF(secret.n * 2 + 8);
	size_t bits = (before + secret.n) * 8;
	size_t first = (before * 8 + 5) / 6, last = bits / 6;

	buf_add(&text, bytes_head(BYTES("\0\0"), before));
	buf_add(&text, secret);
	base64_encode(&coded, buf_bytes(&text));
	r->blind = r->blind || !buf_ok(&coded) || !buf_ok(&text);
	remember(r, bytes_skip(bytes_head(buf_bytes(&coded), last), first));
	buf_clear(&text);
	buf_clear(&coded);
}

void
redact_hide(struct redact *r, struct bytes secret)
{
	if (secret.n < REDACT_SHORTEST)
		return;
	remember(r, secret);
	for (size_t before = 0; before < 3; before++)
		remember_base64(r, secret, before);
}

/* The longest secret that stands at the front of text, or 0. */
static size_t
secret_in_front(const struct redact *r, struct bytes text)
{
	size_t longest = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct bytes needle = buf_bytes(&r->needles[i]);

		if (needle.n > longest &&
		    bytes_same(bytes_head(text, needle.n), needle))
			longest = needle.n;
	}
	return longest;
}

/* What belongs to base64 that ends there: half a digit, and the padding. */
static size_t
padded(struct bytes text)
{
	size_t n = 1;

	if (text.n < 2 || text.p[1] != '=' || text.p[0] == '=')
		return 0;
	while (n < text.n && text.p[n] == '=')
		n++;
	return n;
}

void
redact_add(const struct redact *r, struct buf *out, struct bytes text)
{
	if (r->blind && text.n > 0) {
		buf_adds(out, "[hidden]");
		return;
	}
	while (text.n > 0) {
		size_t n = secret_in_front(r, text);

		if (n == 0)
			buf_addc(out, text.p[0]);
		else
			buf_adds(out, "[hidden]");
		text = bytes_skip(text, n == 0 ? 1 : n);
		if (n > 0)
			text = bytes_skip(text, padded(text));
	}
}
