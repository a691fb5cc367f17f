/*
 * Parsing address lists: words are gathered first, for what they are, a name
 * or a local part, shows only behind them.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"
#include "mail/lexer.h"

/*
 * Octets.  RFC 5321, 4.5.3.1 has 64 for a local part, but longer ones are
 * about; the text of names is nobody's business but their writer's.
 */
enum { LOCAL_MAX = 254, DOMAIN_MAX = 255, ADDRESS_MAX = 320, TEXT_MAX = 4096 };

static const char no_memory[] = "out of memory";

/* Words and dots in a row: what they are shows at their end. */
struct words {
	struct buf name;       /* as a display name */
	struct buf local;      /* as a local part */
	size_t n;              /* words and dots */
	bool dotted;           /* word, dot, word, dot, word so far */
	bool wants_word;       /* a word makes it so again */
	const char *from, *to; /* where they stand */
};

struct parser {
	struct lexer x;
	struct address_list *list; /* borrowed */
	struct words words;
	struct buf domain;
	struct buf name;     /* of the mailbox under way */
	const char *element; /* where it begins */
	bool in_group;
};

static int
wrong(struct parser *p, const char *why)
{
	lexer_wrong(&p->x, why);
	return -1;
}

static void
words_reset(struct words *w)
{
	buf_reset(&w->name);
	buf_reset(&w->local);
	w->n = 0;
	w->dotted = w->wants_word = true;
	w->from = w->to = NULL;
}

static void
take_dot(struct parser *p)
{
	struct words *w = &p->words;

	lexer_take(&p->x, '.');
	w->dotted = w->dotted && !w->wants_word;
	w->wants_word = true;
	buf_addc(&w->name, '.');
	buf_addc(&w->local, '.');
}

static void
take_word(struct parser *p)
{
	struct words *w = &p->words;
	size_t before = w->local.n;

	w->dotted = w->dotted && w->wants_word;
	w->wants_word = false;
	lexer_word(&p->x, &w->local);
	buf_add(&w->name, bytes_skip(buf_bytes(&w->local), before));
	buf_share(&w->name, &w->local);
}

/* White space in a name is one space; where none was, none comes. */
static void
begin_word(struct parser *p)
{
	struct words *w = &p->words;

	if (w->n++ == 0)
		w->from = p->x.rest.p;
	else if (w->to != p->x.rest.p)
		buf_addc(&w->name, ' ');
}

/* All words up to what is none. */
static void
take_words(struct parser *p)
{
	char c;

	words_reset(&p->words);
	while ((c = lexer_peek(&p->x)) == '.' || c == '"' ||
	    (c != '\0' && lexer_atext(c))) {
		begin_word(p);
		if (c == '.')
			take_dot(p);
		else
			take_word(p);
		p->words.to = p->x.rest.p;
	}
}

static bool
is_local_part(const struct words *w)
{
	return w->n > 0 && w->dotted && !w->wants_word;
}

/* Atoms with dots between, white space about them or none; or a literal. */
static int
take_domain(struct parser *p, const char **end)
{
	bool more = !lexer_literal(&p->x, &p->domain);

	*end = p->x.rest.p;
	while (more) {
		if (lexer_peek(&p->x) == '"' || !lexer_word(&p->x, &p->domain))
			return wrong(p, "the domain is missing");
		*end = p->x.rest.p;
		if ((more = lexer_take(&p->x, '.')))
			buf_addc(&p->domain, '.');
	}
	return 0;
}

/* "@relay,@relay:" (RFC 5322, 4.4): dropped. */
static int
skip_route(struct parser *p)
{
	const char *end;
	char c = lexer_peek(&p->x);

	if (c != '@' && c != ',')
		return 0;
	while (!lexer_take(&p->x, ':')) {
		buf_reset(&p->domain);
		if (lexer_take(&p->x, ','))
			continue;
		if (!lexer_take(&p->x, '@'))
			return wrong(p, "no source route");
		if (take_domain(p, &end) < 0)
			return -1;
	}
	return 0;
}

static void
add_local_part(struct buf *out, struct bytes local)
{
	if (lexer_dot_atom(local))
		buf_add(out, local);
	else
		lexer_quote(out, local);
}

static bool
out_of_memory(const struct parser *p, const struct buf *text)
{
	return p->words.local.state == BUF_NOMEM ||
	    p->domain.state == BUF_NOMEM || p->name.state == BUF_NOMEM ||
	    text->state == BUF_NOMEM;
}

static int
check_text(struct parser *p, const struct buf *text, size_t local_n)
{
	if (out_of_memory(p, text))
		return wrong(p, no_memory);
	if (!buf_ok(&p->words.local) || !buf_ok(&p->domain) || !buf_ok(text) ||
	    text->n > ADDRESS_MAX || local_n > LOCAL_MAX)
		return wrong(p, "too long");
	if (!utf8_valid(buf_bytes(text)))
		return wrong(p, "not UTF-8");
	if (utf8_control(buf_bytes(text)))
		return wrong(p, "a control character");
	return 0;
}

static char *
copy(struct buf *text)
{
	return strdup(buf_text(text));
}

