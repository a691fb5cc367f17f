#include "submit/step.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mail/date.h"
#include "mail/encode.h"
#include "submit/expand.h"
#include "submit/qualify.h"

/* ---- the envelope ------------------------------------------------------------ */

/* The account's own address, else the user's login on this machine. */
static int
own_address(const struct letter *l, struct address *a, struct error *e)
{
	const char *own = account_from(&l->account);

	if (own == NULL)
		own = l->from.login;
	if (own != NULL)
		return address_path(a, bytes_of(own), e);
	error_set(e, ERR_OS, "nobody has the user id %lu: who is the sender?",
	    (unsigned long)getuid());
	return error_hint(e, "set from in the account, or say it with -f");
}

static bool
is_null(const struct address *a)
{
	return a->text[0] == '\0';
}

static int
complete_sender(struct letter *l, struct error *e)
{
	if (!l->sender_given && own_address(l, &l->sender, e) < 0)
		return -1;
	if (is_null(&l->sender))
		return 0;
	return address_qualify(&l->sender, letter_domain(l), e);
}

/* Those whose address cannot be read are refused already. */
static int
add_unreadable(struct letter *l, struct error *e)
{
	struct envelope *u = &l->unreadable;

	if (u->n > 0 && l->account.recipients == RECIPIENTS_ALL)
		return error_set(e, ERR_ADDRESS, "%s", u->to[0].verdict.text);
	for (size_t i = 0; i < u->n; i++) {
		size_t before = l->env.n, at;

		if (envelope_to(&l->env, bytes_of(u->to[i].address), &at, e) <
		    0)
			return -1;
		if (at == before)
			l->env.to[at].verdict = u->to[i].verdict;
	}
	return 0;
}

static int
fill_envelope(struct letter *l, const struct request *r, struct error *e)
{
	struct envelope *env = &l->env;

	if (envelope_from(env, bytes_of(l->sender.text), e) < 0)
		return -1;
	if (letter_expand(l, r, e) < 0)
		return -1;
	if (env->notify == NOTIFY_UNSET)
		env->notify = l->account.dsn_notify;
	if (env->ret == RETURN_UNSET)
		env->ret = (enum dsn_return)l->account.dsn_return;
	if (r->envid != NULL && (env->envid = strdup(r->envid)) == NULL)
		return error_set(e, ERR_OS, "out of memory");
	return 0;
}

/* ---- who may send by this account ---------------------------------------------- */

static bool
allowed(const struct account *a, struct bytes address)
{
	if (a->user != NULL && address_same(bytes_of(a->user), address))
		return true;
	for (char **p = a->from; p != NULL && *p != NULL; p++)
		if (address_matches(bytes_of(*p), address))
			return true;
	return false;
}

/* The same for an address of the header's, which may be bare. */
static bool
header_allowed(const struct letter *l, const struct address *a)
{
	struct buf whole = BUF(1024);
	bool may;

	buf_adds(&whole, a->text);
	if (a->text[a->local_n] == '\0')
		buf_addf(&whole, "@%.*s", BYTES_ARG(letter_domain(l)));
	may = buf_ok(&whole) && allowed(&l->account, buf_bytes(&whole));
	buf_clear(&whole);
	return may;
}

static int
add_from(struct letter *l, const char *field, struct bytes name,
    struct bytes address, struct error *e)
{
	struct buf text = BUF(4096);
	int rc;

	address_format(&text, name, address);
	rc = message_add(&l->message, field, buf_bytes(&text), e);
	buf_clear(&text);
	return rc;
}

/*
 * A name out of a header that holds encoded words is ready to leave; to encode
 * it again would show people the code.
 */
static bool
is_encoded(struct bytes name)
{
	if (bytes_find(name, BYTES("=?")) == name.n)
		return false;
	for (size_t i = 0; i < name.n; i++)
		if (name.p[i] <= 32
			? name.p[i] != ' '
			: strchr("()<>[]:;@\\,.\"", name.p[i]) != NULL)
			return false;
	return true;
}

static int
add_named(struct letter *l, struct bytes name, const char *own, struct error *e)
{
	struct buf text = BUF(4096);
	int rc;

	if (!is_encoded(name))
		return add_from(l, "From", name, bytes_of(own), e);
	buf_addf(&text, "%.*s <%s>", BYTES_ARG(name), own);
	rc = message_add(&l->message, "From", buf_bytes(&text), e);
	buf_clear(&text);
	return rc;
}

