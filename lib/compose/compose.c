#include "compose/compose.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compose/attached.h"
#include "compose/boundary.h"
#include "compose/heading.h"
#include "mail/message.h"
#include "compose/text.h"

enum { HEAD_MOST = HEADER_MAX + (64 << 10), OUT_MOST = 2 * HEADER_MAX };

enum content { CONTENT_NONE, CONTENT_TEXT, CONTENT_FILE };

/* What is written in a row: a text of ours, and content behind it. */
struct piece {
	struct buf head; /* owned */
	enum content content;
	struct text text;         /* owned, of CONTENT_TEXT */
	struct attached attached; /* owned, of CONTENT_FILE */
};

struct compose {
	const struct composition *what; /* borrowed */
	const struct here *here;        /* borrowed */
	struct error *e;                /* borrowed */
	int input;
	int html;             /* owned, until it is read; -1: not open */
	struct piece *pieces; /* owned: all that there can be */
	size_t n;
	size_t text;     /* which of them the input is, ... */
	bool said;       /* ... if it was read */
	struct buf head; /* owned: for the piece to come */
	char mixed[BOUNDARY_SIZE], alternative[BOUNDARY_SIZE];

	/* of reading: which piece, and how far */
	size_t at;
	bool begun;
	struct text_reader reader; /* owned, while a text is under way */
	bool reading;
	struct buf out; /* owned: what is ready, and how much of it went */
	size_t gone;
};

/* ---- multiparts -------------------------------------------------------------------- */

static void
open_multipart(struct compose *c, const char *subtype, char *boundary)
{
	boundary_make(boundary, c->here);
	buf_addf(&c->head,
	    "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", subtype,
	    boundary);
}

static bool
is_mixed(const struct compose *c)
{
	return c->what->attachments_n > 0;
}

static void
delimit(struct compose *c, const char *boundary)
{
	if (boundary != NULL)
		buf_addf(&c->head, "--%s\r\n", boundary);
}

static void
close_multipart(struct compose *c, const char *boundary)
{
	buf_addf(&c->head, "--%s--\r\n", boundary);
}

/* ---- its pieces ---------------------------------------------------------------------- */

static void
piece_clear(struct piece *p)
{
	buf_clear(&p->head);
	if (p->content == CONTENT_TEXT)
		text_clear(&p->text);
	if (p->content == CONTENT_FILE)
		attached_clear(&p->attached);
}

/* The next piece begins with what was gathered in c->head. */
static int
end_piece(struct compose *c)
{
	c->pieces[c->n++].head = c->head;
	c->head = BUF(HEAD_MOST);
	return buf_ok(&c->pieces[c->n - 1].head)
	    ? 0
	    : error_set(c->e, ERR_OS, "out of memory");
}

/*
 * The line end in front of a boundary belongs to it (RFC 2046, 5.1.1): a text
 * keeps its own.  In base64 there is none to lose.
 */
static int
add_text(struct compose *c, struct text_source from, const char *subtype,
    const char *boundary)
{
	struct piece *p = &c->pieces[c->n];

	p->content = CONTENT_TEXT;
	text_init(&p->text);
	from.charset = c->what->charset != NULL ? c->what->charset : "UTF-8";
	from.keep = c->what->keep_charset;
	if (text_read(&p->text, &from, c->e) < 0) {
		c->n++;
		return -1;
	}
	delimit(c, boundary);
	buf_addf(&c->head,
	    "Content-Type: text/%s; charset=%s\r\n"
	    "Content-Transfer-Encoding: %s\r\n\r\n",
	    subtype, p->text.charset, text_coding_name(&p->text));
	if (end_piece(c) < 0)
		return -1;
	if (boundary != NULL && p->text.coding != TEXT_BASE64)
		buf_adds(&c->head, "\r\n");
	return 0;
}

static int
add_input(struct compose *c, const char *subtype, const char *boundary)
{
	struct text_source from = { .fd = c->input, .what = "the body" };

	c->text = c->n;
	c->said = true;
	return add_text(c, from, subtype, boundary);
}

static int
add_html(struct compose *c, const char *boundary)
{
	struct text_source from = { .fd = c->html, .what = c->what->html };

	return add_text(c, from, "html", boundary);
}

/* The input is spoken for: by a file, and so the message has no text. */
static bool
input_is_attached(const struct compose *c)
{
	for (size_t i = 0; i < c->what->attachments_n; i++)
		if (strcmp(c->what->attachments[i].path, "-") == 0)
			return true;
	return false;
}

static int
add_alternative(struct compose *c, const char *boundary)
{
	delimit(c, boundary);
	open_multipart(c, "alternative", c->alternative);
	if (add_input(c, "plain", c->alternative) < 0 ||
	    add_html(c, c->alternative) < 0)
		return -1;
	close_multipart(c, c->alternative);
	return 0;
}

static int
add_body(struct compose *c)
{
	const char *boundary = is_mixed(c) ? c->mixed : NULL;
	const char *html = c->what->html;

	if (input_is_attached(c))
		return html == NULL ? 0 : add_html(c, boundary);
	if (html == NULL)
		return add_input(c, "plain", boundary);
	if (strcmp(html, "-") == 0)
		return add_input(c, "html", boundary);
	return add_alternative(c, boundary);
}

/* ---- all of it ------------------------------------------------------------------------ */

static int
check_input(const struct compose *c, struct error *e)
{
	const char *html = c->what->html;
	size_t n = html != NULL && strcmp(html, "-") == 0;

	for (size_t i = 0; i < c->what->attachments_n; i++)
		n += strcmp(c->what->attachments[i].path, "-") == 0;
	if (n > 1)
		return error_set(e, ERR_USAGE,
		    "the standard input can be but one part of a message");
	if (c->what->attachments_n > ATTACHMENTS_MOST)
		return error_set(
		    e, ERR_USAGE, "more than %d attachments", ATTACHMENTS_MOST);
	return 0;
}