static int
append(struct parser *p, struct buf *text, struct address a)
{
	struct address_list *l = p->list;
	struct address *more =
	    reallocarray(l->list, l->n + 1, sizeof(l->list[0]));

	if (more == NULL)
		return wrong(p, no_memory);
	l->list = more;
	a.text = copy(text);
	a.name = copy(&p->name);
	l->list[l->n++] = a;
	return a.text != NULL && a.name != NULL ? 0 : wrong(p, no_memory);
}

static int
add_address(struct parser *p, struct bytes at)
{
	struct buf text = BUF(2 * TEXT_MAX);
	struct address a = { .at = at };
	int rc;

	add_local_part(&text, buf_bytes(&p->words.local));
	a.local_n = text.n;
	if (p->domain.n > 0) {
		buf_addc(&text, '@');
		buf_add(&text, buf_bytes(&p->domain));
	}
	rc = check_text(p, &text, a.local_n);
	if (rc == 0)
		rc = append(p, &text, a);
	buf_clear(&text);
	return rc;
}

/* "local@domain", or "local" alone; the words are taken. */
static int
take_addr_spec(struct parser *p, struct bytes *at)
{
	const char *to = p->words.to;

	buf_reset(&p->domain);
	if (!is_local_part(&p->words))
		return wrong(p, "no address can be told");
	if (lexer_take(&p->x, '@') && take_domain(p, &to) < 0)
		return -1;
	*at = (struct bytes){ p->words.from, (size_t)(to - p->words.from) };
	return 0;
}

/* A name beyond all room is cut; only without memory it counts as lost. */
static void
set_name(struct parser *p, const struct buf *text)
{
	buf_reset(&p->name);
	buf_add(&p->name, bytes_trim(buf_bytes(text)));
	if (text->state == BUF_NOMEM)
		buf_share(&p->name, text);
}

/* "name <addr-spec>"; the name is taken, '<' is next. */
static int
take_angle(struct parser *p)
{
	struct bytes at;

	set_name(p, &p->words.name);
	lexer_take(&p->x, '<');
	if (skip_route(p) < 0)
		return -1;
	take_words(p);
	if (take_addr_spec(p, &at) < 0)
		return -1;
	return lexer_take(&p->x, '>') ? add_address(p, at)
				      : wrong(p, "'>' is missing");
}

/* "addr-spec (name)"; or, as many write it, "addr-spec <addr-spec>". */
static int
take_plain(struct parser *p)
{
	struct bytes at;

	if (take_addr_spec(p, &at) < 0)
		return -1;
	if (lexer_peek(&p->x) == '<') {
		buf_addc(&p->words.name, '@');
		buf_add(&p->words.name, buf_bytes(&p->domain));
		return take_angle(p);
	}
	set_name(p, &p->x.comment);
	return add_address(p, at);
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
		return wrong(p, "no comma behind it");
	return p->x.wrong == NULL ? rc : -1;
}

/* A mailbox, or the head of a group, or nothing between commas. */
static int
take_element(struct parser *p)
{
	buf_reset(&p->x.comment);
	p->element = p->x.rest.p;
	take_words(p);
	if (p->words.n > 0 && !p->in_group && lexer_take(&p->x, ':')) {
		p->in_group = true;
		return 0;
	}
	if (p->words.n == 0 && ended(p))
		return p->x.wrong == NULL ? 0 : -1;
	return take_mailbox(p);
}

static int
take_all(struct parser *p)
{
	while (lexer_peek(&p->x) != '\0') {
		if (lexer_take(&p->x, ','))
			continue;
		if (lexer_take(&p->x, ';'))
			p->in_group = false;
		else if (take_element(p) < 0)
			return -1;
	}
	if (p->in_group)
		return wrong(p, "a group has no end");
	return p->x.wrong == NULL ? 0 : -1;
}

/* From the beginning of the element to the comma behind what is wrong. */
static struct bytes
failed_element(const struct parser *p)
{
	size_t read = (size_t)(p->x.rest.p - p->element);
	struct bytes text = { p->element, read + p->x.rest.n };

	return bytes_trim(bytes_head(text, read + bytes_index(p->x.rest, ',')));
}

static int
tell(const struct parser *p, struct error *e)
{
	char shown[160];

	if (p->x.wrong == no_memory)
		return error_set(e, ERR_OS, "%s", no_memory);
	return error_set(e, ERR_ADDRESS, "malformed address '%s': %s",
	    clean_copy(shown, sizeof(shown), failed_element(p)), p->x.wrong);
}

static void
cut(struct address_list *l, size_t n)
{
	while (l->n > n)
		address_clear(&l->list[--l->n]);
}

int
address_list_parse(struct address_list *l, struct bytes text, struct error *e)
{
	struct parser p = { .list = l,
		.words = { .name = BUF(TEXT_MAX), .local = BUF(TEXT_MAX) },
		.domain = BUF(DOMAIN_MAX),
		.name = BUF(TEXT_MAX),
		.element = text.p };
	size_t before = l->n;
	int rc;

	lexer_init(&p.x, text);
	rc = take_all(&p);
	if (rc < 0) {
		cut(l, before);
		tell(&p, e);
	}
	lexer_clear(&p.x);
	buf_clear(&p.words.name);
	buf_clear(&p.words.local);
	buf_clear(&p.domain);
	buf_clear(&p.name);
	return rc;
}
