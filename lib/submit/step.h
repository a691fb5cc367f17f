/*
 * The steps that a letter takes, in this order.  Each takes it from the step
 * before and leaves it further on; none looks back.  All return 0, or -1 and
 * an error.
 */
#ifndef SUBMIT_STEP_H
#define SUBMIT_STEP_H

#include "submit/letter.h"

/* The message, from the request's input (submit/read.c). */
int letter_read(struct letter *l, const struct request *r, struct error *e);

/*
 * The configuration: before anything can fail that is to be logged as it says
 * (submit/route.c).
 */
int letter_configure(
    struct letter *l, const struct request *r, struct error *e);

/* Sender and recipients, from operands and header (submit/address.c). */
int letter_address(struct letter *l, const struct request *r, struct error *e);

/* The account that takes it (submit/route.c). */
int letter_route(struct letter *l, const struct request *r, struct error *e);

/*
 * A Received field in front, of who handed the message over; nothing where
 * nobody did (submit/received.c).  Part of letter_rewrite().
 */
int letter_receive(struct letter *l, const struct request *r, struct error *e);

/* The envelope made whole; the header fit to leave (submit/rewrite.c). */
int letter_rewrite(struct letter *l, const struct request *r, struct error *e);

/* ERR_TOO_LARGE when the account takes no such message (submit/deliver.c). */
int letter_fits(const struct letter *l, struct error *e);

/*
 * The account's hosts, in order, until one of them decides about the
 * recipients (submit/deliver.c).
 */
int letter_deliver(struct letter *l, const struct request *r, struct error *e);

/*
 * Who is open, into the spool, where the account or the caller wants it
 * (submit/keep.c).  What cannot be kept stays open.
 */
int letter_keep(struct letter *l, const struct request *r, struct error *e);

#endif
