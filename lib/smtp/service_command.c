#include "smtp/service_state.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clean.h"
#include "mail/address.h"

enum { RECIPIENTS_MOST = 10000 }; /* RFC 5321, 4.5.3.1.8 wants 100 */

static void
bad_sequence(struct service *s, const char *what)
{
	service_reply(s, 503, "5.5.1", "%s", what);
}

/* "FROM:" or "TO:", with or without white space about the colon. */
static bool
take_preposition(struct bytes *args, const char *word)
{
	struct bytes rest = *args, first = bytes_trim(bytes_take(&rest, ':'));

	if (!bytes_is_case(first, word))
		return false;
	*args = rest;
	return true;
}

static void
offer(struct service *s, struct bytes name)
{
	char shown[128];

	buf_addf(&s->out, "250-%s greets %s\r\n", s->plan->host,
	    clean_copy(shown, sizeof(shown), name));
	buf_adds(&s->out,
	    "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	    "250-CHUNKING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n");
	if (s->plan->max_size > 0)
		buf_addf(
		    &s->out, "250 SIZE %" PRId64 "\r\n", s->plan->max_size);
	else
		buf_adds(&s->out, "250 SIZE\r\n");
}

static void
say_hello(struct service *s, struct bytes args, bool extended)
{
	char shown[128];

	args = bytes_trim(args);
	if (args.n == 0) {
		service_reply(s, 501, "5.5.4", "say who you are");
		return;
	}
	service_reset(s);
	s->hello = true;
	if (extended)
		offer(s, args);
	else
		service_reply(s, 250, "", "%s greets %s", s->plan->host,
		    clean_copy(shown, sizeof(shown), args));
}

static void
hear_ehlo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		service_reply(s, 500, "5.5.1", "this is LMTP: say LHLO");
	else
		say_hello(s, args, true);
}

static void
hear_helo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		service_reply(s, 500, "5.5.1", "this is LMTP: say LHLO");
	else
		say_hello(s, args, false);
}

static void
hear_lhlo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		say_hello(s, args, true);
	else
		service_reply(s, 500, "5.5.1", "this is SMTP: say EHLO");
}

static void
bad_address(struct service *s, const struct error *e)
{
	if (e->kind == ERR_OS)
		service_reply(s, 452, "4.3.1", "out of memory");
	else
		service_reply(s, 501, "5.1.3", "%s", e->text);
}

static bool
take_sender(struct service *s, struct bytes *args)
{
	struct error e = ERROR_NONE;
	struct address a = { 0 };
	int rc = address_path(&a, service_path(args), &e);

	if (rc == 0)
		rc = envelope_from(&s->env, bytes_of(a.text), &e);
	address_clear(&a);
	if (rc < 0)
		bad_address(s, &e);
	return rc == 0;
}

/* May another message come, and now? */
static bool
admitted(struct service *s)
{
	struct error e = ERROR_NONE;
	char text[300];

	if (s->plan->admit == NULL || s->plan->admit(s->plan->ctx, &e) == 0)
		return true;
	clean_copy(text, sizeof(text), bytes_of(e.text));
	service_reply(s, 452, "4.3.2", "%s", text);
	return false;
}

static void
hear_mail(struct service *s, struct bytes args)
{
	if (s->plan->lmtp && !s->hello) {
		bad_sequence(s, "LHLO first");
		return;
	}
	if (s->has_sender) {
		bad_sequence(s, "there is a sender already");
		return;
	}
	if (!take_preposition(&args, "FROM")) {
		service_reply(s, 501, "5.5.4", "MAIL FROM:<address> is wanted");
		return;
	}
	if (!take_sender(s, &args))
		return;
	if (!service_mail_parameters(s, args) || !admitted(s)) {
		service_reset(s);
		return;
	}
	s->has_sender = true;
	service_reply(s, 250, "2.1.0", "sender ok");
}

static bool
note_recipient(struct service *s, size_t index)
{
	size_t *more;

	if ((s->order_n & (s->order_n - 1)) == 0) {
		more = reallocarray(s->order,
		    s->order_n == 0 ? 1 : s->order_n * 2, sizeof(*more));
		if (more == NULL)
			return false;
		s->order = more;
	}
	s->order[s->order_n++] = index;
	return true;
}

static void
keep_recipient(struct service *s, const struct address *a, struct recipient *to)
{
	struct error e = ERROR_NONE;
	size_t before = s->env.n, at;

	if (envelope_to(&s->env, bytes_of(a->text), &at, &e) < 0 ||
	    !note_recipient(s, at)) {
		service_reply(s, 452, "4.3.1", "out of memory");
		return;
	}
	if (s->env.n > before) {
		s->env.to[at].notify = to->notify;
		s->env.to[at].original = to->original;
		to->original = NULL;
	}
	service_reply(s, 250, "2.1.5", "recipient ok");
}

