#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server/session_private.h"

/* The file that content goes to until its end is known. */
static void
open_content(struct session *s)
{
	struct error e = ERROR_NONE;
	char name[48];

	snprintf(name, sizeof(name), "content-%u", s->place.conn);
	draft_open(&s->draft, s->set->discard ? -1 : s->place.store, name, &e);
	s->content = CONTENT(s->draft.f);
	s->decided = false;
}

/* May the script speak before the content is whole?  Then not to the dot. */
static void
interrupt(struct session *s)
{
	struct moment m = { .event = ON_BODY,
		.n = 1,
		.conn = s->place.conn,
		.bytes = s->content.octets };

	if (s->decided || !stage_answers(&s->stage, &m))
		return;
	s->decided = true;
	stage_answer(&s->stage, &m, NULL);
	peer_flush(&s->peer);
}

/* Read until the dot; false when it never came. */
static bool
receive(struct session *s)
{
	bool counted = false;

	while (s->content.state != CONTENT_ENDED) {
		struct bytes in = peer_rest(&s->peer), rest = in;

		if (in.n == 0 && !peer_fill(&s->peer))
			return false;
		if (!counted)
			peer_flew(&s->peer, BYTES("content"));
		counted = true;
		content_feed(&s->content, &rest);
		peer_take(&s->peer, in.n - rest.n);
		interrupt(s);
		if (s->stage.over)
			return false;
	}
	return true;
}

static const char *
usual_verdict(const struct session *s, char *text, size_t size)
{
	if (s->accepted == 0)
		return "554 5.5.1 no valid recipients";
	if (s->set->size > 0 && s->content.octets > s->set->size)
		return "552 5.3.4 too large";
	snprintf(text, size, "250 2.0.0 queued as message-%u",
	    *s->place.messages + 1);
	return text;
}

/* The address in "TO:<address> ...", for the script. */
static struct bytes
address_of(const struct rcpt *r)
{
	struct bytes line = bytes_of(r->line);

	bytes_take(&line, '<');
	return bytes_take(&line, '>');
}

/*
 * LMTP (RFC 2033, 4.2) answers once for each recipient that was accepted,
 * SMTP once for all.  Fills the moments of those answers; returns how many.
 */
static size_t
plan_answers(struct session *s, struct moment *m)
{
	size_t n = 0;

	if (!s->set->lmtp || s->accepted == 0) {
		m[0] = stage_moment(&s->stage, ON_DOT, (struct bytes){ 0 });
		return 1;
	}
	for (size_t i = 0; i < s->rcpt_n; i++)
		if (s->rcpt[i].code / 100 == 2)
			m[n++] = stage_moment(
			    &s->stage, ON_DOT, address_of(&s->rcpt[i]));
	return n;
}

/* The best of the answers to come: what becomes of the content. */
static int
best_code(
    struct session *s, const struct moment *m, size_t n, const char *usual)
{
	int best = 0;

	for (size_t i = 0; i < n; i++) {
		int code = stage_code(&s->stage, &m[i], usual);

		if (best == 0 || (code > 0 && code < best))
			best = code;
	}
	return best;
}

static void
note_codes(
    struct session *s, const struct moment *m, size_t n, const char *usual)
{
	size_t next = 0;

	for (size_t i = 0; i < s->rcpt_n; i++)
		if (s->rcpt[i].code / 100 == 2) {
			s->rcpt[i].code =
			    stage_code(&s->stage, &m[next], usual);
			next += next + 1 < n;
		}
}

/* On the disk before the answer leaves: whoever hears 250 may look. */
static void
keep(struct session *s, int best)
{
	const char *kind = best / 100 == 2 ? "message"
	    : best == 0                    ? "unanswered"
					   : "refused";
	unsigned number =
	    __atomic_add_fetch(s->place.messages, 1, __ATOMIC_RELAXED);
	char name[48];

	s->messages += best / 100 == 2;
	session_envelope(s, number);
	snprintf(name, sizeof(name), "%s-%u.eml", kind, number);
	draft_keep(&s->draft, name);
}

static void
conclude(struct session *s)
{
	struct moment *m = calloc(s->accepted + 1, sizeof(*m));
	char text[64];
	const char *usual = usual_verdict(s, text, sizeof(text));
	size_t n;

	if (m == NULL)
		return;
	n = plan_answers(s, m);
	note_codes(s, m, n, usual);
	keep(s, best_code(s, m, n, usual));
	for (size_t i = 0; i < n && !s->stage.over; i++)
		stage_answer(&s->stage, &m[i], usual);
	free(m);
}

void
session_data(struct session *s, struct bytes line, struct bytes args)
{
	const char *usual = !s->in_mail ? "503 5.5.1 MAIL first"
	    : s->accepted == 0          ? "554 5.5.1 no valid recipients"
					: "354 go on";

	(void)args;
	if (session_answer(s, ON_DATA, line, usual) != 354 || s->stage.over)
		return;
	open_content(s);
	if (receive(s)) {
		peer_log(&s->peer, '>', BYTES("[content and dot]"));
		if (!s->decided)
			conclude(s);
	} else {
		peer_log(&s->peer, '*',
		    s->content.octets > 0 ? BYTES("[content without its dot]")
					  : BYTES("[no content]"));
	}
	session_forget(s);
}

static bool
receive_chunk(struct session *s, size_t n)
{
	while (n > 0) {
		struct bytes in = bytes_head(peer_rest(&s->peer), n);

		if (in.n == 0 && !peer_fill(&s->peer))
			return false;
		if (s->in_mail)
			content_chunk(&s->content, in);
		peer_take(&s->peer, in.n);
		n -= in.n;
	}
	return true;
}

void
session_bdat(struct session *s, struct bytes line, struct bytes args)
{
	struct bytes digits = bytes_take(&args, ' ');
	char number[24] = "";
	bool last = bytes_is_case(args, "LAST");

	digits = bytes_head(digits, sizeof(number) - 1);
	memcpy(number, digits.p, digits.n);
	if (s->in_mail && !s->chunked)
		open_content(s);
	s->chunked = s->in_mail;
	if (!receive_chunk(s, strtoull(number, NULL, 10)))
		return;
	if (!s->in_mail)
		session_answer(s, ON_BDAT, line, "503 5.5.1 MAIL first");
	else if (!last)
		session_answer(s, ON_BDAT, line, "250 2.0.0 more");
	else
		conclude(s);
	if (last)
		session_forget(s);
}
