/*
 * Secrets that must not be shown, and text made free of them: servers echo
 * what they were sent.
 */
#ifndef BASE_REDACT_H
#define BASE_REDACT_H

#include "base/buf.h"

enum { REDACT_SHORTEST = 4, REDACT_MOST = 96 };

struct redact {
	struct buf needles[REDACT_MOST]; /* owned, wiped; the latest last */
	size_t n;
	bool blind; /* memory was out for a secret: nothing may be shown */
};

void redact_clear(struct redact *r);

/*
 * Remember a secret: itself, and its base64 wherever in a longer text the
 * secret stands.  One shorter than REDACT_SHORTEST is not remembered: to blot
 * out every "a" would tell what it is.  When there is no more room the one
 * that was hidden longest ago is forgotten.
 */
void redact_hide(struct redact *r, struct bytes secret);

/* Add text to out with "[hidden]" in place of every secret, or of it all when
   a secret could not be remembered. */
void redact_add(const struct redact *r, struct buf *out, struct bytes text);

#endif
