#include "tests/server/base64.h"
#include "tests/server/session_private.h"
#include "base/json.h"

static struct auth_facts
facts_of(const struct session *s)
{
	return (struct auth_facts){ .user = s->set->user,
		.password = s->set->password,
		.iterations = s->set->iterations,
		.certificate_user = s->tls.certificate_user,
		.exporter = { s->tls.exporter, s->tls.exporter_n },
		.unique = { s->tls.unique, s->tls.unique_n },
		.plus = bytes_find(bytes_of(s->set->auth), BYTES("-PLUS")) <
		    bytes_of(s->set->auth).n };
}

static void
log_attempt(struct session *s, const struct auth *a, bool done)
{
	struct json j = JSON(&s->auth_log);

	if (s->auth_log.n > 0)
		buf_addc(&s->auth_log, ',');
	json_open(&j, NULL, '{');
	json_text(&j, "mechanism", bytes_of(a->name));
	json_text(&j, "user", buf_bytes(&a->user));
	json_bool(&j, "accepted", done);
	json_close(&j, '}');
}

static void
let_in(struct session *s, const struct auth *a)
{
	buf_reset(&s->user);
	buf_reset(&s->mechanism);
	buf_add(&s->user,
	    a->user.n > 0 ? buf_bytes(&a->user) : bytes_of(s->set->user));
	buf_adds(&s->mechanism, a->name);
}

static void
finish(struct session *s, const struct auth *a, enum auth_result result,
    struct bytes line)
{
	const char *usual = result == AUTH_DONE
	    ? "235 2.7.0 Authentication successful"
	    : result == AUTH_WRONG
	    ? "535 5.7.8 Authentication credentials invalid"
	    : "501 5.5.2 that is not what the mechanism wants";
	int code = session_answer(s, ON_OUTCOME, line, usual);

	log_attempt(s, a, code == 235);
	if (code == 235)
		let_in(s, a);
}

static bool
next_line(struct session *s, struct bytes *line)
{
	if (s->stage.over || !peer_line(&s->peer, line))
		return false;
	peer_flew(&s->peer, BYTES("answer"));
	return true;
}

/*
 * Send a challenge and read the answer to it, decoded, into *in.  False when
 * there is none to go on with.
 */
static bool
challenge(struct session *s, const struct buf *text, struct buf *in,
    struct bytes *line)
{
	struct buf usual = BUF(SESSION_TEXT);
	bool sound;
	int code;

	buf_adds(&usual, "334 ");
	base64_of(&usual, buf_bytes(text));
	code = session_answer(
	    s, ON_CHALLENGE, (struct bytes){ 0 }, buf_text(&usual));
	buf_clear(&usual);
	if ((code != 334 && code != 0) || !next_line(s, line))
		return false;
	buf_reset(in);
	sound = !bytes_is(*line, "*") && base64_to(in, *line);
	code = session_answer(s, ON_ANSWER, *line,
	    sound ? NULL : "501 5.5.2 cancelled or not base64");
	return sound && code == 0 && !s->stage.over;
}

static void
exchange(struct session *s, struct auth *a, struct bytes line,
    const struct bytes *initial)
{
	struct buf in = BUF(SESSION_TEXT), out = BUF(SESSION_TEXT);
	enum auth_result result = auth_step(a, initial, &out);
	struct bytes answer;

	while (result == AUTH_MORE && challenge(s, &out, &in, &line)) {
		answer = buf_bytes(&in);
		result = auth_step(a, &answer, &out);
	}
	if (result != AUTH_MORE)
		finish(s, a, result, line);
	buf_clear(&in);
	buf_clear(&out);
}

static const char *
refusal(const struct session *s, struct bytes name)
{
	if (s->user.n > 0)
		return "503 5.5.1 already authenticated";
	if (!session_offers_auth(s))
		return "502 5.5.1 no AUTH here";
	if (!list_has(s->set->auth, name))
		return "504 5.5.4 unknown mechanism";
	return NULL;
}

/* The script has answered the command itself. */
static void
go_on(struct session *s, const struct auth *a, int code)
{
	struct bytes line;

	if (code == 235)
		let_in(s, a);
	if (code == 334 && next_line(s, &line) &&
	    session_answer(s, ON_ANSWER, line, "535 5.7.8 no") == 235)
		let_in(s, a);
}

static void
begin(struct session *s, struct auth *a, struct bytes line, struct bytes args)
{
	struct buf decoded = BUF(SESSION_TEXT);
	struct bytes initial;

	if (!bytes_is(args, "=") && !base64_to(&decoded, args)) {
		session_answer(s, ON_OUTCOME, line, "501 5.5.2 not base64");
	} else {
		initial = buf_bytes(&decoded);
		exchange(s, a, line, args.n > 0 ? &initial : NULL);
	}
	buf_clear(&decoded);
}

void
session_auth(struct session *s, struct bytes line, struct bytes args)
{
	struct auth_facts facts = facts_of(s);
	struct moment m = stage_moment(&s->stage, ON_AUTH, line);
	struct bytes name = bytes_take(&args, ' ');
	const char *no = refusal(s, name);
	struct auth a;
	int code;

	if (!auth_begin(&a, name, &facts)) {
		stage_answer(&s->stage, &m, "504 5.5.4 unknown mechanism");
		return;
	}
	code = stage_answer(&s->stage, &m, no);
	if (stage_answers(&s->stage, &m))
		go_on(s, &a, code);
	else if (no == NULL && !s->stage.over)
		begin(s, &a, line, args);
	auth_clear(&a);
}
