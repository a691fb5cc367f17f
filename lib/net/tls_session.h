/*
 * What the files of the TLS wire share.  Private to lib/net/tls*.c.
 */
#ifndef NET_TLS_SESSION_H
#define NET_TLS_SESSION_H

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#include "net/tls.h"

/* The name to verify: in A-labels, no dot at its end; or an address. */
struct tls_name {
	char text[256];
	unsigned char address[16];
	unsigned address_n; /* 0: no address */
};

/* One read of the wire below may hold a flight of several records. */
enum { TLS_AHEAD = 8192 };

struct tls {
	struct wire wire;
	struct wire *below; /* owned */
	gnutls_session_t session;
	gnutls_certificate_credentials_t cred;
	const struct tls_plan *plan; /* borrowed, as long as tls_start() runs */
	struct tls_facts *facts;     /* the same */
	struct trace *trace;         /* borrowed */
	struct tls_name name;
	struct error lower;   /* what the wire below complained of */
	struct error verdict; /* what is wrong with the certificate */
	int64_t start;        /* ticks */
	bool stuck;           /* a record is half written */
	bool heard;           /* the peer has said something */
	char first[64];       /* how that began */
	size_t first_n;
	size_t ahead_at, ahead_n; /* bytes read below, not yet decrypted */
	char ahead[TLS_AHEAD];
};

/* tls_wire.c: records below, bytes above. */
void tls_wire_init(struct tls *t);
void tls_wire_free(struct tls *t);

/*
 * tls_error.c: what a return value of GnuTLS means.  Always -1.  The second
 * is for the handshake, and knows a peer who speaks plain SMTP.
 */
int tls_failed(struct tls *t, int rc, struct error *e);
int tls_handshake_failed(struct tls *t, int rc, struct error *e);

/* tls_verify.c: is this the peer we want?  Fills the facts. */
int tls_verify_peer(struct tls *t, struct error *e);

/*
 * tls_trust.c: make cred trust those CAs of the store (a file, or NULL for
 * the system's) that may have issued one of the chain: how many, or -1 and
 * ERR_CONFIG; or all of the store.
 */
struct tls_chain {
	const gnutls_datum_t *cert; /* DER */
	unsigned n;
};
int tls_trust_some(gnutls_certificate_credentials_t cred,
    const struct tls_chain *chain, const char *file, struct error *e);
int tls_trust_all(
    gnutls_certificate_credentials_t cred, const char *file, struct error *e);

/* tls_facts.c */
void tls_facts_of_cert(gnutls_x509_crt_t cert, struct tls_facts *f);
void tls_facts_of_session(struct tls *t);
void tls_facts_tell(struct tls *t, const char *verdict);
/* "2026-11-22 19:14 UTC" */
enum { TLS_DATE = 32 };
const char *tls_date(int64_t when, char to[TLS_DATE]);

#endif
