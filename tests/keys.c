/* Prints the configuration keys, for tests/docs.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf/conf.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int
main(void)
{
	const char *names[256];
	struct conf_key key;
	size_t n = 0;

	while (n < 256 && conf_key(n, &key))
		names[n++] = key.name;
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++)
		if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
			puts(names[i]);
	return 0;
}
