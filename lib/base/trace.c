#include "base/trace.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"

enum { LINE_SHOWN = 1000, EVENT_MAX = 1 << 20 };

bool
trace_on(const struct trace *t, int level)
{
	return t != NULL && t->level >= level;
}

void
trace_hide(struct trace *t, struct bytes secret)
{
	if (t != NULL)
		redact_hide(&t->redact, secret);
}

void
trace_shown(const struct trace *t, struct buf *out, struct bytes text)
{
	struct buf open = BUF(EVENT_MAX);

	if (t == NULL || t->show_secrets) {
		clean_add(out, text);
		return;
	}
	redact_add(&t->redact, &open, text);
	clean_add(out, buf_bytes(&open));
	buf_clear(&open);
}

void
trace_clear(struct trace *t)
{
	if (t != NULL)
		redact_clear(&t->redact);
}

static void
add_time(const struct trace *t, struct buf *out, const char *form)
{
	struct timespec now = t->here->now();
	struct tm tm;
	char text[64];

	localtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), form, &tm);
	buf_addf(out, "%s", text);
}

/* 2026-11-22T19:14:37.444126+08:00 (RFC 3339) */
static void
add_stamp(const struct trace *t, struct buf *out)
{
	struct timespec now = t->here->now();
	struct tm tm;
	char day[64], zone[8];

	localtime_r(&now.tv_sec, &tm);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	strftime(zone, sizeof(zone), "%z", &tm);
	buf_addf(
	    out, "%s.%06ld%.3s:%s", day, now.tv_nsec / 1000, zone, zone + 3);
}

static void
open_json(struct trace_event *v, const char *ev)
{
	struct trace *t = v->t;
	struct buf stamp = BUF(64);

	json_open(&v->json, NULL, '{');
	add_stamp(t, &stamp);
	json_text(&v->json, "ts", buf_bytes(&stamp));
	buf_clear(&stamp);
	json_decimal(
	    &v->json, "t", (double)(t->here->ticks() - t->start) / 1e6, 6);
	json_text(&v->json, "sid", bytes_of(t->session));
	json_text(&v->json, "ev", bytes_of(ev));
}

bool
trace_open(struct trace *t, struct trace_event *v, int level, char mark,
    const char *ev)
{
	if (!trace_on(t, level))
		return false;
	*v = (struct trace_event){ .t = t, .mark = mark };
	buf_init(&v->line, EVENT_MAX);
	buf_init(&v->said, EVENT_MAX);
	v->json = JSON(&v->line);
	if (t->json)
		open_json(v, ev);
	return true;
}

void
trace_text(struct trace_event *v, const char *key, struct bytes value)
{
	struct buf shown = BUF(EVENT_MAX);

	if (!v->t->json)
		return;
	if (v->t->show_secrets)
		buf_add(&shown, value);
	else
		redact_add(&v->t->redact, &shown, value);
	json_text(&v->json, key, buf_bytes(&shown));
	buf_clear(&shown);
}

void
trace_number(struct trace_event *v, const char *key, int64_t value)
{
	if (v->t->json)
		json_number(&v->json, key, value);
}

void
trace_ms(struct trace_event *v, const char *key, int64_t microseconds)
{
	if (v->t->json)
		json_decimal(&v->json, key, (double)microseconds / 1e3, 3);
}

void
trace_bool(struct trace_event *v, const char *key, bool value)
{
	if (v->t->json)
		json_bool(&v->json, key, value);
}

static void
say(struct trace_event *v, const char *fmt, va_list ap)
{
	char room[2048];

	if (v->t->json)
		return;
	vsnprintf(room, sizeof(room), fmt, ap);
	/* Somebody else's LF must not start a line of ours. */
	for (char *lf = room; (lf = strchr(lf, '\n')) != NULL;)
		*lf = ' ';
	buf_adds(&v->said, room);
	buf_addc(&v->said, '\n');
	explicit_bzero(room, sizeof(room));
}

void
trace_say(struct trace_event *v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say(v, fmt, ap);
	va_end(ap);
}

/* Level 2: HH:MM:SS.ffffff and the milliseconds since the start. */
static void
add_prefix(const struct trace *t, struct buf *out)
{
	struct timespec now = t->here->now();

	if (t->level < 2)
		return;
	add_time(t, out, "%H:%M:%S");
	buf_addf(out, ".%06ld %7.1f ", now.tv_nsec / 1000,
	    (double)(t->here->ticks() - t->start) / 1e3);
}

/* As much of text as a line shows, whole characters only. */
static struct bytes
beginning(struct bytes text)
{
	size_t n = LINE_SHOWN;

	if (text.n <= n)
		return text;
	while (n > 0 && ((unsigned char)text.p[n] & 0xc0) == 0x80)
		n--;
	return bytes_head(text, n);
}

/* Sent cyan, received green, yellow or red by its class, facts dim. */
static const char *
colour_of(const struct trace_event *v, struct bytes text)
{
	char class = v->mark == '<' && text.n > 0 ? text.p[0] : v->mark;

	if (!v->t->colour)
		return "";
	switch (class) {
	case '>':
		return "\033[36m";
	case '*':
		return "\033[2m";
	case '2':
	case '3':
		return "\033[32m";
	case '4':
		return "\033[33m";
	case '5':
		return "\033[31m";
	default:
		return "";
	}
}

