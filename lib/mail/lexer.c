#include "mail/lexer.h"

#include <string.h>

enum { COMMENT_MAX = 1024, NESTING_MOST = 100 };

void
lexer_init(struct lexer *x, struct bytes text)
{
	*x = (struct lexer){ .rest = text };
	buf_init(&x->comment, COMMENT_MAX);
}

void
lexer_clear(struct lexer *x)
{
	buf_clear(&x->comment);
}

static void
wrong(struct lexer *x, const char *why)
{
	if (x->wrong == NULL)
		x->wrong = why;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
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

static char
next(struct lexer *x)
{
	char c = x->rest.p[0];

	x->rest = bytes_skip(x->rest, 1);
	return c;
}

/* The byte behind a backslash, or a space for a fold. */
static char
decoded(struct lexer *x, char c)
{
	if (c == '\\' && x->rest.n > 0)
		c = next(x);
	return is_control(c) ? ' ' : c;
}

/* "(text (nested) text)"; the opening bracket is gone. */
static void
skip_comment(struct lexer *x)
{
	int depth = 1;

	buf_reset(&x->comment);
	while (x->rest.n > 0) {
		char c = next(x);

		if (c == '\r' || c == '\n')
			continue;
		if (c == '(' && ++depth > NESTING_MOST)
			break;
		if (c == ')' && --depth == 0)
			return;
		buf_addc(&x->comment, decoded(x, c));
	}
	wrong(x, "a comment has no end");
}

void
lexer_skip(struct lexer *x)
{
	while (x->rest.n > 0 && x->wrong == NULL) {
		if (is_space(x->rest.p[0]))
			next(x);
		else if (x->rest.p[0] == '(') {
			next(x);
			skip_comment(x);
		} else
			return;
	}
}

char
lexer_peek(struct lexer *x)
{
	lexer_skip(x);
	if (x->rest.n == 0 || x->wrong != NULL)
		return '\0';
	if (is_control(x->rest.p[0]))
		wrong(x, "a control character");
	return x->wrong != NULL ? '\0' : x->rest.p[0];
}

bool
lexer_take(struct lexer *x, char c)
{
	if (lexer_peek(x) != c)
		return false;
	next(x);
	return true;
}

/* The opening quote is gone. */
static void
take_quoted(struct lexer *x, struct buf *out)
{
	while (x->rest.n > 0) {
		char c = next(x);

		if (c == '"')
			return;
		if (c == '\r' || c == '\n')
			continue;
		if (c == '\0') {
			wrong(x, "a control character");
			return;
		}
		buf_addc(out, decoded(x, c));
	}
	wrong(x, "a quoted string has no end");
}

bool
lexer_word(struct lexer *x, struct buf *out)
{
	size_t n = 0;

	if (lexer_peek(x) == '"') {
		next(x);
		take_quoted(x, out);
		return x->wrong == NULL;
	}
	while (x->wrong == NULL && n < x->rest.n && lexer_atext(x->rest.p[n]))
		n++;
	buf_add(out, bytes_head(x->rest, n));
	x->rest = bytes_skip(x->rest, n);
	return n > 0;
}

bool
lexer_literal(struct lexer *x, struct buf *out)
{
	size_t n = 1;

	if (lexer_peek(x) != '[')
		return false;
	while (n < x->rest.n && x->rest.p[n] > 32 && x->rest.p[n] < 127 &&
	    strchr("[]\\", x->rest.p[n]) == NULL)
		n++;
	if (n == 1 || n == x->rest.n || x->rest.p[n] != ']') {
		wrong(x, "a domain literal has no end");
		return false;
	}
	buf_add(out, bytes_head(x->rest, n + 1));
	x->rest = bytes_skip(x->rest, n + 1);
	return true;
}
