/*
 * Small facts that outlive a run: a line each, in a file of its own, in a
 * directory that is the user's alone.  They may be lost at any time: whoever
 * cannot read or keep one goes on without.
 */
#ifndef SUBMIT_FACTS_H
#define SUBMIT_FACTS_H

#include <stdint.h>

#include "base/bytes.h"

/*
 * Open the directory: a descriptor, or -1: there is none, or it is not the
 * user's alone.  make: make it, and what it is in (mode 0700).
 */
int facts_open(const char *path, bool make);

/*
 * What is known as name (any text), cut to size and terminated, and since when
 * (seconds since the epoch).  false: nothing.
 */
bool facts_read(
    int dir, const char *name, char *to, size_t size, int64_t *since);

/* Keep text as known since then; false when it could not be. */
bool facts_write(int dir, const char *name, const char *text, int64_t since);

/* Forget what is known since before then; of a thousand files, so that nobody has
   to wait for it. */
void facts_sweep(int dir, int64_t before);

/* Forget it; the directory, too, when nothing else is known. */
void facts_drop(const char *path, const char *name);

#endif
