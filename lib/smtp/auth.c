#include "smtp/auth.h"

#include <string.h>

#include "base/base64.h"
#include "base/clean.h"
#include "smtp/transaction.h"

/*
 * Mechanisms tried in all; octets of a command line (RFC 5321, 4.5.3.1.4), and
 * of a response: some tokens have thousands.
 */
enum { TRIES_MOST = 3, COMMAND_MAX = 512, RESPONSE_MAX = 1 << 16 };

/* ---- which mechanism ---------------------------------------------------- */

/* Without a list of the user's: is the mechanism one for this login? */
static bool
fit(const struct smtp *s, const struct sasl_mechanism *m)
{
	if (s->plan->mechanisms != NULL)
		return true;
	if (m->traits & SASL_TOKEN)
		return false;
	if (m->traits & SASL_CERT)
		return s->plan->certificate;
	return s->plan->id.user.n > 0;
}

/*
 * Somebody between us and the server, whom channel binding finds out, need but
 * refuse it to get the password by other means (RFC 5802, 6).
 */
static bool
must_bind(const struct smtp *s)
{
	for (size_t i = 0; sasl_mechanisms[i].name != NULL; i++)
		if (sasl_mechanisms[i].traits & SASL_BINDS &&
		    s->tries->refused & 1U << i)
			return s->plan->mechanisms == NULL;
	return false;
}

static bool
usable(const struct smtp *s, size_t i)
{
	const struct sasl_mechanism *m = &sasl_mechanisms[i];

	if (s->tries->refused & 1U << i || !ehlo_has_auth(&s->ehlo, m->name))
		return false;
	if (m->traits & SASL_BINDS ? s->id.binding.type == NULL : must_bind(s))
		return false;
	if (m->traits & SASL_PLAINTEXT &&
	    (s->tries->plaintext_refused ||
		(!s->secured && !s->plan->auth_without_tls)))
		return false;
	return fit(s, m);
}

static size_t
index_of(const char *name)
{
	size_t i = 0;

	while (sasl_mechanisms[i].name != NULL &&
	    strcmp(sasl_mechanisms[i].name, name) != 0)
		i++;
	return i;
}

/* The best one left: its index, or that of the table's end. */
static size_t
choose(const struct smtp *s)
{
	const char *const *name = s->plan->mechanisms;
	size_t i = 0;

	if (s->tries->count >= TRIES_MOST)
		return index_of("");
	if (name != NULL) {
		for (; *name != NULL; name++)
			if (sasl_mechanisms[i = index_of(*name)].name != NULL &&
			    usable(s, i))
				return i;
		return index_of("");
	}
	while (sasl_mechanisms[i].name != NULL && !usable(s, i))
		i++;
	return i;
}

bool
auth_due(const struct smtp *s)
{
	return !s->plan->auth_if_offered ||
	    sasl_mechanisms[choose(s)].name != NULL;
}

/* Would some mechanism do if only the wire were encrypted? */
static bool
only_plaintext(const struct smtp *s)
{
	if (s->secured || s->plan->auth_without_tls)
		return false;
	for (size_t i = 0; sasl_mechanisms[i].name != NULL; i++)
		if (sasl_mechanisms[i].traits & SASL_PLAINTEXT &&
		    ehlo_has_auth(&s->ehlo, sasl_mechanisms[i].name))
			return true;
	return false;
}

static void
no_mechanism(struct smtp *s)
{
	struct buf offered = BUF(1024), shown = BUF(1024);

	ehlo_auth(&s->ehlo, &offered);
	clean_add(&shown, buf_bytes(&offered));
	if (s->tries->why.kind != ERR_NONE)
		s->why = s->tries->why;
	else if (!ehlo_has(&s->ehlo, "AUTH", NULL)) {
		error_set(&s->why, ERR_NOT_SUPPORTED,
		    "%s does not offer AUTH, but a user is set", s->plan->host);
		error_hint(&s->why,
		    "users log in at port 465 or 587; set auth = \"off\" if "
		    "this server wants no login");
	} else
		error_set(&s->why, ERR_AUTH_MECHANISM,
		    "no usable mechanism to log in to %s, which offers: %s",
		    s->plan->host, buf_text(&shown));
	if (only_plaintext(s))
		error_hint(&s->why,
		    "a password is not sent over an unencrypted connection; "
		    "set tls, or auth_without_tls if the network is trusted");
	buf_clear(&offered);
	buf_clear(&shown);
	engine_fail(s);
}

/* ---- one exchange -------------------------------------------------------- */

/* "AUTH PLAIN", for texts and for the wire. */
static void
add_command(const struct smtp *s, struct buf *out)
{
	buf_addf(out, "AUTH %s", sasl_mechanisms[s->mechanism].name);
}

/*
 * Remember what is about to leave, so that a server that sends it back does
 * not get it shown.  The user's name alone is no secret, but for its base64.
 */
static void
hide(const struct smtp *s, struct bytes response)
{
	struct buf coded = BUF(2 * RESPONSE_MAX);

	base64_encode(&coded, response);
	trace_hide(s->plan->trace, buf_bytes(&coded));
	if (!bytes_same(response, s->plan->id.user))
		trace_hide(s->plan->trace, response);
	buf_clear(&coded);
}

