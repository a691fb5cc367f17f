/*
 * Internationalised domain names (RFC 5891, 5892) by libidn2.
 */
#ifndef BASE_IDN_H
#define BASE_IDN_H

#include "base/buf.h"
#include "base/error.h"

/*
 * Add the ASCII form (A-labels) of a domain in UTF-8.  A domain that is all
 * ASCII is added as it is.  -1 and ERR_ADDRESS when there is none.
 */
int idn_ascii(struct buf *out, struct bytes domain, struct error *e);

#endif
