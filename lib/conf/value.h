/*
 * A value of a key, checked against the key table: from a file, from an
 * option, from the environment.
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include "conf/account.h"
#include "conf/file.h"
#include "conf/keys.h"

struct source;

struct value {
	char *origin;   /* owned: where it was set; NULL: it is not set */
	char **words;   /* owned: of texts, paths and lists */
	int64_t number; /* of the rest */
	struct secret secret;
	const struct source
	    *source;   /* borrowed: the text it came from; or NULL */
	unsigned line; /* there */
};

/* One value for each key. */
struct layer {
	struct value of[KEYS];
};

void value_clear(struct value *v);
void layer_clear(struct layer *l);

/*
 * Read the value of k from a file's node, or from an option's text (lists by
 * commas).  home stands for a leading "~/", or is NULL.  ERR_CONFIG, with the
 * key in the text and never the value of a secret.  Sets no origin.
 */
int value_of_node(struct value *v, const struct key *k, const struct node *n,
    const char *home, struct error *e);
int value_of_text(struct value *v, const struct key *k, struct bytes text,
    const char *home, struct error *e);

/*
 * The options that are no keys: password_command, password_file and
 * password_env.  Returns false when name is none of them.
 */
bool secret_option(const char *name, enum secret_kind *kind);
int value_of_secret(struct value *v, enum secret_kind kind, struct bytes text,
    const char *home, struct error *e);

/* Copy a value to where its key goes in the account. */
int value_store(struct account *a, const struct key *k, const struct value *v,
    struct error *e);

#endif
