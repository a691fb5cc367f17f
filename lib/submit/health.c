#include "submit/health.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "submit/facts.h"

/* Seconds; a day after it could have been tried again all is forgotten, and whoever
   has one to write down then removes what is as old as that in any case. */
enum { FIRST = 60, MOST = 3600, FORGET = 86400 };
enum { FAILS_MOST = 7 }; /* the first with which MOST is reached */

void
health_init(struct health *h, const struct here *here, const char *state)
{
	h->here = here;
	h->n = 0;
	h->path[0] = '\0';
	if (state != NULL && strlen(state) + sizeof("/hosts") <= HEALTH_PATH)
		snprintf(h->path, sizeof(h->path), "%s/hosts", state);
}

/* "mx.example.org:587", "::1:25"; a socket has port 0. */
static void
name_host(char to[HEALTH_HOST], const struct account_host *host)
{
	char *c = to;

	snprintf(to, HEALTH_HOST, "%s:%u", host->name, host->port);
	for (; !host->is_path && *c != '\0'; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + 'a' - 'A');
}

/* Its place among the known, or n: nothing is. */
static size_t
find(const struct health *h, const struct account_host *host)
{
	char name[HEALTH_HOST];
	size_t i;

	name_host(name, host);
	for (i = 0; i < h->n; i++)
		if (strcmp(h->known[i].host, name) == 0)
			break;
	return i;
}

/* Its fact, a new one if need be; NULL when there are too many. */
static struct health_fact *
find_or_add(struct health *h, const struct account_host *host)
{
	size_t i = find(h, host);
	struct health_fact *f = &h->known[i];

	if (i < h->n)
		return f;
	if (i == HEALTH_HOSTS)
		return NULL;
	*f = (struct health_fact){ .fails = 0 };
	name_host(f->host, host);
	h->n++;
	return f;
}

static void
drop(struct health *h, size_t i)
{
	h->known[i] = h->known[--h->n];
}

static int64_t
seconds(const struct health *h)
{
	return h->here->now().tv_sec;
}

/* How long a host that failed so often waits behind the others. */
static int64_t
wait_of(unsigned fails)
{
	int64_t wait = (int64_t)FIRST << (fails - 1);

	return wait < MOST ? wait : MOST;
}

/* Nothing that is told from the future counts: the clock was set. */
static bool
is_down(const struct health_fact *f, int64_t now)
{
	return f->fails > 0 && now >= f->since &&
	    now - f->since < wait_of(f->fails);
}

/* ---- the files ----------------------------------------------------------------- */

/* What stands there is a number and a line for people; any number will do. */
static unsigned
fails_of(const char *text)
{
	if (text[0] < '1' || text[0] > '0' + FAILS_MOST || text[1] != '\n')
		return 1;
	return (unsigned)(text[0] - '0');
}

static void
recall(struct health *h, int dir, const struct account_host *host)
{
	char text[4], name[HEALTH_HOST];
	struct health_fact *f;
	size_t known = find(h, host);
	int64_t since;

	name_host(name, host);
	if (dir >= 0 && facts_read(dir, name, text, sizeof(text), &since)) {
		if ((f = find_or_add(h, host)) == NULL)
			return;
		f->fails = fails_of(text);
		f->since = since;
		f->kept = true;
	} else if (known < h->n && h->known[known].kept) {
		drop(h, known); /* another run found that it answers */
	}
}

static void
recall_all(struct health *h, const struct account_host *at, size_t n)
{
	int dir = h->path[0] == '\0' ? -1 : facts_open(h->path, false);

	for (size_t i = 0; i < n; i++)
		recall(h, dir, &at[i]);
	if (dir >= 0)
		close(dir);
}

static void
keep(struct health *h, struct health_fact *f, const char *why)
{
	char text[1024];
	int dir = h->path[0] == '\0' ? -1 : facts_open(h->path, true);

	if (dir < 0)
		return;
	snprintf(text, sizeof(text), "%u\n%s\n", f->fails, why);
	f->kept = facts_write(dir, f->host, text, f->since);
	facts_sweep(dir, f->since - MOST - FORGET);
	close(dir);
}

/* ---- the face ------------------------------------------------------------------ */

bool
health_is_down(const struct health *h, const struct account_host *host)
{
	size_t i = find(h, host);

	return i < h->n && is_down(&h->known[i], seconds(h));
}

/* To the end; those behind it close up. */
static void
move_last(struct account_host *at, size_t n, size_t from)
{
	struct account_host host = at[from];

	memmove(at + from, at + from + 1, (n - from - 1) * sizeof(*at));
	at[n - 1] = host;
}

void
health_order(struct health *h, struct account_host *at, size_t n)
{
	recall_all(h, at, n);
	for (size_t i = 0, seen = 0; seen < n; seen++)
		if (health_is_down(h, &at[i]))
			move_last(at, n, i);
		else
			i++;
}

void
health_note_down(
    struct health *h, const struct account_host *host, const char *why)
{
	struct health_fact *f = find_or_add(h, host);
	int64_t now = seconds(h);

	if (f == NULL || is_down(f, now))
		return;
	if (f->fails == 0 || now < f->since ||
	    now - f->since > wait_of(f->fails) + FORGET)
		f->fails = 1;
	else if (f->fails < FAILS_MOST)
		f->fails++;
	f->since = now;
	keep(h, f, why);
}

void
health_note_up(struct health *h, const struct account_host *host)
{
	size_t i = find(h, host);

	if (i == h->n)
		return;
	if (h->known[i].kept)
		facts_drop(h->path, h->known[i].host);
	drop(h, i);
}
