/*
 * What somebody asks for: the command line and the environment, understood.
 */
#ifndef SUBMIT_REQUEST_H
#define SUBMIT_REQUEST_H

#include <sys/types.h>

#include "base/trace.h"
#include "conf/conf.h"
#include "compose/compose.h"
#include "mail/envelope.h"
#include "submit/peer.h"

/* -od: what the account says of `deliver' counts if it is UNSAID. */
enum delivery {
	DELIVERY_UNSAID,
	DELIVERY_NOW,
	DELIVERY_BACKGROUND,
	DELIVERY_QUEUE
};

/* The variable with the password of what the environment names beside it. */
#define REQUEST_PASSWORD "SENDOFF_PASSWORD"

enum report_form { REPORT_TEXT, REPORT_JSON, REPORT_QUIET };

struct health; /* submit/health.h */
struct letter; /* submit/letter.h */

/* All borrowed. */
struct request {
	const struct here *here;
	struct trace *trace;

	bool account_traces; /* the account's debug_level counts */
	const char *program; /* the name to report under */
	const char *tag;     /* -L: the name to log under; or NULL */
	enum report_form form;
	bool may_ask; /* a person is there to be asked */
	/* Told how much of the message was handed over; or NULL. */
	void (*progress)(void *ctx, int64_t done, int64_t total);
	void *progress_ctx;
	bool undisclosed; /* hide the recipients' fields */

	int input; /* the message: a descriptor */
	/* Reads it instead, if set (struct intake). */
	ssize_t (*read)(void *ctx, char *to, size_t room);
	void *read_ctx;
	/*
	 * The message is made of this, if set, and what is read from input is
	 * its text, which no lone dot ends.  Its To, Cc and Bcc name all the
	 * recipients; its To has the operands, too.
	 */
	const struct composition *compose;
	/* The envelope as it was given, if set: no operands, no header then. */
	const struct envelope *given;
	/* Who handed the message over by a socket, if that is known. */
	const struct peer *peer;
	bool serve_lmtp;         /* -bs speaks LMTP */
	bool lone_dot_ends;      /* without -i */
	bool read_recipients;    /* -t */
	bool read_envelope_from; /* the sender from the header */
	const char *sender;      /* -f, or NULL */
	const char *full_name;   /* -F, or NULL */
	char **recipients;       /* operands, NULL-terminated */
	const char *aliases;     /* --aliases, "off" with -n; or NULL */
	bool gateway;            /* -G: no header field but Date, Message-ID */

	bool smtputf8; /* -U: SMTPUTF8 wherever it is offered */

	bool wary; /* a stranger may have named the configuration: it must
	              be root's own to say whatever it likes */
	struct conf_places places;
	const char *account; /* or NULL */
	struct conf_override *over;
	size_t over_n;

	enum delivery delivery;
	const char *spool;         /* SENDOFF_SPOOL; or NULL */
	const char *spool_usual;   /* when nobody says where; or NULL */
	const char *spool_service; /* that root looks after, too; or NULL */
	const char *state; /* the directory of what is remembered; or NULL */
	struct health *health; /* of the hosts, for all letters of a run; NULL:
	                          each sees for itself */

	unsigned notify;     /* -N */
	enum dsn_return ret; /* -R */
	const char *envid;   /* -V, as xtext; or NULL */

	/* Given each letter that was told of; or NULL. */
	void (*then)(
	    const struct letter *l, const struct request *r, struct outcome o);
};

#endif
