/* The mechanisms that hand the secret, or a certificate's name, over. */
#include "sasl/steps.h"

/* RFC 4422, appendix A: nothing but the authorization identity. */
int
external_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	(void)challenge, (void)e;
	buf_add(response, s->id->user);
	return 0;
}

/* RFC 4616 */
int
plain_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	(void)challenge, (void)e;
	buf_addc(response, '\0');
	buf_add(response, s->id->user);
	buf_addc(response, '\0');
	buf_add(response, s->id->secret);
	return 0;
}

/*
 * draft-murchison-sasl-login: the prompts may say anything.  The table grants
 * two: a third one must get nothing, the secret least of all.
 */
int
login_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e)
{
	(void)challenge, (void)e;
	buf_add(response, s->steps == 0 ? s->id->user : s->id->secret);
	return 0;
}
