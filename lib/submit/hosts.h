/*
 * The hosts that a run goes to, one after another: those of the account, and
 * those that a domain names for it.
 */
#ifndef SUBMIT_HOSTS_H
#define SUBMIT_HOSTS_H

#include "submit/letter.h"

struct hosts {
	struct account_host *at; /* owned, in the order in which to try them */
	size_t n;
	struct error missing; /* why others could not be found, if any were */
};

/*
 * Find them: as they are listed, or shuffled, as the account says, each domain
 * ("srv:") replaced by its hosts (client/locate.h).  -1 when there is none:
 * ERR_CONFIG, and what locate() says.  hosts_clear() in each case.
 */
int hosts_find(struct hosts *h, const struct letter *l, const struct request *r,
    struct error *e);
void hosts_clear(struct hosts *h);

#endif
