#include "net/resolve.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"
#include "net/aside.h"

/* What the asker and the thread share. */
struct question {
	struct aside aside;
	int rc, sys; /* of the lookup; sys is its errno */
	struct addrinfo *answer;
	resolve_lookup *lookup;
	char port[8];
	char host[];
};

static const struct addrinfo by_name = { .ai_socktype = SOCK_STREAM,
	.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG };
static const struct addrinfo by_digits = { .ai_socktype = SOCK_STREAM,
	.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST };

const char *
endpoint_text(const struct endpoint *p, char to[ENDPOINT_TEXT])
{
	if (getnameinfo((const struct sockaddr *)&p->addr, p->n, to,
		ENDPOINT_TEXT, NULL, 0, NI_NUMERICHOST) != 0)
		to[0] = '\0';
	return to;
}

unsigned
endpoint_port(const struct endpoint *p)
{
	if (p->addr.ss_family == AF_INET6)
		return ntohs(
		    ((const struct sockaddr_in6 *)&p->addr)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&p->addr)->sin_port);
}

static bool
endpoint_of(struct endpoint *p, const struct addrinfo *a)
{
	if (a->ai_addrlen > sizeof(p->addr) ||
	    (a->ai_family != AF_INET && a->ai_family != AF_INET6))
		return false;
	memset(&p->addr, 0, sizeof(p->addr));
	memcpy(&p->addr, a->ai_addr, a->ai_addrlen);
	p->n = a->ai_addrlen;
	return true;
}

bool
resolve_literal(const char *host, unsigned port, struct endpoint *p)
{
	struct addrinfo *answer;
	char digits[8];
	bool ok;

	snprintf(digits, sizeof(digits), "%u", port & 0xffff);
	if (getaddrinfo(host, digits, &by_digits, &answer) != 0)
		return false;
	ok = endpoint_of(p, answer);
	freeaddrinfo(answer);
	return ok;
}

bool
resolve_source(const char *text, struct endpoint *p)
{
	struct error no_address = ERROR_NONE;
	char address[ENDPOINT_TEXT];
	struct host h;

	if (host_read(&h, bytes_of(text), &no_address) < 0 || h.is_path ||
	    h.name.n >= sizeof(address))
		return false;
	snprintf(address, sizeof(address), "%.*s", BYTES_ARG(h.name));
	return resolve_literal(address, h.port, p);
}

/* In the thread. */
static void
look_up(struct aside *a)
{
	struct question *q = (struct question *)a;
	struct addrinfo *answer = NULL;

	q->rc = q->lookup(q->host, q->port, &by_name, &answer);
	q->sys = errno;
	q->answer = q->rc == 0 ? answer : NULL;
}

static void
question_free(struct aside *a)
{
	struct question *q = (struct question *)a;

	if (q->answer != NULL)
		freeaddrinfo(q->answer);
	free(q);
}

static struct question *
question_new(const struct resolve *r)
{
	size_t n = strlen(r->host) + 1;
	struct question *q = calloc(1, sizeof(*q) + n);

	if (q == NULL)
		return NULL;
	q->aside.work = look_up;
	q->aside.free = question_free;
	q->lookup = r->lookup;
	memcpy(q->host, r->host, n);
	snprintf(q->port, sizeof(q->port), "%u", r->port & 0xffff);
	return q;
}

static int
no_answer(const struct question *q, struct error *e)
{
	switch (q->rc) {
	case EAI_NONAME:
#if EAI_NODATA != EAI_NONAME
	case EAI_NODATA:
#endif
		error_set(e, ERR_RESOLVE, "host '%s' does not exist", q->host);
		return error_hint(e, "check how 'host' is spelt");
	case EAI_MEMORY:
		return error_set(e, ERR_OS, "out of memory");
	default:
		error_set(e, ERR_RESOLVE, "cannot look up host '%s': %s",
		    q->host,
		    q->rc == EAI_SYSTEM ? strerror(q->sys)
					: gai_strerror(q->rc));
		error_transient(e);
		return error_hint(e,
		    "is this machine online, and does its name server "
		    "(/etc/resolv.conf) answer?");
	}
}

static int
collect(const struct question *q, struct endpoints *found, struct error *e)
{
	if (q->rc != 0)
		return no_answer(q, e);
	found->n = 0;
	for (struct addrinfo *a = q->answer;
	     a != NULL && found->n < RESOLVE_MOST; a = a->ai_next)
		if (endpoint_of(&found->at[found->n], a))
			found->n++;
	if (found->n == 0)
		return error_set(
		    e, ERR_RESOLVE, "host '%s' has no address", q->host);
	return 0;
}

static int
ask(const struct resolve *r, struct endpoints *found, struct error *e)
{
	struct question *q = question_new(r);
	int rc;

	if (q == NULL)
		return error_set(e, ERR_OS, "out of memory");
	if ((rc = aside_run(&q->aside, r->deadline, e)) == 0)
		return aside_too_slow(r->host, e);
	if (rc > 0)
		rc = collect(q, found, e);
	question_free(&q->aside);
	return rc;
}

int
resolve(const struct resolve *r, struct endpoints *found, struct error *e)
{
	if (!resolve_literal(r->host, r->port, &found->at[0]))
		return ask(r, found, e);
	found->n = 1;
	return 0;
}
