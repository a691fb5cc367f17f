/*
 * Connecting to one of several addresses, the quickest (RFC 8305, 5): IPv6
 * and IPv4 by turns, the next one when the one before has failed or has said
 * nothing for a while.  Knows nothing of names.  Private to lib/net.
 */
#ifndef NET_RACE_H
#define NET_RACE_H

#include "base/trace.h"
#include "net/resolve.h"

/* Microseconds between one attempt and the next (RFC 8305, 5). */
enum { RACE_DELAY = 250000 };

struct race {
	const char *host;              /* for messages */
	const struct endpoint *source; /* to bind to, or NULL */
	int64_t connect_timeout;       /* microseconds for each; 0: none */
	int64_t deadline;              /* ticks; 0: none */
	void (*meanwhile)(void);       /* see net/dial.h */
	struct trace *trace;
};

/* Sort in place: by turns IPv6 and IPv4, else in the order they came. */
void race_order(struct endpoints *to);

/*
 * Try the addresses in their order.  The connected descriptor (non-blocking,
 * close on exec), its address in *won; -1 with ERR_CONNECT or, when nothing
 * but time was lost, ERR_TIMEOUT: the text holds each address tried and why
 * not.
 */
int race(const struct race *r, const struct endpoints *to, struct endpoint *won,
    struct error *e);

#endif
