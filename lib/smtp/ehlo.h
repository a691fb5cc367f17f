/*
 * What a server offers: the text of its EHLO reply (RFC 5321, 4.1.1.1), asked
 * keyword by keyword.  Keywords match whole and in any case.
 */
#ifndef SMTP_EHLO_H
#define SMTP_EHLO_H

#include <stdint.h>

#include "base/buf.h"

struct ehlo {
	bool esmtp;      /* EHLO (or LHLO) was answered with 250 */
	struct buf text; /* owned: raw lines joined by '\n', greeting first */
};

void ehlo_init(struct ehlo *h);

/* Forget everything, as after STARTTLS (RFC 3207, 4.2). */
void ehlo_clear(struct ehlo *h);

/* Keep the text of a 250 reply to EHLO. */
void ehlo_take(struct ehlo *h, struct bytes text);

/*
 * Is the keyword offered?  *params (may be NULL) are its parameters, those of
 * the last line that has it.  After HELO nothing is.
 */
bool ehlo_has(const struct ehlo *h, const char *keyword, struct bytes *params);

/* Is the SASL mechanism offered, by "AUTH" or by the old "AUTH="? */
bool ehlo_has_auth(const struct ehlo *h, const char *mechanism);

/* Add the mechanisms offered, separated by spaces. */
void ehlo_auth(const struct ehlo *h, struct buf *out);

/* The largest message it takes, in octets (RFC 1870); 0: it has not said. */
int64_t ehlo_size(const struct ehlo *h);

/*
 * Take the next offer off *lines, which starts as ehlo_offers(): its keyword
 * and parameters.  Lines that are no offer are passed over.
 */
struct bytes ehlo_offers(const struct ehlo *h);
bool ehlo_next(
    struct bytes *lines, struct bytes *keyword, struct bytes *params);

#endif
