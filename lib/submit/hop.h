/*
 * One host's turn: the connection to it, as the account wants it.
 */
#ifndef SUBMIT_HOP_H
#define SUBMIT_HOP_H

#include "client/connection.h"
#include "submit/plan.h"

enum { HOP_NAME = 320 };

struct hop {
	struct letter *l;
	const struct request *r;
	const struct account *a;
	struct account_host host; /* points into names; outlives whose it was */
	char names[2][HOP_NAME];
	struct smtp_tries tries;
	struct plan plan;
	struct dial_tried tried;
	struct content content;
	struct connection line;
	unsigned counted; /* round trips of it that a letter was told of */
};

/*
 * Fill h for a turn of host's, and tell the trace.  It stays where it is from
 * then on: the connection points into it.  l and r stay borrowed.
 */
void hop_init(struct hop *h, struct letter *l, const struct request *r,
    const struct account_host *host);
void hop_clear(struct hop *h);

/* Is there a connection that waits for the next letter? */
bool hop_is_open(const struct hop *h);

/* Close it, if there is one: with QUIT, if it still may be spoken to. */
void hop_close(struct hop *h);

/* Converse, from here on signals that ask us to stop end it in good order. */
void hop_run(struct hop *h);

/* What it came to goes into the letter, an error of the session into e. */
void hop_note(struct hop *h, struct error *e);

/* What the account says of TLS with host; borrowed from both. */
struct tls_plan hop_tls(
    const struct account *a, const struct account_host *host);

/*
 * Is it the fault of the one machine that we spoke to, so that another of that
 * name may do better (RFC 5321, 5.1)?
 */
bool hop_elsewhere(const struct error *e);

/* May another host do better? */
bool hop_next_may_do(const struct error *e);

#endif
