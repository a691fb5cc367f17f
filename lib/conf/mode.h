/*
 * Who may read a file that holds a secret, or write one that is believed.
 */
#ifndef CONF_MODE_H
#define CONF_MODE_H

#include <sys/stat.h>

#include "base/error.h"

/*
 * ERR_SECRET, with the command that mends it, when others than its owner may
 * read the file.  A file of root's may be read by its group; one under
 * /run/secrets or $CREDENTIALS_DIRECTORY is as whoever put it there wanted.
 */
int mode_private(const char *path, const struct stat *st, struct error *e);

/* ERR_SECRET when anybody may write the file. */
int mode_guarded(const char *path, const struct stat *st, struct error *e);

#endif
