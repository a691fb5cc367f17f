#include "mail/address.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/idn.h"
#include "mail/encode.h"
#include "mail/lexer.h"

enum {
	WIRE_MAX = 2048,
	FIRST = sizeof("Resent-From: ") - 1 /* in front of a name, at most */
};

void
address_clear(struct address *a)
{
	free(a->text);
	free(a->name);
	*a = (struct address){ 0 };
}

void
address_list_clear(struct address_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		address_clear(&l->list[i]);
	free(l->list);
	*l = ADDRESS_LIST;
}

int
address_parse(struct address *a, struct bytes text, struct error *e)
{
	struct address_list l = ADDRESS_LIST;
	char shown[160];
	int rc = address_list_parse(&l, text, e);

	if (rc == 0 && l.n != 1)
		rc = error_set(e, ERR_ADDRESS, "not one address: '%s'",
		    clean_copy(shown, sizeof(shown), text));
	if (rc == 0) {
		*a = l.list[0];
		l.n = 0; /* it is the caller's now */
	}
	address_list_clear(&l);
	return rc;
}

int
address_path(struct address *a, struct bytes text, struct error *e)
{
	struct bytes path = bytes_trim(text);

	if (path.n > 0 && !bytes_is(path, "<>"))
		return address_parse(a, text, e);
	*a = (struct address){ .text = strdup(""), .name = strdup("") };
	if (a->text != NULL && a->name != NULL)
		return 0;
	address_clear(a);
	return error_set(e, ERR_OS, "out of memory");
}

int
address_qualify(struct address *a, struct bytes domain, struct error *e)
{
	struct buf text = BUF(WIRE_MAX);
	struct address whole = { 0 };
	int rc;

	if (a->text[a->local_n] != '\0' || a->local_n == 0)
		return 0;
	buf_adds(&text, a->text);
	buf_addc(&text, '@');
	buf_add(&text, domain);
	rc = buf_ok(&text)
	    ? address_parse(&whole, buf_bytes(&text), e)
	    : error_set(e, ERR_ADDRESS, "address '%s' is too long", a->text);
	if (rc == 0) {
		free(a->text);
		a->text = whole.text;
		a->local_n = whole.local_n;
		whole.text = NULL; /* it is a's now */
	}
	address_clear(&whole);
	buf_clear(&text);
	return rc;
}

/* A quoted local part may hold an '@', a domain cannot. */
static bool
is_bare(const struct address *a)
{
	return a->text[a->local_n] == '\0' &&
	    !bytes_eight_bit(bytes_of(a->text));
}

bool
address_list_qualify(struct buf *out, struct bytes text, struct bytes domain)
{
	struct address_list l = ADDRESS_LIST;
	struct error ignored = ERROR_NONE;
	size_t done = 0, before = out->n;
	bool any = false;

	address_list_parse(&l, text, &ignored);
	for (size_t i = 0; i < l.n; i++) {
		size_t end = (size_t)(l.list[i].at.p - text.p) + l.list[i].at.n;

		if (!is_bare(&l.list[i]))
			continue;
		any = true;
		buf_add(out, bytes_skip(bytes_head(text, end), done));
		buf_addc(out, '@');
		buf_add(out, domain);
		done = end;
	}
	address_list_clear(&l);
	if (any)
		buf_add(out, bytes_skip(text, done));
	else
		buf_cut(out, before);
	return any;
}

struct bytes
address_domain(struct bytes addr_spec)
{
	const char *at =
	    addr_spec.n == 0 ? NULL : memrchr(addr_spec.p, '@', addr_spec.n);

	if (at == NULL || addr_spec.p[addr_spec.n - 1] == '"')
		return bytes_skip(addr_spec, addr_spec.n);
	return bytes_skip(addr_spec, (size_t)(at - addr_spec.p) + 1);
}

static struct bytes
local_part(struct bytes addr_spec)
{
	size_t domain = address_domain(addr_spec).n;

	return bytes_head(
	    addr_spec, addr_spec.n - domain - (domain > 0 ? 1 : 0));
}

bool
address_same(struct bytes a, struct bytes b)
{
	return a.n == b.n && bytes_same(local_part(a), local_part(b)) &&
	    bytes_same_case(address_domain(a), address_domain(b));
}

bool
address_is_pattern(struct bytes pattern)
{
	return bytes_starts_case(pattern, "*@");
}

bool
address_matches(struct bytes pattern, struct bytes addr_spec)
{
	struct bytes domain = address_domain(addr_spec);

	if (!address_is_pattern(pattern))
		return address_same(pattern, addr_spec);
	return domain.n > 0 && bytes_same_case(domain, bytes_skip(pattern, 2));
}

bool
address_needs_utf8(struct bytes addr_spec)
{
	return bytes_eight_bit(local_part(addr_spec));
}

int
address_wire(
    struct buf *out, struct bytes addr_spec, bool smtputf8, struct error *e)
{
	struct bytes domain = address_domain(addr_spec);
	size_t before = out->n;
	char shown[160];

	if (smtputf8 || !bytes_eight_bit(addr_spec)) {
		buf_add(out, addr_spec);
		return 0;
	}
	if (address_needs_utf8(addr_spec))
		return error_set(e, ERR_NOT_SUPPORTED,
		    "address '%s' needs SMTPUTF8",
		    clean_copy(shown, sizeof(shown), addr_spec));
	buf_add(out, bytes_head(addr_spec, addr_spec.n - domain.n));
	if (idn_ascii(out, domain, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

static bool
is_phrase(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] != ' ' && !lexer_atext(name.p[i]))
			return false;
	return true;
}

static void
add_name(struct buf *out, size_t first, struct bytes name)
{
	if (encode_needed(name))
		encode_words(out, name, first);
	else if (is_phrase(name))
		buf_add(out, name);
	else
		lexer_quote(out, name);
}

/* A control character in a name is white space at best. */
static void
add_tame(struct buf *out, struct bytes name)
{
	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		buf_addc(out, c < 32 || c == 127 ? ' ' : name.p[i]);
	}
}

void
address_format_at(
    struct buf *out, size_t first, struct bytes name, struct bytes addr_spec)
{
	struct buf tame = BUF(name.n);

	add_tame(&tame, name);
	name = bytes_trim(buf_bytes(&tame));
	if (name.n == 0) {
		buf_add(out, addr_spec);
	} else {
		add_name(out, first, name);
		buf_adds(out, " <");
		buf_add(out, addr_spec);
		buf_addc(out, '>');
	}
	buf_share(out, &tame);
	buf_clear(&tame);
}

void
address_format(struct buf *out, struct bytes name, struct bytes addr_spec)
{
	address_format_at(out, FIRST, name, addr_spec);
}
