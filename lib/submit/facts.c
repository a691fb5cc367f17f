#include "submit/facts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_MOST = 4096, NAME_MOST = 256, SWEEP_MOST = 1024 };

/* ---- the directory ---------------------------------------------------------- */

/* path, and each directory that it is in. */
static void
make_directories(const char *path)
{
	char part[PATH_MOST];
	size_t n = strlen(path);

	if (n >= sizeof(part))
		return;
	memcpy(part, path, n + 1);
	for (size_t i = 1; i < n; i++)
		if (part[i] == '/') {
			part[i] = '\0';
			mkdir(part, 0700);
			part[i] = '/';
		}
	mkdir(part, 0700);
}

static bool
ours_alone(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    (st.st_mode & 022) == 0;
}

int
facts_open(const char *path, bool make)
{
	enum { HOW = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
	int dir = open(path, HOW);

	if (dir < 0 && make && errno == ENOENT) {
		make_directories(path);
		dir = open(path, HOW);
	}
	if (dir >= 0 && !ours_alone(dir)) {
		close(dir);
		dir = -1;
	}
	return dir;
}

/* ---- a file ------------------------------------------------------------------ */

/* Fit to be a file's name, and of no other text: %XX for what is odd. */
static bool
file_name(char to[NAME_MOST], const char *name)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t n = 0;

	for (const char *c = name; *c != '\0'; c++) {
		bool odd = strchr(plain, *c) == NULL || (n == 0 && *c == '.');

		if (n + 4 > NAME_MOST)
			return false;
		n += (size_t)snprintf(to + n, NAME_MOST - n,
		    odd ? "%%%02X" : "%c", (unsigned char)*c);
	}
	return n > 0;
}

static bool
is_plain(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
	    st.st_uid == geteuid();
}

static int
open_file(int dir, const char *name, int how)
{
	char file[NAME_MOST];
	int fd;

	if (!file_name(file, name))
		return -1;
	fd = openat(dir, file, how | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd >= 0 && !is_plain(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

bool
facts_read(int dir, const char *name, char *to, size_t size, int64_t *since)
{
	int fd = open_file(dir, name, O_RDONLY);
	struct stat st;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, to, size - 1);
	if (n >= 0 && fstat(fd, &st) == 0) {
		to[n] = '\0';
		*since = st.st_mtim.tv_sec;
	} else {
		n = -1;
	}
	close(fd);
	return n >= 0;
}

bool
facts_write(int dir, const char *name, const char *text, int64_t since)
{
	struct timespec when[2] = { { .tv_sec = since }, { .tv_sec = since } };
	int fd = open_file(dir, name, O_WRONLY | O_CREAT);
	size_t n = strlen(text);
	bool good;

	if (fd < 0)
		return false;
	good = ftruncate(fd, 0) == 0 && write(fd, text, n) == (ssize_t)n &&
	    futimens(fd, when) == 0;
	close(fd);
	return good;
}

/* Whoever writes it anew just now loses it, which facts may be. */
static void
drop_old(int dir, const char *file, int64_t before)
{
	struct stat st;

	if (file[0] != '.' &&
	    fstatat(dir, file, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_mtim.tv_sec < before)
		unlinkat(dir, file, 0);
}

void
facts_sweep(int dir, int64_t before)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (d == NULL && fd >= 0)
		close(fd);
	for (int i = 0; d != NULL && i < SWEEP_MOST; i++) {
		entry = readdir(d);
		if (entry == NULL)
			break;
		drop_old(dir, entry->d_name, before);
	}
	if (d != NULL)
		closedir(d);
}

void
facts_drop(const char *path, const char *name)
{
	char file[NAME_MOST];
	int dir = facts_open(path, false);

	if (dir < 0)
		return;
	if (file_name(file, name))
		unlinkat(dir, file, 0);
	close(dir);
	rmdir(path);
}
