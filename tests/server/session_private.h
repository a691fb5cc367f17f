/*
 * What the parts of a session share.
 */
#ifndef SERVER_SESSION_PRIVATE_H
#define SERVER_SESSION_PRIVATE_H

#include "tests/server/auth.h"
#include "tests/server/content.h"
#include "tests/server/perform.h"
#include "tests/server/session.h"
#include "tests/server/store.h"

enum { SESSION_TEXT = 1 << 20, ANSWER_MAX = 4096 };

struct rcpt {
	char *line; /* owned: the parameters of the command, as sent */
	int code;   /* what it was answered, then what its content was */
};

struct session {
	struct session_place place;
	const struct settings *set; /* borrowed: place.settings */
	struct peer peer;
	struct stage stage;
	struct secure_facts tls;
	bool secured;
	int tls_error;       /* of GnuTLS; 0: none */
	struct buf hello;    /* owned: the last one's line */
	struct buf auth_log; /* owned: JSON objects, a comma in front of each */
	struct buf user;     /* owned: who logged in; empty: nobody */
	struct buf mechanism; /* owned: and how */
	/* the transaction */
	bool in_mail;
	struct buf mail;   /* owned: the parameters of MAIL */
	struct rcpt *rcpt; /* owned */
	size_t rcpt_n, accepted;
	struct draft draft;
	struct content content;
	bool chunked; /* BDAT has begun */
	bool decided; /* an answer went out before the dot */
	unsigned messages;
};

/* The usual answer to an event, or the script's; returns its code. */
int session_answer(
    struct session *s, enum event event, struct bytes line, const char *usual);

/* AUTH (RFC 4954): arguments, without the verb. */
void session_auth(struct session *s, struct bytes line, struct bytes args);

/* Is the keyword on offer?  Is AUTH, now? */
bool session_offers(const struct session *s, const char *keyword);
bool session_offers_auth(const struct session *s);

/* DATA and BDAT (RFC 3030). */
void session_data(struct session *s, struct bytes line, struct bytes args);
void session_bdat(struct session *s, struct bytes line, struct bytes args);

/* Forget the transaction. */
void session_forget(struct session *s);

/* Write conn-N.json. */
void session_record(struct session *s);

/* Write envelope-N.json, with the answers to the content. */
void session_envelope(struct session *s, unsigned number);

#endif
