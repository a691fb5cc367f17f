/*
 * Aliases, as aliases(5) of sendmail and Postfix has them: local names that
 * stand for other addresses.  Everything is parsed; what we do not do (run a
 * program, write into a file) is refused when it is used, by file and line.
 */
#ifndef CONF_ALIASES_H
#define CONF_ALIASES_H

#include "base/buf.h"
#include "base/error.h"
#include "mail/address.h"

struct aliases; /* opaque, owned */

/*
 * Read a file.  Lines that are no alias are told in *report, "file:line:
 * what", and passed over.  NULL and ERR_NOINPUT when it is not there,
 * ERR_CONFIG or ERR_SECRET when it cannot be read or trusted.
 */
struct aliases *aliases_open(
    const char *path, struct buf *report, struct error *e);
void aliases_close(struct aliases *a);

/* What an alias came to. */
struct alias_targets {
	struct address_list to; /* owned; bare or not; no alias any more */
	size_t discarded;       /* times that /dev/null was meant */
};

#define ALIAS_TARGETS ((struct alias_targets){ 0 })
void alias_targets_clear(struct alias_targets *t);

/* Is an address bare, or of `localhost' or the host of that name? */
bool alias_local(struct bytes addr_spec, const char *host);

/*
 * Add what a local address leads to, through aliases of aliases and included
 * files; itself, when it is no alias.  An alias that names itself means the
 * mailbox of that name; any other circle is dropped.  ERR_CONFIG for what we
 * do not do, cannot be read, or leads nowhere.
 */
int aliases_expand(struct aliases *a, const struct address *from,
    const char *host, struct alias_targets *t, struct error *e);

/*
 * Look at each entry, used or not: what is wrong is told in *report, and so
 * is what would be refused when it is used.  Returns how many are wrong; *n is
 * all there are.
 */
unsigned aliases_check(struct aliases *a, struct buf *report, size_t *n);

#endif
