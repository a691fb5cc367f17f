#include "sasl/sasl.h"

#include "base/clean.h"
#include "sasl/steps.h"

enum { SCRAM = SASL_FIRST, PLUS = SASL_FIRST | SASL_BINDS };

/* clang-format off */
const struct sasl_mechanism sasl_mechanisms[] = {
	{ "EXTERNAL", SASL_FIRST | SASL_SINGLE | SASL_CERT, 1,
	    external_step, NULL },
	{ "OAUTHBEARER", SASL_PLAINTEXT | SASL_FIRST | SASL_TOKEN, 2,
	    oauthbearer_step, NULL },
	{ "XOAUTH2", SASL_PLAINTEXT | SASL_FIRST | SASL_TOKEN, 2,
	    xoauth2_step, NULL },
	{ "SCRAM-SHA-512-PLUS", PLUS, 3, scram_sha512_step, scram_proven },
	{ "SCRAM-SHA-256-PLUS", PLUS, 3, scram_sha256_step, scram_proven },
	{ "SCRAM-SHA-1-PLUS", PLUS, 3, scram_sha1_step, scram_proven },
	{ "SCRAM-SHA-512", SCRAM, 3, scram_sha512_step, scram_proven },
	{ "SCRAM-SHA-256", SCRAM, 3, scram_sha256_step, scram_proven },
	{ "SCRAM-SHA-1", SCRAM, 3, scram_sha1_step, scram_proven },
	{ "PLAIN", SASL_PLAINTEXT | SASL_FIRST | SASL_SINGLE, 1,
	    plain_step, NULL },
	{ "LOGIN", SASL_PLAINTEXT, 2, login_step, NULL },
	{ "CRAM-MD5", 0, 1, cram_md5_step, NULL },
	{ NULL, 0, 0, NULL, NULL },
};
/* clang-format on */

const struct sasl_mechanism *
sasl_find(struct bytes name)
{
	for (const struct sasl_mechanism *m = sasl_mechanisms; m->name != NULL;
	     m++)
		if (bytes_is_case(name, m->name))
			return m;
	return NULL;
}

static bool
has_nul(struct bytes text)
{
	return bytes_index(text, '\0') < text.n;
}

static int
check_user(const struct sasl_mechanism *m, struct bytes user, struct error *e)
{
	if (user.n == 0 && (m->traits & SASL_CERT) == 0)
		return error_set(e, ERR_SECRET, "%s needs a user", m->name);
	if (!utf8_valid(user))
		return error_set(e, ERR_SECRET, "user is not UTF-8");
	if (bytes_control(user))
		return error_set(
		    e, ERR_SECRET, "user holds a control character");
	return 0;
}

/* RFC 6750, 2.1 allows less; nobody's token holds what is refused here. */
static bool
token_fit(struct bytes token)
{
	return !bytes_control(token) && !bytes_eight_bit(token) &&
	    bytes_index(token, ' ') == token.n;
}

static int
check_secret(
    const struct sasl_mechanism *m, struct bytes secret, struct error *e)
{
	if ((m->traits & SASL_CERT) != 0)
		return 0;
	if (secret.n == 0)
		return error_set(e, ERR_SECRET, "%s needs a %s", m->name,
		    (m->traits & SASL_TOKEN) != 0 ? "token" : "password");
	if (has_nul(secret))
		return error_set(e, ERR_SECRET, "password holds a NUL");
	if ((m->traits & SASL_TOKEN) != 0 && !token_fit(secret))
		return error_set(
		    e, ERR_SECRET, "token holds what no token may hold");
	return 0;
}

bool
sasl_binding_known(const struct sasl_binding *b)
{
	return b->type != NULL && b->type[0] != '\0' && b->data.n > 0;
}

static int
check_binding(const struct sasl_mechanism *m, const struct sasl_binding *b,
    struct error *e)
{
	if ((m->traits & SASL_BINDS) != 0 && !sasl_binding_known(b))
		return error_set(e, ERR_AUTH_MECHANISM,
		    "%s needs TLS with channel binding", m->name);
	return 0;
}

int
sasl_init(struct sasl *s, const struct sasl_mechanism *mech,
    const struct sasl_identity *id, struct error *e)
{
	*s = (struct sasl){ .mech = mech, .id = id };
	buf_init(&s->kept, SASL_TEXT_MAX);
	buf_init(&s->expected, SASL_TEXT_MAX);
	buf_init(&s->said, SASL_TEXT_MAX);
	if (check_user(mech, id->user, e) < 0 ||
	    check_secret(mech, id->secret, e) < 0)
		return -1;
	return check_binding(mech, &id->binding, e);
}

void
sasl_clear(struct sasl *s)
{
	buf_clear(&s->kept);
	buf_clear(&s->expected);
	buf_clear(&s->said);
}

int
sasl_fits(const struct sasl *s, const struct buf *b, struct error *e)
{
	if (buf_ok(b))
		return 0;
	if (b->state == BUF_NOMEM)
		return error_set(e, ERR_OS, "no memory for %s", s->mech->name);
	return error_set(
	    e, ERR_SECRET, "user or secret is too long for %s", s->mech->name);
}

static int
answer(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	if (s->steps == s->mech->turns)
		return error_set(e, ERR_PROTOCOL,
		    "server asks for more than %s has", s->mech->name);
	if (s->mech->step(s, challenge, response, e) < 0)
		return -1;
	if (sasl_fits(s, response, e) < 0 || sasl_fits(s, &s->kept, e) < 0)
		return -1;
	return sasl_fits(s, &s->expected, e);
}

int
sasl_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	size_t before = response->n;

	if (answer(s, challenge, response, e) == 0) {
		s->steps++;
		return 0;
	}
	buf_cut(response, before);
	s->steps = s->mech->turns;
	s->proven = false;
	return -1;
}

bool
sasl_proven(const struct sasl *s)
{
	return s->mech->proven == NULL || s->mech->proven(s);
}

void
sasl_add_name(struct buf *out, struct bytes name)
{
	for (; name.n > 0; name = bytes_skip(name, 1)) {
		if (name.p[0] == '=')
			buf_adds(out, "=3D");
		else if (name.p[0] == ',')
			buf_adds(out, "=2C");
		else
			buf_addc(out, name.p[0]);
	}
}
