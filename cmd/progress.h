/*
 * How far a large message has got, for a person who waits: one line on the
 * terminal, written over in place and taken away at the end.
 */
#ifndef CMD_PROGRESS_H
#define CMD_PROGRESS_H

#include <stdint.h>

#include "base/here.h"

struct progress {
	const struct here *here; /* borrowed */
	int64_t start, last;     /* ticks: begun, last shown; 0: not yet */
};

/*
 * done of total octets have been handed over.  Shows nothing for a message
 * under 256 KiB, nor in the first second.
 */
void progress_show(void *progress, int64_t done, int64_t total);

#endif
