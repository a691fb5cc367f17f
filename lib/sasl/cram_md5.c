#include "sasl/crypto.h"
#include "sasl/steps.h"

/* RFC 2195.  An empty challenge would have us sign the same text for ever. */
int
cram_md5_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	struct digest d;

	if (challenge.n == 0)
		return error_set(
		    e, ERR_PROTOCOL, "server sent an empty CRAM-MD5 challenge");
	if (crypto_start(e) < 0)
		return -1;
	if (!crypto_hmac(&d, CRYPTO_MD5, s->id->secret, challenge))
		return error_set(e, ERR_AUTH_MECHANISM,
		    "this machine's TLS library forbids MD5");
	buf_add(response, s->id->user);
	buf_addc(response, ' ');
	for (size_t i = 0; i < d.n; i++)
		buf_addf(response, "%02x", d.p[i]);
	return 0;
}
