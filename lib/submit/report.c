#include "submit/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/json.h"
#include "conf/hint.h"

enum { REPORT_MAX = 16 << 20 };

bool
report_write(int fd, struct bytes text)
{
	while (text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n > 0)
			text = bytes_skip(text, (size_t)n);
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

int
report_print(const char *program, struct bytes text)
{
	struct error e = ERROR_NONE;

	if (report_write(STDOUT_FILENO, text))
		return EX_OK;
	error_sys(&e, ERR_IO, "cannot write to the standard output");
	report_error(program, REPORT_TEXT, &e, EX_IOERR);
	return EX_IOERR;
}

/* ---- advice ---------------------------------------------------------------------- */

static const char *
advice(const struct letter *l, enum error_kind kind, int code,
    struct estatus status, const char *words)
{
	struct refusal r = {
		.provider = l->account.provider,
		.host = l->host,
		.kind = kind,
		.code = code,
		.status = status,
		.words = bytes_of(words),
	};
	bool later;

	return hint_for(&r, &later);
}

void
report_advise(const struct letter *l, struct error *e)
{
	const char *text;

	if (e->kind == ERR_NONE || e->hint[0] != '\0')
		return;
	text = advice(
	    l, e->kind, e->code, e->status, e->code == 0 ? e->text : e->reply);
	if (text != NULL)
		error_hint(e, "%s", text);
}

static enum error_kind
kind_at(enum verdict_stage stage)
{
	switch (stage) {
	case STAGE_MAIL:
		return ERR_SENDER_REFUSED;
	case STAGE_RCPT:
		return ERR_RECIPIENTS_REFUSED;
	case STAGE_ADDRESS:
		return ERR_ADDRESS;
	case STAGE_NONE:
	case STAGE_DATA:
	case STAGE_DOT:
	case STAGE_OTHERS:
		break;
	}
	return ERR_DATA_REFUSED;
}

/* ---- for people ------------------------------------------------------------------- */

/*
 * What failed, the server's words, what to do.  On a terminal a line each;
 * else all in one line, as cron and log files like it.
 */
struct complaint {
	struct buf *out;
	bool on_terminal;
};

static void
begin(struct complaint *c, const struct letter *l, const struct request *r)
{
	buf_addf(c->out, "%s: ", r->program);
	if (l->account.name != NULL)
		buf_addf(c->out, "%s: ", l->account.name);
}

static void
detail(
    struct complaint *c, const char *label, const char *gap, struct bytes text)
{
	if (text.n == 0)
		return;
	if (c->on_terminal)
		buf_addf(c->out, "\n  %-8s", label);
	else
		buf_adds(c->out, gap);
	clean_add(c->out, text);
}

static void
server_words(struct complaint *c, int code, const char *words)
{
	struct buf text = BUF(1024);

	if (code != 0)
		buf_addf(
		    &text, "%d%s%s", code, words[0] != '\0' ? " " : "", words);
	detail(c, "server:", ": ", buf_bytes(&text));
	buf_clear(&text);
}

static void
hint(struct complaint *c, const char *text)
{
	detail(c, "hint:", text == NULL ? "" : "; hint: ", bytes_of(text));
}

static void
say_error(struct complaint *c, const struct letter *l, const struct request *r,
    const struct error *e)
{
	begin(c, l, r);
	clean_add(c->out, bytes_of(e->text));
	server_words(c, e->code, e->reply);
	hint(c, e->hint);
	buf_addc(c->out, '\n');
}

static const char *
fate(const struct verdict *v)
{
	if (v->state == VERDICT_REFUSED)
		return "refused";
	return v->state == VERDICT_DEFERRED ? "not sent for now" : "not sent";
}

static void
say_sender(struct complaint *c, const char *sender)
{
	buf_adds(c->out, ", which did not take the sender <");
	clean_add(c->out, bytes_of(sender));
	buf_addc(c->out, '>');
}

static void
say_recipient(struct complaint *c, const struct letter *l,
    const struct request *r, const struct recipient *to)
{
	const struct verdict *v = &to->verdict;
	bool words_only = v->code == 0 && v->text[0] != '\0';

	begin(c, l, r);
	if (v->stage == STAGE_ADDRESS) {
		buf_addf(c->out, "%s\n", v->text);
		return;
	}
	clean_add(c->out, bytes_of(to->address));
	if (v->stage == STAGE_OTHERS) {
		buf_addf(c->out, ": %s\n", v->text);
		return;
	}
	buf_addf(c->out, ": %s by %s", fate(v), l->host);
	if (v->stage == STAGE_MAIL)
		say_sender(c, l->env.sender);
	if (words_only)
		detail(c, "reason:", ": ", bytes_of(v->text));
	else
		server_words(c, v->code, v->text);
	hint(c, advice(l, kind_at(v->stage), v->code, v->status, v->text));
	buf_addc(c->out, '\n');
}

static bool
failed(const struct verdict *v)
{
	return v->state == VERDICT_REFUSED || v->state == VERDICT_DEFERRED ||
	    v->stage == STAGE_OTHERS;
}

/* The one thing that a success is not silent about. */
static void
say_unreported(struct complaint *c, struct letter *l, const struct request *r)
{
	if (!l->unreported || !letter_somebody(l))
		return;
	begin(c, l, r);
	buf_addf(c->out,
	    "note: sent, but %s makes no delivery reports (DSN), which -N "
	    "asks for\n",
	    l->host);
}

/*
 * It waits: as asked, and that is a success; but what will not pass by itself
 * somebody has to know.
 */
static void
say_queued(struct complaint *c, const struct letter *l, const struct request *r)
{
	const struct error *e = &l->queued_for;

	if (error_exit(e) == EX_OK || error_exit(e) == EX_TEMPFAIL)
		return;
	begin(c, l, r);
	buf_addf(c->out,
	    "note: queued as %s, to wait until this is mended: ", l->queue_id);
	clean_add(c->out, bytes_of(e->text));
	server_words(c, e->code, e->reply);
	hint(c, e->hint);
	buf_addc(c->out, '\n');
}

void
report_queued(const struct letter *l, const struct request *r)
{
	struct buf out = BUF(REPORT_MAX);
	struct complaint c = { &out, false };

	say_queued(&c, l, r);
	report_write(STDERR_FILENO, buf_bytes(&out));
	buf_clear(&out);
}

static void
say_unqueued(struct complaint *c, const struct letter *l)
{
	if (l->unqueued.kind == ERR_NONE)
		return;
	detail(c, "queue:", "; not queued: ", bytes_of(l->unqueued.text));
	hint(c, l->unqueued.hint);
}

static void
report_text(struct letter *l, const struct request *r, const struct error *e)
{
	struct buf out = BUF(REPORT_MAX);
	struct complaint c = { &out, isatty(STDERR_FILENO) == 1 };

	buf_add(&out, buf_bytes(&l->complaints));
	if (e->kind != ERR_NONE)
		say_error(&c, l, r, e);
	for (size_t i = 0; i < l->env.n; i++)
		if (failed(&l->env.to[i].verdict))
			say_recipient(&c, l, r, &l->env.to[i]);
	if (out.n > 0) {
		buf_cut(&out, out.n - 1);
		if (l->unqueued.kind != e->kind)
			say_unqueued(&c, l);
		detail(&c, "saved:", "; saved in ", buf_bytes(&l->buried));
		detail(&c, "lost:", "; not saved in ", buf_bytes(&l->unburied));
		buf_addc(&out, '\n');
	}
	say_unreported(&c, l, r);
	say_queued(&c, l, r);
	report_write(STDERR_FILENO, buf_bytes(&out));
	buf_clear(&out);
}

/* ---- for programs ------------------------------------------------------------------ */

static const char *const state_names[] = {
	[VERDICT_PENDING] = "pending",
	[VERDICT_SENT] = "accepted",
	[VERDICT_DEFERRED] = "deferred",
	[VERDICT_REFUSED] = "refused",
	[VERDICT_QUEUED] = "queued",
};

static void
add_status(struct json *j, struct estatus s)
{
	char text[48] = "";

	if (s.class != 0)
		snprintf(text, sizeof(text), "%d.%d.%d", s.class, s.subject,
		    s.detail);
	json_text(j, "enhanced", bytes_of(text));
}

static void
add_recipient(struct json *j, const char *address, const struct verdict *v)
{
	json_open(j, NULL, '{');
	json_text(j, "address", bytes_of(address));
	json_text(j, "status", bytes_of(state_names[v->state]));
	json_number(j, "code", v->code);
	add_status(j, v->status);
	json_text(j, "text", bytes_of(v->text));
	json_close(j, '}');
}

static void
add_envelope(struct json *j, const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		add_recipient(j, env->to[i].address, &env->to[i].verdict);
}

/* Who they are in the end may not have become known. */
static void
add_recipients(struct json *j, const struct letter *l)
{
	const struct verdict pending = { .state = VERDICT_PENDING };

	if (l->expanded) {
		add_envelope(j, &l->env);
		return;
	}
	for (size_t i = 0; i < l->to.n; i++)
		add_recipient(j, l->to.list[i].text, &pending);
	add_envelope(j, &l->unreadable);
}

static void
add_error(struct json *j, const struct error *e)
{
	json_text(j, "text", bytes_of(e->text));
	json_number(j, "code", e->code);
	json_text(j, "reply", bytes_of(e->reply));
	json_text(j, "hint", bytes_of(e->hint));
}

static void
add_letter(struct json *j, const struct letter *l)
{
	json_text(j, "account", bytes_of(l->account.name));
	json_text(j, "host", bytes_of(l->host));
	json_text(j, "tls", bytes_of(l->tls));
	json_text(j, "message_id", buf_bytes(&l->message_id));
	json_text(j, "queue_id", bytes_of(l->queue_id));
	json_bool(j, "maybe_delivered", l->maybe_delivered);
	json_bool(j, "unreported", l->unreported);
	json_open(j, "recipients", '[');
	add_recipients(j, l);
	json_close(j, ']');
	json_number(j, "round_trips", l->round_trips);
	json_number(j, "ms", l->took / 1000);
}

static void
report_json(const struct letter *l, const struct error *e, struct outcome o)
{
	struct buf out = BUF(REPORT_MAX);
	struct json j = JSON(&out);

	json_open(&j, NULL, '{');
	json_text(&j, "error", bytes_of(error_name(o.kind)));
	json_number(&j, "exit", o.exit);
	if (e->kind != ERR_NONE)
		add_error(&j, e);
	add_letter(&j, l);
	json_close(&j, '}');
	buf_addc(&out, '\n');
	report_write(STDERR_FILENO, buf_bytes(&l->complaints));
	report_write(STDOUT_FILENO, buf_bytes(&out));
	buf_clear(&out);
}

void
letter_report(struct letter *l, const struct request *r, const struct error *e,
    struct outcome o)
{
	switch (r->form) {
	case REPORT_TEXT:
		report_text(l, r, e);
		break;
	case REPORT_JSON:
		report_json(l, e, o);
		break;
	case REPORT_QUIET:
		break;
	}
}

void
report_error_of(const char *program, enum report_form form, const char *account,
    const struct error *e, int status)
{
	struct letter none = { .env = ENVELOPE };
	struct request r = { .program = program, .form = form };

	none.account.name = (char *)account; /* lent */
	letter_report(
	    &none, &r, e, (struct outcome){ .exit = status, .kind = e->kind });
}

void
report_error(const char *program, enum report_form form, const struct error *e,
    int status)
{
	report_error_of(program, form, NULL, e, status);
}
