#include "queue/way.h"

#include <string.h>

#include "spool/checksum.h"

/* Each text with its end. */
static uint32_t
sum_up(const struct entry *n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n->options_n; i++) {
		const char *key = n->options[i].key,
			   *value = n->options[i].value;

		sum = checksum(sum, (struct bytes){ key, strlen(key) + 1 });
		sum = checksum(sum, (struct bytes){ value, strlen(value) + 1 });
	}
	return sum;
}

struct way *
way_known(struct ways *w, const struct entry *n)
{
	uint32_t settings = sum_up(n);

	for (size_t i = 0; i < w->n && i < WAYS_MOST; i++)
		if (w->at[i].settings == settings)
			return &w->at[i];
	return NULL;
}

struct way *
way_of(struct ways *w, const struct entry *n)
{
	struct way *known = way_known(w, n);

	if (known != NULL)
		return known;
	known = &w->at[w->n++ % WAYS_MOST];
	*known = (struct way){ .settings = sum_up(n) };
	return known;
}
