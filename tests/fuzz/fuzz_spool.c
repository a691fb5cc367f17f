/*
 * Whatever a disk gives back: the lines of an entry that make sense come to the
 * same when they are written again, and a message that is taken in leaves as
 * the octets that stand there.  The first octet says what the rest is: 'e' an
 * entry, whose checksums are put right, 'E' one as it stands, 'm' a message.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mail/message.h"
#include "spool/checksum.h"
#include "spool/entry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { SUM = 9 };

static void
want(bool holds)
{
	if (!holds)
		abort();
}

/* ---- entries ---------------------------------------------------------------- */

/* A fuzzer does not guess checksums. */
static void
put_right(struct bytes text, struct buf *out)
{
	while (text.n > 0) {
		struct bytes line = bytes_take(&text, '\n');

		if (line.n < SUM)
			line = BYTES("00000000 ");
		line = bytes_skip(line, SUM);
		buf_addf(out, "%08" PRIx32 " ", checksum(0, line));
		buf_add(out, line);
		buf_addc(out, '\n');
	}
}

static void
same_text(const char *a, const char *b)
{
	want((a == NULL) == (b == NULL));
	want(a == NULL || strcmp(a, b) == 0);
}

static void
same_recipient(const struct recipient *a, const struct recipient *b)
{
	same_text(a->address, b->address);
	same_text(a->original, b->original);
	same_text(a->options, b->options);
	want(a->notify == b->notify);
}

static void
same(const struct entry *a, const struct entry *b)
{
	same_text(a->account, b->account);
	want(a->arrived == b->arrived && a->uid == b->uid);
	want(a->report == b->report && a->international == b->international);
	want(a->options_n == b->options_n);
	for (size_t i = 0; i < a->options_n; i++) {
		same_text(a->options[i].key, b->options[i].key);
		same_text(a->options[i].value, b->options[i].value);
	}
	same_text(a->env.sender, b->env.sender);
	same_text(a->env.envid, b->env.envid);
	want(a->env.ret == b->env.ret && a->env.notify == b->env.notify);
	want(a->env.n == b->env.n);
	for (size_t i = 0; i < a->env.n; i++)
		same_recipient(&a->env.to[i], &b->env.to[i]);
}

/* What an envelope says, whoever of it is done with. */
static void
check_again(struct entry *n)
{
	struct buf text = BUF(SIZE_MAX);
	struct error e = ERROR_NONE;
	struct entry again;
	size_t whole;

	for (size_t i = 0; i < n->env.n; i++)
		n->env.to[i].verdict.state = VERDICT_PENDING;
	entry_write(n, &text);
	entry_write_try(n, &text);
	for (size_t i = 0; i < n->env.n; i++)
		entry_write_done(n, i, &text);
	want(buf_ok(&text));
	entry_init(&again);
	want(entry_read(&again, buf_bytes(&text), &whole, &e) == 0);
	want(whole == text.n && again.tries == 1);
	want(again.tried == n->tried && again.next == n->next);
	same_text(again.why, n->why);
	same(n, &again);
	entry_clear(&again);
	buf_clear(&text);
}

static void
check_entry(struct bytes text)
{
	struct error e = ERROR_NONE;
	struct entry n;
	size_t whole = 0;

	entry_init(&n);
	if (entry_read(&n, text, &whole, &e) == 0) {
		want(n.complete && whole <= text.n);
		want(whole == 0 || text.p[whole - 1] == '\n');
		check_again(&n);
	} else {
		want(e.kind == ERR_SPOOL);
	}
	entry_clear(&n);
}

/* ---- messages --------------------------------------------------------------- */

static void
check_octets(struct message *m, struct bytes text)
{
	struct error e = ERROR_NONE;
	struct message_reader r;
	struct bytes piece;

	message_reader_init(&r, m);
	while (message_next(&r, &piece, &e) == 0 && piece.n > 0) {
		want(bytes_same(bytes_head(text, piece.n), piece));
		text = bytes_skip(text, piece.n);
	}
	want(e.kind == ERR_NONE && text.n == 0);
	message_reader_clear(&r);
}

/* Only what is canonical is kept; what stands there may be anything. */
static bool
fields_only(const struct message *m)
{
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->fields[i].whole.n;
	return n == m->header.n;
}

static void
check_message(struct bytes text)
{
	struct stored from = { .fd = memfd_create("message", MFD_CLOEXEC),
		.size = (int64_t)text.n };
	struct error e = ERROR_NONE;
	struct message m;

	want(from.fd >= 0);
	want(write(from.fd, text.p, text.n) == (ssize_t)text.n);
	message_init(&m);
	if (message_stored(&m, &from, &e) == 0) {
		if (fields_only(&m))
			check_octets(&m, text);
	} else {
		want(e.kind == ERR_MESSAGE);
	}
	message_clear(&m);
	close(from.fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n };
	struct buf right = BUF(SIZE_MAX);

	if (n == 0)
		return 0;
	text = bytes_skip(text, 1);
	if (data[0] == 'm')
		check_message(text);
	if (data[0] == 'E')
		check_entry(text);
	if (data[0] == 'e') {
		put_right(text, &right);
		check_entry(buf_bytes(&right));
	}
	buf_clear(&right);
	return 0;
}
