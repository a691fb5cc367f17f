/*
 * The one table of what can be set: names, types, where a value goes in an
 * account, what is allowed, what holds when nothing is said.  The parser, the
 * messages, conf_show and the manual's check all read it.
 */
#ifndef CONF_KEYS_H
#define CONF_KEYS_H

#include <stdint.h>

#include "base/error.h"

/* In the order of the alphabet, as in the table. */
enum key_id {
	KEY_ACCOUNTS,
	KEY_ALIASES,
	KEY_AUTH,
	KEY_AUTH_INITIAL_RESPONSE,
	KEY_AUTH_WITHOUT_TLS,
	KEY_BOUNCE_TO,
	KEY_CONNECT_TIMEOUT,
	KEY_CONNECTIONS,
	KEY_DEAD_LETTER,
	KEY_DEADLINE,
	KEY_DEBUG_LEVEL,
	KEY_DEFAULT_ACCOUNT,
	KEY_DEFAULTS,
	KEY_DELIVER,
	KEY_DOMAIN,
	KEY_DSN_NOTIFY,
	KEY_DSN_RETURN,
	KEY_EHLO_NAME,
	KEY_EXPIRE,
	KEY_FROM,
	KEY_FROM_NAME,
	KEY_FROM_POLICY,
	KEY_HOST,
	KEY_HOST_ORDER,
	KEY_INHERIT,
	KEY_LIMIT_CONNECTIONS,
	KEY_LIMIT_MESSAGES,
	KEY_LIMIT_RECIPIENTS,
	KEY_LIMIT_SIZE,
	KEY_LIMIT_SPOOL,
	KEY_LOG,
	KEY_MAIL_OPTIONS,
	KEY_MAX_SIZE,
	KEY_ON_FAILURE,
	KEY_PASSWORD,
	KEY_PORT,
	KEY_PROTOCOL,
	KEY_PROVIDER,
	KEY_RCPT_OPTIONS,
	KEY_RECIPIENTS,
	KEY_RETRY_MAX,
	KEY_RETRY_MIN,
	KEY_SOURCE_IP,
	KEY_SPOOL,
	KEY_SPOOL_RESERVE,
	KEY_TIMEOUT,
	KEY_TLS,
	KEY_TLS_CERT_FILE,
	KEY_TLS_FINGERPRINT,
	KEY_TLS_HOST,
	KEY_TLS_KEY_FILE,
	KEY_TLS_MIN_VERSION,
	KEY_TLS_PRIORITY,
	KEY_TLS_TRUST_FILE,
	KEY_TLS_VERIFY,
	KEY_USER,
	KEY_WARN_AFTER,
	KEYS
};

enum key_type {
	KEY_GROUP,
	KEY_BOOL,
	KEY_NUMBER,
	KEY_TIME, /* microseconds */
	KEY_SIZE, /* octets */
	KEY_CHOICE,
	KEY_FLAGS, /* bits, by the order of the choices behind "off" */
	KEY_TEXT,
	KEY_PATH, /* text in which a leading "~/" is the home directory */
	KEY_WORDS,
	KEY_SECRET
};

struct key {
	const char *name;
	enum key_type type;
	bool top;        /* stands at the top, not in an account */
	bool not_shared; /* makes no sense in `defaults' */
	size_t offset;   /* in struct account; 0: nowhere by itself */
	const char *const *choices; /* NULL-terminated, or NULL */
	int64_t least, most;        /* of a number, a time, a size */
	int (*check)(struct bytes word, struct error *e); /* or NULL */
	const char *values;   /* for people: what may stand there */
	const char *fallback; /* as text: the built-in default, or NULL */
	const char *help;     /* one line */
};

extern const struct key keys[KEYS];

/* The key of that name at the top, or in an account; NULL: there is none. */
const struct key *key_find(struct bytes name, bool top);

enum key_id key_id(const struct key *k);

/* May its value be shown?  Not those of secrets. */
bool key_shown(struct bytes name);

/* Is the name the user's own: does it begin with "x-"? */
bool key_is_free(struct bytes name);

#endif
