/*
 * SCRAM (RFC 5802, RFC 7677), with and without channel binding.  Everything
 * the server says is doubted; only its signature makes success believable.
 */
#include <string.h>

#include "base/base64.h"
#include "base/clean.h"
#include "sasl/crypto.h"
#include "sasl/steps.h"

/*
 * Fewer rounds make a stolen exchange cheap to guess from (RFC 7677, 4), more
 * are a way to keep us busy.
 */
enum { ROUNDS_MIN = 4096, ROUNDS_MAX = 1000000, SALT_MAX = 1024 };

/* The server's first message, taken apart. */
struct opening {
	struct bytes nonce; /* borrowed */
	struct buf salt;    /* owned */
	unsigned rounds;
};

/* What is derived from the password, and signs. */
struct keys {
	struct digest client, stored, server;
};

static bool
binds(const struct sasl *s)
{
	return (s->mech->traits & SASL_BINDS) != 0;
}

/*
 * "y" tells a server that has -PLUS that somebody hid it from us; where we
 * saw it and chose otherwise, "n" is the truth.
 */
static void
add_gs2_header(const struct sasl *s, struct buf *out)
{
	const struct sasl_binding *b = &s->id->binding;

	if (binds(s))
		buf_addf(out, "p=%s,,", b->type);
	else if (sasl_binding_known(b) && !s->binding_offered)
		buf_adds(out, "y,,");
	else
		buf_adds(out, "n,,");
}

static bool
nonce_fit(struct bytes nonce)
{
	return nonce.n > 0 && !bytes_control(nonce) &&
	    !bytes_eight_bit(nonce) && bytes_index(nonce, ' ') == nonce.n &&
	    bytes_index(nonce, ',') == nonce.n;
}

static int
say_first(struct sasl *s, struct buf *response, struct error *e)
{
	struct buf user = BUF(SASL_TEXT_MAX);
	int rc;

	if (!nonce_fit(s->id->nonce))
		return error_set(e, ERR_INTERNAL, "nonce is unfit for SCRAM");
	utf8_prepare(&user, s->id->user);
	rc = sasl_fits(s, &user, e);
	buf_adds(&s->kept, "n=");
	sasl_add_name(&s->kept, buf_bytes(&user));
	buf_adds(&s->kept, ",r=");
	buf_add(&s->kept, s->id->nonce);
	add_gs2_header(s, response);
	buf_add(response, buf_bytes(&s->kept));
	buf_clear(&user);
	return rc;
}

/* Take "X=value" off *message if its letter is X. */
static bool
take(struct bytes *message, char letter, struct bytes *value)
{
	struct bytes part;

	if (message->n < 2 || message->p[0] != letter || message->p[1] != '=')
		return false;
	part = bytes_take(message, ',');
	*value = bytes_skip(part, 2);
	return true;
}

static int
broken(const char *what, struct error *e)
{
	return error_set(
	    e, ERR_PROTOCOL, "server broke SCRAM: %s is missing or bad", what);
}

static int
check_nonce(struct bytes ours, struct bytes nonce, struct error *e)
{
	if (!nonce_fit(nonce))
		return broken("its nonce", e);
	if (nonce.n <= ours.n || !bytes_same(bytes_head(nonce, ours.n), ours))
		return error_set(e, ERR_AUTH,
		    "server's SCRAM nonce does not go on from ours: somebody "
		    "may be replaying an exchange");
	return 0;
}

static int
read_rounds(struct bytes text, unsigned *rounds, struct error *e)
{
	*rounds = 0;
	if (text.n == 0 || text.n > 9 || text.p[0] == '0')
		return broken("the iteration count", e);
	for (; text.n > 0; text = bytes_skip(text, 1)) {
		if (text.p[0] < '0' || text.p[0] > '9')
			return broken("the iteration count", e);
		*rounds = *rounds * 10 + (unsigned)(text.p[0] - '0');
	}
	if (*rounds < ROUNDS_MIN || *rounds > ROUNDS_MAX)
		return error_set(e, ERR_AUTH,
		    "server wants %u SCRAM iterations, not between %d and %d",
		    *rounds, ROUNDS_MIN, ROUNDS_MAX);
	return 0;
}

static int
refused(struct bytes why, struct error *e)
{
	char shown[128];

	return error_set(e, ERR_AUTH, "server refused SCRAM: '%s'",
	    clean_copy(shown, sizeof(shown), why));
}

/* RFC 5802, 5.1: "m=" must fail, other extensions may be ignored. */
static int
check_extensions(struct bytes message, struct error *e)
{
	while (message.n > 0)
		if (bytes_starts_case(bytes_take(&message, ','), "m="))
			return error_set(e, ERR_AUTH,
			    "server demands a SCRAM extension we do not know");
	return 0;
}

static int
read_opening(
    struct bytes message, struct bytes ours, struct opening *o, struct error *e)
{
	struct bytes part;

	if (take(&message, 'e', &part))
		return refused(part, e);
	if (check_extensions(message, e) < 0)
		return -1;
	if (!take(&message, 'r', &o->nonce))
		return broken("its nonce", e);
	if (check_nonce(ours, o->nonce, e) < 0)
		return -1;
	if (!take(&message, 's', &part) || !base64_decode(&o->salt, part) ||
	    o->salt.n == 0 || !buf_ok(&o->salt))
		return broken("the salt", e);
	if (!take(&message, 'i', &part))
		return broken("the iteration count", e);
	return read_rounds(part, &o->rounds, e);
}

