/*
 * The tokens of libconfig's syntax, each with its place.  A string ends with
 * its line at the latest, so that a forgotten quote is found where it is and
 * the next line is read as what it is.
 */
#ifndef CONF_LEX_H
#define CONF_LEX_H

#include "base/bytes.h"

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,        /* also true and false: see token_is_bool */
	TOKEN_STRING,      /* with its quotes */
	TOKEN_NUMBER,      /* 12, -12, 0x1f, 12L, 1.5 */
	TOKEN_MARK,        /* one of = : ; , { } [ ] ( ) */
	TOKEN_WORD,        /* anything else */
	TOKEN_OPEN_STRING, /* a string that its line does not close */
	TOKEN_OPEN_COMMENT /* a comment that nothing closes */
};

struct token {
	enum token_kind kind;
	struct bytes text; /* borrowed */
	unsigned line;     /* from 1 */
	unsigned column;   /* in octets, from 1 */
	bool first;        /* nothing but blanks before it in its line */
};

struct lex {
	struct bytes rest; /* what is still to be read */
	const char *line_start;
	unsigned line;
	bool first;
};

struct lex lex_of(struct bytes text);
struct token lex_next(struct lex *l);

bool token_is(const struct token *t, char mark);
bool token_is_bool(const struct token *t);
bool token_is_float(const struct token *t);

/* A string without its quotes, escapes as they are. */
struct bytes token_inside(const struct token *t);

#endif