/* From becomes the account's own; who it was stays reachable. */
static int
replace_from(struct letter *l, const struct address *old, const char *own,
    struct error *e)
{
	bool reply_to = message_has(&l->message, "Reply-To");

	message_drop(&l->message, "From");
	if (add_named(l, bytes_of(old->name), own, e) < 0)
		return -1;
	if (reply_to || old->local_n == strlen(old->text) ||
	    allowed(&l->account, bytes_of(old->text)))
		return 0;
	return add_from(
	    l, "Reply-To", (struct bytes){ NULL, 0 }, bytes_of(old->text), e);
}

/*
 * The first address of From that this account may not use: in *list, whose
 * content is the caller's to clear; NULL when there is one and it is its own.
 * What cannot be read counts as somebody else's, and so do several: providers
 * that look at From want one.
 */
static const struct address *
foreign_from(struct letter *l, struct address_list *list)
{
	static char nobody[] = "";
	static const struct address unread = { .text = nobody, .name = nobody };
	struct error ignored = ERROR_NONE;
	struct field *f;
	size_t at = 0, n = 0;

	while ((f = message_field(&l->message, "From", &at)) != NULL) {
		if (address_list_parse(list, f->body, &ignored) < 0)
			return &unread;
		n++;
	}
	for (size_t i = 0; i < list->n; i++)
		if (!header_allowed(l, &list->list[i]))
			return &list->list[i];
	return list->n > 0 && (n > 1 || list->n > 1) ? &list->list[0] : NULL;
}

static int
fix_header(
    struct letter *l, const struct request *r, const char *own, struct error *e)
{
	struct address_list list = ADDRESS_LIST;
	const struct address *foreign = foreign_from(l, &list);
	int rc = 0;

	if (foreign != NULL) {
		trace_note(r->trace, 1, "warn",
		    "From <%s> made <%s>: account %s sends as itself alone",
		    foreign->text, own, l->account.name);
		rc = replace_from(l, foreign, own, e);
	}
	address_list_clear(&list);
	return rc;
}

static int
fix_sender(struct letter *l, const struct request *r, struct error *e)
{
	const char *own = account_from(&l->account);
	struct address fixed = { 0 };

	if (own == NULL)
		return error_set(e, ERR_CONFIG,
		    "account '%s' is to fix the sender and has no address "
		    "of its own; set from",
		    l->account.name);
	if (fix_header(l, r, own, e) < 0)
		return -1;
	if (allowed(&l->account, bytes_of(l->sender.text)))
		return 0;
	trace_note(
	    r->trace, 1, "warn", "sender <%s> made <%s>", l->sender.text, own);
	if (address_path(&fixed, bytes_of(own), e) < 0)
		return -1;
	address_clear(&l->sender);
	l->sender = fixed;
	return 0;
}

static int
reject(const struct letter *l, const char *address, struct error *e)
{
	error_set(e, ERR_SENDER_REFUSED, "account '%s' does not send as <%s>",
	    l->account.name, address);
	return error_hint(
	    e, "add the address to from, or choose another account with -a");
}

static int
reject_sender(struct letter *l, struct error *e)
{
	struct address_list list = ADDRESS_LIST;
	const struct address *foreign = foreign_from(l, &list);
	int rc = 0;

	if (!is_null(&l->sender) &&
	    !allowed(&l->account, bytes_of(l->sender.text)))
		rc = reject(l, l->sender.text, e);
	else if (foreign != NULL)
		rc = reject(l, foreign->text, e);
	address_list_clear(&list);
	return rc;
}

static int
apply_policy(struct letter *l, const struct request *r, struct error *e)
{
	switch (l->account.from_policy) {
	case FROM_FIX:
		return fix_sender(l, r, e);
	case FROM_REJECT:
		return reject_sender(l, e);
	case FROM_KEEP:
		break;
	}
	return 0;
}

/* ---- the header ------------------------------------------------------------------ */

/*
 * -F, the account's, $NAME, the passwd entry's; the first that is set.  Who
 * says --from to a message that is made here may not be the one of this
 * machine.
 */
static struct bytes
full_name(const struct letter *l, const struct request *r)
{
	if (r->full_name != NULL)
		return bytes_of(r->full_name);
	if (l->account.from_name != NULL)
		return bytes_of(l->account.from_name);
	if (r->compose != NULL && r->sender != NULL)
		return BYTES("");
	return bytes_of(l->from.full_name);
}

