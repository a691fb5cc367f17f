#include "spool/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/place.h"
#include "spool/retry.h"

static const char *const names[] = {
	[SPOOL_QUEUE] = "queue",
	[SPOOL_HELD] = "held",
	[SPOOL_DEAD] = "dead",
	[SPOOL_DAMAGED] = "damaged",
};

const char *
spool_place_name(enum spool_place place)
{
	return names[place];
}

/* ---- opening ------------------------------------------------------------------ */

static int
check(struct spool *s, struct error *e)
{
	struct stat st;

	if (fstat(s->dir, &st) < 0)
		return place_error(e, s->path, "look at the spool");
	s->owner = st.st_uid;
	if (st.st_uid != geteuid() && geteuid() != 0) {
		error_set(e, ERR_SPOOL_DENIED,
		    "%s: the spool is another user's", s->path);
		return place_owner_only(e, st.st_uid);
	}
	if ((st.st_mode & 022) == 0)
		return 0;
	error_set(e, ERR_SPOOL, "%s: the spool is open to others", s->path);
	return error_hint(e, "it must be your own: chown and chmod 700 it");
}

int
spool_open(struct spool *s, const char *path, bool create, struct error *e)
{
	s->path = strdup(path);
	if (s->path == NULL)
		return error_set(e, ERR_OS, "out of memory");
	s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 && errno == ENOENT && !create)
		return 1;
	if (s->dir < 0 && errno == ENOENT && place_make(path) == 0)
		s->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (s->dir < 0 && create)
		return place_error(e, path, "open the spool");
	if (s->dir < 0)
		return place_denied(e, path, "open the spool");
	return check(s, e);
}

void
spool_close(struct spool *s)
{
	if (s->dir >= 0)
		close(s->dir);
	free(s->path);
	*s = SPOOL;
}

/* ---- what is there ---------------------------------------------------------- */

static bool
grow(void **p, size_t *room, size_t n, size_t size)
{
	size_t more = *room == 0 ? 64 : *room * 2;
	void *q;

	if (n < *room)
		return true;
	q = reallocarray(*p, more, size);
	if (q == NULL)
		return false;
	*p = q;
	*room = more;
	return true;
}

void
spool_list_clear(struct spool_list *list)
{
	free(list->items);
	*list = (struct spool_list){ 0 };
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(((const struct spool_item *)a)->id,
	    ((const struct spool_item *)b)->id);
}

