/*
 * The one table of options: the parser, the help text and the check of the
 * manual page all read it.
 */
#ifndef CMD_OPTION_TABLE_H
#define CMD_OPTION_TABLE_H

#include "cmd/options.h"

enum arity {
	NO_ARG,
	ARG,        /* joined, or the next word */
	JOINED_ARG, /* joined, or none */
	MUST_JOIN   /* joined, and must be there */
};

struct option_row;
typedef int setter(struct options *o, const struct option_row *row,
    const char *value, struct error *e);

struct option_row {
	const char *name; /* long; NULL: the letter alone */
	char letter;      /* '\0': the long name alone */
	enum arity arity;
	const char *arg; /* its name in the help text */
	setter *set;
	const char *key;  /* configuration key that it sets, or NULL; for an
	                     option that is refused, what to do instead */
	const char *help; /* NULL: accepted for callers' sake, and ignored */
};

/* Takes any text, and leaves it to others to look at it. */
setter set_header;

/* A row with neither name nor letter is the heading of a group. */
extern const struct option_row option_rows[];
extern const size_t option_rows_n;

#endif
