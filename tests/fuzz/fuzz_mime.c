/*
 * Whatever stands between boundaries: made fit to leave, the message has the
 * same parts, and those that could be encoded hold the same.  The first octet
 * chooses whether 8-bit text may stay.
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clean.h"
#include "mail/mime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char header[] = "Content-Type: multipart/mixed; boundary=b\r\n";

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static void
take_in(struct message *m, struct bytes text)
{
	struct intake how = { 0 };
	struct error e = ERROR_NONE;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	want(fd >= 0 && write(fd, header, sizeof(header) - 1) > 0);
	want(write(fd, "\n", 1) == 1);
	want(write(fd, text.p, text.n) == (ssize_t)text.n);
	lseek(fd, 0, SEEK_SET);
	message_init(m);
	want(message_read(m, fd, &how, &e) == 0);
	close(fd);
}

/* The body as it leaves, and what holds for every one. */
static void
put_out(struct message *m, struct buf *body)
{
	struct error e = ERROR_NONE;
	struct message_reader r;
	struct bytes piece, rest;
	int64_t n = 0;

	message_reader_init(&r, m);
	while (message_next(&r, &piece, &e) == 0 && piece.n > 0) {
		buf_add(body, piece);
		n += (int64_t)piece.n;
	}
	message_reader_clear(&r);
	want(e.kind == ERR_NONE && buf_ok(body) && n == message_size(m));
	rest = buf_bytes(body);
	buf_drop(body, bytes_find(rest, BYTES("\r\n\r\n")) + 4);
	want(message_body_8bit(m) || !bytes_eight_bit(buf_bytes(body)));
	for (rest = buf_bytes(body); rest.n > 0;) {
		struct bytes line = bytes_take(&rest, '\n');

		want(line.n > 0 && line.n <= 999);
		want(bytes_index(line, '\r') == line.n - 1);
		want(bytes_index(line, '\0') == line.n);
	}
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0'
	    : c >= 'A' && c <= 'F'  ? c - 'A' + 10
				    : -1;
}

static void
decode(struct buf *out, struct bytes text)
{
	while (text.n > 0) {
		if (bytes_same(bytes_head(text, 3), BYTES("=\r\n"))) {
			text = bytes_skip(text, 3);
		} else if (text.n > 2 && text.p[0] == '=' &&
		    hex(text.p[1]) >= 0 && hex(text.p[2]) >= 0) {
			buf_addc(
			    out, (char)(hex(text.p[1]) * 16 + hex(text.p[2])));
			text = bytes_skip(text, 3);
		} else {
			buf_addc(out, text.p[0]);
			text = bytes_skip(text, 1);
		}
	}
}

static void
end_part(struct buf *out, struct buf *part, const struct mime_entity *entity)
{
	struct buf sent = BUF(SIZE_MAX);
	struct bytes rest = buf_bytes(part);

	/* In what was encoded before there is no way to keep a NUL. */
	for (size_t i = 0; i < rest.n; i++)
		buf_addc(&sent, rest.p[i] != '\0' ? rest.p[i] : '?');
	if (entity->quoted)
		decode(out, buf_bytes(&sent));
	else if (entity->codable)
		buf_add(out, buf_bytes(part));
	buf_reset(part);
	buf_clear(&sent);
	buf_adds(out, "<next>");
}

/* What the parts hold, decoded; of those that are in no known form, nothing. */
static void
gather(struct bytes body, struct buf *out)
{
	struct buf part = BUF(SIZE_MAX);
	struct mime_entity entity = { 0 };
	struct mime w;
	struct bytes piece;

	mime_init(&w, bytes_of(header));
	while (body.n > 0) {
		enum mime_what what = mime_take(&w, &body, &piece);

		if (what == MIME_CONTENT)
			buf_add(&part, piece);
		if (what != MIME_HEAD)
			continue;
		end_part(out, &part, &entity);
		entity = w.entity;
	}
	end_part(out, &part, &entity);
	mime_clear(&w);
	buf_clear(&part);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct buf out = BUF(SIZE_MAX), was = BUF(SIZE_MAX), is = BUF(SIZE_MAX);
	struct error e = ERROR_NONE;
	struct message m;

	if (n == 0 || n > 60000)
		return 0;
	take_in(&m, (struct bytes){ (const char *)data + 1, n - 1 });
	gather(buf_bytes(&m.body), &was);
	if (message_encode(&m, message_advised(&m, data[0] % 2 == 0), &e) ==
	    0) {
		put_out(&m, &out);
		gather(buf_bytes(&out), &is);
		want(bytes_same(buf_bytes(&was), buf_bytes(&is)));
	} else {
		want(e.kind == ERR_MESSAGE || e.kind == ERR_NOT_SUPPORTED);
	}
	message_clear(&m);
	buf_clear(&out);
	buf_clear(&was);
	buf_clear(&is);
	return 0;
}
