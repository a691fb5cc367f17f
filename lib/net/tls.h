/*
 * TLS over a wire, by GnuTLS.  The one room that knows GnuTLS's sessions and
 * certificates.
 *
 * Of the environment: SSLKEYLOGFILE is not obeyed, no session's keys are
 * written anywhere.  GnuTLS itself reads GNUTLS_SYSTEM_PRIORITY_FILE and
 * GNUTLS_CPUID_OVERRIDE when it is loaded, unless the process is setuid or
 * setgid: they belong to whoever may start us.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stdint.h>

#include "base/trace.h"
#include "net/wire.h"

enum tls_verify {
	TLS_VERIFY_FULL, /* chain, name, dates; and a pin, if there are any */
	TLS_VERIFY_PIN,  /* a pin alone decides */
	TLS_VERIFY_OFF   /* anything goes, but for pins, if there are any */
};

/* All borrowed. */
struct tls_plan {
	const char *host; /* the name, or address, to send and to verify */
	enum tls_verify verify;
	const char *trust_file; /* PEM; NULL: the system's trust store */
	/*
	 * Pins, or NULL: the leaf must match one.  "spki-sha256:HEX|BASE64",
	 * "sha256:HEX" or HEX with or without colons for the certificate.
	 */
	const char *const *pins; /* NULL-terminated list */
	const char *cert_file;   /* client certificate, PEM; or NULL */
	const char *key_file;    /* its key, PEM; or NULL */
	const char *min_version; /* "1.2" or "1.3"; NULL: 1.2 */
	const char *priority;    /* GnuTLS priority string; NULL: ours */
};

/* What was agreed on. */
struct tls_facts {
	char version[16], cipher[64], kx[64];
	char subject[256], issuer[256]; /* as RFC 4514 writes them, clean */
	char names[512];                /* "DNS:mx.test, IP:::1" */
	char sha256[96]; /* certificate, upper-case hex with colons */
	char spki[96];   /* public key, the same */
	int64_t not_before, not_after; /* seconds since the epoch */
	bool verified;         /* chain, name and dates were found good */
	bool pinned;           /* a pin matched */
	char binding_type[16]; /* "tls-exporter", "tls-unique", "" */
	char binding[64];
	size_t binding_n;
};

/*
 * Can what the plan names be used: certificates, key, pins, priorities?
 * ERR_CONFIG when not.  It connects to nobody.
 */
int tls_check(const struct tls_plan *plan, struct error *e);

/*
 * Start the library below, which takes 2 ms, before it is needed.  Whoever does
 * not has tls_start() do it.  ERR_OS.
 */
int tls_prepare(struct error *e);

/*
 * Handshake and verification over `below', which the new wire then owns (on
 * failure too: it is closed).  The trace is kept, the plan and the facts are
 * not.  deadline: ticks, 0: none.  The trust store is read when a certificate
 * that needs it has arrived, never sooner.  ERR_TLS_VERIFY says what is wrong
 * with the certificate (name, date, issuer) with a hint that never begins
 * with switching verification off; ERR_TLS for a failed handshake, with a
 * hint when the port speaks plain SMTP; ERR_DISCONNECTED; ERR_TIMEOUT;
 * ERR_CONFIG for what cannot be used of the plan.
 *
 * In TLS 1.3 a server that wants a client certificate says so only when it is
 * first read from.  A peer that hangs up without close_notify has ended all
 * the same (0): whether its last reply was whole is for the reader to see.
 */
struct wire *tls_start(struct wire *below, const struct tls_plan *plan,
    int64_t deadline, struct tls_facts *facts, struct trace *t,
    struct error *e);

#endif
