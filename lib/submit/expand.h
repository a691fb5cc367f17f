/*
 * Recipients through the aliases, into the envelope; the header keeps what it
 * says.
 */
#ifndef SUBMIT_EXPAND_H
#define SUBMIT_EXPAND_H

#include "conf/aliases.h"
#include "submit/letter.h"

/*
 * The aliases that hold for a request; NULL when there are none, which is an
 * error only when e says so: a file that somebody named must be there.
 */
extern const char letter_usual_aliases[]; /* read when nobody says */
struct aliases *letter_aliases(
    struct letter *l, const struct request *r, struct error *e);

/* Fill the envelope with all recipients, none of them bare any more. */
int letter_expand(struct letter *l, const struct request *r, struct error *e);

/* The same for l->to.list[i]; a is NULL when there are no aliases. */
int letter_expand_one(
    struct letter *l, struct aliases *a, size_t i, struct error *e);

#endif
