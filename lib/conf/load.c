#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf/lint.h"
#include "conf/mode.h"
#include "conf/nearest.h"
#include "conf/provider.h"
#include "conf/report.h"
#include "conf/retired.h"
#include "conf/source.h"
#include "conf/store.h"
#include "conf/words.h"

/* The loading of one file. */
struct loading {
	struct conf *c;
	struct source *s;
	struct report *r;
};

static void
report_node(const struct loading *g, const struct node *n, struct error *e)
{
	report_put(g->r, g->s, node_line(n), e);
}

/* Every name that may stand there, for "did you mean". */
static void
name_unknown(const char *name, bool top, struct error *e)
{
	const char *names[KEYS + 1];
	size_t n = 0;

	if (retired(name, e))
		return;
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].top == top)
			names[n++] = keys[i].name;
	names[n] = NULL;
	error_set(e, ERR_CONFIG, "no key is called '%s'%s", name,
	    top ? "" : " in an account");
	if (key_find(bytes_of(name), !top) != NULL)
		error_hint(e, "'%s' goes %s", name,
		    top ? "into an account or into 'defaults'"
			: "to the top of the file");
	else if (nearest(bytes_of(name), names) != NULL)
		error_hint(
		    e, "did you mean '%s'?", nearest(bytes_of(name), names));
}

static int
set_origin(const struct loading *g, struct value *v, struct error *e)
{
	struct buf where = BUF(2 * PATH_MAX);

	buf_addf(&where, "%s:%u", source_file(g->s, v->line)->path,
	    source_number(g->s, v->line));
	if (!buf_ok(&where))
		error_set(e, ERR_OS, "out of memory");
	else
		v->origin = word_of(buf_bytes(&where), e);
	if (v->secret.kind != SECRET_NONE && v->origin != NULL)
		v->secret.where = word_of(buf_bytes(&where), e);
	buf_clear(&where);
	return v->origin == NULL ? -1 : 0;
}

/* A password in the file itself wants a file that nobody else reads. */
static int
check_secret(const struct loading *g, const struct value *v, struct error *e)
{
	const struct source_file *f = source_file(g->s, v->line);

	if (v->secret.kind != SECRET_LITERAL)
		return 0;
	return mode_private(f->path, &f->st, e);
}

static void
set_value(const struct loading *g, struct layer *l, const struct key *k,
    const struct node *n)
{
	struct error e = ERROR_NONE;
	struct value *v = &l->of[key_id(k)];

	if (v->origin != NULL)
		return; /* the user's file was first */
	v->source = g->s;
	v->line = node_line(n);
	if (value_of_node(v, k, n, g->c->home, &e) < 0 ||
	    check_secret(g, v, &e) < 0)
		report_node(g, n, &e);
	/* A wrong value counts as set: no second complaint about it. */
	if (set_origin(g, v, &e) < 0)
		report_node(g, n, &e);
}

static void
set_in_account(
    const struct loading *g, struct layer *l, const struct node *n, bool shared)
{
	const struct key *k = key_find(bytes_of(node_name(n)), false);
	struct error e = ERROR_NONE;

	if (key_is_free(bytes_of(node_name(n))))
		return;
	if (k == NULL)
		name_unknown(node_name(n), false, &e);
	else if (shared && k->not_shared)
		error_set(
		    &e, ERR_CONFIG, "'defaults' cannot set '%s'", k->name);
	else
		set_value(g, l, k, n);
	if (e.kind != ERR_NONE)
		report_node(g, n, &e);
}

static void
fill_layer(const struct loading *g, struct layer *l, const struct node *group,
    bool shared)
{
	for (size_t i = 0; i < node_count(group); i++)
		set_in_account(g, l, node_at(group, i), shared);
}

static bool
is_group(const struct loading *g, const struct node *n)
{
	struct error e = ERROR_NONE;

	if (node_kind(n) == NODE_GROUP)
		return true;
	error_set(&e, ERR_CONFIG, "'%s' must be a group: %s: { ... };",
	    node_name(n), node_name(n));
	report_node(g, n, &e);
	return false;
}

