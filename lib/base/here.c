#include "base/here.h"

#include <limits.h>
#include <stdio.h>
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
	char name[HOST_NAME_MAX + 1] = "";

	if (gethostname(name, sizeof(name)) < 0)
		name[0] = '\0';
	snprintf(to, size, "%s", name);
}

const struct here here_real = { ticks, now, random_bytes, host_name };
