/* Where GnuTLS can read a certificate whose lengths add up and whose explicit
 * tags hold one element each, we find the same subject, in a part of it the same
 * or none; and a bundle gives only what was asked for.  (GnuTLS reads others,
 * too; that we find nothing there errs on the safe side.) */
#include <gnutls/x509.h>
#include <stdint.h>
#include <stdlib.h>

#include "net/bundle.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

static const char cn_a[] = "0\14\61\12\60\10\6\3U\4\3\23\1A";
static const struct bytes wanted = { cn_a, sizeof(cn_a) - 1 };

static bool
take(void *ctx, struct bytes der)
{
	struct cert_names n;

	if (!cert_names(der, &n) || !bytes_same(n.subject, wanted))
		abort();
	return ++*(int *)ctx < 3;
}

enum { CONSTRUCTED = 0x20, FORM = 0xe0, EXPLICIT = 0xa0 };

/* How many elements are there?  -1 where one does not hold whole elements with
 * nothing left over, or an explicit tag not just one (GnuTLS takes the version
 * and the serial number from wherever such a tag ends).  Headers are of one
 * octet and a definite length; recursion ends with the depth. */
static int
adds_up(const unsigned char *p, size_t n, int depth)
{
	int found = 0, inside;

	for (; n > 0; found++) {
		size_t head = 2, length, more;

		if (n < 2 || (p[0] & 0x1f) == 0x1f || depth == 0)
			return -1;
		length = p[1];
		if (length >= 0x80) {
			more = length & 0x7f;
			if (more == 0 || more > 4 || n < 2 + more)
				return -1;
			for (length = 0; head < 2 + more; head++)
				length = length << 8 | p[head];
		}
		if (length > n - head)
			return -1;
		if (p[0] & CONSTRUCTED) {
			inside = adds_up(p + head, length, depth - 1);
			if (inside < 0 ||
			    ((p[0] & FORM) == EXPLICIT && inside != 1))
				return -1;
		}
		p += head + length;
		n -= head + length;
	}
	return found;
}

static void
compare(struct bytes der, const struct cert_names *n)
{
	gnutls_datum_t d = { (void *)der.p, (unsigned)der.n },
		       raw = { NULL, 0 };
	gnutls_x509_crt_t crt;

	gnutls_x509_crt_init(&crt);
	if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_DER) == 0 &&
	    gnutls_x509_crt_get_raw_dn(crt, &raw) == 0 &&
	    (n == NULL ||
		!bytes_same(
		    n->subject, (struct bytes){ (char *)raw.data, raw.size })))
		abort();
	gnutls_free(raw.data);
	gnutls_x509_crt_deinit(crt);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct bytes in = { (const char *)p, n };
	struct cert_names whole, part;
	int taken = 0, none = 3;
	bool ok = cert_names(in, &whole);

	if (adds_up(p, n, 32) >= 0)
		compare(in, ok ? &whole : NULL);
	if (cert_names(bytes_head(in, n / 2), &part) &&
	    (!ok || !bytes_same(whole.subject, part.subject)))
		abort();
	bundle_find(in, &(struct bundle_search){ &wanted, 1, take, &taken });
	bundle_find(in, &(struct bundle_search){ &wanted, 0, take, &none });
	if (taken > 3 || none != 3)
		abort();
	return 0;
}
