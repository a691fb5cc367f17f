#include "conf/mode.h"

#include <stdlib.h>
#include <string.h>

enum { OTHERS_READ_OR_WRITE = 077, BUT_GROUP_READ = 037 };

/* Does path lie in dir, and not by way of ".."? */
static bool
lies_in(const char *path, const char *dir)
{
	size_t n = dir == NULL ? 0 : strlen(dir);

	return n > 0 && strncmp(path, dir, n) == 0 && path[n] == '/' &&
	    strstr(path, "/../") == NULL;
}

int
mode_private(const char *path, const struct stat *st, struct error *e)
{
	mode_t open = st->st_uid == 0 ? BUT_GROUP_READ : OTHERS_READ_OR_WRITE;

	if ((st->st_mode & open) == 0 || lies_in(path, "/run/secrets") ||
	    lies_in(path, secure_getenv("CREDENTIALS_DIRECTORY")))
		return 0;
	error_set(e, ERR_SECRET,
	    "'%s' holds a password and is open to others (mode %04o)", path,
	    (unsigned)st->st_mode & 07777);
	return error_hint(e, "run: chmod 600 %s%s", path,
	    st->st_uid == 0 ? "; or 640, for a group that may send" : "");
}

int
mode_guarded(const char *path, const struct stat *st, struct error *e)
{
	if (!S_ISREG(st->st_mode) || (st->st_mode & S_IWOTH) == 0)
		return 0;
	error_set(e, ERR_SECRET, "'%s' can be written by anybody", path);
	return error_hint(e, "run: chmod o-w %s", path);
}
