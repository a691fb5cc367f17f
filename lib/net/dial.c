#include "net/dial.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/idn.h"
#include "net/race.h"

static int64_t
end_of(const struct dial *d, int64_t patience)
{
	int64_t end = here_real.ticks() + patience;

	if (patience == 0 || (d->deadline != 0 && d->deadline < end))
		return d->deadline;
	return end;
}

/* "192.0.2.1:25", "[2001:db8::1]:25" */
static const char *
with_port(const struct endpoint *p, char *to, size_t size)
{
	char text[ENDPOINT_TEXT];
	bool six = p->addr.ss_family == AF_INET6;

	snprintf(to, size, six ? "[%s]:%u" : "%s:%u", endpoint_text(p, text),
	    endpoint_port(p));
	return to;
}

static void
tell_answers(struct trace *t, const char *host, const struct endpoints *found,
    int64_t took)
{
	struct trace_event v;
	char text[ENDPOINT_TEXT], all[1500] = "";
	size_t n = 0;

	if (!trace_open(t, &v, 3, '*', "resolve"))
		return;
	trace_text(&v, "host", bytes_of(host));
	if (t->json)
		json_open(&v.json, "addrs", '[');
	for (size_t i = 0; i < found->n && n < sizeof(all); i++) {
		endpoint_text(&found->at[i], text);
		trace_text(&v, NULL, bytes_of(text));
		n += (size_t)snprintf(
		    all + n, sizeof(all) - n, "%s%s", i == 0 ? "" : ", ", text);
	}
	if (t->json)
		json_close(&v.json, ']');
	trace_ms(&v, "ms", took);
	trace_say(&v, "dns %s -> %s (%.1f ms)", host, all, (double)took / 1e3);
	trace_close(&v);
}

static void
tell_connected(struct trace *t, const struct endpoint *peer,
    const struct endpoint *local, int64_t took)
{
	struct trace_event v;
	char there[80], here[80], text[ENDPOINT_TEXT];

	if (!trace_open(t, &v, 1, '*', "connect"))
		return;
	trace_text(&v, "addr", bytes_of(endpoint_text(peer, text)));
	trace_number(&v, "port", endpoint_port(peer));
	trace_text(&v, "local", bytes_of(with_port(local, here, sizeof(here))));
	trace_ms(&v, "ms", took);
	trace_say(&v, "connected to %s", with_port(peer, there, sizeof(there)));
	if (trace_on(t, 3))
		trace_say(&v, "connected %s -> %s (%.1f ms)", here, there,
		    (double)took / 1e3);
	trace_close(&v);
}

/* A name for the resolver: A-labels; never something with bytes in it. */
static int
ascii_host(struct buf *to, const char *host, struct error *e)
{
	char shown[128];

	if (bytes_control(bytes_of(host)) || host[0] == '\0')
		return error_set(e, ERR_CONFIG, "no host name: '%s'",
		    clean_copy(shown, sizeof(shown), bytes_of(host)));
	return idn_ascii(to, bytes_of(host), e);
}

static int
find(const struct dial *d, struct endpoints *found, struct trace *t,
    struct error *e)
{
	struct buf name = BUF(1024);
	struct resolve r = { .port = d->port,
		.deadline = end_of(d, d->connect_timeout),
		.lookup = getaddrinfo };
	int64_t start = here_real.ticks();
	int rc;

	if ((rc = ascii_host(&name, d->host, e)) == 0) {
		r.host = buf_text(&name);
		rc = resolve(&r, found, e);
	}
	if (rc == 0)
		tell_answers(t, r.host, found, here_real.ticks() - start);
	buf_clear(&name);
	return rc;
}

/* As in an address literal of EHLO: no zone behind it. */
static void
local_text(const struct endpoint *local, char to[ENDPOINT_TEXT])
{
	endpoint_text(local, to);
	to[strcspn(to, "%")] = '\0';
}

static bool
was_tried(const struct dial_tried *t, const struct endpoint *p)
{
	char text[ENDPOINT_TEXT];

	endpoint_text(p, text);
	for (size_t i = 0; t != NULL && i < t->n; i++)
		if (strcmp(t->peer[i], text) == 0)
			return true;
	return false;
}

