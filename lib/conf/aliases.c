#include "conf/aliases.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clean.h"
#include "conf/alias_file.h"
#include "conf/read.h"
#include "mail/element.h"

enum { DEPTH_MOST = 30, TARGET_MAX = 4096 };

struct aliases {
	struct alias_file file;
	unsigned char *seen; /* owned: of each entry, in this expansion */
};

struct aliases *
aliases_open(const char *path, struct buf *report, struct error *e)
{
	struct aliases *a = calloc(1, sizeof(*a));

	if (a == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	if (alias_file_read(&a->file, path, report, e) < 0) {
		if (e->kind == ERR_SECRET) /* closed, and no secret */
			e->kind = ERR_CONFIG;
		free(a);
		return NULL;
	}
	a->seen = calloc(a->file.n + 1, 1);
	if (a->seen == NULL) {
		error_set(e, ERR_OS, "out of memory");
		aliases_close(a);
		return NULL;
	}
	return a;
}

void
aliases_close(struct aliases *a)
{
	if (a == NULL)
		return;
	alias_file_clear(&a->file);
	free(a->seen);
	free(a);
}

void
alias_targets_clear(struct alias_targets *t)
{
	address_list_clear(&t->to);
	*t = ALIAS_TARGETS;
}

bool
alias_local(struct bytes addr_spec, const char *host)
{
	struct bytes domain = address_domain(addr_spec);

	return domain.n == 0 || bytes_is_case(domain, "localhost") ||
	    (host != NULL && bytes_is_case(domain, host));
}

/* ---- what an entry can name ---------------------------------------------------- */

enum target_kind {
	TARGET_ADDRESS,
	TARGET_VERBATIM, /* \name: no alias any more */
	TARGET_INCLUDE,
	TARGET_NULL, /* /dev/null */
	TARGET_FILE,
	TARGET_COMMAND
};

struct target {
	enum target_kind kind;
	struct bytes text;
};

/* "all of it": what is inside, into *out; else text itself. */
static struct bytes
unquote(struct bytes text, struct buf *out)
{
	buf_reset(out);
	if (text.n < 2 || text.p[0] != '"' || text.p[text.n - 1] != '"')
		return text;
	for (size_t i = 1; i + 1 < text.n; i++) {
		if (text.p[i] == '"')
			return text;
		if (text.p[i] == '\\' && i + 2 < text.n)
			i++;
		buf_addc(out, text.p[i]);
	}
	return buf_ok(out) ? buf_bytes(out) : text;
}

static struct target
target_of(struct bytes element, struct buf *scratch)
{
	struct bytes inside = unquote(element, scratch);

	if (inside.n > 0 && inside.p[0] == '|')
		return (struct target){ TARGET_COMMAND, inside };
	if (bytes_is(inside, "/dev/null"))
		return (struct target){ TARGET_NULL, inside };
	if (inside.n > 0 && inside.p[0] == '/' &&
	    bytes_index(inside, '@') == inside.n)
		return (struct target){ TARGET_FILE, inside };
	if (bytes_starts_case(inside, ":include:"))
		return (struct target){ TARGET_INCLUDE,
			bytes_trim(bytes_skip(inside, 9)) };
	if (element.n > 0 && element.p[0] == '\\')
		return (
		    struct target){ TARGET_VERBATIM, bytes_skip(element, 1) };
	return (struct target){ TARGET_ADDRESS, element };
}

/* ---- following them ------------------------------------------------------------- */

struct expansion {
	struct aliases *a;
	const char *host;
	struct alias_targets *t;
	const struct alias_entry *entry; /* the one under way */
	const char *path;                /* of the text under way */
	unsigned line, depth;
	struct error *e;
};

static int
complain(struct expansion *x, const char *what)
{
	char shown[80];

	return error_set(x->e, ERR_CONFIG, "%s:%u: alias '%s' %s", x->path,
	    x->line, clean_copy(shown, sizeof(shown), x->entry->name), what);
}

static int
refuse(struct expansion *x, const char *what)
{
	complain(x, what);
	return error_hint(
	    x->e, "sendoff knows addresses alone; name one there");
}

/* Moves *a to the targets. */
static int
add(struct expansion *x, struct address *a)
{
	struct address_list *l = &x->t->to;
	struct address *more =
	    reallocarray(l->list, l->n + 1, sizeof(l->list[0]));

	if (more == NULL)
		return error_set(x->e, ERR_OS, "out of memory");
	l->list = more;
	l->list[l->n++] = *a;
	*a = (struct address){ 0 };
	return 0;
}

static int follow_values(struct expansion *x, struct bytes values);

static int
follow_entry(struct expansion *x, const struct alias_entry *entry)
{
	unsigned char *seen = &x->a->seen[entry - x->a->file.entries];
	struct expansion inner = *x;

	if (*seen)
		return 0;
	*seen = 1;
	inner.entry = entry;
	inner.path = x->a->file.path;
	inner.line = entry->line;
	if (++inner.depth > DEPTH_MOST)
		return complain(&inner, "leads too far");
	return follow_values(&inner, entry->values);
}

/* The entries for a name, else those that catch all, unless it was they. */
static const struct alias_entry *
entries_for(const struct expansion *x, struct bytes name, size_t *n)
{
	const struct alias_file *f = &x->a->file;
	const struct alias_entry *found = alias_file_find(f, name, n);

	if (found != NULL)
		return found;
	found = alias_file_find(f, BYTES("*"), n);
	return found != NULL && x->a->seen[found - f->entries] ? NULL : found;
}

static bool
names_itself(const struct expansion *x, struct bytes local)
{
	return x->entry != NULL && bytes_same_case(x->entry->name, local);
}

/* All entries of a name; what was asked for must lead somewhere. */
static int
follow_entries(struct expansion *x, const struct alias_entry *entry, size_t n)
{
	size_t before = x->t->to.n + x->t->discarded;

	for (size_t i = 0; i < n; i++)
		if (follow_entry(x, &entry[i]) < 0)
			return -1;
	if (x->depth > 0 || x->t->to.n + x->t->discarded > before)
		return 0;
	x->entry = entry;
	x->line = entry->line;
	return complain(x, "leads nowhere");
}

/* A quoted local part is looked up by what is inside. */
static int
follow_address(struct expansion *x, struct address *a)
{
	struct bytes local = { a->text, a->local_n };
	const struct alias_entry *entry = NULL;
	struct buf scratch = BUF(TARGET_MAX);
	size_t n = 0;

	local = unquote(local, &scratch);
	if (alias_local(bytes_of(a->text), x->host) && !names_itself(x, local))
		entry = entries_for(x, local, &n);
	buf_clear(&scratch);
	return entry != NULL ? follow_entries(x, entry, n) : add(x, a);
}

static int
follow_text(struct expansion *x, struct target target)
{
	struct error why = ERROR_NONE;
	struct address a = { 0 };
	char shown[80];
	int rc;

	if (address_parse(&a, target.text, &why) < 0)
		return error_set(x->e, ERR_CONFIG, "%s:%u: alias '%s': %s",
		    x->path, x->line,
		    clean_copy(shown, sizeof(shown), x->entry->name), why.text);
	rc =
	    target.kind == TARGET_VERBATIM ? add(x, &a) : follow_address(x, &a);
	address_clear(&a);
	return rc;
}

/* ---- included files -------------------------------------------------------------- */

/* Who can write it decides who gets the mail. */
static const char *
distrust(const struct expansion *x, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "includes what is no regular file";
	if (st->st_uid != 0 && st->st_uid != x->a->file.owner)
		return "includes a file of somebody else's";
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return "includes a file that others can write to";
	return NULL;
}

static int
follow_lines(struct expansion *x, struct bytes text)
{
	while (text.n > 0) {
		struct bytes line = bytes_trim(bytes_take(&text, '\n'));

		x->line++;
		if (line.n > 0 && line.p[0] != '#' &&
		    follow_values(x, line) < 0)
			return -1;
	}
	return 0;
}

static int
follow_file(struct expansion *x, const char *path)
{
	struct expansion inner = *x;
	struct buf text = BUF(ALIASES_MAX);
	struct stat st;
	int rc;

	if (path[0] != '/')
		return complain(x, "includes a file that has no full path");
	if (stat(path, &st) < 0)
		return complain(x, "includes a file that is not there");
	if (distrust(x, &st) != NULL)
		return complain(x, distrust(x, &st));
	inner.path = path;
	inner.line = 0;
	if (++inner.depth > DEPTH_MOST)
		return complain(x, "leads too far");
	rc = read_file(path, &st, &text, x->e);
	if (rc == 0 && distrust(x, &st) != NULL) /* another one by now */
		rc = complain(x, distrust(x, &st));
	if (rc == 0)
		rc = follow_lines(&inner, buf_bytes(&text));
	buf_clear(&text);
	return rc;
}

static int
follow_include(struct expansion *x, struct bytes path)
{
	struct buf copy = BUF(TARGET_MAX);
	int rc;

	buf_add(&copy, path);
	rc = follow_file(x, buf_text(&copy));
	buf_clear(&copy);
	return rc;
}

static int
follow(struct expansion *x, struct target target)
{
	switch (target.kind) {
	case TARGET_NULL:
		x->t->discarded++;
		return 0;
	case TARGET_FILE:
		return refuse(x, "writes into a file");
	case TARGET_COMMAND:
		return refuse(x, "runs a command");
	case TARGET_INCLUDE:
		return follow_include(x, target.text);
	case TARGET_ADDRESS:
	case TARGET_VERBATIM:
		break;
	}
	return follow_text(x, target);
}

static int
follow_values(struct expansion *x, struct bytes values)
{
	struct buf scratch = BUF(TARGET_MAX);
	struct bytes element;
	int rc = 0;

	if (!element_closed(values))
		rc = complain(x, "has a quote or a bracket that is not closed");
	while (rc == 0 && element_take(&values, &element))
		if (element.n > 0)
			rc = follow(x, target_of(element, &scratch));
	buf_clear(&scratch);
	return rc;
}

static int
copy_address(struct address *to, const struct address *from, struct error *e)
{
	*to = (struct address){ .local_n = from->local_n };
	to->text = strdup(from->text);
	to->name = strdup(from->name);
	if (to->text != NULL && to->name != NULL)
		return 0;
	address_clear(to);
	return error_set(e, ERR_OS, "out of memory");
}

int
aliases_expand(struct aliases *a, const struct address *from, const char *host,
    struct alias_targets *t, struct error *e)
{
	struct expansion x = {
		.a = a, .host = host, .t = t, .path = a->file.path, .e = e
	};
	struct address first;
	int rc;

	if (copy_address(&first, from, e) < 0)
		return -1;
	memset(a->seen, 0, a->file.n);
	rc = follow_address(&x, &first);
	address_clear(&first);
	return rc;
}

/* ---- looking at all of them -------------------------------------------------------- */

/* NULL: nothing is wrong.  *refused: it is as good as that gets. */
static const char *
judge(struct bytes element, bool *refused)
{
	struct buf scratch = BUF(TARGET_MAX);
	struct target target = target_of(element, &scratch);
	struct error ignored = ERROR_NONE;
	struct address a = { 0 };
	const char *what = NULL;

	*refused = true;
	if (target.kind == TARGET_COMMAND)
		what = "runs a command, and is refused when it is used";
	else if (target.kind == TARGET_FILE)
		what = "writes into a file, and is refused when it is used";
	else if (target.kind == TARGET_ADDRESS ||
	    target.kind == TARGET_VERBATIM) {
		*refused = false;
		if (address_parse(&a, target.text, &ignored) < 0)
			what = "has something that is no address";
	}
	address_clear(&a);
	buf_clear(&scratch);
	return what;
}

static bool
check_entry(struct expansion *x, struct buf *report)
{
	struct bytes values = x->entry->values, element;
	unsigned wrong = 0;
	size_t n = 0;

	if (!element_closed(values)) {
		complain(x, "has a quote or a bracket that is not closed");
		buf_addf(report, "%s\n", x->e->text);
		return false;
	}
	while (element_take(&values, &element)) {
		bool refused = false;
		const char *what =
		    element.n > 0 ? judge(element, &refused) : NULL;

		n += element.n > 0;
		if (what == NULL)
			continue;
		*x->e = ERROR_NONE;
		complain(x, what);
		buf_addf(report, "%s\n", x->e->text);
		wrong += !refused;
	}
	if (n == 0) {
		complain(x, "names nobody");
		buf_addf(report, "%s\n", x->e->text);
	}
	return wrong == 0 && n > 0;
}

/* What an entry of the file itself refuses is told of that entry. */
static bool
refused_by_entry(const struct expansion *x)
{
	size_t n = strlen(x->a->file.path);

	return x->e->hint[0] != '\0' &&
	    strncmp(x->e->text, x->a->file.path, n) == 0 &&
	    x->e->text[n] == ':';
}

/* Where it leads: into circles, into files that must not be included. */
static void
try_entry(struct expansion *x, struct buf *report)
{
	struct alias_targets t = ALIAS_TARGETS;
	struct address name = { .local_n = x->entry->name.n };

	/* No address has a control character. */
	if (bytes_is(x->entry->name, "*") || bytes_control(x->entry->name))
		return;
	name.text = strndup(x->entry->name.p, x->entry->name.n);
	name.name = strdup("");
	*x->e = ERROR_NONE;
	if (name.text != NULL && name.name != NULL &&
	    aliases_expand(x->a, &name, NULL, &t, x->e) < 0 &&
	    !refused_by_entry(x))
		buf_addf(report, "%s\n", x->e->text);
	address_clear(&name);
	alias_targets_clear(&t);
}

static int
by_line(const void *a, const void *b)
{
	const struct alias_entry *const *x = a, *const *y = b;

	return (*x)->line < (*y)->line ? -1 : (*x)->line > (*y)->line;
}

unsigned
aliases_check(struct aliases *a, struct buf *report, size_t *n)
{
	const struct alias_entry **order =
	    calloc(a->file.n + 1, sizeof(const struct alias_entry *));
	unsigned wrong = 0;

	*n = a->file.n;
	for (size_t i = 0; order != NULL && i < a->file.n; i++)
		order[i] = &a->file.entries[i];
	if (order != NULL)
		qsort(order, a->file.n, sizeof(const struct alias_entry *),
		    by_line);
	for (size_t i = 0; i < a->file.n; i++) {
		struct error e = ERROR_NONE;
		struct expansion x = { .a = a, .path = a->file.path, .e = &e };
		size_t said = report->n;

		x.entry = order != NULL ? order[i] : &a->file.entries[i];
		x.line = x.entry->line;
		if (!check_entry(&x, report))
			wrong++;
		else if (report->n == said)
			try_entry(&x, report);
	}
	free(order);
	return wrong;
}
