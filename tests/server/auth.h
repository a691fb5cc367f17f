/*
 * The server's half of the SASL mechanisms, written apart from lib/sasl so
 * that one mistake cannot hide in both.
 */
#ifndef SERVER_AUTH_H
#define SERVER_AUTH_H

#include "base/buf.h"

/* What the server knows.  All borrowed. */
struct auth_facts {
	const char *user, *password;   /* a bearer token is a password here */
	unsigned iterations;           /* of SCRAM */
	const char *certificate_user;  /* whose client certificate it is; "" */
	struct bytes exporter, unique; /* channel bindings, where there are */
	bool plus; /* a mechanism with channel binding is on offer */
};

enum auth_result {
	AUTH_MORE,     /* a challenge is in *out */
	AUTH_DONE,     /* they are who they say */
	AUTH_WRONG,    /* they are not */
	AUTH_MALFORMED /* not what the mechanism allows */
};

struct auth;
typedef enum auth_result auth_step_fn(
    struct auth *a, const struct bytes *in, struct buf *out);

struct auth {
	const char *name;
	auth_step_fn *step_fn;
	const struct auth_facts *facts; /* borrowed */
	unsigned step;
	struct buf user;       /* owned: who they say they are */
	bool right;            /* private: so far */
	struct buf first, gs2; /* owned, private: of SCRAM */
	struct buf nonce;      /* owned, private */
	int digest;            /* private: gnutls_mac_algorithm_t */
	bool bound;            /* private: a -PLUS mechanism */
	struct bytes binding;  /* private */
};

/* False when the mechanism is not known. */
bool auth_begin(
    struct auth *a, struct bytes name, const struct auth_facts *facts);

/*
 * One step: in is what the client sent, decoded; NULL when it sent no initial
 * response.  *out gets a challenge, to be encoded.
 */
enum auth_result auth_step(
    struct auth *a, const struct bytes *in, struct buf *out);
void auth_clear(struct auth *a);

/* Private to the mechanisms. */
auth_step_fn auth_scram;

#endif
