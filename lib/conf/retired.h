/*
 * Names that are no keys but that people may well write: keys of other
 * versions, and what other programs call things.
 */
#ifndef CONF_RETIRED_H
#define CONF_RETIRED_H

#include "base/error.h"

/* Fill *e with what to say about name; false when there is nothing. */
bool retired(const char *name, struct error *e);

#endif
