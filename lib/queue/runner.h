/*
 * One process's part of a run over the spool: an account's messages, one after
 * the other, over one connection.  For queue/flush.
 */
#ifndef QUEUE_RUNNER_H
#define QUEUE_RUNNER_H

#include "queue/flush.h"
#include "submit/step.h"

/* Run over what waits for w->account.  Returns the exit status: not 0 also when
   the way there will not mend itself. */
int runner_run(const struct request *r, const struct flush_wish *w);

/* How many such processes the account wants. */
int runner_connections(struct conf *conf, const char *account);

#endif
