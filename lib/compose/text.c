#include "compose/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "mail/canon.h"
#include "mail/coding.h"
#include "mail/fold.h"
#include "mail/input.h"

/* No charset makes more of an octet than a few in UTF-8. */
enum { DECODED_MOST = 16 * BODY_BLOCK, CODED_MOST = 5 * BODY_BLOCK };

struct taking {
	struct text *t;                 /* borrowed */
	const struct text_source *from; /* borrowed */
	struct error *e;                /* borrowed */
	struct error own;               /* of keeping it */
	struct intake how;
	struct charset charset;
	bool raw; /* kept as it comes, not as it is decoded */
	struct canon canon;
	struct buf decoded;
	size_t n; /* octets in `in' that came, and are not decoded yet */
	char in[BODY_BLOCK];
};

void
text_init(struct text *t)
{
	message_init(&t->kept);
	t->charset = NULL;
	t->coding = TEXT_7BIT;
}

void
text_clear(struct text *t)
{
	message_clear(&t->kept);
}

const char *
text_coding_name(const struct text *t)
{
	static const char *const names[] = {
		[TEXT_7BIT] = "7bit",
		[TEXT_QP] = "quoted-printable",
		[TEXT_BASE64] = "base64",
	};

	return names[t->coding];
}

/* ---- taking it in ---------------------------------------------------------- */

static void
keep(struct taking *k, struct bytes text)
{
	while (text.n > 0) {
		size_t n = bytes_index(text, '\n');

		canon_text(&k->canon, bytes_head(text, n));
		if (n < text.n)
			canon_lf(&k->canon);
		text = bytes_skip(text, n + 1);
	}
}

static void
tell_foreign(struct taking *k)
{
	error_set(k->e, ERR_MESSAGE, "byte %lld of %s is not %s",
	    (long long)k->charset.taken + 1, k->from->what, k->from->charset);
	error_hint(k->e, "--charset=NAME says what charset it is in");
}

static int
kept(struct taking *k)
{
	if (k->own.kind == ERR_NONE)
		return 0;
	if (k->e->kind == ERR_NONE)
		*k->e = k->own;
	return -1;
}

static int
keep_decoded(struct taking *k)
{
	keep(k, buf_bytes(&k->decoded));
	if (!buf_ok(&k->decoded))
		return error_set(k->e, ERR_OS, "out of memory");
	buf_reset(&k->decoded);
	return kept(k);
}

/* What came, but for the beginning of a character at its end. */
static int
take(struct taking *k)
{
	struct bytes rest = { k->in, k->n };
	bool good = charset_decode(&k->charset, &rest, &k->decoded);

	if (k->raw) {
		keep(k,
		    bytes_head((struct bytes){ k->in, k->n }, k->n - rest.n));
		buf_cut(&k->decoded, 0);
	}
	if (keep_decoded(k) < 0)
		return -1;
	memmove(k->in, rest.p, rest.n);
	k->n = rest.n;
	if (!good)
		tell_foreign(k);
	return good ? 0 : -1;
}

static int
take_end(struct taking *k)
{
	if (k->n > 0 || !charset_over(&k->charset, &k->decoded)) {
		tell_foreign(k);
		return -1;
	}
	if (k->raw)
		buf_cut(&k->decoded, 0);
	if (keep_decoded(k) < 0)
		return -1;
	canon_over(&k->canon);
	return kept(k);
}

/* What cannot be sent may yet be saved, as it came. */
static void
keep_rest(struct taking *k)
{
	ssize_t n = (ssize_t)k->n;

	do {
		keep(k, (struct bytes){ k->in, (size_t)n });
		n = input_read(k->from->fd, k->in, sizeof(k->in));
	} while (n > 0);
	canon_over(&k->canon);
}

static int
take_all(struct taking *k)
{
	ssize_t n;

	while ((n = input_read(
		    k->from->fd, k->in + k->n, sizeof(k->in) - k->n)) > 0) {
		k->n += (size_t)n;
		if (take(k) < 0)
			return -1;
	}
	if (n < 0)
		return error_sys(k->e, ERR_IO, "cannot read %s", k->from->what);
	return take_end(k);
}

