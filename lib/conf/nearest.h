/*
 * "Did you mean ...?": the word of a list that is nearest to a mistyped one.
 */
#ifndef CONF_NEAREST_H
#define CONF_NEAREST_H

#include "base/error.h"

/* The nearest of a NULL-terminated list, or NULL when none is near. */
const char *nearest(struct bytes word, const char *const *list);

/*
 * Give e the hint "did you mean 'X'?", or "one of: ..." when none is near.
 * Always -1.
 */
int nearest_hint(struct error *e, struct bytes word, const char *const *list);

#endif
