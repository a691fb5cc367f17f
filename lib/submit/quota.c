#include "submit/quota.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { MINUTE = 60000000, SESSIONS_AT = 64 };

/* Nobody else may lift the limits, or hold their locks. */
static int
check_directory(int fd, const char *dir, struct error *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return error_sys(e, ERR_OS, "cannot examine '%s'", dir);
	if (st.st_uid == geteuid() && (st.st_mode & 077) == 0)
		return 0;
	error_set(e, ERR_OS, "'%s' is not ours alone", dir);
	return error_hint(e, "it must belong to uid %lu and have mode 700",
	    (unsigned long)geteuid());
}

static int
open_file(int dir, const struct peer *p, struct error *e)
{
	char name[24] = "others";
	int fd;

	if (p->named)
		snprintf(name, sizeof(name), "%lu", (unsigned long)p->uid);
	fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		error_sys(e, ERR_OS, "cannot keep count of uid %lu",
		    (unsigned long)p->uid);
	return fd;
}

int
quota_open(
    struct quota *q, const char *dir, const struct peer *p, struct error *e)
{
	int fd;

	q->fd = -1;
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return error_sys(e, ERR_OS, "cannot make '%s'", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return error_sys(e, ERR_OS, "cannot open '%s'", dir);
	if (check_directory(fd, dir, e) == 0)
		q->fd = open_file(fd, p, e);
	close(fd);
	return q->fd < 0 ? -1 : 0;
}

void
quota_close(struct quota *q)
{
	if (q->fd >= 0)
		close(q->fd);
	q->fd = -1;
}

/* Locks of the open file, not of the process: no other close lets them go. */
static int
lock(const struct quota *q, short type, off_t at, off_t n, int how)
{
	struct flock what = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = n
	};
	int rc;

	do
		rc = fcntl(q->fd, how, &what);
	while (rc < 0 && errno == EINTR);
	return rc;
}

static int
not_locked(struct error *e)
{
	return error_sys(e, ERR_OS, "cannot lock the count");
}

int
quota_enter(struct quota *q, int64_t most, struct error *e)
{
	for (off_t i = 0; i < most; i++) {
		if (lock(q, F_WRLCK, SESSIONS_AT + i, 1, F_OFD_SETLK) == 0)
			return 1;
		if (errno != EAGAIN && errno != EACCES)
			return not_locked(e);
	}
	return 0;
}

/* A time that cannot be is of a clock that was another, before a boot. */
static int64_t
read_time(const struct quota *q, int64_t now)
{
	int64_t paid;

	if (pread(q->fd, &paid, sizeof(paid), 0) != sizeof(paid) ||
	    paid < now || paid > now + MINUTE)
		return now;
	return paid;
}

/* Each message costs its part of the minute, and a minute may be owed. */
static int64_t
pay(struct quota *q, int64_t most, int64_t now, struct error *e)
{
	int64_t paid = read_time(q, now) + MINUTE / most;

	if (paid > now + MINUTE)
		return paid - now - MINUTE;
	if (pwrite(q->fd, &paid, sizeof(paid), 0) != sizeof(paid))
		return error_sys(e, ERR_OS, "cannot write the count");
	return 0;
}

int64_t
quota_take(
    struct quota *q, int64_t most, const struct here *here, struct error *e)
{
	int64_t wait;

	if (lock(q, F_WRLCK, 0, sizeof(int64_t), F_OFD_SETLKW) < 0)
		return not_locked(e);
	wait = pay(q, most, here->ticks(), e);
	lock(q, F_UNLCK, 0, sizeof(int64_t), F_OFD_SETLK);
	return wait;
}
