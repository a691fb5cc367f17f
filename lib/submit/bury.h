/*
 * ~/dead.letter: what could not be sent, kept where its writer finds it, as
 * sendmail does.
 */
#ifndef SUBMIT_BURY_H
#define SUBMIT_BURY_H

#include "submit/letter.h"

enum { DEAD_LETTERS_MOST = 32 << 20 };

/*
 * Add the message to the file that the configuration names, in mbox format
 * (mboxo), whole or not at all; l->buried is where.  Not for wrong usage, for
 * a message that did not come in whole, under -oeq, with no home, or when the
 * file is not a regular one of the user's own or would hold more than
 * DEAD_LETTERS_MOST octets: the trace tells.
 */
void letter_bury(struct letter *l, const struct request *r, struct outcome o);

#endif
