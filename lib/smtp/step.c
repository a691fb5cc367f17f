#include "smtp/step.h"

#include "smtp/auth.h"
#include "smtp/engine.h"
#include "smtp/hello.h"
#include "smtp/transaction.h"

/* Idle sessions alone can begin anything. */
static bool
begin(struct smtp *s, bool by_hand)
{
	if (smtp_want(s) != SMTP_IDLE)
		return false;
	s->why = ERROR_NONE;
	s->by_hand = by_hand;
	return true;
}

void
smtp_greet(struct smtp *s)
{
	if (begin(s, false))
		say_ehlo(s);
}

bool
smtp_greeted(const struct smtp *s)
{
	return s->greeted;
}

void
smtp_ehlo(struct smtp *s)
{
	if (begin(s, true))
		say_ehlo(s);
}

void
smtp_helo(struct smtp *s)
{
	if (begin(s, true))
		say_helo(s);
}

void
smtp_starttls(struct smtp *s)
{
	if (begin(s, true))
		say_starttls(s);
}

void
smtp_login(struct smtp *s)
{
	struct sasl_binding binding = s->id.binding;

	if (!begin(s, false))
		return;
	*s->tries = (struct smtp_tries){ 0 };
	s->id = s->plan->id;
	s->id.binding = binding;
	trace_hide(s->plan->trace, s->id.secret);
	auth_begin(s);
}

/* The name in texts, and what the answer to RSET means to us. */
static enum verb
verb_of(struct bytes line)
{
	static const enum verb known[] = { VERB_RSET, VERB_VRFY, VERB_EXPN,
		VERB_HELP, VERB_NOOP };
	struct bytes word = bytes_take(&line, ' ');

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (bytes_is_case(word, engine_command(known[i])))
			return known[i];
	return VERB_OTHER;
}

int
smtp_command_check(struct bytes line, struct error *e)
{
	static const char *const not [] = { "DATA", "BDAT", "AUTH",
		"STARTTLS" };
	struct bytes word = bytes_take(&line, ' ');

	for (size_t i = 0; i < sizeof(not ) / sizeof(not [0]); i++)
		if (bytes_is_case(word, not [i]))
			return error_set(e, ERR_USAGE,
			    "%s is no command to be said by itself", not [i]);
	return 0;
}

void
smtp_command(struct smtp *s, struct bytes line)
{
	if (begin(s, true) && smtp_command_check(line, &s->why) == 0)
		engine_say(s, verb_of(line), 0, "%.*s", BYTES_ARG(line));
}

/* ---- transactions ---------------------------------------------------------- */

void
smtp_transaction(struct smtp *s, struct envelope *env, struct smtp_message *msg)
{
	if (!begin(s, false) || !engine_room(s, env->n))
		return;
	s->env = env;
	s->msg = msg;
	if (transaction_possible(s) < 0)
		engine_fail(s);
	else
		transaction_begin(s);
}

void
smtp_mail(struct smtp *s, struct envelope *env)
{
	if (!begin(s, true))
		return;
	s->env = env;
	s->msg = NULL;
	transaction_mail(s);
}

/* Behind smtp_mail(), whatever the server said to it. */
static bool
amid(struct smtp *s)
{
	if (!begin(s, true))
		return false;
	if (s->env == NULL)
		error_set(&s->why, ERR_USAGE, "MAIL comes first");
	return s->env != NULL;
}

void
smtp_rcpt(struct smtp *s, size_t i)
{
	if (amid(s))
		transaction_rcpt(s, i);
}

void
smtp_data(struct smtp *s, struct smtp_message *msg)
{
	if (!amid(s) || !engine_room(s, s->env->n))
		return;
	s->msg = msg;
	transaction_data(s);
}

void
smtp_quit(struct smtp *s)
{
	if (begin(s, true))
		engine_quit(s);
}
