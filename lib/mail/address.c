#include "mail/address.h"

#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "base/idn.h"
#include "mail/encode.h"
#include "mail/lexer.h"

/* Octets: RFC 5321, 4.5.3.1, with some patience for local parts. */
enum { LOCAL_MAX = 254, DOMAIN_MAX = 255, ADDRESS_MAX = 320, NAME_MAX = 998 };

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

/* ---- parsing ------------------------------------------------------------------- */

/* Words in a row: a display name, or a local part; it shows at their end. */
struct words {
	struct buf name;  /* joined by spaces, but none around dots */
	struct buf local; /* joined as they are */
	size_t n;         /* words and dots */
	bool dotted;      /* word, dot, word, dot, word: a local part */
	bool last_dot;
	const char *from, *to; /* where they stand */
};

struct parser {
	struct lexer x;
	struct address_list *list;
	struct words words;
	struct buf domain;
	const char *domain_end;
	bool in_group;
};

static int
wrong(struct parser *p, const char *why)
{
	if (p->x.wrong == NULL)
		p->x.wrong = why;
	return -1;
}

static void
words_reset(struct words *w)
{
	buf_reset(&w->name);
	buf_reset(&w->local);
	w->n = 0;
	w->dotted = true;
	w->last_dot = true;
	w->from = w->to = NULL;
}

/* White space in a name is one space; where none was, none comes. */
static void
add_gap(struct parser *p)
{
	if (p->words.n > 0 && p->words.to != p->x.rest.p)
		buf_addc(&p->words.name, ' ');
}

static void
add_dot(struct parser *p)
{
	struct words *w = &p->words;

	add_gap(p);
	lexer_take(&p->x, '.');
	w->dotted = w->dotted && !w->last_dot;
	w->last_dot = true;
	buf_addc(&w->name, '.');
	buf_addc(&w->local, '.');
}

static bool
add_word(struct parser *p)
{
	struct words *w = &p->words;

	add_gap(p);
	w->dotted = w->dotted && w->last_dot;
	w->last_dot = false;
	return lexer_word(&p->x, &w->local);
}

/* All words up to what is none. */
static void
take_words(struct parser *p)
{
	struct words *w = &p->words;
	char c;

	words_reset(w);
	while ((c = lexer_peek(&p->x)) == '.' || c == '"' ||
	    (c != '\0' && lexer_atext(c))) {
		size_t before = w->local.n;

		if (w->from == NULL)
			w->from = p->x.rest.p;
		if (c == '.')
			add_dot(p);
		else if (add_word(p))
			buf_add(
			    &w->name, bytes_skip(buf_bytes(&w->local), before));
		w->to = p->x.rest.p;
		w->n++;
	}
}

static bool
is_local(const struct words *w)
{
	return w->n > 0 && w->dotted && !w->last_dot;
}

static int
take_domain(struct parser *p)
{
	bool more = true;

	buf_reset(&p->domain);
	if (lexer_literal(&p->x, &p->domain)) {
		p->domain_end = p->x.rest.p;
		return 0;
	}
	while (more) {
		if (lexer_peek(&p->x) == '"' || !lexer_word(&p->x, &p->domain))
			return wrong(p, "a domain is missing");
		p->domain_end = p->x.rest.p;
		more = lexer_take(&p->x, '.');
		if (more)
			buf_addc(&p->domain, '.');
	}
	return 0;
}

/* Does a local part stand without quotes? */
static bool
is_dot_atom(struct bytes local)
{
	char last = '.';

	for (size_t i = 0; i < local.n; i++) {
		if (local.p[i] == '.' ? last == '.' : !lexer_atext(local.p[i]))
			return false;
		last = local.p[i];
	}
	return last != '.';
}

static void
add_local(struct buf *out, struct bytes local)
{
	if (is_dot_atom(local)) {
		buf_add(out, local);
		return;
	}
	buf_addc(out, '"');
	for (size_t i = 0; i < local.n; i++) {
		if (local.p[i] == '"' || local.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, local.p[i]);
	}
	buf_addc(out, '"');
}

static struct address *
new_address(struct address_list *l)
{
	struct address *more = realloc(l->list, (l->n + 1) * sizeof(*l->list));

	if (more == NULL)
		return NULL;
	l->list = more;
	more[l->n] = (struct address){ 0 };
	return &more[l->n++];
}

static char *
copy(struct bytes text)
{
	return strndup(text.n == 0 ? "" : text.p, text.n);
}

static int
check_parts(struct parser *p, const struct buf *text, size_t local_n)
{
	if (!buf_ok(text) || text->n > ADDRESS_MAX || local_n > LOCAL_MAX ||
	    p->domain.n > DOMAIN_MAX)
		return wrong(p, "too long");
	if (!utf8_valid(buf_bytes(text)))
		return wrong(p, "not UTF-8");
	return 0;
}

