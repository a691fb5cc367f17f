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
 * The same up to the conversation, without it: account, envelope and the
 * message as it would leave, on the standard output.
 */
int submit_pretend(const struct request *r);

#endif
