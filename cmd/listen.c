#include "cmd/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"
#include "cmd/serve.h"
#include "net/tls.h"
#include "queue/flush.h"
#include "submit/report.h"

/* systemd hands descriptors over from the third on. */
enum { CHILDREN_MOST = 256, BACKLOG = 128, HANDED_OVER = 3 };

/*
 * Seconds: between two runs over what waits; from the end of a session, which
 * may have left something, to the next one; and for children to end.
 */
enum { RUN_EVERY = 60, RUN_AFTER = 5, GRACE = 10, SECOND = 1000000 };

/*
 * A child, a process group of its own, and a pipe that it alone can write to:
 * closed when it has ended.
 */
struct child {
	pid_t pid;
	int alive;
};

struct listener {
	const struct request *r;
	int fd;           /* where clients come in; -1: no more */
	const char *path; /* of the socket, to go with us; or NULL */
	struct stat at;   /* of it, when it was made */
	struct child children[CHILDREN_MOST];
	size_t n;
	pid_t run;        /* the child that runs over the spool; or 0 */
	int64_t next_run; /* ticks; INT64_MAX: when this one has ended */
	int64_t stops;    /* ticks, after which children are killed; 0: that
	                     they end is not all we wait for */
};

/* ---- the socket ------------------------------------------------------------- */

static bool
option_is(int fd, int option, int want)
{
	socklen_t n = sizeof(int);
	int is;

	return getsockopt(fd, SOL_SOCKET, option, &is, &n) == 0 && is == want;
}

/* sd_listen_fds(3): one socket, for this very process.  0: there is none. */
static int
take_over(struct listener *s, struct error *e)
{
	const char *pid = secure_getenv("LISTEN_PID");
	const char *n = secure_getenv("LISTEN_FDS");

	if (pid == NULL || n == NULL || strtol(pid, NULL, 10) != getpid())
		return 0;
	if (strcmp(n, "1") != 0)
		return error_set(e, ERR_USAGE,
		    "one socket is listened to, LISTEN_FDS has '%.20s'", n);
	if (!option_is(HANDED_OVER, SO_DOMAIN, AF_UNIX) ||
	    !option_is(HANDED_OVER, SO_TYPE, SOCK_STREAM) ||
	    !option_is(HANDED_OVER, SO_ACCEPTCONN, 1))
		return error_set(e, ERR_USAGE,
		    "what was handed over is no Unix stream socket that "
		    "listens");
	s->fd = HANDED_OVER;
	fcntl(s->fd, F_SETFD, FD_CLOEXEC);
	fcntl(s->fd, F_SETFL, O_NONBLOCK);
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	unsetenv("LISTEN_FDNAMES");
	return 1;
}

static int
address_of(const char *path, struct sockaddr_un *to, struct error *e)
{
	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(to->sun_path))
		return error_set(e, ERR_USAGE,
		    "'%s' is too long for a socket: %zu octets is the most",
		    path, sizeof(to->sun_path) - 1);
	memcpy(to->sun_path, path, strlen(path) + 1);
	return 0;
}

/* Whoever died without taking it away does not answer. */
static bool
is_dead(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool dead = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)a, sizeof(*a)) < 0 &&
	    errno == ECONNREFUSED;

	if (fd >= 0)
		close(fd);
	return dead;
}

static int
clear_place(const struct sockaddr_un *a, struct error *e)
{
	struct stat st;

	if (lstat(a->sun_path, &st) < 0)
		return 0;
	if (!S_ISSOCK(st.st_mode))
		return error_set(
		    e, ERR_CONFIG, "'%s' is there, and no socket", a->sun_path);
	if (!is_dead(a))
		return error_set(e, ERR_CONNECT,
		    "somebody listens at '%s' already", a->sun_path);
	if (unlink(a->sun_path) < 0)
		return error_sys(e, ERR_OS, "cannot replace '%s'", a->sun_path);
	return 0;
}

/* Everybody may come in; the gate knows who he is. */
static int
bind_there(struct listener *s, const struct sockaddr_un *a, struct error *e)
{
	mode_t usual;
	int rc;

	if (clear_place(a, e) < 0)
		return -1;
	usual = umask(0111);
	rc = bind(s->fd, (const struct sockaddr *)a, sizeof(*a));
	umask(usual);
	if (rc < 0 || listen(s->fd, BACKLOG) < 0 ||
	    lstat(a->sun_path, &s->at) < 0)
		return error_sys(
		    e, ERR_OS, "cannot listen at '%s'", a->sun_path);
	s->path = a->sun_path;
	return 0;
}

