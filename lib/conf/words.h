/*
 * Lists of strings as accounts hold them: owned, NULL-terminated, NULL when
 * there is nothing.
 */
#ifndef CONF_WORDS_H
#define CONF_WORDS_H

#include "base/error.h"

/* A copy of bytes without a NUL, terminated; NULL when memory is out. */
char *word_of(struct bytes text, struct error *e);

/* Add a copy of word.  -1, and *list is as it was, when memory is out. */
int words_add(char ***list, struct bytes word, struct error *e);

/* Make *to, which holds nothing, a copy of from. */
int words_copy(char ***to, char *const *from, struct error *e);

size_t words_n(char *const *list);
void words_free(char **list);

#endif
