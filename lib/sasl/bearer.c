/*
 * Bearer tokens.  A refused one is answered with a challenge that says why;
 * it wants one empty answer more before the server tells so in SMTP's words.
 */
#include "base/clean.h"
#include "sasl/steps.h"

static void
keep_reason(struct sasl *s, struct bytes challenge)
{
	clean_add(&s->said, bytes_head(challenge, SASL_TEXT_MAX / 4));
}

static void
add_pair(struct buf *out, const char *key, struct bytes value)
{
	buf_adds(out, key);
	buf_add(out, value);
	buf_addc(out, '\x01');
}

/* RFC 7628, 3.1 */
static void
say_token(const struct sasl_identity *id, struct buf *out)
{
	buf_adds(out, "n,a=");
	sasl_add_name(out, id->user);
	buf_adds(out, ",\x01");
	if (id->host.n > 0)
		add_pair(out, "host=", id->host);
	if (id->port != 0)
		buf_addf(out, "port=%u\x01", id->port);
	add_pair(out, "auth=Bearer ", id->secret);
	buf_addc(out, '\x01');
}

int
oauthbearer_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	(void)e;
	if (s->steps == 0) {
		say_token(s->id, response);
		return 0;
	}
	keep_reason(s, challenge);
	buf_addc(response, '\x01');
	return 0;
}

/* Google's older form of the same */
int
xoauth2_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	(void)e;
	if (s->steps == 1) {
		keep_reason(s, challenge);
		return 0;
	}
	add_pair(response, "user=", s->id->user);
	add_pair(response, "auth=Bearer ", s->id->secret);
	buf_addc(response, '\x01');
	return 0;
}
