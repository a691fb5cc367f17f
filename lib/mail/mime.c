#include "mail/mime.h"

#include "mail/content.h"
#include "mail/fold.h"

/* ---- boundaries ---------------------------------------------------------------- */

static struct bytes
boundary(const struct mime *w, size_t i)
{
	size_t end =
	    i + 1 < w->depth ? w->open[i + 1].boundary : w->boundaries.n;

	return bytes_skip(
	    bytes_head(buf_bytes(&w->boundaries), end), w->open[i].boundary);
}

/* Does line, behind "--" and the boundary, end as a delimiter ends? */
static bool
ends_well(struct bytes rest, bool *close)
{
	*close = bytes_same(bytes_head(rest, 2), BYTES("--"));
	return bytes_trim(*close ? bytes_skip(rest, 2) : rest).n == 0;
}

/*
 * Which of the open multiparts, the innermost first, a line is a delimiter of
 * (RFC 2046, 5.1.1); w->depth for none.
 */
static size_t
delimits(const struct mime *w, struct bytes line, bool *close)
{
	struct bytes text = bytes_skip(line, 2);

	if (!bytes_same(bytes_head(line, 2), BYTES("--")))
		return w->depth;
	for (size_t i = w->depth; i-- > 0;) {
		struct bytes b = boundary(w, i);

		if (bytes_same(bytes_head(text, b.n), b) &&
		    ends_well(bytes_skip(text, b.n), close))
			return i;
	}
	return w->depth;
}

static void
shut(struct mime *w, size_t depth)
{
	if (depth < w->depth)
		buf_cut(&w->boundaries, w->open[depth].boundary);
	w->depth = depth;
}

static void
expect_header(struct mime *w, bool message)
{
	w->state = MIME_HEADER;
	w->message = message;
	w->fresh = true;
}

static void
pass_delimiter(struct mime *w, size_t i, bool close)
{
	shut(w, close ? i : i + 1);
	if (close)
		w->state = MIME_OUTSIDE;
	else
		expect_header(w, false);
}

bool
mime_sealed(const struct mime *w)
{
	return w->depth > 0 && w->open[w->depth - 1].sealed;
}

/* ---- headers --------------------------------------------------------------------- */

struct said {
	struct bytes type, subtype, parameters, encoding;
};

static bool
is_type(const struct said *s, const char *type, const char *subtype)
{
	return bytes_is_case(s->type, type) &&
	    bytes_is_case(s->subtype, subtype);
}

static bool
in_digest(const struct mime *w)
{
	return w->depth > 0 && w->open[w->depth - 1].digest;
}

/* The first field of a name counts. */
static struct said
read_header(const struct mime *w)
{
	struct bytes rest = buf_bytes(&w->header);
	bool typed = false, encoded = false;
	struct said s = { 0 };
	struct field f;

	while (field_take(&rest, &f)) {
		if (!typed && field_is(&f, "Content-Type")) {
			s.parameters = f.body;
			content_type(&s.parameters, &s.type, &s.subtype);
			typed = true;
		} else if (!encoded &&
		    field_is(&f, "Content-Transfer-Encoding")) {
			s.encoding = content_token(f.body);
			encoded = true;
		}
	}
	if (s.type.n == 0 && in_digest(w) && !w->message) {
		s.type = BYTES("message");
		s.subtype = BYTES("rfc822");
	}
	return s;
}

static bool
open_multipart(struct mime *w, const struct said *s)
{
	size_t at = w->boundaries.n;
	bool sealed = mime_sealed(w) || is_type(s, "multipart", "signed");

	if (w->depth == MIME_DEPTH ||
	    !content_boundary(s->parameters, &w->boundaries))
		return false;
	w->open[w->depth].boundary = at;
	w->open[w->depth].digest = is_type(s, "multipart", "digest");
	w->open[w->depth].sealed = sealed;
	w->depth++;
	w->state = MIME_OUTSIDE;
	return true;
}

static bool
open_message(struct mime *w, const struct said *s)
{
	if (!bytes_is_case(s->subtype, "rfc822") &&
	    !bytes_is_case(s->subtype, "global") &&
	    !bytes_is_case(s->subtype, "news"))
		return false;
	expect_header(w, true);
	return true;
}

