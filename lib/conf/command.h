/*
 * Running the command that knows a password: by argv, without a shell, with
 * nothing on its standard input and no other file of ours open.
 */
#ifndef CONF_COMMAND_H
#define CONF_COMMAND_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Add the first line that it prints.  ERR_SECRET when it cannot be run, fails,
 * or prints nothing or too much in that line for out; a command that takes
 * longer than the seconds is killed with all its group, and the error is a
 * transient one.  Its standard error is ours.
 */
int command_read(
    char *const *argv, int seconds, struct buf *out, struct error *e);

#endif
