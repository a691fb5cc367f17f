#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "tests/server/peer.h"

enum {
	OUT_MAX = 4 << 20,
	OUT_ENOUGH = 4096,
	FLIGHTS_MAX = 1 << 20,
	LINGER_S = 2
};

void
peer_init(struct peer *p, int fd, unsigned idle)
{
	struct timeval patience = { .tv_sec = (time_t)idle };
	int on = 1;

	p->fd = fd;
	p->tls = NULL;
	p->at = p->end = 0;
	p->received = 0;
	p->drip = 0;
	p->answered = p->lost = p->close_notify = false;
	buf_init(&p->out, OUT_MAX);
	buf_init(&p->flights, FLIGHTS_MAX);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

void
peer_clear(struct peer *p)
{
	peer_close(p, FAREWELL_CUT);
	buf_clear(&p->out);
	buf_clear(&p->flights);
}

int
peer_secure(struct peer *p, gnutls_session_t tls)
{
	int rc;

	peer_flush(p);
	p->at = p->end = 0;
	gnutls_transport_set_int(tls, p->fd);
	do
		rc = gnutls_handshake(tls);
	while (rc < 0 && !gnutls_error_is_fatal(rc));
	if (rc < 0)
		gnutls_alert_send_appropriate(tls, rc);
	p->tls = tls;
	p->lost = p->lost || rc < 0;
	return rc;
}

static bool
readable(const struct peer *p, int ms)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLIN };

	if (p->tls != NULL && gnutls_record_check_pending(p->tls) > 0)
		return true;
	return poll(&pfd, 1, ms) > 0;
}

static ssize_t
receive(struct peer *p, char *to, size_t room)
{
	ssize_t n;

	if (p->tls == NULL) {
		do
			n = recv(p->fd, to, room, 0);
		while (n < 0 && errno == EINTR);
		return n;
	}
	do
		n = gnutls_record_recv(p->tls, to, room);
	while (
	    n == GNUTLS_E_INTERRUPTED || n == GNUTLS_E_WARNING_ALERT_RECEIVED);
	p->close_notify = n == 0;
	return n;
}

static void
note_flight(struct peer *p)
{
	if (p->answered && p->flights.n > 0)
		buf_addc(&p->flights, '\n');
	p->answered = false;
}

/* Some of the answers; the flight that they belong to is not over. */
static void
flush_on_the_way(struct peer *p)
{
	bool answered = p->answered;

	peer_flush(p);
	p->answered = answered;
}

bool
peer_fill(struct peer *p)
{
	ssize_t n;

	if (p->lost)
		return false;
	if (!readable(p, 0))
		peer_flush(p);
	else if (p->out.n > OUT_ENOUGH)
		flush_on_the_way(p);
	memmove(p->in, p->in + p->at, p->end - p->at);
	p->end -= p->at;
	p->at = 0;
	n = receive(p, p->in + p->end, PEER_IN - p->end);
	if (n <= 0) {
		peer_flush(p);
		p->lost = true;
		return false;
	}
	note_flight(p);
	if (p->raw != NULL)
		fwrite(p->in + p->end, 1, (size_t)n, p->raw);
	p->end += (size_t)n;
	p->received += (uint64_t)n;
	return true;
}

struct bytes
peer_rest(const struct peer *p)
{
	return (struct bytes){ p->in + p->at, p->end - p->at };
}

void
peer_take(struct peer *p, size_t n)
{
	p->at += n;
}

bool
peer_line(struct peer *p, struct bytes *line)
{
	struct bytes rest = peer_rest(p);
	size_t at;

	while ((at = bytes_index(rest, '\n')) == rest.n) {
		if (rest.n > PEER_LINE || !peer_fill(p))
			return false;
		rest = peer_rest(p);
	}
	*line = bytes_head(rest, at);
	if (at > 0 && rest.p[at - 1] == '\r')
		line->n--;
	peer_take(p, at + 1);
	peer_log(p, '>', *line);
	return true;
}

