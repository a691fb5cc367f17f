/*
 * What the environment says: where the files are, and SENDOFF_* settings.
 * None of it is read in a program that was given privileges.
 */
#ifndef CMD_ENVIRONMENT_H
#define CMD_ENVIRONMENT_H

#include "cmd/options.h"

struct environment {
	struct buf url;       /* owned: SENDOFF_URL taken apart */
	struct buf user_file; /* owned: the user's file, as a path */
	struct buf spool;     /* owned: where the spool usually is */
	struct buf state;     /* owned: where things are remembered */
};

void environment_init(struct environment *env);
void environment_clear(struct environment *env);

/*
 * Add SENDOFF_* settings to o, to be called before options_parse: the command
 * line stands above.  ERR_USAGE for a SENDOFF_URL that makes no sense.
 */
int environment_read(
    struct environment *env, struct options *o, struct error *e);

/* Where the configuration is; borrowed from env and o. */
struct conf_places environment_places(
    struct environment *env, const struct options *o);

/* SENDOFF_SPOOL, or NULL. */
const char *environment_spool(void);

/* Where messages wait when nobody says: the system's for root unless that is the
   service's, else the user's; borrowed from env, or NULL. */
const char *environment_usual_spool(struct environment *env);

/* For root, where those of the service wait, if there is one; or NULL. */
const char *environment_service_spool(void);

/*
 * Where things are remembered from one run to the next: as a service
 * (systemd.exec(5)), the system's for root, else the user's (XDG).  Borrowed
 * from env, or NULL.
 */
const char *environment_state(struct environment *env);

#endif
