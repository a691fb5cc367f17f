#include "smtp/parameter.h"

#include <inttypes.h>

#include "mail/address.h"
#include "mail/encode.h"

/* ---- what must be there ---------------------------------------------------- */

static bool
address_utf8(const char *address)
{
	return address_needs_utf8(bytes_of(address));
}

/* A local part outside ASCII among sender and recipients, or NULL. */
static const char *
utf8_address(const struct smtp *s)
{
	if (address_utf8(s->env->sender))
		return s->env->sender;
	for (size_t i = 0; i < s->env->n; i++)
		if (s->env->to[i].verdict.state == VERDICT_PENDING &&
		    address_utf8(s->env->to[i].address))
			return s->env->to[i].address;
	return NULL;
}

static bool
offered(const struct smtp *s, const char *keyword)
{
	return ehlo_has(&s->ehlo, keyword, NULL);
}

static bool said(const char *const *options, const char *keyword);

bool
parameter_utf8(const struct smtp *s)
{
	return offered(s, "SMTPUTF8") &&
	    (s->plan->smtputf8 || (s->msg != NULL && s->msg->header_utf8) ||
		utf8_address(s) != NULL ||
		said(s->plan->mail_options, "SMTPUTF8"));
}

/* The smaller of the two limits that are set; 0: none. */
static int64_t
limit(const struct smtp *s)
{
	int64_t theirs = ehlo_size(&s->ehlo), ours = s->plan->max_size;

	if (theirs == 0 || ours == 0)
		return theirs + ours;
	return theirs < ours ? theirs : ours;
}

static int
check_size(struct smtp *s, struct error *e)
{
	int64_t most = limit(s);

	if (most == 0 || s->msg->size <= most)
		return 0;
	return error_set(e, ERR_TOO_LARGE,
	    "message of %" PRId64 " octets is too large: %s takes %" PRId64,
	    s->msg->size, s->plan->host, most);
}

int
parameter_seven_bit(struct smtp *s, struct error *e)
{
	if (!s->msg->body_8bit || offered(s, "8BITMIME"))
		return 0;
	if (s->msg->seven_bit != NULL && s->msg->seven_bit(s->msg, e) < 0)
		return -1;
	if (s->msg->body_8bit)
		trace_note(s->plan->trace, 1, "warn",
		    "%s offers no 8BITMIME, but the message has 8-bit text "
		    "that cannot be encoded: it leaves as it is",
		    s->plan->host);
	return 0;
}

int
parameter_check(struct smtp *s, struct error *e)
{
	const char *address = utf8_address(s);

	if (address != NULL && !offered(s, "SMTPUTF8")) {
		error_set(e, ERR_NOT_SUPPORTED,
		    "address '%s' needs SMTPUTF8, which %s does not offer",
		    address, s->plan->host);
		e->status = (struct estatus){ 5, 6, 7 };
		return -1;
	}
	if (s->msg->header_8bit && s->msg->international &&
	    !offered(s, "SMTPUTF8")) {
		error_set(e, ERR_NOT_SUPPORTED,
		    "the header has an address that needs SMTPUTF8, which %s "
		    "does not offer",
		    s->plan->host);
		e->status = (struct estatus){ 5, 6, 7 };
		return -1;
	}
	if (parameter_seven_bit(s, e) < 0)
		return -1;
	return check_size(s, e);
}

/* ---- options of the user's ------------------------------------------------- */

/* The extension that a parameter belongs to (its own name by default). */
static const struct {
	const char *parameter, *extension;
	bool needed; /* without it the message must not go */
} extensions[] = {
	{ "BODY", "8BITMIME", false },
	{ "RET", "DSN", false },
	{ "ENVID", "DSN", false },
	{ "NOTIFY", "DSN", false },
	{ "ORCPT", "DSN", false },
	{ "HOLDFOR", "FUTURERELEASE", true },
	{ "HOLDUNTIL", "FUTURERELEASE", true },
	{ "BY", "DELIVERBY", true },
	{ "SMTPUTF8", "SMTPUTF8", true },
	{ "REQUIRETLS", "REQUIRETLS", true },
};

enum { EXTENSIONS = sizeof(extensions) / sizeof(extensions[0]) };

static struct bytes
keyword_of(const char *option)
{
	return bytes_head(bytes_of(option), bytes_index(bytes_of(option), '='));
}

