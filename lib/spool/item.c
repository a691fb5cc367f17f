#include "spool/item.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/checksum.h"
#include "spool/place.h"

static int
failed(const struct item *i, const char *what, struct error *e)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %s", what, i->entry.id);
	return place_error(e, i->spool->path, text);
}

static int
denied(const struct item *i, const char *what, struct error *e)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %s", what, i->entry.id);
	return place_denied(e, i->spool->path, text);
}

/* ---- opening ---------------------------------------------------------------- */

static int
lock(int fd)
{
	struct flock all = { .l_type = F_WRLCK };

	return fcntl(fd, F_OFD_SETLK, &all);
}

/* Somebody may have done with it, or moved it, before we had the lock. */
static bool
still_there(const struct item *i)
{
	struct stat ours, there;

	return fstat(i->fd, &ours) == 0 &&
	    fstatat(i->dir, i->entry.id, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

/* 0, 1 when it is not to be had, -1. */
static int
open_item(struct item *i, const char *account, bool locked, struct error *e)
{
	i->dir = place_open(i->spool, i->place, account, false);
	if (i->dir >= 0)
		i->fd = openat(i->dir, i->entry.id,
		    (locked ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC |
			O_NONBLOCK | O_NOCTTY);
	if (i->fd < 0)
		return errno == ENOENT ? 1 : denied(i, "open", e);
	if (!locked)
		return 0;
	if (lock(i->fd) < 0)
		return errno == EAGAIN || errno == EACCES
		    ? 1
		    : failed(i, "lock", e);
	return still_there(i) ? 0 : 1;
}

/* ---- reading ---------------------------------------------------------------- */

static ssize_t
read_at(int fd, char *to, size_t n, int64_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t k = pread(fd, to + got, n - got, at + (int64_t)got);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return k < 0 ? -1 : (ssize_t)got;
		got += (size_t)k;
	}
	return (ssize_t)got;
}

/* A number of so many digits, alone. */
static bool
take_number(const char *text, size_t n, int base, int64_t *to)
{
	char digits[24], *end;

	memcpy(digits, text, n);
	digits[n] = '\0';
	errno = 0;
	*to = strtoll(digits, &end, base);
	return errno == 0 && *end == '\0' && *to >= 0;
}

static int
read_head(struct item *i, struct error *e)
{
	static const char magic[] = "sendoff-spool 1 ";
	enum { SIZE = sizeof(magic) - 1, SUM = SIZE + 21, END = SUM + 8 };
	char line[SPOOL_HEAD + 1] = "";
	int64_t sum;

	if (read_at(i->fd, line, SPOOL_HEAD, 0) < 0)
		return failed(i, "read", e);
	if (memcmp(line, magic, SIZE) != 0 || line[SUM - 1] != ' ' ||
	    line[END] != ' ' || line[SPOOL_HEAD - 1] != '\n' ||
	    !take_number(line + SIZE, 20, 10, &i->size) ||
	    !take_number(line + SUM, 8, 16, &sum) ||
	    i->size > INT64_MAX - SPOOL_HEAD)
		return error_set(e, ERR_SPOOL, "its first line is damaged");
	i->sum = (uint32_t)sum;
	return 0;
}

static int
read_lines(struct item *i, struct error *e)
{
	struct buf text = BUF(ENTRY_MOST);
	int64_t from = SPOOL_HEAD + i->size;
	size_t whole = 0;
	struct stat st;
	char *to;
	int rc = -1;

	if (fstat(i->fd, &st) < 0)
		return failed(i, "read", e);
	if (!S_ISREG(st.st_mode) || st.st_size <= from ||
	    st.st_size - from > ENTRY_MOST)
		return error_set(e, ERR_SPOOL, "it is cut off");
	to = buf_room(&text, (size_t)(st.st_size - from));
	if (to == NULL)
		error_set(e, ERR_OS, "out of memory");
	else if (read_at(i->fd, to, (size_t)(st.st_size - from), from) !=
	    st.st_size - from)
		failed(i, "read", e);
	else {
		buf_grew(&text, (size_t)(st.st_size - from));
		rc = entry_read(&i->entry, buf_bytes(&text), &whole, e);
	}
	i->end = from + (int64_t)whole;
	i->length = st.st_size;
	buf_clear(&text);
	return rc;
}

/* What is made of it goes where it says: that is where it lies. */
static int
check_account(const struct item *i, const char *account, struct error *e)
{
	if (!i->entry.complete || strcmp(i->entry.account, account) == 0)
		return 0;
	return error_set(
	    e, ERR_SPOOL, "it names an account that is not its own");
}

/* What cannot be read is not lost, and not in the way either. */
static int
quarantine(struct item *i, struct error *e)
{
	struct error why = *e;
	int to;

	if (e->kind != ERR_SPOOL || e->transient || errno == EACCES)
		return -1;
	to = place_open(i->spool, SPOOL_DAMAGED, NULL, true);
	*e = ERROR_NONE;
	if (to < 0 || renameat(i->dir, i->entry.id, to, i->entry.id) < 0) {
		*e = why;
		error_in(e, "%s: %s", i->spool->path, i->entry.id);
	} else {
		fsync(to);
		error_set(e, ERR_SPOOL, "%s: %s is damaged: %s", i->spool->path,
		    i->entry.id, why.text);
		error_hint(e, "it was moved to %s/damaged", i->spool->path);
	}
	if (to >= 0)
		close(to);
	return -1;
}

static int
take(struct item *i, const char *account, const char *id, bool locked,
    struct error *e)
{
	int rc;

	snprintf(i->entry.id, sizeof(i->entry.id), "%s", id);
	rc = open_item(i, account, locked, e);
	if (rc != 0)
		return rc;
	if (read_head(i, e) == 0 && read_lines(i, e) == 0 &&
	    check_account(i, account, e) == 0)
		return 0;
	errno = 0;
	return locked ? quarantine(i, e)
		      : error_in(e, "%s: %s", i->spool->path, i->entry.id);
}

static void
begin(struct item *i, struct spool *s, enum spool_place place)
{
	*i = (struct item){ .spool = s, .place = place, .fd = -1, .dir = -1 };
	entry_init(&i->entry);
}

int
item_take(struct item *i, struct spool *s, enum spool_place place,
    const char *account, const char *id, struct error *e)
{
	begin(i, s, place);
	return take(i, account, id, true, e);
}

int
item_look(struct item *i, struct spool *s, enum spool_place place,
    const char *account, const char *id, struct error *e)
{
	begin(i, s, place);
	return take(i, account, id, false, e);
}

void
item_release(struct item *i)
{
	if (i->fd >= 0)
		close(i->fd);
	if (i->dir >= 0)
		close(i->dir);
	entry_clear(&i->entry);
	i->fd = i->dir = -1;
}

static void
add_up(void *ctx, struct bytes block)
{
	uint32_t *sum = ctx;

	*sum = checksum(*sum, block);
}

int
item_message(struct item *i, struct message *m, struct error *e)
{
	uint32_t sum = 0;
	struct stored from = { .fd = i->fd,
		.at = SPOOL_HEAD,
		.size = i->size,
		.seen = add_up,
		.ctx = &sum };

	if (message_stored(m, &from, e) < 0) {
		if (e->kind != ERR_MESSAGE)
			return error_in(
			    e, "%s: %s", i->spool->path, i->entry.id);
		e->kind = ERR_SPOOL;
		errno = 0;
		return quarantine(i, e);
	}
	m->international = i->entry.international;
	if (sum == i->sum)
		return 0;
	error_set(e, ERR_SPOOL, "its message is not what was kept");
	errno = 0;
	return quarantine(i, e);
}

/* ---- changing --------------------------------------------------------------- */

int
item_drop(struct item *i, struct error *e)
{
	if (unlinkat(i->dir, i->entry.id, 0) < 0 && errno != ENOENT)
		return failed(i, "remove", e);
	return 0;
}

int
item_due(struct item *i, int64_t when, struct error *e)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = when } };

	return futimens(i->fd, times) < 0 ? failed(i, "put off", e) : 0;
}

