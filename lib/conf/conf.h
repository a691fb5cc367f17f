/*
 * Configuration: libconfig files checked by our own table, merged, and asked
 * for an account.  libconfig is used in conf/file.c and nowhere else.
 */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "conf/account.h"

/*
 * Where to look; all borrowed.  Filled from the command line and the
 * environment above.
 */
struct conf_places {
	const char *file;      /* -C: this one alone; or NULL */
	const char *user_file; /* the user's, if it exists; or NULL */
	const char *system_file;
	const char *providers;      /* the preset table of DATADIR; or NULL */
	const char *providers_over; /* one whose presets come first; or NULL */
	const char *home;           /* for "~/"; or NULL */
};

struct conf; /* opaque, owned */

/*
 * Read everything there is.  A file that does not exist is no error, unless
 * it was named with -C (ERR_NOINPUT).  All errors of all files are gathered
 * in *report, a line (and the offending line) each, "file:line: what" first;
 * e then is ERR_CONFIG (or ERR_SECRET for permissions) and says how many.
 */
struct conf *conf_load(
    const struct conf_places *places, struct buf *report, struct error *e);
void conf_free(struct conf *c);

/* Does the file that was named belong to root, and can nobody else write to it?
   Does it include others? */
bool conf_is_roots(const struct conf *c);
bool conf_includes(const struct conf *c);

/* What qualifies bare addresses; NULL for "auto". */
const char *conf_domain(const struct conf *c);

/* The file of aliases that is set; NULL when nobody said; "off" for none. */
const char *conf_aliases(const struct conf *c);

/* Where what could not be sent is saved, or "off"; NULL when nobody said. */
const char *conf_dead_letter(const struct conf *c);

/* Where messages wait; NULL when nobody said. */
const char *conf_spool(const struct conf *c);

/* What must stay free of its file system, in octets. */
int64_t conf_spool_reserve(const struct conf *c);

/* Where to log: "syslog", "off", files; NULL when nobody said. */
const char *const *conf_log(const struct conf *c);

/* What a user of the service may, as the limit_* keys say; 0: no limit. */
struct conf_limits {
	int64_t connections; /* at once */
	int64_t messages;    /* a minute */
	int64_t recipients;  /* of a message */
	int64_t size;        /* octets of a message */
	int64_t spool;       /* octets of what waits */
};

/* The defaults when c is NULL. */
struct conf_limits conf_limits(const struct conf *c);

/* Settings from the command line or the environment, over any account's. */
struct conf_override {
	const char *key;    /* as in the file: "tls_trust_file" */
	const char *value;  /* as text: lists by commas, "on"/"off" for bool */
	const char *origin; /* "--tls-trust-file", "SENDOFF_HOST" */
};

/* Which account is wanted; all borrowed, NULL where nobody said. */
struct conf_wish {
	const char *name, *sender;
	const struct conf_override *over;
	size_t over_n;
};

/*
 * Choose: the account called name; else the one whose `from' matches sender
 * (exact before pattern; without a `from', its user when that is an address);
 * else default_account; else the only one.  With a host or a provider among
 * the overrides and no name, an account of its own, called "(options)", that
 * inherits the defaults alone.  Of overrides for the same key the last wins.
 * Three of them are no keys: password_command (split at spaces, quotes and
 * backslashes honoured, no shell), password_file and password_env.
 *
 * Fills *a with everything resolved, or leaves it clear.  ERR_CONFIG when
 * there is none, with a hint that names those there are, and for what cannot
 * be: an unknown provider, a value that is none, no host.
 */
int conf_account(struct conf *c, const struct conf_wish *w, struct account *a,
    struct error *e);

/* The names of the accounts, in the order of the file; NULL-terminated,
   borrowed. */
const char *const *conf_names(const struct conf *c);

/*
 * Add an account in the syntax of the file, each key with its origin as a
 * comment, secrets as "(hidden)".
 */
void conf_show(const struct account *a, struct buf *out);

/*
 * The key table for others: name and one-line help of the i-th key that can
 * be set for an account (or at the top); false behind the last.
 */
struct conf_key {
	const char *name, *values, *help;
	const char *fallback; /* what holds when it is not set; or NULL */
	bool top;
};
bool conf_key(size_t i, struct conf_key *key);

#endif
