/*
 * What a refusal means, and what to do: advice by provider, error kind, reply
 * code, enhanced status and words of the server.  A table.
 */
#ifndef CONF_HINT_H
#define CONF_HINT_H

#include "base/error.h"

/* What is known of a refusal; all borrowed. */
struct refusal {
	const char *provider; /* preset id, or NULL */
	const char *host;     /* or NULL */
	enum error_kind kind;
	int code; /* or 0 */
	struct estatus status;
	struct bytes words;
};

/* The advice of the most specific row that fits, or NULL; and whether it says
   that trying again later may help. */
const char *hint_for(const struct refusal *r, bool *later);

/* Does the server's text tell of a lock-out or a limit on logins, so that no
   further mechanism should be tried? */
bool hint_locked_out(struct bytes words);

#endif
