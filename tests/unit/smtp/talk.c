#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/reply.h"
#include "smtp/step.h"

enum { OPTIONS_MOST = 8, SCRIPT_MAX = 1 << 20 };

struct talk {
	struct buf script;
	struct bytes rest; /* what has not been played */
	size_t piece;

	struct smtp_plan plan;
	struct smtp_tries tries;
	struct smtp_message msg;
	struct envelope env;
	struct trace trace;
	struct buf seen; /* all that was traced */
	struct buf content, user, password, expected;
	struct bytes sent; /* of the content: what the session has not got */
	char *options[2][OPTIONS_MOST + 1];
	char *mechs[OPTIONS_MOST + 1];
	struct smtp *s;
	char *why;
	size_t why_size;
};

static const char cb[] = "channel binding data of a test";

static void
fail(struct talk *t, const char *what, struct bytes about)
{
	if (t->why[0] == '\0')
		snprintf(t->why, t->why_size, "piece %zu: %s '%.*s'", t->piece,
		    what, BYTES_ARG(about));
}

/* ---- the script ---------------------------------------------------------------- */

static struct bytes
line(struct talk *t)
{
	struct bytes copy = t->rest;

	return bytes_take(&copy, '\n');
}

static bool
is(struct talk *t, char mark)
{
	struct bytes l = line(t);

	return l.n >= 2 && l.p[0] == mark && l.p[1] == ':';
}

static void
step(struct talk *t)
{
	bytes_take(&t->rest, '\n');
}

/* "S: text": the text. */
static struct bytes
text(struct talk *t)
{
	return bytes_skip(line(t), 3);
}

/* \r \n \t \\ \0 \xHH */
static void
unescape(struct bytes in, struct buf *out)
{
	for (size_t i = 0; i < in.n; i++) {
		char c = in.p[i];

		if (c != '\\' || i + 1 == in.n) {
			buf_addc(out, c);
			continue;
		}
		c = in.p[++i];
		if (c == 'x' && i + 2 < in.n) {
			char hex[3] = { in.p[i + 1], in.p[i + 2], '\0' };

			buf_addc(out, (char)strtol(hex, NULL, 16));
			i += 2;
		} else
			buf_addc(out,
			    c == 'r'       ? '\r'
				: c == 'n' ? '\n'
				: c == 't' ? '\t'
				: c == '0' ? '\0'
					   : c);
	}
}

/* ---- the plan -------------------------------------------------------------------- */

static void
mechanisms(struct talk *t, struct bytes list)
{
	size_t n = 0;

	while (list.n > 0 && n < OPTIONS_MOST) {
		struct bytes name = bytes_take(&list, ',');

		t->mechs[n++] = strndup(name.p, name.n);
	}
	t->plan.mechanisms = (const char *const *)t->mechs;
}

static void
plan_value(struct talk *t, struct bytes key, struct bytes value)
{
	if (bytes_is(key, "user")) {
		buf_add(&t->user, value);
		t->plan.auth = true;
	} else if (bytes_is(key, "password"))
		buf_add(&t->password, value);
	else if (bytes_is(key, "auth"))
		mechanisms(t, value);
	else if (bytes_is(key, "size"))
		t->msg.size = atoll(value.p);
	else if (bytes_is(key, "max"))
		t->plan.max_size = atoll(value.p);
	else
		fail(t, "unknown plan", key);
}

static void
plan_word(struct talk *t, struct bytes word)
{
	static const struct {
		const char *word;
		size_t at;
	} flags[] = {
		{ "lmtp", offsetof(struct talk, plan.lmtp) },
		{ "all", offsetof(struct talk, plan.all_recipients) },
		{ "stay", offsetof(struct talk, plan.stay) },
		{ "clear-auth", offsetof(struct talk, plan.auth_without_tls) },
		{ "no-initial", offsetof(struct talk, plan.no_initial) },
		{ "login-initial", offsetof(struct talk, plan.login_initial) },
		{ "no-pipelining", offsetof(struct talk, plan.no_pipelining) },
		{ "certificate", offsetof(struct talk, plan.certificate) },
		{ "auth", offsetof(struct talk, plan.auth) },
		{ "if-offered", offsetof(struct talk, plan.auth_if_offered) },
		{ "8bit", offsetof(struct talk, msg.body_8bit) },
		{ "utf8", offsetof(struct talk, msg.header_8bit) },
		{ "utf8", offsetof(struct talk, msg.header_utf8) },
		{ "latin1", offsetof(struct talk, msg.header_8bit) },
	};
	size_t eq = bytes_index(word, '=');

	if (eq < word.n) {
		plan_value(t, bytes_head(word, eq), bytes_skip(word, eq + 1));
		return;
	}
	if (bytes_is(word, "tls"))
		t->plan.security = SMTP_SECURED;
	else if (bytes_is(word, "starttls"))
		t->plan.security = SMTP_STARTTLS;
	else if (bytes_is(word, "look"))
		t->plan.task = SMTP_LOOK;
	else if (bytes_is(word, "enter"))
		t->plan.task = SMTP_ENTER;
	else if (bytes_is(word, "meet"))
		t->plan.task = SMTP_MEET;
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (bytes_is(word, flags[i].word))
			*(bool *)((char *)t + flags[i].at) = true;
}

