#include "mail/parts.h"

#include <stdlib.h>

#include "base/clean.h"
#include "mail/body.h"
#include "mail/canon.h"
#include "mail/coding.h"
#include "mail/content.h"
#include "mail/fold.h"
#include "mail/mime.h"

/* What the content of a part holds, an octet of m->parts each. */
enum { HOLDS_8BIT = 1, HOLDS_NUL = 2, HOLDS_LONG = 4 };

static bool
of_content(const struct field *f)
{
	return field_is(f, "Content-Type") ||
	    field_is(f, "Content-Transfer-Encoding");
}

/* Those fields of the message that tell what its body is. */
static void
own_header(const struct message *m, struct buf *out)
{
	struct bytes added = buf_bytes(&m->added);
	struct field f;

	for (size_t i = 0; i < m->n; i++)
		if (!m->fields[i].dropped && of_content(&m->fields[i]))
			buf_add(out, m->fields[i].whole);
	while (field_take(&added, &f))
		if (of_content(&f))
			buf_add(out, f.whole);
}

static void
walk_init(struct mime *w, const struct message *m)
{
	struct buf header = BUF(HEADER_MAX);

	own_header(m, &header);
	mime_init(w, buf_bytes(&header));
	buf_share(&w->header, &header);
	buf_clear(&header);
}

bool
parts_found(const struct message *m)
{
	struct mime w;
	bool found;

	walk_init(&w, m);
	found = !w.entity.content;
	mime_clear(&w);
	return found;
}

/* ---- which need it ---------------------------------------------------------------- */

struct survey {
	struct message *m; /* borrowed */
	struct mime walk;
	size_t column; /* of the line under way */
	bool seven_bit;
};

static unsigned
holds(struct survey *s, struct bytes piece, bool amid)
{
	unsigned has = canon_eight_bit(piece) ? HOLDS_8BIT : 0;

	s->column = (amid ? s->column : 0) + piece.n;
	if (bytes_index(piece, '\0') < piece.n)
		has |= HOLDS_NUL;
	if (s->column > LINE_HARD + 2)
		has |= HOLDS_LONG;
	return has;
}

static bool
must_change(unsigned has, bool seven_bit)
{
	return (has & (HOLDS_NUL | HOLDS_LONG)) != 0 ||
	    (seven_bit && (has & HOLDS_8BIT) != 0);
}

static int
sealed(unsigned has, struct error *e)
{
	if ((has & (HOLDS_NUL | HOLDS_LONG)) == 0) {
		error_set(e, ERR_NOT_SUPPORTED,
		    "a part is signed and holds 8-bit text, for which the "
		    "server offers no 8BITMIME");
		e->status = (struct estatus){ 5, 6, 3 };
		return error_hint(e,
		    "to encode it now would break the signature; have it made "
		    "quoted-printable before it is signed");
	}
	error_set(e, ERR_MESSAGE, "a part is signed and holds %s",
	    (has & HOLDS_NUL) != 0 ? "a NUL"
				   : "a line of more than 998 octets");
	return error_hint(e,
	    "to mend it now would break the signature; have it made "
	    "quoted-printable before it is signed");
}

