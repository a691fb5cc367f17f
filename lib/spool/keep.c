/*
 * Keeping a message: written under no name, made durable, then linked into its
 * place.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "spool/checksum.h"
#include "spool/place.h"
#include "spool/room.h"

enum { IDS_TRIED = 16, TIME_DIGITS = 11, ID_DIGITS = 14, BLOCK = 64 << 10 };

struct draft {
	struct spool *s;
	int dir;    /* where it is to be */
	int drafts; /* where it is now, if it has a name; or -1 */
	char name[ENTRY_ID];
	int fd;
	struct buf out;
	int64_t size;
	uint32_t sum;
	const struct here *here;
};

/* ---- ids -------------------------------------------------------------------- */

static const char digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

char
spool_id_digit(uint64_t n)
{
	return digits[n & 31];
}

/* The time in microseconds, most significant digit first, and chance. */
static void
make_id(char id[ENTRY_ID], const struct here *here)
{
	struct timespec now = here->now();
	uint64_t t =
	    (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
	uint16_t chance;

	for (int i = TIME_DIGITS; i > 0; i--, t >>= 5)
		id[i - 1] = spool_id_digit(t);
	here->random(&chance, sizeof(chance));
	for (int i = TIME_DIGITS; i < ID_DIGITS; i++, chance >>= 5)
		id[i] = spool_id_digit(chance);
	id[ID_DIGITS] = '\0';
}

int64_t
spool_id_time(const char *id)
{
	uint64_t t = 0;

	for (int i = 0; i < TIME_DIGITS && id[i] != '\0'; i++) {
		const char *at = strchr(digits, id[i]);

		t = t << 5 | (at == NULL ? 0 : (uint64_t)(at - digits));
	}
	return (int64_t)(t / 1000000);
}

/* ---- writing ---------------------------------------------------------------- */

static int
failed(const struct draft *d, struct error *e)
{
	return place_error(e, d->s->path, "keep the message");
}

/* A file of no name; where there is none, one in draft/. */
static int
make_draft(struct draft *d)
{
	if (!d->s->named_drafts)
		d->fd =
		    openat(d->dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (d->fd >= 0)
		return 0;
	if (!d->s->named_drafts && errno != EOPNOTSUPP && errno != EISDIR &&
	    errno != ENOENT && errno != EINVAL)
		return -1;
	if (mkdirat(d->s->dir, "draft", 0700) < 0 && errno != EEXIST)
		return -1;
	d->drafts = openat(d->s->dir, "draft",
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->drafts < 0 || place_own(d->s, d->drafts) < 0)
		return -1;
	make_id(d->name, d->here);
	d->fd = openat(d->drafts, d->name,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return d->fd < 0 ? -1 : 0;
}

/*
 * Locked until we are through with it: nobody sends what is in its place but
 * not durable, and may still be taken back.
 */
static int
open_draft(struct draft *d)
{
	struct flock lock = { .l_type = F_WRLCK };

	return make_draft(d) < 0 ? -1 : fcntl(d->fd, F_OFD_SETLK, &lock);
}

static int
write_at(int fd, struct bytes text, int64_t at)
{
	while (text.n > 0) {
		ssize_t n = pwrite(fd, text.p, text.n, at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		text = bytes_skip(text, (size_t)n);
		at += n;
	}
	return 0;
}

static int
flush(struct draft *d, int64_t *at)
{
	int rc = write_at(d->fd, buf_bytes(&d->out), *at);

	*at += (int64_t)d->out.n;
	buf_reset(&d->out);
	return rc;
}

/* The first line; its place is kept free until the rest is known. */
static void
head(char line[SPOOL_HEAD + 1], const struct draft *d)
{
	int n = snprintf(line, SPOOL_HEAD + 1,
	    "sendoff-spool 1 %020" PRId64 " %08" PRIx32, d->size, d->sum);

	memset(line + n, ' ', (size_t)(SPOOL_HEAD - 1 - n));
	line[SPOOL_HEAD - 1] = '\n';
}

/* What could not be read again must not be kept. */
static int
add_entry(struct draft *d, const struct entry *n, struct error *e)
{
	size_t before = d->out.n;

	entry_write(n, &d->out);
	if (buf_ok(&d->out) && entry_fits(n, d->out.n - before + ENTRY_HISTORY))
		return 0;
	if (d->out.state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	error_set(e, ERR_TOO_LARGE,
	    "%s: the envelope is too large to be kept, with %zu recipients",
	    d->s->path, n->env.n);
	return error_hint(e, "send it to fewer at a time");
}

/* A small message leaves in one write. */
static int
write_all(
    struct draft *d, const struct entry *n, struct message *m, struct error *e)
{
	struct message_reader reader;
	struct bytes piece;
	char line[SPOOL_HEAD + 1] = "";
	int64_t at = 0;
	int rc;

	memset(line, ' ', SPOOL_HEAD);
	buf_add(&d->out, (struct bytes){ line, SPOOL_HEAD });
	message_reader_init(&reader, m);
	while ((rc = message_next(&reader, &piece, e)) == 0 && piece.n > 0) {
		d->size += (int64_t)piece.n;
		d->sum = checksum(d->sum, piece);
		buf_add(&d->out, piece);
		if (d->out.n > BLOCK && flush(d, &at) < 0)
			break;
	}
	message_reader_clear(&reader);
	if (rc < 0)
		return -1;
	if (add_entry(d, n, e) < 0)
		return -1;
	if (n->tries > 0)
		entry_write_try(n, &d->out);
	if (!buf_ok(&d->out))
		return error_set(e, ERR_OS, "out of memory");
	head(line, d);
	if (at == 0)
		memcpy(d->out.p, line, SPOOL_HEAD);
	else if (write_at(d->fd, (struct bytes){ line, SPOOL_HEAD }, 0) < 0)
		return failed(d, e);
	return piece.n > 0 || flush(d, &at) < 0 ? failed(d, e) : 0;
}

/* ---- room ------------------------------------------------------------------- */

static int
check_room(
    const struct draft *d, const struct entry *n, int64_t size, struct error *e)
{
	struct statvfs fs;

	if ((n->report && !d->s->strict) || fstatvfs(d->dir, &fs) < 0 ||
	    room_left(&fs, d->s->reserve, size))
		return 0;
	error_set(e, ERR_SPOOL,
	    "%s: the file system is too full to keep the message", d->s->path);
	error_transient(e);
	return error_hint(
	    e, "make room there; spool_reserve is what must stay");
}

/* ---- its place -------------------------------------------------------------- */

static int
link_draft(const struct draft *d, const char *id)
{
	char path[64];

	if (d->drafts >= 0)
		return linkat(d->drafts, d->name, d->dir, id, 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", d->fd);
	if (linkat(AT_FDCWD, path, d->dir, id, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	return errno == ENOENT ? linkat(d->fd, "", d->dir, id, AT_EMPTY_PATH)
			       : -1;
}

/* 0 linked, 1 it was there. */
static int
put(const struct draft *d, struct entry *n)
{
	bool named = n->id[0] != '\0';

	for (int i = 0; i < IDS_TRIED; i++) {
		if (!named)
			make_id(n->id, d->here);
		if (link_draft(d, n->id) == 0)
			return 0;
		if (errno != EEXIST)
			return -1;
		if (named)
			return 1;
	}
	return -1;
}

static void
close_draft(struct draft *d)
{
	if (d->drafts >= 0) {
		if (d->fd >= 0)
			unlinkat(d->drafts, d->name, 0);
		close(d->drafts);
	}
	if (d->fd >= 0)
		close(d->fd);
	if (d->dir >= 0)
		close(d->dir);
	buf_clear(&d->out);
}

/* Due at its time of change. */
static int
put_off(const struct draft *d, int64_t when)
{
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = when } };

	return futimens(d->fd, times);
}

/* There must be room before, that a large message does not take it all, and
   behind, for others may have written meanwhile. */
static int
commit(struct draft *d, struct entry *n, struct message *m, struct error *e)
{
	bool named = n->id[0] != '\0';
	int rc;

	if (d->dir < 0 || open_draft(d) < 0 || place_own(d->s, d->fd) < 0)
		return failed(d, e);
	if (check_room(d, n, message_size(m), e) < 0 ||
	    write_all(d, n, m, e) < 0 || check_room(d, n, 0, e) < 0)
		return -1;
	if ((n->tries > 0 && put_off(d, n->next) < 0) || fdatasync(d->fd) < 0)
		return failed(d, e);
	rc = put(d, n);
	if (rc >= 0 && fsync(d->dir) == 0)
		return 0;
	if (rc < 0 && errno == ENOENT)
		d->s->named_drafts = true;
	failed(d, e);
	if (rc == 0)
		unlinkat(d->dir, n->id, 0);
	if (!named)
		n->id[0] = '\0';
	return -1;
}

static int
keep(struct spool *s, enum spool_place place, struct entry *n,
    struct message *m, const struct here *here, struct error *e)
{
	struct draft d = { .s = s,
		.dir = place_open(s, place, n->account, true),
		.drafts = -1,
		.fd = -1,
		.out = BUF(ENTRY_MOST + (4 << 20)),
		.here = here };
	int rc = commit(&d, n, m, e);

	close_draft(&d);
	return rc;
}

/* What has no name cannot be given one without /proc: then once more. */
int
spool_keep(struct spool *s, enum spool_place place, struct entry *n,
    struct message *m, const struct here *here, struct error *e)
{
	bool named = s->named_drafts;
	int rc = keep(s, place, n, m, here, e);

	if (rc == 0 || named || !s->named_drafts)
		return rc;
	*e = ERROR_NONE;
	return keep(s, place, n, m, here, e);
}
