/*
 * The one line: read, address, route, rewrite, converse, report.
 */
#ifndef SUBMIT_SUBMIT_H
#define SUBMIT_SUBMIT_H

#include "submit/letter.h"

/*
 * Submit one message as the request wants it, and report.  Returns the exit
 * status: 0 when the server took responsibility for every recipient, else the
 * sysexits(3) value that says why not.
 */
int submit(const struct request *r);

/*
 * The same without the report: tell is given what came of it, for as long as
 * it runs.
 */
int submit_and_tell(const struct request *r,
    void (*tell)(void *ctx, struct letter *l, const struct error *e),
    void *ctx);

/*
 * The same up to the conversation, without it: account, envelope and the
 * message as it would leave, on the standard output.
 */
int submit_pretend(const struct request *r);

#endif
