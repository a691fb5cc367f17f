/*
 * The command line.  The classic flags are sendmail's: clusters, joined
 * arguments, no permutation (what follows the first operand is an operand, and
 * may not begin with '-' unless "--" stood before).  Ours are long.
 */
#ifndef CMD_OPTIONS_H
#define CMD_OPTIONS_H

#include "cmd/composing.h"
#include "conf/conf.h"
#include "mail/envelope.h"
#include "queue/flush.h"
#include "submit/request.h"
#include "submit/visit.h"

enum action {
	ACTION_SEND,
	ACTION_PRETEND,
	ACTION_CHECK,
	ACTION_SHOW_CONFIG,
	ACTION_SERVER_INFO,
	ACTION_ASK, /* --verify and its like */
	ACTION_QUEUE,
	ACTION_FLUSH,
	ACTION_HOLD,
	ACTION_RELEASE,
	ACTION_REMOVE,
	ACTION_RETRY,
	ACTION_NEWALIASES,
	ACTION_VERIFY,
	ACTION_SERVE,   /* -bs */
	ACTION_LISTEN,  /* --serve */
	ACTION_NOTHING, /* hoststat and the like: no state is kept */
	ACTION_VERSION,
	ACTION_HELP
};

enum { OVERRIDES_MOST = 128, QUESTIONS_MOST = 64, QUEUE_IDS_MOST = 1024 };

/* Strings are borrowed from argv and the environment. */
struct options {
	enum action action;
	unsigned actions;  /* bit i: action i was asked for */
	bool as_sendmail;  /* the name it was called by */
	bool no_input;     /* the standard input was closed */
	bool account_said; /* by an option */
	bool ignore_dots, read_recipients, read_envelope_from, gateway;
	bool smtputf8, undisclosed, no_progress, show_secrets, json_trace,
	    version_first;
	const char *sender, *full_name, *account, *file, *debug_file;
	char tag[33];         /* -L, made harmless; or "" */
	const char *protocol; /* of the account, or of -bs; or NULL */
	const char *socket;   /* of --serve; or NULL */
	const char *aliases, *aliases_to_check;
	const char *queue_ids[QUEUE_IDS_MOST]; /* of --hold and its like */
	size_t queue_ids_n;
	struct flush_wish wish; /* of --flush, -qI and its like */
	int64_t interval;       /* of -q5m: microseconds; 0: once */
	enum delivery delivery;
	int debug_level; /* -1: not given */
	enum report_form form;
	unsigned notify;
	enum dsn_return ret;
	struct buf mail_options, rcpt_options; /* owned: commas between */
	struct buf envid;                      /* owned: xtext; empty: none */
	struct question asked[QUESTIONS_MOST]; /* of the server, in order */
	size_t asked_n;
	struct composing composing; /* owned */
	char **operands;            /* NULL-terminated; the tail of argv */
	struct conf_override over[OVERRIDES_MOST]; /* environment first */
	size_t over_n;
};

void options_init(struct options *o);
void options_clear(struct options *o);

/* The last part of argv[0]; the program's own name when there is none. */
const char *options_name(const char *argv0);

/*
 * Parse argv, its first word telling the name.  ERR_USAGE for anything unknown, with the nearest right name as
 * the hint; nothing is printed.
 */
int options_parse(struct options *o, int argc, char **argv, struct error *e);

/* Set a configuration key over the files; false when there are too many. */
bool options_override(
    struct options *o, const char *key, const char *value, const char *origin);

/* Add the help text, a group after the other. */
void options_help(struct buf *out);

#endif
