/*
 * Where a session meets a wire: dial, secure, do what the session wants, tell
 * it, until it is idle or over.
 */
#ifndef CLIENT_CONNECTION_H
#define CLIENT_CONNECTION_H

#include "client/content.h"
#include "net/dial.h"
#include "net/tls.h"

struct connection {
	/* of whoever opens it; all borrowed */
	const struct here *here;
	struct trace *trace;
	struct dial dial;
	struct tls_plan tls_plan;  /* for the start, or for STARTTLS */
	bool implicit;             /* TLS from the start */
	bool starttls;             /* it will be asked for later */
	int64_t handshake_timeout; /* microseconds; 0: a minute */
	struct content *content;   /* what is sent next; or NULL */
	/* Told how much of the message was handed over; or NULL. */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;

	/* what came of it */
	struct dialled dialled;
	struct tls_facts tls;
	bool secured;               /* the wire is TLS, as tls says */
	int64_t connect, handshake; /* microseconds they took */

	/* private */
	struct smtp *session; /* owned */
	struct wire *wire;    /* owned */
	int64_t deadline;     /* ticks: for the step under way */
	uint64_t progressed;
	int64_t grace; /* ticks: how long whoever stops us must wait; or 0 */
};

/* Dial, and shake hands if that comes first.  Kinds: net/dial.h, net/tls.h. */
int connection_open(struct connection *c, struct error *e);

/*
 * Begin the session over it (smtp/session.h); its greeting has not been heard
 * yet.  ERR_OS when memory is out.
 */
int connection_begin(struct connection *c, const struct smtp_plan *plan,
    struct envelope *env, struct smtp_tries *tries, struct error *e);

/*
 * Do what the session wants until it is idle or over.  What goes wrong is
 * smtp_error().
 */
void connection_run(struct connection *c);

/* What is there already of the answer to QUIT, for the trace. */
void connection_glance(struct connection *c);

/* Turns with the server until now, TCP and handshake included. */
unsigned connection_round_trips(const struct connection *c);

/* Free session and wire; a connection that never was opened is fine. */
void connection_close(struct connection *c);

#endif