static void
option(char **list, struct bytes value)
{
	while (*list != NULL)
		list++;
	*list = strndup(value.p, value.n);
}

static void
prologue_line(struct talk *t, struct bytes l)
{
	struct error e = ERROR_NONE;
	struct bytes key = bytes_take(&l, ':'), value = bytes_trim(l);

	if (bytes_is(key, "from"))
		envelope_from(&t->env, value, &e);
	else if (bytes_is(key, "to"))
		envelope_to(&t->env, value, NULL, &e);
	else if (bytes_is(key, "content"))
		unescape(value, &t->content);
	else if (bytes_is(key, "mail-option"))
		option(t->options[0], value);
	else if (bytes_is(key, "rcpt-option"))
		option(t->options[1], value);
	else if (bytes_is(key, "plan"))
		while (value.n > 0)
			plan_word(t, bytes_take(&value, ' '));
	else
		fail(t, "unknown line", key);
}

static bool
is_played(struct bytes l)
{
	return l.n >= 2 && l.p[1] == ':' && strchr("SsECTXZD=", l.p[0]) != NULL;
}

static void
prologue(struct talk *t)
{
	while (t->rest.n > 0 && !is_played(line(t))) {
		struct bytes l = line(t);

		if (l.n > 0 && l.p[0] != '#')
			prologue_line(t, l);
		step(t);
	}
	if (t->content.n == 0)
		buf_adds(&t->content, "Subject: x\r\n\r\nhi\r\n");
	t->sent = buf_bytes(&t->content);
	if (t->msg.size == 0)
		t->msg.size = (int64_t)t->content.n;
}

/* ---- playing ----------------------------------------------------------------------- */

static void
feed(struct talk *t, struct bytes all)
{
	while (all.n > 0) {
		struct bytes some = bytes_head(all, t->piece);

		smtp_feed(t->s, some);
		all = bytes_skip(all, some.n);
	}
}

static void
server_speaks(struct talk *t)
{
	struct buf b = BUF(SCRIPT_MAX);

	while (is(t, 'S') || is(t, 's') || is(t, 'E')) {
		bool raw = is(t, 's');

		if (raw)
			unescape(text(t), &b);
		else {
			buf_add(&b, text(t));
			buf_adds(&b, "\r\n");
		}
		step(t);
		if (smtp_want(t->s) != SMTP_RECV && !is(t, 's') && !is(t, 'S'))
			break;
	}
	feed(t, buf_bytes(&b));
	buf_clear(&b);
}

/* The next line that the client must say, as it stands on the wire. */
static bool
expect_line(struct talk *t)
{
	if (t->expected.n > 0)
		return true;
	if (!is(t, 'C'))
		return false;
	buf_add(&t->expected, text(t));
	buf_adds(&t->expected, "\r\n");
	step(t);
	return true;
}

static void
client_speaks(struct talk *t)
{
	struct bytes out = bytes_head(smtp_out(t->s), t->piece);

	if (!expect_line(t)) {
		fail(t, "client ran ahead with", smtp_out(t->s));
		return;
	}
	if (out.n > t->expected.n)
		out.n = t->expected.n;
	if (!bytes_same(out, bytes_head(buf_bytes(&t->expected), out.n)))
		fail(t, "client said", smtp_out(t->s));
	buf_drop(&t->expected, out.n);
	smtp_sent(t->s, out.n);
}

static void
lost(struct talk *t, enum error_kind kind)
{
	struct error e = ERROR_NONE;

	error_set(&e, kind, "wire broke");
	step(t);
	smtp_lost(t->s, &e);
}

static void
secure(struct talk *t)
{
	struct sasl_binding b = { "tls-exporter", { cb, sizeof(cb) - 1 } };

	if (!is(t, 'T')) {
		fail(t, "client wants TLS at", line(t));
		return;
	}
	step(t);
	smtp_secured(t->s, b);
}

static void
give_body(struct talk *t)
{
	struct bytes some;

	if (smtp_body_first(t->s))
		t->sent = buf_bytes(&t->content);
	some = bytes_head(t->sent, t->piece);
	t->sent = bytes_skip(t->sent, some.n);
	smtp_body(t->s, some);
}

