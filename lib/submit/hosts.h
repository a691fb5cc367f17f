/*
 * The hosts that a run goes to, one after another: those of the account, and
 * those that a domain names for it.
 */
#ifndef SUBMIT_HOSTS_H
#define SUBMIT_HOSTS_H

#include "submit/health.h"
#include "submit/letter.h"

struct hosts {
	struct account_host *at; /* owned, in the order in which to try them */
	size_t n;
	struct error missing;  /* why others could not be found, if any were */
	struct health *health; /* private, as is late: borrowed, or NULL */
	bool *late; /* owned: which of the account's are to be asked about */
};

/*
 * Find them: as they are listed, or shuffled, as the account says, each domain
 * ("srv:") replaced by its hosts (client/locate.h).  -1 when there is none:
 * ERR_CONFIG, and what locate() says.  A domain that could not be asked about
 * lately, as health has it (NULL: nothing is known), is left for hosts_more(),
 * unless there is no other host.  hosts_clear() in each case.
 */
int hosts_find(struct hosts *h, const struct letter *l, const struct request *r,
    struct health *health, struct error *e);

/* Ask about what was left, once the others have failed: are there more now? */
bool hosts_more(
    struct hosts *h, const struct letter *l, const struct request *r);
void hosts_clear(struct hosts *h);

#endif
