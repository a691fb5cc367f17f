/*
 * Making a report on a message and keeping it in the spool, like any other that
 * is to leave.  For queue/notify.
 */
#ifndef QUEUE_TELL_H
#define QUEUE_TELL_H

#include "compose/notice.h"
#include "spool/spool.h"
#include "submit/letter.h"

/* What is told of.  All borrowed. */
struct telling {
	struct letter *letter;
	const struct request *r;
	struct spool *spool;
	const struct entry *n; /* the message; without an id it was not kept */
};

/*
 * Who is told of a letter, as its account says (bounce_to): an address; NULL:
 * nobody.
 */
const char *tell_whom(const struct letter *l);

/*
 * Keep a report: kind says which, about whom and until when it is tried, all
 * else is filled in.  It has the null reverse-path (or the account's own, where
 * only that may send; then no report on it is asked for), and is marked as a
 * report.  -1 when it could not be kept.
 */
int tell(const struct telling *t, const struct notice *kind, struct error *e);

/*
 * Keep a report once more, with the header alone of the message that it returns:
 * t tells of the report, which was refused so.  1 when that would not help: it
 * was refused for its recipient, or has no more than that.  -1 when it could not
 * be kept.
 */
int tell_shorter(
    const struct telling *t, const struct verdict *refused, struct error *e);

/*
 * The id of the report that this one is the shorter form of, and that of its
 * shorter form, whether there is one or not; false: there never is.
 */
bool tell_longer(char id[ENTRY_ID], const struct entry *report);
bool tell_in_short(char id[ENTRY_ID], const struct entry *report);

/* Is it the id of a report? */
bool tell_is_report(const char *id);

#endif
