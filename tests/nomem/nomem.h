/*
 * Work to be done while memory runs out: the first allocation fails, then the
 * second, and so on.  Whatever fails, the work ends in an error that is told,
 * or comes to the same as with memory.
 */
#ifndef NOMEM_NOMEM_H
#define NOMEM_NOMEM_H

#include "base/bytes.h"
#include "base/error.h"

/* What the work came to; no allocation. */
struct result {
	char p[65536];
	size_t n;
};

void result_add(struct result *r, struct bytes what);

struct work {
	const char *name;
	/* 0 and a result, or -1 and *e. */
	int (*run)(struct result *r, struct error *e);
};

/* Each ends with a NULL name. */
extern const struct work base_work[], mail_work[], smtp_work[], conf_work[],
    spool_work[];

#endif