static bool
html_is_file(const struct composition *what)
{
	return what->html != NULL && strcmp(what->html, "-") != 0;
}

/* All at once, before any text is waited for. */
static int
open_files(struct compose *c, struct attached *files)
{
	const struct composition *what = c->what;

	if (html_is_file(what)) {
		c->html = file_open(what->html, c->input, c->e);
		if (c->html < 0)
			return -1;
	}
	for (size_t i = 0; i < what->attachments_n; i++)
		if (attached_open(
			&files[i], &what->attachments[i], c->input, c->e) < 0)
			return -1;
	return 0;
}

static int
add_file(struct compose *c, struct attached *file)
{
	if (attached_begin(file, c->e) < 0)
		return -1;
	delimit(c, c->mixed);
	attached_head(file, &c->head);
	c->pieces[c->n].content = CONTENT_FILE;
	c->pieces[c->n].attached = *file;
	attached_init(file); /* it is the piece's now */
	return end_piece(c);
}

static int
add_parts(struct compose *c, struct attached *files)
{
	if (is_mixed(c))
		open_multipart(c, "mixed", c->mixed);
	if (add_body(c) < 0)
		return -1;
	for (size_t i = 0; i < c->what->attachments_n; i++)
		if (add_file(c, &files[i]) < 0)
			return -1;
	if (is_mixed(c))
		close_multipart(c, c->mixed);
	return end_piece(c);
}

static int
add_all(struct compose *c)
{
	size_t n = c->what->attachments_n;
	struct attached *files;
	int rc;

	if (heading_add(&c->head, c->what, c->e) < 0)
		return -1;
	buf_adds(&c->head, "MIME-Version: 1.0\r\n");
	files = calloc(n + 1, sizeof(*files));
	if (files == NULL)
		return error_set(c->e, ERR_OS, "out of memory");
	for (size_t i = 0; i < n; i++)
		attached_init(&files[i]);
	rc = open_files(c, files);
	if (rc == 0)
		rc = add_parts(c, files);
	for (size_t i = 0; i < n; i++)
		attached_clear(&files[i]);
	free(files);
	return rc;
}

struct compose *
compose_new(const struct composition *what, int input, const struct here *here,
    struct error *e)
{
	struct compose *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	*c = (struct compose){ .what = what,
		.here = here,
		.e = e,
		.input = input,
		.html = -1,
		.head = BUF(HEAD_MOST),
		.out = BUF(OUT_MOST) };
	return c;
}

int
compose_begin(struct compose *c)
{
	enum { OTHERS = 3 }; /* two texts, the end */

	if (check_input(c, c->e) < 0)
		return -1;
	c->pieces =
	    calloc(c->what->attachments_n + OTHERS, sizeof(c->pieces[0]));
	if (c->pieces == NULL)
		return error_set(c->e, ERR_OS, "out of memory");
	return add_all(c);
}

bool
compose_rescue(struct compose *c, struct message *m)
{
	struct text text;

	if (input_is_attached(c) || (!c->said && isatty(c->input) == 1))
		return false;
	if (c->said) {
		*m = c->pieces[c->text].text.kept;
		message_init(&c->pieces[c->text].text.kept);
		return true;
	}
	text_init(&text);
	text_rescue(&text, c->input);
	*m = text.kept;
	return true;
}

void
compose_free(struct compose *c)
{
	if (c == NULL)
		return;
	if (c->reading)
		text_reader_clear(&c->reader);
	for (size_t i = 0; i < c->n; i++)
		piece_clear(&c->pieces[i]);
	free(c->pieces);
	if (c->html >= 0)
		close(c->html);
	buf_clear(&c->head);
	buf_clear(&c->out);
	free(c);
}

/* ---- reading it ----------------------------------------------------------------------- */

static int
next_of_text(struct compose *c, struct piece *p)
{
	int rc;

	if (!c->reading)
		text_reader_init(&c->reader, &p->text);
	c->reading = true;
	rc = text_next(&c->reader, &c->out, c->e);
	if (rc == 0) {
		text_reader_clear(&c->reader);
		c->reading = false;
	}
	return rc;
}

/* The next of a piece: 1, or 0 when it is over. */
static int
next_of_piece(struct compose *c, struct piece *p)
{
	if (!c->begun) {
		c->begun = true;
		buf_add(&c->out, buf_bytes(&p->head));
		return buf_ok(&c->out)
		    ? 1
		    : error_set(c->e, ERR_OS, "out of memory");
	}
	if (p->content == CONTENT_TEXT)
		return next_of_text(c, p);
	if (p->content == CONTENT_FILE)
		return attached_next(&p->attached, &c->out, c->e);
	return 0;
}

static int
refill(struct compose *c)
{
	buf_reset(&c->out);
	c->gone = 0;
	while (c->out.n == 0 && c->at < c->n) {
		int rc = next_of_piece(c, &c->pieces[c->at]);

		if (rc < 0)
			return -1;
		if (rc == 0) {
			c->at++;
			c->begun = false;
		}
	}
	return 0;
}

ssize_t
compose_read(void *ctx, char *to, size_t room)
{
	struct compose *c = ctx;
	struct bytes some;

	if (c->gone == c->out.n && refill(c) < 0) {
		errno = ECANCELED; /* c->e knows better */
		return -1;
	}
	some = bytes_head(bytes_skip(buf_bytes(&c->out), c->gone), room);
	if (some.n > 0)
		memcpy(to, some.p, some.n);
	c->gone += some.n;
	return (ssize_t)some.n;
}
