/*
 * What a session with one host is to do: the account's will in the session's
 * terms.
 */
#ifndef SUBMIT_PLAN_H
#define SUBMIT_PLAN_H

#include "client/self.h"
#include "smtp/session.h"
#include "submit/letter.h"

struct plan {
	struct smtp_plan smtp; /* points into this struct and the letter */
	char ehlo_name[SELF_NAME];
	struct buf nonce; /* owned: ours, for SCRAM */
};

void plan_init(struct plan *p);
void plan_clear(struct plan *p);

/*
 * Fill p for a connection to host whose own end is at local, a numeric
 * address or "".
 */
void plan_make(struct plan *p, const struct letter *l, const struct request *r,
    const struct account_host *host, const char *local);

/* Will a login be tried? */
bool plan_logs_in(const struct account *a);

/* By a password, and not by a certificate alone? */
bool plan_needs_secret(const struct account *a);

/*
 * Fetch the password into the letter, if a login is certain to be tried and it
 * was not fetched before.
 */
int plan_secret(struct letter *l, const struct request *r, struct error *e);

/* "implicit", "starttls" or "off". */
const char *plan_tls(const struct account_host *host);

#endif