/* Of two that start at once the second must see us.  The file is ours, so that
   nobody else can hold the lock: anybody may lock a directory. */
static int
lock_file(const char *name, struct error *e)
{
	int fd = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	struct stat st;

	if (fd < 0) {
		error_sys(e, ERR_OS, "cannot open '%s'", name);
		return error_hint(e,
		    "its directory must be there, and be that of uid %lu, at "
		    "each start of the machine: install -d -o USER DIRECTORY",
		    (unsigned long)geteuid());
	}
	if (fstat(fd, &st) == 0 && st.st_uid == geteuid() &&
	    flock(fd, LOCK_EX) == 0)
		return fd;
	close(fd);
	return error_set(e, ERR_OS, "'%s' is not ours: remove it", name);
}

static int
lock_place(const char *path, struct error *e)
{
	struct buf name = BUF(PATH_MAX);
	int fd;

	buf_addf(&name, "%s.lock", path);
	fd = buf_ok(&name) ? lock_file(buf_text(&name), e)
			   : error_set(e, ERR_OS, "out of memory");
	buf_clear(&name);
	return fd;
}

static int
open_socket(struct listener *s, struct sockaddr_un *a, const char *path,
    struct error *e)
{
	int lock, rc;

	if (address_of(path, a, e) < 0 || (lock = lock_place(path, e)) < 0)
		return -1;
	s->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	rc = s->fd < 0 ? error_sys(e, ERR_OS, "cannot make a socket")
		       : bind_there(s, a, e);
	close(lock);
	return rc;
}

/* Nobody comes in any more; a socket that is another's by now stays. */
static void
close_socket(struct listener *s)
{
	struct stat now;

	if (s->path != NULL && lstat(s->path, &now) == 0 &&
	    now.st_dev == s->at.st_dev && now.st_ino == s->at.st_ino)
		unlink(s->path);
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* ---- children ------------------------------------------------------------------ */

/* In the child: nothing of ours. */
static void
leave_listener(struct listener *s)
{
	setpgid(0, 0);
	if (s->fd >= 0)
		close(s->fd);
	for (size_t i = 0; i < s->n; i++)
		close(s->children[i].alive);
}

static int
serve_client(const struct listener *s, int client)
{
	struct request r = *s->r;

	if (dup2(client, STDIN_FILENO) < 0 || dup2(client, STDOUT_FILENO) < 0)
		return EX_OSERR;
	close(client);
	r.input = STDIN_FILENO;
	r.serve_lmtp = true;
	return serve(&r);
}

/* A service need not have a spool. */
static int
run_spool(const struct listener *s, int none)
{
	const struct flush_wish all = { 0 };

	(void)none;
	return flush_wanted(s->r) ? flush(s->r, &all) : EX_OK;
}

/* Returns its id; 0 when there is no child. */
static pid_t
start_child(struct listener *s,
    int (*work)(const struct listener *s, int client), int client)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return 0;
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		leave_listener(s);
		_exit(work(s, client));
	}
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return 0;
	}
	setpgid(pid, pid); /* whoever comes first */
	s->children[s->n++] = (struct child){ pid, ends[0] };
	return pid;
}

static int64_t
now(const struct listener *s)
{
	return s->r->here->ticks();
}

/* What a session left while a run was under way it may not have seen. */
static void
plan_run(struct listener *s, pid_t ended)
{
	int64_t wait = ended == s->run ? RUN_EVERY : RUN_AFTER;
	int64_t next = now(s) + wait * SECOND;

	if (ended == s->run)
		s->run = 0;
	if (next < s->next_run)
		s->next_run = next;
}

static void
bury_child(struct listener *s, size_t i)
{
	pid_t pid = s->children[i].pid;

	close(s->children[i].alive);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	s->children[i] = s->children[--s->n];
	plan_run(s, pid);
}

static void
take_client(struct listener *s)
{
	static const struct timespec breath = { 0, 100000000 };
	int client = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);

	if (client >= 0) {
		start_child(s, serve_client, client);
		close(client);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS)
		nanosleep(&breath, NULL);
}

