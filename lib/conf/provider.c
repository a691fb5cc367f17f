#include "conf/provider.h"

#include <stdlib.h>
#include <string.h>

#include "conf/lex.h"
#include "conf/lint.h"
#include "conf/nearest.h"
#include "conf/number.h"
#include "conf/read.h"
#include "conf/report.h"
#include "conf/words.h"

enum { PRESETS_MOST = 1 << 20 };

static const char opening[] = "\n{ id = \"";

void
provider_clear(struct provider *p)
{
	free(p->id);
	free(p->name);
	words_free(p->domains);
	free(p->login);
	free(p->secret);
	free(p->help);
	free(p->note);
	free(p->origin);
	layer_clear(&p->layer);
	*p = PROVIDER;
}

/* ---- the block of one provider, by its text ------------------------------- */

/* Go on to the next block: *rest starts at its brace then. */
static bool
next_block(struct bytes *rest, struct bytes *id)
{
	size_t at = bytes_find(*rest, BYTES(opening));

	if (at == rest->n)
		return false;
	*rest = bytes_skip(*rest, at + 1);
	*id = bytes_skip(*rest, sizeof(opening) - 2);
	*id = bytes_head(*id, bytes_index(*id, '"'));
	return true;
}

/* From a brace to the one that closes it. */
static struct bytes
block_of(struct bytes rest)
{
	struct lex l = lex_of(rest);
	struct token t = lex_next(&l);
	int depth = 0;

	for (; t.kind != TOKEN_END; t = lex_next(&l)) {
		depth += token_is(&t, '{');
		depth -= token_is(&t, '}');
		if (depth == 0)
			break;
	}
	return bytes_head(rest, (size_t)(t.text.p - rest.p) + t.text.n);
}

static bool
find_block(struct bytes text, struct bytes id, struct bytes *block)
{
	struct bytes name;

	*block = text;
	while (next_block(block, &name))
		if (bytes_same(name, id)) {
			*block = block_of(*block);
			return true;
		}
	return false;
}

/* Does a list called "domains" in the block hold it? */
static bool
has_domain(struct bytes block, struct bytes domain)
{
	struct lex l = lex_of(block);
	bool inside = false;

	for (struct token t = lex_next(&l); t.kind != TOKEN_END;
	     t = lex_next(&l)) {
		if (t.kind == TOKEN_NAME)
			inside = bytes_is(t.text, "domains");
		if (inside && t.kind == TOKEN_STRING &&
		    bytes_same_case(token_inside(&t), domain))
			return true;
	}
	return false;
}

static bool
find_domain(struct bytes text, struct bytes domain, struct bytes *block)
{
	struct bytes rest = text, id;

	while (next_block(&rest, &id)) {
		*block = block_of(rest);
		if (has_domain(*block, domain))
			return true;
	}
	return false;
}

static unsigned
line_of(struct bytes text, const char *at)
{
	unsigned line = 1;

	while (text.n > 0 && text.p < at) {
		size_t n = bytes_index(text, '\n') + 1;

		if (text.p + n > at)
			break;
		text = bytes_skip(text, n);
		line++;
	}
	return line;
}

/* ---- what the block says --------------------------------------------------- */

static int
read_text(char **to, const struct node *n, struct error *e)
{
	if (node_kind(n) != NODE_TEXT)
		return error_set(
		    e, ERR_CONFIG, "'%s' must be text", node_name(n));
	free(*to);
	*to = word_of(bytes_of(node_text(n)), e);
	return *to == NULL ? -1 : 0;
}

static int
read_words(char ***to, const struct node *n, struct error *e)
{
	for (size_t i = 0; i < node_count(n); i++)
		if (node_kind(node_at(n, i)) != NODE_TEXT)
			return error_set(e, ERR_CONFIG,
			    "'%s' must be a list of texts", node_name(n));
		else if (words_add(to, bytes_of(node_text(node_at(n, i))), e) <
		    0)
			return -1;
	return 0;
}

