/*
 * A TLS server in a thread, for one connection of a test.
 */
#ifndef TESTS_NET_TLS_PEER_H
#define TESTS_NET_TLS_PEER_H

#include <pthread.h>

#include "certs.h"
#include "net/wire.h"

enum { PEER_CHAIN = 4 };

struct tls_peer {
	/* To be set. */
	const struct cert *chain[PEER_CHAIN]; /* leaf first */
	const char *priority;                 /* NULL: GnuTLS's own */
	const struct cert *client_ca;         /* ask for a client certificate */
	const char *plain;                    /* say this instead of TLS */
	bool tcp;                             /* else a socketpair */
	/* What is said in TLS; NULL: close_notify at once. */
	void (*talk)(struct tls_peer *p);
	/* Found out. */
	int fd, handshake;
	gnutls_session_t session;
	char sni[64], alpn[16], client[64];
	unsigned char binding[64];
	size_t binding_n;
	struct buf heard;
	/* Private. */
	gnutls_certificate_credentials_t cred;
	pthread_t thread;
	bool joined;
};

/* The other end of it, on a wire. */
struct wire *peer_start(struct tls_peer *p);
/* Wait for the thread: after it, what it found out can be looked at. */
void peer_join(struct tls_peer *p);
void peer_end(struct tls_peer *p);

#endif
