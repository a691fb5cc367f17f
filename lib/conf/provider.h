/*
 * Presets: what is known of the big mail providers.  They stand in a file of
 * their own, in libconfig's syntax; only the block of the one that is asked
 * for is parsed.
 */
#ifndef CONF_PROVIDER_H
#define CONF_PROVIDER_H

#include "conf/value.h"

/* A port that the provider offers, and how TLS goes there. */
struct provider_port {
	unsigned port;
	enum account_tls tls;
};

enum { PROVIDER_PORTS = 8 };

struct provider {
	char *id, *name;    /* owned */
	char **domains;     /* owned */
	char *login;        /* owned: what to log in as; or NULL */
	char *secret;       /* owned: what the password is; or NULL */
	char *help;         /* owned: where to get it; or NULL */
	char *note;         /* owned: what else to know; or NULL */
	struct layer layer; /* what it sets in an account */
	struct provider_port ports[PROVIDER_PORTS]; /* the usual one first */
	size_t ports_n;
};

#define PROVIDER ((struct provider){ 0 })
void provider_clear(struct provider *p);

/*
 * The preset of that id, from the first of the two files (each may be NULL)
 * that has it.  ERR_CONFIG when there is none, or when it is no good.
 */
int provider_find(
    char *const files[2], const char *id, struct provider *p, struct error *e);

#endif
