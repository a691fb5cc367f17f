/*
 * From the layers of a configuration to one account.
 */
#ifndef CONF_FILL_H
#define CONF_FILL_H

#include "conf/provider.h"
#include "conf/store.h"

/*
 * Fill *a, which is empty, from the stack; p is the preset whose layer is on
 * it, or NULL.  ERR_CONFIG for what an account cannot do without, or cannot
 * have together.
 */
int account_fill(struct account *a, const struct stack *s,
    const struct provider *p, struct error *e);

#endif
