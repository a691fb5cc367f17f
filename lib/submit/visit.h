/*
 * Going to the account's server without a letter: is all there that it takes,
 * what does it offer, what does it answer?
 */
#ifndef SUBMIT_VISIT_H
#define SUBMIT_VISIT_H

#include "submit/hop.h"
#include "smtp/reply.h"

/*
 * Can the account be used as far as this machine can tell: the files that TLS
 * needs, and the password's place?
 */
int letter_check(const struct letter *l, struct error *e);

/*
 * Connect, secure and greet, and leave: what the account's first host that
 * answers offers.  look is called while the connection stands.
 */
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

/* A command for a server: "VRFY", "EXPN" or NULL, and what it is asked. */
struct question {
	const char *verb;
	const char *text; /* NULL verb: the whole line */
};

struct inquiry {
	const struct question *asked; /* n of them, in this order */
	size_t n;
	/* Told each answer, with the line that was said. */
	void (*hear)(void *ctx, struct bytes said, const struct reply *reply);
	void *ctx;
};

/*
 * Log in as the account does, and ask all of it.  ERR_USAGE for what is no one
 * command, and for one that something else than a reply follows, before
 * anything is connected.
 */
int letter_ask(struct letter *l, const struct request *r,
    const struct inquiry *about, struct error *e);

#endif
