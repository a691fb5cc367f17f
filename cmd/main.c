/*
 * Who am I, what is asked, and off.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/stop.h"
#include "cmd/aliases.h"
#include "cmd/ask.h"
#include "cmd/environment.h"
#include "cmd/inspect.h"
#include "cmd/listen.h"
#include "cmd/options.h"
#include "cmd/progress.h"
#include "cmd/queue.h"
#include "cmd/serve.h"
#include "queue/flush.h"
#include "submit/report.h"
#include "submit/submit.h"

/*
 * A password must not end in a core file, a new file must be ours alone, a
 * socket must not become our standard output, and what cannot be written must
 * not end us where somebody has to learn what came of a message.
 */
static void
settle(bool *no_input)
{
	struct rlimit none = { 0, 0 };
	int fd;

	*no_input = fcntl(STDIN_FILENO, F_GETFD) < 0;

	while ((fd = open("/dev/null", O_RDWR)) >= 0 && fd <= STDERR_FILENO)
		continue;
	if (fd >= 0)
		close(fd);
	setrlimit(RLIMIT_CORE, &none);
#ifndef __SANITIZE_ADDRESS__ /* the leak check looks on from outside */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
	signal(SIGPIPE, SIG_IGN);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGCHLD, SIG_DFL); /* else nobody learns how a child ended */
	umask(077);
}

/* ---- the trace --------------------------------------------------------------------- */

static void
put_line(void *ctx, struct bytes line)
{
	report_write(*(const int *)ctx, line);
}

/* A terminal, unless its user wants none (https://no-color.org). */
static bool
shows_colours(int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fd) == 1 && (no == NULL || no[0] == '\0') &&
	    term != NULL && strcmp(term, "dumb") != 0;
}

static int
open_trace(struct trace *t, int *fd, const struct options *o, struct error *e)
{
	t->level = o->debug_level < 0 ? 0 : o->debug_level;
	if (o->debug_file == NULL)
		return 0;
	*fd = open(o->debug_file,
	    O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC |
		O_NONBLOCK | O_NOCTTY,
	    0600);
	if (*fd < 0)
		return error_sys(
		    e, ERR_USAGE, "cannot open '%s'", o->debug_file);
	fcntl(*fd, F_SETFL, O_APPEND); /* whoever reads may be slow */
	return 0;
}

/* ---- what is asked ------------------------------------------------------------------ */

static int
print_version(const struct request *r)
{
	return report_print(r->program, BYTES("sendoff " PACKAGE_VERSION "\n"));
}

static int
print_help(const struct request *r)
{
	struct buf text = BUF(64 << 10);
	int status;

	options_help(&text);
	status = report_print(r->program, buf_bytes(&text));
	buf_clear(&text);
	return status;
}

/*
 * Once, or for ever: until we are asked to stop.  A configuration that was never
 * there is somebody's mistake; one that goes later an editor may be replacing.
 */
static int
flush_queue(const struct request *r, const struct options *o)
{
	struct timespec pause = { .tv_sec = o->interval / 1000000 };
	int status = flush(r, &o->wish);

	if (o->interval == 0 || status == EX_NOINPUT)
		return status;
	stop_defer();
	while (stop_asked() == 0) {
		if (stop_poll(NULL, 0, &pause) == 0)
			flush(r, &o->wish);
	}
	return EX_OK;
}

/* One after the other; the status is the greatest of theirs. */
static int
change_queue(
    const struct request *r, const struct options *o, enum queue_change what)
{
	int worst = EX_OK;

	for (size_t i = 0; i < o->queue_ids_n; i++) {
		int status = queue_change(r, what, o->queue_ids[i]);

		if (status > worst)
			worst = status;
	}
	return worst;
}

