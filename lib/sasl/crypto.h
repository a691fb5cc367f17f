/*
 * The primitives that SASL needs, by GnuTLS: the one place of this room that
 * knows it.
 */
#ifndef SASL_CRYPTO_H
#define SASL_CRYPTO_H

#include "base/bytes.h"
#include "base/error.h"

enum crypto_hash { CRYPTO_MD5, CRYPTO_SHA1, CRYPTO_SHA256, CRYPTO_SHA512 };

/* A hash, or a key derived with one.  Wipe it when it was secret. */
struct digest {
	unsigned char p[64];
	size_t n;
};

struct bytes digest_bytes(const struct digest *d); /* borrowed */
void digest_wipe(struct digest *d);

/* d = d XOR other; both of one length. */
void digest_xor(struct digest *d, const struct digest *other);

/* Start what the functions below need, once or again: -1 and ERR_OS. */
int crypto_start(struct error *e);

/*
 * The functions below return false, and leave *d empty, when GnuTLS cannot or
 * may not (FIPS 140 mode has no MD5).
 */
bool crypto_hash(struct digest *d, enum crypto_hash h, struct bytes text);
bool crypto_hmac(
    struct digest *d, enum crypto_hash h, struct bytes key, struct bytes text);

/* PBKDF2 (RFC 8018, 5.2), one block of the hash's length. */
bool crypto_stretch(struct digest *d, enum crypto_hash h, struct bytes password,
    struct bytes salt, unsigned rounds);

/* Are they the same?  Takes as long whatever the answer. */
bool crypto_same(struct bytes a, struct bytes b);

#endif
