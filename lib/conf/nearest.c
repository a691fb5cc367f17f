#include "conf/nearest.h"

#include "base/buf.h"

enum { LONGEST = 40, FAR = LONGEST * 2 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char
lower(char c)
{
	if (c >= 'A' && c <= 'Z')
		c = (char)(c + ('a' - 'A'));
	return c;
}

/*
 * How many letters must be put in, left out, changed or swapped with their
 * neighbour to make b of a (optimal string alignment)?
 */
static size_t
distance(struct bytes a, struct bytes b)
{
	size_t row[3][LONGEST + 1], *now = row[0], *before = row[1],
				    *earlier = row[2], *spare;

	for (size_t j = 0; j <= b.n; j++)
		before[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			char x = lower(a.p[i - 1]), y = lower(b.p[j - 1]);

			now[j] = least(before[j - 1] + (x != y),
			    least(before[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && x == lower(b.p[j - 2]) &&
			    lower(a.p[i - 2]) == y)
				now[j] = least(now[j], earlier[j - 2] + 1);
		}
		spare = earlier;
		earlier = before;
		before = now;
		now = spare;
	}
	return before[b.n];
}

/* A third of the word may be wrong. */
static size_t
most_wrong(struct bytes word)
{
	return word.n <= 2 ? 1 : (word.n + 2) / 3;
}

const char *
nearest(struct bytes word, const char *const *list)
{
	size_t best = FAR;
	const char *found = NULL;

	if (word.n == 0 || word.n > LONGEST)
		return NULL;
	for (; *list != NULL; list++) {
		struct bytes other = bytes_of(*list);
		size_t d = other.n > LONGEST ? FAR : distance(word, other);

		if (d < best && d <= most_wrong(word) && d < other.n) {
			best = d;
			found = *list;
		}
	}
	return found;
}

int
nearest_hint(struct error *e, struct bytes word, const char *const *list)
{
	const char *found = nearest(word, list);
	struct buf all = BUF(sizeof(e->hint) - sizeof("one of:"));

	if (found != NULL)
		return error_hint(e, "did you mean '%s'?", found);
	for (; *list != NULL; list++)
		buf_addf(&all, " %s", *list);
	if (all.n > 0)
		error_hint(e, "one of:%s", buf_text(&all));
	buf_clear(&all);
	return -1;
}
