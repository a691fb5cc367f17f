#include "mail/message.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "mail/body.h"
#include "mail/fold.h"
#include "mail/parts.h"

void
message_init(struct message *m)
{
	*m = (struct message){ .header = BUF(HEADER_MAX),
		.added = BUF(HEADER_MAX),
		.body = BUF(BODY_IN_MEMORY),
		.parts = BUF(PARTS_MAX),
		.body_fd = -1 };
}

void
message_clear(struct message *m)
{
	buf_clear(&m->header);
	buf_clear(&m->added);
	buf_clear(&m->body);
	buf_clear(&m->parts);
	for (size_t i = 0; i < m->n; i++)
		free(m->fields[i].own);
	free(m->fields);
	if (m->body_fd >= 0)
		close(m->body_fd);
	message_init(m);
}

struct field *
message_field(struct message *m, const char *name, size_t *from)
{
	while (*from < m->n) {
		struct field *f = &m->fields[(*from)++];

		if (!f->dropped && field_is(f, name))
			return f;
	}
	return NULL;
}

bool
message_resent(const struct message *m)
{
	static const char *const names[] = { "Resent-Date", "Resent-From",
		"Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Bcc" };

	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < sizeof(names) / sizeof(names[0]); k++)
			if (field_is(&m->fields[i], names[k]))
				return true;
	return false;
}

static bool
says_something(const struct field *f, const char *name)
{
	return !f->dropped && field_is(f, name) && bytes_trim(f->body).n > 0;
}

bool
message_has(const struct message *m, const char *name)
{
	struct bytes added = buf_bytes(&m->added);
	struct field f;

	for (size_t i = 0; i < m->n; i++)
		if (says_something(&m->fields[i], name))
			return true;
	while (field_take(&added, &f))
		if (says_something(&f, name))
			return true;
	return false;
}

/* In place, for dropping cannot fail. */
static size_t
drop_added(struct message *m, const char *name)
{
	struct buf *added = &m->added;
	struct bytes rest = buf_bytes(added);
	struct field f;
	size_t kept = 0, n = 0;

	while (field_take(&rest, &f)) {
		if (field_is(&f, name)) {
			n++;
			continue;
		}
		memmove(added->p + kept, f.whole.p, f.whole.n);
		kept += f.whole.n;
	}
	buf_cut(added, kept);
	return n;
}

size_t
message_drop(struct message *m, const char *name)
{
	struct field *f;
	size_t from = 0, n = 0;

	while ((f = message_field(m, name, &from)) != NULL) {
		f->dropped = true;
		n++;
	}
	return n + drop_added(m, name);
}

static size_t
longest_line(struct bytes text)
{
	size_t longest = 0;

	while (text.n > 0) {
		size_t n = bytes_index(text, '\r');

		longest = n > longest ? n : longest;
		text = bytes_skip(text, n + 2);
	}
	return longest;
}

int
message_replace(struct field *f, struct bytes body, struct error *e)
{
	size_t name_n = f->name.n;
	struct buf whole = BUF(HEADER_MAX);
	int rc = 0;

	buf_add(&whole, f->name);
	buf_addc(&whole, ':');
	buf_add(&whole, body);
	buf_adds(&whole, "\r\n");
	if (whole.state == BUF_NOMEM)
		rc = error_set(e, ERR_OS, "out of memory");
	else if (buf_ok(&whole) &&
	    longest_line(buf_bytes(&whole)) <= LINE_HARD) {
		free(f->own);
		f->whole = buf_bytes(&whole);
		f->own = whole.p;
		f->name = bytes_head(f->whole, name_n);
		f->body = bytes_skip(f->whole, name_n + 1);
		f->body.n -= 2;
		whole.p = NULL;
	}
	buf_clear(&whole);
	return rc;
}

/* A line end in it would be another field, or the end of the header. */
static void
add_one_line(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\r' || text.p[i] == '\n')
			buf_addc(out, ' ');
		else if (text.p[i] != '\0')
			buf_addc(out, text.p[i]);
}

int
message_add(
    struct message *m, const char *name, struct bytes body, struct error *e)
{
	struct buf line = BUF(HEADER_MAX);

	buf_addc(&line, ' ');
	add_one_line(&line, body);
	buf_adds(&m->added, name);
	buf_addc(&m->added, ':');
	fold_add(&m->added, strlen(name) + 1, buf_bytes(&line), LINE_SOFT,
	    LINE_HARD);
	buf_adds(&m->added, "\r\n");
	if (!buf_ok(&line))
		m->added.state = line.state;
	buf_clear(&line);
	if (m->added.state == BUF_NOMEM)
		return error_set(e, ERR_OS, "out of memory");
	if (m->added.state == BUF_FULL)
		return error_set(e, ERR_MESSAGE,
		    "no room in the message's header for '%s'", name);
	return 0;
}

static int64_t
header_size(const struct message *m)
{
	int64_t n = (int64_t)m->added.n;

	for (size_t i = 0; i < m->n; i++)
		if (!m->fields[i].dropped)
			n += (int64_t)m->fields[i].whole.n;
	return n;
}

int64_t
message_size(const struct message *m)
{
	return header_size(m) + 2 + m->coded_size;
}

bool
message_header_8bit(const struct message *m)
{
	if (bytes_eight_bit(buf_bytes(&m->added)))
		return true;
	for (size_t i = 0; m->facts.header_8bit && i < m->n; i++)
		if (!m->fields[i].dropped &&
		    bytes_eight_bit(m->fields[i].whole))
			return true;
	return false;
}

bool
message_header_utf8(const struct message *m)
{
	if (!message_header_8bit(m) || !utf8_valid(buf_bytes(&m->added)))
		return false;
	for (size_t i = 0; i < m->n; i++)
		if (!m->fields[i].dropped && !utf8_valid(m->fields[i].whole))
			return false;
	return true;
}

bool
message_body_8bit(const struct message *m)
{
	if (m->coding == CODING_PARTS_7BIT)
		return m->left_8bit;
	return m->facts.body_8bit && m->coding != CODING_QP;
}
