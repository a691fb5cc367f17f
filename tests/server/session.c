#include <stdlib.h>
#include <string.h>

#include "tests/server/session_private.h"

int
session_answer(
    struct session *s, enum event event, struct bytes line, const char *usual)
{
	struct moment m = stage_moment(&s->stage, event, line);

	return stage_answer(&s->stage, &m, usual);
}

void
session_forget(struct session *s)
{
	for (size_t i = 0; i < s->rcpt_n; i++)
		free(s->rcpt[i].line);
	free(s->rcpt);
	s->rcpt = NULL;
	s->rcpt_n = s->accepted = 0;
	s->in_mail = s->chunked = s->decided = false;
	buf_reset(&s->mail);
	draft_drop(&s->draft);
}

bool
session_offers(const struct session *s, const char *keyword)
{
	return list_has(s->set->extensions, bytes_of(keyword)) &&
	    !list_has(s->set->without, bytes_of(keyword));
}

bool
session_offers_auth(const struct session *s)
{
	return s->set->auth[0] != '\0' &&
	    (s->secured || s->set->auth_before_tls ||
		strcmp(s->set->tls, "starttls") != 0);
}

static bool
offers_starttls(const struct session *s)
{
	return strcmp(s->set->tls, "starttls") == 0 && !s->secured &&
	    !list_has(s->set->without, BYTES("STARTTLS"));
}

static void
add_extensions(const struct session *s, struct buf *out)
{
	struct bytes rest = bytes_of(s->set->extensions);

	while (rest.n > 0) {
		struct bytes one = bytes_trim(bytes_take(&rest, ','));
		struct bytes words = one;

		if (!list_has(s->set->without, list_take(&words)))
			buf_addf(out, "\n250-%.*s", BYTES_ARG(one));
	}
	if (s->set->size > 0)
		buf_addf(out, "\n250-SIZE %u", s->set->size);
	if (offers_starttls(s))
		buf_adds(out, "\n250-STARTTLS");
	if (session_offers_auth(s))
		buf_addf(out, "\n250-AUTH %s", s->set->auth);
}

/* EHLO and LHLO; the last line's '-' becomes a blank. */
static void
do_ehlo(struct session *s, struct bytes line, struct bytes args)
{
	enum event event = s->set->lmtp ? ON_LHLO : ON_EHLO;
	struct buf out = BUF(SESSION_TEXT);
	size_t last = 3;

	buf_addf(&out, "250-%s greets %.*s", s->set->name, BYTES_ARG(args));
	add_extensions(s, &out);
	for (size_t i = 0; i < out.n; i++)
		if (out.p[i] == '\n')
			last = i + 4;
	if (buf_ok(&out))
		out.p[last] = ' ';
	session_forget(s);
	buf_reset(&s->hello);
	buf_add(&s->hello, line);
	session_answer(s, event, line, buf_text(&out));
	buf_clear(&out);
}

static void
do_helo(struct session *s, struct bytes line, struct bytes args)
{
	char text[ANSWER_MAX];

	(void)args;
	snprintf(text, sizeof(text), "250 %s", s->set->name);
	buf_reset(&s->hello);
	buf_add(&s->hello, line);
	session_answer(s, ON_HELO, line, text);
}

static void
secure(struct session *s)
{
	int rc = peer_secure(&s->peer, secure_session(s->place.secure));

	if (rc < 0) {
		s->tls_error = rc;
		s->stage.over = true;
		return;
	}
	s->secured = true;
	secure_learn(&s->tls, s->peer.tls);
	peer_log(&s->peer, '*', bytes_of(s->tls.version));
	session_answer(s, ON_TLS, (struct bytes){ 0 }, NULL);
}

static void
do_starttls(struct session *s, struct bytes line, struct bytes args)
{
	const char *usual =
	    offers_starttls(s) ? "220 2.0.0 go ahead" : "502 5.5.1 not here";

	(void)args;
	if (session_answer(s, ON_STARTTLS, line, usual) != 220 ||
	    s->stage.over || !s->place.secure->ready)
		return;
	session_forget(s);
	buf_reset(&s->hello);
	secure(s);
}

