/*
 * Handing the letter to one host, over as many connections as that takes.
 */
#ifndef SUBMIT_CONVERSE_H
#define SUBMIT_CONVERSE_H

#include "submit/letter.h"

/*
 * Hand the letter to one host.  Verdicts go into the envelope.  -1 when we
 * could not do our part; what was decided until then stands.
 */
int converse(struct letter *l, const struct request *r,
    const struct account_host *host, struct error *e);

#endif
