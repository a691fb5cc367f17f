/*
 * Where a domain takes mail from its users: _submissions._tcp, by implicit
 * TLS, and behind it _submission._tcp, by STARTTLS (RFC 6186, RFC 8314, 5.1).
 */
#ifndef CLIENT_LOCATE_H
#define CLIENT_LOCATE_H

#include "base/trace.h"
#include "net/srv.h"

enum { LOCATE_MOST = 2 * SRV_MOST };

/* All borrowed. */
struct locate {
	const struct here *here;
	struct trace *trace;
	const char *domain;      /* UTF-8 allowed */
	bool implicit, starttls; /* which of them to ask for */
	int64_t deadline;        /* ticks; 0: none */
	srv_lookup *lookup;
};

struct location {
	char host[SRV_HOST];
	unsigned port;
	bool implicit;
	/*
	 * The host is the domain or lies in it.  If not, whoever can forge an
	 * answer may have sent us there: only a certificate for the domain
	 * says that it is no stranger (RFC 6186, 4).
	 */
	bool inside;
};

struct locations {
	struct location at[LOCATE_MOST];
	size_t n;
};

/*
 * The hosts in the order in which to try them, at least one.  ERR_RESOLVE: the
 * domain has none, or none of such, or (transient) nobody could tell;
 * ERR_TIMEOUT; ERR_ADDRESS for what is no domain.
 */
int locate(const struct locate *l, struct locations *found, struct error *e);

#endif
