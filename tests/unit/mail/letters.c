#include "tests/unit/mail/letters.h"

#include <check.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int
whole(struct bytes text)
{
	int fd = memfd_create("letter", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text.p, text.n), (ssize_t)text.n);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

/* In packet mode each read gets what one write gave. */
static int
in_pieces(struct bytes text, size_t n)
{
	int fd[2];

	ck_assert_int_eq(pipe2(fd, O_CLOEXEC | O_DIRECT), 0);
	fcntl(fd[1], F_SETPIPE_SZ, 1 << 20);
	for (; text.n > 0; text = bytes_skip(text, n)) {
		struct bytes piece = bytes_head(text, n);

		ck_assert_int_eq(
		    write(fd[1], piece.p, piece.n), (ssize_t)piece.n);
	}
	close(fd[1]);
	return fd[0];
}

int
letter_fd(struct bytes text, size_t pieces)
{
	return pieces == 0 ? whole(text) : in_pieces(text, pieces);
}

void
letter_read_pieces(
    struct message *m, struct bytes text, bool lone_dot_ends, size_t pieces)
{
	struct intake how = { .lone_dot_ends = lone_dot_ends };
	struct error e = ERROR_NONE;
	int fd = letter_fd(text, pieces);

	message_init(m);
	ck_assert_msg(message_read(m, fd, &how, &e) == 0, "%s", e.text);
	ck_assert_int_eq(m->facts.input, (int64_t)text.n);
	close(fd);
}

void
letter_read(struct message *m, struct bytes text, bool lone_dot_ends)
{
	letter_read_pieces(m, text, lone_dot_ends, 0);
}

static size_t
longest_allowed(const struct message *m, bool in_header)
{
	if (m->coding == CODING_QP && !in_header)
		return 76;
	return in_header || m->coding != CODING_NONE ? 998 : SIZE_MAX;
}

/* What must hold for the line in front; text tells where it is from. */
static size_t
check_line(const struct message *m, struct bytes text, bool in_header)
{
	struct bytes line = bytes_head(text, bytes_index(text, '\n'));

	if (line.n == text.n || bytes_index(line, '\r') != line.n - 1 ||
	    bytes_index(line, '\0') < line.n ||
	    line.n - 1 > longest_allowed(m, in_header))
		ck_abort_msg(
		    "'%.*s'", line.n < 100 ? (int)line.n : 100, line.p);
	return line.n - 1;
}

static void
check_lines(const struct message *m, struct bytes text)
{
	bool in_header = true;

	while (text.n > 0) {
		size_t n = check_line(m, text, in_header);

		in_header = in_header && n > 0;
		text = bytes_skip(text, n + 2);
	}
	ck_assert(!in_header);
}

void
letter_write(struct message *m, struct buf *out)
{
	struct error e = ERROR_NONE;
	struct message_reader r;
	struct bytes piece;
	size_t start = out->n;

	message_reader_init(&r, m);
	for (;;) {
		ck_assert_msg(message_next(&r, &piece, &e) == 0, "%s", e.text);
		if (piece.n == 0)
			break;
		buf_add(out, piece);
	}
	ck_assert_int_eq(message_next(&r, &piece, &e), 0);
	ck_assert_uint_eq(piece.n, 0);
	message_reader_clear(&r);
	ck_assert(buf_ok(out));
	ck_assert_int_eq((int64_t)(out->n - start), message_size(m));
	check_lines(m, bytes_skip(buf_bytes(out), start));
}

void
letter_fill(struct buf *out, struct bytes pattern, size_t n)
{
	for (; n > pattern.n; n -= pattern.n)
		buf_add(out, pattern);
	buf_add(out, bytes_head(pattern, n));
	ck_assert(buf_ok(out));
}
