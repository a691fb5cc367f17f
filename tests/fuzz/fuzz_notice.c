/*
 * Whatever servers, senders and messages say: a notice is three parts, in
 * canonical lines of at most 998 octets, 7-bit where it says so, and holds the
 * fields that we write and no other.  A line of input is something somebody
 * says, its first octet tells who; behind an empty line stands the message.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "compose/notice.h"
#include "compose/notice_short.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { LINES_MOST = 32, PARTS = 3 };

struct made {
	struct notice n;
	struct envelope env;
	bool about[LINES_MOST];
	struct message message;
	struct bytes rest; /* of the input: the message */
	struct buf out;    /* the notice as it is to leave */
	char *lines[LINES_MOST];
	size_t lines_n;
};

static void
want(bool holds)
{
	if (!holds)
		abort();
}

/* Of the input, which therefore cannot hold the boundary. */
static uint64_t seed;

static void
hashed(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		((unsigned char *)p)[i] = (unsigned char)(seed >> 56);
	}
}

static struct timespec
now(void)
{
	return (struct timespec){ 0 };
}

static const struct here here = { .now = now, .random = hashed };

/* ---- what is said ----------------------------------------------------------------- */

static char *
copy(const char *text)
{
	char *p = strdup(text);

	want(p != NULL);
	return p;
}

static void
set(char **to, const char *text)
{
	free(*to);
	*to = copy(text);
}

static void
take_recipient(struct made *m, const char *address)
{
	struct error e = ERROR_NONE;
	size_t at;

	want(envelope_again(&m->env, bytes_of(address), &at, &e) == 0);
	m->about[at] = true;
}

/* "550 no": as a reply has it; without a code it is ours. */
static void
take_words(struct recipient *to, const char *text)
{
	static const enum verdict_state states[] = { VERDICT_PENDING,
		VERDICT_PENDING, VERDICT_SENT, VERDICT_PENDING,
		VERDICT_DEFERRED, VERDICT_REFUSED };
	struct verdict *v = &to->verdict;
	int code = atoi(text);

	*v = (struct verdict){ .stage = STAGE_RCPT };
	if (code >= 200 && code < 600) {
		v->code = code;
		v->state = states[code / 100];
		v->status.class = code % 10 == 0 ? code / 100 : 0;
		v->status.subject = code / 10 % 10;
	}
	strncpy(v->text, text, sizeof(v->text) - 1);
}

static void
take_kind(struct made *m, const char *digits)
{
	m->n.kind = (enum notice_kind)((unsigned char)digits[0] % 3);
	if (digits[0] != '\0')
		m->env.ret = (enum dsn_return)((unsigned char)digits[1] % 3);
	m->n.tried = m->n.until = 1000000;
}

static void
take_line(struct made *m, char *line)
{
	struct recipient *last = m->env.n > 0 ? &m->env.to[m->env.n - 1] : NULL;
	char *value = line + 1;

	switch (line[0]) {
	case 't':
		take_recipient(m, value);
		break;
	case 'w':
		if (last != NULL)
			take_words(last, value);
		break;
	case 'o':
		if (last != NULL)
			set(&last->original, value);
		break;
	case 's':
		if (value[0] != '\0')
			set(&m->env.sender, value);
		break;
	case 'v':
		set(&m->env.envid, value);
		break;
	case 'r':
		m->n.remote = value;
		break;
	case 'y':
		m->n.reason = value;
		break;
	case 'm':
		m->n.mta = value;
		break;
	case 'f':
		m->n.from = value;
		break;
	case 'q':
		m->n.queue_id = value;
		break;
	case 'k':
		take_kind(m, value);
		break;
	default:
		break;
	}
}

static ssize_t
read_rest(void *ctx, char *to, size_t room)
{
	struct made *m = ctx;
	struct bytes some = bytes_head(m->rest, room);

	if (some.n > 0)
		memcpy(to, some.p, some.n);
	m->rest = bytes_skip(m->rest, some.n);
	return (ssize_t)some.n;
}

/* ---- what must hold --------------------------------------------------------------- */

static void
read_out(struct made *m, struct message *notice)
{
	struct error e = ERROR_NONE;
	struct message_reader r;
	struct bytes piece;

	message_reader_init(&r, notice);
	while (message_next(&r, &piece, &e) == 0 && piece.n > 0)
		buf_add(&m->out, piece);
	want(e.kind == ERR_NONE && buf_ok(&m->out));
	message_reader_clear(&r);
}

static void
check_lines(struct bytes text)
{
	want(bytes_index(text, '\0') == text.n);
	while (text.n > 0) {
		size_t n = bytes_index(text, '\n');
		struct bytes line = bytes_head(text, n);

		want(n > 0 && n < text.n && n - 1 <= 998);
		want(bytes_index(line, '\r') == n - 1);
		text = bytes_skip(text, n + 1);
	}
}

/* Behind the header of a part, which says 7bit of what is 7-bit only. */
static struct bytes
check_coding(struct bytes part)
{
	size_t end = bytes_find(part, BYTES("\r\n\r\n"));
	struct bytes header = bytes_head(part, end);
	struct bytes content = bytes_skip(part, end + 4);

	want(end < part.n && bytes_starts_case(header, "Content-T"));
	if (bytes_find(header, BYTES("Encoding: 7bit")) < header.n)
		want(!bytes_eight_bit(content));
	return content;
}

