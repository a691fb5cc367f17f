/*
 * What travels: the envelope, the message, the account that takes them, and
 * what came of it.  One file a step.
 */
#ifndef SUBMIT_LETTER_H
#define SUBMIT_LETTER_H

#include "conf/account.h"
#include "mail/address.h"
#include "mail/envelope.h"
#include "mail/message.h"
#include "submit/identity.h"
#include "spool/entry.h"
#include "submit/request.h"

/* The given-th of the recipients as they were given leads to env.to[at]. */
struct lead {
	size_t given, at;
};

/* What the server offered that spoke last. */
struct offers {
	bool known; /* it answered EHLO */
	bool dsn, eight_bit, utf8;
	int64_t size; /* octets that it takes; 0: it has not said */
};

struct letter {
	struct identity from;   /* who runs this */
	struct conf *conf;      /* owned */
	struct buf complaints;  /* owned: what is wrong with the files */
	struct account account; /* owned */
	struct address_list to; /* owned: as they were given */
	struct address sender;  /* owned: -f, if sender_given */
	bool sender_given;
	struct lead *leads; /* owned: in the order of given */
	size_t leads_n;
	bool expanded;              /* they are known of all */
	struct envelope unreadable; /* owned: what is no address, refused */
	struct envelope env;        /* owned */
	struct message message;     /* owned */
	bool read_whole;            /* the message came in to its end */
	struct buf buried;     /* owned: where it was saved, unsent; or "" */
	struct buf unburied;   /* owned: where not, and why; or "" */
	struct buf dead;       /* owned: its file among the dead; or "" */
	struct buf secret;     /* owned: password, once it was needed */
	struct buf message_id; /* owned: without angle brackets */

	char id[24];             /* in our Received field; or "" */
	char queue_id[ENTRY_ID]; /* where it waits, or waited; or "" */
	struct error queued_for; /* why it waits, ERR_NONE when it was asked */
	struct error unqueued;   /* why it does not wait, as it should */

	/* of the conversation */
	struct hop *line; /* borrowed: a connection that stays; or NULL */
	char host[256], tls[16];
	struct offers offers;
	unsigned round_trips;
	bool maybe_delivered;
	bool unreported; /* -N asks for reports, and the server makes none */
	int64_t started, took; /* ticks, microseconds */
};

void letter_init(struct letter *l, const struct request *r);
void letter_clear(struct letter *l);

/*
 * What came of the i-th of the recipients as they were given: of those he leads
 * to, the first that has not got it counts, one that something was decided
 * about before the others.  Who leads to nobody is SENT.  When some have it, it
 * must not be sent to all of them again: what was put off is refused then.
 */
struct verdict letter_verdict(const struct letter *l, size_t i);

/* Has anybody got it? */
bool letter_somebody(const struct letter *l);

/* What a bare address is completed with; the account must be known. */
struct bytes letter_domain(const struct letter *l);

#endif
