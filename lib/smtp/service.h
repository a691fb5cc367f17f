/*
 * The other side of SMTP (RFC 5321) and LMTP (RFC 2033), as `sendmail -bs'
 * speaks it on its standard input and output: a machine without I/O.  It takes
 * bytes in, keeps replies ready, and says what is wanted of the caller.
 */
#ifndef SMTP_SERVICE_H
#define SMTP_SERVICE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "mail/envelope.h"

struct service_plan {
	bool lmtp;
	const char *host;       /* in the greeting; borrowed */
	int64_t max_size;       /* octets; 0: no limit that is known */
	int64_t max_recipients; /* of a message; 0: no limit of the caller's */
	/*
	 * Asked at each MAIL, if set: -1, and words in e, when no message may
	 * come now (452 4.3.2).
	 */
	int (*admit)(void *ctx, struct error *e);
	void *ctx;
};

/* What the service wants next. */
enum service_want {
	SERVICE_INPUT,   /* service_input(), or service_end() */
	SERVICE_CONTENT, /* an envelope is complete: read the message with
	                    service_content(), then service_answer() */
	SERVICE_OVER     /* send what is left of the replies, and leave */
};

/* Of the message's content. */
enum service_content {
	CONTENT_SOME,    /* *n octets */
	CONTENT_WAITS,   /* service_input() first */
	CONTENT_OVER,    /* that was all of it */
	CONTENT_ABORTED, /* the client thought better of it: send nothing */
};

struct service; /* opaque, owned */

struct service *service_new(const struct service_plan *plan);
void service_free(struct service *s);

/* Take bytes from the client; false when memory is out. */
bool service_input(struct service *s, struct bytes in);

/* The input is at its end. */
void service_end(struct service *s);

/* Is there more content than max_size?  And twice as much? */
bool service_too_large(const struct service *s);
bool service_endless(const struct service *s);

/* 421, and over; why goes on from the name of the host. */
void service_close(struct service *s, const char *status, const char *why);

/* Run as far as it goes without the caller. */
enum service_want service_step(struct service *s);

/* What is to be sent to the client; reset it when that was done. */
struct buf *service_replies(struct service *s);

/*
 * The envelope that a SERVICE_CONTENT is about, the service's until
 * service_answer(): addresses as they were given, bare ones too; NOTIFY and
 * ORCPT with each recipient, RET and ENVID.
 */
const struct envelope *service_envelope(const struct service *s);
bool service_smtputf8(const struct service *s);

/*
 * The next octets of the message, dots undone, line ends as the client wrote
 * them.  A line of one dot ends it: one that ended in LF alone, if DATA itself
 * did; else CRLF alone counts, and a bare LF is content (no message can hide
 * another one behind it).
 */
enum service_content service_content(
    struct service *s, char *to, size_t room, size_t *n);

/*
 * What came of it: verdicts of service_envelope()'s recipients, in that
 * order, whether somebody has it though no verdict may say so, and the error of
 * ours, or ERR_NONE.  In LMTP each recipient gets his
 * reply.  SMTP has one for all: 250 when all have it; else the first failure's
 * own code and words, for good (5yz) as soon as somebody has the message,
 * lest the client sends it to them again; with a line for each who has not.
 * Of what is too large nothing may have been sent: 552 for all.
 */
void service_answer(struct service *s, const struct verdict *verdicts,
    bool somebody, const struct error *e);

#endif
