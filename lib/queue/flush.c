#include "queue/flush.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/stop.h"
#include "submit/keep.h"
#include "submit/report.h"
#include "queue/runner.h"

enum { PROCESSES_MOST = 64 };

/* A process, and a pipe that it alone can write to: closed when it has ended. */
struct worker {
	pid_t pid;
	int alive;
};

/* The processes that a run has started. */
struct crew {
	struct worker all[PROCESSES_MOST];
	size_t n;
	int status;   /* the first that is not 0 */
	bool stopped; /* they are asked to */
};

static void
note_status(struct crew *c, int status)
{
	if (c->status == 0)
		c->status = status;
}

static void
bury(struct crew *c, size_t i)
{
	int status = 0;
	pid_t pid;

	close(c->all[i].alive);
	do
		pid = waitpid(c->all[i].pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	c->all[i] = c->all[--c->n];
	note_status(c,
	    pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EX_TEMPFAIL);
}

static void
ask_to_stop(struct crew *c)
{
	for (size_t i = 0; i < c->n && !c->stopped; i++)
		kill(c->all[i].pid, SIGTERM);
	c->stopped = true;
}

/* Whoever is asked to stop asks all of them. */
static void
wait_for_one(struct crew *c)
{
	struct pollfd p[PROCESSES_MOST];
	size_t n = c->n;

	for (size_t i = 0; i < n; i++)
		p[i] = (struct pollfd){ .fd = c->all[i].alive };
	while ((c->stopped ? poll(p, n, -1) : stop_poll(p, n, NULL)) < 0)
		if (stop_asked() != 0)
			ask_to_stop(c);
	for (size_t i = n; i-- > 0;)
		if (p[i].revents != 0)
			bury(c, i);
}

/* As fork(2): 0 in the child. */
static pid_t
start_worker(struct crew *c)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pid = fork();
	if (pid > 0)
		c->all[c->n++] = (struct worker){ pid, ends[0] };
	if (pid < 0)
		close(ends[0]);
	if (pid != 0)
		close(ends[1]);
	return pid;
}

static void
start(struct crew *c, const struct request *r, const struct flush_wish *w,
    const char *account)
{
	struct flush_wish own = *w;
	pid_t pid;

	own.account = account;
	if (c->n == PROCESSES_MOST)
		wait_for_one(c);
	pid = start_worker(c);
	if (pid == 0)
		_exit(runner_run(r, &own));
	if (pid < 0)
		note_status(c, runner_run(r, &own));
}

/* A lone process for a lone account needs no other. */
static int
run_all(const struct request *r, const struct flush_wish *w,
    char *const *accounts, struct conf *conf)
{
	struct crew c = { .n = 0 };
	size_t n = 0;

	while (accounts[n] != NULL)
		n++;
	if (n == 1 && runner_connections(conf, accounts[0]) == 1) {
		struct flush_wish own = *w;

		own.account = accounts[0];
		return runner_run(r, &own);
	}
	for (size_t i = 0; i < n && stop_asked() == 0; i++)
		for (int k = runner_connections(conf, accounts[i]); k > 0; k--)
			start(&c, r, w, accounts[i]);
	while (c.n > 0)
		wait_for_one(&c);
	return c.status;
}

static void
only(char **accounts, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; accounts[i] != NULL; i++)
		if (name == NULL || strcmp(accounts[i], name) == 0)
			accounts[n++] = accounts[i];
		else
			free(accounts[i]);
	accounts[n] = NULL;
}

/* What is not an error, and cron is not told. */
static bool
people_look_on(const struct request *r)
{
	return r->form == REPORT_TEXT &&
	    (isatty(STDERR_FILENO) == 1 || r->trace->level > 0);
}

/*
 * To people alone: the log has said it of each, when it became so, and what cron
 * is told it sends, perhaps to whom nothing can be sent.
 */
static void
tell_of_dead(struct spool *s, const struct request *r)
{
	struct buf line = BUF(8192);
	size_t n = people_look_on(r) ? spool_count(s, SPOOL_DEAD) : 0;

	if (n > 0)
		buf_addf(&line, "%s: %zu dead: see %s/%s\n", r->program, n,
		    s->path, spool_place_name(SPOOL_DEAD));
	report_write(STDERR_FILENO, buf_bytes(&line));
	buf_clear(&line);
}

/* Root sees it in mailq, and may think that it was tried now. */
static void
tell_of_service(const struct request *r, const struct conf *conf)
{
	struct buf line = BUF(8192);
	struct error ignored = ERROR_NONE;
	struct spool s = SPOOL;
	size_t n = 0;

	if (people_look_on(r) && keep_beside_service(r, conf) &&
	    spool_open(&s, r->spool_service, false, &ignored) == 0)
		n = spool_count(&s, SPOOL_QUEUE);
	if (n > 0)
		buf_addf(&line,
		    "%s: %zu that the service has taken: systemctl start "
		    "sendoff-flush\n",
		    r->program, n);
	report_write(STDERR_FILENO, buf_bytes(&line));
	buf_clear(&line);
	spool_close(&s);
}

