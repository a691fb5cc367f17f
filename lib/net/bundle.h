/*
 * Finding certificates in a PEM bundle by their subject, without a library
 * that would first take all of it to pieces.  Knows of X.509 no more than
 * where the two names stand; what it finds is for others to examine.
 * Private to lib/net.
 */
#ifndef NET_BUNDLE_H
#define NET_BUNDLE_H

#include "base/bytes.h"

/* Two names as they stand in a certificate: DER, header included. */
struct cert_names {
	struct bytes issuer, subject; /* borrowed */
};

/*
 * The names of a certificate in DER, or of as much of its beginning as holds
 * them (RFC 5280, 4.1).  False when it is something else.
 */
bool cert_names(struct bytes der, struct cert_names *names);

/* Takes one certificate (DER, borrowed); false stops the search. */
typedef bool bundle_take(void *ctx, struct bytes der);

/*
 * Hand every certificate of the bundle over whose subject is among the n
 * wanted; true unless memory ran out.
 */
struct bundle_search {
	const struct bytes *wanted; /* borrowed */
	size_t n;
	bundle_take *take;
	void *ctx;
};
bool bundle_find(struct bytes pem, const struct bundle_search *s);

#endif