/* " response" in base64, "=" for an empty one (RFC 4954, 4). */
static int
add_initial(struct smtp *s, struct buf *line, struct error *e)
{
	struct buf response = BUF(RESPONSE_MAX);
	int rc = sasl_step(&s->sasl, BYTES(""), &response, e);

	hide(s, buf_bytes(&response));
	buf_addc(line, ' ');
	if (response.n == 0)
		buf_addc(line, '=');
	base64_encode(line, buf_bytes(&response));
	buf_clear(&response);
	return rc;
}

/* Does the server bind channels?  To say "y" then would be a lie. */
static bool
binding_offered(const struct smtp *s)
{
	for (size_t i = 0; sasl_mechanisms[i].name != NULL; i++)
		if (sasl_mechanisms[i].traits & SASL_BINDS &&
		    ehlo_has_auth(&s->ehlo, sasl_mechanisms[i].name))
			return true;
	return false;
}

/* Start over: the response that did not fit is asked for by a 334. */
static int
restart(struct smtp *s, struct error *e)
{
	sasl_clear(&s->sasl);
	if (sasl_init(&s->sasl, &sasl_mechanisms[s->mechanism], &s->id, e) < 0)
		return -1;
	s->sasl.binding_offered = binding_offered(s);
	return 0;
}

static bool
initial_wanted(const struct smtp *s)
{
	bool has = sasl_mechanisms[s->mechanism].traits & SASL_FIRST ||
	    (s->plan->login_initial && index_of("LOGIN") == s->mechanism);

	return has && !s->plan->no_initial && !s->tries->no_initial;
}

/* No two exchanges share one (RFC 5802, 5.1), as far as there are more. */
static struct bytes
next_nonce(struct smtp *s)
{
	struct bytes left = bytes_skip(s->plan->id.nonce, s->nonces);

	if (left.n <= SMTP_NONCE)
		return left;
	s->nonces += SMTP_NONCE;
	return bytes_head(left, SMTP_NONCE);
}

/* The AUTH line, with the initial response where it may have one. */
static int
compose(struct smtp *s, struct buf *line, size_t *open, struct error *e)
{
	add_command(s, line);
	*open = line->n;
	s->initial = initial_wanted(s);
	if (s->initial && add_initial(s, line, e) < 0)
		return -1;
	if (!buf_ok(line))
		return error_set(e, ERR_OS, "no memory for AUTH");
	if (line->n + 2 <= COMMAND_MAX)
		return 0;
	buf_cut(line, *open);
	s->initial = false;
	return restart(s, e);
}

/* May the transaction run behind this AUTH (RFC 4954, 4; RFC 2920, 3.1)? */
static bool
may_fly(const struct smtp *s)
{
	return s->plan->task == SMTP_SUBMIT && !s->stepped && s->initial &&
	    engine_pipelining(s) && !s->tries->no_flight &&
	    sasl_mechanisms[s->mechanism].traits & SASL_SINGLE;
}

static void
say_auth(struct smtp *s)
{
	struct buf line = BUF(2 * RESPONSE_MAX);
	size_t open;

	s->cancelled = s->challenged = false;
	s->id.nonce = next_nonce(s);
	if (restart(s, &s->why) < 0 || compose(s, &line, &open, &s->why) < 0) {
		buf_clear(&line);
		engine_fail(s);
		return;
	}
	trace_note(s->plan->trace, 3, "auth", "auth: trying %s%s",
	    sasl_mechanisms[s->mechanism].name,
	    may_fly(s) ? "; MAIL, RCPT and DATA run ahead of its answer" : "");
	engine_say_hidden(
	    s, VERB_AUTH, buf_bytes(&line), bytes_head(buf_bytes(&line), open));
	buf_clear(&line);
	if (may_fly(s)) {
		s->flight = true;
		transaction_begin(s);
	}
}

void
auth_begin(struct smtp *s)
{
	s->mechanism = choose(s);
	if (sasl_mechanisms[s->mechanism].name == NULL)
		no_mechanism(s);
	else
		say_auth(s);
}

/* ---- what the server says to it ------------------------------------------ */

/* "*" ends the exchange (RFC 4954, 4); the server answers 501. */
static void
cancel(struct smtp *s)
{
	s->cancelled = true;
	engine_say(s, VERB_AUTH, 0, "*");
}

