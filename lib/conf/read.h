/*
 * Reading a whole file of the configuration.
 */
#ifndef CONF_READ_H
#define CONF_READ_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

/*
 * Add the content of a file to text and its state, as it was open, to *st.
 * ERR_NOINPUT when it is not there, ERR_CONFIG when it is a directory, cannot
 * be read or is larger than text takes, ERR_SECRET when anybody may write it.
 */
int read_file(
    const char *path, struct stat *st, struct buf *text, struct error *e);

#endif
