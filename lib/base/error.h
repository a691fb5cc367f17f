/*
 * An error: we could not do our part.  (What a server decided about a
 * recipient is no error but a verdict: mail/envelope.h.)
 *
 * A function that can fail takes a struct error and returns -1 (or NULL)
 * when it did.  The error is filled once, where the cause is known, and not
 * touched on success; callers on the way up may put context in front, or add
 * a hint where a person can act.  The first cause wins: error_set on an error
 * that is already set changes nothing.
 *
 * Texts: lower case, no full stop, what is wrong first, 'subject' quoted.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>
#include <sysexits.h>

#include "base/bytes.h"

/* RFC 3463: class.subject.detail; class 0 means unknown. */
struct estatus {
	int class, subject, detail;
};

/* clang-format off */
#define ERROR_KINDS(X) \
	/* kind             reported as           sysexit         status  */ \
	X(NONE,             "none",               EX_OK,          2, 0, 0) \
	X(USAGE,            "usage",              EX_USAGE,       5, 5, 4) \
	X(NOINPUT,          "usage",              EX_NOINPUT,     5, 5, 4) \
	X(CONFIG,           "config",             EX_CONFIG,      5, 3, 5) \
	X(SECRET,           "secret",             EX_NOPERM,      5, 7, 8) \
	X(MESSAGE,          "message",            EX_DATAERR,     5, 6, 0) \
	X(ADDRESS,          "address",            EX_DATAERR,     5, 1, 3) \
	X(RESOLVE,          "resolve",            EX_NOHOST,      5, 1, 2) \
	X(CONNECT,          "connect",            EX_TEMPFAIL,    4, 4, 1) \
	X(GREETING,         "greeting",           EX_UNAVAILABLE, 5, 3, 2) \
	X(TIMEOUT,          "timeout",            EX_TEMPFAIL,    4, 4, 2) \
	X(DISCONNECTED,     "disconnected",       EX_TEMPFAIL,    4, 4, 2) \
	X(PROTOCOL,         "protocol",           EX_PROTOCOL,    5, 5, 0) \
	X(TLS,              "tls",                EX_PROTOCOL,    4, 7, 5) \
	X(TLS_VERIFY,       "tls_verify",         EX_UNAVAILABLE, 4, 7, 5) \
	X(HELO,             "helo",               EX_UNAVAILABLE, 5, 5, 1) \
	X(NOT_SUPPORTED,    "not_supported",      EX_UNAVAILABLE, 5, 5, 1) \
	X(AUTH,             "auth",               EX_NOPERM,      5, 7, 8) \
	X(AUTH_MECHANISM,   "auth_mechanism",     EX_UNAVAILABLE, 5, 7, 4) \
	X(SENDER_REFUSED,   "sender_refused",     EX_DATAERR,     5, 1, 8) \
	X(RECIPIENTS_REFUSED, "recipients_refused", EX_UNAVAILABLE, 5, 1, 1) \
	X(DATA_REFUSED,     "data_refused",       EX_UNAVAILABLE, 5, 6, 0) \
	X(TOO_LARGE,        "data_refused",       EX_UNAVAILABLE, 5, 3, 4) \
	X(SPOOL,            "spool",              EX_CANTCREAT,   4, 3, 1) \
	X(SPOOL_DENIED,     "spool",              EX_NOPERM,      4, 7, 0) \
	X(IO,               "message",            EX_IOERR,       4, 3, 0) \
	X(OS,               "internal",           EX_OSERR,       4, 3, 0) \
	X(INTERNAL,         "internal",           EX_SOFTWARE,    5, 3, 0)
/* clang-format on */

#define ERROR_ENUM(kind, name, exit, c, s, d) ERR_##kind,
enum error_kind { ERROR_KINDS(ERROR_ENUM) ERR_KINDS };
#undef ERROR_ENUM

struct error {
	enum error_kind kind;
	bool transient; /* trying again later may help: exit 75 */
	int code;       /* the reply's code (RFC 5321, 4.2), or 0 */
	struct estatus status;
	char text[512];
	char reply[512]; /* the server's own words, printed clean; or "" */
	char hint[512];  /* what to do next; or "" */
};

#define ERROR_NONE ((struct error){ .kind = ERR_NONE })

/* Fill *e; always -1, so that callers can return it. */
int error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* As error_set, with ": " and strerror(errno) behind the text. */
int error_sys(struct error *e, enum error_kind kind, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Put context and ": " in front of the text; always -1. */
int error_in(struct error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* What to do next; the first hint stays.  Always -1. */
int error_hint(struct error *e, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Mark as worth another try later; always -1. */
int error_transient(struct error *e);

/*
 * The reply that caused it: code, enhanced status (class 0: made from the
 * code) and clean words.  Always -1.
 */
int error_reply(
    struct error *e, int code, struct estatus status, struct bytes words);

/* The name in reports, such as "tls_verify". */
const char *error_name(enum error_kind kind);

/*
 * The sysexits(3) value: 0 without an error, EX_TEMPFAIL for a transient one
 * or a 4yz reply, else the kind's own.
 */
int error_exit(const struct error *e);

/*
 * Is it the installation that is at fault (its configuration, secrets, login,
 * spool)?  The users of a service can do nothing about that, and where its files
 * are is not for them: to be told is ERROR_OF_SERVICE.
 */
bool error_of_service(const struct error *e);
#define ERROR_OF_SERVICE "the service is misconfigured; its log says more"

#endif
