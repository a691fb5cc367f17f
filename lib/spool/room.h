/*
 * Room on the file system that must stay free, so that whoever works on what
 * waits can write down what became of it.  A pure function.
 */
#ifndef SPOOL_ROOM_H
#define SPOOL_ROOM_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/statvfs.h>

enum {
	ROOM_PART = 20,  /* no reserve is more than this part of all there is */
	ROOM_FILES = 256 /* files that must stay possible, but for ROOM_PART */
};

/*
 * Are reserve octets, or a ROOM_PARTth of the file system where that is less,
 * still free when size octets more are written?  So are files, where it counts
 * them.  A reserve of 0 is always free.
 */
bool room_left(const struct statvfs *fs, int64_t reserve, int64_t size);

#endif
