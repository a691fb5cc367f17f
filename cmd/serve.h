/*
 * sendmail -bs: SMTP on the standard input and output, each message relayed
 * while the client waits, and the relay's verdicts passed back.
 */
#ifndef CMD_SERVE_H
#define CMD_SERVE_H

#include "submit/request.h"

/* Returns EX_OK after QUIT and at the end of input. */
int serve(const struct request *r);

#endif