static void
missing(struct smtp *s, const char *option, const char *extension, bool needed)
{
	if (!needed) {
		trace_note(s->plan->trace, 1, "warn",
		    "parameter %s left out: %s does not offer %s", option,
		    s->plan->host, extension);
		return;
	}
	error_set(&s->why, ERR_NOT_SUPPORTED,
	    "%s needs %s, which %s does not offer", option, extension,
	    s->plan->host);
}

static void
add_option(struct smtp *s, const char *option, struct buf *out)
{
	struct bytes keyword = keyword_of(option);
	char name[64] = "";
	const char *extension = name;
	bool needed = false;

	for (size_t i = 0; i < keyword.n && i < sizeof(name) - 1; i++)
		name[i] = keyword.p[i];
	for (size_t i = 0; i < EXTENSIONS; i++)
		if (bytes_is_case(keyword, extensions[i].parameter)) {
			extension = extensions[i].extension;
			needed = extensions[i].needed;
		}
	if (offered(s, extension))
		buf_addf(out, " %s", option);
	else
		missing(s, option, extension, needed);
}

static void
add_options(struct smtp *s, const char *const *options, struct buf *out)
{
	for (; options != NULL && *options != NULL; options++)
		add_option(s, *options, out);
}

/* Has the user said it himself? */
static bool
said(const char *const *options, const char *keyword)
{
	if (options == NULL)
		return false;
	for (; *options != NULL; options++)
		if (bytes_is_case(keyword_of(*options), keyword))
			return true;
	return false;
}

/* ---- MAIL -------------------------------------------------------------------- */

static void
mail_dsn(struct smtp *s, struct buf *out)
{
	const struct envelope *env = s->env;

	if (env->ret == RETURN_UNSET && env->envid == NULL)
		return;
	if (!offered(s, "DSN")) {
		missing(s, "RET or ENVID", "DSN", false);
		return;
	}
	if (env->ret != RETURN_UNSET)
		buf_adds(
		    out, env->ret == RETURN_FULL ? " RET=FULL" : " RET=HDRS");
	if (env->envid != NULL)
		buf_addf(out, " ENVID=%s", env->envid);
}

/* By hand the message is not known yet. */
static bool
eight_bit(const struct smtp *s)
{
	return s->utf8 ||
	    (s->msg != NULL && (s->msg->body_8bit || s->msg->header_8bit));
}

void
parameter_mail(struct smtp *s, struct buf *out)
{
	const char *const *options = s->plan->mail_options;

	if (s->msg != NULL && offered(s, "SIZE") && !said(options, "SIZE"))
		buf_addf(out, " SIZE=%" PRId64, s->msg->size);
	if (eight_bit(s) && offered(s, "8BITMIME") && !said(options, "BODY"))
		buf_adds(out, " BODY=8BITMIME");
	if (s->utf8 && !said(options, "SMTPUTF8"))
		buf_adds(out, " SMTPUTF8");
	mail_dsn(s, out);
	add_options(s, options, out);
}

/* ---- RCPT -------------------------------------------------------------------- */

static const struct {
	unsigned bit;
	const char *name;
} notify_names[] = {
	{ NOTIFY_NEVER, "NEVER" },
	{ NOTIFY_SUCCESS, "SUCCESS" },
	{ NOTIFY_FAILURE, "FAILURE" },
	{ NOTIFY_DELAY, "DELAY" },
};

static void
add_notify(unsigned notify, struct buf *out)
{
	const char *gap = " NOTIFY=";

	for (size_t i = 0; i < 4; i++)
		if (notify & notify_names[i].bit) {
			buf_adds(out, gap);
			buf_adds(out, notify_names[i].name);
			gap = ",";
		}
}

static void
add_original(const char *original, struct buf *out)
{
	if (original == NULL)
		return;
	buf_adds(out, " ORCPT=rfc822;");
	xtext_add(out, bytes_of(original));
}

void
parameter_rcpt(struct smtp *s, const struct recipient *r, struct buf *out)
{
	unsigned notify =
	    r->notify != NOTIFY_UNSET ? r->notify : s->env->notify;

	if (offered(s, "DSN")) {
		if (!said(s->plan->rcpt_options, "NOTIFY"))
			add_notify(notify, out);
		add_original(r->original, out);
	} else if (notify != NOTIFY_UNSET)
		missing(s, "NOTIFY", "DSN", false);
	add_options(s, s->plan->rcpt_options, out);
	if (r->options != NULL)
		add_option(s, r->options, out);
}
