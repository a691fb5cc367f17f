#include "smtp/step.h"

#include "base/clean.h"
#include "mail/address.h"
#include "smtp/auth.h"
#include "smtp/engine.h"
#include "smtp/hello.h"
#include "smtp/parameter.h"
#include "smtp/transaction.h"

/* Idle sessions alone can begin anything. */
static bool
begin(struct smtp *s, bool by_hand)
{
	enum smtp_want want = smtp_want(s);

	if (want == SMTP_OVER)
		error_set(&s->why, ERR_DISCONNECTED,
		    "%s has closed the connection", s->plan->host);
	if (want != SMTP_IDLE)
		return false;
	s->why = ERROR_NONE;
	s->by_hand = by_hand;
	s->stepped = true;
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
	if (!begin(s, true))
		return;
	if (s->secured)
		error_set(&s->why, ERR_USAGE, "it is TLS already");
	else
		say_starttls(s);
}

void
smtp_login(struct smtp *s)
{
	struct sasl_binding binding = s->id.binding;

	if (!begin(s, false))
		return;
	if (s->mail_open) {
		error_set(&s->why, ERR_USAGE, "a transaction is under way");
		return;
	}
	s->nonces = 0;
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
	static const char *const others[] = { "DATA", "BDAT", "AUTH",
		"STARTTLS" };
	struct bytes word = bytes_take(&line, ' ');

	if (word.n == 0)
		return error_set(e, ERR_USAGE, "a command begins with a word");
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (bytes_is_case(word, others[i]))
			return error_set(e, ERR_USAGE,
			    "%s is no command to be said by itself", others[i]);
	return 0;
}

/*
 * An address without its name, or any string (RFC 5321, 3.5.1); what is not
 * ASCII wants SMTPUTF8 said (RFC 6531, 3.7.4.2).
 */
int
smtp_question(const struct smtp *s, const char *verb, struct bytes text,
    struct buf *line, struct error *e)
{
	bool utf8 = ehlo_has(&s->ehlo, "SMTPUTF8", NULL);
	struct error no_address = ERROR_NONE;
	struct address a = { 0 };
	int rc;

	if (address_parse(&a, text, &no_address) == 0)
		text = bytes_of(a.text);
	buf_addf(line, "%s ", verb);
	rc = address_wire(line, text, utf8, e);
	if (utf8 && bytes_eight_bit(text))
		buf_adds(line, " SMTPUTF8");
	address_clear(&a);
	return rc;
}

void
smtp_command(struct smtp *s, struct bytes line)
{
	if (!begin(s, true) || smtp_command_check(line, &s->why) < 0)
		return;
	if (bytes_starts_case(line, "MAIL "))
		s->mail_open = true;
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
	if (env->n == 0)
		error_set(&s->why, ERR_USAGE, "no recipient");
	else
		transaction_start(s);
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

/* Behind a smtp_mail() that the server took. */
static bool
amid(struct smtp *s)
{
	if (!begin(s, true))
		return false;
	if (s->env == NULL || !s->mail_open)
		error_set(&s->why, ERR_USAGE, "MAIL comes first");
	return s->env != NULL && s->mail_open;
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
	if (s->accepted == 0)
		error_set(&s->why, ERR_USAGE, "no recipient was accepted");
	else if (parameter_seven_bit(s, &s->why) < 0)
		engine_fail(s);
	else
		transaction_data(s);
}

void
smtp_quit(struct smtp *s)
{
	if (begin(s, true))
		engine_quit(s);
}
