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

/* A directory, to be read; no link is followed.  -1 and errno. */
int place_dir(int at, const char *name);

/* Each directory on the way, of which the last ones are made, durably; what root
   makes is whose its place is.  -1 and errno. */
int place_make(const char *path);

/* A file or directory of ours is the spool's owner's. */
int place_own(const struct spool *s, int fd);

/* ENOSPC and its like pass; EROFS and its like do not.  Always -1. */
int place_error(struct error *e, const char *path, const char *what);

/* The same for what is there already: whoever may not look at it is told who
   may (ERR_SPOOL_DENIED). */
int place_denied(struct error *e, const char *path, const char *what);

/* Hint at those who may. */
int place_owner_only(struct error *e, uid_t owner);

#endif
