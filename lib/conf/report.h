/*
 * All that is wrong with the configuration, gathered: "file:line: what", the
 * line with everything blanked that may be a secret, and what to do.
 */
#ifndef CONF_REPORT_H
#define CONF_REPORT_H

#include "conf/source.h"

struct report {
	struct buf *out; /* borrowed */
	unsigned errors;
	bool secret; /* one of them was about permissions */
};

enum { REPORT_MOST = 20 };

/* Report e, about a line of s; 0: about all of it.  *e is then free again. */
void report_put(
    struct report *r, const struct source *s, unsigned line, struct error *e);

/* Nothing is wrong: 0.  Else -1 and an error that says how many. */
int report_end(struct report *r, struct error *e);

#endif
