#include "conf/secret_value.h"

#include <string.h>

#include "base/clean.h"
#include "conf/nearest.h"
#include "conf/words.h"

enum { LITERAL_MAX = 4096, PATH_LONGEST = 4095 };

enum shape { SHAPE_TEXT, SHAPE_PATH, SHAPE_ARGV, SHAPE_TRUE, SHAPE_NETRC };

static const struct source_key {
	const char *name;
	enum secret_kind kind;
	enum shape shape;
	const char *values;
} sources[] = {
	{ "file", SECRET_FILE, SHAPE_PATH, "\"~/.secret\"" },
	{ "command", SECRET_COMMAND, SHAPE_ARGV,
	    "[\"pass\", \"show\", \"mail\"]" },
	{ "env", SECRET_ENV, SHAPE_TEXT, "\"VARIABLE\"" },
	{ "credential", SECRET_CREDENTIAL, SHAPE_TEXT, "\"NAME\"" },
	{ "netrc", SECRET_NETRC, SHAPE_NETRC, "true" },
	{ "keyring", SECRET_KEYRING, SHAPE_TRUE, "true" },
	{ "prompt", SECRET_PROMPT, SHAPE_TRUE, "true" },
};

enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

char *
path_expand(struct bytes path, const char *home, struct error *e)
{
	struct buf whole = BUF(PATH_LONGEST);
	char *copy = NULL;

	if (home != NULL && bytes_starts_case(path, "~/")) {
		buf_adds(&whole, home);
		path = bytes_skip(path, 1);
	}
	buf_add(&whole, path);
	if (buf_ok(&whole))
		copy = word_of(buf_bytes(&whole), e);
	else
		error_set(e, ERR_CONFIG, "a file's name is too long");
	buf_clear(&whole);
	return copy;
}

static const struct source_key *
find(const char *name, struct error *e)
{
	const char *names[SOURCES + 1] = { NULL };

	for (size_t i = 0; i < SOURCES; i++) {
		if (strcmp(name, sources[i].name) == 0)
			return &sources[i];
		names[i] = sources[i].name;
	}
	error_set(e, ERR_CONFIG, "'%s' is no source of a password", name);
	nearest_hint(e, bytes_of(name), names);
	return NULL;
}

static int
wrong(const struct source_key *k, struct error *e)
{
	error_set(e, ERR_CONFIG, "'%s' of 'password' cannot be that", k->name);
	return error_hint(e, "%s = %s", k->name, k->values);
}

static int
set_name(struct secret *s, struct bytes name, struct error *e)
{
	s->name = word_of(name, e);
	return s->name == NULL ? -1 : 0;
}

static int
set_path(struct secret *s, struct bytes path, const char *home, struct error *e)
{
	s->name = path_expand(path, home, e);
	return s->name == NULL ? -1 : 0;
}

static bool
is_text(const struct node *n)
{
	return node_kind(n) == NODE_TEXT && *node_text(n) != '\0' &&
	    !bytes_control(bytes_of(node_text(n)));
}

static bool
is_true(const struct node *n)
{
	return node_kind(n) == NODE_BOOL && node_bool(n);
}

static int
set_argv(struct secret *s, const struct source_key *k, const struct node *n,
    struct error *e)
{
	size_t count = node_kind(n) == NODE_LIST ? node_count(n) : 0;

	for (size_t i = 0; i < count; i++) {
		const struct node *arg = node_at(n, i);

		if (node_kind(arg) != NODE_TEXT)
			return wrong(k, e);
		if (words_add(&s->argv, bytes_of(node_text(arg)), e) < 0)
			return -1;
	}
	return count == 0 || *s->argv[0] == '\0' ? wrong(k, e) : 0;
}

static int
set_source(struct secret *s, const struct source_key *k, const struct node *n,
    const char *home, struct error *e)
{
	s->kind = k->kind;
	if (k->shape == SHAPE_ARGV)
		return set_argv(s, k, n, e);
	if (k->shape == SHAPE_TRUE)
		return is_true(n) ? 0 : wrong(k, e);
	if (k->shape == SHAPE_NETRC && is_true(n))
		return set_path(s, BYTES("~/.netrc"), home, e);
	if (!is_text(n) ||
	    (k->kind == SECRET_CREDENTIAL && strchr(node_text(n), '/') != NULL))
		return wrong(k, e);
	return k->shape == SHAPE_TEXT
	    ? set_name(s, bytes_of(node_text(n)), e)
	    : set_path(s, bytes_of(node_text(n)), home, e);
}

