/*
 * Whatever is read: what leaves is canonical, as long as was said, with dots
 * and long lines only as the facts tell; and read again it is the same.  The
 * first octet chooses coding and dot rule.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static bool
take_in(struct message *m, struct bytes text, bool lone_dot_ends)
{
	struct intake how = { .lone_dot_ends = lone_dot_ends };
	struct error e = ERROR_NONE;
	int fd = memfd_create("fuzz", MFD_CLOEXEC), rc;

	want(fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n);
	lseek(fd, 0, SEEK_SET);
	message_init(m);
	rc = message_read(m, fd, &how, &e);
	close(fd);
	want(rc == 0 || e.kind == ERR_MESSAGE);
	return rc == 0;
}

static void
put_out(struct message *m, struct buf *out)
{
	struct error e = ERROR_NONE;
	struct message_reader r;
	struct bytes piece;

	message_reader_init(&r, m);
	while (message_next(&r, &piece, &e) == 0 && piece.n > 0)
		buf_add(out, piece);
	want(e.kind == ERR_NONE && buf_ok(out));
	want((int64_t)out->n == message_size(m));
	message_reader_clear(&r);
}

static void
check_lines(struct bytes text, size_t header_max, size_t body_max)
{
	size_t max = header_max;

	while (text.n > 0) {
		size_t n = bytes_index(text, '\n');
		struct bytes line = bytes_head(text, n);

		want(n > 0 && n < text.n && n - 1 <= max);
		want(bytes_index(line, '\r') == n - 1);
		want(bytes_index(line, '\0') == n);
		max = n == 1 ? body_max : max;
		text = bytes_skip(text, n + 1);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const size_t most[] = {
		[CODING_NONE] = SIZE_MAX, [CODING_QP] = 76, [CODING_FOLD] = 998
	};
	struct bytes text = { (const char *)data + 1, n - 1 };
	enum message_coding coding = n == 0 ? 0 : data[0] % 3;
	struct buf out = BUF(SIZE_MAX), again = BUF(SIZE_MAX);
	struct error e = ERROR_NONE;
	struct message m;

	if (n == 0)
		return 0;
	if (take_in(&m, text, data[0] / 3 % 2 == 1)) {
		want(message_encode(&m, coding, &e) == 0);
		put_out(&m, &out);
		check_lines(buf_bytes(&out), 998, most[coding]);
		message_clear(&m);
		want(take_in(&m, buf_bytes(&out), false));
		put_out(&m, &again);
		want(bytes_same(buf_bytes(&out), buf_bytes(&again)));
	}
	message_clear(&m);
	buf_clear(&out);
	buf_clear(&again);
	return 0;
}
