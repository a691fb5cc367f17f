/*
 * Taking in a message that was made fit to leave before, and kept in a file.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mail/body.h"
#include "mail/canon.h"
#include "mail/header.h"

/* What was added when it was prepared came on top of the header's ceilings. */
enum { HEADER_STORED = 4 * HEADER_MAX, FIELDS_STORED = 4 * FIELDS_MAX };

struct storage {
	struct message *m;         /* borrowed */
	const struct stored *from; /* borrowed */
	bool in_body;
	size_t column; /* octets of the line under way */
	struct buf block;
};

static ssize_t
read_at(int fd, char *to, size_t n, int64_t at)
{
	ssize_t got;

	do {
		got = pread(fd, to, n, at);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* Lines, and the longest of them, without its CRLF, which the edge of a block
   may cut in two. */
static void
measure_lines(struct storage *s, struct bytes block)
{
	struct message_facts *facts = &s->m->facts;

	while (block.n > 0) {
		size_t n = bytes_index(block, '\n');
		size_t line = s->column + n;
		bool cr = n > 0 ? block.p[n - 1] == '\r' : line > 0;

		facts->lines += n < block.n;
		s->column = n < block.n ? 0 : line;
		if (line - cr > facts->longest)
			facts->longest = line - cr;
		block = bytes_skip(block, n + 1);
	}
}

static void
take_body(struct storage *s, struct bytes block)
{
	struct message_facts *facts = &s->m->facts;

	facts->body_8bit = facts->body_8bit || canon_eight_bit(block);
	measure_lines(s, block);
	if (s->m->body_fd < 0)
		buf_add(&s->m->body, block);
}

/* The header has no empty line; the one behind it ends it. */
static size_t
header_end(const struct buf *header, size_t from)
{
	struct bytes all = buf_bytes(header);
	size_t at = from < 4 ? 0 : from - 4, n;

	if (bytes_same(bytes_head(all, 2), BYTES("\r\n")))
		return 0;
	n = bytes_find(bytes_skip(all, at), BYTES("\r\n\r\n"));
	return at + n < all.n ? at + n + 2 : all.n;
}

/* Where the body begins is known: what came of it, and how it is to be kept. */
static int
begin_body(struct storage *s, size_t end, struct error *e)
{
	struct message *m = s->m;
	struct buf rest = BUF(BODY_BLOCK);

	s->in_body = true;
	m->facts.size = s->from->size - (int64_t)end - 2;
	m->coded_size = m->facts.size;
	buf_add(&rest, bytes_skip(buf_bytes(&m->header), end + 2));
	buf_cut(&m->header, end);
	m->facts.header_8bit = canon_eight_bit(buf_bytes(&m->header));
	if (m->facts.size > BODY_IN_MEMORY) {
		m->body_at = s->from->at + (int64_t)end + 2;
		m->body_fd = fcntl(s->from->fd, F_DUPFD_CLOEXEC, 3);
		if (m->body_fd < 0)
			error_sys(e, ERR_OS, "cannot keep the message open");
	}
	take_body(s, buf_bytes(&rest));
	if (!buf_ok(&rest))
		error_set(e, ERR_OS, "out of memory");
	buf_clear(&rest);
	return e->kind == ERR_NONE ? 0 : -1;
}

static int
take(struct storage *s, struct bytes block, struct error *e)
{
	struct buf *header = &s->m->header;
	size_t had = header->n, end;

	if (s->from->seen != NULL)
		s->from->seen(s->from->ctx, block);
	if (s->in_body) {
		take_body(s, block);
		return 0;
	}
	buf_add(header, block);
	if (header->state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	if (!buf_ok(header))
		return error_set(e, ERR_MESSAGE, "its header is too long");
	end = header_end(header, had);
	return end < header->n ? begin_body(s, end, e) : 0;
}

static int
take_all(struct storage *s, struct error *e)
{
	const struct stored *from = s->from;
	int64_t done = 0;

	while (done < from->size) {
		int64_t left = from->size - done;
		char *to = buf_room(&s->block, BODY_BLOCK);
		ssize_t n;

		if (to == NULL)
			return error_set(e, ERR_OS, "out of memory");
		n = read_at(from->fd, to,
		    left < BODY_BLOCK ? (size_t)left : BODY_BLOCK,
		    from->at + done);
		if (n < 0)
			return error_sys(e, ERR_IO, "cannot read the message");
		if (n == 0)
			return error_set(e, ERR_IO, "the message is cut off");
		if (take(s, (struct bytes){ to, (size_t)n }, e) < 0)
			return -1;
		done += n;
	}
	return 0;
}

int
message_stored(struct message *m, const struct stored *from, struct error *e)
{
	struct storage s = { .m = m, .from = from, .block = BUF(BODY_BLOCK) };
	int rc;

	m->header.max = HEADER_STORED;
	rc = take_all(&s, e);
	buf_clear(&s.block);
	if (rc == 0 && !s.in_body)
		return error_set(e, ERR_MESSAGE, "it has no end of the header");
	if (rc == 0 && !buf_ok(&m->body))
		return error_set(e, ERR_OS, "out of memory");
	return rc == 0 ? header_index(m, FIELDS_STORED, e) : -1;
}