static void
hear_challenge(struct smtp *s)
{
	struct buf challenge = BUF(REPLY_LINE_MAX);
	struct buf response = BUF(RESPONSE_MAX), line = BUF(2 * RESPONSE_MAX);
	bool decoded =
	    base64_decode(&challenge, bytes_trim(buf_bytes(&s->reply.text)));

	s->challenged = true;

	/* LOGIN's prompts mean nothing, and some servers send them plain. */
	if (!decoded && index_of("LOGIN") != s->mechanism)
		error_set(&s->why, ERR_PROTOCOL,
		    "%s sent a challenge that is not base64", s->plan->host);
	else
		sasl_step(&s->sasl, buf_bytes(&challenge), &response, &s->why);
	hide(s, buf_bytes(&response));
	base64_encode(&line, buf_bytes(&response));
	if (!buf_ok(&line))
		error_set(&s->why, ERR_OS, "no memory for AUTH");
	if (s->why.kind != ERR_NONE)
		cancel(s);
	else
		engine_say_hidden(s, VERB_AUTH, buf_bytes(&line), BYTES(""));
	buf_clear(&challenge);
	buf_clear(&response);
	buf_clear(&line);
}

/* Has an earlier step logged in, and is that what 503 says? */
static bool
logged_in_before(const struct smtp *s)
{
	return s->logged_in && s->reply.code == 503;
}

static void
hear_success(struct smtp *s)
{
	if (logged_in_before(s)) {
		engine_done(s);
		return;
	}
	if (!sasl_proven(&s->sasl)) {
		error_set(&s->why, ERR_AUTH,
		    "%s did not prove that it knows the password",
		    s->plan->host);
		engine_hang_up(s);
		return;
	}
	s->logged_in = true;
	s->logged_by = s->mechanism;
	if (s->flight)
		s->flight = false;
	else if (s->plan->task == SMTP_SUBMIT && !s->stepped)
		transaction_begin(s);
	else
		engine_done(s);
}

/* Not with this mechanism: on with the next, here or over a new connection. */
static void
go_on(struct smtp *s)
{
	if (!s->flight) {
		auth_begin(s);
		return;
	}
	s->again = sasl_mechanisms[choose(s)].name != NULL;
	if (!s->again)
		s->why = s->tries->why;
	engine_hang_up(s);
}

static void
note_refusal(struct smtp *s)
{
	const struct sasl_mechanism *m = &sasl_mechanisms[s->mechanism];
	struct error *why = &s->tries->why;

	*why = ERROR_NONE;
	error_set(why, ERR_AUTH, "%s refused the login of '%.*s' (%s)",
	    s->plan->host, BYTES_ARG(s->plan->id.user), m->name);
	error_reply(why, s->reply.code, s->reply.status, buf_bytes(&s->words));
	s->tries->refused |= 1U << s->mechanism;
	s->tries->count++;
	if (m->traits & SASL_PLAINTEXT && s->reply.code == 535)
		s->tries->plaintext_refused = true;
}

static bool
final(const struct smtp *s)
{
	return s->reply.code / 100 == 4 ||
	    (s->plan->locked_out != NULL &&
		s->plan->locked_out(buf_bytes(&s->words)));
}

static void
hear_refusal(struct smtp *s)
{
	/* Some understand no initial response and say so by 501. */
	if (s->reply.code == 501 && s->initial && !s->tries->no_initial) {
		s->tries->no_initial = true;
		go_on(s);
		return;
	}
	note_refusal(s);
	if (!final(s)) {
		go_on(s);
		return;
	}
	s->why = s->tries->why;
	engine_fail(s);
}

/* It wants the response that it has: the line behind AUTH was eaten. */
static void
flight_failed(struct smtp *s)
{
	s->tries->no_flight = s->tries->no_initial = true;
	s->again = true;
	engine_hang_up(s);
}

/*
 * It has overlooked the response behind AUTH, and asks for it: LOGIN by
 * "Username:", which must not get the password.
 */
static bool
asks_again(const struct smtp *s)
{
	struct bytes text = bytes_trim(buf_bytes(&s->reply.text));

	if (!s->initial || s->challenged || s->tries->no_initial)
		return false;
	if (index_of("LOGIN") == s->mechanism)
		return bytes_is(text, "VXNlcm5hbWU6") ||
		    bytes_is_case(text, "Username:");
	return sasl_mechanisms[s->mechanism].traits & SASL_SINGLE &&
	    text.n == 0;
}

static void
say_again(struct smtp *s)
{
	s->tries->no_initial = true;
	s->initial = false;
	if (restart(s, &s->why) < 0)
		engine_fail(s);
	else
		hear_challenge(s);
}

/*
 * 503: we are logged in already (RFC 4954, 4), unless it comes amid a talk or
 * after a refusal.
 */
static bool
says_yes(const struct smtp *s)
{
	return s->reply.code == 235 ||
	    (s->reply.code == 503 && !s->challenged &&
		(s->logged_in || s->tries->count == 0));
}

void
hear_auth(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->cancelled && s->reply.code / 100 >= 4)
		engine_fail(s);
	else if (s->cancelled)
		engine_hang_up(s);
	else if (s->reply.code == 334 && s->flight)
		flight_failed(s);
	else if (s->reply.code == 334 && asks_again(s))
		say_again(s);
	else if (s->reply.code == 334)
		hear_challenge(s);
	else if (says_yes(s))
		hear_success(s);
	else if (s->reply.code / 100 >= 4)
		hear_refusal(s);
	else
		engine_refused(s, ERR_PROTOCOL, "%s answered AUTH with %d",
		    s->plan->host, s->reply.code);
}