/* With a null sender mail is still from somebody. */
static int
from_address(const struct letter *l, struct address *a, struct error *e)
{
	if (!is_null(&l->sender))
		return address_path(a, bytes_of(l->sender.text), e);
	if (own_address(l, a, e) < 0)
		return -1;
	return address_qualify(a, letter_domain(l), e);
}

static bool
wanting(struct letter *l, const char *name)
{
	if (message_has(&l->message, name))
		return false;
	message_drop(&l->message, name);
	return true;
}

static int
complete_from(struct letter *l, const struct request *r, const char *name,
    struct error *e)
{
	struct address a = { 0 };
	int rc = 0;

	if (!wanting(l, name))
		return 0;
	if (from_address(l, &a, e) < 0)
		return -1;
	rc = add_from(l, name, full_name(l, r), bytes_of(a.text), e);
	address_clear(&a);
	return rc;
}

static int
complete_date(struct letter *l, const struct request *r, const char *name,
    struct error *e)
{
	struct buf text = BUF(64);
	int rc;

	if (!wanting(l, name))
		return 0;
	date_add(&text, r->here);
	rc = message_add(&l->message, name, buf_bytes(&text), e);
	buf_clear(&text);
	return rc;
}

static struct bytes
id_domain(const struct letter *l)
{
	struct bytes from = address_domain(bytes_of(l->sender.text));

	return from.n > 0 && from.p[0] != '[' ? from : letter_domain(l);
}

static int
complete_id(struct letter *l, const struct request *r, const char *name,
    struct error *e)
{
	struct buf text = BUF(998);
	int rc;

	if (!wanting(l, name))
		return 0;
	message_id_add(&text, id_domain(l), r->here);
	rc = message_add(&l->message, name, buf_bytes(&text), e);
	buf_clear(&text);
	return rc;
}

static int
qualify_header(struct letter *l, const struct request *r, struct error *e)
{
	return r->gateway ? 0 : letter_qualify(l, letter_domain(l), e);
}

/* A resent message keeps its own Date, Message-ID and From. */
static int
complete(struct letter *l, const struct request *r, struct error *e)
{
	struct message *m = &l->message;
	bool again = message_resent(m);

	if (complete_id(l, r, again ? "Resent-Message-ID" : "Message-ID", e) <
		0 ||
	    complete_date(l, r, again ? "Resent-Date" : "Date", e) < 0)
		return -1;
	if (r->gateway)
		return 0;
	return complete_from(l, r, again ? "Resent-From" : "From", e);
}

static int
hide_recipients(struct letter *l, const struct request *r, struct error *e)
{
	if (!r->undisclosed)
		return 0;
	message_drop(&l->message, "To");
	message_drop(&l->message, "Cc");
	return message_add(
	    &l->message, "To", BYTES("undisclosed-recipients:;"), e);
}

static void
drop_private(struct message *m)
{
	static const char *const names[] = { "Bcc", "Resent-Bcc", "Return-Path",
		"Content-Length" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		message_drop(m, names[i]);
}

/* ---- the identifier, for reports -------------------------------------------------- */

static void
note_id(struct letter *l)
{
	struct bytes added = buf_bytes(&l->message.added), id;
	struct field field, *f;
	size_t at = 0;

	f = message_field(&l->message, "Message-ID", &at);
	while (f == NULL && field_take(&added, &field))
		if (field_is(&field, "Message-ID"))
			f = &field;
	if (f == NULL)
		return;
	field_unfold(f, &l->message_id);
	id = buf_bytes(&l->message_id);
	if (id.n > 1 && id.p[0] == '<' && id.p[id.n - 1] == '>') {
		buf_cut(&l->message_id, id.n - 1);
		buf_drop(&l->message_id, 1);
	}
}

int
letter_rewrite(struct letter *l, const struct request *r, struct error *e)
{
	drop_private(&l->message);
	if (letter_receive(l, r, e) < 0 || complete_sender(l, e) < 0 ||
	    apply_policy(l, r, e) < 0 || fill_envelope(l, r, e) < 0 ||
	    add_unreadable(l, e) < 0 || qualify_header(l, r, e) < 0 ||
	    hide_recipients(l, r, e) < 0 || complete(l, r, e) < 0)
		return -1;
	note_id(l);
	return message_encode(
	    &l->message, message_advised(&l->message, true), e);
}
