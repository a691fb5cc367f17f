#include "conf/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

enum { LINE_MAX_OCTETS = 1024 };

static void
say(int tty, const char *text)
{
	size_t n = strlen(text);
	ssize_t w;

	while (n > 0 && ((w = write(tty, text, n)) > 0 || errno == EINTR))
		if (w > 0) {
			text += w;
			n -= (size_t)w;
		}
}

/* A line, or false when a signal came first or the terminal went away. */
static bool
read_line(int tty, int signals, struct buf *out)
{
	struct pollfd p[2] = { { .fd = tty, .events = POLLIN },
		{ .fd = signals, .events = POLLIN } };
	char line[LINE_MAX_OCTETS];
	ssize_t n = -1;

	while (poll(p, 2, -1) < 0 && errno == EINTR)
		;
	if (p[1].revents == 0)
		n = read(tty, line, sizeof(line));
	if (n > 0)
		buf_add(out,
		    bytes_head((struct bytes){ line, (size_t)n },
			bytes_index((struct bytes){ line, (size_t)n }, '\n')));
	explicit_bzero(line, sizeof(line));
	return n > 0;
}

/*
 * The signals are held back while the echo is off; one that came is delivered
 * when the mask goes back, and by then the terminal is as it was.
 */
static bool
read_hidden(int tty, struct buf *out)
{
	static const int held[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };
	struct termios usual, hidden;
	sigset_t mask, before;
	int signals;
	bool got;

	if (tcgetattr(tty, &usual) < 0)
		return false;
	sigemptyset(&mask);
	for (size_t i = 0; i < sizeof(held) / sizeof(held[0]); i++)
		sigaddset(&mask, held[i]);
	sigprocmask(SIG_BLOCK, &mask, &before);
	signals = signalfd(-1, &mask, SFD_CLOEXEC);
	hidden = usual;
	hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
	got = tcsetattr(tty, TCSAFLUSH, &hidden) == 0 &&
	    read_line(tty, signals, out);
	tcsetattr(tty, TCSAFLUSH, &usual);
	say(tty, "\n");
	if (signals >= 0)
		close(signals);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return got;
}

int
prompt_read(const char *question, struct buf *out, struct error *e)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	size_t had = out->n;
	bool got;

	if (tty < 0)
		return error_set(
		    e, ERR_SECRET, "there is no terminal to ask on");
	say(tty, question);
	got = read_hidden(tty, out);
	close(tty);
	if (!got || out->n == had)
		return error_set(e, ERR_SECRET, "no password was typed");
	return 0;
}
