/*
 * The record that an administrator greps for: a line a message, to syslog, a
 * file, or both.
 */
#ifndef SUBMIT_LOG_H
#define SUBMIT_LOG_H

#include "submit/letter.h"

/*
 * Log what came of a letter, where the configuration says.  Nothing that goes
 * wrong here changes what came of it; the trace tells.
 */
void letter_log(struct letter *l, const struct request *r,
    const struct error *e, struct outcome o);

/*
 * Add the line: key=value, a space between, values in double quotes where
 * they need it; control characters and secrets hidden, lists cut.
 */
void log_line(struct buf *out, const struct letter *l, const struct request *r,
    const struct error *e, struct outcome o);

#endif