/* Ids begin with the time, so that their order is that of age. */
static int
add_item(struct spool_list *list, int dir, const char *name)
{
	struct stat st;
	struct spool_item *item;

	if (!entry_is_id(bytes_of(name)) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* none of ours, or gone */
	if (!grow((void **)&list->items, &list->room, list->n, sizeof(*item)))
		return -1;
	item = &list->items[list->n++];
	memcpy(item->id, name, strlen(name) + 1);
	item->due = st.st_mtime;
	item->size = st.st_size;
	return 0;
}

/* Call each for every name in a directory, which it closes. */
static int
each_name(int fd, int (*each)(void *ctx, int dir, const char *name), void *ctx)
{
	DIR *d = fdopendir(fd);
	struct dirent *entry;
	int rc = 0;

	if (d == NULL) {
		close(fd);
		return -1;
	}
	while (rc == 0 && (errno = 0, entry = readdir(d)) != NULL)
		if (entry->d_name[0] != '.')
			rc = each(ctx, dirfd(d), entry->d_name);
	if (rc == 0 && errno != 0)
		rc = -1;
	closedir(d);
	return rc < 0 ? -1 : 0;
}

static int
list_name(void *ctx, int dir, const char *name)
{
	return add_item(ctx, dir, name);
}

int
spool_list(struct spool *s, enum spool_place place, const char *account,
    struct spool_list *list, struct error *e)
{
	int fd = place_open(s, place, account, false);

	if (fd < 0)
		return errno == ENOENT ? 0
				       : place_denied(e, s->path, "list it");
	if (each_name(fd, list_name, list) < 0)
		return place_denied(e, s->path, "list it");
	if (list->n > 1)
		qsort(list->items, list->n, sizeof(list->items[0]), by_id);
	return 0;
}

bool
spool_has(struct spool *s, enum spool_place place, const char *account,
    const char *id)
{
	int fd = place_open(s, place, account, false);
	struct stat st;
	bool there;

	if (fd < 0)
		return false;
	there = entry_is_id(bytes_of(id)) &&
	    fstatat(fd, id, &st, AT_SYMLINK_NOFOLLOW) == 0;
	close(fd);
	return there;
}

static int
count_name(void *ctx, int dir, const char *name)
{
	(void)dir;
	*(size_t *)ctx += entry_is_id(bytes_of(name));
	return 0;
}

/* A file, or an account's directory. */
static int
count_in(void *ctx, int dir, const char *name)
{
	int fd = place_dir(dir, name);

	if (fd < 0)
		return count_name(ctx, dir, name);
	each_name(fd, count_name, ctx);
	return 0;
}

size_t
spool_count(struct spool *s, enum spool_place place)
{
	int fd = place_open(s, place, NULL, false);
	size_t n = 0;

	if (fd >= 0)
		each_name(fd, count_in, &n);
	return n;
}

struct looking {
	int64_t now;
	bool due;
};

static int
look_at(void *ctx, int dir, const char *name)
{
	struct looking *l = ctx;
	struct stat st;

	if (!entry_is_id(bytes_of(name)) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	l->due = retry_due(st.st_mtime, l->now);
	return l->due ? 1 : 0;
}

bool
spool_due(struct spool *s, const char *account, int64_t now)
{
	struct looking l = { .now = now };
	int fd = place_open(s, SPOOL_QUEUE, account, false);

	return fd >= 0 && each_name(fd, look_at, &l) == 0 && l.due;
}

/* Where there are no locks, nobody is in the way. */
static bool
try_lock(int fd, int *held)
{
	*held = fd;
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK)
		return true;
	close(fd);
	*held = -1;
	return false;
}

bool
spool_turn(struct spool *s, const char *account, int *held)
{
	return try_lock(place_open(s, SPOOL_QUEUE, account, false), held);
}

/* The other directory of the account has no other use for its lock. */
bool
spool_line(struct spool *s, const char *account, int *held)
{
	return try_lock(place_open(s, SPOOL_HELD, account, true), held);
}

/* Whoever made us may have a copy of the place: closing ours would not do. */
void
spool_await_turn(struct spool *s, const char *account, int line, int *held)
{
	*held = place_open(s, SPOOL_QUEUE, account, false);
	while (*held >= 0 && flock(*held, LOCK_EX) < 0 && errno == EINTR)
		continue;
	flock(line, LOCK_UN);
}

struct names {
	char **list;
	size_t n, room;
};

static int
add_name(void *ctx, int dir, const char *name)
{
	struct names *all = ctx;
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode))
		return 0; /* none of ours, or gone */
	if (!grow((void **)&all->list, &all->room, all->n + 1,
		sizeof(all->list[0])))
		return -1;
	all->list[all->n] = strdup(name);
	all->list[all->n + 1] = NULL;
	return all->list[all->n++] == NULL ? -1 : 0;
}

void
spool_names_free(char **list)
{
	for (size_t i = 0; list != NULL && list[i] != NULL; i++)
		free(list[i]);
	free(list);
}

char **
spool_accounts(struct spool *s, enum spool_place place, struct error *e)
{
	struct names all = { calloc(2, sizeof(char *)), 0, 2 };
	int fd = place_open(s, place, NULL, false);

	if (all.list != NULL && fd < 0 && errno == ENOENT)
		return all.list;
	if (all.list != NULL && fd >= 0 && each_name(fd, add_name, &all) == 0)
		return all.list;
	place_denied(e, s->path, "list it");
	if (all.list == NULL && fd >= 0)
		close(fd);
	spool_names_free(all.list);
	return NULL;
}

/* ---- what was left ---------------------------------------------------------- */

enum { DRAFT_AGE = 3600 };

static bool
is_nobodys(int fd, int64_t now)
{
	struct flock all = { .l_type = F_WRLCK };
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_mtime <= now - DRAFT_AGE && fcntl(fd, F_OFD_SETLK, &all) == 0;
}

static int
sweep(void *ctx, int dir, const char *name)
{
	int fd;

	if (!entry_is_id(bytes_of(name)))
		return 0;
	fd = openat(
	    dir, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0 && is_nobodys(fd, *(const int64_t *)ctx))
		unlinkat(dir, name, 0);
	if (fd >= 0)
		close(fd);
	return 0;
}

void
spool_sweep(struct spool *s, int64_t now)
{
	int fd = place_dir(s->dir, "draft");

	if (fd >= 0)
		each_name(fd, sweep, &now);
}
