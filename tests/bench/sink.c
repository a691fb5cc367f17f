/*
 * A server that takes messages and keeps none, as fast as one process can.
 * When it has answered for COUNT of them it prints the time of that, in seconds
 * of the monotonic clock, and how many connections it had; then it goes on.
 * usage: sink PORT COUNT
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { LINE = 1024, BLOCK = 64 << 10, EVENTS = 64, BACKLOG = 1024 };

struct client {
	int fd;
	bool content, over;
	size_t at; /* within the end of content, or the line */
	char line[LINE];
	size_t out_n;
	char out[4096];
};

struct sink {
	int listener, events;
	long wanted, taken, connections;
};

/* ---- what is said ----------------------------------------------------------- */

static void
flush(struct client *c)
{
	size_t from = 0;

	while (from < c->out_n) {
		ssize_t n =
		    send(c->fd, c->out + from, c->out_n - from, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			c->over = true;
			break;
		}
		from += (size_t)n;
	}
	c->out_n = 0;
}

static void
say(struct client *c, const char *text)
{
	size_t n = strlen(text);

	if (c->out_n + n > sizeof(c->out))
		flush(c);
	memcpy(c->out + c->out_n, text, n);
	c->out_n += n;
}

/* ---- what is heard ---------------------------------------------------------- */

static bool
is(const char *line, const char *verb)
{
	return strncasecmp(line, verb, strlen(verb)) == 0;
}

static void
hear(struct client *c)
{
	if (is(c->line, "EHLO"))
		say(c,
		    "250-sink.example.test\r\n250-PIPELINING\r\n"
		    "250-SIZE 100000000\r\n250-8BITMIME\r\n"
		    "250 ENHANCEDSTATUSCODES\r\n");
	else if (is(c->line, "DATA")) {
		say(c, "354 go on\r\n");
		c->content = true;
	} else if (is(c->line, "QUIT")) {
		say(c, "221 2.0.0 bye\r\n");
		c->over = true;
	} else
		say(c, "250 2.1.0 ok\r\n");
}

static void
tell(const struct sink *s)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("%lld.%09ld %ld\n", (long long)now.tv_sec, now.tv_nsec,
	    s->connections);
	fflush(stdout);
}

static void
take_message(struct sink *s, struct client *c)
{
	c->content = false;
	say(c, "250 2.0.0 taken\r\n");
	flush(c);
	if (++s->taken == s->wanted)
		tell(s);
}

static void
hear_content(struct sink *s, struct client *c, char byte)
{
	static const char end[] = "\r\n.\r\n";

	if (byte == end[c->at])
		c->at++;
	else
		c->at = byte == '\r' ? 1 : 0;
	if (end[c->at] == '\0') {
		c->at = 0;
		take_message(s, c);
	}
}

static void
hear_command(struct client *c, char byte)
{
	if (byte != '\n') {
		if (c->at < LINE - 1)
			c->line[c->at++] = byte;
		return;
	}
	c->line[c->at] = '\0';
	c->at = 0;
	hear(c);
	if (c->content)
		c->at = 2; /* a line has just begun */
}

static void
hear_block(struct sink *s, struct client *c)
{
	static char block[BLOCK];
	ssize_t n = recv(c->fd, block, sizeof(block), 0);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	c->over = n <= 0;
	for (ssize_t i = 0; i < n && !c->over; i++)
		if (c->content)
			hear_content(s, c, block[i]);
		else
			hear_command(c, block[i]);
	flush(c);
	if (c->over) {
		close(c->fd);
		free(c);
	}
}

/* ---- who comes -------------------------------------------------------------- */

static void
watch(const struct sink *s, int fd, struct client *c)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };

	if (epoll_ctl(s->events, EPOLL_CTL_ADD, fd, &event) < 0)
		exit(1);
}

static void
let_in(struct sink *s)
{
	int on = 1;
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	struct client *c = fd < 0 ? NULL : calloc(1, sizeof(*c));

	if (c == NULL)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	c->fd = fd;
	s->connections++;
	watch(s, fd, c);
	say(c, "220 sink.example.test ESMTP\r\n");
	flush(c);
}

static int
listen_at(int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons((in_port_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 ||
	    listen(fd, BACKLOG) < 0) {
		perror("sink");
		exit(1);
	}
	return fd;
}

int
main(int argc, char **argv)
{
	struct sink s = { .events = epoll_create1(EPOLL_CLOEXEC) };
	struct epoll_event events[EVENTS];

	if (argc != 3) {
		fputs("usage: sink PORT COUNT\n", stderr);
		return 2;
	}
	s.listener = listen_at(atoi(argv[1]));
	s.wanted = atol(argv[2]);
	watch(&s, s.listener, NULL);
	puts("ready");
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(s.events, events, EVENTS, -1);

		for (int i = 0; i < n; i++)
			if (events[i].data.ptr == NULL)
				let_in(&s);
			else
				hear_block(&s, events[i].data.ptr);
	}
}
