/*
 * The server's side of TLS.
 */
#ifndef SERVER_SECURE_H
#define SERVER_SECURE_H

#include <gnutls/gnutls.h>

#include "tests/server/settings.h"

struct secure {
	gnutls_certificate_credentials_t credentials; /* owned */
	gnutls_priority_t priority;                   /* owned */
	gnutls_certificate_request_t ask;
	bool ready;
};

/* What a session came to. */
struct secure_facts {
	char version[32], cipher[64], asked_name[256];
	char certificate_user[256]; /* CN of a good client certificate; "" */
	char exporter[64], unique[64];
	size_t exporter_n, unique_n;
	bool resumed;
};

/* Does nothing when the settings want no TLS. */
int secure_init(struct secure *s, const struct settings *set, struct error *e);
void secure_clear(struct secure *s);

gnutls_session_t secure_session(const struct secure *s);
void secure_learn(struct secure_facts *f, gnutls_session_t tls);

#endif
