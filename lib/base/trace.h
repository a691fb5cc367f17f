/*
 * The debug trace: what happened, one line an event, as text or as JSON.
 *
 * Level 1 tells commands and replies, 2 puts the time in front, 3 adds what
 * went on underneath.  Server text is printed clean.  Secrets that were told
 * to trace_hide() never come out, whoever echoes them, unless show_secrets.
 *
 *	struct trace_event v;
 *	if (trace_open(t, &v, 1, '*', "connect")) {
 *		trace_text(&v, "addr", addr);
 *		trace_say(&v, "connected to %s", ...);
 *		trace_close(&v);
 *	}
 *
 * Every function takes a NULL trace for one that is off.
 */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H

#include "base/here.h"
#include "base/json.h"
#include "base/redact.h"

struct trace {
	int level; /* 0: off */
	bool json;
	bool show_secrets;
	bool colour;             /* text for a terminal that can show colours */
	const struct here *here; /* borrowed */
	/* Takes one whole line, its LF included. */
	void (*put)(void *ctx, struct bytes line);
	void *ctx;            /* borrowed */
	struct redact redact; /* owned */
	int64_t start;        /* ticks at trace_start() */
	int64_t asked;        /* ticks at the last command */
	char session[9];      /* eight random hex digits */
};

struct trace_event {
	struct trace *t;
	char mark;        /* '*' fact, '>' sent, '<' received, '|' content */
	struct buf line;  /* JSON object under way */
	struct buf said;  /* text; may hold several lines */
	struct json json; /* writes into line */
};

/* Start the clock; level 2 tells the date, the process and the session. */
void trace_start(struct trace *t);
void trace_clear(struct trace *t);

bool trace_on(const struct trace *t, int level);

/* Remember a secret, so that no line and no report shows it. */
void trace_hide(struct trace *t, struct bytes secret);

/* Add text as it may be shown: secrets hidden, then cleaned. */
void trace_shown(const struct trace *t, struct buf *out, struct bytes text);

/*
 * An event: false when t is off at that level, and then nothing of the rest
 * may be called.  ev is the JSON name (start resolve connect tls cmd reply
 * auth data warn result close).
 */
bool trace_open(struct trace *t, struct trace_event *v, int level, char mark,
    const char *ev);
void trace_text(struct trace_event *v, const char *key, struct bytes value);
void trace_number(struct trace_event *v, const char *key, int64_t value);
void trace_ms(struct trace_event *v, const char *key, int64_t microseconds);
void trace_bool(struct trace_event *v, const char *key, bool value);
/* The line(s) for people; text mode only, JSON takes the fields. */
void trace_say(struct trace_event *v, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void trace_close(struct trace_event *v);

/* An event that is a sentence and nothing else. */
void trace_note(struct trace *t, int level, const char *ev, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));

/*
 * A command, as it may be shown: for AUTH, line is "AUTH PLAIN" or "", hidden
 * the number of secret octets behind it, user whose they are; else hidden 0.
 */
struct trace_command {
	const char *verb;
	struct bytes line;
	size_t hidden;
	struct bytes user;
};
void trace_command(struct trace *t, const struct trace_command *c);

/*
 * A reply to verb: its code and its text, the lines joined by '\n'.  code 0:
 * no SMTP reply, shown with note behind it.
 */
void trace_reply(struct trace *t, const char *verb, int code, struct bytes text,
    const char *note);

#endif