/* ---- steps --------------------------------------------------------------------------- */

/* Everybody open again: the same once more. */
static void
send_again(struct smtp *s, struct talk *t)
{
	for (size_t i = 0; i < t->env.n; i++)
		t->env.to[i].verdict = (struct verdict){ 0 };
	smtp_transaction(s, &t->env, &t->msg);
}

static void
do_step(struct talk *t)
{
	static const struct {
		const char *name;
		void (*step)(struct smtp *s);
	} plain[] = {
		{ "greet", smtp_greet },
		{ "ehlo", smtp_ehlo },
		{ "helo", smtp_helo },
		{ "starttls", smtp_starttls },
		{ "login", smtp_login },
		{ "quit", smtp_quit },
	};
	struct bytes what = text(t);

	step(t);
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (bytes_is(what, plain[i].name)) {
			plain[i].step(t->s);
			return;
		}
	if (bytes_is(what, "send"))
		send_again(t->s, t);
	else if (bytes_is(what, "mail"))
		smtp_mail(t->s, &t->env);
	else if (bytes_starts_case(what, "rcpt "))
		smtp_rcpt(t->s, (size_t)(what.p[5] - '0'));
	else if (bytes_is(what, "data"))
		smtp_data(t->s, &t->msg);
	else
		smtp_command(t->s, what);
}

static void
check_step(struct talk *t)
{
	const struct error *e = smtp_error(t->s);
	struct bytes want = text(t);
	char got[80];

	if (e->kind != ERR_NONE)
		snprintf(got, sizeof(got), "error %s", error_name(e->kind));
	else
		snprintf(got, sizeof(got), "%d", smtp_reply(t->s)->code);
	step(t);
	if (!bytes_is(want, got))
		fail(t, "the step came to", bytes_of(got));
}

static void
play_step(struct talk *t)
{
	if (is(t, 'X') && t->expected.n == 0) {
		lost(t, ERR_DISCONNECTED);
		return;
	}
	if (is(t, 'Z') && t->expected.n == 0) {
		lost(t, ERR_TIMEOUT);
		return;
	}
	if (is(t, 'E') && t->expected.n == 0) {
		server_speaks(t);
		return;
	}
	switch (smtp_want(t->s)) {
	case SMTP_SEND:
		client_speaks(t);
		break;
	case SMTP_RECV:
		if (!is(t, 'S') && !is(t, 's'))
			fail(t, "client waits at", line(t));
		else
			server_speaks(t);
		break;
	case SMTP_TLS:
		secure(t);
		break;
	case SMTP_BODY:
		give_body(t);
		break;
	case SMTP_IDLE:
	case SMTP_OVER:
		break;
	}
}

/* False at the end: it is over, or idle and no step is left to be done. */
static bool
play_on(struct talk *t)
{
	enum smtp_want want = smtp_want(t->s);

	if (want != SMTP_IDLE && want != SMTP_OVER)
		play_step(t);
	else if (is(t, '='))
		check_step(t);
	else if (is(t, 'D'))
		do_step(t);
	else if (want == SMTP_IDLE && (is(t, 'X') || is(t, 'E')))
		play_step(t);
	else
		return false;
	return true;
}

/* ---- what came of it ------------------------------------------------------------------ */

static const char *const states[] = { "pending", "sent", "deferred", "refused",
	"queued" };

static void
check_verdict(struct talk *t, struct bytes value)
{
	struct bytes whole = value, who = bytes_take(&value, ' ');
	char got[300] = "nobody";

	for (size_t i = 0; i < t->env.n; i++)
		if (bytes_is(who, t->env.to[i].address))
			snprintf(got, sizeof(got), "%s %s %d",
			    t->env.to[i].address,
			    states[t->env.to[i].verdict.state],
			    t->env.to[i].verdict.code);
	if (!bytes_is(whole, got))
		fail(t, "verdict is", bytes_of(got));
}

static void
check_error(struct talk *t, struct bytes value)
{
	const struct error *e = smtp_error(t->s);
	char got[80];

	snprintf(got, sizeof(got), e->code != 0 ? "%s %d" : "%s",
	    error_name(e->kind), e->code);
	if (!bytes_is(value, got)) {
		fail(t, "error is", bytes_of(got));
		fail(t, "", bytes_of(e->text));
	}
}

