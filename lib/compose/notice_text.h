/*
 * What a notice says to a person.  Private to lib/compose.
 */
#ifndef COMPOSE_NOTICE_TEXT_H
#define COMPOSE_NOTICE_TEXT_H

#include "compose/notice.h"

/* The last line of it. */
#define NOTICE_HAS_ALL "The message is attached."
#define NOTICE_HAS_HEADER \
	"The header of the message is attached, its text is not."

/*
 * Add the text, in UTF-8, in lines of at most 998 octets.  whole: the message
 * is in the notice, not its header alone.
 */
void notice_text_add(struct buf *out, const struct notice *n, bool whole);

#endif
