#include "compose/heading.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"
#include "mail/encode.h"
#include "mail/field.h"
#include "mail/fold.h"
#include "mail/message.h"

/*
 * Octets.  A longer name leaves no room for an encoded word behind it on the
 * line (RFC 2047, 2).
 */
enum { NAME_MOST = 76, NAME_MOST_ENCODED = 50 };

enum kind {
	TEXT,      /* encoded words, if need be */
	ADDRESSES, /* an address list */
	TOKENS     /* identifiers, dates, URIs: ASCII as it is */
};

/* In the order they are written. */
static const struct known {
	const char *name;
	enum kind kind;
	bool once; /* RFC 5322, 3.6 */
} knowns[] = {
	{ "From", ADDRESSES, true },
	{ "Sender", ADDRESSES, true },
	{ "Reply-To", ADDRESSES, true },
	{ "To", ADDRESSES, true },
	{ "Cc", ADDRESSES, true },
	{ "Bcc", ADDRESSES, true },
	{ "Subject", TEXT, true },
	{ "Date", TOKENS, true },
	{ "Message-ID", TOKENS, true },
	{ "In-Reply-To", TOKENS, true },
	{ "References", TOKENS, true },
	{ "Disposition-Notification-To", ADDRESSES, false },
	{ "Return-Receipt-To", ADDRESSES, false },
	{ "Errors-To", ADDRESSES, false },
	{ "Mail-Followup-To", ADDRESSES, false },
	{ "Mail-Reply-To", ADDRESSES, false },
};

enum { KNOWNS = sizeof(knowns) / sizeof(knowns[0]) };

/* Beginnings of names that are not to be given, and why. */
static const struct {
	const char *start, *hint;
} refused[] = {
	{ "MIME-Version", "it is added by itself" },
	{ "Content-", "--html, --attach, --attach-type and --charset say it" },
	{ "Resent-", "a message that is new was not sent again by anybody" },
	{ "Return-Path", "--from says the envelope sender" },
	{ "Received", "it is for those who pass a message on" },
};

struct entry {
	const char *origin;
	struct bytes name, value;
	bool adds_up; /* it has an option of its own */
};

struct heading {
	struct buf *out; /* borrowed */
	struct error *e; /* borrowed */
	struct entry *entries;
	size_t n;
};

/* ---- what may stand ---------------------------------------------------------- */

static int
not_a_field(const struct compose_field *f, struct error *e)
{
	char shown[80];

	error_set(e, ERR_USAGE, "%s does not take '%s'", f->origin,
	    clean_copy(shown, sizeof(shown), bytes_of(f->value)));
	return error_hint(e, "it is a name, a colon, and text: 'Name: text'");
}

static int
split(const struct compose_field *f, struct entry *entry, struct error *e)
{
	struct bytes line = bytes_of(f->value);
	size_t colon = bytes_index(line, ':');

	*entry = (struct entry){ f->origin, bytes_of(f->name), bytes_trim(line),
		f->name != NULL };
	if (f->name != NULL)
		return 0;
	entry->name = bytes_head(line, colon);
	entry->value = bytes_trim(bytes_skip(line, colon + 1));
	if (colon == line.n || colon == 0 || colon > NAME_MOST)
		return not_a_field(f, e);
	for (size_t i = 0; i < colon; i++)
		if (line.p[i] <= 32 || line.p[i] > 126)
			return not_a_field(f, e);
	return 0;
}

/* A tab is white space like any other. */
static bool
has_control(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\t' &&
		    bytes_control(bytes_head(bytes_skip(text, i), 1)))
			return true;
	return utf8_control(text);
}

static int
check_text(const struct compose_field *f, struct error *e)
{
	struct bytes text = bytes_of(f->value);

	if (!utf8_valid(text))
		return error_set(e, ERR_USAGE, "%s is not UTF-8", f->origin);
	if (has_control(text))
		return error_set(
		    e, ERR_USAGE, "control character in %s", f->origin);
	return 0;
}

static int
check_name(const struct entry *entry, struct error *e)
{
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (bytes_starts_case(entry->name, refused[i].start)) {
			error_set(e, ERR_USAGE,
			    "header field %.*s cannot be given",
			    BYTES_ARG(entry->name));
			return error_hint(e, "%s", refused[i].hint);
		}
	return 0;
}

static int
take(struct heading *h, const struct compose_field *f)
{
	struct entry *entry = &h->entries[h->n];

	if (check_text(f, h->e) < 0 || split(f, entry, h->e) < 0 ||
	    check_name(entry, h->e) < 0)
		return -1;
	h->n++;
	return 0;
}

/* ---- how it is written -------------------------------------------------------- */

