/*
 * What the configuration says about a password: itself, or where it is.
 */
#ifndef CONF_SECRET_VALUE_H
#define CONF_SECRET_VALUE_H

#include "conf/account.h"
#include "conf/file.h"

/*
 * A copy of path, its leading "~/" replaced by home (kept when that is NULL);
 * NULL when it is too long or memory is out.
 */
char *path_expand(struct bytes path, const char *home, struct error *e);

/* A text, or a group with exactly one of the ways to get one. */
int secret_of_node(
    struct secret *s, const struct node *n, const char *home, struct error *e);

/*
 * From an option: kind is SECRET_FILE, SECRET_ENV or SECRET_COMMAND, whose
 * text is split at spaces; quotes and backslashes are honoured, and nothing
 * else, for there is no shell.
 */
int secret_of_text(struct secret *s, enum secret_kind kind, struct bytes text,
    const char *home, struct error *e);

/* Make *to, which holds nothing, a copy. */
int secret_copy(struct secret *to, const struct secret *from, struct error *e);

#endif
