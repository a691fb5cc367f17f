#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>

#include "tests/server/auth.h"

enum { AUTH_TEXT = 64 * 1024, MD5_LENGTH = 16 };

static enum auth_result
verdict(struct auth *a, struct bytes user, struct bytes password)
{
	buf_reset(&a->user);
	buf_add(&a->user, user);
	return bytes_is(user, a->facts->user) &&
		bytes_is(password, a->facts->password)
	    ? AUTH_DONE
	    : AUTH_WRONG;
}

/* RFC 4616: [authzid] NUL authcid NUL passwd. */
static enum auth_result
plain(struct auth *a, const struct bytes *in, struct buf *out)
{
	struct bytes rest, user;

	(void)out;
	if (in == NULL)
		return AUTH_MORE;
	rest = *in;
	bytes_take(&rest, '\0');
	user = bytes_take(&rest, '\0');
	if (user.n == 0 || memchr(rest.p, '\0', rest.n) != NULL)
		return AUTH_MALFORMED;
	return verdict(a, user, rest);
}

static enum auth_result
login(struct auth *a, const struct bytes *in, struct buf *out)
{
	if (in == NULL) {
		buf_adds(out, "Username:");
		return AUTH_MORE;
	}
	if (a->user.n == 0) {
		buf_add(&a->user, *in);
		buf_adds(out, "Password:");
		return AUTH_MORE;
	}
	return bytes_is(buf_bytes(&a->user), a->facts->user) &&
		bytes_is(*in, a->facts->password)
	    ? AUTH_DONE
	    : AUTH_WRONG;
}

static void
add_hex(struct buf *out, const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%02x", p[i]);
}

/* RFC 2195. */
static enum auth_result
cram_answer(struct auth *a, struct bytes in)
{
	unsigned char mac[MD5_LENGTH];
	struct buf want = BUF(AUTH_TEXT);
	bool right;

	gnutls_hmac_fast(GNUTLS_MAC_MD5, a->facts->password,
	    strlen(a->facts->password), a->nonce.p, a->nonce.n, mac);
	buf_addf(&want, "%s ", a->facts->user);
	add_hex(&want, mac, sizeof(mac));
	right = bytes_same(in, buf_bytes(&want));
	buf_clear(&want);
	buf_add(&a->user, bytes_take(&in, ' '));
	return right ? AUTH_DONE : AUTH_WRONG;
}

static enum auth_result
cram_md5(struct auth *a, const struct bytes *in, struct buf *out)
{
	unsigned char random[12];

	if (a->nonce.n > 0)
		return in == NULL ? AUTH_MALFORMED : cram_answer(a, *in);
	if (in != NULL)
		return AUTH_MALFORMED;
	gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random));
	buf_addc(&a->nonce, '<');
	add_hex(&a->nonce, random, sizeof(random));
	buf_adds(&a->nonce, "@smtp-server.test>");
	buf_add(out, buf_bytes(&a->nonce));
	return AUTH_MORE;
}

/* The value of key in "key=value^A..." (RFC 7628, 3.1). */
static struct bytes
bearer_value(struct bytes in, const char *key)
{
	while (in.n > 0) {
		struct bytes pair = bytes_take(&in, '\001');

		if (bytes_starts_case(pair, key))
			return bytes_skip(pair, strlen(key));
	}
	return (struct bytes){ 0 };
}

static enum auth_result
bearer_verdict(
    struct auth *a, struct bytes user, struct bytes token, struct buf *out)
{
	bool right = bytes_starts_case(token, "Bearer ");

	token = bytes_skip(token, strlen("Bearer "));
	if (right && verdict(a, user, token) == AUTH_DONE)
		return AUTH_DONE;
	a->step = 100;
	buf_adds(out, "{\"status\":\"401\",\"schemes\":\"bearer\"}");
	return AUTH_MORE;
}

/* Google's: user= and auth=, an empty line answers the reason. */
static enum auth_result
xoauth2(struct auth *a, const struct bytes *in, struct buf *out)
{
	if (in == NULL)
		return AUTH_MORE;
	if (a->step > 100)
		return in->n == 0 ? AUTH_WRONG : AUTH_MALFORMED;
	return bearer_verdict(
	    a, bearer_value(*in, "user="), bearer_value(*in, "auth="), out);
}

/* RFC 7628: a GS2 header in front, ^A answers the reason. */
static enum auth_result
oauthbearer(struct auth *a, const struct bytes *in, struct buf *out)
{
	struct bytes rest, user;

	if (in == NULL)
		return AUTH_MORE;
	if (a->step > 100)
		return bytes_is(*in, "\001") ? AUTH_WRONG : AUTH_MALFORMED;
	rest = *in;
	if (!bytes_is(bytes_take(&rest, ','), "n"))
		return AUTH_MALFORMED;
	user = bytes_take(&rest, ',');
	if (!bytes_starts_case(user, "a="))
		return AUTH_MALFORMED;
	return bearer_verdict(
	    a, bytes_skip(user, 2), bearer_value(rest, "auth="), out);
}

/* RFC 4422, appendix A: the certificate says who it is. */
static enum auth_result
external(struct auth *a, const struct bytes *in, struct buf *out)
{
	(void)out;
	if (in == NULL)
		return AUTH_MORE;
	buf_adds(&a->user, a->facts->certificate_user);
	if (a->user.n == 0)
		return AUTH_WRONG;
	return in->n == 0 || bytes_same(*in, buf_bytes(&a->user)) ? AUTH_DONE
								  : AUTH_WRONG;
}

static const struct {
	const char *name;
	auth_step_fn *step;
	int digest;
	bool bound;
} mechanisms[] = {
	{ "PLAIN", plain, 0, false },
	{ "LOGIN", login, 0, false },
	{ "CRAM-MD5", cram_md5, 0, false },
	{ "SCRAM-SHA-1", auth_scram, GNUTLS_MAC_SHA1, false },
	{ "SCRAM-SHA-256", auth_scram, GNUTLS_MAC_SHA256, false },
	{ "SCRAM-SHA-512", auth_scram, GNUTLS_MAC_SHA512, false },
	{ "SCRAM-SHA-1-PLUS", auth_scram, GNUTLS_MAC_SHA1, true },
	{ "SCRAM-SHA-256-PLUS", auth_scram, GNUTLS_MAC_SHA256, true },
	{ "SCRAM-SHA-512-PLUS", auth_scram, GNUTLS_MAC_SHA512, true },
	{ "XOAUTH2", xoauth2, 0, false },
	{ "OAUTHBEARER", oauthbearer, 0, false },
	{ "EXTERNAL", external, 0, false },
};

bool
auth_begin(struct auth *a, struct bytes name, const struct auth_facts *facts)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
		if (bytes_is_case(name, mechanisms[i].name)) {
			*a = (struct auth){ .name = mechanisms[i].name,
				.step_fn = mechanisms[i].step,
				.facts = facts,
				.user = BUF(AUTH_TEXT),
				.first = BUF(AUTH_TEXT),
				.gs2 = BUF(AUTH_TEXT),
				.nonce = BUF(AUTH_TEXT),
				.digest = mechanisms[i].digest,
				.bound = mechanisms[i].bound };
			return true;
		}
	return false;
}

enum auth_result
auth_step(struct auth *a, const struct bytes *in, struct buf *out)
{
	buf_reset(out);
	a->step++;
	return a->step_fn(a, in, out);
}

void
auth_clear(struct auth *a)
{
	buf_clear(&a->user);
	buf_clear(&a->first);
	buf_clear(&a->gs2);
	buf_clear(&a->nonce);
}