static void
check_line(struct talk *t, struct bytes l, bool *error_named)
{
	struct bytes key = bytes_take(&l, ':'), value = bytes_trim(l);
	char turns[16];

	snprintf(turns, sizeof(turns), "%u", smtp_turns(t->s));
	if (bytes_is(key, "verdict"))
		check_verdict(t, value);
	else if (bytes_is(key, "error")) {
		*error_named = true;
		check_error(t, value);
	} else if (bytes_is(key, "turns") && !bytes_is(value, turns))
		fail(t, "turns are", bytes_of(turns));
	else if (bytes_is(key, "again") && !smtp_again(t->s))
		fail(t, "no new connection is wanted", key);
	else if (bytes_is(key, "uncertain") && !smtp_uncertain(t->s))
		fail(t, "nothing is uncertain", key);
	else if (bytes_is(key, "certain") && smtp_uncertain(t->s))
		fail(t, "something is uncertain", key);
	else if (bytes_is(key, "mechanism") &&
	    !bytes_is(value,
		smtp_mechanism(t->s) == NULL ? "" : smtp_mechanism(t->s)))
		fail(t, "mechanism is", bytes_of(smtp_mechanism(t->s)));
}

static void
epilogue(struct talk *t)
{
	bool error_named = false;

	if (is(t, 'S') || is(t, 's'))
		server_speaks(t);
	while (t->rest.n > 0) {
		struct bytes l = line(t);

		if (is_played(l))
			fail(t, "never played", l);
		if (l.n > 0 && l.p[0] != '#')
			check_line(t, l, &error_named);
		step(t);
	}
	if (!error_named && smtp_error(t->s)->kind != ERR_NONE)
		fail(t, "error", bytes_of(smtp_error(t->s)->text));
}

/* Whatever happened: nothing that was seen may hold the password. */
static void
check_secrecy(struct talk *t)
{
	struct bytes secret = buf_bytes(&t->password);

	if (secret.n >= REDACT_SHORTEST &&
	    bytes_find(buf_bytes(&t->seen), secret) < t->seen.n)
		fail(t, "the trace shows", secret);
}

/* ---- all of it ---------------------------------------------------------------------------- */

static void
see(void *ctx, struct bytes l)
{
	buf_add(ctx, l);
}

static void
load(struct talk *t, const char *path)
{
	FILE *f = fopen(path, "r");
	char block[4096];
	size_t n;

	if (f == NULL) {
		fail(t, "cannot open", bytes_of(path));
		return;
	}
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		buf_add(&t->script, (struct bytes){ block, n });
	fclose(f);
	t->rest = buf_bytes(&t->script);
}

static void
begin(struct talk *t, const char *path)
{
	struct error e = ERROR_NONE;

	buf_init(&t->script, SCRIPT_MAX);
	buf_init(&t->content, SCRIPT_MAX);
	buf_init(&t->expected, SCRIPT_MAX);
	buf_init(&t->seen, SCRIPT_MAX * 8);
	buf_init(&t->user, 256);
	buf_init(&t->password, 8192);
	t->trace = (struct trace){
		.level = 3, .here = &here_real, .put = see, .ctx = &t->seen
	};
	t->plan = (struct smtp_plan){ .host = "mail.example.org",
		.ehlo_name = "client.example.org",
		.trace = &t->trace,
		.mail_options = (const char *const *)t->options[0],
		.rcpt_options = (const char *const *)t->options[1] };
	load(t, path);
	prologue(t);
	t->plan.id.user = buf_bytes(&t->user);
	t->plan.id.secret = buf_bytes(&t->password);
	t->plan.id.host = bytes_of("mail.example.org");
	t->plan.id.port = 587;
	t->plan.id.nonce = bytes_of("rOprNGfwEbeRWgbNEkqO");
	t->s = smtp_new(&t->plan, t->plan.task == SMTP_SUBMIT ? &t->env : NULL,
	    &t->msg, &t->tries, &e);
}

static void
end(struct talk *t)
{
	smtp_free(t->s);
	envelope_clear(&t->env);
	trace_clear(&t->trace);
	buf_clear(&t->script);
	buf_clear(&t->content);
	buf_clear(&t->expected);
	buf_clear(&t->seen);
	buf_clear(&t->user);
	buf_clear(&t->password);
	for (size_t i = 0; i < OPTIONS_MOST; i++) {
		free(t->options[0][i]);
		free(t->options[1][i]);
		free(t->mechs[i]);
	}
}

const char *
talk_play(const char *path, size_t n, char *why, size_t size)
{
	struct talk t = { .piece = n, .why = why, .why_size = size };

	why[0] = '\0';
	begin(&t, path);
	while (why[0] == '\0' && play_on(&t))
		continue;
	if (why[0] == '\0' && t.expected.n > 0)
		fail(&t, "client did not finish", buf_bytes(&t.expected));
	if (why[0] == '\0')
		epilogue(&t);
	check_secrecy(&t);
	end(&t);
	return why;
}