/* The words are the local part; the domain may be empty. */
static int
add_address(struct parser *p, struct bytes name, struct bytes at)
{
	struct buf text = BUF(ADDRESS_MAX * 4);
	struct address *a;
	size_t local_n;
	int rc = -1;

	add_local(&text, buf_bytes(&p->words.local));
	local_n = text.n;
	if (p->domain.n > 0) {
		buf_addc(&text, '@');
		buf_add(&text, buf_bytes(&p->domain));
	}
	if (check_parts(p, &text, local_n) < 0)
		goto out;
	a = new_address(p->list);
	if (a == NULL || (a->text = copy(buf_bytes(&text))) == NULL ||
	    (a->name = copy(name)) == NULL) {
		wrong(p, "out of memory");
		goto out;
	}
	a->local_n = local_n;
	a->at = at;
	rc = 0;
out:
	buf_clear(&text);
	return rc;
}

static struct bytes
span(const char *from, const char *to)
{
	return (struct bytes){ from, (size_t)(to - from) };
}

/* "local@domain", or "local": the words are there, '@' is next or not. */
static int
take_addr_spec(struct parser *p, struct bytes *at)
{
	const char *to = p->words.to;

	buf_reset(&p->domain);
	if (!is_local(&p->words))
		return wrong(p, "no address can be told");
	if (lexer_take(&p->x, '@')) {
		if (take_domain(p) < 0)
			return -1;
		to = p->domain_end;
	}
	*at = span(p->words.from, to);
	return 0;
}

/* "@relay,@relay:" in front of an address (RFC 5322, 4.4): dropped. */
static int
skip_route(struct parser *p)
{
	while (lexer_peek(&p->x) == '@' || lexer_peek(&p->x) == ',') {
		if (lexer_take(&p->x, ','))
			continue;
		lexer_take(&p->x, '@');
		if (take_domain(p) < 0)
			return -1;
		if (lexer_take(&p->x, ':'))
			return 0;
	}
	return 0;
}

/* "<addr-spec>" behind a name; '<' is next. */
static int
take_angle(struct parser *p)
{
	struct buf name = BUF(NAME_MAX * 4);
	struct bytes at;
	int rc = -1;

	buf_add(&name, buf_bytes(&p->words.name));
	lexer_take(&p->x, '<');
	if (skip_route(p) < 0)
		goto out;
	take_words(p);
	if (take_addr_spec(p, &at) < 0)
		goto out;
	if (!lexer_take(&p->x, '>'))
		wrong(p, "'>' is missing");
	else
		rc = add_address(p, bytes_trim(buf_bytes(&name)), at);
out:
	buf_clear(&name);
	return rc;
}

/* "local@domain (name)" */
static int
take_plain(struct parser *p)
{
	struct bytes at;

	if (take_addr_spec(p, &at) < 0)
		return -1;
	lexer_skip(&p->x);
	return add_address(p, bytes_trim(buf_bytes(&p->x.comment)), at);
}

static bool
ended(struct parser *p)
{
	char c = lexer_peek(&p->x);

	return c == '\0' || c == ',' || c == ';';
}

static int
take_mailbox(struct parser *p)
{
	int rc = lexer_peek(&p->x) == '<' ? take_angle(p) : take_plain(p);

	if (rc == 0 && !ended(p))
		return wrong(p, "more than one address without a comma");
	return rc;
}

/* One mailbox, or the head of a group, or nothing between commas. */
static int
take_element(struct parser *p)
{
	char c;

	buf_reset(&p->x.comment);
	take_words(p);
	c = lexer_peek(&p->x);
	if (p->x.wrong != NULL)
		return -1;
	if (c == ':' && p->words.n > 0 && !p->in_group) {
		lexer_take(&p->x, ':');
		p->in_group = true;
		return 0;
	}
	if (p->words.n == 0 && ended(p))
		return 0;
	return take_mailbox(p);
}

static int
take_all(struct parser *p)
{
	while (lexer_peek(&p->x) != '\0') {
		if (lexer_take(&p->x, ','))
			continue;
		if (lexer_take(&p->x, ';')) {
			p->in_group = false;
			continue;
		}
		if (take_element(p) < 0)
			return -1;
	}
	if (p->in_group)
		return wrong(p, "a group has no end");
	return p->x.wrong == NULL ? 0 : -1;
}

/* The element that begins at `from', cut to what can be shown. */
static int
tell(const struct parser *p, struct bytes text, struct error *e)
{
	struct bytes element =
	    bytes_trim(bytes_head(text, bytes_index(text, ',')));
	char shown[120];

	return error_set(e, ERR_ADDRESS, "malformed address '%s': %s",
	    clean_copy(shown, sizeof(shown), element), p->x.wrong);
}

/* Where the element that failed began: behind the last one that did not. */
static struct bytes
failed_element(struct bytes text, const struct address_list *l, size_t before)
{
	const char *behind;

	if (l->n == before)
		return text;
	behind = l->list[l->n - 1].at.p + l->list[l->n - 1].at.n;
	text = bytes_skip(text, (size_t)(behind - text.p));
	return bytes_index(text, ',') < text.n
	    ? bytes_skip(text, bytes_index(text, ',') + 1)
	    : text;
}

