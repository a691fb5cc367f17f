#include "net/srv.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "net/aside.h"

/* ---- reading an answer ----------------------------------------------------- */

/* A DNS message, and how far it was read. */
struct cursor {
	const unsigned char *start, *at, *end;
};

static bool
skip(struct cursor *c, size_t n)
{
	if ((size_t)(c->end - c->at) < n)
		return false;
	c->at += n;
	return true;
}

static bool
read16(struct cursor *c, unsigned *value)
{
	const unsigned char *p = c->at;

	if (!skip(c, 2))
		return false;
	*value = (unsigned)p[0] << 8 | p[1];
	return true;
}

static bool
skip_name(struct cursor *c)
{
	int n = dn_skipname(c->at, c->end);

	return n > 0 && skip(c, (size_t)n);
}

/* The name there, unpacked; nothing may be behind it. */
static bool
last_name(const struct cursor *c, char to[SRV_HOST])
{
	char room[NS_MAXDNAME];
	int n = ns_name_uncompress(c->start, c->end, c->at, room, sizeof(room));

	if (n != c->end - c->at || strlen(room) >= SRV_HOST)
		return false;
	memcpy(to, room, strlen(room) + 1);
	return true;
}

/* Pointers of a name lead back into the message, but its end is the record's. */
static bool
read_target(const struct cursor *c, size_t n, struct srv_target *t)
{
	struct cursor record = { c->start, c->at, c->at + n };

	return read16(&record, &t->priority) && read16(&record, &t->weight) &&
	    read16(&record, &t->port) && last_name(&record, t->host);
}

static void
take_target(struct srv_targets *to, const struct srv_target *t)
{
	if (t->host[0] == '\0' || strcmp(t->host, ".") == 0)
		to->refused = true;
	else if (t->port != 0 && is_ascii_domain(bytes_of(t->host)) &&
	    to->n < SRV_MOST)
		to->at[to->n++] = *t;
}

static bool
read_record(struct srv_targets *to, struct cursor *c)
{
	struct srv_target t;
	unsigned type, class, n;

	if (!skip_name(c) || !read16(c, &type) || !read16(c, &class) ||
	    !skip(c, 4) || !read16(c, &n) || (size_t)(c->end - c->at) < n)
		return false;
	if (type == ns_t_srv && class == ns_c_in) {
		if (!read_target(c, n, &t))
			return false;
		take_target(to, &t);
	}
	return skip(c, n);
}

bool
srv_read(struct srv_targets *to, struct bytes message)
{
	const unsigned char *p = (const unsigned char *)message.p;
	struct cursor c = { p, p, p + message.n };
	unsigned questions, answers;

	to->n = 0;
	to->refused = false;
	if (!skip(&c, 4) || !read16(&c, &questions) || !read16(&c, &answers) ||
	    !skip(&c, 4))
		return false;
	for (; questions > 0; questions--)
		if (!skip_name(&c) || !skip(&c, 4))
			return false;
	for (; answers > 0; answers--)
		if (!read_record(to, &c))
			return false;
	to->refused = to->refused && to->n == 0;
	return true;
}

/* ---- their order ------------------------------------------------------------ */

/* Those of weight 0 first in a priority: they have a small chance then. */
static int
by_priority(const void *left, const void *right)
{
	const struct srv_target *a = left, *b = right;

	if (a->priority != b->priority)
		return a->priority < b->priority ? -1 : 1;
	return (a->weight != 0) - (b->weight != 0);
}

/* A number from 0 to most: it is far below 2^64, none is likelier by much. */
static uint64_t
any_number(const struct here *here, uint64_t most)
{
	uint64_t n;

	here->random(&n, sizeof(n));
	return n % (most + 1);
}

/* The first whose running sum reaches a number drawn from 0 to the whole. */
static size_t
draw(const struct srv_target *of, size_t n, const struct here *here)
{
	uint64_t sum = 0, drawn;
	size_t i;

	for (i = 0; i < n; i++)
		sum += of[i].weight;
	drawn = any_number(here, sum);
	sum = 0;
	for (i = 0; i + 1 < n; i++)
		if ((sum += of[i].weight) >= drawn)
			break;
	return i;
}

/* To the front; the others keep their order. */
static void
move_up(struct srv_target *of, size_t from)
{
	struct srv_target t = of[from];

	memmove(of + 1, of, from * sizeof(*of));
	of[0] = t;
}

void
srv_order(struct srv_targets *all, const struct here *here)
{
	qsort(all->at, all->n, sizeof(all->at[0]), by_priority);
	for (size_t i = 0; i < all->n; i++) {
		struct srv_target *rest = all->at + i;
		size_t n = 1;

		while (i + n < all->n && rest[n].priority == rest[0].priority)
			n++;
		if (n > 1)
			move_up(rest, draw(rest, n, here));
	}
}

/* ---- asking ------------------------------------------------------------------- */

/* What the asker and the thread share. */
struct question {
	struct aside aside;
	srv_lookup *lookup;
	int n, why;
	unsigned char answer[NS_MAXMSG];
	char name[];
};

int
srv_system(const char *name, unsigned char *answer, int room, int *why)
{
	struct __res_state state = { 0 };
	int n;

	if (res_ninit(&state) < 0) {
		*why = TRY_AGAIN;
		return -1;
	}
	n = res_nquery(&state, name, ns_c_in, ns_t_srv, answer, room);
	*why = state.res_h_errno;
	res_nclose(&state);
	return n;
}

/* In the thread. */
static void
look_up(struct aside *a)
{
	struct question *q = (struct question *)a;

	q->n = q->lookup(q->name, q->answer, sizeof(q->answer), &q->why);
}

static void
question_free(struct aside *a)
{
	free(a);
}

static struct question *
question_new(const char *name, srv_lookup *lookup)
{
	size_t n = strlen(name) + 1;
	struct question *q = calloc(1, sizeof(*q) + n);

	if (q == NULL)
		return NULL;
	q->aside.work = look_up;
	q->aside.free = question_free;
	q->lookup = lookup;
	memcpy(q->name, name, n);
	return q;
}

static int
no_answer(const struct question *q, struct error *e)
{
	if (q->why == HOST_NOT_FOUND || q->why == NO_DATA)
		return 0;
	error_set(e, ERR_RESOLVE, "cannot look up '%s': %s", q->name,
	    hstrerror(q->why));
	error_transient(e);
	return error_hint(e,
	    "is this machine online, and does its name server "
	    "(/etc/resolv.conf) answer?");
}

static int
collect(const struct question *q, struct srv_targets *found, struct error *e)
{
	struct bytes answer = { (const char *)q->answer, (size_t)q->n };

	if (q->n < 0)
		return no_answer(q, e);
	if (answer.n <= sizeof(q->answer) && srv_read(found, answer))
		return 0;
	found->n = 0;
	error_set(e, ERR_RESOLVE, "the name server's answer about '%s' is none",
	    q->name);
	return error_transient(e);
}

int
srv_find(const char *name, int64_t deadline, srv_lookup *lookup,
    struct srv_targets *found, struct error *e)
{
	struct question *q = question_new(name, lookup);
	int rc;

	found->n = 0;
	found->refused = false;
	if (q == NULL)
		return error_set(e, ERR_OS, "out of memory");
	if ((rc = aside_run(&q->aside, deadline, e)) == 0)
		return aside_too_slow(name, e);
	if (rc > 0)
		rc = collect(q, found, e);
	question_free(&q->aside);
	return rc;
}
