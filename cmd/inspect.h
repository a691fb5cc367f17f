/*
 * Looking without sending: is the configuration right, what does it come to,
 * what does a server offer?
 */
#ifndef CMD_INSPECT_H
#define CMD_INSPECT_H

#include "submit/request.h"

/* Each prints its answer on the standard output and returns the status. */
int inspect_check(const struct request *r);
int inspect_config(const struct request *r);
int inspect_server(const struct request *r);

#endif
