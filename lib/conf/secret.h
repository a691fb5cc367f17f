/*
 * Fetching a password from where the account says it is.  What comes back
 * lives in a buffer that is wiped; it never reaches argv, the environment of
 * a child, a log or a temporary file.
 */
#ifndef CONF_SECRET_H
#define CONF_SECRET_H

#include "conf/account.h"

/*
 * Add the account's password to out.  ERR_SECRET when there is none, when its
 * file is open to others (with the command that mends it), when the command
 * fails, prints nothing, or takes over 60 s (transient), when there is no
 * terminal to prompt on.  tty_allowed: may the user be asked?
 */
int secret_read(const struct account *a, bool tty_allowed, struct buf *out,
    struct error *e);

/*
 * Is there a password, as far as can be told without asking anybody and
 * without running anything?  What a variable or a credential holds is known
 * only where they are.
 */
int secret_check(const struct account *a, struct error *e);

#endif
