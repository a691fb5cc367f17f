/*
 * The directory where messages wait (sendoff-spool(5)):
 *
 *	queue/ACCOUNT/ID   waiting, to be tried when its time of change has come
 *	held/ACCOUNT/ID    kept back, until somebody releases it
 *	dead/ACCOUNT/ID    what could be delivered neither to its recipients nor
 *	                   back to its sender
 *	damaged/ID         what cannot be read
 *	draft/             under way, where the file system has no unnamed files
 *
 * A message is one file: a first line of SPOOL_HEAD octets, the message as it
 * is to leave, its envelope, its history.  It is there, whole and on the disk,
 * from link(2) on, and gone with unlink(2); in between lines are added behind,
 * and nothing is ever changed.  Whoever works on one holds a lock (of the open
 * file description) on it, so that any number of runners may be at work.
 */
#ifndef SPOOL_SPOOL_H
#define SPOOL_SPOOL_H

#include "base/here.h"
#include "mail/message.h"
#include "spool/entry.h"

enum { SPOOL_HEAD = 64 };

enum spool_place { SPOOL_QUEUE, SPOOL_HELD, SPOOL_DEAD, SPOOL_DAMAGED };

struct spool {
	int dir; /* owned */
	uid_t owner;
	char *path;        /* owned */
	int64_t reserve;   /* octets that what is kept must leave free */
	bool strict;       /* not even reports may use it up */
	bool named_drafts; /* as if there were no unnamed files; for tests */
};
#define SPOOL ((struct spool){ .dir = -1 })

/*
 * Open the spool at path, creating it if create is set.  0, or 1 when it does
 * not exist.  ERR_SPOOL when it cannot be created, or is not to be trusted:
 * it must be a directory of this user (of anybody for root) that nobody else can
 * write to.  ERR_SPOOL_DENIED when it is another user's, or may not be looked at.
 */
int spool_open(struct spool *s, const char *path, bool create, struct error *e);
void spool_close(struct spool *s);

/*
 * Keep a message, as it is to leave: n's envelope (who is open in it) and m.
 * When it returns 0 the message lies on the disk, in place, and n has its id,
 * unless it had one before: then 0 also means that it was there already.
 * ERR_SPOOL when not (transient where room or the disk was wanting); nothing is
 * left behind.  ERR_TOO_LARGE for an envelope that could not be read again,
 * with its history.  Reports alone may use up the reserve, unless s
 * is strict.
 */
int spool_keep(struct spool *s, enum spool_place place, struct entry *n,
    struct message *m, const struct here *here, struct error *e);

/* What waits, by age.  Terminated by nothing. */
struct spool_item {
	char id[ENTRY_ID];
	int64_t due;  /* seconds since the epoch */
	int64_t size; /* octets of the file */
};
struct spool_list {
	struct spool_item *items; /* owned */
	size_t n, room;
};
void spool_list_clear(struct spool_list *list);

/* All that waits for an account in a place; none when there is no such. */
int spool_list(struct spool *s, enum spool_place place, const char *account,
    struct spool_list *list, struct error *e);

/* Is this one there?  So one of many is found without a list. */
bool spool_has(struct spool *s, enum spool_place place, const char *account,
    const char *id);

/* How many are in a place, whoever they wait for; what cannot be looked at does
   not count. */
size_t spool_count(struct spool *s, enum spool_place place);

/* Is anything there that is due?  Costs one system call where nothing waits. */
bool spool_due(struct spool *s, const char *account, int64_t now);

/*
 * May a run on the side begin?  One at a time will do for an account; others do
 * not ask.  *held (-1: it needs none) keeps the next one away until it and the
 * copies that forks make of it are closed.
 */
bool spool_turn(struct spool *s, const char *account, int *held);

/*
 * Where it may not: the one place in line for the next turn, *held as above.
 * Whoever has it awaits his turn, and gives the place up with that, before he
 * looks what is due: so whoever does not get the place either has somebody who
 * will come for what he has kept.
 */
bool spool_line(struct spool *s, const char *account, int *held);
void spool_await_turn(
    struct spool *s, const char *account, int line, int *held);

/* Remove drafts that were left behind: an hour old, and nobody's (a draft is
   locked while it is written). */
void spool_sweep(struct spool *s, int64_t now);

/* The accounts that something waits for; a NULL-terminated array, owned. */
char **spool_accounts(struct spool *s, enum spool_place place, struct error *e);
void spool_names_free(char **names);

/* The digit of an id for the five lowest bits of n. */
char spool_id_digit(uint64_t n);

/* Seconds since the epoch at which an id was made. */
int64_t spool_id_time(const char *id);

/* The place called so, for people: "queue", "held"... */
const char *spool_place_name(enum spool_place place);

#endif
