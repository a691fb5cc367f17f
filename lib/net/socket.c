#include "net/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/here.h"
#include "base/stop.h"

/* The answer to the last dot may take ten minutes: keep NATs awake. */
enum { KEEPALIVE_IDLE = 60 };

struct socket_wire {
	struct wire wire;
	int fd; /* owned */
};

/* The wire is its first member. */
static int
fd_of(struct wire *w)
{
	return ((struct socket_wire *)w)->fd;
}

static bool
would_block(int why)
{
	return why == EAGAIN || why == EWOULDBLOCK;
}

static ssize_t
socket_read(struct wire *w, char *p, size_t n, struct error *e)
{
	ssize_t got;

	do
		got = recv(fd_of(w), p, n, 0);
	while (got < 0 && errno == EINTR);
	if (got >= 0)
		return got;
	if (would_block(errno))
		return WIRE_AGAIN;
	return error_sys(e, ERR_DISCONNECTED, "connection lost");
}

static ssize_t
socket_write(struct wire *w, struct bytes data, struct error *e)
{
	ssize_t sent;

	do
		sent = send(fd_of(w), data.p, data.n, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	if (would_block(errno))
		return WIRE_AGAIN;
	return error_sys(e, ERR_DISCONNECTED, "connection lost");
}

/* What poll found, in the wire's words: an error shows when it is tried. */
static int
ready(short found, int what)
{
	int can = 0;

	if (found & (POLLERR | POLLHUP | POLLNVAL))
		return what;
	if (found & POLLIN)
		can |= WIRE_READ;
	if (found & POLLOUT)
		can |= WIRE_WRITE;
	return can;
}

/* Up to the deadline: as poll(2), 0 when it has passed. */
static int
poll_until(struct pollfd *p, int64_t deadline)
{
	int64_t left = deadline - here_real.ticks();
	struct timespec t = { left / 1000000, left % 1000000 * 1000 };

	if (deadline != 0 && left <= 0)
		return 0;
	return stop_poll(p, 1, deadline == 0 ? NULL : &t);
}

static int
socket_wait(struct wire *w, int what, int64_t deadline, struct error *e)
{
	struct pollfd p = { .fd = fd_of(w) };
	int rc;

	if (what & WIRE_READ)
		p.events |= POLLIN;
	if (what & WIRE_WRITE)
		p.events |= POLLOUT;
	do
		rc = poll_until(&p, deadline);
	while (rc < 0 && errno == EINTR && stop_asked() == 0);
	if (rc < 0 && errno == EINTR)
		return stop_error(e);
	if (rc < 0)
		return error_sys(e, ERR_OS, "cannot wait for the peer");
	return rc == 0 ? 0 : ready(p.revents, what);
}

static size_t
socket_pending(struct wire *w)
{
	(void)w;
	return 0;
}

static void
socket_close(struct wire *w, bool polite)
{
	(void)polite;
	close(fd_of(w));
	free(w);
}

static bool
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return false;
	return (flags & O_NONBLOCK) != 0 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

/* Wishes, not needs; a Unix socket knows none of them. */
static void
tune(int fd)
{
	const int on = 1, idle = KEEPALIVE_IDLE;
	int domain = AF_UNIX;
	socklen_t n = sizeof(domain);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n);
	if (domain == AF_UNIX)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
}

struct wire *
wire_socket(int fd, struct error *e)
{
	static const struct wire calls = { socket_read, socket_write,
		socket_wait, socket_pending, socket_close, fd_of };
	struct socket_wire *s = NULL;

	if (!make_nonblocking(fd) || (s = malloc(sizeof(*s))) == NULL) {
		error_sys(e, ERR_OS, "cannot use the connection");
		close(fd);
		return NULL;
	}
	tune(fd);
	s->wire = calls;
	s->fd = fd;
	return (struct wire *)s;
}

static bool
kernel_holds_bytes(int fd)
{
	ssize_t waiting;
	char c;

	do
		waiting = recv(fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
	while (waiting < 0 && errno == EINTR);
	return waiting > 0;
}

int
wire_quiet(struct wire *w, struct error *e)
{
	int fd = w->fd(w);

	if (w->pending(w) == 0 && (fd < 0 || !kernel_holds_bytes(fd)))
		return 0;
	return error_set(e, ERR_PROTOCOL,
	    "server, or somebody on the way, sent plaintext behind its "
	    "answer to STARTTLS");
}