/* "587 starttls" */
static int
read_port(struct provider_port *to, struct bytes text, struct error *e)
{
	struct value v = { 0 };
	struct bytes number = bytes_take(&text, ' ');
	int64_t n;
	int rc;

	if (!number_read(number, &n) || n < 1 || n > 65535)
		return error_set(e, ERR_CONFIG, "'%.*s' is no port number",
		    BYTES_ARG(bytes_head(number, 32)));
	rc = value_of_text(&v, &keys[KEY_TLS], text, NULL, e);
	*to = (struct provider_port){ (unsigned)n, (enum account_tls)v.number };
	value_clear(&v);
	return rc;
}

static int
read_ports(struct provider *p, const struct node *n, struct error *e)
{
	char **words = NULL;
	int rc = read_words(&words, n, e);

	for (size_t i = 0; rc == 0 && words != NULL && words[i] != NULL; i++)
		if (p->ports_n == PROVIDER_PORTS)
			rc = error_set(e, ERR_CONFIG, "too many ports");
		else
			rc = read_port(
			    &p->ports[p->ports_n++], bytes_of(words[i]), e);
	words_free(words);
	return rc;
}

static int
read_key(struct provider *p, const struct node *n, struct error *e)
{
	const struct key *k = key_find(bytes_of(node_name(n)), false);
	struct value *v;

	if (k == NULL || k->type == KEY_SECRET || p->origin == NULL)
		return error_set(
		    e, ERR_CONFIG, "a preset has no '%s'", node_name(n));
	v = &p->layer.of[key_id(k)];
	v->origin = word_of(bytes_of(p->origin), e);
	return v->origin == NULL ? -1 : value_of_node(v, k, n, NULL, e);
}

/* The id stands first: the preset was found by that. */
static int
read_id(struct provider *p, const struct node *n, struct error *e)
{
	struct buf origin = BUF(128);

	if (read_text(&p->id, n, e) < 0)
		return -1;
	buf_addf(&origin, "preset %s", p->id);
	free(p->origin);
	p->origin = buf_ok(&origin) ? word_of(buf_bytes(&origin), e) : NULL;
	buf_clear(&origin);
	return p->origin == NULL ? error_set(e, ERR_OS, "out of memory") : 0;
}

static int
read_node(struct provider *p, const struct node *n, struct error *e)
{
	const struct {
		const char *name;
		char **to;
	} texts[] = { { "name", &p->name }, { "login", &p->login },
		{ "secret", &p->secret }, { "help", &p->help },
		{ "note", &p->note } };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(node_name(n), texts[i].name) == 0)
			return read_text(texts[i].to, n, e);
	if (strcmp(node_name(n), "id") == 0)
		return read_id(p, n, e);
	if (strcmp(node_name(n), "domains") == 0)
		return read_words(&p->domains, n, e);
	if (strcmp(node_name(n), "ports") == 0)
		return read_ports(p, n, e);
	return read_key(p, n, e);
}

static int
read_group(struct provider *p, const struct source *s, struct report *r,
    struct error *e)
{
	const struct node *group;
	struct error wrong = ERROR_NONE;
	unsigned line;
	struct file *f;

	if (lint_text(s, r) < 0)
		return 0;
	f = file_parse(buf_text((struct buf *)&s->text), &line, e);
	if (f == NULL)
		return -1;
	group = node_at(file_root(f), 0);
	for (size_t i = 0; group != NULL && i < node_count(group); i++)
		if (read_node(p, node_at(group, i), &wrong) < 0)
			report_put(r, s, node_line(node_at(group, i)), &wrong);
	file_free(f);
	return 0;
}

/* The first line of what is wrong will do: presets come with the program. */
static int
read_block(struct provider *p, const char *path, unsigned first,
    struct bytes block, struct error *e)
{
	struct source s = SOURCE;
	struct buf text = BUF(SOURCE_MAX), out = BUF(SOURCE_MAX);
	struct report r = { .out = &out };
	struct bytes said;
	int rc;