static bool
is_ours(const struct field *f)
{
	static const char *const names[] = { "Original-Envelope-Id",
		"Reporting-MTA", "X-Sendoff-Queue-ID", "Arrival-Date",
		"Original-Recipient", "Final-Recipient", "Action", "Status",
		"Remote-MTA", "Diagnostic-Code", "Last-Attempt-Date",
		"Will-Retry-Until" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (field_is(f, names[i]))
			return true;
	return false;
}

/* Nobody got a field in, or an empty line. */
static void
check_status(const struct made *m, struct bytes rest)
{
	size_t groups = 0, recipients = 0;
	struct field f;

	while (rest.n > 0 && field_take(&rest, &f)) {
		want(is_ours(&f));
		recipients += field_is(&f, "Final-Recipient");
		if (bytes_same(bytes_head(rest, 2), BYTES("\r\n"))) {
			rest = bytes_skip(rest, 2);
			groups++;
		}
	}
	want(rest.n == 0 && groups == m->env.n && recipients == m->env.n);
}

static void
boundary_of(struct message *notice, struct buf *line)
{
	struct buf type = BUF(1000);
	size_t at = 0;
	struct field *f = message_field(notice, "Content-Type", &at);
	struct bytes text;

	want(f != NULL);
	field_unfold(f, &type);
	text = buf_bytes(&type);
	text = bytes_skip(text, bytes_index(text, '"') + 1);
	buf_adds(line, "\r\n--");
	buf_add(line, bytes_head(text, bytes_index(text, '"')));
	buf_clear(&type);
}

static void
check_parts(struct made *m, struct message *notice)
{
	struct bytes rest = buf_bytes(&m->out), parts[PARTS];
	struct buf line = BUF(1000);
	size_t n;

	boundary_of(notice, &line);
	rest = bytes_skip(rest, bytes_find(rest, buf_bytes(&line)) + line.n);
	for (size_t i = 0; i < PARTS; i++) {
		want(bytes_same(bytes_head(rest, 2), BYTES("\r\n")));
		rest = bytes_skip(rest, 2);
		n = bytes_find(rest, buf_bytes(&line));
		/* the line end of content is its own */
		parts[i] = check_coding(bytes_head(rest, n + 2));
		rest = bytes_skip(rest, n + line.n);
	}
	want(bytes_is(rest, "--\r\n"));
	want(utf8_valid(parts[0]));
	check_status(m, bytes_head(parts[1], parts[1].n - 2));
	buf_clear(&line);
}

/* There is no way to make it shorter still. */
static void
check_short(struct made *m, struct message *notice)
{
	struct error e = ERROR_NONE;
	struct message brief, none;
	int rc;

	message_init(&brief);
	message_init(&none);
	rc = notice_shorten(&brief, notice, &e);
	want(rc >= 0 && e.kind == ERR_NONE);
	if (rc == 0) {
		buf_reset(&m->out);
		read_out(m, &brief);
		check_lines(buf_bytes(&m->out));
		check_parts(m, &brief);
		want(brief.n == notice->n);
		want(notice_shorten(&none, &brief, &e) == 1);
	}
	message_clear(&brief);
	message_clear(&none);
}

static void
check(struct made *m)
{
	struct error e = ERROR_NONE;
	struct message notice;

	message_init(&notice);
	want(notice_make(&notice, &m->n, &here, &e) == 0);
	want(notice.n == 9 || notice.n == 10);
	read_out(m, &notice);
	check_lines(buf_bytes(&m->out));
	check_parts(m, &notice);
	check_short(m, &notice);
	message_clear(&notice);
}

static void
take_all(struct made *m)
{
	while (m->rest.n > 0 && m->lines_n < LINES_MOST) {
		struct bytes line = bytes_take(&m->rest, '\n');
		char *text;

		if (line.n == 0)
			return;
		text = strndup(line.p, line.n);
		want(text != NULL);
		m->lines[m->lines_n++] = text;
		if (text[0] != '\0')
			take_line(m, text);
	}
}

static void
clear(struct made *m)
{
	for (size_t i = 0; i < m->lines_n; i++)
		free(m->lines[i]);
	envelope_clear(&m->env);
	message_clear(&m->message);
	buf_clear(&m->out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct made m = { .rest = { (const char *)data, n },
		.out = BUF(SIZE_MAX),
		.env = ENVELOPE };
	struct intake how = { .read = read_rest, .ctx = &m };
	struct error e = ERROR_NONE;

	seed = n;
	for (size_t i = 0; i < n; i++)
		seed = (seed ^ data[i]) * UINT64_C(1099511628211);
	m.n = (struct notice){ .mta = "m.example",
		.from = "f@m.example",
		.env = &m.env,
		.about = m.about,
		.message = &m.message };
	message_init(&m.message);
	set(&m.env.sender, "s@example.org");
	take_all(&m);
	if (m.env.n > 0 && message_read(&m.message, -1, &how, &e) == 0)
		check(&m);
	clear(&m);
	return 0;
}