static int
set_literal(struct secret *s, struct bytes text, struct error *e)
{
	if (text.n == 0)
		return error_set(e, ERR_CONFIG, "'password' is empty");
	if (bytes_control(text) || !utf8_valid(text))
		return error_set(e, ERR_CONFIG,
		    "'password' holds a control character or no UTF-8");
	s->kind = SECRET_LITERAL;
	buf_init(&s->literal, LITERAL_MAX);
	buf_add(&s->literal, text);
	if (!buf_ok(&s->literal))
		return error_set(e, ERR_CONFIG, "'password' is too long");
	return 0;
}

int
secret_of_node(
    struct secret *s, const struct node *n, const char *home, struct error *e)
{
	const struct source_key *k = NULL;

	if (node_kind(n) == NODE_TEXT)
		return set_literal(s, bytes_of(node_text(n)), e);
	for (size_t i = 0; i < node_count(n); i++)
		if ((k = find(node_name(node_at(n, i)), e)) == NULL)
			return -1;
	if (k == NULL || node_count(n) != 1)
		return error_set(e, ERR_CONFIG,
		    "'password' wants exactly one source, not %zu",
		    node_count(n));
	return set_source(s, k, node_at(n, 0), home, e);
}

/* Take the next argument off *text: words, quoted parts, escapes. */
static bool
take_argument(struct bytes *text, struct buf *arg)
{
	char quote = '\0';

	for (; text->n > 0; *text = bytes_skip(*text, 1)) {
		char c = text->p[0];

		if (quote == '\0' && c == ' ')
			return true;
		if (c == quote) {
			quote = '\0';
		} else if (quote == '\0' && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'' && text->n > 1) {
			*text = bytes_skip(*text, 1);
			buf_addc(arg, text->p[0]);
		} else {
			buf_addc(arg, c);
		}
	}
	return quote == '\0';
}

static int
split(struct secret *s, struct bytes text, struct error *e)
{
	struct buf arg = BUF(LITERAL_MAX);
	int rc = 0;

	while (rc == 0 && (text = bytes_trim(text)).n > 0) {
		buf_reset(&arg);
		if (!take_argument(&text, &arg) || !buf_ok(&arg))
			rc = error_set(e, ERR_CONFIG,
			    "the password command has an unclosed quote");
		else
			rc = words_add(&s->argv, buf_bytes(&arg), e);
	}
	buf_clear(&arg);
	if (rc == 0 && s->argv == NULL)
		rc = error_set(e, ERR_CONFIG, "the password command is empty");
	return rc;
}

int
secret_of_text(struct secret *s, enum secret_kind kind, struct bytes text,
    const char *home, struct error *e)
{
	s->kind = kind;
	if (text.n == 0 || bytes_control(text))
		return error_set(e, ERR_CONFIG,
		    "the source of the password is empty or no text");
	if (kind == SECRET_COMMAND)
		return split(s, text, e);
	return kind == SECRET_FILE ? set_path(s, text, home, e)
				   : set_name(s, text, e);
}

/* A copy, or NULL for NULL. */
static int
copy_text(char **to, const char *from, struct error *e)
{
	if (from == NULL)
		return 0;
	*to = word_of(bytes_of(from), e);
	return *to == NULL ? -1 : 0;
}

int
secret_copy(struct secret *to, const struct secret *from, struct error *e)
{
	to->kind = from->kind;
	buf_init(&to->literal, LITERAL_MAX);
	buf_add(&to->literal, buf_bytes(&from->literal));
	if (!buf_ok(&to->literal))
		return error_set(e, ERR_OS, "out of memory");
	if (copy_text(&to->name, from->name, e) < 0 ||
	    copy_text(&to->where, from->where, e) < 0)
		return -1;
	return words_copy(&to->argv, from->argv, e);
}
