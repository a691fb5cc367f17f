#include "spool/place.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- what is in the way ----------------------------------------------------- */

int
place_error(struct error *e, const char *path, const char *what)
{
	int cause = errno;

	error_sys(e, ERR_SPOOL, "%s: cannot %s", path, what);
	if (cause == ENOSPC || cause == EDQUOT || cause == EIO ||
	    cause == ENFILE || cause == EMFILE || cause == ENOMEM)
		error_transient(e);
	return -1;
}

int
place_owner_only(struct error *e, uid_t owner)
{
	struct passwd *pw = getpwuid(owner);

	if (pw == NULL)
		return error_hint(
		    e, "user %ld and root may do that", (long)owner);
	return error_hint(e,
	    strcmp(pw->pw_name, "root") == 0 ? "%s alone may do that"
					     : "%s and root may do that",
	    pw->pw_name);
}

int
place_denied(struct error *e, const char *path, const char *what)
{
	int cause = errno;
	struct stat st;

	if (cause != EACCES && cause != EPERM)
		return place_error(e, path, what);
	error_sys(e, ERR_SPOOL_DENIED, "%s: cannot %s", path, what);
	if (stat(path, &st) == 0 && st.st_uid != geteuid())
		return place_owner_only(e, st.st_uid);
	return error_hint(e, "its owner and root may do that");
}

int
place_own(const struct spool *s, int fd)
{
	if (s->owner == geteuid() || geteuid() != 0)
		return 0;
	return fchown(fd, s->owner, (gid_t)-1);
}

/* ---- directories ------------------------------------------------------------ */

int
place_dir(int at, const char *name)
{
	return openat(
	    at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* It must outlive a crash, or what is put into it does not. */
static int
make_dir(const struct spool *s, int at, const char *name)
{
	bool made = mkdirat(at, name, 0700) == 0;
	int fd;

	if (!made && errno != EEXIST)
		return -1;
	fd = place_dir(at, name);
	if (fd >= 0 && ((made && place_own(s, fd) < 0) || fsync(at) < 0)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
open_or_make(const struct spool *s, int at, const char *name, bool create)
{
	int fd = place_dir(at, name);

	if (fd < 0 && errno == ENOENT && create)
		return make_dir(s, at, name);
	return fd;
}

/* A name, and no way to anywhere else. */
static bool
is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
}

int
place_open(
    struct spool *s, enum spool_place place, const char *account, bool create)
{
	int at, fd;

	if (account != NULL && !is_name(account)) {
		errno = EINVAL;
		return -1;
	}
	at = open_or_make(s, s->dir, spool_place_name(place), create);
	if (at < 0 || account == NULL)
		return at;
	fd = open_or_make(s, at, account, create);
	close(at);
	return fd;
}

/* What root makes is whose its place is: neither the service nor a user is to
   find a spool of root's in his own directory. */
static int
own_as_parent(int at, int fd)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (fstat(at, &st) < 0)
		return -1;
	return fchownat(fd, "", st.st_uid, (gid_t)-1, AT_EMPTY_PATH);
}

/* One that may not be read is synchronised with what comes into it. */
static int
sync_dir(int at)
{
	int fd = place_dir(at, "."), rc;

	if (fd < 0)
		return 0;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* The directory called so, made if it is not there; in place of at. */
static int
step_into(int at, const char *name)
{
	bool made = mkdirat(at, name, 0700) == 0;
	int fd = -1;

	if (made || errno == EEXIST)
		fd = openat(at, name,
		    O_PATH | O_DIRECTORY | O_CLOEXEC | (made ? O_NOFOLLOW : 0));
	if (fd >= 0 && made &&
	    (own_as_parent(at, fd) < 0 || sync_dir(at) < 0)) {
		close(fd);
		fd = -1;
	}
	close(at);
	return fd;
}

static int
make_path(char *path)
{
	int at =
	    open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *rest = path, *name;

	while (at >= 0 && (name = strsep(&rest, "/")) != NULL)
		if (name[0] != '\0')
			at = step_into(at, name);
	if (at >= 0)
		close(at);
	return at < 0 ? -1 : 0;
}

int
place_make(const char *path)
{
	char *copy = strdup(path);
	int rc = copy == NULL ? -1 : make_path(copy);

	free(copy);
	return rc;
}
