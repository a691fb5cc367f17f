#include "conf/hint.h"

#include <string.h>

#include "conf/hint_table.h"

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + ('a' - 'A'));
	return c;
}

/* Does text hold what, whatever the case of ASCII letters? */
static bool
holds(struct bytes text, const char *what)
{
	struct bytes w = bytes_of(what);

	for (; text.n >= w.n; text = bytes_skip(text, 1)) {
		size_t i = 0;

		while (i < w.n && lower(text.p[i]) == lower(w.p[i]))
			i++;
		if (i == w.n)
			return true;
	}
	return false;
}

/* Is host the domain of that name, or in it? */
static bool
within(struct bytes host, const char *suffix)
{
	size_t n = strlen(suffix);

	return host.n >= n &&
	    bytes_is_case(bytes_skip(host, host.n - n), suffix) &&
	    (host.n == n || host.p[host.n - n - 1] == '.');
}

/* By the preset; or, for an account without one, by the host. */
static enum hint_family
family_of(const struct refusal *r)
{
	const struct hint_member *m;

	for (m = hint_members; m->family != FAMILY_ANY; m++)
		if (r->provider != NULL && m->provider != NULL &&
		    strcmp(r->provider, m->provider) == 0)
			return m->family;
	for (m = hint_members; m->family != FAMILY_ANY; m++)
		if (r->host != NULL && m->suffix != NULL &&
		    within(bytes_of(r->host), m->suffix))
			return m->family;
	return FAMILY_ANY;
}

static bool
same_status(struct estatus a, struct estatus b)
{
	return a.class == b.class && a.subject == b.subject &&
	    a.detail == b.detail;
}

static bool
fits(const struct hint_row *row, const struct refusal *r,
    enum hint_family family)
{
	return (row->family == FAMILY_ANY || row->family == family) &&
	    (row->kind == ERR_NONE || row->kind == r->kind) &&
	    (row->code == 0 || row->code == r->code) &&
	    (row->status.class == 0 || same_status(row->status, r->status)) &&
	    (row->words == NULL || holds(r->words, row->words));
}

/* Words say more than a provider, that more than codes. */
static int
weight(const struct hint_row *row)
{
	return (row->words != NULL) * 16 + (row->family != FAMILY_ANY) * 8 +
	    (row->status.class != 0) * 4 + (row->code != 0) * 2 +
	    (row->kind != ERR_NONE);
}

const char *
hint_for(const struct refusal *r, bool *later)
{
	enum hint_family family = family_of(r);
	const struct hint_row *best = NULL;

	for (const struct hint_row *row = hint_rows; row->advice != NULL; row++)
		if (fits(row, r, family) &&
		    (best == NULL || weight(row) > weight(best)))
			best = row;
	*later = best != NULL && best->later;
	return best == NULL ? NULL : best->advice;
}

bool
hint_locked_out(struct bytes words)
{
	for (const char *const *lock = hint_locks; *lock != NULL; lock++)
		if (holds(words, *lock))
			return true;
	return false;
}
