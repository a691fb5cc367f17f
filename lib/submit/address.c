#include "submit/step.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/element.h"

/* Nothing that reaches argv may end a line of ours. */
static int
no_control(const char *what, const char *text, struct error *e)
{
	char shown[128];

	if (!bytes_control(bytes_of(text)))
		return 0;
	return error_set(e, ERR_USAGE, "control character in the %s '%s'", what,
	    clean_copy(shown, sizeof(shown), bytes_of(text)));
}

/* Good addresses, but more than a sender can be. */
static bool
several(const char *text)
{
	struct address_list list = ADDRESS_LIST;
	struct error ignored = ERROR_NONE;
	bool many = address_list_parse(&list, bytes_of(text), &ignored) == 0 &&
	    list.n > 1;

	address_list_clear(&list);
	return many;
}

static int
take_sender(struct letter *l, const struct request *r, struct error *e)
{
	if (r->sender == NULL)
		return 0;
	if (no_control("sender", r->sender, e) < 0)
		return -1;
	if (several(r->sender))
		return error_set(e, ERR_USAGE, "more than one sender");
	if (address_path(&l->sender, bytes_of(r->sender), e) < 0)
		return error_in(e, "sender");
	l->sender_given = true;
	return 0;
}

static int
refuse(struct letter *l, const char *where, struct bytes text,
    struct error *why, struct error *e)
{
	enum { SHOWN_MOST = 320 };
	struct envelope *u = &l->unreadable;
	size_t at;

	error_in(why, "%s", where);
	if (envelope_to(u, bytes_head(text, SHOWN_MOST), &at, e) < 0)
		return -1;
	verdict_set(&u->to[at].verdict, VERDICT_REFUSED, STAGE_ADDRESS, 0,
	    (struct estatus){ 5, 1, 3 }, bytes_of(why->text));
	return 0;
}

/*
 * One bad address must not keep a message from the others: as a server would
 * have refused it, so do we, as long as it is certain where it ends.
 */
static int
take_list(
    struct letter *l, const char *where, struct bytes text, struct error *e)
{
	struct error why = ERROR_NONE;
	struct bytes element;

	if (address_list_parse(&l->to, text, &why) == 0)
		return 0;
	if (!element_certain(text)) {
		*e = why;
		return error_in(e, "%s", where);
	}
	while (element_take(&text, &element)) {
		why = ERROR_NONE;
		if (address_list_parse(&l->to, element, &why) < 0 &&
		    refuse(l, where, element, &why, e) < 0)
			return -1;
	}
	return 0;
}

/* An operand holds a list of addresses: cron passes "a, b" as one. */
static int
take_operand(struct letter *l, const char *operand, struct error *e)
{
	size_t first = l->to.n, before = first + l->unreadable.n;
	bool verbatim = operand[0] == '\\'; /* sendmail's "no alias" */

	if (no_control("recipient", operand, e) < 0)
		return -1;
	if (bytes_is(bytes_trim(bytes_of(operand)), "<>"))
		return error_set(
		    e, ERR_USAGE, "recipient '%s' is empty", operand);
	if (take_list(l, "recipient", bytes_of(operand + verbatim), e) < 0)
		return -1;
	for (size_t i = first; verbatim && i < l->to.n; i++)
		l->to.list[i].verbatim = true;
	if (l->to.n + l->unreadable.n == before)
		return error_set(
		    e, ERR_USAGE, "recipient '%s' is empty", operand);
	return 0;
}

static int
take_fields(struct letter *l, const char *const *names, struct error *e)
{
	for (; *names != NULL; names++) {
		struct field *f;
		size_t at = 0;
		char where[64];

		snprintf(where, sizeof(where), "header field %s", *names);
		while ((f = message_field(&l->message, *names, &at)) != NULL)
			if (take_list(l, where, f->body, e) < 0)
				return -1;
	}
	return 0;
}

static size_t
count(struct message *m, const char *name)
{
	size_t n = 0, at = 0;

	while (message_field(m, name, &at) != NULL)
		n++;
	return n;
}

