/*
 * How the body is to leave: what is advisable, and what to declare.
 */
#include <string.h>

#include "base/clean.h"
#include "mail/body.h"
#include "mail/content.h"
#include "mail/fold.h"
#include "mail/parts.h"

/* RFC 2045, 6.4: no other encoding may be put on these. */
static bool
is_composite(struct bytes body)
{
	struct bytes type, subtype;

	content_type(&body, &type, &subtype);
	return bytes_is_case(type, "multipart") ||
	    bytes_is_case(type, "message");
}

/* QP, or what is left where the field forbids that. */
static enum message_coding
coding_by(const struct field *f)
{
	struct bytes encoding = content_token(f->body);

	if (f->dropped)
		return CODING_QP;
	if (field_is(f, "Content-Type"))
		return is_composite(f->body) ? CODING_FOLD : CODING_QP;
	if (!field_is(f, "Content-Transfer-Encoding") ||
	    content_identity(encoding))
		return CODING_QP;
	return bytes_is_case(encoding, "quoted-printable") ? CODING_SOFT
							   : CODING_FOLD;
}

static enum message_coding
coding_of_whole(const struct message *m)
{
	struct bytes added = buf_bytes(&m->added);
	enum message_coding coding = CODING_QP;
	struct field f;

	for (size_t i = 0; i < m->n && coding == CODING_QP; i++)
		coding = coding_by(&m->fields[i]);
	while (coding == CODING_QP && field_take(&added, &f))
		coding = coding_by(&f);
	return coding;
}

static bool
is_final(enum message_coding coding)
{
	return coding == CODING_QP || coding == CODING_PARTS_7BIT;
}

enum message_coding
message_advised(const struct message *m, bool eight_bit_ok)
{
	bool broken = m->facts.nul || m->facts.longest > LINE_HARD;
	enum message_coding coding;

	if (is_final(m->coding))
		return m->coding;
	if (!broken && (!m->facts.body_8bit || eight_bit_ok))
		return CODING_NONE;
	if (parts_found(m))
		return eight_bit_ok ? CODING_PARTS : CODING_PARTS_7BIT;
	coding = coding_of_whole(m);
	return coding == CODING_QP || broken ? coding : CODING_NONE;
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

/* Of what says 8bit or binary and no longer is. */
static int
declare_7bit(struct message *m, struct error *e)
{
	if (m->left_8bit || message_drop(m, "Content-Transfer-Encoding") == 0)
		return 0;
	return message_add(m, "Content-Transfer-Encoding", BYTES("7bit"), e);
}

static int
prepare(struct message *m, enum message_coding coding, struct error *e)
{
	bool seven_bit = coding == CODING_PARTS_7BIT;

	if (coding == CODING_QP)
		return declare_qp(m, e);
	if (!seven_bit && coding != CODING_PARTS)
		return 0;
	if (parts_survey(m, seven_bit, e) < 0)
		return -1;
	return seven_bit ? declare_7bit(m, e) : 0;
}

int
message_encode(struct message *m, enum message_coding coding, struct error *e)
{
	if (is_final(m->coding))
		return 0;
	if (prepare(m, coding, e) < 0)
		return -1;
	m->coding = coding;
	m->coded_size = m->facts.size;
	return coding == CODING_NONE && !m->facts.nul ? 0 : measure(m, e);
}
