/*
 * Whatever a message is made of: what comes out is 7-bit, in canonical lines of
 * at most 998 octets, and intake finds the fields in it that went in.  A line
 * of input is an option, its first octet says which; behind an empty line
 * stands the text.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/clean.h"
#include "compose/compose.h"
#include "mail/message.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { OPTIONS_MOST = 32 };

struct made {
	struct compose_field fields[OPTIONS_MOST];
	struct attachment attachments[OPTIONS_MOST];
	struct composition what;
	const char *subject, *note; /* those to be found again */
	struct buf out;             /* what came out */
	struct compose *c;
	size_t room; /* octets that are read at a time */
};

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static int64_t
ticks(void)
{
	return 0;
}

static struct timespec
now(void)
{
	return (struct timespec){ 0 };
}

static void
no_random(void *p, size_t n)
{
	memset(p, 0x5a, n);
}

static void
host_name(char *to, size_t size)
{
	strncpy(to, "host.example", size);
}

static const struct here here = { ticks, now, no_random, host_name };

static void
add_field(struct made *m, const char *name, const char *value)
{
	m->fields[m->what.fields_n++] =
	    (struct compose_field){ "an option", name, value };
}

static void
add_note(struct made *m, char *value)
{
	if (m->note == NULL && strncasecmp(value, "X-Note:", 7) == 0)
		m->note = value + 7;
	add_field(m, NULL, value);
}

static void
add_attachment(struct made *m, const char *path, const char *name)
{
	/* No name of a file holds these; the program sees to it. */
	if (!utf8_valid(bytes_of(name)) || bytes_control(bytes_of(name)))
		return;
	m->attachments[m->what.attachments_n++] =
	    (struct attachment){ .path = path, .name = name };
}

static void
take_option(struct made *m, char *line)
{
	char *value = line + 1;

	switch (line[0]) {
	case 's':
		m->subject = value;
		add_field(m, "Subject", value);
		break;
	case 't':
		add_field(m, "To", value);
		break;
	case 'b':
		add_field(m, "Bcc", value);
		break;
	case 'h':
		add_note(m, value);
		break;
	case 'a':
		add_attachment(m, "/dev/null", value);
		break;
	case 'i':
		add_attachment(m, "-", value);
		break;
	case 'y':
		if (m->what.attachments_n > 0)
			m->attachments[m->what.attachments_n - 1].type = value;
		break;
	case 'H':
		m->what.html = "-";
		break;
	case 'c':
	case 'k':
		m->what.charset = value;
		m->what.keep_charset = line[0] == 'k';
		break;
	default:
		break;
	}
}

/* ---- what must hold --------------------------------------------------------- */

static ssize_t
read_and_note(void *ctx, char *to, size_t room)
{
	struct made *m = ctx;
	ssize_t n = compose_read(m->c, to, room < m->room ? room : m->room);

	if (n > 0)
		buf_add(&m->out, (struct bytes){ to, (size_t)n });
	return n;
}

static void
check_lines(struct bytes text)
{
	while (text.n > 0) {
		size_t n = bytes_index(text, '\n');
		struct bytes line = bytes_head(text, n);

		want(n > 0 && n < text.n && n - 1 <= 998);
		want(bytes_index(line, '\r') == n - 1);
		text = bytes_skip(text, n + 1);
	}
}

static int
hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void
decode_q(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '=') {
			want(i + 2 < text.n);
			buf_addc(out,
			    (char)(hex(text.p[i + 1]) * 16 +
				hex(text.p[i + 2])));
			i += 2;
		} else
			buf_addc(out, text.p[i] == '_' ? ' ' : text.p[i]);
}

static void
decode_word(struct buf *out, struct bytes word)
{
	size_t before = out->n;

	want(word.n <= 75 && bytes_starts_case(word, "=?UTF-8?"));
	word = bytes_skip(word, 8);
	if (word.p[0] == 'Q')
		decode_q(out, bytes_head(bytes_skip(word, 2), word.n - 4));
	else
		want(base64_decode(
		    out, bytes_head(bytes_skip(word, 2), word.n - 4)));
	want(utf8_valid(bytes_skip(buf_bytes(out), before)));
}

static void
decode(struct buf *out, struct bytes body)
{
	if (bytes_find(body, BYTES("=?")) == body.n) {
		buf_add(out, body);
		return;
	}
	while (body.n > 0)
		decode_word(out, bytes_take(&body, ' '));
}

/* There is one such field, and this is what it says. */
static void
check_field(struct message *message, const char *name, const char *value)
{
	struct buf unfolded = BUF(SIZE_MAX), back = BUF(SIZE_MAX);
	struct bytes trimmed = bytes_trim(bytes_of(value));
	size_t at = 0;
	struct field *f = message_field(message, name, &at);

	want(f != NULL);
	field_unfold(f, &unfolded);
	decode(&back, buf_bytes(&unfolded));
	want(back.n == trimmed.n);
	for (size_t i = 0; i < back.n; i++)
		want(back.p[i] == (trimmed.p[i] == '\t' ? ' ' : trimmed.p[i]));
	buf_clear(&unfolded);
	buf_clear(&back);
}

static void
check(struct made *m)
{
	struct intake how = { .read = read_and_note, .ctx = m };
	struct error e = ERROR_NONE;
	struct message message;

	message_init(&message);
	want(message_read(&message, -1, &how, &e) == 0);
	check_lines(buf_bytes(&m->out));
	want(!message.facts.nul && !message.facts.body_8bit &&
	    !message.facts.bare_cr && !message.facts.unended);
	want(message_has(&message, "MIME-Version"));
	if (m->subject != NULL)
		check_field(&message, "Subject", m->subject);
	if (m->note != NULL)
		check_field(&message, "X-Note", m->note);
	message_clear(&message);
}

/* Begun, or nothing but what can be saved. */
static struct compose *
begun(struct compose *c)
{
	struct message saved;

	if (c == NULL || compose_begin(c) == 0)
		return c;
	message_init(&saved);
	compose_rescue(c, &saved);
	message_clear(&saved);
	compose_free(c);
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct made m = { .out = BUF(SIZE_MAX), .room = 1 + n % 100 };
	struct bytes rest = { (const char *)data, n };
	struct error e = ERROR_NONE;
	char *lines[OPTIONS_MOST];
	size_t lines_n = 0;
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	want(fd >= 0);
	while (rest.n > 0 && lines_n < OPTIONS_MOST) {
		struct bytes line = bytes_take(&rest, '\n');

		if (line.n == 0)
			break;
		lines[lines_n] = strndup(line.p, line.n);
		if (lines[lines_n][0] != '\0')
			take_option(&m, lines[lines_n]);
		lines_n++;
	}
	want(write(fd, rest.p, rest.n) == (ssize_t)rest.n);
	lseek(fd, 0, SEEK_SET);
	m.what.fields = m.fields;
	m.what.attachments = m.attachments;
	m.c = begun(compose_new(&m.what, fd, &here, &e));
	want((m.c == NULL) == (e.kind != ERR_NONE));
	if (m.c != NULL)
		check(&m);
	compose_free(m.c);
	buf_clear(&m.out);
	for (size_t i = 0; i < lines_n; i++)
		free(lines[i]);
	close(fd);
	return 0;
}
