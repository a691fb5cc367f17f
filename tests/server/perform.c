#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "tests/server/base64.h"
#include "tests/server/perform.h"

enum { SAY_MAX = 1 << 20, ENDLESS_MAX = 64 << 20 };

struct moment
stage_moment(struct stage *s, enum event event, struct bytes line)
{
	return (struct moment){ .event = event,
		.n = ++s->seen[event],
		.conn = s->conn,
		.line = line };
}

static const struct rule *
rule_for(const struct stage *s, const struct moment *m)
{
	return script_match(&s->settings->script, m);
}

bool
stage_answers(const struct stage *s, const struct moment *m)
{
	return rule_answers(rule_for(s, m));
}

int
stage_code(const struct stage *s, const struct moment *m, const char *usual)
{
	return rule_code(rule_for(s, m), bytes_of(usual));
}

/* The last word of the line, decoded, with blanks for NUL. */
static void
add_decoded(struct buf *out, struct bytes line)
{
	struct buf text = BUF(SAY_MAX);
	size_t at = line.n;

	while (at > 0 && line.p[at - 1] != ' ')
		at--;
	base64_to(&text, bytes_skip(line, at));
	for (size_t i = 0; i < text.n; i++)
		buf_addc(out, (char)(text.p[i] == '\0' ? ' ' : text.p[i]));
	buf_clear(&text);
}

static void
add_named(struct buf *out, struct bytes name, const struct stage *s,
    const struct moment *m)
{
	if (bytes_is(name, "line"))
		buf_add(out, m->line);
	else if (bytes_is(name, "decoded"))
		add_decoded(out, m->line);
	else if (bytes_is(name, "user"))
		buf_adds(out, s->settings->user);
	else if (bytes_is(name, "password"))
		buf_adds(out, s->settings->password);
	else if (bytes_is(name, "password64"))
		base64_of(out, bytes_of(s->settings->password));
}

/* The text of an action with %{...} filled in. */
static void
fill_in(struct buf *out, struct bytes text, const struct stage *s,
    const struct moment *m)
{
	while (text.n > 0) {
		size_t at = bytes_find(text, BYTES("%{"));

		buf_add(out, bytes_head(text, at));
		text = bytes_skip(text, at);
		if (text.n == 0)
			break;
		text = bytes_skip(text, 2);
		add_named(out, bytes_take(&text, '}'), s, m);
	}
}

static void
put_lines(struct peer *p, struct bytes text)
{
	struct buf out = BUF(SAY_MAX);

	do {
		buf_add(&out, bytes_take(&text, '\n'));
		buf_adds(&out, "\r\n");
	} while (text.n > 0);
	peer_put(p, buf_bytes(&out));
	buf_clear(&out);
}

static void
repeat(struct stage *s, struct bytes text, size_t times, size_t most)
{
	struct buf once = BUF(SAY_MAX);

	peer_log(s->peer, '<', BYTES("[again and again]"));
	for (size_t i = 0; i < times && i * text.n < most && text.n > 0; i++) {
		buf_add(&once, text);
		if (once.n < 16384 && i + 1 < times)
			continue;
		buf_add(&s->peer->out, buf_bytes(&once));
		peer_flush(s->peer);
		buf_reset(&once);
		if (s->peer->lost)
			break;
	}
	buf_clear(&once);
}

static void
wait_ms(unsigned ms)
{
	struct timespec t = { .tv_sec = (time_t)(ms / 1000),
		.tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) < 0 && errno == EINTR)
		continue;
}

static void
say(struct stage *s, const struct action *a, const struct moment *m)
{
	struct buf text = BUF(SAY_MAX);

	fill_in(&text, buf_bytes(&a->text), s, m);
	if (a->deed == DO_REPLY)
		put_lines(s->peer, buf_bytes(&text));
	else if (a->deed == DO_SEND)
		peer_put(s->peer, buf_bytes(&text));
	else
		repeat(s, buf_bytes(&text),
		    a->deed == DO_REPEAT ? a->number : SIZE_MAX, ENDLESS_MAX);
	buf_clear(&text);
}

static void
end(struct stage *s, enum farewell how)
{
	s->farewell = how;
	s->over = true;
}

static void
perform(struct stage *s, const struct action *a, const struct moment *m,
    const char *usual)
{
	switch (a->deed) {
	case DO_REPLY:
	case DO_SEND:
	case DO_REPEAT:
	case DO_ENDLESS:
		say(s, a, m);
		break;
	case DO_DEFAULT:
		if (usual != NULL)
			put_lines(s->peer, bytes_of(usual));
		break;
	case DO_SILENT:
		break;
	case DO_DELAY:
		peer_flush(s->peer);
		wait_ms(a->number);
		break;
	case DO_DRIP:
		peer_flush(s->peer);
		s->peer->drip = a->number;
		break;
	case DO_CLOSE:
		end(s, FAREWELL_CLOSE);
		break;
	case DO_CUT:
		end(s, FAREWELL_CUT);
		break;
	case DO_RESET:
		end(s, FAREWELL_RESET);
		break;
	case DO_HANG:
		peer_hang(s->peer, s->settings->idle * 1000);
		end(s, FAREWELL_CUT);
		break;
	}
}

/* OpenSMTPD's way: whoever does not wait for an answer is shown the door. */
static bool
refuse_early(struct stage *s, const struct moment *m)
{
	if (!s->strict || m->event < ON_EHLO || !peer_early(s->peer))
		return false;
	put_lines(s->peer,
	    BYTES("500 5.5.1 Invalid command: "
		  "Pipelining not supported"));
	end(s, FAREWELL_CUT);
	return true;
}

int
stage_answer(struct stage *s, const struct moment *m, const char *usual)
{
	const struct rule *r = rule_for(s, m);

	if (refuse_early(s, m))
		return 500;
	for (size_t i = 0; r != NULL && i < r->actions_n; i++)
		perform(s, &r->actions[i], m, usual);
	if (usual != NULL && !rule_answers(r) && !rule_has(r, DO_DEFAULT))
		put_lines(s->peer, bytes_of(usual));
	if (s->peer->drip > 0)
		peer_flush(s->peer);
	s->peer->drip = 0;
	return rule_code(r, bytes_of(usual));
}
