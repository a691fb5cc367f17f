/*
 * Making a body canonical while it is read: every line ends in CRLF, no bare
 * CR or LF is left.  Takes it in pieces of any size and keeps what comes out
 * (mail/body.h), with its facts.  For lib/mail and lib/compose.
 */
#ifndef MAIL_CANON_H
#define MAIL_CANON_H

#include "mail/body.h"

/* Failing is sticky, as in a buffer: e tells, to be asked once in a while. */
struct canon {
	struct message *m;        /* borrowed */
	const struct intake *how; /* borrowed */
	struct error *e;          /* borrowed */
	bool fresh;    /* nothing came yet of the line that the LF will end */
	bool dot;      /* one dot came, and is withheld */
	size_t crs;    /* CRs withheld, to be judged by what follows them */
	size_t column; /* octets of it that are put out */
	int64_t nuls;
	size_t n; /* octets in out */
	char out[BODY_BLOCK];
};

void canon_init(struct canon *c, struct message *m, const struct intake *how,
    struct error *e);

/* The next octets of a line; no LF among them. */
void canon_text(struct canon *c, struct bytes text);

/* An LF.  Returns false when the line is the lone dot that ends it all. */
bool canon_lf(struct canon *c);

/* The input is over: keep the rest and measure what is to leave. */
void canon_over(struct canon *c);

/* Is a byte beyond ASCII in it?  By words, for bodies are long. */
bool canon_eight_bit(struct bytes text);

/* How many CRs stand at the end. */
size_t canon_trailing_crs(struct bytes text);

#endif
