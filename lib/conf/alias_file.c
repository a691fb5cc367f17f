#include "conf/alias_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "conf/read.h"

/* A file under way. */
struct cutting {
	struct alias_file *f;
	struct buf *report;
	size_t room; /* of entries */
	unsigned line;
	bool open;    /* the last entry may go on */
	bool goes_on; /* a backslash stood at the end of the line */
	struct error *e;
};

static void
complain(struct cutting *c, const char *what)
{
	buf_addf(c->report, "%s:%u: %s\n", c->f->path, c->line, what);
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* ---- entries -------------------------------------------------------------------- */

/* "quoted name"; *end is behind the quote.  Backslashes go, in place. */
static struct bytes
quoted_name(char *p, char *limit, char **end)
{
	struct bytes name = { ++p, 0 };
	char *to = p;

	while (p < limit && *p != '"') {
		if (*p == '\\' && p + 1 < limit)
			p++;
		*to++ = *p++;
	}
	name.n = (size_t)(to - name.p);
	*end = p < limit ? p + 1 : NULL;
	return name;
}

static bool
take_name(char *p, char *limit, struct bytes *name, char **values)
{
	char *end = p;

	if (*p == '"')
		*name = quoted_name(p, limit, &end);
	else {
		while (end < limit && *end != ':' && *end != ',')
			end++;
		*name = bytes_trim((struct bytes){ p, (size_t)(end - p) });
	}
	while (end != NULL && end < limit && is_blank(*end))
		end++;
	if (end == NULL || end == limit || *end != ':' || name->n == 0)
		return false;
	*values = end + 1;
	return true;
}

static bool
make_room(struct cutting *c)
{
	struct alias_file *f = c->f;
	struct alias_entry *more;

	if (f->n < c->room)
		return true;
	c->room = c->room == 0 ? 64 : c->room * 2;
	more = reallocarray(f->entries, c->room, sizeof(*more));
	if (more == NULL) {
		error_set(c->e, ERR_OS, "out of memory");
		return false;
	}
	f->entries = more;
	return true;
}

static void
begin_entry(struct cutting *c, char *p, char *limit)
{
	struct bytes name;
	char *values;

	c->open = false;
	if (!take_name(p, limit, &name, &values)) {
		complain(c, "this is no alias: 'name: address, ...' is wanted");
		return;
	}
	if (!make_room(c))
		return;
	c->f->entries[c->f->n++] = (struct alias_entry){ name,
		{ values, (size_t)(limit - values) }, c->line };
	c->open = true;
}

static void
extend_entry(struct cutting *c, const char *limit)
{
	struct bytes *values;

	if (c->open) {
		values = &c->f->entries[c->f->n - 1].values;
		values->n = (size_t)(limit - values->p);
	} else if (c->f->n == 0)
		complain(c, "this line continues none");
}

/* ---- lines ---------------------------------------------------------------------- */

static bool
says_nothing(const char *p, const char *limit)
{
	while (p < limit && is_blank(*p))
		p++;
	return p == limit || *p == '#';
}

/* Line ends become spaces, so that an entry over lines is one run of text. */
static void
take_line(struct cutting *c, char *p, char *limit, char *next)
{
	bool goes_on = c->goes_on;

	c->line++;
	memset(limit, ' ', (size_t)(next - limit));
	while (limit > p && limit[-1] == '\r')
		*--limit = ' ';
	if (says_nothing(p, limit)) {
		memset(p, ' ', (size_t)(limit - p));
		c->goes_on = false;
		return;
	}
	c->goes_on = limit[-1] == '\\';
	if (c->goes_on)
		*--limit = ' ';
	if (goes_on || is_blank(*p))
		extend_entry(c, limit);
	else
		begin_entry(c, p, limit);
}

static void
cut_lines(struct cutting *c)
{
	char *p = c->f->text.p, *limit = p + c->f->text.n, *next, *end;

	while (p < limit && c->e->kind == ERR_NONE) {
		end = memchr(p, '\n', (size_t)(limit - p));
		next = end == NULL ? limit : end + 1;
		take_line(c, p, end == NULL ? limit : end, next);
		p = next;
	}
}

/* ---- the index -------------------------------------------------------------------- */

static int
compare_names(struct bytes a, struct bytes b)
{
	size_t common = a.n < b.n ? a.n : b.n;
	int rc = common == 0 ? 0 : strncasecmp(a.p, b.p, common);

	if (rc != 0 || a.n == b.n)
		return rc;
	return a.n < b.n ? -1 : 1;
}

static int
by_name_and_line(const void *a, const void *b)
{
	const struct alias_entry *x = a, *y = b;
	int rc = compare_names(x->name, y->name);

	if (rc != 0)
		return rc;
	return x->line < y->line ? -1 : x->line > y->line;
}

const struct alias_entry *
alias_file_find(const struct alias_file *f, struct bytes name, size_t *n)
{
	size_t low = 0, high = f->n, end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_names(f->entries[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < f->n; end++)
		if (compare_names(f->entries[end].name, name) != 0)
			break;
	*n = end - low;
	return *n > 0 ? &f->entries[low] : NULL;
}

int
alias_file_read(
    struct alias_file *f, const char *path, struct buf *report, struct error *e)
{
	struct cutting c = { .f = f, .report = report, .e = e };
	struct stat st;

	*f = (struct alias_file){ .text = BUF(ALIASES_MAX) };
	f->path = strdup(path);
	if (f->path == NULL)
		return error_set(e, ERR_OS, "out of memory");
	if (read_file(path, &st, &f->text, e) == 0) {
		f->owner = st.st_uid;
		cut_lines(&c);
	}
	if (e->kind != ERR_NONE) {
		alias_file_clear(f);
		return -1;
	}
	if (f->n > 1)
		qsort(
		    f->entries, f->n, sizeof(f->entries[0]), by_name_and_line);
	return 0;
}

void
alias_file_clear(struct alias_file *f)
{
	free(f->path);
	free(f->entries);
	buf_clear(&f->text);
	*f = (struct alias_file){ .text = BUF(ALIASES_MAX) };
}
