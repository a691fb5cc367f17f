/*
 * From a name to addresses.  getaddrinfo() knows no deadline, so it runs aside
 * (net/aside.h); an address needs no thread.  Private to lib/net.
 */
#ifndef NET_RESOLVE_H
#define NET_RESOLVE_H

#include <netdb.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/error.h"

enum { RESOLVE_MOST = 32, ENDPOINT_TEXT = 64 };

struct endpoint {
	struct sockaddr_storage addr;
	socklen_t n;
};

struct endpoints {
	struct endpoint at[RESOLVE_MOST];
	size_t n;
};

/* The numeric address, without the port; returns to. */
const char *endpoint_text(const struct endpoint *p, char to[ENDPOINT_TEXT]);
unsigned endpoint_port(const struct endpoint *p);

/* getaddrinfo, or what stands in for it in a test. */
typedef int resolve_lookup(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **answer);

/* An address in digits: true and *p; host is not asked about. */
bool resolve_literal(const char *host, unsigned port, struct endpoint *p);

/*
 * An end of ours: address, address:port for IPv4, [address]:port for either.
 * The port is 0, any, when there is none.
 */
bool resolve_source(const char *text, struct endpoint *p);

/*
 * The addresses of host (ASCII), in the system's order, RESOLVE_MOST at most.
 * ERR_RESOLVE (transient when the answer may be another one later) and
 * ERR_TIMEOUT at the deadline (ticks; 0: none).
 */
struct resolve {
	const char *host;
	unsigned port;
	int64_t deadline;
	resolve_lookup *lookup;
};
int resolve(const struct resolve *r, struct endpoints *found, struct error *e);

#endif