/*
 * Where the header alone is to tell who sends to whom, the block to follow
 * cannot be told without guessing.
 */
static int
one_resent_block(struct message *m, const struct request *r, struct error *e)
{
	if (!r->read_envelope_from ||
	    (count(m, "Resent-Date") < 2 && count(m, "Resent-From") < 2))
		return 0;
	error_set(e, ERR_MESSAGE, "message was resent more than once");
	return error_hint(
	    e, "name the recipients as operands, and the sender with -f");
}

static int
take_header(struct letter *l, const struct request *r, struct error *e)
{
	static const char *const plain[] = { "To", "Cc", "Bcc", NULL };
	static const char *const again[] = { "Resent-To", "Resent-Cc",
		"Resent-Bcc", NULL };

	if (!r->read_recipients)
		return 0;
	if (!message_resent(&l->message))
		return take_fields(l, plain, e);
	if (one_resent_block(&l->message, r, e) < 0)
		return -1;
	return take_fields(l, again, e);
}

static int
some_recipient(const struct letter *l, const struct request *r, struct error *e)
{
	if (l->to.n > 0)
		return 0;
	if (l->unreadable.n > 0)
		return error_set(
		    e, ERR_ADDRESS, "%s", l->unreadable.to[0].verdict.text);
	error_set(e, ERR_USAGE, "no recipient");
	if (r->compose != NULL)
		return error_hint(
		    e, "name one as operand, or with --to, --cc or --bcc");
	if (r->read_recipients)
		return error_hint(
		    e, "the header has no To, Cc or Bcc with an address");
	return error_hint(e,
	    "name recipients as operands, or take them from the header "
	    "with -t");
}

/* What SMTP's MAIL and RCPT gave has been parsed once already. */
static int
take_given(struct letter *l, const struct envelope *given, struct error *e)
{
	l->sender_given = true;
	if (address_path(&l->sender, bytes_of(given->sender), e) < 0)
		return -1;
	for (size_t i = 0; i < given->n; i++)
		if (address_list_parse(
			&l->to, bytes_of(given->to[i].address), e) < 0)
			return -1;
	l->env.ret = given->ret;
	if (given->envid != NULL &&
	    (l->env.envid = strdup(given->envid)) == NULL)
		return error_set(e, ERR_OS, "out of memory");
	return 0;
}

/* Nothing in the header says that it is to be no alias. */
static int
mark_verbatim(struct letter *l, const char *operand, struct error *e)
{
	struct address_list list = ADDRESS_LIST;
	int rc = address_list_parse(&list, bytes_of(operand + 1), e);

	for (size_t i = 0; i < list.n; i++)
		for (size_t k = 0; k < l->to.n; k++)
			if (address_same(bytes_of(list.list[i].text),
				bytes_of(l->to.list[k].text)))
				l->to.list[k].verbatim = true;
	address_list_clear(&list);
	return rc;
}

/* Of a message that was made here, whose To has the operands. */
static int
take_composed(struct letter *l, const struct request *r, struct error *e)
{
	static const char *const names[] = { "To", "Cc", "Bcc", NULL };

	if (take_fields(l, names, e) < 0)
		return -1;
	for (char **operand = r->recipients; *operand != NULL; operand++)
		if (**operand == '\\' && mark_verbatim(l, *operand, e) < 0)
			return -1;
	return some_recipient(l, r, e);
}

int
letter_address(struct letter *l, const struct request *r, struct error *e)
{
	if (r->given != NULL)
		return take_given(l, r->given, e);
	if (take_sender(l, r, e) < 0)
		return -1;
	if (r->compose != NULL)
		return take_composed(l, r, e);
	for (char **operand = r->recipients; *operand != NULL; operand++)
		if (take_operand(l, *operand, e) < 0)
			return -1;
	if (take_header(l, r, e) < 0)
		return -1;
	return some_recipient(l, r, e);
}
