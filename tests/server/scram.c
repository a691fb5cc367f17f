/*
 * SCRAM (RFC 5802, 7677), the server's half, with channel binding by
 * tls-exporter (RFC 9266) or tls-unique (RFC 5929).  The salt is the same for
 * every run: the server has one user, and its tests gain by knowing.
 */
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "tests/server/auth.h"
#include "tests/server/base64.h"

enum { SCRAM_TEXT = 8192 };

static const char salt[] = "salt of the test";

struct keys {
	unsigned char client[64], stored[64], server[64];
	size_t n;
};

static void
derive(const struct auth *a, struct keys *k)
{
	gnutls_mac_algorithm_t mac = (gnutls_mac_algorithm_t)a->digest;
	gnutls_datum_t password = { (unsigned char *)a->facts->password,
		(unsigned)strlen(a->facts->password) };
	gnutls_datum_t salted = { (unsigned char *)salt, sizeof(salt) - 1 };
	unsigned char key[64];

	k->n = gnutls_hmac_get_len(mac);
	gnutls_pbkdf2(mac, &password, &salted, a->facts->iterations, key, k->n);
	gnutls_hmac_fast(mac, key, k->n, "Client Key", 10, k->client);
	gnutls_hmac_fast(mac, key, k->n, "Server Key", 10, k->server);
	gnutls_hash_fast(
	    (gnutls_digest_algorithm_t)mac, k->client, k->n, k->stored);
}

/* The value of "k=value", when that is what pair says. */
static bool
value_of(struct bytes pair, char key, struct bytes *value)
{
	if (pair.n < 2 || pair.p[0] != key || pair.p[1] != '=')
		return false;
	*value = bytes_skip(pair, 2);
	return true;
}

/* RFC 5802, 6: does the client's flag go with what was offered? */
static bool
flag_fits(struct auth *a, struct bytes flag)
{
	struct bytes type;

	if (!value_of(flag, 'p', &type))
		return !a->bound &&
		    (bytes_is(flag, "n") ||
			(bytes_is(flag, "y") && !a->facts->plus));
	if (bytes_is(type, "tls-exporter"))
		a->binding = a->facts->exporter;
	else if (bytes_is(type, "tls-unique"))
		a->binding = a->facts->unique;
	return a->bound && a->binding.n > 0;
}

/* "=2C" and "=3D" stand for themselves (RFC 5802, 5.1). */
static void
add_saslname(struct buf *out, struct bytes name)
{
	while (name.n > 0) {
		bool comma = bytes_starts_case(name, "=2C");
		bool equals = bytes_starts_case(name, "=3D");

		buf_addc(out, (char)(comma ? ',' : name.p[0]));
		name = bytes_skip(name, comma || equals ? 3 : 1);
	}
}

static enum auth_result
client_first(struct auth *a, struct bytes in, struct buf *out)
{
	struct bytes rest = in, flag = bytes_take(&rest, ','), name, nonce;
	unsigned char random[12];

	bytes_take(&rest, ',');
	buf_add(&a->gs2, bytes_head(in, in.n - rest.n));
	buf_add(&a->first, rest);
	if (!value_of(bytes_take(&rest, ','), 'n', &name) ||
	    !value_of(bytes_take(&rest, ','), 'r', &nonce) || nonce.n < 8)
		return AUTH_MALFORMED;
	if (!flag_fits(a, flag))
		return AUTH_WRONG;
	add_saslname(&a->user, name);
	gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random));
	buf_add(&a->nonce, nonce);
	base64_of(&a->nonce, (struct bytes){ (char *)random, sizeof(random) });
	buf_addf(out, "r=%s,s=", buf_text(&a->nonce));
	base64_of(out, BYTES(salt));
	buf_addf(out, ",i=%u", a->facts->iterations);
	buf_addc(&a->first, ',');
	buf_add(&a->first, buf_bytes(out));
	return AUTH_MORE;
}

/* c= must be the header and the binding, r= the whole nonce. */
static bool
final_fits(struct auth *a, struct bytes c, struct bytes r)
{
	struct buf want = BUF(SCRAM_TEXT), got = BUF(SCRAM_TEXT);
	bool fits;

	buf_add(&want, buf_bytes(&a->gs2));
	buf_add(&want, a->binding);
	fits = base64_to(&got, c) &&
	    bytes_same(buf_bytes(&got), buf_bytes(&want)) &&
	    bytes_same(r, buf_bytes(&a->nonce));
	buf_clear(&want);
	buf_clear(&got);
	return fits;
}

static bool
proof_fits(const struct auth *a, const struct keys *k, struct bytes p)
{
	gnutls_mac_algorithm_t mac = (gnutls_mac_algorithm_t)a->digest;
	unsigned char proof[64];
	struct buf got = BUF(SCRAM_TEXT);
	bool fits;

	gnutls_hmac_fast(mac, k->stored, k->n, a->first.p, a->first.n, proof);
	for (size_t i = 0; i < k->n; i++)
		proof[i] ^= k->client[i];
	fits = base64_to(&got, p) && got.n == k->n &&
	    memcmp(got.p, proof, k->n) == 0;
	buf_clear(&got);
	return fits;
}

static void
add_signature(const struct auth *a, const struct keys *k, struct buf *out)
{
	gnutls_mac_algorithm_t mac = (gnutls_mac_algorithm_t)a->digest;
	unsigned char signature[64];

	gnutls_hmac_fast(
	    mac, k->server, k->n, a->first.p, a->first.n, signature);
	buf_adds(out, "v=");
	base64_of(out, (struct bytes){ (char *)signature, k->n });
}

static enum auth_result
client_final(struct auth *a, struct bytes in, struct buf *out)
{
	struct bytes rest = in, c, r, p, without;
	struct keys k;

	if (!value_of(bytes_take(&rest, ','), 'c', &c) ||
	    !value_of(bytes_take(&rest, ','), 'r', &r))
		return AUTH_MALFORMED;
	without = bytes_head(in, (size_t)(r.p + r.n - in.p));
	if (!value_of(rest, 'p', &p))
		return AUTH_MALFORMED;
	if (!final_fits(a, c, r))
		return AUTH_WRONG;
	buf_addc(&a->first, ',');
	buf_add(&a->first, without);
	derive(a, &k);
	if (!bytes_is(buf_bytes(&a->user), a->facts->user) ||
	    !proof_fits(a, &k, p))
		return AUTH_WRONG;
	add_signature(a, &k, out);
	a->right = true;
	return AUTH_MORE;
}

enum auth_result
auth_scram(struct auth *a, const struct bytes *in, struct buf *out)
{
	if (in == NULL)
		return AUTH_MORE;
	if (a->first.n == 0)
		return client_first(a, *in, out);
	if (!a->right)
		return client_final(a, *in, out);
	return in->n == 0 ? AUTH_DONE : AUTH_MALFORMED;
}