static bool
too_large(const struct session *s, struct bytes args)
{
	static const char key[] = "SIZE=";

	while (s->set->size > 0 && args.n > 0) {
		struct bytes word = bytes_take(&args, ' ');
		char digits[24] = "";

		if (!bytes_starts_case(word, key))
			continue;
		word = bytes_head(bytes_skip(word, 5), sizeof(digits) - 1);
		memcpy(digits, word.p, word.n);
		return strtoull(digits, NULL, 10) > s->set->size;
	}
	return false;
}

static const char *
mail_answer(const struct session *s, struct bytes args)
{
	if (s->hello.n == 0)
		return "503 5.5.1 say hello first";
	if (s->set->auth[0] != '\0' && !s->set->open && s->user.n == 0)
		return "530 5.7.0 Authentication required";
	if (s->in_mail)
		return "503 5.5.1 nested MAIL";
	if (!bytes_starts_case(args, "FROM:<"))
		return "501 5.5.4 that is no MAIL FROM";
	if (too_large(s, args))
		return "552 5.3.4 too large";
	return "250 2.1.0 sender ok";
}

static void
do_mail(struct session *s, struct bytes line, struct bytes args)
{
	if (session_answer(s, ON_MAIL, line, mail_answer(s, args)) / 100 != 2)
		return;
	s->in_mail = true;
	buf_reset(&s->mail);
	buf_add(&s->mail, args);
}

static const char *
rcpt_answer(const struct session *s, struct bytes args)
{
	if (!s->in_mail)
		return "503 5.5.1 MAIL first";
	if (!bytes_starts_case(args, "TO:<"))
		return "501 5.5.4 that is no RCPT TO";
	if (s->set->max_recipients > 0 && s->accepted >= s->set->max_recipients)
		return "452 4.5.3 too many recipients";
	return "250 2.1.5 recipient ok";
}

static void
do_rcpt(struct session *s, struct bytes line, struct bytes args)
{
	int code = session_answer(s, ON_RCPT, line, rcpt_answer(s, args));
	struct rcpt *more = reallocarray(s->rcpt, s->rcpt_n + 1, sizeof(*more));

	if (more == NULL)
		return;
	s->rcpt = more;
	s->rcpt[s->rcpt_n++] =
	    (struct rcpt){ .line = strndup(args.p, args.n), .code = code };
	s->accepted += code / 100 == 2;
}

static void
do_rset(struct session *s, struct bytes line, struct bytes args)
{
	(void)args;
	session_answer(s, ON_RSET, line, "250 2.0.0 forgotten");
	session_forget(s);
}

static void
do_quit(struct session *s, struct bytes line, struct bytes args)
{
	(void)args;
	session_answer(s, ON_QUIT, line, "221 2.0.0 bye");
	s->stage.over = true;
}

static void
do_other(struct session *s, struct bytes line, struct bytes args)
{
	enum event event = event_of_verb(bytes_take(&line, ' '));
	static const char *const usual[EVENTS] = {
		[ON_NOOP] = "250 2.0.0 ok",
		[ON_VRFY] = "252 2.1.5 send and see",
		[ON_HELP] = "214 2.0.0 see RFC 5321",
	};

	session_answer(s, event, args,
	    usual[event] == NULL ? "502 5.5.1 not implemented" : usual[event]);
}

typedef void command_fn(
    struct session *s, struct bytes line, struct bytes args);

