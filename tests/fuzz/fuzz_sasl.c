/*
 * First byte the mechanism, then challenges, each ended by LF.  Nothing is
 * believed without the signature, no hashed secret is handed over.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/base64.h"
#include "sasl/sasl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct sasl_identity id = { .user = { "jane", 4 },
	.secret = { "hush-hush-hush", 14 },
	.nonce = { "NONCE", 5 },
	.binding = { "tls-exporter", { "bound", 5 } } };

static void
look(const struct sasl *s, struct bytes challenge, struct bytes response)
{
	struct buf right = BUF(100);

	if ((s->mech->traits & SASL_PLAINTEXT) == 0 &&
	    bytes_find(challenge, id.secret) == challenge.n &&
	    bytes_find(response, id.secret) < response.n)
		abort();
	buf_adds(&right, "v=");
	base64_encode(&right, buf_bytes(&s->expected));
	if (s->mech->proven != NULL && sasl_proven(s) &&
	    (right.n < 30 ||
		!bytes_same(bytes_take(&challenge, ','), buf_bytes(&right))))
		abort();
	buf_clear(&right);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes rest = { (const char *)data, size };
	struct buf out = BUF(8192);
	struct error e = ERROR_NONE;
	struct sasl s;

	if (size == 0)
		return 0;
	if (sasl_init(&s, &sasl_mechanisms[data[0] % 12], &id, &e) < 0)
		abort();
	rest = bytes_skip(rest, 1);
	while (rest.n > 0 && e.kind == ERR_NONE) {
		struct bytes challenge = bytes_take(&rest, '\n');

		buf_reset(&out);
		sasl_step(&s, challenge, &out, &e);
		look(&s, challenge, buf_bytes(&out));
	}
	buf_clear(&out);
	sasl_clear(&s);
	return 0;
}
