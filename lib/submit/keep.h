/*
 * What a letter has to do with the spool.
 */
#ifndef SUBMIT_KEEP_H
#define SUBMIT_KEEP_H

#include "spool/spool.h"
#include "submit/letter.h"

/* Is the message to be kept before anybody tries to deliver it? */
bool keep_first(const struct letter *l, const struct request *r);

/* ... and then delivered by a process of its own?  A client of the service has
   none: his message waits for a run. */
bool keep_in_background(const struct letter *l, const struct request *r);

/*
 * Open the spool that conf (NULL: it cannot be read) and r tell of: 0, or 1 when it does not exist and
 * create is not set.  ERR_SPOOL.
 */
int keep_spool(struct spool *s, const struct conf *conf,
    const struct request *r, bool create, struct error *e);

/*
 * The same for a run over what waits in it: it must be the caller's own, root
 * or not, for a message may bring settings, and these name files and commands.
 * ERR_SPOOL_DENIED when it is not.
 */
int keep_own_spool(struct spool *s, const struct conf *conf,
    const struct request *r, struct error *e);

/*
 * May so many octets be kept in s for whoever hands l in?  What waits for a
 * client of the service has a limit (limit_spool): ERR_SPOOL, transient, beyond
 * it.  That several come at once, each with one message, is not seen.
 */
int keep_admit(struct spool *s, const struct letter *l, const struct request *r,
    int64_t octets, struct error *e);

/* The same of a report on l, which was sent at once: it has the header of l.  The
   reserve is not for such as that. */
int keep_admit_report(struct spool *s, const struct letter *l,
    const struct request *r, struct error *e);

/* Root looks after his own spool, the usual one, and the service's beside it; conf
   may be NULL. */
bool keep_beside_service(const struct request *r, const struct conf *conf);

/* Is it the message, which will be refused in the same way at any time? */
bool keep_is_hopeless(const struct error *e);

/*
 * Fill n, just initialised, with what is known of a letter that did not wait
 * yet.  Its envelope is lent: it must be taken away before entry_clear().
 */
int keep_describe(struct entry *n, struct letter *l, const struct request *r,
    struct error *e);

/*
 * "All or nobody", and somebody is refused for good: the message can never go to
 * all, so nobody is to get it, now or later.  But not once somebody has it, or
 * may have it; nor for who was refused in an earlier run.
 */
bool keep_is_for_nobody(const struct letter *l);

/* Who is open gets that state, and why. */
void keep_for_nobody(struct envelope *env, enum verdict_state state);

/* Add what a try came to: an error of ours, or the server's words; fit to be told
   to uid, who handed it in. */
void keep_why(struct buf *out, const struct letter *l, int64_t uid,
    const struct error *why);

/* When to try again, and why: into n, which has its account's settings. */
void keep_put_off(struct entry *n, const struct account *a,
    const struct here *here, const char *why);

#endif
