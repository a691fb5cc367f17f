/*
 * The words that addresses are made of (RFC 5322, 3.2; RFC 6532, 3.2): atoms,
 * quoted strings, comments, folding white space, domain literals.  Knows no
 * address.  Private to lib/mail.
 */
#ifndef MAIL_LEXER_H
#define MAIL_LEXER_H

#include "base/buf.h"

struct lexer {
	struct bytes rest;  /* what has not been read */
	struct buf comment; /* owned: the text of the last comment */
	const char *wrong;  /* NULL, or why the text is no address: sticky */
};

void lexer_init(struct lexer *x, struct bytes text);
void lexer_clear(struct lexer *x);

/*
 * The next byte behind white space, folds and comments; '\0' at the end, and
 * when something is wrong.
 */
char lexer_peek(struct lexer *x);

/* Take c if it is next. */
bool lexer_take(struct lexer *x, char c);

/*
 * Add the next atom or quoted string, decoded, to out.  Returns false if none
 * is next, or it is wrong.
 */
bool lexer_word(struct lexer *x, struct buf *out);

/* Add the next domain literal, brackets and all, to out; false as above. */
bool lexer_literal(struct lexer *x, struct buf *out);

/* Can c stand in an atom? */
bool lexer_atext(char c);

/* Is text made of nothing but atoms, with single dots between them? */
bool lexer_dot_atom(struct bytes text);

/* Add text as a quoted string; it holds no control characters. */
void lexer_quote(struct buf *out, struct bytes text);

/* Say why it is no address, unless that is known. */
void lexer_wrong(struct lexer *x, const char *why);

#endif
