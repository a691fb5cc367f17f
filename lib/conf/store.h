/*
 * What a struct conf is, for the files of this room that fill it and ask it.
 */
#ifndef CONF_STORE_H
#define CONF_STORE_H

#include "conf/conf.h"
#include "conf/source.h"
#include "conf/value.h"

struct conf_account {
	char *name; /* owned */
	struct layer layer;
};

struct conf {
	struct conf_account *accounts; /* owned */
	size_t n;
	size_t users;       /* so many, the first, are of the user's own file */
	const char **names; /* owned; of the accounts, and NULL */
	struct layer top, defaults, built_in;
	struct source sources[2];         /* empty once all is loaded */
	char *providers, *providers_over; /* owned; or NULL */
	char *home;                       /* owned; or NULL */
	bool roots, includes;             /* of the first file */
};

/* The account called name, or NULL. */
const struct conf_account *conf_find(const struct conf *c, const char *name);

/* The layers of an account, what comes first wins. */
enum { STACK_MAX = 16, INHERIT_MAX = 8 };

struct stack {
	const struct layer *of[STACK_MAX];
	size_t n;
	size_t own; /* how many of them stand before the defaults */
};

/*
 * Put an account, what it inherits, and the defaults on the stack; what else
 * there is comes before or behind.  acc is NULL for an account that options made.  ERR_CONFIG when
 * it inherits from nobody or in a circle.
 */
int stack_account(struct stack *s, const struct conf *c,
    const struct conf_account *acc, struct error *e);
void stack_put(struct stack *s, const struct layer *l);

/* The value of k that holds, or NULL; _own: of those before the defaults. */
const struct value *stack_get(const struct stack *s, enum key_id k);
const struct value *stack_own(const struct stack *s, enum key_id k);

/* Was k set by the first layer: an option, or the environment? */
bool stack_overrides(const struct stack *s, enum key_id k);

/*
 * What cannot be together: ERR_CONFIG, and *blame is the value to blame.
 * Knows nothing of presets.
 */
int stack_check(
    const struct stack *s, const struct value **blame, struct error *e);

#endif
