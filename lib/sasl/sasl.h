/*
 * SASL mechanisms (RFC 4422) from the client's side.  No I/O: a mechanism
 * takes challenges and makes responses, both decoded; base64 is the
 * conversation's affair.
 */
#ifndef SASL_SASL_H
#define SASL_SASL_H

#include "base/buf.h"
#include "base/error.h"

enum sasl_trait {
	SASL_PLAINTEXT = 1, /* the wire could read the secret off it */
	SASL_FIRST = 2,     /* the client speaks first */
	SASL_SINGLE = 4,    /* over in one round trip: may be pipelined
	                       (RFC 4954, 4) */
	SASL_BINDS = 8,     /* needs channel binding */
	SASL_TOKEN = 16,    /* the secret is a bearer token */
	SASL_CERT = 32      /* needs a client certificate */
};

/* Channel binding data of the TLS session (RFC 5929, RFC 9266). */
struct sasl_binding {
	const char *type;  /* "tls-exporter", "tls-unique"; NULL: none */
	struct bytes data; /* borrowed */
};

/* All borrowed; they must live as long as the exchange. */
struct sasl_identity {
	struct bytes user;   /* authentication identity, UTF-8 */
	struct bytes secret; /* password or bearer token */
	struct bytes host;   /* the server's name, for OAUTHBEARER */
	unsigned port;
	struct sasl_binding binding;
	struct bytes nonce; /* printable, no ',': the client's nonce */
};

struct sasl;

struct sasl_mechanism {
	const char *name;
	unsigned traits;
	unsigned turns; /* as many challenges may be answered, and no more */
	/*
	 * Answer a challenge (the empty one asks for the initial response of
	 * a SASL_FIRST mechanism) by adding to response.  -1 and ERR_AUTH or
	 * ERR_PROTOCOL when the server cheats or asks too much.
	 */
	int (*step)(struct sasl *s, struct bytes challenge,
	    struct buf *response, struct error *e);
	/*
	 * May success be believed now (SCRAM: server signature verified)?
	 * NULL where the server proves nothing.
	 */
	bool (*proven)(const struct sasl *s);
};

/* By strength, strongest first; ends with a NULL name. */
extern const struct sasl_mechanism sasl_mechanisms[];

const struct sasl_mechanism *sasl_find(struct bytes name);

/* One exchange. */
struct sasl {
	const struct sasl_mechanism *mech; /* borrowed */
	const struct sasl_identity *id;    /* borrowed */
	unsigned steps;                    /* challenges answered */
	bool binding_offered; /* the server has -PLUS: "y" would be a lie;
	                         for the caller to set after sasl_init() */
	bool proven;
	struct buf kept;     /* owned: what the mechanism must remember */
	struct buf expected; /* owned: SCRAM's server signature */
	struct buf said;     /* owned: why the server refused the token, printed
	                        clean (RFC 7628, 3.2.2: JSON); or empty */
};

/* Has the connection data to bind to? */
bool sasl_binding_known(const struct sasl_binding *b);

/*
 * Begin an exchange.  ERR_SECRET when user or secret cannot be used with this
 * mechanism (NUL in a password, for one), ERR_AUTH_MECHANISM when it needs a
 * channel binding and there is none.  sasl_clear() is due in any case.
 */
int sasl_init(struct sasl *s, const struct sasl_mechanism *mech,
    const struct sasl_identity *id, struct error *e);
void sasl_clear(struct sasl *s);

/*
 * Answer a challenge.  No more than the mechanism has turns for are answered,
 * and none after one that failed: ERR_PROTOCOL.  A failure leaves response as
 * it was.
 */
int sasl_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);

/*
 * May the server's word that we are authenticated be believed?  When not, the
 * connection must be dropped without a byte of content.
 */
bool sasl_proven(const struct sasl *s);

#endif
