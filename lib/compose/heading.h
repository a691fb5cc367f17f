/*
 * The header of a message that is made here: what may stand in it, and how it
 * is written.  Private to lib/compose.
 */
#ifndef COMPOSE_HEADING_H
#define COMPOSE_HEADING_H

#include "compose/compose.h"

/*
 * Add the fields, folded and encoded, each with its line end: those that
 * everybody looks for first, then the others as they were given.  ERR_USAGE
 * for what no header may hold, what is there twice, and what is not said this
 * way; ERR_ADDRESS, naming the origin, for what is no address.
 */
int heading_add(
    struct buf *out, const struct composition *what, struct error *e);

#endif