static void
drop_tried(struct endpoints *to, const struct dial_tried *t)
{
	size_t kept = 0;

	for (size_t i = 0; i < to->n; i++)
		if (!was_tried(t, &to->at[i]))
			to->at[kept++] = to->at[i];
	to->n = kept;
}

static int
connect_tcp(const struct dial *d, struct dialled *came, struct trace *t,
    struct error *e)
{
	struct endpoints to = { .n = 0 };
	struct endpoint source, peer, local = { .n = sizeof(local.addr) };
	struct race r = { d->host, NULL, d->connect_timeout, d->deadline,
		d->meanwhile, t };
	int64_t start;
	int fd;

	if (d->source != NULL) {
		if (!resolve_source(d->source, &source))
			return error_set(e, ERR_CONFIG,
			    "source address '%s' is not an IP address",
			    d->source);
		r.source = &source;
	}
	if (find(d, &to, t, e) < 0)
		return -1;
	drop_tried(&to, d->tried);
	race_order(&to);
	came->others = to.n > 1;
	if (to.n == 0)
		return error_set(
		    e, ERR_CONNECT, "host '%s' has no other address", d->host);
	start = here_real.ticks();
	if ((fd = race(&r, &to, &peer, e)) < 0)
		return -1;
	getsockname(fd, (struct sockaddr *)&local.addr, &local.n);
	endpoint_text(&peer, came->peer);
	local_text(&local, came->local);
	came->ipv6 = peer.addr.ss_family == AF_INET6;
	tell_connected(t, &peer, &local, here_real.ticks() - start);
	return fd;
}

/*
 * A Unix socket connects at once or not at all, but for a full backlog: then
 * connect() blocks, for as long as SO_SNDTIMEO allows.
 */
static int
connect_path(const struct dial *d, const struct sockaddr_un *to)
{
	int64_t left = end_of(d, d->connect_timeout) - here_real.ticks();
	struct timeval patience = { 0, 0 };
	int rc, fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	if (d->connect_timeout != 0 || d->deadline != 0) {
		left = left > 1 ? left : 1;
		patience = (struct timeval){ left / 1000000, left % 1000000 };
	}
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	do
		rc = connect(fd, (const struct sockaddr *)to, sizeof(*to));
	while (rc < 0 && errno == EINTR);
	if (rc < 0) {
		rc = errno;
		close(fd);
		errno = rc;
		return -1;
	}
	return fd;
}

static int
no_path(const char *path, struct error *e)
{
	int why = errno;

	error_sys(e, why == EAGAIN ? ERR_TIMEOUT : ERR_CONNECT,
	    "cannot connect to '%s'", path);
	if (why == ENOENT || why == ECONNREFUSED)
		error_hint(e, "is the server running that listens there?");
	if (why == EACCES)
		error_hint(
		    e, "may this user write to the socket?  ls -l %s", path);
	return -1;
}

static int
connect_unix(const struct dial *d, struct dialled *came, struct trace *t,
    struct error *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(d->host);
	struct trace_event v;
	int fd;

	if (n >= sizeof(to.sun_path))
		return error_set(e, ERR_CONFIG,
		    "path of a socket is longer than %zu bytes: '%s'",
		    sizeof(to.sun_path) - 1, d->host);
	memcpy(to.sun_path, d->host, n);
	if ((fd = connect_path(d, &to)) < 0)
		return no_path(d->host, e);
	snprintf(came->peer, sizeof(came->peer), "%s", d->host);
	if (trace_open(t, &v, 1, '*', "connect")) {
		trace_text(&v, "addr", bytes_of(d->host));
		trace_say(&v, "connected to %s", d->host);
		trace_close(&v);
	}
	return fd;
}

struct wire *
dial(const struct dial *d, struct dialled *came, struct trace *t,
    struct error *e)
{
	int fd;

	*came = (struct dialled){ .peer = "" };
	if (d->host[0] == '/')
		fd = connect_unix(d, came, t, e);
	else
		fd = connect_tcp(d, came, t, e);
	return fd < 0 ? NULL : wire_socket(fd, e);
}
