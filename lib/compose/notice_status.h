/*
 * What a notice says to programs: message/delivery-status (RFC 3464, 2), or
 * message/global-delivery-status (RFC 6533, 3).  Private to lib/compose.
 */
#ifndef COMPOSE_NOTICE_STATUS_H
#define COMPOSE_NOTICE_STATUS_H

#include "compose/notice.h"

/* Octets of what somebody else says, at most; the rest is cut off. */
enum { NOTICE_SHOWN = 900 };

/* Is an address in it that ASCII cannot hold? */
bool notice_international(const struct notice *n);

/* Add the content: fields about the message, and about each recipient. */
void notice_status_add(struct buf *out, const struct notice *n);

/* Who is told. */
const char *notice_to(const struct notice *n);

/* Of a failure: would it be tried still, were it younger? */
bool notice_given_up(const struct notice *n, const struct verdict *v);

/* What came of a recipient (RFC 3463): never class 0. */
struct estatus notice_status(const struct notice *n, const struct verdict *v);

/*
 * Add an address as it goes over the wire, its domain as A-labels.  What is no
 * address stays as it is, fit to be shown.
 */
void notice_wire(struct buf *out, const char *address);

/* Add a field, folded; text holds no control characters. */
void notice_field(struct buf *out, const char *name, struct bytes text);

#endif
