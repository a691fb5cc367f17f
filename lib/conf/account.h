/*
 * An account: where messages go, how to get in, and what they must look like.
 * The key table of conf/keys.c is the one list of what can be set; this is
 * what it sets.
 */
#ifndef CONF_ACCOUNT_H
#define CONF_ACCOUNT_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"

enum account_protocol { PROTOCOL_SMTP, PROTOCOL_LMTP };

enum account_tls {
	ACCOUNT_TLS_REQUIRED, /* implicit on port 465, else STARTTLS */
	ACCOUNT_TLS_IMPLICIT,
	ACCOUNT_TLS_STARTTLS,
	ACCOUNT_TLS_OFF
};

enum account_verify { VERIFY_FULL, VERIFY_FINGERPRINT, VERIFY_OFF };
enum account_from_policy { FROM_KEEP, FROM_FIX, FROM_REJECT };
enum account_on_failure { FAILURE_FAILS, FAILURE_QUEUES };
enum account_deliver { DELIVER_NOW, DELIVER_BACKGROUND, DELIVER_QUEUE };
enum account_recipients { RECIPIENTS_ANY, RECIPIENTS_ALL };
enum account_host_order { ORDER_LISTED, ORDER_RANDOM };

/* Where the password comes from. */
enum secret_kind {
	SECRET_NONE,
	SECRET_LITERAL,
	SECRET_FILE,
	SECRET_COMMAND,
	SECRET_ENV,
	SECRET_CREDENTIAL,
	SECRET_NETRC,
	SECRET_KEYRING,
	SECRET_PROMPT
};

struct secret {
	enum secret_kind kind;
	struct buf literal; /* owned, wiped */
	char *name;         /* owned: path, variable or credential; or NULL */
	char **argv;        /* owned: the command; or NULL */
	char *where;        /* owned: "file:line" it was set at; or NULL */
};

void secret_clear(struct secret *s);

/* One of the hosts, in the order in which to try them. */
struct account_host {
	char *name;    /* owned: host name, address without brackets, or path */
	unsigned port; /* 0 for a Unix socket */
	bool is_path;
	bool is_srv; /* "srv:NAME": whatever hosts that domain names; port 0 */
	enum account_tls tls; /* as the port wants it; REQUIRED: is_srv, and
	                         as its records have it */
	char *tls_name; /* owned: what its certificate must name; NULL: name */
};

void account_host_clear(struct account_host *h);

/*
 * Everything is resolved: inheritance, presets, defaults, overrides applied,
 * default port filled in.  Strings are owned, lists too and NULL-terminated;
 * NULL where nothing is set.  Times are in microseconds, sizes in octets.
 */
struct account {
	char *name;
	char *provider; /* id of the preset, or NULL */
	enum account_protocol protocol;
	struct account_host *hosts;
	size_t hosts_n;
	enum account_host_order host_order;
	enum account_tls tls; /* the first host's */
	enum account_verify tls_verify;
	char *tls_trust_file;
	char **tls_fingerprint;
	char *tls_cert_file, *tls_key_file;
	char *tls_min_version;
	char *tls_priority;
	char *tls_host; /* the name to verify instead of the host's */
	char **auth;    /* mechanism names; {"auto"} or {"off"} alone */
	bool auth_initial_response;
	bool auth_initial_asked; /* that was said, and is not the default */
	bool auth_without_tls;
	char *user;
	struct secret password;
	char **from; /* patterns; the first without '*' is its own */
	char *from_name;
	enum account_from_policy from_policy;
	char *ehlo_name;
	int64_t timeout, connect_timeout, deadline; /* 0: none (deadline) */
	char *source_ip;
	int debug_level;
	char **mail_options, **rcpt_options;
	unsigned dsn_notify; /* enum dsn_notify */
	int dsn_return;      /* enum dsn_return */
	enum account_recipients recipients;
	int64_t max_size; /* 0: the server's word */

	/* the spool; see conf/keys.c */
	enum account_on_failure on_failure;
	enum account_deliver deliver;
	int connections;
	int64_t expire, retry_min, retry_max, warn_after;
	char *bounce_to;

	char **origins; /* private: where each key of conf/keys.h was set */
};

/* An account with nothing in it; what clear leaves. */
#define ACCOUNT ((struct account){ 0 })
void account_clear(struct account *a);

/* The address that mail of this account is from, or NULL: the first plain
   address of `from', else the user when it is an address. */
const char *account_from(const struct account *a);

#endif
