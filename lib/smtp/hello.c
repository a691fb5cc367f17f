#include "smtp/hello.h"

#include "smtp/auth.h"
#include "smtp/transaction.h"

void
hello_begin(struct smtp *s)
{
	engine_expect(s, VERB_GREETING, 0);
}

void
say_ehlo(struct smtp *s)
{
	engine_say(s, VERB_EHLO, 0, "%s %s", s->plan->lmtp ? "LHLO" : "EHLO",
	    s->plan->ehlo_name);
}

void
say_helo(struct smtp *s)
{
	engine_say(s, VERB_HELO, 0, "HELO %s", s->plan->ehlo_name);
}

/* By hand, the next EHLO is for whoever asks. */
void
hello_again(struct smtp *s)
{
	ehlo_clear(&s->ehlo);
	s->greeted = false;
	if (!s->by_hand)
		say_ehlo(s);
}

void
hear_greeting(struct smtp *s, const struct expect *x)
{
	(void)x;
	s->welcome = s->reply.code == 220;
	if (!s->welcome)
		engine_refused(
		    s, ERR_GREETING, "%s does not want us", s->plan->host);
	else if (s->plan->task == SMTP_MEET)
		engine_done(s);
	else
		say_ehlo(s);
}

/* What TLS and login need, HELO cannot give. */
static bool
helo_will_do(const struct smtp *s)
{
	return s->reply.code / 100 == 5 && !s->plan->lmtp && !s->plan->auth &&
	    (s->plan->security != SMTP_STARTTLS || s->secured);
}

static void
trace_offers(struct smtp *s)
{
	struct bytes lines = ehlo_offers(&s->ehlo), word, params;
	struct trace_event v;

	/* In JSON the reply has them, one by one. */
	if (s->plan->trace->json ||
	    !trace_open(s->plan->trace, &v, 3, '*', "reply"))
		return;
	buf_adds(&v.said, "features");
	while (ehlo_next(&lines, &word, &params)) {
		buf_addf(&v.said, " %.*s", BYTES_ARG(word));
		if (params.n > 0)
			buf_addf(&v.said, "=%.*s", BYTES_ARG(params));
	}
	buf_addc(&v.said, '\n');
	trace_close(&v);
}

/* The server is known; on with what was planned. */
static void
acquainted(struct smtp *s)
{
	bool submits = !s->stepped && s->plan->task == SMTP_SUBMIT;
	bool enters = !s->stepped && s->plan->task == SMTP_ENTER;

	s->greeted = true;
	trace_offers(s);
	if (submits && transaction_possible(s) < 0)
		engine_fail(s);
	else if ((submits || enters) && s->plan->auth && auth_due(s))
		auth_begin(s);
	else if (submits)
		transaction_begin(s);
	else
		engine_done(s);
}

void
say_starttls(struct smtp *s)
{
	if (ehlo_has(&s->ehlo, "STARTTLS", NULL)) {
		engine_say(s, VERB_STARTTLS, 0, "STARTTLS");
		return;
	}
	error_set(&s->why, ERR_NOT_SUPPORTED, "%s does not offer STARTTLS",
	    s->plan->host);
	error_hint(&s->why,
	    "nothing was sent in the clear; if the server speaks TLS from the "
	    "start (port 465), set tls = \"implicit\"");
	engine_fail(s);
}

/* It is no error of ours: the reply says it all. */
static void
hello_refused(struct smtp *s)
{
	ehlo_clear(&s->ehlo);
	s->greeted = false;
	if (s->reply.code / 100 == 3)
		engine_hang_up(s);
}

void
hear_ehlo(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code == 250) {
		ehlo_take(&s->ehlo, buf_bytes(&s->reply.text));
		if (!s->by_hand && s->plan->security == SMTP_STARTTLS &&
		    !s->secured)
			say_starttls(s);
		else
			acquainted(s);
	} else if (s->by_hand)
		hello_refused(s);
	else if (helo_will_do(s))
		say_helo(s);
	else
		engine_refused(s, ERR_HELO, "%s refused %s", s->plan->host,
		    s->plan->lmtp ? "LHLO" : "EHLO");
}

void
hear_helo(struct smtp *s, const struct expect *x)
{
	(void)x;
	ehlo_clear(&s->ehlo);
	if (s->reply.code / 100 == 2)
		acquainted(s);
	else if (s->by_hand)
		hello_refused(s);
	else
		engine_refused(
		    s, ERR_HELO, "%s refused EHLO and HELO", s->plan->host);
}

void
hear_starttls(struct smtp *s, const struct expect *x)
{
	(void)x;
	if (s->reply.code == 220)
		s->want_tls = true;
	else
		engine_refused(
		    s, ERR_TLS, "%s refused STARTTLS", s->plan->host);
}
