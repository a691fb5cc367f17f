/* A reply is the same, fed whole or byte by byte. */
#include <stdint.h>
#include <stdlib.h>

#include "smtp/ehlo.h"
#include "smtp/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* All replies of a stream, their offers too, as one text. */
static void
story(struct bytes in, size_t piece, struct buf *out)
{
	struct error e = ERROR_NONE;
	struct reply r;
	struct ehlo h;
	int got = 0;

	reply_init(&r);
	ehlo_init(&h);
	while (in.n > 0 && got >= 0) {
		struct bytes some = bytes_head(in, piece);

		in = bytes_skip(in, some.n);
		while (some.n > 0 && (got = reply_feed(&r, &some, &e)) == 1) {
			ehlo_take(&h, buf_bytes(&r.text));
			buf_addf(out, "%d %d.%d.%d %d ", r.code, r.status.class,
			    r.status.subject, r.status.detail,
			    (int)(ehlo_size(&h) % 1000));
			ehlo_auth(&h, out);
			buf_add(out, buf_bytes(&r.text));
		}
	}
	buf_addf(out, "%d", got);
	reply_clear(&r);
	ehlo_clear(&h);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes in = { (const char *)data, n };
	struct buf whole = BUF(64 << 20), bytewise = BUF(64 << 20);

	story(in, n == 0 ? 1 : n, &whole);
	story(in, 1, &bytewise);
	if (!bytes_same(buf_bytes(&whole), buf_bytes(&bytewise)))
		abort();
	buf_clear(&whole);
	buf_clear(&bytewise);
	return 0;
}
