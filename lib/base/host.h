/*
 * What a host may look like: domains, addresses, ports.  Whatever passes here
 * holds no control character and is fit for the wire.
 */
#ifndef BASE_HOST_H
#define BASE_HOST_H

#include "base/error.h"

/* A domain name of letters, digits, '-' and '_'; or one in UTF-8 as well? */
bool is_ascii_domain(struct bytes text);
bool is_domain(struct bytes text);

/* A numeric address of that family (AF_INET, AF_INET6)? */
bool is_ip(struct bytes text, int family);

/* An IPv6 address; a link-local one may name its interface. */
bool is_ipv6(struct bytes text);

/* An address literal: "[192.0.2.1]", "[IPv6:...]" (RFC 5321, 4.1.3)? */
bool is_address_literal(struct bytes text);

/* ERR_CONFIG, "'WORD' WHAT", the word fit to be shown; always -1. */
int host_refuse(struct error *e, struct bytes word, const char *what);

struct host {
	struct bytes name; /* borrowed: without brackets; or the path */
	unsigned port;     /* 0: none was given */
	bool is_path;
};

/*
 * name, name:port, address, [address], [address]:port, /socket.  ERR_CONFIG
 * with the word in its text.
 */
int host_read(struct host *h, struct bytes text, struct error *e);

#endif
