/*
 * Looking without sending: is the configuration right, what does it come to,
 * what does a server offer?
 */
#ifndef CMD_INSPECT_H
#define CMD_INSPECT_H

#include "submit/letter.h"

/* Each prints its answer on the standard output and returns the status. */
int inspect_check(const struct request *r);
int inspect_config(const struct request *r);
int inspect_server(const struct request *r);

/* The account that is asked for, of the files that there are; l is fresh. */
int inspect_account(struct letter *l, const struct request *r, struct error *e);

/*
 * Print out, report e if there is one, and clear the two and l: the status.
 */
int inspect_finish(struct letter *l, const struct request *r, struct error *e,
    struct buf *out);

#endif
