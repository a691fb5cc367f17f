/*
 * Looking at what waits, and deciding about it.
 */
#ifndef CMD_QUEUE_H
#define CMD_QUEUE_H

#include "submit/request.h"

/* Print it, as mailq does, or one JSON object a line.  The exit status. */
int queue_show(const struct request *r);

enum queue_change { QUEUE_HOLD, QUEUE_RELEASE, QUEUE_REMOVE, QUEUE_RETRY };

/*
 * Change the message of that id; "all": each one.  What is at work on is left
 * alone, and told of (75); an id that is not there, or where this cannot be done
 * with it, is EX_USAGE.  One that is held, or waits, already is no error.
 */
int queue_change(
    const struct request *r, enum queue_change what, const char *id);

#endif
