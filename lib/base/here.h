/*
 * What this machine answers when asked: the time, randomness, names.  Handed
 * down to whoever needs it, so that tests can answer instead.
 */
#ifndef BASE_HERE_H
#define BASE_HERE_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct here {
	/* Microseconds of a clock that never goes back. */
	int64_t (*ticks)(void);
	/* The time of day. */
	struct timespec (*now)(void);
	/* n random bytes, fit for nonces. */
	void (*random)(void *p, size_t n);
	/* The host's name as the kernel has it, terminated and cut to size. */
	void (*host_name)(char *to, size_t size);
};

extern const struct here here_real;

#endif
