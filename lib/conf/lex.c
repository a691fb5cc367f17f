#include "conf/lex.h"

#include <string.h>

struct lex
lex_of(struct bytes text)
{
	return (struct lex){ text, text.p, 1, true };
}

static bool
one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
starts(struct bytes text, const char *s)
{
	return text.n >= strlen(s) && memcmp(text.p, s, strlen(s)) == 0;
}

/* Step over n octets, none of which is an LF but the last, if any. */
static void
step(struct lex *l, size_t n)
{
	bool ends = n > 0 && l->rest.p[n - 1] == '\n';

	l->rest = bytes_skip(l->rest, n);
	if (!ends)
		return;
	l->line++;
	l->line_start = l->rest.p;
	l->first = true;
}

static void
skip_line(struct lex *l)
{
	step(l, bytes_index(l->rest, '\n'));
}

/* Step over a block comment; false when nothing closes it. */
static bool
skip_comment(struct lex *l)
{
	step(l, 2);
	while (l->rest.n > 0) {
		if (starts(l->rest, "*/")) {
			step(l, 2);
			return true;
		}
		step(l, 1);
	}
	return false;
}

/* libconfig's blanks: form feeds too. */
static bool
blank(char c)
{
	return one_of(c, " \t\r\n\f");
}

/* Step over blanks and comments.  False at a comment that is not closed: *l
   then stands where it opens. */
static bool
skip_blank(struct lex *l)
{
	while (l->rest.n > 0) {
		struct lex before = *l;

		if (blank(l->rest.p[0]))
			step(l, 1);
		else if (l->rest.p[0] == '#' || starts(l->rest, "//"))
			skip_line(l);
		else if (!starts(l->rest, "/*"))
			return true;
		else if (!skip_comment(l)) {
			*l = before;
			return false;
		}
	}
	return true;
}

/* How long is the string that starts here, its quotes included? */
static size_t
string_length(struct bytes text, bool *closed)
{
	size_t n = 1;

	for (; n < text.n && text.p[n] != '\n'; n++) {
		if (text.p[n] == '"') {
			*closed = true;
			return n + 1;
		}
		if (text.p[n] == '\\' && n + 1 < text.n &&
		    text.p[n + 1] != '\n')
			n++;
	}
	*closed = false;
	return n;
}

static size_t
word_length(struct bytes text)
{
	size_t n = 0;

	for (; n < text.n; n++) {
		struct bytes rest = bytes_skip(text, n);

		if (blank(rest.p[0]) || one_of(rest.p[0], "=:;,{}[]()\"#") ||
		    starts(rest, "//") || starts(rest, "/*"))
			break;
	}
	return n == 0 ? 1 : n;
}

static bool
is_name(struct bytes text)
{
	if (!letter(text.p[0]) && text.p[0] != '*')
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!letter(text.p[i]) && !digit(text.p[i]) &&
		    !one_of(text.p[i], "-_*"))
			return false;
	return true;
}

static size_t
digits(struct bytes text)
{
	size_t n = 0;

	while (n < text.n && digit(text.p[n]))
		n++;
	return n;
}

static bool
is_hex(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!one_of(text.p[i], "0123456789abcdefABCDEF"))
			return false;
	return text.n > 0;
}

static bool
is_number(struct bytes text)
{
	if (one_of(text.p[0], "+-"))
		text = bytes_skip(text, 1);
	else if (starts(text, "0x") || starts(text, "0X"))
		return is_hex(bytes_skip(text, 2));
	if (digits(text) == 0)
		return false;
	text = bytes_skip(text, digits(text));
	if (starts(text, "."))
		return text.n > 1 && digits(bytes_skip(text, 1)) == text.n - 1;
	return text.n == 0 || bytes_is(text, "L") || bytes_is(text, "LL");
}

static enum token_kind
kind_of_word(struct bytes text)
{
	if (one_of(text.p[0], "=:;,{}[]()"))
		return TOKEN_MARK;
	if (is_name(text))
		return TOKEN_NAME;
	return is_number(text) ? TOKEN_NUMBER : TOKEN_WORD;
}

static void
read_token(struct lex *l, struct token *t)
{
	bool closed = true;

	if (l->rest.p[0] == '"') {
		t->text = bytes_head(l->rest, string_length(l->rest, &closed));
		t->kind = closed ? TOKEN_STRING : TOKEN_OPEN_STRING;
	} else {
		t->text = bytes_head(l->rest, word_length(l->rest));
		t->kind = kind_of_word(t->text);
	}
	step(l, t->text.n);
}

struct token
lex_next(struct lex *l)
{
	bool closed = skip_blank(l);
	struct token t = { .text = bytes_head(l->rest, 2),
		.line = l->line,
		.column = (unsigned)(l->rest.p - l->line_start) + 1,
		.first = l->first };

	l->first = false;
	if (!closed) {
		t.kind = TOKEN_OPEN_COMMENT;
		l->rest = bytes_skip(l->rest, l->rest.n);
	} else if (l->rest.n == 0) {
		t.kind = TOKEN_END;
	} else {
		read_token(l, &t);
	}
	return t;
}

bool
token_is(const struct token *t, char mark)
{
	return t->kind == TOKEN_MARK && t->text.p[0] == mark;
}

bool
token_is_bool(const struct token *t)
{
	return t->kind == TOKEN_NAME &&
	    (bytes_is_case(t->text, "true") || bytes_is_case(t->text, "false"));
}

bool
token_is_float(const struct token *t)
{
	return t->kind == TOKEN_NUMBER && bytes_index(t->text, '.') < t->text.n;
}

struct bytes
token_inside(const struct token *t)
{
	bool closed = t->kind == TOKEN_STRING;

	return bytes_skip(bytes_head(t->text, t->text.n - closed), 1);
}
