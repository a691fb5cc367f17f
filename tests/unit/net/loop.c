#include "loop.h"

#include <check.h>
#include <netinet/in.h>
#include <unistd.h>

#include "base/here.h"

int64_t
soon(int ms)
{
	return here_real.ticks() + (int64_t)ms * 1000;
}

static bool
bind_loopback(struct loop *l, int family)
{
	const char *host = family == AF_INET6 ? "::1" : "127.0.0.1";

	ck_assert(resolve_literal(host, 0, &l->at));
	l->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (l->fd < 0 ||
	    bind(l->fd, (struct sockaddr *)&l->at.addr, l->at.n) < 0)
		return false;
	return getsockname(l->fd, (struct sockaddr *)&l->at.addr, &l->at.n) ==
	    0;
}

/* A full backlog of nobody who accepts: further SYNs are dropped. */
static void
fill_backlog(struct loop *l)
{
	l->filler = socket(l->at.addr.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(
	    connect(l->filler, (struct sockaddr *)&l->at.addr, l->at.n), 0);
}

bool
loop_open(struct loop *l, int family, enum loop_kind kind)
{
	l->filler = -1;
	if (!bind_loopback(l, family))
		return false;
	if (kind != LOOP_REFUSES)
		ck_assert_int_eq(listen(l->fd, kind == LOOP_SILENT ? 0 : 8), 0);
	if (kind == LOOP_SILENT)
		fill_backlog(l);
	return true;
}

void
loop_close(struct loop *l)
{
	if (l->filler >= 0)
		close(l->filler);
	if (l->fd >= 0)
		close(l->fd);
}

unsigned
loop_port(const struct loop *l)
{
	return endpoint_port(&l->at);
}
