/*
 * The options that a message is made of.
 */
#ifndef CMD_COMPOSING_H
#define CMD_COMPOSING_H

#include "compose/compose.h"

struct composing {
	bool asked; /* one of the options was given */
	struct composition what;
	struct compose_field *fields;   /* owned; texts borrowed */
	struct attachment *attachments; /* owned; texts borrowed */
	const char *charset;            /* --charset, or NULL */
	char *locale_charset;           /* owned, or NULL */
	char **recipients; /* owned: the operands, in UTF-8, NULL-terminated */
	char **made;       /* owned, each: texts that were converted */
	size_t made_n;
};

void composing_init(struct composing *c);
void composing_clear(struct composing *c);

/*
 * Add what the option of this name says; header as in struct compose_field's
 * name.  -1 when memory is out, or ERR_USAGE: there are too many.
 */
int composing_field(struct composing *c, const char *option, const char *header,
    const char *value, struct error *e);
int composing_attach(struct composing *c, const char *path, struct error *e);

/* Of the attachment that was given last; NULL: there is none. */
struct attachment *composing_last(struct composing *c);

/*
 * All options are there: the operands become recipients in To, *sender's name
 * the From field, file names the names of attachments, and every text UTF-8,
 * the sender and -F too.  Text is in the locale's charset; ERR_USAGE when it is
 * not.  c->what is ready then, and c->recipients.
 */
int composing_settle(struct composing *c, char **operands, const char **sender,
    const char **full_name, struct error *e);

#endif