int
address_list_parse(struct address_list *l, struct bytes text, struct error *e)
{
	struct parser p = { .list = l };
	size_t before = l->n;
	int rc;

	lexer_init(&p.x, text);
	buf_init(&p.words.name, NAME_MAX * 4);
	buf_init(&p.words.local, NAME_MAX * 4);
	buf_init(&p.domain, NAME_MAX);
	rc = take_all(&p);
	if (rc < 0)
		tell(&p, failed_element(text, l, before), e);
	lexer_clear(&p.x);
	buf_clear(&p.words.name);
	buf_clear(&p.words.local);
	buf_clear(&p.domain);
	return rc;
}

int
address_parse(struct address *a, struct bytes text, struct error *e)
{
	struct address_list l = ADDRESS_LIST;
	char shown[120];
	int rc = address_list_parse(&l, text, e);

	if (rc == 0 && l.n != 1)
		rc = error_set(e, ERR_ADDRESS, "'%s' is not one address",
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
	text = bytes_trim(text);
	if (text.n > 0 && !bytes_is(text, "<>"))
		return address_parse(a, text, e);
	*a = (struct address){ .text = strdup(""), .name = strdup("") };
	if (a->text == NULL || a->name == NULL)
		return error_set(e, ERR_OS, "out of memory");
	return 0;
}

int
address_qualify(struct address *a, struct bytes domain, struct error *e)
{
	struct buf text = BUF(ADDRESS_MAX * 2);
	struct address whole = { 0 };
	int rc;

	if (a->local_n < strlen(a->text))
		return 0;
	buf_addf(&text, "%s@%.*s", a->text, BYTES_ARG(domain));
	rc = buf_ok(&text) ? address_parse(&whole, buf_bytes(&text), e)
			   : error_set(e, ERR_ADDRESS, "address too long");
	buf_clear(&text);
	if (rc < 0)
		return -1;
	free(a->text);
	a->text = whole.text;
	a->local_n = whole.local_n;
	free(whole.name);
	return 0;
}

/* ---- asking ----------------------------------------------------------------------- */

/* A quoted local part may hold an '@', a domain cannot. */
struct bytes
address_domain(struct bytes addr_spec)
{
	size_t n = addr_spec.n;

	if (n > 0 && addr_spec.p[n - 1] == '"')
		return bytes_skip(addr_spec, n);
	while (n > 0 && addr_spec.p[n - 1] != '@')
		n--;
	return bytes_skip(addr_spec, n == 0 ? addr_spec.n : n);
}

static struct bytes
local_part(struct bytes addr_spec)
{
	struct bytes domain = address_domain(addr_spec);

	return bytes_head(
	    addr_spec, addr_spec.n - domain.n - (domain.n > 0 ? 1 : 0));
}

bool
address_same(struct bytes a, struct bytes b)
{
	return bytes_same(local_part(a), local_part(b)) &&
	    bytes_same_case(address_domain(a), address_domain(b));
}

bool
address_needs_utf8(struct bytes addr_spec)
{
	return bytes_eight_bit(local_part(addr_spec));
}

/* ---- writing ----------------------------------------------------------------------- */

int
address_wire(
    struct buf *out, struct bytes addr_spec, bool smtputf8, struct error *e)
{
	struct bytes domain = address_domain(addr_spec);
	char shown[120];

	if (smtputf8 || domain.n == 0) {
		buf_add(out, addr_spec);
		return 0;
	}
	if (address_needs_utf8(addr_spec))
		return error_set(e, ERR_NOT_SUPPORTED,
		    "address '%s' needs SMTPUTF8",
		    clean_copy(shown, sizeof(shown), addr_spec));
	buf_add(out, local_part(addr_spec));
	buf_addc(out, '@');
	return idn_ascii(out, domain, e);
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
add_name(struct buf *out, struct bytes name)
{
	if (encode_needed(name))
		encode_words(out, name, sizeof("From: ") - 1);
	else if (is_phrase(name))
		buf_add(out, name);
	else {
		buf_addc(out, '"');
		for (size_t i = 0; i < name.n; i++) {
			if (name.p[i] == '"' || name.p[i] == '\\')
				buf_addc(out, '\\');
			buf_addc(out, name.p[i]);
		}
		buf_addc(out, '"');
	}
}

void
address_format(struct buf *out, struct bytes name, struct bytes addr_spec)
{
	struct buf tame = BUF(NAME_MAX);

	for (size_t i = 0; i < name.n; i++)
		buf_addc(&tame,
		    bytes_control(bytes_head(bytes_skip(name, i), 1))
			? ' '
			: name.p[i]);
	name = bytes_trim(buf_bytes(&tame));
	if (name.n == 0)
		buf_add(out, addr_spec);
	else {
		add_name(out, name);
		buf_adds(out, " <");
		buf_add(out, addr_spec);
		buf_addc(out, '>');
	}
	buf_clear(&tame);
}
