/*
 * Bare addresses in the header: system callers write "From: root (Cron
 * Daemon)", and a server that is not ours would make root@itself of it, or
 * refuse the message.
 */
#ifndef SUBMIT_QUALIFY_H
#define SUBMIT_QUALIFY_H

#include "submit/letter.h"

/*
 * Give the bare addresses of all address fields this domain.  A field that
 * has none, or that cannot be read, stays as it is, octet for octet.
 */
int letter_qualify(struct letter *l, struct bytes domain, struct error *e);

#endif
