/*
 * A syntax check in front of libconfig's, which says "syntax error" and no
 * more, takes a text that ends inside a comment, and lets numbers wrap.
 * Nothing that passes here is an error there.
 */
#ifndef CONF_LINT_H
#define CONF_LINT_H

#include "conf/report.h"

/* Report all that is wrong with the text; -1 when anything is. */
int lint_text(const struct source *s, struct report *r);

#endif
