#include "conf/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/here.h"
#include "base/stop.h"

/* Nanoseconds. */
enum { TICK = 50000000, NAP = 1000000 };
enum { STEP = 4096, SECOND = 1000000 };

struct child {
	const char *name; /* borrowed */
	pid_t pid;
	int fd;          /* what it prints comes here; -1: it has ended */
	struct buf *out; /* borrowed: takes the first line */
	bool line_ended;
	bool over; /* the process has ended */
	int status;
};

/* The child's three files, its own group, and signals as they were born. */
static int
spawn(struct child *c, char *const *argv, int to)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&files, to, 1);
	posix_spawn_file_actions_addclosefrom_np(&files, 3);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr,
	    POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
		POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setpgroup(&attr, 0);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawnattr_setsigdefault(&attr, &all);
	rc = posix_spawnp(&c->pid, argv[0], &files, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

static int
start(struct child *c, char *const *argv, struct error *e)
{
	int ends[2], rc;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return error_sys(e, ERR_OS, "cannot make a pipe");
	rc = spawn(c, argv, ends[1]);
	close(ends[1]);
	if (rc != 0) {
		close(ends[0]);
		errno = rc;
		return error_sys(e, ERR_SECRET, "cannot run '%s'", c->name);
	}
	c->fd = ends[0];
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

/* Only the first line counts; the rest is read so that no SIGPIPE falls. */
static void
take(struct child *c, struct bytes piece)
{
	size_t n = bytes_index(piece, '\n');

	if (!c->line_ended)
		buf_add(c->out, bytes_head(piece, n));
	if (n < piece.n)
		c->line_ended = true;
}

static void
drain(struct child *c)
{
	char piece[STEP];
	ssize_t n;

	do {
		n = read(c->fd, piece, sizeof(piece));
		if (n > 0)
			take(c, (struct bytes){ piece, (size_t)n });
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n == 0) {
		close(c->fd);
		c->fd = -1;
	}
	explicit_bzero(piece, sizeof(piece));
}

static void
look(struct child *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	bool open = c->fd >= 0; /* else there is but a nap to take */
	const struct timespec tick = { .tv_nsec = open ? TICK : NAP };

	if (stop_poll(&p, open ? 1 : 0, &tick) > 0)
		drain(c);
	if (waitpid(c->pid, &c->status, WNOHANG) == c->pid) {
		c->over = true;
		if (c->fd >= 0)
			drain(c);
	}
}

static int
verdict(const struct child *c, struct error *e)
{
	if (WIFSIGNALED(c->status))
		return error_set(e, ERR_SECRET,
		    "the password command '%s' was killed by signal %d",
		    c->name, WTERMSIG(c->status));
	if (WEXITSTATUS(c->status) != 0)
		return error_set(e, ERR_SECRET,
		    "the password command '%s' failed with status %d", c->name,
		    WEXITSTATUS(c->status));
	if (!buf_ok(c->out))
		return error_set(e, ERR_SECRET,
		    "the first line of the password command '%s' is too long",
		    c->name);
	return 0;
}

static void
end_child(struct child *c)
{
	kill(-c->pid, SIGKILL);
	waitpid(c->pid, &c->status, 0);
}

static int
await(struct child *c, int seconds, struct error *e)
{
	int64_t end = here_real.ticks() + (int64_t)seconds * SECOND;

	while (!c->over) {
		if (stop_asked() != 0) {
			end_child(c);
			return stop_error(e);
		}
		if (here_real.ticks() > end) {
			end_child(c);
			error_set(e, ERR_SECRET,
			    "the password command '%s' took over %d s", c->name,
			    seconds);
			return error_transient(e);
		}
		look(c);
	}
	return verdict(c, e);
}

int
command_read(char *const *argv, int seconds, struct buf *out, struct error *e)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, before;
	struct child c = { .name = argv[0], .fd = -1, .out = out };
	size_t had = out->n;
	int rc;

	/* Whoever ignores SIGCHLD never learns an exit status. */
	sigaction(SIGCHLD, &usual, &before);
	rc = start(&c, argv, e);
	if (rc == 0)
		rc = await(&c, seconds, e);
	if (c.fd >= 0)
		close(c.fd);
	sigaction(SIGCHLD, &before, NULL);
	if (rc == 0 && out->n == had)
		rc = error_set(e, ERR_SECRET,
		    "the password command '%s' printed nothing", argv[0]);
	return rc;
}