static void
put_line(struct trace_event *v, struct bytes text)
{
	struct buf line = BUF(EVENT_MAX), shown = BUF(EVENT_MAX);
	const char *colour = colour_of(v, text);
	struct bytes front;

	trace_shown(v->t, &shown, text);
	add_prefix(v->t, &line);
	buf_adds(&line, colour);
	buf_addc(&line, v->mark);
	buf_addc(&line, ' ');
	front = beginning(buf_bytes(&shown));
	buf_add(&line, front);
	if (shown.n > front.n)
		buf_addf(&line, "… (+%zu)", shown.n - front.n);
	buf_adds(&line, colour[0] != '\0' ? "\033[0m\n" : "\n");
	v->t->put(v->t->ctx, buf_bytes(&line));
	buf_clear(&line);
	buf_clear(&shown);
}

void
trace_close(struct trace_event *v)
{
	struct bytes said = buf_bytes(&v->said);

	while (said.n > 0 && !v->t->json)
		put_line(v, bytes_take(&said, '\n'));
	if (v->t->json) {
		json_close(&v->json, '}');
		buf_addc(&v->line, '\n');
		v->t->put(v->t->ctx, buf_bytes(&v->line));
	}
	buf_clear(&v->line);
	buf_clear(&v->said);
}

void
trace_note(struct trace *t, int level, const char *ev, const char *fmt, ...)
{
	struct trace_event v;
	char text[2048];
	va_list ap;

	if (!trace_open(t, &v, level, '*', ev))
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	trace_text(&v, "text", bytes_of(text));
	trace_say(&v, "%s", text);
	trace_close(&v);
}

void
trace_start(struct trace *t)
{
	struct trace_event v;
	unsigned char id[4];

	if (!trace_on(t, 1))
		return;
	t->start = t->asked = t->here->ticks();
	t->here->random(id, sizeof(id));
	snprintf(t->session, sizeof(t->session), "%02x%02x%02x%02x", id[0],
	    id[1], id[2], id[3]);
	if (!t->json && trace_open(t, &v, 2, '*', "start")) {
		buf_adds(&v.said, "trace ");
		add_time(t, &v.said, "%Y-%m-%dT%H:%M:%S%z");
		trace_say(
		    &v, " pid %ld session %s", (long)getpid(), t->session);
		trace_close(&v);
	}
}

static void
say_command(struct trace_event *v, const struct trace_command *c)
{
	const char *gap = c->line.n == 0 ? "" : " ";

	if (c->hidden == 0)
		trace_say(v, "%.*s", BYTES_ARG(c->line));
	else
		trace_say(v, "%.*s%s[credentials%s%.*s, %zu octets, hidden]",
		    BYTES_ARG(c->line), gap, c->user.n > 0 ? " for " : "",
		    BYTES_ARG(c->user), c->hidden);
}

void
trace_command(struct trace *t, const struct trace_command *c)
{
	struct trace_event v;

	if (!trace_open(t, &v, 1, '>', "cmd"))
		return;
	t->asked = t->here->ticks();
	trace_text(&v, "verb", bytes_of(c->verb));
	trace_text(&v, "line", c->line);
	if (c->hidden > 0) {
		trace_number(&v, "redacted", (int64_t)c->hidden);
		trace_text(&v, "user", c->user);
	}
	say_command(&v, c);
	trace_close(&v);
}

static void
say_reply(struct trace_event *v, int code, struct bytes text, int64_t rtt)
{
	do {
		struct bytes line = bytes_take(&text, '\n');

		buf_addf(&v->said, "%03d%c", code, text.n > 0 ? '-' : ' ');
		buf_add(&v->said, line);
		if (text.n == 0 && trace_on(v->t, 3))
			buf_addf(&v->said, "   rtt %.1f", (double)rtt / 1e3);
		buf_addc(&v->said, '\n');
	} while (text.n > 0);
}

static void
lines_json(struct trace_event *v, struct bytes text)
{
	json_open(&v->json, "lines", '[');
	do
		trace_text(v, NULL, bytes_take(&text, '\n'));
	while (text.n > 0);
	json_close(&v->json, ']');
}

void
trace_reply(struct trace *t, const char *verb, int code, struct bytes text,
    const char *note)
{
	struct trace_event v;
	int64_t rtt;

	if (!trace_open(t, &v, 1, '<', "reply"))
		return;
	rtt = t->here->ticks() - t->asked;
	trace_text(&v, "verb", bytes_of(verb));
	trace_number(&v, "code", code);
	if (t->json)
		lines_json(&v, text);
	trace_ms(&v, "rtt_ms", rtt);
	if (note != NULL)
		trace_text(&v, "note", bytes_of(note));
	if (!t->json && code != 0)
		say_reply(&v, code, text, rtt);
	else if (!t->json)
		trace_say(
		    &v, "%.*s %s", BYTES_ARG(text), note == NULL ? "" : note);
	trace_close(&v);
}
