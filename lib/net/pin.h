/*
 * Pins: what an account says a server's certificate must be, by SHA-256 of
 * the certificate or of its public key (SPKI).  Knows their text, not how to
 * hash.  Private to lib/net.
 */
#ifndef NET_PIN_H
#define NET_PIN_H

#include "base/error.h"

enum { SHA256_SIZE = 32, SHA256_TEXT = 96 };

struct pin {
	bool spki; /* of the public key, else of the certificate */
	unsigned char sha256[SHA256_SIZE];
};

/*
 * "spki-sha256:HEX|BASE64", "sha256:HEX" or HEX; the hex digits in any case,
 * with or without colons.  ERR_CONFIG for anything else.
 */
int pin_parse(struct pin *p, const char *text, struct error *e);

/* Upper-case hex with colons; returns to. */
const char *pin_hex(
    const unsigned char sha256[SHA256_SIZE], char to[SHA256_TEXT]);

#endif
