/*
 * The words that addresses are made of (RFC 5322, 3.2): atoms, quoted
 * strings, comments, folding white space, domain literals.  Knows no address.
 */
#ifndef MAIL_LEXER_H
#define MAIL_LEXER_H

#include "base/buf.h"

/* What went wrong, as it can be told. */
struct lexer {
	struct bytes rest;  /* what has not been read */
	struct buf comment; /* owned: the text of the last comment */
	const char *wrong;  /* NULL, or why the text is no address */
};

void lexer_init(struct lexer *x, struct bytes text);
void lexer_clear(struct lexer *x);

/* Pass over white space, folds and comments. */
void lexer_skip(struct lexer *x);

/* The next byte after them, or '\0' at the end. */
char lexer_peek(struct lexer *x);

/* Take c if it is next. */
bool lexer_take(struct lexer *x, char c);

/* Take an atom or a quoted string, decoded, onto out; false if none is next. */
bool lexer_word(struct lexer *x, struct buf *out);

/* Take a domain literal, brackets and all, onto out. */
bool lexer_literal(struct lexer *x, struct buf *out);

/* Can c stand in an atom (RFC 5322, 3.2.3; RFC 6532, 3.2)? */
bool lexer_atext(char c);

#endif