/* Up to a time; once they are to end nothing else ends the wait. */
static int
poll_until(const struct listener *s, struct pollfd *p, size_t n, int64_t until)
{
	int64_t left = until - now(s);
	struct timespec wait = { 0, 0 };

	if (left > 0) {
		wait.tv_sec = left / SECOND;
		wait.tv_nsec = left % SECOND * 1000;
	}
	return s->stops != 0 ? ppoll(p, n, &wait, NULL)
			     : stop_poll(p, n, &wait);
}

/* With all children busy the next client waits at the door. */
static void
wait_once(struct listener *s, int64_t until)
{
	struct pollfd p[1 + CHILDREN_MOST];
	size_t n = s->n;
	bool open = s->fd >= 0 && n < CHILDREN_MOST;

	p[0] = (struct pollfd){ .fd = open ? s->fd : -1, .events = POLLIN };
	for (size_t i = 0; i < n; i++)
		p[1 + i] = (struct pollfd){ .fd = s->children[i].alive };
	if (poll_until(s, p, 1 + n, until) <= 0)
		return;
	for (size_t i = n; i-- > 0;)
		if (p[1 + i].revents != 0)
			bury_child(s, i);
	if (p[0].revents != 0)
		take_client(s);
}

static void
start_run(struct listener *s)
{
	s->run = start_child(s, run_spool, -1);
	s->next_run =
	    s->run != 0 ? INT64_MAX : now(s) + (int64_t)RUN_EVERY * SECOND;
}

static bool
may_run(const struct listener *s)
{
	return s->run == 0 && s->n < CHILDREN_MOST;
}

/* Nobody else runs over the spool where there is no systemd. */
static void
listen_once(struct listener *s)
{
	if (may_run(s) && now(s) >= s->next_run)
		start_run(s);
	wait_once(
	    s, may_run(s) ? s->next_run : now(s) + (int64_t)RUN_EVERY * SECOND);
}

static void
kill_children(struct listener *s)
{
	for (size_t i = 0; i < s->n; i++)
		kill(-s->children[i].pid, SIGKILL);
	while (s->n > 0)
		bury_child(s, s->n - 1);
}

/* They tell their clients that they go; who cannot is not waited for. */
static void
stop_children(struct listener *s)
{
	s->stops = now(s) + (int64_t)GRACE * SECOND;
	for (size_t i = 0; i < s->n; i++)
		kill(s->children[i].pid, SIGTERM);
	while (s->n > 0 && now(s) < s->stops)
		wait_once(s, s->stops);
	kill_children(s);
}

/* ---- the whole ------------------------------------------------------------------ */

/* Users should not be the first to find that it cannot work.  But where somebody
   waits already, at a socket that is handed over, he is told. */
static int
check_configuration(const struct request *r, struct error *e)
{
	struct buf complaints = BUF(64 << 10);
	struct conf *c = conf_load(&r->places, &complaints, e);

	report_write(STDERR_FILENO, buf_bytes(&complaints));
	buf_clear(&complaints);
	conf_free(c);
	return c == NULL ? -1 : 0;
}

/* Once, and not in each child.  Not everybody's relay wants it. */
static void
load_tls(const struct request *r)
{
	struct error e = ERROR_NONE;

	if (tls_prepare(&e) < 0)
		report_error(r->program, r->form, &e, error_exit(&e));
}

static int
settle(struct listener *s, struct sockaddr_un *a, const char *path,
    struct error *e)
{
	int rc = take_over(s, e);

	if (rc < 0)
		return -1;
	if (rc == 0 &&
	    (check_configuration(s->r, e) < 0 ||
		open_socket(s, a, path, e) < 0))
		return -1;
	load_tls(s->r);
	return 0;
}

int
listen_and_serve(const struct request *r, const char *path)
{
	struct listener s = { .r = r, .fd = -1 };
	struct error e = ERROR_NONE;
	struct sockaddr_un a;
	int status;

	if (path == NULL)
		path = "/run/sendoff/submit";
	stop_defer(); /* the socket goes with us */
	if (settle(&s, &a, path, &e) == 0)
		while (stop_asked() == 0)
			listen_once(&s);
	close_socket(&s);
	stop_children(&s);
	status = error_exit(&e);
	if (e.kind != ERR_NONE)
		report_error(r->program, r->form, &e, status);
	return status;
}
