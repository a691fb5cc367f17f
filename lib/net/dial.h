/*
 * From a name to a connected wire: resolution off the main thread and with a
 * deadline (getaddrinfo has none), IPv6 and IPv4 racing (RFC 8305), a source
 * address, Unix sockets.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include <stdint.h>

#include "base/trace.h"
#include "net/wire.h"

/* As many addresses of a host are worth a try. */
enum { DIAL_ADDRESSES = 3, DIAL_PEER = 112 };

/* Those that were tried, and shall not be dialled again. */
struct dial_tried {
	char peer[DIAL_ADDRESSES][DIAL_PEER];
	size_t n;
};

struct dial {
	const char *host;        /* name (UTF-8 allowed), address, or path */
	unsigned port;           /* not for a path */
	const char *source;      /* address, or address:port, [address]:port,
	                            to bind to; or NULL */
	int64_t connect_timeout; /* microseconds for the name and for each
	                            address; 0: none */
	int64_t deadline;        /* ticks: the end of everything; 0: none */
	const struct dial_tried *tried; /* or NULL */
	void (*meanwhile)(void); /* called when there is nothing to do but
	                            wait for the first connection; or NULL */
};

/* What came of it, for the trace and the EHLO argument. */
struct dialled {
	char peer[DIAL_PEER]; /* numeric address of the peer, or the path */
	char local[64];       /* numeric address of this end, or "" */
	bool ipv6;
	bool others; /* there are addresses that were not tried */
};

/*
 * ERR_RESOLVE (transient when the resolver said try again), ERR_CONNECT,
 * ERR_TIMEOUT; the text names the host, and each address with its reason.
 */
struct wire *dial(const struct dial *d, struct dialled *came, struct trace *t,
    struct error *e);

#endif
