#include "conf/source.h"

#include <stdlib.h>
#include <string.h>

#include "conf/lex.h"
#include "conf/read.h"
#include "conf/report.h"
#include "conf/words.h"

/* The reading of one configuration. */
struct reading {
	struct source *s;
	struct report *r;
	int depth;
};

void
source_clear(struct source *s)
{
	for (size_t i = 0; i < s->files_n; i++)
		free(s->files[i].path);
	free(s->files);
	free(s->lines);
	buf_clear(&s->text);
	*s = SOURCE;
}

/* Double the room whenever n is a power of two. */
static void *
grown(void *list, size_t n, size_t size, struct error *e)
{
	if ((n & (n - 1)) != 0)
		return list;
	list = reallocarray(list, n == 0 ? 1 : 2 * n, size);
	if (list == NULL)
		error_set(e, ERR_OS, "out of memory");
	return list;
}

static int
add_file(
    struct source *s, const char *path, const struct stat *st, struct error *e)
{
	struct source_file *files =
	    grown(s->files, s->files_n, sizeof(*files), e);

	if (files == NULL)
		return -1;
	s->files = files;
	files[s->files_n].st = *st;
	files[s->files_n].path = word_of(bytes_of(path), e);
	if (files[s->files_n].path == NULL)
		return -1;
	s->files_n++;
	return 0;
}

static int
add_line(
    struct source *s, struct source_line at, struct bytes line, struct error *e)
{
	struct source_line *lines =
	    grown(s->lines, s->lines_n, sizeof(*lines), e);

	if (lines == NULL)
		return -1;
	s->lines = lines;
	lines[s->lines_n++] = at;
	buf_add(&s->text, line);
	buf_addc(&s->text, '\n');
	if (!buf_ok(&s->text))
		return error_set(
		    e, ERR_CONFIG, "more than %d octets", (int)SOURCE_MAX);
	if (s->lines_n > SOURCE_LINES)
		return error_set(
		    e, ERR_CONFIG, "more than %d lines", (int)SOURCE_LINES);
	return 0;
}

static struct bytes
without_bom(struct bytes text)
{
	return bytes_starts_case(text, "\xef\xbb\xbf") ? bytes_skip(text, 3)
						       : text;
}

/* The path in `@include "path"', when line is that. */
static bool
is_include(struct bytes line, struct bytes *path)
{
	struct lex l = lex_of(line);
	struct token at = lex_next(&l), what = lex_next(&l);

	if (!bytes_is(at.text, "@include") || what.kind != TOKEN_STRING)
		return false;
	*path = token_inside(&what);
	return lex_next(&l).kind == TOKEN_END;
}

/* A path that is not absolute goes from the directory of the file. */
static void
find_path(struct buf *out, const char *from, struct bytes path)
{
	const char *slash = strrchr(from, '/');

	if (path.n > 0 && path.p[0] != '/' && slash != NULL)
		buf_add(
		    out, (struct bytes){ from, (size_t)(slash - from) + 1 });
	buf_add(out, path);
}

static int add_text(
    struct reading *g, const char *path, struct bytes text, struct error *e);

/* Nothing is included twice, itself least of all. */
static bool
is_new(const struct source *s, const struct stat *st, const char *path,
    struct error *e)
{
	for (size_t i = 0; i < s->files_n; i++)
		if (s->files[i].st.st_dev == st->st_dev &&
		    s->files[i].st.st_ino == st->st_ino) {
			error_set(e, ERR_CONFIG,
			    "'%s' is included a second time", path);
			return false;
		}
	return true;
}

static int
add_included(
    struct reading *g, const char *from, struct bytes path, struct error *e)
{
	struct buf whole = BUF(4096), text = BUF(SOURCE_MAX + 4096);
	struct stat st;
	int rc = -1;

	find_path(&whole, from, path);
	if (g->depth >= SOURCE_DEPTH)
		error_set(e, ERR_CONFIG, "'%s' is included too deep",
		    buf_text(&whole));
	else if (read_file(buf_text(&whole), &st, &text, e) == 0 &&
	    is_new(g->s, &st, buf_text(&whole), e) &&
	    add_file(g->s, buf_text(&whole), &st, e) == 0)
		rc = add_text(g, buf_text(&whole), buf_bytes(&text), e);
	buf_clear(&text);
	buf_clear(&whole);
	return rc;
}

/* The line that includes stays as a comment, what it includes follows. */
static int
include(struct reading *g, struct source_line at, const char *from,
    struct bytes path, struct error *e)
{
	struct error wrong = ERROR_NONE;
	unsigned here;

	if (add_line(g->s, at, BYTES("#"), e) < 0)
		return -1;
	here = (unsigned)g->s->lines_n;
	g->depth++;
	if (add_included(g, from, path, &wrong) < 0)
		report_put(g->r, g->s, here, &wrong);
	g->depth--;
	return 0;
}

/* Is the text still inside a block comment behind this line? */
static bool
comment_goes_on(struct bytes line, bool inside)
{
	struct buf text = BUF(SOURCE_MAX + 8192);
	struct token t = { .kind = TOKEN_NAME };
	struct lex l;

	if (inside)
		buf_adds(&text, "/*");
	buf_add(&text, line);
	l = lex_of(buf_bytes(&text));
	while (t.kind != TOKEN_END && t.kind != TOKEN_OPEN_COMMENT)
		t = lex_next(&l);
	buf_clear(&text);
	return t.kind == TOKEN_OPEN_COMMENT;
}

static int
add_text(
    struct reading *g, const char *path, struct bytes text, struct error *e)
{
	struct source_line at = { g->s->files_n - 1, 0 };
	bool comment = false;
	struct bytes inside;

	for (text = without_bom(text); text.n > 0;) {
		struct bytes line = bytes_take(&text, '\n');
		bool was = comment;
		int rc;

		at.number++;
		comment = comment_goes_on(line, was);
		rc = !was && is_include(line, &inside)
		    ? include(g, at, path, inside, e)
		    : add_line(g->s, at, line, e);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int
source_read(
    struct source *s, const char *path, struct report *r, struct error *e)
{
	struct buf text = BUF(SOURCE_MAX + 4096);
	struct reading g = { .s = s, .r = r };
	struct stat st;
	int rc = read_file(path, &st, &text, e);

	if (rc == 0)
		rc = add_file(s, path, &st, e);
	if (rc == 0 && (rc = add_text(&g, path, buf_bytes(&text), e)) < 0)
		error_in(e, "%s", path);
	buf_clear(&text);
	return rc;
}

int
source_of(struct source *s, const char *path, unsigned first, struct bytes text,
    struct error *e)
{
	struct source_line at = { 0, first };
	struct stat st = { 0 };

	if (add_file(s, path, &st, e) < 0)
		return -1;
	for (; text.n > 0; at.number++)
		if (add_line(s, at, bytes_take(&text, '\n'), e) < 0)
			return -1;
	return 0;
}

const struct source_file *
source_file(const struct source *s, unsigned line)
{
	size_t last = s->lines_n;

	if (line == 0 || last == 0)
		return &s->files[0];
	return &s->files[s->lines[line > last ? last - 1 : line - 1].file];
}

unsigned
source_number(const struct source *s, unsigned line)
{
	size_t last = s->lines_n;

	if (line == 0 || last == 0)
		return line;
	return s->lines[line > last ? last - 1 : line - 1].number;
}

struct bytes
source_line(const struct source *s, unsigned line)
{
	struct bytes rest = buf_bytes(&s->text);

	for (; line > 1 && rest.n > 0; line--)
		bytes_take(&rest, '\n');
	return bytes_take(&rest, '\n');
}
