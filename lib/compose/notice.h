/*
 * A notice to the sender of a message of what came of it for some of its
 * recipients (RFC 3464, as a multipart/report of RFC 6522): that it did not
 * reach them, that it is late, that it went on to where nobody will report.
 */
#ifndef COMPOSE_NOTICE_H
#define COMPOSE_NOTICE_H

#include <time.h>

#include "base/here.h"
#include "mail/envelope.h"
#include "mail/message.h"

enum notice_kind {
	NOTICE_FAILED,  /* refused, or given up */
	NOTICE_DELAYED, /* not yet delivered, and tried again */
	NOTICE_RELAYED /* sent to a server that offers no DSN (RFC 3461, 5.2.2):
	                   for those with NOTIFY=SUCCESS */
};

/* All borrowed.  Texts may hold anything: what must not stand does not. */
struct notice {
	enum notice_kind kind;
	const char *mta;            /* this host's name */
	const char *from;           /* addr-spec that the notice is from */
	const char *queue_id;       /* or NULL */
	const struct envelope *env; /* of the message */
	const char *to;             /* who is told; NULL: its sender */
	const bool *about;          /* for each recipient: is it about him? */
	struct message *message;    /* nothing but read, as it is to leave */
	bool header_only;           /* whatever RET says */
	const char *remote;    /* the host whose replies decided, or NULL */
	time_t arrived, tried; /* the message, the last try; 0: unknown */
	time_t until;          /* DELAYED: given up then; 0: unknown */
	const char *reason;    /* for those whom no reply decided, or NULL */
	struct estatus status; /* what goes with it; class 0: unknown, class 5:
	                          no try will help */
	const char *tmp_dir;   /* as in struct intake */
};

enum { NOTICE_WHOLE_MOST = 64 << 10, NOTICE_HEADER_MOST = 64 << 10 };

/*
 * Make the notice: to is a message just initialised, and afterwards as if read,
 * with the coding that a server with 8BITMIME needs; the caller sends it from
 * the null reverse-path.  A failure returns the message as RET wants it: whole,
 * or its header; without RET whole if it has no more than NOTICE_WHOLE_MOST
 * octets.  All other notices have the header, and so has one where header_only
 * says so, or with a message in it that no server could be given: signed, with
 * lines that must be broken.  A header is cut off, between two fields, at
 * NOTICE_HEADER_MOST octets.
 *
 * Status is what the server said; 4.4.7 where it said none and tries are over
 * (nothing is decided, or it was refused with no more than a 4yz), else what the
 * reply's code makes it.  8-bit local parts make it a
 * global-delivery-status (RFC 6533).
 *
 * ERR_INTERNAL when there is nobody to tell or it is about nobody, ERR_IO, ERR_OS.
 */
int notice_make(struct message *to, const struct notice *n,
    const struct here *here, struct error *e);

#endif
