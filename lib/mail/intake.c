/*
 * Reading a message: where the header ends and what its lines become.  What
 * becomes of the body: mail/canon.h.
 */
#include <stdlib.h>
#include <unistd.h>

#include "mail/canon.h"
#include "mail/fold.h"
#include "mail/header.h"
#include "mail/input.h"

enum part { IN_HEADER, IN_BODY, AFTER_DOT };

struct reading {
	struct message *m;        /* borrowed */
	const struct intake *how; /* borrowed */
	struct error *e;          /* borrowed */
	enum part part;
	struct buf line;   /* the header line under way, as it came */
	struct buf tidy;   /* the same without what must not stay */
	bool judged;       /* long as it is, it may be a header line */
	struct canon body; /* whose e is the same */
	char in[BODY_BLOCK];
};

/* Nobody looks further than that for the colon behind a name. */
static bool
is_field(struct bytes line)
{
	return field_starts(bytes_head(line, LINE_HARD));
}

static bool
is_continuation(const struct reading *r, struct bytes line)
{
	return r->m->header.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

static bool
is_header_line(const struct reading *r, struct bytes line)
{
	return is_continuation(r, line) || is_field(line);
}

/* In front of all: the `From ' of a mailbox file, quoted by '>' or not. */
static bool
is_mbox_line(const struct reading *r, struct bytes line)
{
	while (line.n > 0 && line.p[0] == '>')
		line = bytes_skip(line, 1);
	return r->m->header.n == 0 &&
	    bytes_same(bytes_head(line, 5), BYTES("From "));
}

/* NULs go, and a CR that will end no line is white space. */
static void
tidy_add(struct buf *tidy, struct bytes text)
{
	if (bytes_index(text, '\0') == text.n &&
	    bytes_index(text, '\r') == text.n) {
		buf_add(tidy, text);
		return;
	}
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\0')
			buf_addc(tidy, text.p[i] == '\r' ? ' ' : text.p[i]);
}

static void
note_header_line(struct message_facts *facts, struct bytes text, size_t n)
{
	if (n > facts->longest)
		facts->longest = n;
	if (canon_eight_bit(text))
		facts->header_8bit = true;
}

/* Add a line of the header; where it starts a field, the name tidily. */
static void
header_add(struct reading *r, struct bytes line)
{
	struct buf *header = &r->m->header;
	struct field f = { .body = line };
	size_t start = header->n, n;

	if (!is_continuation(r, line)) {
		field_take(&line, &f);
		buf_add(header, f.name);
		buf_addc(header, ':');
	}
	n = header->n - start;
	if (n + f.body.n > LINE_HARD) {
		n = fold_add(header, n, f.body, LINE_HARD, LINE_HARD);
	} else {
		n += f.body.n;
		buf_add(header, f.body);
	}
	if (header->n > start)
		buf_adds(header, "\r\n");
	note_header_line(&r->m->facts, f.body, n);
}

/*
 * The line turns out to be no header line, but the first of the body.  The
 * body has it as it came.
 */
static void
give_to_body(struct reading *r)
{
	r->part = IN_BODY;
	canon_text(&r->body, buf_bytes(&r->line));
	buf_reset(&r->line);
	buf_reset(&r->tidy);
}

/* Too long for what nobody can tell apart from a header any more. */
static void
check_room(struct reading *r)
{
	const struct buf *header = &r->m->header;

	if (r->line.state == BUF_NOMEM || r->tidy.state == BUF_NOMEM ||
	    header->state == BUF_NOMEM)
		error_set(r->e, ERR_OS, "out of memory");
	if (r->line.state == BUF_FULL || header->state == BUF_FULL) {
		error_set(r->e, ERR_MESSAGE,
		    "the message's header is longer than %d octets",
		    HEADER_MAX);
		error_hint(
		    r->e, "is there an empty line between header and body?");
	}
}

/* A line that goes on and on, and is none of the header: body at once. */
static void
judge_beginning(struct reading *r)
{
	struct bytes line = buf_bytes(&r->tidy);

	if (r->judged || line.n < LINE_HARD)
		return;
	r->judged = true;
	if (!is_header_line(r, line) && !is_mbox_line(r, line))
		give_to_body(r);
}

static bool
is_lone_dot(const struct reading *r, struct bytes line)
{
	return r->how->lone_dot_ends && line.n > 0 && line.p[0] == '.' &&
	    canon_trailing_crs(line) == line.n - 1;
}

static void
judge_line(struct reading *r)
{
	struct bytes raw = buf_bytes(&r->line), line = buf_bytes(&r->tidy);
	size_t crs = canon_trailing_crs(raw);

	line.n -= crs;
	if (is_lone_dot(r, raw))
		r->part = AFTER_DOT;
	else if (line.n == 0)
		r->part = IN_BODY;
	else if (is_header_line(r, line)) {
		header_add(r, line);
		if (bytes_index(raw, '\r') < raw.n - crs)
			r->m->facts.bare_cr = true;
	} else if (!is_mbox_line(r, line)) {
		give_to_body(r);
		canon_lf(&r->body);
	}
}

static void
header_text(struct reading *r, struct bytes text)
{
	buf_add(&r->line, text);
	tidy_add(&r->tidy, text);
	judge_beginning(r);
	check_room(r);
}

static void
header_lf(struct reading *r)
{
	judge_line(r);
	check_room(r);
	buf_reset(&r->line);
	buf_reset(&r->tidy);
	r->judged = false;
}

static void
take_text(struct reading *r, struct bytes text)
{
	if (r->part == IN_HEADER)
		header_text(r, text);
	else
		canon_text(&r->body, text);
}

static void
take_lf(struct reading *r)
{
	if (r->part == IN_HEADER)
		header_lf(r);
	else if (!canon_lf(&r->body))
		r->part = AFTER_DOT;
}

static void
take(struct reading *r, struct bytes block)
{
	r->m->facts.input += (int64_t)block.n;
	while (block.n > 0 && r->part != AFTER_DOT && r->e->kind == ERR_NONE) {
		size_t n = bytes_index(block, '\n');

		take_text(r, bytes_head(block, n));
		if (n < block.n && r->e->kind == ERR_NONE)
			take_lf(r);
		block = bytes_skip(block, n + 1);
	}
	r->m->facts.after_dot += (int64_t)block.n;
}

/* A header line without a line end is one all the same. */
static void
take_end(struct reading *r)
{
	if (r->part == IN_HEADER && r->line.n > 0) {
		r->m->facts.unended = true;
		header_lf(r);
	}
	canon_over(&r->body);
}

static ssize_t
read_more(struct reading *r, int fd)
{
	if (r->how->read != NULL)
		return r->how->read(r->how->ctx, r->in, sizeof(r->in));
	return input_read(fd, r->in, sizeof(r->in));
}

static bool
too_large(const struct reading *r)
{
	const struct message_facts *facts = &r->m->facts;

	return r->how->max_size > 0 &&
	    facts->input - facts->after_dot > r->how->max_size;
}

/*
 * Behind a lone dot the rest is read all the same, for whoever writes it may
 * not expect to lose its reader; but nobody at a terminal types more.
 */
static bool
wants_more(const struct reading *r, int fd)
{
	return r->part != AFTER_DOT || isatty(fd) == 0;
}

static int
read_all(struct reading *r, int fd)
{
	ssize_t n = 0;

	while (wants_more(r, fd) && (n = read_more(r, fd)) > 0) {
		take(r, (struct bytes){ r->in, (size_t)n });
		if (too_large(r))
			error_set(r->e, ERR_MESSAGE,
			    "the message is larger than %lld octets",
			    (long long)r->how->max_size);
		if (r->e->kind != ERR_NONE)
			return -1;
	}
	if (n < 0)
		return error_sys(r->e, ERR_IO, "cannot read the message");
	take_end(r);
	return r->e->kind == ERR_NONE ? 0 : -1;
}

static size_t
count_fields(struct bytes header)
{
	struct field f;
	size_t n = 0;

	while (field_take(&header, &f))
		n++;
	return n;
}

int
header_index(struct message *m, size_t most, struct error *e)
{
	struct bytes header = buf_bytes(&m->header);
	size_t n = count_fields(header);

	if (n > most)
		return error_set(e, ERR_MESSAGE,
		    "the message's header has more than %zu fields", most);
	m->fields = calloc(n + 1, sizeof(m->fields[0]));
	if (m->fields == NULL)
		return error_set(e, ERR_OS, "out of memory");
	while (field_take(&header, &m->fields[m->n]))
		m->n++;
	return 0;
}

int
message_read(
    struct message *m, int fd, const struct intake *how, struct error *e)
{
	struct reading *r = malloc(sizeof(*r));
	int rc;

	if (r == NULL)
		return error_set(e, ERR_OS, "out of memory");
	r->m = m;
	r->how = how;
	r->e = e;
	r->part = IN_HEADER;
	r->judged = false;
	buf_init(&r->line, HEADER_MAX);
	buf_init(&r->tidy, HEADER_MAX);
	canon_init(&r->body, m, how, e);
	rc = read_all(r, fd);
	if (rc == 0)
		rc = header_index(m, FIELDS_MAX, e);
	buf_clear(&r->line);
	buf_clear(&r->tidy);
	free(r);
	return rc;
}
