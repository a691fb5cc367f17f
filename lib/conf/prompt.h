/*
 * Asking the user for a password.
 */
#ifndef CONF_PROMPT_H
#define CONF_PROMPT_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Show question on the terminal and add the line that is typed, unseen.  A
 * signal puts the terminal back before it does what it does.  ERR_SECRET when
 * there is no terminal or nothing was typed.
 */
int prompt_read(const char *question, struct buf *out, struct error *e);

#endif
