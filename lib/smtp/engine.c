#include "smtp/engine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clean.h"

static const struct {
	const char *command, *step;
	int patience; /* seconds */
} verbs[VERBS] = {
	[VERB_GREETING] = { "greeting", "greeting", 300 },
	[VERB_EHLO] = { "EHLO", "EHLO", 300 },
	[VERB_HELO] = { "HELO", "HELO", 300 },
	[VERB_STARTTLS] = { "STARTTLS", "STARTTLS", 120 },
	[VERB_AUTH] = { "AUTH", "AUTH", 120 },
	[VERB_MAIL] = { "MAIL", "MAIL FROM", 300 },
	[VERB_RCPT] = { "RCPT", "RCPT TO", 300 },
	[VERB_DATA] = { "DATA", "DATA", 120 },
	[VERB_DOT] = { ".", "end of data", 600 },
	[VERB_RSET] = { "RSET", "RSET", 300 },
	[VERB_VRFY] = { "VRFY", "VRFY", 300 },
	[VERB_EXPN] = { "EXPN", "EXPN", 300 },
	[VERB_HELP] = { "HELP", "HELP", 300 },
	[VERB_NOOP] = { "NOOP", "NOOP", 300 },
	[VERB_OTHER] = { "command", "command", 300 },
	[VERB_QUIT] = { "QUIT", "QUIT", 2 },
};

const char *
engine_step(enum verb verb)
{
	return verbs[verb].step;
}

const char *
engine_command(enum verb verb)
{
	return verbs[verb].command;
}

int
engine_patience(enum verb verb)
{
	return verbs[verb].patience;
}

bool
engine_pipelining(const struct smtp *s)
{
	return !s->plan->no_pipelining &&
	    ehlo_has(&s->ehlo, "PIPELINING", NULL);
}

void
engine_expect(struct smtp *s, enum verb verb, size_t rcpt)
{
	if (s->count == s->room) {
		error_set(&s->why, ERR_INTERNAL, "too many answers due");
		engine_hang_up(s);
		return;
	}
	s->ahead[(s->first + s->count) % s->room] =
	    (struct expect){ verb, rcpt, s->said };
	s->count++;
}

static bool
append(struct smtp *s, struct bytes line)
{
	size_t before = s->out.n;

	buf_add(&s->out, line);
	buf_adds(&s->out, "\r\n");
	if (!buf_ok(&s->out)) {
		error_set(&s->why, ERR_OS, "out of memory");
		engine_hang_up(s);
		return false;
	}
	s->said += s->out.n - before;
	s->asked = true;
	return true;
}

/* A CR or LF in a command would be two commands. */
static bool
one_line(struct smtp *s, enum verb verb, struct bytes line)
{
	if (!bytes_control(line))
		return true;
	error_set(&s->why, ERR_USAGE, "control character in the %s%scommand",
	    verb == VERB_OTHER ? "" : verbs[verb].command,
	    verb == VERB_OTHER ? "" : " ");
	engine_fail(s);
	return false;
}

void
engine_say(struct smtp *s, enum verb verb, size_t rcpt, const char *fmt, ...)
{
	struct trace_command shown = { .verb = verbs[verb].command };
	char line[2048];
	va_list ap;
	int n;

	if (s->over)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(line)) {
		error_set(&s->why, ERR_USAGE, "%s command too long",
		    verbs[verb].command);
		engine_fail(s);
		return;
	}
	shown.line = (struct bytes){ line, (size_t)n };
	if (!one_line(s, verb, shown.line) || !append(s, shown.line))
		return;
	trace_command(s->plan->trace, &shown);
	engine_expect(s, verb, rcpt);
}

void
engine_say_hidden(
    struct smtp *s, enum verb verb, struct bytes line, struct bytes open)
{
	struct trace_command shown = {
		.verb = verbs[verb].command,
		.line = open,
		.hidden = line.n - open.n,
		.user = s->plan->id.user,
	};

	if (open.n > 0 && shown.hidden > 0)
		shown.hidden--; /* the space between */
	if (trace_on(s->plan->trace, 1) && s->plan->trace->show_secrets)
		shown = (struct trace_command){ verbs[verb].command, line, 0,
			{ NULL, 0 } };
	if (s->over || !append(s, line))
		return;
	trace_command(s->plan->trace, &shown);
	engine_expect(s, verb, 0);
}

void
engine_hang_up(struct smtp *s)
{
	buf_clear(&s->out);
	s->out_at = 0;
	s->said = s->sent;
	s->over = true;
	s->body = false;
	s->want_tls = false;
}

void
engine_quit(struct smtp *s)
{
	engine_say(s, VERB_QUIT, 0, "QUIT");
	s->over = true;
}

void
engine_done(struct smtp *s)
{
	if (!s->plan->stay)
		engine_quit(s);
}

bool
engine_room(struct smtp *s, size_t n)
{
	size_t room = n + VERBS;
	struct expect *ahead;

	if (room <= s->room)
		return true;
	if (s->count > 0 ||
	    (ahead = realloc(s->ahead, room * sizeof(*ahead))) == NULL)
		return error_set(&s->why, ERR_OS, "out of memory") == 0;
	s->ahead = ahead;
	s->room = room;
	s->first = 0;
	return true;
}

/* Does the server owe the answer to DATA?  It may be 354. */
static bool
data_due(const struct smtp *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->ahead[(s->first + i) % s->room].verb == VERB_DATA)
			return true;
	return s->body;
}

/*
 * Do both sides know where they are, so that another step may follow?  What is
 * due still will be heard, and nothing more said.
 */
static bool
may_stay(const struct smtp *s)
{
	return s->plan->stay && s->welcome && s->why.kind != ERR_PROTOCOL &&
	    s->reply.code != 421 && !data_due(s) && !s->flight;
}

void
engine_fail(struct smtp *s)
{
	if (s->over || may_stay(s))
		return;
	if (data_due(s) || s->reply.code == 421 || s->flight ||
	    (s->count > 0 && !engine_pipelining(s)))
		engine_hang_up(s);
	else
		engine_quit(s);
}

void
engine_refused(struct smtp *s, enum error_kind kind, const char *fmt, ...)
{
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	error_set(&s->why, kind, "%s", text);
	error_reply(
	    &s->why, s->reply.code, s->reply.status, buf_bytes(&s->words));
	engine_fail(s);
}