	buf_adds(&text, "preset: ");
	buf_add(&text, block);
	rc = buf_ok(&text) ? source_of(&s, path, first, buf_bytes(&text), e)
			   : error_set(e, ERR_OS, "out of memory");
	if (rc == 0)
		rc = read_group(p, &s, &r, e);
	if (rc == 0 && r.errors == 0 && p->id == NULL)
		rc = error_set(e, ERR_CONFIG, "%s: a preset has no id", path);
	said = buf_bytes(&out);
	said = bytes_take(&said, '\n');
	if (rc == 0 && r.errors > 0)
		rc = error_set(e, ERR_CONFIG, "%.*s", BYTES_ARG(said));
	source_clear(&s);
	buf_clear(&text);
	buf_clear(&out);
	return rc;
}

/* ---- the files -------------------------------------------------------------- */

/* Read a file of presets; one that is not there is empty. */
static int
read_presets(const char *path, struct buf *text, struct error *e)
{
	struct error none = ERROR_NONE;
	struct stat st;

	buf_init(text, PRESETS_MOST);
	if (path == NULL || read_file(path, &st, text, &none) == 0 ||
	    none.kind == ERR_NOINPUT)
		return 0;
	*e = none;
	return -1;
}

/* How to find the block in a text. */
typedef bool find_fn(struct bytes text, struct bytes what, struct bytes *block);

/* 1: it is there, 0: it is not, -1. */
static int
find_in(const char *path, find_fn *find, struct bytes what, struct provider *p,
    struct error *e)
{
	struct bytes block;
	struct buf text;
	int rc = read_presets(path, &text, e);

	if (rc == 0 && find(buf_bytes(&text), what, &block))
		rc = read_block(p, path, line_of(buf_bytes(&text), block.p),
			 block, e) < 0
		    ? -1
		    : 1;
	buf_clear(&text);
	return rc;
}

static int
find(const struct provider_files *f, find_fn *how, struct bytes what,
    struct provider *p, struct error *e)
{
	int rc;

	*p = PROVIDER;
	rc = find_in(f->over, how, what, p, e);
	if (rc == 0)
		rc = find_in(f->main, how, what, p, e);
	if (rc < 0)
		provider_clear(p);
	return rc;
}

static int
unknown(const struct provider_files *f, const char *id, struct error *e)
{
	struct error none = ERROR_NONE;
	char **ids = NULL;
	const char *near = NULL;

	error_set(e, ERR_CONFIG, "there is no provider '%s'", id);
	if (provider_ids(f, &ids, &none) == 0 && ids != NULL)
		near = nearest(bytes_of(id), (const char *const *)ids);
	if (near != NULL)
		error_hint(e, "did you mean '%s'?", near);
	else if (ids == NULL && f->main != NULL)
		error_hint(e,
		    "the presets are not there: '%s'; they come with make "
		    "install",
		    f->main);
	words_free(ids);
	return -1;
}

int
provider_find(const struct provider_files *f, const char *id,
    struct provider *p, struct error *e)
{
	int found = find(f, find_block, bytes_of(id), p, e);

	if (found == 0)
		return unknown(f, id, e);
	return found < 0 ? -1 : 0;
}

int
provider_for_domain(const struct provider_files *f, struct bytes domain,
    struct provider *p, struct error *e)
{
	return find(f, find_domain, domain, p, e);
}

static bool
listed(char *const *ids, struct bytes id)
{
	for (; ids != NULL && *ids != NULL; ids++)
		if (bytes_is(id, *ids))
			return true;
	return false;
}

static int
add_ids(const char *path, char ***ids, struct error *e)
{
	struct bytes rest, id;
	struct buf text;
	int rc = read_presets(path, &text, e);

	rest = buf_bytes(&text);
	while (rc == 0 && next_block(&rest, &id))
		if (!listed(*ids, id))
			rc = words_add(ids, id, e);
	buf_clear(&text);
	return rc;
}

int
provider_ids(const struct provider_files *f, char ***ids, struct error *e)
{
	return add_ids(f->over, ids, e) < 0 ? -1 : add_ids(f->main, ids, e);
}