static void
take_recipient(struct service *s, struct bytes args)
{
	struct recipient to = { 0 };
	struct bytes path = service_path(&args);
	struct error e = ERROR_NONE;
	struct address a = { 0 };

	if (address_path(&a, path, &e) < 0)
		bad_address(s, &e);
	else if (a.text[0] == '\0')
		service_reply(s, 501, "5.1.3", "a recipient has an address");
	else if (service_rcpt_parameters(s, &to, args))
		keep_recipient(s, &a, &to);
	free(to.original);
	address_clear(&a);
}

static int64_t
most_recipients(const struct service *s)
{
	int64_t most = s->plan->max_recipients;

	return most > 0 && most < RECIPIENTS_MOST ? most : RECIPIENTS_MOST;
}

static void
hear_rcpt(struct service *s, struct bytes args)
{
	if (!s->has_sender || s->content)
		bad_sequence(s, s->content ? "BDAT has begun" : "MAIL first");
	else if (!take_preposition(&args, "TO"))
		service_reply(s, 501, "5.5.4", "RCPT TO:<address> is wanted");
	else if ((int64_t)s->order_n >= most_recipients(s))
		service_reply(s, 452, "4.5.3",
		    "too many recipients: %" PRId64 " is the most",
		    most_recipients(s));
	else
		take_recipient(s, args);
}

static bool
ready_for_content(struct service *s)
{
	if (s->order_n > 0)
		return true;
	if (!s->has_sender)
		bad_sequence(s, "MAIL first");
	else if (s->plan->lmtp)
		bad_sequence(s, "no valid recipient"); /* RFC 2033, 4.2 */
	else
		service_reply(s, 554, "5.5.1", "no valid recipient");
	return false;
}

static void
hear_data(struct service *s, struct bytes args)
{
	(void)args;
	if (s->content) {
		bad_sequence(s, "BDAT has begun");
		return;
	}
	if (!ready_for_content(s))
		return;
	s->content = true;
	s->place = LINE_START;
	service_reply(s, 354, "", "go on, and end with a dot alone");
}

/* RFC 3030, 2; what comes with a BDAT that is refused must still be read. */
static void
hear_bdat(struct service *s, struct bytes args)
{
	struct bytes size, rest = bytes_trim(args);
	int64_t n;

	size = bytes_take(&rest, ' ');
	rest = bytes_trim(rest);
	if (!service_number(size, &n) ||
	    (rest.n > 0 && !bytes_is_case(rest, "LAST"))) {
		service_reply(s, 501, "5.5.4", "BDAT size [LAST] is wanted");
		service_leave(
		    s); /* where the next command begins is not known */
		return;
	}
	s->chunked = true;
	s->between = false;
	s->chunk = n;
	s->last = rest.n > 0;
	s->content = ready_for_content(s);
}

static void
hear_rset(struct service *s, struct bytes args)
{
	(void)args;
	service_reset(s);
	service_reply(s, 250, "2.0.0", "forgotten");
}

static void
hear_noop(struct service *s, struct bytes args)
{
	(void)args;
	service_reply(s, 250, "2.0.0", "ok");
}

static void
hear_vrfy(struct service *s, struct bytes args)
{
	(void)args;
	service_reply(s, 252, "2.5.2", "send it, and see");
}

static void
hear_expn(struct service *s, struct bytes args)
{
	(void)args;
	service_reply(s, 502, "5.5.1", "lists are not shown");
}

static void
hear_help(struct service *s, struct bytes args)
{
	(void)args;
	service_reply(s, 214, "2.0.0",
	    "%s MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT",
	    s->plan->lmtp ? "LHLO" : "EHLO HELO");
}

static void
hear_quit(struct service *s, struct bytes args)
{
	(void)args;
	service_reply(s, 221, "2.0.0", "%s says goodbye", s->plan->host);
	service_leave(s);
}

static const struct {
	const char *verb;
	void (*hear)(struct service *s, struct bytes args);
} commands[] = {
	{ "EHLO", hear_ehlo },
	{ "HELO", hear_helo },
	{ "LHLO", hear_lhlo },
	{ "MAIL", hear_mail },
	{ "RCPT", hear_rcpt },
	{ "DATA", hear_data },
	{ "BDAT", hear_bdat },
	{ "RSET", hear_rset },
	{ "NOOP", hear_noop },
	{ "VRFY", hear_vrfy },
	{ "EXPN", hear_expn },
	{ "HELP", hear_help },
	{ "QUIT", hear_quit },
};

void
service_hear(struct service *s, struct bytes line)
{
	struct bytes verb = bytes_take(&line, ' ');

	if (bytes_control(verb) || bytes_control(line)) {
		service_reply(
		    s, 500, "5.5.2", "control character in the command");
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (bytes_is_case(verb, commands[i].verb)) {
			commands[i].hear(s, line);
			return;
		}
	service_reply(s, 500, "5.5.1", "no such command");
}