bool
peer_early(struct peer *p)
{
	char c;

	if (p->at < p->end)
		return true;
	if (!readable(p, (int)p->latency))
		return false;
	return p->tls != NULL || recv(p->fd, &c, 1, MSG_PEEK) == 1;
}

static void
transmit(struct peer *p, struct bytes what)
{
	while (what.n > 0 && !p->lost) {
		ssize_t n = p->tls == NULL
		    ? send(p->fd, what.p, what.n, MSG_NOSIGNAL)
		    : gnutls_record_send(p->tls, what.p, what.n);

		if (n > 0)
			what = bytes_skip(what, (size_t)n);
		else if (p->tls == NULL ? errno != EINTR
					: n != GNUTLS_E_INTERRUPTED)
			p->lost = true;
	}
	p->answered = true;
}

static void
nap(unsigned long microseconds)
{
	struct timespec t = { .tv_sec = (time_t)(microseconds / 1000000),
		.tv_nsec = (long)(microseconds % 1000000) * 1000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

void
peer_flush(struct peer *p)
{
	struct bytes what = buf_bytes(&p->out);

	if (what.n == 0)
		return;
	if (p->latency > 0)
		nap(p->latency * 1000UL);
	while (p->drip > 0 && what.n > 0 && !p->lost) {
		transmit(p, bytes_head(what, 1));
		what = bytes_skip(what, 1);
		nap(1000000UL / p->drip);
	}
	transmit(p, what);
	buf_reset(&p->out);
}

void
peer_put(struct peer *p, struct bytes text)
{
	peer_log(p, '<', text);
	buf_add(&p->out, text);
}

void
peer_flew(struct peer *p, struct bytes verb)
{
	struct bytes have = buf_bytes(&p->flights);

	if (have.n > 0 && have.p[have.n - 1] != '\n')
		buf_addc(&p->flights, ' ');
	for (size_t i = 0; i < verb.n && i < 16; i++)
		if (verb.p[i] > ' ' && verb.p[i] < 0x7f)
			buf_addc(&p->flights, verb.p[i]);
}

unsigned
peer_turns(const struct peer *p)
{
	struct bytes rest = buf_bytes(&p->flights);
	unsigned turns = 0;

	while (rest.n > 0)
		turns += !bytes_is_case(bytes_take(&rest, '\n'), "QUIT");
	return turns;
}

/*
 * Let the client read all that was sent, and hear how it leaves: to close
 * with unread input would reset the connection.
 */
static void
drain(struct peer *p)
{
	struct timeval patience = { .tv_sec = LINGER_S };
	char rest[4096];

	setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	shutdown(p->fd, SHUT_WR);
	while (receive(p, rest, sizeof(rest)) > 0)
		continue;
}

void
peer_close(struct peer *p, enum farewell how)
{
	struct linger rst = { .l_onoff = 1 };

	if (p->fd < 0)
		return;
	peer_flush(p);
	if (p->tls != NULL && how == FAREWELL_CLOSE && !p->lost)
		gnutls_bye(p->tls, GNUTLS_SHUT_WR);
	if (how == FAREWELL_RESET)
		setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &rst, sizeof(rst));
	else if (!p->lost)
		drain(p);
	if (p->tls != NULL)
		gnutls_deinit(p->tls);
	p->tls = NULL;
	close(p->fd);
	p->fd = -1;
	p->lost = true;
}

void
peer_hang(struct peer *p, unsigned ms)
{
	struct pollfd pfd = { .fd = p->fd, .events = POLLRDHUP };

	peer_flush(p);
	poll(&pfd, 1, (int)ms);
	p->lost = true;
}

void
peer_log(struct peer *p, char mark, struct bytes text)
{
	struct buf shown = BUF(OUT_MAX);

	if (p->log == NULL)
		return;
	do {
		struct bytes line = bytes_take(&text, '\n');

		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		buf_reset(&shown);
		clean_add(&shown, line);
		fprintf(
		    p->log, "%c %.*s\n", mark, BYTES_ARG(buf_bytes(&shown)));
	} while (text.n > 0);
	buf_clear(&shown);
}
