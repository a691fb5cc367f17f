/*
 * An address list cut at its commas, for when it cannot be parsed as a whole.
 */
#ifndef MAIL_ELEMENT_H
#define MAIL_ELEMENT_H

#include "base/bytes.h"

/*
 * Are quotes, comments and brackets all closed, and is there no group, so
 * that a comma is certain to end an element?
 */
bool element_certain(struct bytes list);

/* Are quotes, comments and brackets all closed? */
bool element_closed(struct bytes list);

/* Take the first element off *list; false at the end. */
bool element_take(struct bytes *list, struct bytes *element);

#endif