/* The longest word, with the white space in front that goes where it goes. */
static size_t
longest_word(struct bytes text)
{
	size_t longest = 0;

	while (text.n > 0) {
		size_t n = 0;

		while (n < text.n && text.p[n] == ' ')
			n++;
		while (n < text.n && text.p[n] != ' ')
			n++;
		longest = n > longest ? n : longest;
		text = bytes_skip(text, n);
	}
	return longest;
}

static void
write_folded(struct heading *h, struct bytes name, struct bytes text)
{
	struct buf line = BUF(HEADER_MAX);

	buf_addc(&line, ' ');
	buf_add(&line, text);
	buf_add(h->out, name);
	buf_addc(h->out, ':');
	fold_add(h->out, name.n + 1, buf_bytes(&line), LINE_SOFT, LINE_HARD);
	buf_adds(h->out, "\r\n");
	buf_share(h->out, &line);
	buf_clear(&line);
}

static void
add_spaced(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(out, text.p[i] == '\t' ? ' ' : text.p[i]);
}

static int
too_long(struct heading *h, const struct entry *entry, const char *what)
{
	return error_set(h->e, ERR_USAGE, "%s: the %s of %.*s is too long",
	    entry->origin, what, BYTES_ARG(entry->name));
}

static int
write_text(struct heading *h, const struct entry *entry, struct bytes text)
{
	struct buf words = BUF(HEADER_MAX);
	size_t in_front = entry->name.n + 2;

	if (!encode_needed(text) &&
	    longest_word(text) + in_front <= LINE_HARD) {
		write_folded(h, entry->name, text);
		return 0;
	}
	if (entry->name.n > NAME_MOST_ENCODED)
		return too_long(h, entry, "name");
	encode_words(&words, text, in_front);
	write_folded(h, entry->name, buf_bytes(&words));
	buf_share(h->out, &words);
	buf_clear(&words);
	return 0;
}

static int
write_tokens(struct heading *h, const struct entry *entry, struct bytes text)
{
	if (bytes_eight_bit(text))
		return error_set(h->e, ERR_USAGE,
		    "%s: %.*s cannot hold what is not ASCII", entry->origin,
		    BYTES_ARG(entry->name));
	if (longest_word(text) + entry->name.n + 2 > LINE_HARD)
		return too_long(h, entry, "value");
	write_folded(h, entry->name, text);
	return 0;
}

/* ---- addresses ------------------------------------------------------------------ */

static int
add_list(struct heading *h, const struct entry *entry,
    const struct address_list *list, struct buf *text)
{
	for (size_t i = 0; i < list->n; i++) {
		const struct address *a = &list->list[i];
		struct bytes spec = bytes_of(a->text);
		struct buf wire = BUF(2048);
		int rc =
		    address_wire(&wire, spec, address_needs_utf8(spec), h->e);

		buf_adds(text, text->n > 0 ? ", " : "");
		if (rc == 0)
			address_format_at(text, entry->name.n + 2,
			    bytes_of(a->name), buf_bytes(&wire));
		buf_share(text, &wire);
		buf_clear(&wire);
		if (rc < 0)
			return error_in(h->e, "%s", entry->origin);
	}
	return 0;
}

static bool
takes_groups(struct bytes name)
{
	return bytes_is_case(name, "To") || bytes_is_case(name, "Cc") ||
	    bytes_is_case(name, "Bcc");
}

/* A group of nobody, such as "undisclosed-recipients:;", stays. */
static int
add_nobody(struct heading *h, const struct entry *entry, struct buf *text)
{
	size_t colon = bytes_index(entry->value, ':');

	if (!takes_groups(entry->name) || colon == entry->value.n ||
	    bytes_index(entry->value, '(') < colon ||
	    bytes_index(entry->value, '"') < colon ||
	    bytes_eight_bit(entry->value))
		return error_set(
		    h->e, ERR_USAGE, "%s names nobody", entry->origin);
	buf_adds(text, text->n > 0 ? ", " : "");
	buf_add(text, entry->value);
	return 0;
}

/*
 * "Smith, John <js@example.org>" is two addresses, of which the first was not
 * meant as one.
 */
static bool
half_a_name(struct heading *h, const struct entry *entry,
    const struct address_list *list)
{
	if (bytes_index(entry->value, '<') == entry->value.n)
		return false;
	for (size_t i = 0; i + 1 < list->n; i++) {
		const struct address *a = &list->list[i], *b = a + 1;

		if (a->text[a->local_n] != '\0' || a->name[0] != '\0' ||
		    b->name[0] == '\0')
			continue;
		error_set(h->e, ERR_USAGE, "'%s' has no domain", a->text);
		return true;
	}
	return false;
}

