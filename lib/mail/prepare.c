/*
 * How the body is to leave: what is advisable, and what to declare.
 */
#include <string.h>

#include "base/clean.h"
#include "mail/body.h"
#include "mail/fold.h"

/* Skip white space, line ends and comments (RFC 5322, 3.2.2). */
static struct bytes
skip_comments(struct bytes text)
{
	int depth = 0;

	while (text.n > 0) {
		char c = text.p[0];

		if (c == '(')
			depth++;
		else if (depth == 0 && bytes_trim(bytes_head(text, 1)).n > 0)
			break;
		else if (c == ')')
			depth--;
		text = bytes_skip(text, c == '\\' ? 2 : 1);
	}
	return text;
}

/* The token in front: a type without its subtype, a transfer encoding. */
static struct bytes
first_token(struct bytes text)
{
	size_t n = 0;

	text = skip_comments(text);
	while (n < text.n && text.p[n] > 32 && text.p[n] != '/' &&
	    text.p[n] != ';' && text.p[n] != '(')
		n++;
	return bytes_head(text, n);
}

/* RFC 2045, 6.2: those that change nothing. */
static bool
is_identity(struct bytes encoding)
{
	return encoding.n == 0 || bytes_is_case(encoding, "7bit") ||
	    bytes_is_case(encoding, "8bit") ||
	    bytes_is_case(encoding, "binary");
}

/* RFC 2045, 6.4: no other encoding may be put on these. */
static bool
is_composite(struct bytes type)
{
	return bytes_is_case(type, "multipart") ||
	    bytes_is_case(type, "message");
}

static bool
field_forbids_coding(const struct field *f)
{
	if (f->dropped)
		return false;
	if (field_is(f, "Content-Transfer-Encoding"))
		return !is_identity(first_token(f->body));
	return field_is(f, "Content-Type") &&
	    is_composite(first_token(f->body));
}

static bool
may_be_coded(const struct message *m)
{
	struct bytes added = buf_bytes(&m->added);
	struct field f;

	for (size_t i = 0; i < m->n; i++)
		if (field_forbids_coding(&m->fields[i]))
			return false;
	while (field_take(&added, &f))
		if (field_forbids_coding(&f))
			return false;
	return true;
}

enum message_coding
message_advised(const struct message *m, bool eight_bit_ok)
{
	bool broken = m->facts.nul || m->facts.longest > LINE_HARD;

	if (m->coding == CODING_QP)
		return CODING_QP;
	if (!broken && (!m->facts.body_8bit || eight_bit_ok))
		return CODING_NONE;
	if (may_be_coded(m))
		return CODING_QP;
	return broken ? CODING_FOLD : CODING_NONE;
}

/* us-ascii, utf-8, or unknown-8bit (RFC 1428) by what is in the body. */
static int
find_charset(const struct message *m, const char **charset, struct error *e)
{
	struct buf room = BUF(BODY_BLOCK);
	struct bytes block = { 0 };
	bool valid = true;
	int64_t at = 0;
	int rc = 0;

	while (m->facts.body_8bit && valid &&
	    (rc = body_block(m, at, &room, &block, e)) == 0 && block.n > 0) {
		valid = utf8_valid(block);
		at += (int64_t)block.n;
	}
	*charset = !m->facts.body_8bit ? "us-ascii"
	    : valid                    ? "utf-8"
				       : "unknown-8bit";
	buf_clear(&room);
	return rc;
}

static int
add_type(struct message *m, struct error *e)
{
	char type[48] = "text/plain; charset=";
	const char *charset;

	if (find_charset(m, &charset, e) < 0)
		return -1;
	strncat(type, charset, sizeof(type) - strlen(type) - 1);
	message_drop(m, "Content-Type");
	return message_add(m, "Content-Type", bytes_of(type), e);
}

/* RFC 2045, 4, 5 and 6. */
static int
declare_qp(struct message *m, struct error *e)
{
	message_drop(m, "MIME-Version");
	if (message_add(m, "MIME-Version", BYTES("1.0"), e) < 0)
		return -1;
	if (!message_has(m, "Content-Type") && add_type(m, e) < 0)
		return -1;
	message_drop(m, "Content-Transfer-Encoding");
	return message_add(
	    m, "Content-Transfer-Encoding", BYTES("quoted-printable"), e);
}

static int
measure(struct message *m, struct error *e)
{
	struct message_reader r;
	struct bytes piece;
	int64_t n = 0;
	int rc;

	m->coded_size = 0;
	message_reader_init(&r, m);
	while ((rc = message_next(&r, &piece, e)) == 0 && piece.n > 0)
		n += (int64_t)piece.n;
	message_reader_clear(&r);
	m->coded_size = n - message_size(m);
	return rc;
}

int
message_encode(struct message *m, enum message_coding coding, struct error *e)
{
	if (m->coding == CODING_QP)
		return 0;
	if (coding == CODING_QP && declare_qp(m, e) < 0)
		return -1;
	m->coding = coding;
	if (coding == CODING_QP)
		m->facts.dots = message_header_dots(m);
	m->coded_size = m->facts.size;
	return coding == CODING_NONE && !m->facts.nul ? 0 : measure(m, e);
}
