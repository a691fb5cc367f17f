#include <stdio.h>
#include <string.h>

#include "client/sendoff_state.h"
#include "mail/address.h"
#include "smtp/step.h"

/* ---- a transaction by hand ------------------------------------------------- */

static int
take_sender(struct sendoff *s, const char *sender)
{
	struct address a = { 0 };
	int rc;

	if (sender == NULL)
		return error_set(
		    &s->why, ERR_USAGE, "no sender; \"\" is the null one");
	if (address_path(&a, bytes_of(sender), &s->why) < 0)
		return error_in(&s->why, "sender");
	rc = envelope_from(&s->env, bytes_of(a.text), &s->why);
	address_clear(&a);
	return rc;
}

typedef int taking(
    struct envelope *env, struct bytes address, size_t *at, struct error *e);

static int
take_recipient(
    struct sendoff *s, const char *recipient, taking *take, size_t *at)
{
	struct address a = { 0 };
	int rc;

	if (address_parse(&a, bytes_of(recipient), &s->why) < 0)
		return error_in(&s->why, "recipient");
	rc = take(&s->env, bytes_of(a.text), at, &s->why);
	address_clear(&a);
	return rc;
}

int
sendoff_mail(struct sendoff *s, const char *sender, const char *const *options)
{
	int code;

	envelope_clear(&s->env);
	if (!client_ready(s) || take_sender(s, sender) < 0)
		return -1;
	s->plan.mail_options = options;
	smtp_mail(s->line.session, &s->env);
	code = client_step(s);
	s->plan.mail_options = NULL;
	return code;
}

int
sendoff_rcpt(
    struct sendoff *s, const char *recipient, const char *const *options)
{
	size_t at = 0;
	int code;

	if (!client_ready(s))
		return -1;
	if (s->env.sender == NULL)
		return error_set(&s->why, ERR_USAGE, "MAIL comes first");
	if (take_recipient(s, recipient, envelope_again, &at) < 0)
		return -1;
	s->plan.rcpt_options = options;
	smtp_rcpt(s->line.session, at);
	code = client_step(s);
	s->plan.rcpt_options = NULL;
	return code;
}

/* ---- the message ----------------------------------------------------------- */

static ssize_t
read_memory(void *ctx, char *to, size_t room)
{
	struct bytes *left = ctx, some = bytes_head(*left, room);

	if (some.n > 0)
		memcpy(to, some.p, some.n);
	*left = bytes_skip(*left, some.n);
	return (ssize_t)some.n;
}

/* Lines that are too long for SMTP are encoded, NULs go; nothing else. */
static int
take_message(
    struct sendoff *s, struct bytes text, const struct sendoff_mail *more)
{
	struct intake how = { .read = read_memory, .ctx = &text };

	if (more != NULL && more->read != NULL) {
		how.read = more->read;
		how.ctx = more->ctx;
	} else if (text.p == NULL && text.n > 0)
		return error_set(&s->why, ERR_USAGE, "no message");
	message_clear(&s->message);
	message_init(&s->message);
	if (message_read(&s->message, -1, &how, &s->why) < 0)
		return -1;
	return message_encode(
	    &s->message, message_advised(&s->message, true), &s->why);
}

static void
ready_content(struct sendoff *s)
{
	content_clear(&s->content);
	content_init(&s->content, &s->message);
	s->line.content = &s->content;
}

static void
note_doubt(struct sendoff *s)
{
	s->told.maybe_delivered = smtp_uncertain(s->line.session);
	content_clear(&s->content);
}

int
sendoff_data(struct sendoff *s, const char *message, size_t n)
{
	int code;

	if (!client_ready(s) ||
	    take_message(s, (struct bytes){ message, n }, NULL) < 0)
		return -1;
	ready_content(s);
	smtp_data(s->line.session, &s->content.smtp);
	code = client_step(s);
	note_doubt(s);
	return code;
}

static const char *
words_of(const struct sendoff *s, const struct verdict *v)
{
	if (v->state != VERDICT_PENDING)
		return v->text;
	return s->why.text[0] != '\0' ? s->why.text : "not sent";
}

/* ---- all of it ------------------------------------------------------------- */

static bool
somebody_has_it(const struct sendoff *s)
{
	for (size_t i = 0; i < s->env.n; i++)
		if (s->env.to[i].verdict.state == VERDICT_SENT)
			return true;
	return false;
}

/* Nobody has it: the first that was decided about tells why. */
static int
nobody(struct sendoff *s)
{
	struct outcome o = envelope_outcome(&s->env, &s->why);
	const struct recipient *r = s->env.to;

	for (size_t i = 0; i < s->env.n; i++)
		if (s->env.to[i].verdict.code != 0) {
			r = &s->env.to[i];
			break;
		}
	s->status = o.exit;
	if (s->why.kind != ERR_NONE || s->env.n == 0)
		return -1;
	error_set(&s->why, o.kind, "%s: %s", r->address, r->verdict.text);
	if (o.exit == EX_TEMPFAIL)
		error_transient(&s->why);
	if (r->verdict.code != 0)
		error_reply(&s->why, r->verdict.code, r->verdict.status,
		    bytes_of(r->verdict.text));
	return -1;
}

