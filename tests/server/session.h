/*
 * One connection from its greeting to its end: SMTP (RFC 5321) or LMTP (RFC
 * 2033) as a server speaks it, with what the script wants otherwise.
 */
#ifndef SERVER_SESSION_H
#define SERVER_SESSION_H

#include "tests/server/secure.h"

struct session_place {
	const struct settings *settings; /* borrowed */
	const struct secure *secure;     /* borrowed */
	int store;                       /* directory, or -1 */
	unsigned *messages; /* borrowed: counts the messages of the run */
	unsigned conn;      /* which connection this is, from 1 */
	char client[64];    /* its address:port; "" for a Unix socket */
};

/* Serve one client; takes the descriptor. */
void session_serve(const struct session_place *place, int fd);

#endif
