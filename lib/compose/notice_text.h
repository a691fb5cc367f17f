/*
 * What a notice says to a person.  Private to lib/compose.
 */
#ifndef COMPOSE_NOTICE_TEXT_H
#define COMPOSE_NOTICE_TEXT_H

#include "compose/notice.h"

/*
 * Add the text, in UTF-8, in lines of at most 998 octets.  whole: the message
 * is in the notice, not its header alone.
 */
void notice_text_add(struct buf *out, const struct notice *n, bool whole);

#endif
