#include "sasl/crypto.h"

#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

static const struct {
	gnutls_mac_algorithm_t mac;
	gnutls_digest_algorithm_t hash;
	size_t n;
} kinds[] = {
	[CRYPTO_MD5] = { GNUTLS_MAC_MD5, GNUTLS_DIG_MD5, 16 },
	[CRYPTO_SHA1] = { GNUTLS_MAC_SHA1, GNUTLS_DIG_SHA1, 20 },
	[CRYPTO_SHA256] = { GNUTLS_MAC_SHA256, GNUTLS_DIG_SHA256, 32 },
	[CRYPTO_SHA512] = { GNUTLS_MAC_SHA512, GNUTLS_DIG_SHA512, 64 },
};

struct bytes
digest_bytes(const struct digest *d)
{
	return (struct bytes){ (const char *)d->p, d->n };
}

void
digest_wipe(struct digest *d)
{
	explicit_bzero(d, sizeof(*d));
}

void
digest_xor(struct digest *d, const struct digest *other)
{
	for (size_t i = 0; i < d->n; i++)
		d->p[i] ^= other->p[i];
}

static bool
made(struct digest *d, enum crypto_hash h, bool failed)
{
	d->n = failed ? 0 : kinds[h].n;
	return !failed;
}

static bool
cannot_start(void)
{
	return gnutls_global_init() < 0;
}

int
crypto_start(struct error *e)
{
	int rc = gnutls_global_init();

	if (rc >= 0)
		return 0;
	error_set(
	    e, ERR_OS, "no login that needs a hash: %s", gnutls_strerror(rc));
	return error_hint(e, "is GnuTLS installed, and whole?");
}

bool
crypto_hash(struct digest *d, enum crypto_hash h, struct bytes text)
{
	return made(d, h,
	    cannot_start() ||
		gnutls_hash_fast(kinds[h].hash, text.p, text.n, d->p) != 0);
}

bool
crypto_hmac(
    struct digest *d, enum crypto_hash h, struct bytes key, struct bytes text)
{
	return made(d, h,
	    cannot_start() ||
		gnutls_hmac_fast(
		    kinds[h].mac, key.p, key.n, text.p, text.n, d->p) != 0);
}

/* GnuTLS only reads what it is given here. */
static gnutls_datum_t
datum(struct bytes b)
{
	return (gnutls_datum_t){ (unsigned char *)b.p, (unsigned)b.n };
}

bool
crypto_stretch(struct digest *d, enum crypto_hash h, struct bytes password,
    struct bytes salt, unsigned rounds)
{
	gnutls_datum_t key = datum(password), grains = datum(salt);

	return made(d, h,
	    cannot_start() ||
		gnutls_pbkdf2(kinds[h].mac, &key, &grains, rounds, d->p,
		    kinds[h].n) != 0);
}

bool
crypto_same(struct bytes a, struct bytes b)
{
	return a.n == b.n && gnutls_memcmp(a.p, b.p, a.n) == 0;
}