bool
item_may_add(const struct item *i, size_t octets)
{
	size_t now = (size_t)(i->end - i->size - SPOOL_HEAD);

	return entry_fits(&i->entry, now + octets + ENTRY_TRY);
}

/* Behind the end, so that nobody sees it.  The time of change does not matter:
   what is being tried is due. */
int
item_reserve(struct item *i, size_t octets, struct error *e)
{
	int rc;

	do
		rc = fallocate(
		    i->fd, FALLOC_FL_KEEP_SIZE, i->end, (off_t)octets);
	while (rc < 0 && errno == EINTR);
	if (rc < 0 && (errno == ENOSPC || errno == EDQUOT))
		return failed(i, "have room for what becomes of", e);
	return 0;
}

static int
write_lines(struct item *i, struct bytes lines)
{
	int64_t at = i->end;

	while (lines.n > 0) {
		ssize_t n = pwrite(i->fd, lines.p, lines.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		lines = bytes_skip(lines, (size_t)n);
		at += n;
		if (at > i->length)
			i->length = at;
	}
	return 0;
}

/* Cutting the file gives back what item_reserve() took: only if need be. */
static int
cut_off(struct item *i, int64_t end)
{
	if (i->length == end)
		return 0;
	if (ftruncate(i->fd, end) < 0)
		return -1;
	i->length = end;
	return 0;
}

/* A line that was cut off before is overwritten. */
int
item_note(struct item *i, struct bytes lines, bool sync, struct error *e)
{
	int64_t end = i->end + (int64_t)lines.n;

	if (write_lines(i, lines) < 0 || cut_off(i, end) < 0 ||
	    (sync && fdatasync(i->fd) < 0))
		return failed(i, "write to", e);
	i->end = end;
	return item_due(i, i->entry.next, e);
}

int
item_reopen(struct item *i, struct error *e)
{
	struct envelope *env = &i->entry.env;
	struct buf lines = BUF(ENTRY_MOST);
	int rc = 0;

	for (size_t k = 0; k < env->n; k++) {
		struct verdict *v = &env->to[k].verdict;

		if (v->state != VERDICT_REFUSED)
			continue;
		verdict_set(
		    v, VERDICT_PENDING, v->stage, 0, v->status, BYTES(""));
		entry_write_brief(&i->entry, k, &lines);
		env->to[k].noted = false;
	}
	if (!buf_ok(&lines))
		rc = error_set(e, ERR_OS, "out of memory");
	else if (lines.n > 0)
		rc = item_note(i, buf_bytes(&lines), true, e);
	buf_clear(&lines);
	return rc;
}

int
item_move(struct item *i, enum spool_place place, struct error *e)
{
	int to = place_open(i->spool, place, i->entry.account, true);
	int rc = -1;

	if (to >= 0)
		rc = renameat(i->dir, i->entry.id, to, i->entry.id);
	if (rc == 0)
		rc = fsync(to);
	if (rc < 0)
		failed(i, "move", e);
	if (to >= 0)
		close(to);
	return rc;
}

int
item_hasten(struct item *i, int64_t when, struct error *e)
{
	struct buf line = BUF(64);
	int rc;

	i->entry.next = when;
	if (item_may_add(i, ENTRY_TRY))
		entry_write_due(&i->entry, &line);
	rc = item_note(i, buf_bytes(&line), true, e);
	buf_clear(&line);
	return rc;
}
