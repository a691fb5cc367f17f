#include "compose/notice.h"

#include <errno.h>
#include <string.h>

#include "base/clean.h"
#include "compose/boundary.h"
#include "compose/notice_status.h"
#include "compose/notice_text.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/encode.h"

/* Octets: of what is there once, and of what each recipient adds. */
enum { FIXED_MOST = 64 << 10, RECIPIENT_MOST = 64 << 10 };

/* Of an address in the Subject: longer ones are better told below. */
enum { TITLE_MOST = 64 };

enum part { HEAD, ORIGINAL, TAIL, END };

struct making {
	const struct notice *n;  /* borrowed */
	const struct here *here; /* borrowed */
	struct error *e;         /* borrowed */
	bool whole;              /* the message too, not its header alone */
	struct buf head;         /* owned: all in front of the message, ... */
	struct buf tail;         /* owned: ... and behind it */
	char boundary[BOUNDARY_SIZE];

	/* of reading */
	enum part part;
	size_t header;                  /* octets of the message's that went */
	struct message_reader original; /* owned */
	struct bytes pending;           /* borrowed: came, did not go yet */
};

static size_t
count(const struct notice *n)
{
	size_t count = 0;

	for (size_t i = 0; i < n->env->n; i++)
		count += n->about[i];
	return count;
}

/* ---- header ------------------------------------------------------------------- */

static void
add_mailbox(
    struct making *m, const char *field, const char *name, const char *address)
{
	struct buf wire = BUF(FIXED_MOST), text = BUF(FIXED_MOST);

	notice_wire(&wire, address);
	address_format(&text, bytes_of(name), buf_bytes(&wire));
	notice_field(&m->head, field, buf_bytes(&text));
	buf_share(&m->head, &wire);
	buf_share(&m->head, &text);
	buf_clear(&wire);
	buf_clear(&text);
}

static void
add_whom(struct buf *text, const struct notice *n)
{
	char shown[NOTICE_SHOWN];
	size_t i = 0;

	while (!n->about[i])
		i++;
	clean_copy(shown, sizeof(shown), bytes_of(n->env->to[i].address));
	if (count(n) > 1)
		buf_addf(text, "%zu recipients", count(n));
	else
		buf_adds(
		    text, strlen(shown) <= TITLE_MOST ? shown : "somebody");
}

static void
add_subject(struct making *m)
{
	static const char *const titles[] = {
		[NOTICE_FAILED] = "Mail not delivered to ",
		[NOTICE_DELAYED] = "Mail not yet delivered to ",
		[NOTICE_RELAYED] = "Mail passed on to ",
	};
	struct buf text = BUF(FIXED_MOST), words = BUF(FIXED_MOST);

	buf_adds(&text, titles[m->n->kind]);
	add_whom(&text, m->n);
	if (encode_needed(buf_bytes(&text)))
		encode_words(&words, buf_bytes(&text), strlen("Subject: "));
	else
		buf_add(&words, buf_bytes(&text));
	notice_field(&m->head, "Subject", buf_bytes(&words));
	buf_share(&m->head, &text);
	buf_share(&m->head, &words);
	buf_clear(&text);
	buf_clear(&words);
}

/* "<", anything but white space, ">". */
static bool
is_identifier(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || text.p[i] > '~')
			return false;
	return text.n > 2 && text.n < NOTICE_SHOWN && text.p[0] == '<' &&
	    bytes_index(text, '>') == text.n - 1;
}

/* So that it stands beside the message that it is about. */
static void
add_reference(struct making *m)
{
	struct buf id = BUF(HEADER_MAX);
	size_t at = 0;
	struct field *f = message_field(m->n->message, "Message-ID", &at);

	if (f != NULL)
		field_unfold(f, &id);
	if (is_identifier(buf_bytes(&id)))
		notice_field(&m->head, "References", buf_bytes(&id));
	buf_share(&m->head, &id);
	buf_clear(&id);
}

static void
add_origin(struct making *m)
{
	buf_adds(&m->head, "Date: ");
	date_add(&m->head, m->here);
	buf_adds(&m->head, "\r\nMessage-ID: ");
	message_id_add(&m->head, bytes_of(m->n->mta), m->here);
	buf_adds(&m->head, "\r\n");
}

static void
add_coding(struct making *m, bool eight_bit)
{
	buf_addf(&m->head, "Content-Transfer-Encoding: %s\r\n",
	    eight_bit ? "8bit" : "7bit");
}

static void
add_header(struct making *m, bool eight_bit)
{
	add_mailbox(m, "From", "Mail Delivery System", m->n->from);
	add_mailbox(m, "To", "", notice_to(m->n));
	add_subject(m);
	add_origin(m);
	add_reference(m);
	buf_addf(&m->head,
	    "Auto-Submitted: auto-replied\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/report; report-type=delivery-status;\r\n"
	    " boundary=\"%s\"\r\n",
	    m->boundary);
	add_coding(m, eight_bit);
}

/* ---- parts -------------------------------------------------------------------- */

/* The line end in front of a boundary belongs to it (RFC 2046, 5.1.1). */
static void
begin_part(struct making *m, const char *type, bool eight_bit)
{
	buf_addf(
	    &m->head, "\r\n--%s\r\nContent-Type: %s\r\n", m->boundary, type);
	add_coding(m, eight_bit);
	buf_adds(&m->head, "\r\n");
}

static void
add_part(struct making *m, const char *type, const struct buf *content)
{
	begin_part(m, type, bytes_eight_bit(buf_bytes(content)));
	buf_add(&m->head, buf_bytes(content));
	buf_share(&m->head, content);
}