static int
note_part(struct survey *s, struct error *e)
{
	struct message *m = s->m;

	if (!s->walk.entity.content)
		return 0;
	buf_addc(&m->parts, 0);
	if (m->parts.state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	if (m->parts.state == BUF_FULL)
		return error_set(e, ERR_MESSAGE,
		    "the message has more than %d parts", PARTS_MAX);
	return 0;
}

static int
note_head(struct survey *s, struct error *e)
{
	const struct buf *header = &s->walk.header;

	if (header->state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	if (header->state == BUF_FULL)
		return error_set(e, ERR_MESSAGE,
		    "the header of a part is longer than %d octets",
		    HEADER_MAX);
	if (s->seven_bit && bytes_eight_bit(buf_bytes(header)))
		s->m->left_8bit = true;
	return note_part(s, e);
}

static void
note_content(struct survey *s, unsigned has)
{
	struct message *m = s->m;

	m->parts.p[m->parts.n - 1] |= (char)has;
	if (s->seven_bit && (has & HOLDS_8BIT) != 0 && !s->walk.entity.codable)
		m->left_8bit = true;
}

static int
survey_piece(struct survey *s, struct bytes *block, struct error *e)
{
	bool amid = s->walk.amid, was_sealed = mime_sealed(&s->walk);
	struct bytes piece;
	enum mime_what what = mime_take(&s->walk, block, &piece);
	unsigned has = holds(s, piece, amid);

	if (was_sealed && must_change(has, s->seven_bit))
		return sealed(has, e);
	if (what == MIME_HEAD)
		return note_head(s, e);
	if (what == MIME_CONTENT)
		note_content(s, has);
	return 0;
}

static int
survey_body(struct survey *s, struct error *e)
{
	struct buf room = BUF(BODY_BLOCK);
	struct bytes block;
	int64_t at = 0;
	int rc;

	while (
	    (rc = body_block(s->m, at, &room, &block, e)) == 0 && block.n > 0) {
		at += (int64_t)block.n;
		while (rc == 0 && block.n > 0)
			rc = survey_piece(s, &block, e);
		if (rc < 0)
			break;
	}
	if (rc == 0 && mime_over(&s->walk))
		rc = note_head(s, e);
	buf_clear(&room);
	return rc;
}

int
parts_survey(struct message *m, bool seven_bit, struct error *e)
{
	struct survey s = { .m = m, .seven_bit = seven_bit };
	int rc;

	buf_clear(&m->parts);
	m->left_8bit = false;
	walk_init(&s.walk, m);
	rc = survey_body(&s, e);
	mime_clear(&s.walk);
	return rc;
}

/* ---- making them so ----------------------------------------------------------------- */

struct parts {
	const struct message *m; /* borrowed */
	struct mime walk;
	struct buf line;            /* one that is to be cleaned */
	size_t part;                /* how many there were so far */
	enum message_coding coding; /* of the one under way */
	size_t column;
	bool headless; /* what comes next ends a header without an empty line */
};

struct parts *
parts_new(const struct message *m)
{
	struct parts *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->m = m;
	p->line = BUF(HEADER_MAX);
	walk_init(&p->walk, m);
	return p;
}

void
parts_free(struct parts *p)
{
	if (p == NULL)
		return;
	mime_clear(&p->walk);
	buf_clear(&p->line);
	free(p);
}

static bool
seven_bit(const struct parts *p)
{
	return p->m->coding == CODING_PARTS_7BIT;
}

static enum message_coding
coding_for(const struct parts *p, const struct mime_entity *entity)
{
	unsigned has =
	    p->part < p->m->parts.n ? (unsigned char)p->m->parts.p[p->part] : 0;

	if (!must_change(has, seven_bit(p)))
		return CODING_NONE;
	if (entity->codable)
		return CODING_QP;
	if ((has & (HOLDS_NUL | HOLDS_LONG)) == 0)
		return CODING_NONE;
	return entity->quoted ? CODING_SOFT : CODING_FOLD;
}

/*
 * Broken where it is too long.  A NUL in it becomes a question mark, and so
 * does 8-bit text that must not leave; nothing goes, for what is left might
 * read as a boundary.
 */
static void
put_folded(struct parts *p, struct buf *out, struct bytes piece,
    enum message_coding coding, bool seven)
{
	buf_reset(&p->line);
	for (size_t i = 0; i < piece.n; i++) {
		unsigned char c = (unsigned char)piece.p[i];
		bool wrong = c == 0 || (c > 127 && seven);

		buf_addc(&p->line, wrong ? '?' : piece.p[i]);
	}
	buf_share(out, &p->line);
	coding_add(coding, out, buf_bytes(&p->line), &p->column);
}

static void
put_delimiter(struct buf *out, struct bytes line)
{
	if (line.n > LINE_HARD + 2) {
		buf_add(out, bytes_trim(line));
		line = BYTES("\r\n");
	}
	buf_add(out, line);
}

/* Not to be broken in front of the colon: the first line of a field. */
static size_t
put_name(struct buf *out, struct bytes name, struct bytes *line)
{
	if (name.n == 0)
		return 0;
	*line = bytes_skip(*line, bytes_index(*line, ':') + 1);
	buf_add(out, name);
	buf_addc(out, ':');
	return name.n + 1;
}

/*
 * The first of a field, or with no name one that continues it; that goes when
 * it is white alone, for folded it would be an empty one.
 */
static void
put_header_line(struct buf *out, struct bytes name, struct bytes line)
{
	size_t column;

	if (line.n <= LINE_HARD + 2) {
		buf_add(out, line);
		return;
	}
	if (bytes_trim(line).n == 0)
		return;
	line.n -= 2;
	column = put_name(out, name, &line);
	fold_add(out, column, line, LINE_HARD, LINE_HARD);
	buf_adds(out, "\r\n");
}

static void
put_field(struct buf *out, const struct field *f)
{
	struct bytes rest = f->whole, name = f->name;

	for (; rest.n > 0; name.n = 0) {
		struct bytes line =
		    bytes_head(rest, bytes_index(rest, '\n') + 1);

		put_header_line(out, name, line);
		rest = bytes_skip(rest, line.n);
	}
}

/* The encoding to declare in place of the one there is, or NULL. */
static const char *
declared(const struct parts *p, const struct mime_entity *entity)
{
	if (p->coding == CODING_QP)
		return "quoted-printable";
	if (!seven_bit(p) || (entity->content && !entity->codable))
		return NULL;
	return entity->content || !p->m->left_8bit ? "7bit" : NULL;
}

static bool
has_field(const struct parts *p, const char *name)
{
	struct bytes rest = buf_bytes(&p->walk.header);
	struct field f;

	while (field_take(&rest, &f))
		if (field_is(&f, name))
			return true;
	return false;
}

/*
 * In front of the others, where everybody finds it: what is a field still and
 * what is text already, there readers differ.
 */
static void
put_encoding(struct parts *p, struct buf *out, const char *encoding)
{
	bool coded = p->coding == CODING_QP;

	if (coded && p->walk.entity.message && !has_field(p, "MIME-Version"))
		buf_adds(out, "MIME-Version: 1.0\r\n");
	if (coded || has_field(p, "Content-Transfer-Encoding"))
		buf_addf(out, "Content-Transfer-Encoding: %s\r\n", encoding);
}

/* What declares nothing is 7bit already. */
static void
put_header(struct parts *p, struct buf *out, const struct mime_entity *entity)
{
	const char *encoding = declared(p, entity);
	struct bytes rest = buf_bytes(&p->walk.header);
	struct field f;

	if (encoding != NULL)
		put_encoding(p, out, encoding);
	while (field_take(&rest, &f))
		if (encoding == NULL ||
		    !field_is(&f, "Content-Transfer-Encoding"))
			put_field(out, &f);
}

static void
put_head(struct parts *p, struct buf *out)
{
	struct mime_entity entity = p->walk.entity;

	p->column = 0;
	p->coding = entity.content ? coding_for(p, &entity) : CODING_NONE;
	p->part += entity.content ? 1 : 0;
	if (entity.sealed)
		buf_add(out, buf_bytes(&p->walk.header));
	else
		put_header(p, out, &entity);
}

/* One of white space would go on with the field in front. */
static void
put_empty_line(struct parts *p, struct buf *out, struct bytes line)
{
	if (p->walk.entity.sealed)
		buf_add(out, line);
	else if (line.n > 0)
		buf_adds(out, "\r\n");
}

/* A first line that is no field is content: now that can be seen. */
static void
end_header(struct parts *p, struct buf *out, enum mime_what what)
{
	if (p->headless && what != MIME_DELIMITER && !mime_sealed(&p->walk))
		buf_adds(out, "\r\n");
	p->headless = false;
}

static void
put_piece(
    struct parts *p, struct buf *out, enum mime_what what, struct bytes piece)
{
	end_header(p, out, what);
	if (what == MIME_HEAD) {
		put_head(p, out);
		put_empty_line(p, out, piece);
		p->headless = piece.n == 0;
	} else if (what == MIME_DELIMITER)
		put_delimiter(out, piece);
	else if (what == MIME_OUTSIDE)
		put_folded(p, out, piece, CODING_FOLD, seven_bit(p));
	else if (p->coding == CODING_FOLD || p->coding == CODING_SOFT)
		put_folded(p, out, piece, p->coding, false);
	else
		coding_add(p->coding, out, piece, &p->column);
}

void
parts_add(struct parts *p, struct buf *out, struct bytes block)
{
	struct bytes piece;
	enum mime_what what;

	if (block.n == 0 && mime_over(&p->walk))
		put_head(p, out);
	while (block.n > 0) {
		what = mime_take(&p->walk, &block, &piece);
		if (what != MIME_HEADER)
			put_piece(p, out, what, piece);
	}
}