static struct conf_account *
add_account(struct conf *c, const char *name, struct error *e)
{
	struct conf_account *more =
	    reallocarray(c->accounts, c->n + 1, sizeof(*more));

	if (more == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	c->accounts = more;
	more[c->n] =
	    (struct conf_account){ .name = word_of(bytes_of(name), e) };
	return more[c->n].name == NULL ? NULL : &more[c->n++];
}

static void
load_account(const struct loading *g, const struct node *n)
{
	struct error e = ERROR_NONE;
	struct conf_account *acc;

	if (!is_group(g, n) || conf_find(g->c, node_name(n)) != NULL)
		return;
	acc = add_account(g->c, node_name(n), &e);
	if (acc == NULL) {
		report_node(g, n, &e);
		return;
	}
	fill_layer(g, &acc->layer, n, false);
}

static void
load_accounts(const struct loading *g, const struct node *group)
{
	for (size_t i = 0; i < node_count(group); i++)
		load_account(g, node_at(group, i));
}

static void
load_top(const struct loading *g, const struct node *n)
{
	const struct key *k = key_find(bytes_of(node_name(n)), true);
	struct error e = ERROR_NONE;

	if (key_is_free(bytes_of(node_name(n))))
		return;
	if (k == NULL) {
		name_unknown(node_name(n), true, &e);
		report_node(g, n, &e);
	} else if (k->type != KEY_GROUP) {
		set_value(g, &g->c->top, k, n);
	} else if (!is_group(g, n)) {
		return;
	} else if (key_id(k) == KEY_ACCOUNTS) {
		load_accounts(g, n);
	} else {
		fill_layer(g, &g->c->defaults, n, true);
	}
}

static void
load_text(const struct loading *g)
{
	struct error e = ERROR_NONE;
	struct file *f;
	unsigned line;

	if (lint_text(g->s, g->r) < 0)
		return;
	f = file_parse(buf_text(&g->s->text), &line, &e);
	if (f == NULL) {
		report_put(g->r, g->s, line, &e);
		return;
	}
	for (size_t i = 0; i < node_count(file_root(f)); i++)
		load_top(g, node_at(file_root(f), i));
	file_free(f);
}

/* What a file is for, and so what it means that it cannot be read. */
enum role {
	NAMED,      /* it must be there */
	USERS,      /* it may be missing, and so may the whole home */
	SYSTEMS,    /* it may be missing */
	SYSTEMS_TOO /* there is another, so that it may be closed to the user */
};

static bool
may_do_without(const char *path, enum role role, const struct error *wrong)
{
	struct stat st;

	switch (role) {
	case NAMED:
		return false;
	case USERS:
		return stat(path, &st) < 0 &&
		    (errno == ENOENT || errno == ENOTDIR || errno == EACCES);
	case SYSTEMS:
		break;
	case SYSTEMS_TOO:
		if (eaccess(path, R_OK) < 0)
			return true;
	}
	return wrong->kind == ERR_NOINPUT;
}

static int
load_file(struct loading *g, const char *path, enum role role, struct error *e)
{
	struct error wrong = ERROR_NONE;

	if (path == NULL)
		return 0;
	if (source_read(g->s, path, g->r, &wrong) == 0) {
		load_text(g);
		return 0;
	}
	if (may_do_without(path, role, &wrong))
		return 0;
	if (wrong.kind == ERR_NOINPUT || wrong.kind == ERR_OS) {
		*e = wrong;
		return -1;
	}
	report_put(g->r, NULL, 0, &wrong);
	return 0;
}

static void
check_default(struct conf *c, struct report *r)
{
	const struct value *v = &c->top.of[KEY_DEFAULT_ACCOUNT];
	struct error e = ERROR_NONE;

	if (v->words == NULL || conf_find(c, v->words[0]) != NULL)
		return;
	error_set(&e, ERR_CONFIG, "there is no account '%s'", v->words[0]);
	nearest_hint(&e, bytes_of(v->words[0]), c->names);
	report_put(r, v->source, v->line, &e);
}

static void
check_account(
    const struct conf *c, const struct conf_account *acc, struct report *r)
{
	const struct value *blame = NULL;
	struct error e = ERROR_NONE;
	struct stack s = { 0 };

	if (stack_account(&s, c, acc, &e) < 0)
		blame = &acc->layer.of[KEY_INHERIT];
	else if (stack_check(&s, &blame, &e) == 0)
		return;
	error_in(&e, "account '%s'", acc->name);
	report_put(r, blame->source, blame->line, &e);
}

/* A preset is looked up when it is needed; and now, to tell all in one go. */
static void
check_preset(
    const struct conf *c, const struct conf_account *acc, struct report *r)
{
	const struct provider_files files = { c->providers_over, c->providers };
	struct provider p = PROVIDER;
	struct error e = ERROR_NONE;
	struct stack s = { 0 };
	const struct value *v;

	if (stack_account(&s, c, acc, &e) < 0)
		return;
	v = stack_get(&s, KEY_PROVIDER);
	if (v != NULL && v->words != NULL &&
	    provider_find(&files, v->words[0], &p, &e) < 0)
		report_put(r, v->source, v->line, &e);
	provider_clear(&p);
}

static int
name_accounts(struct conf *c, struct error *e)
{
	c->names = calloc(c->n + 1, sizeof(*c->names));
	if (c->names == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t i = 0; i < c->n; i++)
		c->names[i] = c->accounts[i].name;
	return 0;
}

static int
load_built_in(struct conf *c, struct error *e)
{
	for (size_t i = 0; i < KEYS; i++) {
		struct value *v = &c->built_in.of[i];

		if (keys[i].fallback == NULL || keys[i].top)
			continue;
		v->origin = word_of(BYTES("default"), e);
		if (v->origin == NULL ||
		    value_of_text(
			v, &keys[i], bytes_of(keys[i].fallback), NULL, e) < 0)
			return -1;
	}
	return 0;
}

static int
keep(char **to, const char *text, struct error *e)
{
	if (text == NULL)
		return 0;
	*to = word_of(bytes_of(text), e);
	return *to == NULL ? -1 : 0;
}

static void
note_first(struct conf *c, const struct source *s)
{
	const struct stat *st;

	if (s->files_n == 0)
		return;
	st = &s->files[0].st;
	c->includes = s->files_n > 1;
	c->roots = S_ISREG(st->st_mode) && st->st_uid == 0 &&
	    (st->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static int
load_files(struct conf *c, const struct conf_places *p, struct report *r,
    struct error *e)
{
	struct loading first = { c, &c->sources[0], r };
	struct loading second = { c, &c->sources[1], r };

	if (p->file != NULL)
		return load_file(&first, p->file, NAMED, e);
	if (load_file(&first, p->user_file, USERS, e) < 0)
		return -1;
	c->users = c->n;
	return load_file(&second, p->system_file,
	    first.s->files_n > 0 ? SYSTEMS_TOO : SYSTEMS, e);
}

static int
load(struct conf *c, const struct conf_places *p, struct buf *report,
    struct error *e)
{
	struct report r = { .out = report };

	if (keep(&c->home, p->home, e) < 0 ||
	    keep(&c->providers_over, p->providers_over, e) < 0 ||
	    keep(&c->providers, p->providers, e) < 0 ||
	    load_built_in(c, e) < 0 || load_files(c, p, &r, e) < 0 ||
	    name_accounts(c, e) < 0)
		return -1;
	note_first(c, &c->sources[0]);
	check_default(c, &r);
	for (size_t i = 0; i < c->n; i++)
		check_account(c, &c->accounts[i], &r);
	for (size_t i = 0; r.errors > 0 && i < c->n; i++)
		check_preset(c, &c->accounts[i], &r);
	source_clear(&c->sources[0]);
	source_clear(&c->sources[1]);
	return report_end(&r, e);
}

struct conf *
conf_load(const struct conf_places *p, struct buf *report, struct error *e)
{
	struct conf *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	c->sources[0] = c->sources[1] = SOURCE;
	if (load(c, p, report, e) == 0)
		return c;
	conf_free(c);
	return NULL;
}