/* 8-bit headers that are UTF-8 have types of their own (RFC 6532, RFC 6533). */
static const char *
original_type(const struct making *m)
{
	bool utf8 = message_header_utf8(m->n->message);

	if (m->whole)
		return utf8 ? "message/global" : "message/rfc822";
	return utf8 ? "message/global-headers" : "text/rfc822-headers";
}

static bool
original_8bit(const struct making *m)
{
	return message_header_8bit(m->n->message) ||
	    (m->whole && message_body_8bit(m->n->message));
}

static const char *
status_type(const struct notice *n)
{
	return notice_international(n) ? "message/global-delivery-status"
				       : "message/delivery-status";
}

static void
add_all(struct making *m, const struct buf *text, const struct buf *status)
{
	bool eight_bit = bytes_eight_bit(buf_bytes(text)) ||
	    bytes_eight_bit(buf_bytes(status)) || original_8bit(m);

	boundary_make(m->boundary, m->here);
	add_header(m, eight_bit);
	add_part(m, "text/plain; charset=utf-8", text);
	add_part(m, status_type(m->n), status);
	begin_part(m, original_type(m), original_8bit(m));
	buf_addf(&m->tail, "\r\n--%s--\r\n", m->boundary);
}

static int
prepare(struct making *m)
{
	size_t most = FIXED_MOST + count(m->n) * RECIPIENT_MOST;
	struct buf text = BUF(most), status = BUF(most);

	buf_init(&m->head, 3 * most);
	buf_init(&m->tail, FIXED_MOST);
	notice_text_add(&text, m->n, m->whole);
	notice_status_add(&status, m->n);
	add_all(m, &text, &status);
	buf_clear(&text);
	buf_clear(&status);
	if (!buf_ok(&m->head) || !buf_ok(&m->tail))
		return error_set(m->e, ERR_OS, "out of memory");
	return 0;
}

/* ---- reading it ----------------------------------------------------------------- */

/* As many of these fields as have room. */
static struct bytes
fields_within(struct bytes fields, size_t room)
{
	size_t n = room;

	if (fields.n <= room)
		return fields;
	while (n > 0 &&
	    (fields.p[n - 1] != '\n' || fields.p[n] == ' ' ||
		fields.p[n] == '\t'))
		n--;
	return bytes_head(fields, n);
}

/* No field is empty, and so the empty line is the end of the header. */
static int
next_of_header(struct making *m)
{
	if (message_next(&m->original, &m->pending, m->e) < 0)
		return -1;
	if (bytes_same(m->pending, BYTES("\r\n")))
		m->pending = BYTES("");
	else
		m->pending =
		    fields_within(m->pending, NOTICE_HEADER_MOST - m->header);
	m->header += m->pending.n;
	return 0;
}

static int
next_of_original(struct making *m)
{
	if ((m->whole ? message_next(&m->original, &m->pending, m->e)
		      : next_of_header(m)) < 0)
		return -1;
	if (m->pending.n == 0)
		m->part++;
	return 0;
}

static int
refill(struct making *m)
{
	while (m->pending.n == 0 && m->part < END) {
		if (m->part == ORIGINAL) {
			if (next_of_original(m) < 0)
				return -1;
			continue;
		}
		m->pending = buf_bytes(m->part == HEAD ? &m->head : &m->tail);
		m->part++;
	}
	return 0;
}

static ssize_t
read_some(void *ctx, char *to, size_t room)
{
	struct making *m = ctx;
	struct bytes some;

	if (refill(m) < 0) {
		errno = ECANCELED; /* m->e knows better */
		return -1;
	}
	some = bytes_head(m->pending, room);
	if (some.n > 0)
		memcpy(to, some.p, some.n);
	m->pending = bytes_skip(m->pending, some.n);
	return (ssize_t)some.n;
}

/* ---- all of it ------------------------------------------------------------------- */

static int
make(struct message *to, struct making *m)
{
	struct intake how = {
		.read = read_some, .ctx = m, .tmp_dir = m->n->tmp_dir
	};
	int rc = prepare(m);

	message_reader_init(&m->original, m->n->message);
	if (rc == 0)
		rc = message_read(to, -1, &how, m->e);
	message_reader_clear(&m->original);
	buf_clear(&m->head);
	buf_clear(&m->tail);
	to->international = true; /* what could be encoded is */
	return rc < 0 ? -1
		      : message_encode(to, message_advised(to, true), m->e);
}

static bool
wants_whole(const struct notice *n)
{
	if (n->kind != NOTICE_FAILED || n->header_only ||
	    n->env->ret == RETURN_HDRS)
		return false;
	return n->env->ret == RETURN_FULL ||
	    message_size(n->message) <= NOTICE_WHOLE_MOST;
}

int
notice_make(struct message *to, const struct notice *n, const struct here *here,
    struct error *e)
{
	struct error why = ERROR_NONE;
	struct making m = { .n = n, .here = here, .e = &why };

	if (notice_to(n)[0] == '\0' || count(n) == 0)
		return error_set(
		    e, ERR_INTERNAL, "a notice to nobody, or about nobody");
	m.whole = wants_whole(n);
	if (make(to, &m) == 0)
		return 0;
	if (m.whole && why.kind == ERR_MESSAGE) {
		message_clear(to);
		m = (struct making){ .n = n, .here = here, .e = e };
		return make(to, &m);
	}
	*e = why;
	return -1;
}
