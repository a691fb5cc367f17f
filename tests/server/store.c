#include <fcntl.h>
#include <unistd.h>

#include "tests/server/store.h"

int
draft_open(struct draft *d, int directory, const char *name, struct error *e)
{
	int fd;

	*d = (struct draft){ .directory = directory };
	if (directory < 0)
		return 0;
	snprintf(d->name, sizeof(d->name), ".%s", name);
	fd = openat(
	    directory, d->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (d->f = fdopen(fd, "w")) == NULL)
		return error_sys(e, ERR_IO, "cannot create '%s'", d->name);
	return 0;
}

void
draft_keep(struct draft *d, const char *name)
{
	if (d->f == NULL)
		return;
	fclose(d->f);
	d->f = NULL;
	renameat(d->directory, d->name, d->directory, name);
}

void
draft_drop(struct draft *d)
{
	if (d->f == NULL)
		return;
	fclose(d->f);
	d->f = NULL;
	unlinkat(d->directory, d->name, 0);
}

void
store_text(int directory, const char *name, struct bytes text)
{
	struct error e = ERROR_NONE;
	struct draft d;

	if (directory < 0 || draft_open(&d, directory, name, &e) < 0)
		return;
	fwrite(text.p, 1, text.n, d.f);
	draft_keep(&d, name);
}
