/*
 * Dates and identifiers of a message that came without (RFC 5322, 3.3, 3.6.4).
 */
#ifndef MAIL_DATE_H
#define MAIL_DATE_H

#include "base/buf.h"
#include "base/here.h"

/* Add "Sun, 22 Nov 2026 19:15:05 +0800": English names, local time zone. */
void date_add(struct buf *out, const struct here *here);

/* The same for that time, which is of a year that people write. */
void date_add_at(struct buf *out, time_t at);

/*
 * Add "<20261122111505.32 hex digits@domain>": UTC time and 128 random bits.
 * An international domain as A-labels, and localhost for what is no domain.
 */
void message_id_add(
    struct buf *out, struct bytes domain, const struct here *here);

#endif
