#include "base/here.h"

#include <stdlib.h>
#include <unistd.h>

static int64_t
ticks(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct timespec
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return t;
}

static void
random_bytes(void *p, size_t n)
{
	arc4random_buf(p, n);
}

static void
host_name(char *to, size_t size)
{
	if (gethostname(to, size) < 0)
		to[0] = '\0';
	to[size - 1] = '\0';
}

const struct here here_real = { ticks, now, random_bytes, host_name };
