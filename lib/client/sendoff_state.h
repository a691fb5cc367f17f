/*
 * The inside of a struct sendoff, and what its two halves share: the
 * conversation (sendoff.c) and the mail (sendoff_mail.c).
 */
#ifndef CLIENT_SENDOFF_STATE_H
#define CLIENT_SENDOFF_STATE_H

#include "client/connection.h"
#include "client/self.h"
#include "client/sendoff.h"

enum { SENDOFF_STRINGS = 7 };

struct sendoff {
	struct sendoff_options o;     /* its strings are those below */
	char *owned[SENDOFF_STRINGS]; /* owned */
	struct trace trace;           /* owned */

	char name[SELF_NAME];                /* to greet with */
	char port_host[260];                 /* the host, for texts and TLS */
	struct buf nonces, user, secret;     /* owned */
	const char *mechanisms[2], *pins[2]; /* lists of one, or none */
	struct smtp_plan plan;               /* points into this struct */
	struct smtp_tries tries;
	struct connection line;

	struct envelope env;    /* owned */
	struct message message; /* owned */
	struct content content; /* of the message */

	struct error why;
	int status;        /* exit status, if it is not the error's own */
	int code;          /* of the last reply */
	struct buf text;   /* owned: its text */
	struct buf params; /* owned: what sendoff_extn() has found */
	struct sendoff_error told;
	struct sendoff_refused refused;
};

/* May something be said?  Begins with no error; ERR_DISCONNECTED if not. */
bool client_ready(struct sendoff *s);

/* Converse until the step is over: the reply's code, or -1. */
int client_step(struct sendoff *s);

/* The same for what is meant to achieve something: 0 or -1. */
int client_achieve(struct sendoff *s);

#endif
