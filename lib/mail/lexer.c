#include "mail/lexer.h"

#include <string.h>

enum { COMMENT_MAX = 4096, NESTING_MOST = 100 };

void
lexer_init(struct lexer *x, struct bytes text)
{
	*x = (struct lexer){ .rest = text, .comment = BUF(COMMENT_MAX) };
}

void
lexer_clear(struct lexer *x)
{
	buf_clear(&x->comment);
}

void
lexer_wrong(struct lexer *x, const char *why)
{
	if (x->wrong == NULL)
		x->wrong = why;
}

static bool
is_white(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_control(char c)
{
	return (unsigned char)c < 32 || c == 127;
}

bool
lexer_atext(char c)
{
	if ((unsigned char)c > 127)
		return true;
	return c > 32 && c < 127 && strchr("()<>[]:;@\\,.\"", c) == NULL;
}

bool
lexer_dot_atom(struct bytes text)
{
	char last = '.';

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '.' ? last == '.' : !lexer_atext(text.p[i]))
			return false;
		last = text.p[i];
	}
	return last != '.';
}

void
lexer_quote(struct buf *out, struct bytes text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

static char
next(struct lexer *x)
{
	char c = x->rest.p[0];

	x->rest = bytes_skip(x->rest, 1);
	return c;
}

/* A line end counts only in front of white space, or at the very end. */
static bool
take_fold(struct lexer *x)
{
	struct bytes rest = x->rest;

	while (rest.n > 0 && rest.p[0] == '\r')
		rest = bytes_skip(rest, 1);
	if (rest.n == 0 || rest.p[0] != '\n')
		return false;
	rest = bytes_skip(rest, 1);
	if (rest.n > 0 && !is_white(rest.p[0]))
		return false;
	x->rest = rest;
	return true;
}

/* Add one character of a comment or a quoted string. */
static void
take_character(struct lexer *x, struct buf *out)
{
	char c;

	if (take_fold(x))
		return;
	if (x->rest.p[0] == '\\' && x->rest.n > 1)
		next(x);
	c = next(x);
	if (is_control(c) && c != '\t')
		lexer_wrong(x, "a control character");
	buf_addc(out, c == '\t' ? ' ' : c);
}

/* "(text (nested) text)" */
static void
skip_comment(struct lexer *x)
{
	int depth = 1;

	next(x);
	buf_reset(&x->comment);
	while (x->rest.n > 0 && x->wrong == NULL && depth <= NESTING_MOST) {
		if (x->rest.p[0] == ')' && --depth == 0) {
			next(x);
			return;
		}
		if (x->rest.p[0] == '(')
			depth++;
		take_character(x, &x->comment);
	}
	lexer_wrong(x, "a comment has no end");
}

static void
skip_gap(struct lexer *x)
{
	while (x->rest.n > 0 && x->wrong == NULL) {
		if (is_white(x->rest.p[0]))
			next(x);
		else if (x->rest.p[0] == '(')
			skip_comment(x);
		else if (!take_fold(x))
			return;
	}
}

char
lexer_peek(struct lexer *x)
{
	skip_gap(x);
	if (x->rest.n > 0 && is_control(x->rest.p[0]))
		lexer_wrong(x, "a control character");
	return x->rest.n == 0 || x->wrong != NULL ? '\0' : x->rest.p[0];
}

bool
lexer_take(struct lexer *x, char c)
{
	if (lexer_peek(x) != c)
		return false;
	next(x);
	return true;
}

static bool
take_quoted(struct lexer *x, struct buf *out)
{
	next(x);
	while (x->rest.n > 0 && x->wrong == NULL) {
		if (x->rest.p[0] == '"') {
			next(x);
			return true;
		}
		take_character(x, out);
	}
	lexer_wrong(x, "a quoted string has no end");
	return false;
}

static struct bytes
take(struct lexer *x, size_t n)
{
	struct bytes taken = bytes_head(x->rest, n);

	x->rest = bytes_skip(x->rest, n);
	return taken;
}

bool
lexer_word(struct lexer *x, struct buf *out)
{
	char c = lexer_peek(x);
	size_t n = 0;

	if (c == '"')
		return take_quoted(x, out);
	while (c != '\0' && n < x->rest.n && lexer_atext(x->rest.p[n]))
		n++;
	buf_add(out, take(x, n));
	return n > 0;
}

/* What RFC 5321, 4.1.3 has between the brackets, and nothing it has not. */
static bool
in_literal(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
	    (c >= 'a' && c <= 'z') || c == '.' || c == ':' || c == '-';
}

bool
lexer_literal(struct lexer *x, struct buf *out)
{
	size_t n = 1;

	if (lexer_peek(x) != '[')
		return false;
	while (n < x->rest.n && in_literal(x->rest.p[n]))
		n++;
	if (n == 1 || n == x->rest.n || x->rest.p[n] != ']') {
		lexer_wrong(x, "no domain literal");
		return false;
	}
	buf_add(out, take(x, n + 1));
	return true;
}