/* RFC 2045, 6.4: a composite has parts, and no encoding of its own. */
static bool
open_composite(struct mime *w, const struct said *s)
{
	if (!w->entity.identity)
		return false;
	if (bytes_is_case(s->type, "multipart"))
		return open_multipart(w, s);
	return bytes_is_case(s->type, "message") && open_message(w, s);
}

/* Those of a report in UTF-8 may have any encoding (RFC 6533, 5). */
static bool
is_composite(const struct said *s)
{
	if (bytes_is_case(s->type, "message"))
		return !bytes_is_case(s->subtype, "global-headers") &&
		    !bytes_is_case(s->subtype, "global-delivery-status");
	return bytes_is_case(s->type, "multipart");
}

static void
judge_header(struct mime *w)
{
	struct said s = read_header(w);

	w->entity = (struct mime_entity){
		.identity = content_identity(s.encoding),
		.quoted = bytes_is_case(s.encoding, "quoted-printable"),
		.sealed = mime_sealed(w),
		.message = w->message,
	};
	w->entity.codable = w->entity.identity && !is_composite(&s);
	w->state = MIME_CONTENT;
	w->entity.content = !open_composite(w, &s);
}

/* ---- lines ------------------------------------------------------------------------- */

void
mime_init(struct mime *w, struct bytes header)
{
	*w =
	    (struct mime){ .boundaries = BUF((size_t)MIME_DEPTH * BOUNDARY_MAX),
		    .header = BUF(HEADER_MAX),
		    .message = true };
	buf_add(&w->header, header);
	judge_header(w);
}

void
mime_clear(struct mime *w)
{
	buf_clear(&w->boundaries);
	buf_clear(&w->header);
}

static bool
continues(const struct mime *w, struct bytes line)
{
	return w->header.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* With a colon within what a line may hold. */
static bool
is_field(struct bytes line)
{
	return field_starts(bytes_head(line, LINE_HARD));
}

/* Without NULs, as it is to leave. */
static void
add_header(struct mime *w, struct bytes text)
{
	while (text.n > 0)
		buf_add(&w->header, bytes_take(&text, '\0'));
}

/* The one before has stayed for whoever wants it. */
static void
start_header(struct mime *w)
{
	if (w->fresh)
		buf_reset(&w->header);
	w->fresh = false;
}

/*
 * A line of the header, the empty one behind it, or what ends it without one:
 * that is looked at again then.
 */
static enum mime_what
take_header_line(struct mime *w, struct bytes *block, struct bytes *piece)
{
	struct bytes line = *piece;
	bool close;

	start_header(w);
	if (delimits(w, line, &close) == w->depth &&
	    (continues(w, line) || is_field(line))) {
		add_header(w, line);
		*block = bytes_skip(*block, line.n);
		return MIME_HEADER;
	}
	piece->n = bytes_trim(line).n == 0 ? line.n : 0;
	*block = bytes_skip(*block, piece->n);
	judge_header(w);
	return MIME_HEAD;
}

static enum mime_what
take_line(struct mime *w, struct bytes *block, struct bytes *piece)
{
	bool close = false;
	size_t i;

	if (w->state == MIME_HEADER)
		return take_header_line(w, block, piece);
	*block = bytes_skip(*block, piece->n);
	i = delimits(w, *piece, &close);
	if (i == w->depth)
		return w->state;
	pass_delimiter(w, i, close);
	return MIME_DELIMITER;
}

/* A line that is longer than a block goes on as what it began. */
static enum mime_what
take_rest(struct mime *w, struct bytes *block, struct bytes *piece)
{
	*block = bytes_skip(*block, piece->n);
	if (w->state == MIME_HEADER)
		add_header(w, *piece);
	return w->state;
}

enum mime_what
mime_take(struct mime *w, struct bytes *block, struct bytes *piece)
{
	bool amid = w->amid;
	enum mime_what what;

	*piece = bytes_head(*block, bytes_index(*block, '\n') + 1);
	what = amid ? take_rest(w, block, piece) : take_line(w, block, piece);
	if (piece->n > 0)
		w->amid = piece->p[piece->n - 1] != '\n';
	return what;
}

bool
mime_over(struct mime *w)
{
	if (w->state != MIME_HEADER || w->fresh || w->header.n == 0)
		return false;
	judge_header(w);
	w->state = MIME_OUTSIDE;
	return true;
}
