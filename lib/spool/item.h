/*
 * One of the messages that wait, taken to be worked on.
 */
#ifndef SPOOL_ITEM_H
#define SPOOL_ITEM_H

#include "spool/spool.h"

struct item {
	struct spool *spool; /* borrowed */
	enum spool_place place;
	struct entry entry; /* owned */
	int fd;             /* owned: holds the lock; or -1 */
	int dir;            /* owned: the directory it is in; or -1 */
	int64_t size;       /* octets of the message */
	int64_t end;        /* where lines are added */
	int64_t length;     /* of the file; behind end nothing counts */
	uint32_t sum;       /* the message's checksum, as its first line says */
};

/*
 * Take it, locked: 0; 1 when it is gone, or somebody else is at work on it.
 * ERR_SPOOL when it cannot be read; where it is damaged it was moved to
 * SPOOL_DAMAGED.  item_release() in each case.
 */
int item_take(struct item *i, struct spool *s, enum spool_place place,
    const char *account, const char *id, struct error *e);

/* The same without a lock, to look at. */
int item_look(struct item *i, struct spool *s, enum spool_place place,
    const char *account, const char *id, struct error *e);
void item_release(struct item *i);

/* Its message, into m, which was initialised and may outlive it.  A message
   that is damaged was moved away as above: ERR_SPOOL. */
int item_message(struct item *i, struct message *m, struct error *e);

/* It is done with: gone. */
int item_drop(struct item *i, struct error *e);

/*
 * See to it that so many octets can be added to its history even when the disk
 * is full by then, as far as the file system can.  ERR_SPOOL (transient) when
 * it is full now.
 */
int item_reserve(struct item *i, size_t octets, struct error *e);

/* May so many octets be added to its history that could be done without?  There
   must be room for what is decided about each recipient. */
bool item_may_add(const struct item *i, size_t octets);

/*
 * Add lines to its history, on the disk when sync is set; it is due then at
 * entry.next.
 */
int item_note(struct item *i, struct bytes lines, bool sync, struct error *e);

/* Due from now on at that time, for runs that only look at the file. */
int item_due(struct item *i, int64_t when, struct error *e);

/* Due at that time, as its history says from now on, too, unless it is full. */
int item_hasten(struct item *i, int64_t when, struct error *e);

/* Who was refused may be tried again: so for what is released from the dead. */
int item_reopen(struct item *i, struct error *e);

/* To another place. */
int item_move(struct item *i, enum spool_place place, struct error *e);

#endif
