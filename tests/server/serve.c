#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/server/serve.h"
#include "tests/server/session.h"
#include "tests/server/store.h"

enum { BACKLOG = 128 };

struct house {
	struct session_place place;
	struct secure secure;
	int listener, signals;
	unsigned clients; /* processes that live */
};

static int
listen_unix(const char *path, struct error *e)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	unlink(path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    listen(fd, BACKLOG) < 0)
		return error_sys(e, ERR_OS, "cannot listen at '%s'", path);
	return fd;
}

static int
listen_tcp(const char *address, unsigned port, struct error *e)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *ai;
	char service[16];
	int fd, on = 1;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &hints, &ai) != 0)
		return error_set(e, ERR_USAGE, "'%s' is no address", address);
	fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, ai->ai_addr, ai->ai_addrlen) < 0 ||
	    listen(fd, BACKLOG) < 0)
		error_sys(e, ERR_OS, "cannot listen at '%s'", address);
	freeaddrinfo(ai);
	return e->kind == ERR_NONE ? fd : -1;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_storage sa = { 0 };
	socklen_t n = sizeof(sa);

	if (getsockname(fd, (struct sockaddr *)&sa, &n) < 0)
		return 0;
	if (sa.ss_family == AF_INET)
		return ntohs(((struct sockaddr_in *)&sa)->sin_port);
	if (sa.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&sa)->sin6_port);
	return 0;
}

static void
announce(const struct settings *set, int fd)
{
	char text[16];

	snprintf(text, sizeof(text), "%u\n", port_of(fd));
	if (!set->quiet) {
		fputs(text, stdout);
		fflush(stdout);
	}
	if (set->port_file != NULL) {
		char draft[4096];
		FILE *f;

		snprintf(draft, sizeof(draft), "%s.new", set->port_file);
		if ((f = fopen(draft, "we")) == NULL)
			return;
		fputs(text, f);
		fclose(f);
		rename(draft, set->port_file);
	}
}

/* SIGTERM and SIGCHLD come by a descriptor, to be waited for with clients. */
static int
take_signals(struct error *e)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? error_sys(e, ERR_OS, "no signalfd") : fd;
}

static int
open_store(const char *path, struct error *e)
{
	int fd;

	if (path == NULL)
		return -1;
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return error_sys(e, ERR_IO, "cannot make '%s'", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? error_sys(e, ERR_IO, "cannot open '%s'", path) : fd;
}

/* "127.0.0.1:4025", "::1:4025"; nothing for a Unix socket. */
static void
name_client(const struct sockaddr *from, socklen_t n, char *to, size_t size)
{
	char host[INET6_ADDRSTRLEN], port[8];

	to[0] = '\0';
	if (from->sa_family != AF_UNIX &&
	    getnameinfo(from, n, host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV) == 0)
		snprintf(to, size, "%s:%s", host, port);
}

static void
accept_client(struct house *h)
{
	struct sockaddr_storage from = { 0 };
	socklen_t n = sizeof(from);
	int fd =
	    accept4(h->listener, (struct sockaddr *)&from, &n, SOCK_CLOEXEC);
	pid_t pid;

	if (fd < 0)
		return;
	name_client((struct sockaddr *)&from, n, h->place.client,
	    sizeof(h->place.client));
	h->place.conn++;
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(h->listener);
		session_serve(&h->place, fd);
		_exit(0);
	}
	h->clients += pid > 0;
	close(fd);
}

/* False when it is time to go. */
static bool
take_signal(struct house *h)
{
	struct signalfd_siginfo info;

	if (read(h->signals, &info, sizeof(info)) != sizeof(info))
		return true;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		h->clients--;
	return info.ssi_signo == SIGCHLD;
}

static void
serve_clients(struct house *h)
{
	unsigned most = h->place.settings->connections;
	struct pollfd pfd[2] = { { .fd = h->signals, .events = POLLIN },
		{ .fd = h->listener, .events = POLLIN } };

	for (;;) {
		bool full = most > 0 && h->place.conn >= most;

		if (full && h->clients == 0)
			return;
		pfd[1].revents = 0;
		poll(pfd, full ? 1 : 2, -1);
		if ((pfd[0].revents & POLLIN) != 0 && !take_signal(h))
			return;
		if ((pfd[1].revents & POLLIN) != 0)
			accept_client(h);
	}
}

static int
open_house(struct house *h, const struct settings *set, struct error *e)
{
	if (secure_init(&h->secure, set, e) < 0)
		return -1;
	h->place.messages = mmap(NULL, sizeof(unsigned), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (h->place.messages == MAP_FAILED)
		return error_sys(e, ERR_OS, "no memory to share");
	h->place.store = open_store(set->store, e);
	h->signals = take_signals(e);
	if (e->kind != ERR_NONE)
		return -1;
	h->listener = set->socket != NULL
	    ? listen_unix(set->socket, e)
	    : listen_tcp(set->address, set->port, e);
	return h->listener < 0 ? -1 : 0;
}

int
serve(const struct settings *set, struct error *e)
{
	struct house h = { .place = { .settings = set, .store = -1 },
		.listener = -1,
		.signals = -1 };
	int rc;

	h.place.secure = &h.secure;
	rc = open_house(&h, set, e);
	if (rc == 0) {
		announce(set, h.listener);
		serve_clients(&h);
	}
	close(h.listener);
	close(h.signals);
	close(h.place.store);
	secure_clear(&h.secure);
	return rc;
}