static int
transact(struct sendoff *s)
{
	ready_content(s);
	smtp_transaction(s->line.session, &s->env, &s->content.smtp);
	client_step(s);
	note_doubt(s);
	s->plan.mail_options = s->plan.rcpt_options = NULL;
	return somebody_has_it(s) ? 0 : nobody(s);
}

static int
take_recipients(struct sendoff *s, const char *const *to)
{
	size_t at = 0;

	for (; to != NULL && *to != NULL; to++)
		if (take_recipient(s, *to, envelope_to, &at) < 0)
			return -1;
	return 0;
}

static int
send_taken(struct sendoff *s, const struct sendoff_mail *more)
{
	if (s->env.n == 0)
		return error_set(&s->why, ERR_USAGE, "no recipient");
	if (more != NULL) {
		s->plan.mail_options = more->mail_options;
		s->plan.rcpt_options = more->rcpt_options;
	}
	return transact(s);
}

int
sendoff_sendmail_with(struct sendoff *s, const char *sender,
    const char *const *to, const char *message, size_t n,
    const struct sendoff_mail *more)
{
	envelope_clear(&s->env);
	if (sendoff_ehlo_or_helo_if_needed(s) < 0 ||
	    take_sender(s, sender) < 0 || take_recipients(s, to) < 0 ||
	    take_message(s, (struct bytes){ message, n }, more) < 0)
		return -1;
	return send_taken(s, more);
}

int
sendoff_sendmail(struct sendoff *s, const char *sender, const char *const *to,
    const char *message, size_t n)
{
	return sendoff_sendmail_with(s, sender, to, message, n, NULL);
}

/* ---- sender and recipients out of the header ------------------------------- */

/* Appends the addresses of all fields of that name. */
static int
take_field(struct sendoff *s, const char *name, struct address_list *list)
{
	struct field *f;
	size_t at = 0;

	while ((f = message_field(&s->message, name, &at)) != NULL)
		if (address_list_parse(list, f->body, &s->why) < 0)
			return error_in(&s->why, "header field %s", name);
	return 0;
}

static size_t
count(struct sendoff *s, const char *name)
{
	size_t n = 0, at = 0;

	while (message_field(&s->message, name, &at) != NULL)
		n++;
	return n;
}

/* Which of several blocks is meant, nobody can tell (RFC 5322, 3.6.6). */
static int
one_block(struct sendoff *s)
{
	if (count(s, "Resent-Date") < 2 && count(s, "Resent-From") < 2)
		return 0;
	error_set(&s->why, ERR_MESSAGE, "message was resent more than once");
	return error_hint(&s->why, "name sender and recipients");
}

static int
sender_of_header(struct sendoff *s, bool again)
{
	struct address_list list = ADDRESS_LIST;
	int rc = take_field(s, again ? "Resent-Sender" : "Sender", &list);

	if (rc == 0 && list.n == 0)
		rc = take_field(s, again ? "Resent-From" : "From", &list);
	if (rc == 0 && list.n == 0)
		rc = error_set(
		    &s->why, ERR_MESSAGE, "the header names no sender");
	if (rc == 0)
		rc = envelope_from(
		    &s->env, bytes_of(list.list[0].text), &s->why);
	address_list_clear(&list);
	return rc;
}

static int
recipients_of_header(struct sendoff *s, bool again)
{
	static const char *const names[2][3] = { { "To", "Cc", "Bcc" },
		{ "Resent-To", "Resent-Cc", "Resent-Bcc" } };
	struct address_list list = ADDRESS_LIST;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < 3; i++)
		rc = take_field(s, names[again][i], &list);
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = envelope_to(
		    &s->env, bytes_of(list.list[i].text), NULL, &s->why);
	address_list_clear(&list);
	return rc;
}

static int
take_envelope(struct sendoff *s, const char *sender, const char *const *to)
{
	bool again = message_resent(&s->message);

	if ((sender == NULL || to == NULL) && one_block(s) < 0)
		return -1;
	if (sender != NULL ? take_sender(s, sender) < 0
			   : sender_of_header(s, again) < 0)
		return -1;
	return to != NULL ? take_recipients(s, to)
			  : recipients_of_header(s, again);
}

int
sendoff_send_message(struct sendoff *s, const char *sender,
    const char *const *to, const char *message, size_t n,
    const struct sendoff_mail *more)
{
	envelope_clear(&s->env);
	if (sendoff_ehlo_or_helo_if_needed(s) < 0 ||
	    take_message(s, (struct bytes){ message, n }, more) < 0 ||
	    take_envelope(s, sender, to) < 0)
		return -1;
	message_drop(&s->message, "Bcc");
	message_drop(&s->message, "Resent-Bcc");
	return send_taken(s, more);
}

/* ---- who does not get it --------------------------------------------------- */

const struct sendoff_refused *
sendoff_refused(struct sendoff *s, size_t i)
{
	for (size_t at = 0; at < s->env.n; at++) {
		const struct recipient *r = &s->env.to[at];

		if (verdict_taken(&r->verdict) || i-- > 0)
			continue;
		s->refused = (struct sendoff_refused){
			.address = r->address,
			.code = r->verdict.state == VERDICT_PENDING
			    ? 0
			    : r->verdict.code,
			.text = words_of(s, &r->verdict),
		};
		return &s->refused;
	}
	return NULL;
}
