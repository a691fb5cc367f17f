/*
 * A line of a configuration file fit to be shown.
 */
#ifndef CONF_EXCERPT_H
#define CONF_EXCERPT_H

#include "conf/source.h"

/*
 * Add a line of the text: names, brackets, and the values of keys that are
 * known and no secrets.  "..." stands for every other value, and for the rest
 * of the line from a value on whose end cannot be told; comments are left
 * out.
 */
void excerpt_add(struct buf *out, const struct source *s, unsigned line);

#endif