/* ---- what to say of it ------------------------------------------------------- */

static void
choose_charset(struct taking *k)
{
	bool eight_bit = k->t->kept.facts.body_8bit;

	if (!eight_bit && (!k->raw || k->charset.same))
		k->t->charset = "us-ascii";
	else if (!k->raw || k->charset.same)
		k->t->charset = "UTF-8";
	else
		k->t->charset = k->from->charset;
}

/* Would it be no longer than base64? */
static int
is_short_in_qp(struct text *t, bool *is, struct error *e)
{
	int64_t most = lines64_length(t->kept.facts.size), n = 0;
	struct text_reader r;
	struct buf out = BUF(CODED_MOST);
	int rc;

	t->coding = TEXT_QP;
	text_reader_init(&r, t);
	do {
		buf_reset(&out);
		rc = text_next(&r, &out, e);
		n += (int64_t)out.n;
	} while (rc > 0 && n <= most);
	*is = n <= most;
	text_reader_clear(&r);
	buf_clear(&out);
	return rc < 0 ? -1 : 0;
}

static int
choose_coding(struct text *t, struct error *e)
{
	const struct message_facts *facts = &t->kept.facts;
	bool ascii = bytes_is(bytes_of(t->charset), "us-ascii"), qp = true;

	if (ascii && facts->longest <= LINE_HARD && !facts->nul)
		t->coding = TEXT_7BIT;
	else {
		if (!ascii && is_short_in_qp(t, &qp, e) < 0)
			return -1;
		t->coding = qp ? TEXT_QP : TEXT_BASE64;
	}
	return 0;
}

int
text_read(struct text *t, const struct text_source *from, struct error *e)
{
	struct taking *k = calloc(1, sizeof(*k));
	int rc;

	if (k == NULL)
		return error_set(e, ERR_OS, "out of memory");
	k->t = t;
	k->from = from;
	k->e = e;
	buf_init(&k->decoded, DECODED_MOST);
	k->raw = from->keep && charset_is_known_to_mail(from->charset) &&
	    charset_keeps_lines(from->charset);
	canon_init(&k->canon, &t->kept, &k->how, &k->own);
	rc = charset_open(&k->charset, from->charset, e);
	if (rc == 0)
		rc = take_all(k);
	if (rc < 0 && e->kind == ERR_MESSAGE)
		keep_rest(k);
	if (rc == 0) {
		choose_charset(k);
		rc = choose_coding(t, e);
	}
	charset_close(&k->charset);
	buf_clear(&k->decoded);
	free(k);
	return rc;
}

void
text_rescue(struct text *t, int fd)
{
	struct text_source from = { .fd = fd, .what = "", .charset = "" };
	struct taking *k = calloc(1, sizeof(*k));

	if (k == NULL)
		return;
	k->t = t;
	k->from = &from;
	canon_init(&k->canon, &t->kept, &k->how, &k->own);
	keep_rest(k);
	free(k);
}

/* ---- giving it out ------------------------------------------------------------ */

void
text_reader_init(struct text_reader *r, const struct text *t)
{
	*r = (struct text_reader){ .t = t, .block = BUF(BODY_BLOCK) };
}

void
text_reader_clear(struct text_reader *r)
{
	buf_clear(&r->block);
}

static void
code(struct text_reader *r, struct bytes block, struct buf *out)
{
	switch (r->t->coding) {
	case TEXT_7BIT:
		buf_add(out, block);
		break;
	case TEXT_QP:
		coding_add(CODING_QP, out, block, &r->column);
		break;
	case TEXT_BASE64:
		lines64_add(&r->lines, out, block);
		if (block.n == 0)
			lines64_end(&r->lines, out);
		break;
	}
}

int
text_next(struct text_reader *r, struct buf *out, struct error *e)
{
	struct bytes block;

	if (body_block(&r->t->kept, r->at, &r->block, &block, e) < 0)
		return -1;
	r->at += (int64_t)block.n;
	code(r, block, out);
	if (!buf_ok(out))
		return error_set(e, ERR_OS, "out of memory");
	return block.n > 0 ? 1 : 0;
}
