/*
 * The directories of a spool.  For lib/spool.
 */
#ifndef SPOOL_PLACE_H
#define SPOOL_PLACE_H

#include "spool/spool.h"

/*
 * Open the directory of an account in a place (of the place itself when account
 * is NULL), which is created, durably, if create is set.  -1 and errno.
 */
int place_open(
    struct spool *s, enum spool_place place, const char *account, bool create);

/* A file or directory of ours is the spool's owner's. */
int place_own(const struct spool *s, int fd);

/* ENOSPC and its like pass; EROFS and its like do not.  Always -1. */
int place_error(struct error *e, const char *path, const char *what);

/* The same for what is there already: whoever may not look at it is told who
   may (ERR_SPOOL_DENIED). */
int place_denied(struct error *e, const char *path, const char *what);

#endif