static struct request
request_of(struct options *o, struct environment *env, struct trace *t)
{
	return (struct request){
		.account_traces = (o->debug_level < 0),
		.here = &here_real,
		.trace = t,
		.form = o->form,
		.may_ask = isatty(STDERR_FILENO) == 1,
		.undisclosed = o->undisclosed,
		.input = STDIN_FILENO,
		.tag = o->tag[0] != '\0' ? o->tag : NULL,
		.serve_lmtp =
		    o->protocol != NULL && strcmp(o->protocol, "lmtp") == 0,
		.lone_dot_ends = !o->ignore_dots,
		.read_recipients = o->read_recipients,
		.read_envelope_from = o->read_envelope_from,
		.sender = o->sender,
		.full_name = o->full_name,
		.compose = o->composing.asked ? &o->composing.what : NULL,
		.recipients =
		    o->composing.asked ? o->composing.recipients : o->operands,
		.aliases = o->aliases,
		.gateway = o->gateway,
		.smtputf8 = o->smtputf8,
		.wary = o->as_sendmail && o->file != NULL,
		.places = environment_places(env, o),
		.state = environment_state(env),
		.account = o->account,
		.over = o->over,
		.over_n = o->over_n,
		.delivery = o->delivery,
		.spool = environment_spool(),
		.spool_usual = environment_usual_spool(env),
		.spool_service = environment_service_spool(),
		.notify = o->notify,
		.ret = o->ret,
		.envid = (o->envid.n > 0) ? buf_text(&o->envid) : NULL,
		.then = flush_after,
	};
}

static int
act(struct options *o, const struct request *r)
{
	if (o->version_first)
		print_version(r);
	switch (o->action) {
	case ACTION_SEND:
		return submit(r);
	case ACTION_PRETEND:
		return submit_pretend(r);
	case ACTION_CHECK:
		return inspect_check(r);
	case ACTION_SHOW_CONFIG:
		return inspect_config(r);
	case ACTION_SERVER_INFO:
		return inspect_server(r);
	case ACTION_ASK:
		return ask(r, o->asked, o->asked_n);
	case ACTION_QUEUE:
		return queue_show(r);
	case ACTION_HOLD:
		return change_queue(r, o, QUEUE_HOLD);
	case ACTION_RELEASE:
		return change_queue(r, o, QUEUE_RELEASE);
	case ACTION_REMOVE:
		return change_queue(r, o, QUEUE_REMOVE);
	case ACTION_RETRY:
		return change_queue(r, o, QUEUE_RETRY);
	case ACTION_NEWALIASES:
		return aliases_verify_file(r, o->aliases_to_check);
	case ACTION_VERIFY:
		return aliases_verify(r);
	case ACTION_SERVE:
		return serve(r);
	case ACTION_LISTEN:
		return listen_and_serve(r, o->socket);
	case ACTION_FLUSH:
		return flush_queue(r, o);
	case ACTION_NOTHING:
		return EX_OK;
	case ACTION_VERSION:
		return print_version(r);
	case ACTION_HELP:
		return print_help(r);
	}
	return EX_SOFTWARE;
}

static int
run(struct options *o, struct environment *env, int argc, char **argv)
{
	struct error e = ERROR_NONE;
	int fd = STDERR_FILENO, status;
	struct trace trace = {
		.here = &here_real,
		.put = put_line,
		.ctx = &fd,
	};
	struct progress progress = { .here = &here_real };
	struct request r;

	if (environment_read(env, o, &e) < 0 ||
	    options_parse(o, argc, argv, &e) < 0 ||
	    open_trace(&trace, &fd, o, &e) < 0) {
		status = error_exit(&e);
		report_error(options_name(argv[0]), o->form, &e, status);
		return status;
	}
	trace.json = o->json_trace;
	trace.show_secrets = o->show_secrets;
	trace.colour = shows_colours(fd);
	r = request_of(o, env, &trace);
	r.program = options_name(argv[0]);
	if (isatty(STDERR_FILENO) == 1 && !o->no_progress && trace.level == 0) {
		r.progress = progress_show;
		r.progress_ctx = &progress;
	}
	trace_start(&trace);
	status = act(o, &r);
	trace_clear(&trace);
	if (fd != STDERR_FILENO)
		close(fd);
	return status;
}

int
main(int argc, char **argv)
{
	struct environment env;
	struct options o;
	bool no_input;
	int status;

	settle(&no_input);
	stop_watch(options_name(argv[0]));
	environment_init(&env);
	options_init(&o);
	o.no_input = no_input;
	status = run(&o, &env, argc, argv);
	options_clear(&o);
	environment_clear(&env);
	return status;
}