static int
run(const struct request *r, const struct flush_wish *w, struct letter *l,
    struct error *e)
{
	char **accounts = NULL;
	struct spool s = SPOOL;
	int rc = -1, status = 0;

	if (letter_configure(l, r, e) == 0) {
		tell_of_service(r, l->conf);
		rc = keep_own_spool(&s, l->conf, r, e);
	}
	if (rc == 0) {
		spool_sweep(&s, r->here->now().tv_sec);
		accounts = spool_accounts(&s, SPOOL_QUEUE, e);
	}
	if (accounts != NULL) {
		only(accounts, w->account);
		stop_defer();
		status = run_all(r, w, accounts, l->conf);
		tell_of_dead(&s, r);
	}
	spool_names_free(accounts);
	spool_close(&s);
	return e->kind != ERR_NONE ? error_exit(e) : status;
}

int
flush(const struct request *r, const struct flush_wish *w)
{
	struct error e = ERROR_NONE;
	struct letter l;
	int status;

	letter_init(&l, r);
	status = run(r, w, &l, &e);
	if (e.kind != ERR_NONE)
		letter_report(&l, r, &e,
		    (struct outcome){ .exit = status, .kind = e.kind });
	letter_clear(&l);
	return status;
}

bool
flush_wanted(const struct request *r)
{
	struct error ignored = ERROR_NONE;
	struct spool s = SPOOL;
	struct letter l;
	bool there;

	letter_init(&l, r);
	there = letter_configure(&l, r, &ignored) == 0 &&
	    keep_spool(&s, l.conf, r, false, &ignored) == 0;
	spool_close(&s);
	letter_clear(&l);
	return there;
}

/* ---- on the side -------------------------------------------------------------- */

/* Whoever waits for the end of our output must not wait for the child's. */
static void
leave_the_caller(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	if (fd < 0)
		return;
	dup2(fd, STDIN_FILENO);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
}

/* What a run on the side has to have. */
struct turn {
	struct spool *s; /* borrowed */
	int turn;        /* owned; or -1 */
	int line;        /* owned: the turn is still to come; or -1 */
};

/*
 * What is to be sent in the background must not be forgotten by a run that has
 * begun already, and so the next one stands in line for its turn.  Whoever finds
 * somebody there leaves it to him: he has not looked yet.
 */
static bool
has_turn(struct turn *t, const char *account, bool or_line)
{
	return spool_turn(t->s, account, &t->turn) ||
	    (or_line && spool_line(t->s, account, &t->line));
}

static void
end_turn(struct turn *t)
{
	if (t->turn >= 0)
		close(t->turn);
	if (t->line >= 0)
		close(t->line);
}

/* A child of nobody: no caller has to wait for it, or leaves a zombie. */
static void
in_background(const struct letter *l, const struct request *r, struct turn *t)
{
	struct flush_wish w = { .account = l->account.name };
	struct trace quiet = { .here = r->here };
	struct request own = *r;
	pid_t pid = fork();

	if (pid > 0)
		waitpid(pid, NULL, 0);
	if (pid != 0)
		return;
	if (fork() != 0)
		_exit(0);
	leave_the_caller();
	own.trace = &quiet;
	own.may_ask = false;
	own.progress = NULL;
	own.form = REPORT_QUIET;
	own.account_traces = false;
	if (t->line >= 0)
		spool_await_turn(t->s, w.account, t->line, &t->turn);
	_exit(flush(&own, &w));
}

static void
run_beside(const struct letter *l, const struct request *r, bool or_line)
{
	struct error ignored = ERROR_NONE;
	struct spool s;
	struct turn t = { &s, -1, -1 };

	if (keep_own_spool(&s, l->conf, r, &ignored) == 0 &&
	    spool_due(&s, l->account.name, r->here->now().tv_sec) &&
	    has_turn(&t, l->account.name, or_line))
		in_background(l, r, &t);
	end_turn(&t);
	spool_close(&s);
}

/*
 * What serves a client ends with him: systemd takes its processes along, in the
 * midst of a message that is sent again then, and as long as one lives the
 * client's session counts.  Whoever has the service runs over its spool.
 */
void
flush_after(const struct letter *l, const struct request *r, struct outcome o)
{
	if (o.exit != EX_OK || r->peer != NULL)
		return;
	if (l->queue_id[0] != '\0' && keep_in_background(l, r))
		run_beside(l, r, true);
	else if (l->queue_id[0] == '\0' &&
	    l->account.on_failure == FAILURE_QUEUES)
		run_beside(l, r, false);
}