static command_fn *
command_for(const struct session *s, enum event event)
{
	static command_fn *const commands[EVENTS] = {
		[ON_HELO] = do_helo,
		[ON_STARTTLS] = do_starttls,
		[ON_AUTH] = session_auth,
		[ON_MAIL] = do_mail,
		[ON_RCPT] = do_rcpt,
		[ON_DATA] = session_data,
		[ON_RSET] = do_rset,
		[ON_QUIT] = do_quit,
	};

	if (event == (s->set->lmtp ? ON_LHLO : ON_EHLO))
		return do_ehlo;
	if (event == ON_BDAT && session_offers(s, "CHUNKING"))
		return session_bdat;
	if ((event == ON_HELO && s->set->lmtp) || commands[event] == NULL)
		return do_other;
	return commands[event];
}

static void
command(struct session *s, struct bytes line)
{
	struct bytes args = line, verb = bytes_take(&args, ' ');

	peer_flew(&s->peer, verb);
	command_for(s, event_of_verb(verb))(s, line, args);
}

static void
greet(struct session *s)
{
	char text[ANSWER_MAX];

	session_answer(s, ON_CONNECT, (struct bytes){ 0 }, NULL);
	if (!s->stage.over && strcmp(s->set->tls, "implicit") == 0)
		secure(s);
	if (s->stage.over)
		return;
	if (s->set->strict && peer_early(&s->peer)) {
		peer_put(&s->peer, BYTES("554 5.5.1 you talk too soon\r\n"));
		s->stage.over = true;
		return;
	}
	snprintf(text, sizeof(text), "220 %s %s ready", s->set->name,
	    s->set->lmtp ? "LMTP" : "ESMTP");
	session_answer(s, ON_GREETING, (struct bytes){ 0 }, text);
}

static void
converse(struct session *s)
{
	struct bytes line;

	greet(s);
	while (!s->stage.over && peer_line(&s->peer, &line))
		command(s, line);
}

static void
open_drafts(struct session *s, struct draft *raw, struct draft *log)
{
	struct error e = ERROR_NONE;
	char name[48];

	snprintf(name, sizeof(name), "conn-%u.in", s->place.conn);
	draft_open(raw, s->set->discard ? -1 : s->place.store, name, &e);
	snprintf(name, sizeof(name), "conn-%u.log", s->place.conn);
	draft_open(log, s->place.store, name, &e);
	s->peer.raw = raw->f;
	s->peer.log = log->f;
	if (log->f != NULL)
		setvbuf(log->f, NULL, _IOLBF, 0);
}

static void
keep_drafts(struct session *s, struct draft *raw, struct draft *log)
{
	draft_keep(raw, raw->name + 1);
	draft_keep(log, log->name + 1);
	s->peer.raw = s->peer.log = NULL;
	session_record(s);
}

static void
session_init(struct session *s, const struct session_place *place, int fd)
{
	*s = (struct session){ .place = *place, .set = place->settings };
	peer_init(&s->peer, fd, s->set->idle);
	s->peer.latency = s->set->latency;
	s->stage = (struct stage){ .peer = &s->peer,
		.settings = s->set,
		.conn = place->conn,
		.strict = s->set->strict && !session_offers(s, "PIPELINING") };
	buf_init(&s->hello, SESSION_TEXT);
	buf_init(&s->auth_log, SESSION_TEXT);
	buf_init(&s->user, SESSION_TEXT);
	buf_init(&s->mechanism, SESSION_TEXT);
	buf_init(&s->mail, SESSION_TEXT);
}

static void
session_clear(struct session *s)
{
	session_forget(s);
	peer_clear(&s->peer);
	buf_clear(&s->hello);
	buf_clear(&s->auth_log);
	buf_clear(&s->user);
	buf_clear(&s->mechanism);
	buf_clear(&s->mail);
}

void
session_serve(const struct session_place *place, int fd)
{
	struct session *s = malloc(sizeof(*s));
	struct draft raw, log;

	if (s == NULL)
		return;
	session_init(s, place, fd);
	open_drafts(s, &raw, &log);
	converse(s);
	session_forget(s);
	peer_close(&s->peer, s->stage.farewell);
	keep_drafts(s, &raw, &log);
	session_clear(s);
	free(s);
}
