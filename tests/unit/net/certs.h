/*
 * Certificates made for a test: of a CA, a server, a client, good ones and
 * bad ones.
 */
#ifndef TESTS_NET_CERTS_H
#define TESTS_NET_CERTS_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "base/buf.h"

enum { CERT_NAMES = 4, DAY = 86400 };

struct cert_plan {
	const char *cn;
	const char *dn; /* more of the subject, as RFC 4514 writes it */
	const char *dns[CERT_NAMES];
	size_t dns_n;        /* of the first name; 0: all of it */
	const char *ip;      /* in digits */
	unsigned rsa;        /* bits; 0: ECDSA on P-256 */
	int from, until;     /* days from today; both 0: -1 and 1 */
	bool ca;             /* may sign others */
	const char *purpose; /* OID, or NULL */
};

struct cert {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

/* issuer NULL: self-signed. */
void cert_make(
    struct cert *c, const struct cert_plan *p, const struct cert *issuer);
void cert_free(struct cert *c);

void cert_add_pem(const struct cert *c, struct buf *out);
void cert_add_der(const struct cert *c, struct buf *out);

/* A new file in PEM, the key too if asked; its name into path. */
enum { CERT_PATH = 64 };
const char *cert_file(const struct cert *c, char path[CERT_PATH]);
const char *key_file(const struct cert *c, char path[CERT_PATH]);
const char *text_file(struct bytes text, char path[CERT_PATH]);

#endif
