/*
 * Handing the letter to one host, over as many connections as that takes.
 */
#ifndef SUBMIT_CONVERSE_H
#define SUBMIT_CONVERSE_H

#include "submit/letter.h"

/*
 * Hand the letter to one host.  Verdicts go into the envelope.  -1 when we
 * could not do our part; what was decided until then stands.  With l->line the
 * connection stays there for the next letter, if it can.
 */
int converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e);

/*
 * Hand it over the connection that stayed (l->line).  The same; and 1 when that
 * is gone or never was, and nobody can have got anything: a new one is needed.
 */
int converse_on(struct letter *l, struct error *e);

#endif
