/*
 * Where a session meets a wire, and nowhere else: dial, secure, do what the
 * session wants, tell it, until it is over.
 */
#ifndef SUBMIT_CONVERSE_H
#define SUBMIT_CONVERSE_H

#include "smtp/session.h"
#include "submit/letter.h"

/*
 * Hand the letter to one host.  Verdicts go into the envelope.  -1 when we
 * could not do our part; what was decided until then stands.
 */
int converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e);

/*
 * Is it the fault of the one machine that we spoke to, so that another may do
 * better (RFC 5321, 5.1)?
 */
bool converse_elsewhere(const struct error *e);

/*
 * Can the account be used as far as this machine can tell: the files that TLS
 * needs, and the password's place?
 */
int letter_check(const struct letter *l, struct error *e);

/*
 * Connect, secure and greet, and leave: what the account's first host that
 * answers offers.  look is called while the connection stands.
 */
struct tls_facts;
struct dialled;
struct glimpse {
	const struct account_host *host;
	const struct dialled *dialled;
	const struct tls_facts *tls; /* NULL: the connection is in the clear */
	const struct ehlo *offers;
	int64_t connect, handshake, greeting; /* microseconds */
};
int letter_look(struct letter *l, const struct request *r,
    void (*look)(void *ctx, const struct glimpse *g), void *ctx,
    struct error *e);

#endif
