/*
 * The envelope (RFC 5321, 2.3.1): whom a message is from and for, and what
 * the server decided about each recipient.
 */
#ifndef MAIL_ENVELOPE_H
#define MAIL_ENVELOPE_H

#include "base/error.h"

/*
 * A verdict is what a server decided; not being able to ask it is an error.
 * Only the answer to the final dot makes SENT.
 */
enum verdict_state {
	VERDICT_PENDING,  /* nothing is decided */
	VERDICT_SENT,     /* 2yz to the message: the server has it */
	VERDICT_DEFERRED, /* 4yz, or the answer never came: try again */
	VERDICT_REFUSED,  /* 5yz: never for this recipient */
	VERDICT_QUEUED    /* open, and kept in the spool */
};

/* The command whose reply decided. */
enum verdict_stage {
	STAGE_NONE,
	STAGE_ADDRESS, /* none: we could not read the address */
	STAGE_MAIL,
	STAGE_RCPT,
	STAGE_DATA,
	STAGE_DOT,
	STAGE_OTHERS /* none: all or nobody, and another was refused; what
	                was decided about that one counts */
};

struct verdict {
	enum verdict_state state;
	enum verdict_stage stage;
	int code;              /* the reply's code, or 0 */
	struct estatus status; /* class 0: the server gave none */
	char text[256];        /* its words, one line, fit to be shown */
};

/* DSN NOTIFY (RFC 3461, 4.1). */
enum dsn_notify {
	NOTIFY_UNSET = 0,
	NOTIFY_NEVER = 1,
	NOTIFY_SUCCESS = 2,
	NOTIFY_FAILURE = 4,
	NOTIFY_DELAY = 8
};

/* DSN RET (RFC 3461, 4.3). */
enum dsn_return { RETURN_UNSET, RETURN_FULL, RETURN_HDRS };

struct recipient {
	char *address;   /* owned: addr-spec, UTF-8, no angle brackets; what
	                    was refused at STAGE_ADDRESS is as it was given */
	char *original;  /* owned: ORCPT address before aliasing, or NULL */
	char *options;   /* owned: further RCPT parameters, or NULL */
	unsigned notify; /* enum dsn_notify; UNSET: the envelope's */
	struct verdict verdict;
	bool noted; /* of one that waits: the verdict stands in the spool */
};

struct envelope {
	char *sender;         /* owned: addr-spec; "": the null reverse-path */
	struct recipient *to; /* owned */
	size_t n;
	unsigned notify; /* for every recipient that has none */
	enum dsn_return ret;
	char *envid;   /* owned: ENVID as xtext, or NULL */
	size_t *index; /* private, owned: where in `to', by hash, plus one */
	size_t slots;  /* private: of index, a power of two */
	size_t known;  /* private: recipients in index */
};

#define ENVELOPE ((struct envelope){ 0 })
void envelope_clear(struct envelope *env);

/* Set the sender (a copy).  -1 when memory is out. */
int envelope_from(struct envelope *env, struct bytes sender, struct error *e);

/*
 * Add a recipient (a copy), unless it is there: same local part, and same
 * domain whatever the case.  *at, if at is not NULL, is where it stands.  -1
 * when memory is out.
 */
int envelope_to(
    struct envelope *env, struct bytes address, size_t *at, struct error *e);

/* The same, though he may be there: he stands in it once more. */
int envelope_again(
    struct envelope *env, struct bytes address, size_t *at, struct error *e);

/* Those who were put off are open again, for another server. */
void envelope_reopen(struct envelope *env);

/* Decide about one recipient; words are cut to what fits. */
void verdict_set(struct verdict *v, enum verdict_state state,
    enum verdict_stage stage, int code, struct estatus status,
    struct bytes words);

/* Is the message with somebody who answers for it: the server, the spool? */
bool verdict_taken(const struct verdict *v);

/* Is nothing decided for good?  ... about anybody? */
bool verdict_open(const struct verdict *v);
bool envelope_open(const struct envelope *env);

/*
 * What the whole run came to: a pure function of the error and the verdicts.
 * e is the error of ours, ERR_NONE when there was none.  In this order:
 *
 * 1. Somebody is open, nothing has left us (nothing sent or queued, no final
 *    dot), and there is an error: the error's exit.
 * 2. Somebody is open, PENDING or DEFERRED: 75.
 * 3. Somebody is refused: by the first refusal 65 at MAIL and for
 *    what is no address, 67 for an unknown
 *    mailbox (x.1.z; 550, 551, 553 at RCPT without such a code), else 69.
 * 4. 0, kind ERR_NONE, whatever e says: an error behind it changes nothing.
 *
 * Else kind is the error's, or the stage of the first recipient that has
 * failed at one tells it: sender, recipients or data refused.
 */
struct outcome {
	int exit;             /* sysexits(3) */
	enum error_kind kind; /* what reports call it */
};
struct outcome envelope_outcome(
    const struct envelope *env, const struct error *e);

#endif
