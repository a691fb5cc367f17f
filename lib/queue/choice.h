/*
 * The account that a message of the spool is sent by: as the configuration has it
 * now, and with the settings that were made for this message.
 */
#ifndef QUEUE_CHOICE_H
#define QUEUE_CHOICE_H

#include "conf/conf.h"
#include "spool/entry.h"
#include "submit/request.h"

/* The name of an account of the spool in the configuration; NULL: none, it is made
   of options alone.  Borrowed. */
const char *choice_name(const char *account);

/* Fill a, an ACCOUNT.  ERR_CONFIG when it is not there any more, or wrong. */
int choice_account(
    struct conf *c, const struct entry *n, struct account *a, struct error *e);

/*
 * SENDOFF_PASSWORD and its like are for the server and the user that stand beside
 * it in the environment: ERR_SECRET when by now these may be others than those of
 * the message.
 */
int choice_check_environment(
    const struct request *r, const struct entry *n, struct error *e);

#endif
