#include "mail/body.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mail/fold.h"

/* Where the file system knows no O_TMPFILE: a name, for a moment. */
static int
open_named(const char *dir)
{
	char path[4096];
	int fd, n = snprintf(path, sizeof(path), "%s/sendoff.XXXXXX", dir);

	if (n < 0 || (size_t)n >= sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static int
open_unnamed(const char *dir)
{
	int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

	return fd >= 0 ? fd : open_named(dir);
}

static int
open_somewhere(const char *tmp_dir, struct error *e)
{
	const char *const dirs[] = { tmp_dir, secure_getenv("TMPDIR"),
		"/var/tmp", "/tmp" };

	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		int fd = dirs[i] == NULL ? -1 : open_unnamed(dirs[i]);

		if (fd >= 0)
			return fd;
	}
	return error_sys(e, ERR_IO, "cannot create a temporary file");
}

static int
write_all(int fd, struct bytes text, struct error *e)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_sys(e, ERR_IO, "cannot store the message");
		text = bytes_skip(text, (size_t)n);
	}
	return 0;
}

static int
move_to_file(struct message *m, const char *tmp_dir, struct error *e)
{
	m->body_fd = open_somewhere(tmp_dir, e);
	if (m->body_fd < 0 || write_all(m->body_fd, buf_bytes(&m->body), e) < 0)
		return -1;
	buf_clear(&m->body);
	return 0;
}

int
body_keep(
    struct message *m, struct bytes text, const char *tmp_dir, struct error *e)
{
	if (m->body_fd < 0 && text.n > m->body.max - m->body.n &&
	    move_to_file(m, tmp_dir, e) < 0)
		return -1;
	if (m->body_fd >= 0)
		return write_all(m->body_fd, text, e);
	buf_add(&m->body, text);
	return buf_ok(&m->body) ? 0 : error_set(e, ERR_OS, "out of memory");
}

static ssize_t
read_at(int fd, int64_t at, char *to, size_t n)
{
	ssize_t got;

	do {
		got = pread(fd, to, n, at);
	} while (got < 0 && errno == EINTR);
	return got;
}

static int
fetch(const struct message *m, int64_t at, struct buf *room,
    struct bytes *block, struct error *e)
{
	char *to;
	ssize_t n;

	buf_reset(room);
	if ((to = buf_room(room, BODY_BLOCK)) == NULL)
		return error_set(e, ERR_OS, "out of memory");
	n = read_at(m->body_fd, m->body_at + at, to, BODY_BLOCK);
	if (n < 0)
		return error_sys(e, ERR_IO, "cannot read the stored message");
	if (n == 0)
		return error_set(e, ERR_IO, "the stored message was cut off");
	buf_grew(room, (size_t)n);
	*block = buf_bytes(room);
	if ((int64_t)block->n > m->facts.size - at)
		block->n = (size_t)(m->facts.size - at);
	return 0;
}

/*
 * How much of a block, behind which more follows, makes whole lines; else its
 * whole characters but the last, which may be half a CRLF.
 */
static size_t
whole_lines(struct bytes block)
{
	const char *end = memrchr(block.p, '\n', block.n);
	size_t n = fold_cut(block, block.n - 1);

	if (end != NULL)
		return (size_t)(end - block.p) + 1;
	return n > 0 ? n : block.n;
}

int
body_block(const struct message *m, int64_t at, struct buf *room,
    struct bytes *block, struct error *e)
{
	int64_t left = m->facts.size - at;

	*block = (struct bytes){ 0 };
	if (left <= 0)
		return 0;
	if (m->body_fd < 0)
		*block = bytes_head(
		    bytes_skip(buf_bytes(&m->body), (size_t)at), BODY_BLOCK);
	else if (fetch(m, at, room, block, e) < 0)
		return -1;
	if ((int64_t)block->n < left && block->n > 1)
		block->n = whole_lines(*block);
	return 0;
}
