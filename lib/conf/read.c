#include "conf/read.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "conf/mode.h"

enum { STEP = 4096 };

static int
check_stat(int fd, const char *path, struct stat *st, struct error *e)
{
	if (fstat(fd, st) < 0)
		return error_sys(e, ERR_CONFIG, "cannot examine '%s'", path);
	if (S_ISDIR(st->st_mode))
		return error_set(e, ERR_CONFIG, "'%s' is a directory", path);
	return mode_guarded(path, st, e);
}

static int
read_fd(int fd, const char *path, struct buf *text, struct error *e)
{
	ssize_t n;
	char *to;

	while ((to = buf_room(text, STEP)) != NULL) {
		n = read(fd, to, STEP);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return error_sys(
			    e, ERR_CONFIG, "cannot read '%s'", path);
		if (n > 0)
			buf_grew(text, (size_t)n);
	}
	return error_set(e, ERR_CONFIG, "'%s' is larger than %zu octets", path,
	    text->max - STEP);
}

/* Cron's jobs run as their owners, who meet a file of root's here. */
static int
not_opened(const char *path, struct error *e)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return error_sys(e, ERR_NOINPUT, "cannot open '%s'", path);
	if (errno != EACCES && errno != EPERM)
		return error_sys(e, ERR_CONFIG, "cannot open '%s'", path);
	error_sys(e, ERR_SECRET, "cannot open '%s'", path);
	return error_hint(e,
	    "user id %lu may not read it; open it to a group of that user's "
	    "(chmod 640, chgrp), or give the user a file of his own",
	    (unsigned long)geteuid());
}

int
read_file(const char *path, struct stat *st, struct buf *text, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int rc;

	if (fd < 0)
		return not_opened(path, e);
	rc = check_stat(fd, path, st, e);
	if (rc == 0)
		rc = read_fd(fd, path, text, e);
	close(fd);
	return rc;
}
