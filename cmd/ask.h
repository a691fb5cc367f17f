/*
 * Asking a server: VRFY, EXPN, NOOP, any command (docmd).
 */
#ifndef CMD_ASK_H
#define CMD_ASK_H

#include "submit/visit.h"

/*
 * Ask all of it over one connection and print the replies, as they came or as
 * one JSON object.  The status: EX_OK, or by the first reply that is no yes
 * EX_TEMPFAIL for 4yz and EX_UNAVAILABLE for 5yz, or an error's own.
 */
int ask(const struct request *r, const struct question *asked, size_t n);

#endif
