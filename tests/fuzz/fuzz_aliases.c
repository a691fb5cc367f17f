/*
 * Whatever stands in a file of aliases: expanding ends, and nothing that is no
 * address comes out.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "conf/aliases.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(const struct address *a)
{
	struct error e = ERROR_NONE;
	struct address again = { 0 };

	if (bytes_control(bytes_of(a->text)) ||
	    address_parse(&again, bytes_of(a->text), &e) < 0 ||
	    strcmp(again.text, a->text) != 0)
		abort();
	address_clear(&again);
}

static void
expand(struct aliases *a, const char *name)
{
	struct alias_targets t = ALIAS_TARGETS;
	struct error e = ERROR_NONE;
	struct address from = { 0 };

	if (address_parse(&from, bytes_of(name), &e) < 0)
		abort();
	if (aliases_expand(a, &from, "host.test", &t, &e) < 0
		? e.kind == ERR_NONE
		: t.to.n + t.discarded == 0)
		abort();
	for (size_t i = 0; i < t.to.n; i++)
		check(&t.to.list[i]);
	address_clear(&from);
	alias_targets_clear(&t);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const names[] = { "root", "a", "b@localhost",
		"c@host.test", "\"two words\"" };
	struct buf said = BUF(1 << 20);
	struct error e = ERROR_NONE;
	struct aliases *a;
	char path[64];
	size_t all;
	int fd = memfd_create("aliases", 0);

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd < 0 || fchmod(fd, 0600) < 0 || write(fd, data, n) != (ssize_t)n)
		abort();
	a = aliases_open(path, &said, &e);
	for (size_t i = 0; a != NULL && i < 5; i++)
		expand(a, names[i]);
	if (a != NULL)
		aliases_check(a, &said, &all);
	aliases_close(a);
	buf_clear(&said);
	close(fd);
	return 0;
}
