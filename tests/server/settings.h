/*
 * How the test server is to behave, as its command line says.
 */
#ifndef SERVER_SETTINGS_H
#define SERVER_SETTINGS_H

#include "base/error.h"
#include "tests/server/script.h"

/* Strings are borrowed from the command line. */
struct settings {
	/* where */
	const char *address, *socket, *port_file;
	unsigned port, connections, idle;
	/* TLS */
	const char *tls;         /* "off", "implicit", "starttls" */
	const char *certs;       /* directory, made when it is not there */
	const char *cert;        /* which kind: certs.h */
	const char *client_cert; /* "no", "ask", "demand" */
	const char *priority;
	/* what it says of itself */
	const char *name, *extensions, *without, *auth;
	bool lmtp, auth_before_tls, open, strict;
	unsigned latency, max_recipients, iterations;
	unsigned size; /* octets; 0: any */
	const char *user, *password;
	/* what it keeps */
	const char *store;
	bool discard, quiet;
	/* and what else */
	const char *make_certs;
	bool help;
	struct script script; /* owned */
};

/*
 * Read the command line.  -1 with ERR_USAGE for one that makes no sense.
 */
int settings_read(struct settings *s, int argc, char **argv, struct error *e);
void settings_clear(struct settings *s);

/* A line for each option, for --help. */
void settings_help(struct buf *out);

/* Is word one of list's, which blanks or commas part, whatever the case? */
bool list_has(const char *list, struct bytes word);
/* Take the next word off *list; an empty one at the end. */
struct bytes list_take(struct bytes *list);

#endif
