/*
 * Who runs this, and what mail of his is from when nobody says otherwise: the
 * real user's login and full name, and the domain for bare addresses.
 */
#ifndef SUBMIT_IDENTITY_H
#define SUBMIT_IDENTITY_H

#include "base/error.h"
#include "base/here.h"

struct identity {
	char *login;     /* owned: of the real uid; never $USER or $LOGNAME;
	                    NULL when nobody has that uid */
	char *full_name; /* owned: $NAME, else GECOS up to the comma; or "" */
	char *domain;    /* owned: /etc/mailname, else the host's name */
	char *host;      /* owned: the host's name */
};

/* ERR_OS when memory is out. */
int identity_find(struct identity *i, const struct here *here, struct error *e);
void identity_clear(struct identity *i);

#endif