static int
add_addresses(struct heading *h, const struct entry *entry, struct buf *text)
{
	struct address_list list = ADDRESS_LIST;
	int rc = address_list_parse(&list, entry->value, h->e);

	if (rc == 0 && half_a_name(h, entry, &list))
		rc = error_hint(h->e,
		    "a name with a comma in it wants quotes: "
		    "\"Smith, John\" <js@example.org>");
	if (rc < 0)
		error_in(h->e, "%s", entry->origin);
	else if (list.n > 0)
		rc = add_list(h, entry, &list, text);
	else
		rc = add_nobody(h, entry, text);
	address_list_clear(&list);
	return rc;
}

static bool
is_named(const struct entry *entry, const char *name)
{
	return bytes_is_case(entry->name, name);
}

/* All entries of the name, as one field. */
static int
write_addresses(struct heading *h, const char *name)
{
	struct buf text = BUF(HEADER_MAX);
	struct bytes written = { NULL, 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < h->n; i++)
		if (is_named(&h->entries[i], name)) {
			written = h->entries[i].name;
			rc = add_addresses(h, &h->entries[i], &text);
		}
	if (rc == 0 && written.n > 0)
		write_folded(h, written, buf_bytes(&text));
	buf_share(h->out, &text);
	buf_clear(&text);
	return rc;
}

/* ---- field by field --------------------------------------------------------------- */

/* RFC 2369 and RFC 2919 fields hold URIs and identifiers. */
static enum kind
kind_of(struct bytes name)
{
	for (size_t i = 0; i < KNOWNS; i++)
		if (bytes_is_case(name, knowns[i].name))
			return knowns[i].kind;
	return bytes_starts_case(name, "List-") ? TOKENS : TEXT;
}

static bool
is_known(struct bytes name)
{
	for (size_t i = 0; i < KNOWNS; i++)
		if (bytes_is_case(name, knowns[i].name))
			return true;
	return false;
}

static int
write_plain(struct heading *h, const struct entry *entry)
{
	struct buf text = BUF(HEADER_MAX);
	int rc;

	add_spaced(&text, entry->value);
	if (kind_of(entry->name) == TEXT)
		rc = write_text(h, entry, buf_bytes(&text));
	else
		rc = write_tokens(h, entry, buf_bytes(&text));
	buf_share(h->out, &text);
	buf_clear(&text);
	return rc;
}

static int
said_twice(const struct entry *entry, struct error *e)
{
	error_set(e, ERR_USAGE, "%s: %.*s is there already", entry->origin,
	    BYTES_ARG(entry->name));
	return error_hint(e, "a message has one at most");
}

/* Lists that have an option of their own add up; nothing else does. */
static int
check_once(struct heading *h, const struct known *known)
{
	const struct entry *first = NULL;

	for (size_t i = 0; known->once && i < h->n; i++) {
		const struct entry *entry = &h->entries[i];

		if (!is_named(entry, known->name))
			continue;
		if (first != NULL &&
		    (known->kind != ADDRESSES || !first->adds_up ||
			!entry->adds_up))
			return said_twice(entry, h->e);
		first = entry;
	}
	return 0;
}

static int
write_known(struct heading *h, const struct known *known)
{
	if (check_once(h, known) < 0)
		return -1;
	if (known->kind == ADDRESSES)
		return write_addresses(h, known->name);
	for (size_t i = 0; i < h->n; i++)
		if (is_named(&h->entries[i], known->name) &&
		    write_plain(h, &h->entries[i]) < 0)
			return -1;
	return 0;
}

static int
write_all(struct heading *h)
{
	for (size_t i = 0; i < KNOWNS; i++)
		if (write_known(h, &knowns[i]) < 0)
			return -1;
	for (size_t i = 0; i < h->n; i++)
		if (!is_known(h->entries[i].name) &&
		    write_plain(h, &h->entries[i]) < 0)
			return -1;
	return 0;
}

int
heading_add(struct buf *out, const struct composition *what, struct error *e)
{
	struct entry *entries = calloc(what->fields_n + 1, sizeof(*entries));
	struct heading h = { .out = out, .e = e, .entries = entries };
	int rc = 0;

	if (entries == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t i = 0; rc == 0 && i < what->fields_n; i++)
		rc = take(&h, &what->fields[i]);
	if (rc == 0)
		rc = write_all(&h);
	if (rc == 0 && out->state == BUF_FULL)
		rc = error_set(e, ERR_USAGE, "the header is too long");
	if (rc == 0 && !buf_ok(out))
		rc = error_set(e, ERR_OS, "out of memory");
	free(entries);
	return rc;
}
