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
	char *origin;       /* owned: "preset ID" */
	struct layer layer; /* what it sets in an account */
	struct provider_port ports[PROVIDER_PORTS]; /* the usual one first */
	size_t ports_n;
};

#define PROVIDER ((struct provider){ 0 })
void provider_clear(struct provider *p);

/*
 * The files of presets; each may be NULL or not there.  Those of the first go
 * before those of the second.
 */
struct provider_files {
	const char *over, *main; /* borrowed */
};

/*
 * The preset of that id.  ERR_CONFIG when there is none, or when it is no
 * good.
 */
int provider_find(const struct provider_files *f, const char *id,
    struct provider *p, struct error *e);

/* The same for an address's domain: 1, 0 when none has it, or -1. */
int provider_for_domain(const struct provider_files *f, struct bytes domain,
    struct provider *p, struct error *e);

/* Add the ids of all presets to a list (conf/words.h), each once. */
int provider_ids(const struct provider_files *f, char ***ids, struct error *e);

#endif
