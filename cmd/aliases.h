/*
 * What sendmail's newaliases and -bv are for, where nothing has to be built.
 */
#ifndef CMD_ALIASES_H
#define CMD_ALIASES_H

#include "submit/request.h"

/*
 * newaliases: look at every line of the file of aliases, which may be named;
 * the standard error says what is wrong.  That nothing has to be rebuilt, and
 * how many there are, is said to a terminal, and with -v.
 */
int aliases_verify_file(const struct request *r, const char *named);

/* -bv: where each operand leads, a line for each address, sending nothing. */
int aliases_verify(const struct request *r);

#endif
