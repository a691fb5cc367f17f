/*
 * The password that a ~/.netrc holds for a machine and a login.
 */
#ifndef CONF_NETRC_H
#define CONF_NETRC_H

#include "base/buf.h"

/*
 * Add the password of the first entry in text that fits: `machine' is the
 * host, or the entry is the `default' one; `login', if there is any, is the
 * user.  False when none fits.
 */
bool netrc_find(struct bytes text, struct bytes host, struct bytes user,
    struct buf *password);

#endif