static bool
derive(struct keys *k, enum crypto_hash h, struct bytes password,
    const struct opening *o)
{
	struct digest salted;
	bool ok;

	ok = crypto_stretch(
		 &salted, h, password, buf_bytes(&o->salt), o->rounds) &&
	    crypto_hmac(
		&k->client, h, digest_bytes(&salted), BYTES("Client Key")) &&
	    crypto_hash(&k->stored, h, digest_bytes(&k->client)) &&
	    crypto_hmac(
		&k->server, h, digest_bytes(&salted), BYTES("Server Key"));
	digest_wipe(&salted);
	return ok;
}

/* Our proof goes out, the server's signature is awaited. */
static bool
sign(const struct keys *k, enum crypto_hash h, struct bytes exchange,
    struct digest *proof, struct buf *expected)
{
	struct digest signature;
	bool ok;

	*proof = k->client;
	ok = crypto_hmac(&signature, h, digest_bytes(&k->stored), exchange);
	if (ok)
		digest_xor(proof, &signature);
	ok = ok &&
	    crypto_hmac(&signature, h, digest_bytes(&k->server), exchange);
	buf_add(expected, digest_bytes(&signature));
	digest_wipe(&signature);
	return ok;
}

static void
add_binding(const struct sasl *s, struct buf *out)
{
	struct buf what = BUF(SASL_TEXT_MAX);

	add_gs2_header(s, &what);
	if (binds(s))
		buf_add(&what, s->id->binding.data);
	base64_encode(out, buf_bytes(&what));
	buf_share(out, &what);
	buf_clear(&what);
}

/* kept becomes the whole exchange that both sides sign (RFC 5802, 3). */
static void
add_final(struct sasl *s, struct bytes challenge, struct bytes nonce,
    struct buf *response)
{
	size_t before = response->n;

	buf_adds(response, "c=");
	add_binding(s, response);
	buf_adds(response, ",r=");
	buf_add(response, nonce);
	buf_addc(&s->kept, ',');
	buf_add(&s->kept, challenge);
	buf_addc(&s->kept, ',');
	buf_add(&s->kept, bytes_skip(buf_bytes(response), before));
}

static int
prove(struct sasl *s, enum crypto_hash h, const struct opening *o,
    struct buf *response, struct error *e)
{
	struct buf password = BUF(SASL_TEXT_MAX);
	struct digest proof;
	struct keys k;
	int rc;

	utf8_prepare(&password, s->id->secret);
	rc = sasl_fits(s, &password, e);
	if (rc == 0)
		rc = crypto_start(e);
	if (rc == 0 &&
	    !(derive(&k, h, buf_bytes(&password), o) &&
		sign(&k, h, buf_bytes(&s->kept), &proof, &s->expected)))
		rc = error_set(e, ERR_AUTH_MECHANISM,
		    "this machine's TLS library cannot do %s", s->mech->name);
	if (rc == 0) {
		buf_adds(response, ",p=");
		base64_encode(response, digest_bytes(&proof));
	}
	explicit_bzero(&k, sizeof(k));
	digest_wipe(&proof);
	buf_clear(&password);
	return rc;
}

static int
say_final(struct sasl *s, enum crypto_hash h, struct bytes challenge,
    struct buf *response, struct error *e)
{
	struct opening o = { .salt = BUF(SALT_MAX) };
	int rc = -1;

	if (challenge.n > SASL_TEXT_MAX / 4)
		error_set(
		    e, ERR_PROTOCOL, "server's SCRAM message is too long");
	else if (read_opening(challenge, s->id->nonce, &o, e) == 0) {
		add_final(s, challenge, o.nonce, response);
		rc = prove(s, h, &o, response, e);
	}
	buf_clear(&o.salt);
	return rc;
}

static int
hear_final(struct sasl *s, struct bytes challenge, struct error *e)
{
	struct buf signature = BUF(SASL_TEXT_MAX);
	struct bytes part;

	if (take(&challenge, 'e', &part))
		return refused(part, e);
	if (check_extensions(challenge, e) < 0)
		return -1;
	if (!take(&challenge, 'v', &part))
		return broken("the server's signature", e);
	s->proven = base64_decode(&signature, part) && s->expected.n > 0 &&
	    crypto_same(buf_bytes(&signature), buf_bytes(&s->expected));
	buf_clear(&signature);
	if (s->proven)
		return 0;
	return error_set(e, ERR_AUTH,
	    "server could not prove that it knows the password: it may be "
	    "an impostor");
}

static int
scram_step(struct sasl *s, enum crypto_hash h, struct bytes challenge,
    struct buf *response, struct error *e)
{
	switch (s->steps) {
	case 0:
		return say_first(s, response, e);
	case 1:
		return say_final(s, h, challenge, response, e);
	default:
		return hear_final(s, challenge, e);
	}
}

int
scram_sha1_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	return scram_step(s, CRYPTO_SHA1, challenge, response, e);
}

int
scram_sha256_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	return scram_step(s, CRYPTO_SHA256, challenge, response, e);
}

int
scram_sha512_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	return scram_step(s, CRYPTO_SHA512, challenge, response, e);
}

bool
scram_proven(const struct sasl *s)
{
	return s->proven;
}
