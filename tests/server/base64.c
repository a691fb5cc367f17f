#include <gnutls/gnutls.h>

#include "tests/server/base64.h"

static gnutls_datum_t
datum(struct bytes what)
{
	return (gnutls_datum_t){ (unsigned char *)what.p, (unsigned)what.n };
}

static void
add_and_free(struct buf *out, gnutls_datum_t d)
{
	buf_add(out, (struct bytes){ (char *)d.data, d.size });
	gnutls_free(d.data);
}

void
base64_of(struct buf *out, struct bytes what)
{
	gnutls_datum_t in = datum(what), encoded;

	if (what.n > 0 && gnutls_base64_encode2(&in, &encoded) == 0)
		add_and_free(out, encoded);
}

bool
base64_to(struct buf *out, struct bytes text)
{
	gnutls_datum_t in = datum(text), decoded;

	if (text.n == 0)
		return true;
	if (text.n % 4 != 0 || gnutls_base64_decode2(&in, &decoded) != 0)
		return false;
	add_and_free(out, decoded);
	return true;
}
