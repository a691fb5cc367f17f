/*
 * A line of a configuration file fit to be shown.
 */
#ifndef CONF_EXCERPT_H
#define CONF_EXCERPT_H

#include "conf/source.h"

/*
 * Add a line of the text: names, brackets, and the values of keys that are
 * known and no secrets.  From the first thing on that might belong to a
 * secret, "..." stands for the rest; comments are left out.
 */
void excerpt_add(struct buf *out, const struct source *s, unsigned line);

#endif
