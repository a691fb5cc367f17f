/* An answer about a service holds hosts, or is none; their order loses none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "net/srv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static unsigned long
sum_of(const struct srv_targets *all)
{
	unsigned long sum = 0;

	for (size_t i = 0; i < all->n; i++)
		sum += all->at[i].priority * 3UL + all->at[i].weight * 5UL +
		    all->at[i].port * 7UL + strlen(all->at[i].host);
	return sum;
}

static void
check(const struct srv_targets *all)
{
	if (all->n > SRV_MOST || (all->refused && all->n > 0))
		abort();
	for (size_t i = 0; i < all->n; i++)
		if (!is_ascii_domain(bytes_of(all->at[i].host)) ||
		    all->at[i].port < 1 || all->at[i].port > 65535 ||
		    (i > 0 && all->at[i].priority < all->at[i - 1].priority))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct srv_targets all;
	unsigned long sum;
	char *own = malloc(n + 1);

	if (own == NULL)
		return 0;
	memcpy(own, data, n);
	if (srv_read(&all, (struct bytes){ own, n })) {
		sum = sum_of(&all);
		srv_order(&all, &here_real);
		if (sum != sum_of(&all))
			abort();
		check(&all);
	}
	free(own);
	return 0;
}
