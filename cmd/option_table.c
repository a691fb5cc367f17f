#include "cmd/option_table.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "mail/encode.h"

/* ---- what the options do --------------------------------------------------------- */

static int
bad_value_hint(const struct option_row *row, const char *value,
    const char *text, struct error *e)
{
	char shown[80], name[64];

	if (row->name != NULL)
		snprintf(name, sizeof(name), "--%s", row->name);
	else
		snprintf(name, sizeof(name), "-%c", row->letter);
	error_set(e, ERR_USAGE, "option %s does not take '%s'", name,
	    clean_copy(shown, sizeof(shown), bytes_of(value)));
	return error_hint(e, "%s", text);
}

static int
bad_value(const struct option_row *row, const char *value, const char *allowed,
    struct error *e)
{
	char text[128];

	snprintf(text, sizeof(text), "one of: %s", allowed);
	return bad_value_hint(row, value, text, e);
}

/*
 * Web pages let strangers add words to the command line of sendmail.  They
 * must not send an account's password elsewhere, run a command, or write a
 * file.
 */
static int
check_caller(
    const struct options *o, const struct option_row *row, struct error *e)
{
	if (!o->as_sendmail)
		return 0;
	error_set(e, ERR_USAGE,
	    "option --%s is not taken under the name sendmail", row->name);
	return error_hint(e, "call sendoff");
}

static int
set_key(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (check_caller(o, row, e) < 0)
		return -1;
	if (!options_override(o, row->key, value, row->name))
		return error_set(e, ERR_USAGE, "too many options");
	return 0;
}

/* With -bs it is what we speak ourselves, and no matter of the account's. */
static int
set_protocol(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (strcmp(value, "smtp") != 0 && strcmp(value, "lmtp") != 0)
		return bad_value(row, value, "smtp, lmtp", e);
	o->protocol = value;
	return 0;
}

/* --mail-option and --rcpt-option add up. */
static int
set_added(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	struct buf *list = strcmp(row->key, "mail_options") == 0
	    ? &o->mail_options
	    : &o->rcpt_options;

	if (list->n > 0)
		buf_addc(list, ',');
	buf_adds(list, value);
	return buf_ok(list) ? 0 : error_set(e, ERR_USAGE, "too many options");
}

static void
set_action(struct options *o, enum action what)
{
	o->action = what;
	o->actions |= 1U << what;
}

#define UNUSED __attribute__((unused))
#define SETTER(function, body) \
	static int function(struct options *o UNUSED, \
	    const struct option_row *row UNUSED, const char *value UNUSED, \
	    struct error *e UNUSED) \
	{ \
		body; \
		return 0; \
	}
SETTER(set_ignored, )

#define SET_BOOL(function, member) SETTER(function, o->member = true)
#define SET_TEXT(function, member) SETTER(function, o->member = value)
#define SET_ACTION(function, what) SETTER(function, set_action(o, what))

SET_BOOL(set_ignore_dots, ignore_dots)
SET_BOOL(set_read_recipients, read_recipients)
SET_BOOL(set_read_from, read_envelope_from)
SET_BOOL(set_gateway, gateway)
SET_BOOL(set_undisclosed, undisclosed)
SET_BOOL(set_smtputf8, smtputf8)
SET_TEXT(set_sender, sender)
SET_TEXT(set_full_name, full_name)
SETTER(set_account, o->account = value; o->account_said = true)
SET_TEXT(set_file, file)
SET_ACTION(set_pretend, ACTION_PRETEND)
SET_ACTION(set_check, ACTION_CHECK)
SET_ACTION(set_show_config, ACTION_SHOW_CONFIG)
SET_ACTION(set_server_info, ACTION_SERVER_INFO)
SET_ACTION(set_version, ACTION_VERSION)
SET_ACTION(set_help, ACTION_HELP)
SET_ACTION(set_newaliases, ACTION_NEWALIASES)
SETTER(set_no_aliases, o->aliases = "off")
SETTER(set_verbose, if (o->debug_level < 1) o->debug_level = 1)

static int
add_question(
    struct options *o, const char *verb, const char *text, struct error *e)
{
	if (o->asked_n == QUESTIONS_MOST)
		return error_set(e, ERR_USAGE, "too many questions");
	o->asked[o->asked_n++] = (struct question){ verb, text };
	set_action(o, ACTION_ASK);
	return 0;
}

/* The key is the verb. */
static int
set_question(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	return add_question(o, row->key, value, e);
}

static int
set_noop(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	(void)row;
	(void)value;
	return add_question(o, NULL, "NOOP", e);
}

/* It stands in front of a record: no part of one may be forged. */
static void
take_tag(struct options *o, const char *value)
{
	size_t n = 0;

	for (; value[n] != '\0' && n + 1 < sizeof(o->tag); n++)
		o->tag[n] = isalnum((unsigned char)value[n]) ||
			strchr("._/@-", value[n]) != NULL
		    ? value[n]
		    : '_';
	o->tag[n] = '\0';
}

SETTER(set_tag, take_tag(o, value))

static int
set_debug_file(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	o->debug_file = value;
	return check_caller(o, row, e);
}

static int
set_aliases(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	o->aliases = value;
	return check_caller(o, row, e);
}

static int
set_show_secrets(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	(void)value;
	o->show_secrets = true;
	return check_caller(o, row, e);
}

static int
set_debug_level(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	if (value[0] < '0' || value[0] > '3' || value[1] != '\0')
		return bad_value(row, value, "0, 1, 2, 3", e);
	o->debug_level = value[0] - '0';
	return 0;
}

/* -d, -d2, and sendmail's -d0.1, which tells the version first. */
static int
set_classic_debug(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	if (strcmp(value, "0.1") == 0) {
		o->version_first = true;
		return 0;
	}
	if (value[0] >= '0' && value[0] <= '3' && value[1] == '\0')
		return set_debug_level(o, row, value, e);
	return set_verbose(o, row, value, e);
}

static int
set_debug_format(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	o->json_trace = strcmp(value, "json") == 0;
	if (!o->json_trace && strcmp(value, "text") != 0)
		return bad_value(row, value, "text, json", e);
	return 0;
}

static int
set_progress(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	o->no_progress = strcmp(value, "never") == 0;
	if (!o->no_progress && strcmp(value, "auto") != 0)
		return bad_value(row, value, "auto, never", e);
	return 0;
}

static int
set_report(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	static const char *const forms[] = {
		[REPORT_TEXT] = "text",
		[REPORT_JSON] = "json",
		[REPORT_QUIET] = "quiet",
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(value, forms[i]) == 0) {
			o->form = (enum report_form)i;
			return 0;
		}
	return bad_value(row, value, "text, json, quiet", e);
}

static unsigned
notify_bit(struct bytes word)
{
	if (bytes_is_case(word, "never"))
		return NOTIFY_NEVER;
	if (bytes_is_case(word, "success"))
		return NOTIFY_SUCCESS;
	if (bytes_is_case(word, "failure"))
		return NOTIFY_FAILURE;
	return bytes_is_case(word, "delay") ? NOTIFY_DELAY : 0;
}

/* RFC 3461, 4.1: NEVER stands alone. */
static int
set_notify(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	static const char allowed[] = "never, or a list of success, failure, "
				      "delay";
	struct bytes list = bytes_of(value);
	unsigned bits = 0;

	do {
		unsigned bit = notify_bit(bytes_trim(bytes_take(&list, ',')));

		if (bit == 0)
			return bad_value(row, value, allowed, e);
		bits |= bit;
	} while (list.n > 0);
	if (bits & NOTIFY_NEVER && bits != NOTIFY_NEVER)
		return bad_value(row, value, allowed, e);
	o->notify = bits;
	return 0;
}

static int
set_return(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (bytes_is_case(bytes_of(value), "full"))
		o->ret = RETURN_FULL;
	else if (bytes_is_case(bytes_of(value), "hdrs"))
		o->ret = RETURN_HDRS;
	else
		return bad_value(row, value, "full, hdrs", e);
	return 0;
}

/* RFC 3461, 4.4: xtext, 100 octets; what is none is made so. */
static int
set_envid(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	enum { ENVID_MAX = 100 };

	buf_reset(&o->envid);
	if (xtext_valid(bytes_of(value)))
		buf_adds(&o->envid, value);
	else
		xtext_add(&o->envid, bytes_of(value));
	if (o->envid.n == 0 || o->envid.n > ENVID_MAX)
		return bad_value_hint(
		    row, value, "1 to 100 characters, as they are encoded", e);
	return 0;
}

/* What other programs do under a flag that we refuse. */
static int
set_refused(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	(void)o;
	(void)value;
	error_set(e, ERR_USAGE, "option -%c is not supported", row->letter);
	return error_hint(e, "%s", row->key);
}

/* -bX: an unknown mode must never send what happens to come in. */
static const struct {
	char letter;
	enum action action;
	const char *instead; /* of what we refuse */
} modes[] = {
	{ 'm', ACTION_SEND, NULL },
	{ 'p', ACTION_QUEUE, NULL },
	{ 'i', ACTION_NEWALIASES, NULL },
	{ 'v', ACTION_VERIFY, NULL },
	{ 's', ACTION_SERVE, NULL },
	{ 'h', ACTION_NOTHING, NULL },
	{ 'H', ACTION_NOTHING, NULL },
	{ 'd', ACTION_SEND, "there is no daemon mode; none is needed" },
	{ 'D', ACTION_SEND, "there is no daemon mode; none is needed" },
	{ 'l', ACTION_SEND, "there is no daemon mode; none is needed" },
	{ 'w', ACTION_SEND, "there is no daemon mode; none is needed" },
	{ 't', ACTION_SEND, "--pretend shows what becomes of an address" },
	{ 'P', ACTION_SEND, "--show-config prints the configuration" },
	{ 'S', ACTION_SEND, "-bs speaks SMTP" },
};

static int
set_mode(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (value[0] != modes[i].letter || value[1] != '\0')
			continue;
		if (modes[i].instead != NULL)
			return bad_value_hint(row, value, modes[i].instead, e);
		set_action(o, modes[i].action);
		return 0;
	}
	return bad_value(row, value, "m, p, i, v, s", e);
}

/* Not for the callers of sendmail: it would wait for ever. */
static int
set_listen(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (check_caller(o, row, e) < 0)
		return -1;
	o->socket = value[0] != '\0' ? value : NULL;
	set_action(o, ACTION_LISTEN);
	return 0;
}

/* 5m, 1h30m, or seconds alone, as sendmail's -q has them. */
static int
read_interval(struct options *o, const char *text)
{
	static const char units[] = "smhdw";
	static const int64_t seconds[] = { 1, 60, 3600, 86400, 604800 };
	int64_t all = 0;

	while (*text != '\0') {
		int64_t n = 0;
		const char *unit;

		for (; *text >= '0' && *text <= '9' && n < 100000000; text++)
			n = n * 10 + (*text - '0');
		unit = *text == '\0' ? units : strchr(units, *text);
		if (unit == NULL || n >= 100000000)
			return -1;
		all += n * seconds[unit - units];
		text += *text != '\0';
	}
	o->interval = all * 1000000;
	return 0;
}

/* -q5m runs it for ever; -qI, -qR, -qS a part of it, due or not. */
static int
set_queue_run(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	const char **parts[] = { &o->wish.id, &o->wish.recipient,
		&o->wish.sender };
	const char *letters = "IRS", *at;

	at = value[0] == '\0' ? NULL : strchr(letters, value[0]);
	if (at != NULL ? value[1] == '\0' : read_interval(o, value) < 0)
		return bad_value(
		    row, value, "an interval, Iid, Rrecipient, Ssender", e);
	if (at != NULL) {
		*parts[at - letters] = value + 1;
		o->wish.now = true;
	}
	set_action(o, ACTION_FLUSH);
	return 0;
}

/* They add up: the first of two must not be taken for done. */
static int
add_queue_id(
    struct options *o, enum action what, const char *id, struct error *e)
{
	if (o->queue_ids_n == QUEUE_IDS_MOST)
		return error_set(
		    e, ERR_USAGE, "more than %d messages", QUEUE_IDS_MOST);
	o->queue_ids[o->queue_ids_n++] = id;
	set_action(o, what);
	return 0;
}

#define SET_QUEUE(function, what) \
	static int function(struct options *o, \
	    const struct option_row *row UNUSED, const char *value, \
	    struct error *e) \
	{ \
		return add_queue_id(o, what, value, e); \
	}
SET_QUEUE(set_hold, ACTION_HOLD)
SET_QUEUE(set_release, ACTION_RELEASE)
SET_QUEUE(set_remove, ACTION_REMOVE)
SET_QUEUE(set_retry, ACTION_RETRY)
SET_ACTION(set_queue, ACTION_QUEUE)
SET_ACTION(set_flush, ACTION_FLUSH)

/* -oeq, -e q: say nothing; the other modes all mean what we do anyway. */
static int
set_error_mode(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	if (strchr("mepqw", value[0]) == NULL || value[0] == '\0')
		return bad_value(row, value, "m, e, p, q, w", e);
	if (value[0] == 'q')
		o->form = REPORT_QUIET;
	return 0;
}

/* i: now, b: in the background, q and d: by the next run over the queue. */
static int
set_delivery(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	static const char letters[] = "ifbqd";
	static const enum delivery meant[] = { DELIVERY_NOW, DELIVERY_NOW,
		DELIVERY_BACKGROUND, DELIVERY_QUEUE, DELIVERY_QUEUE };
	const char *at = value[0] == '\0' ? NULL : strchr(letters, value[0]);

	if (at == NULL)
		return bad_value(row, value, "i, b, q, d, f", e);
	o->delivery = meant[at - letters];
	return 0;
}

/* -o's letters: -oi, -oitrue, -oe?, -ov; the rest tune other programs. */
static int
set_classic(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	switch (value[0]) {
	case 'i':
		o->ignore_dots = true;
		break;
	case 'e':
		return set_error_mode(o, row, value + 1, e);
	case 'v':
		return set_verbose(o, row, value, e);
	case 'd':
		return set_delivery(o, row, value + 1, e);
	case 'A':
		o->aliases_to_check = value + 1;
		break;
	default:
		break;
	}
	return 0;
}

static int
set_long_classic(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	struct bytes rest = bytes_of(value), name = bytes_take(&rest, '=');

	if (bytes_is_case(name, "IgnoreDots"))
		o->ignore_dots = rest.n == 0 || strchr("tTyY1", rest.p[0]);
	else if (bytes_is_case(name, "ErrorMode"))
		return set_error_mode(o, row, rest.p, e);
	else if (bytes_is_case(name, "DeliveryMode"))
		return set_delivery(o, row, rest.p, e);
	return 0;
}

/* Never written: a web page that can name it could plant a file. */
static int
set_traffic_log(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	(void)o;
	(void)row;
	if (value[0] != 'V')
		return 0;
	error_set(e, ERR_USAGE, "option -XV is not supported");
	return error_hint(e, "VERP is a matter of the sender's address");
}

/* ---- making a message ---------------------------------------------------------------- */

static int
set_compose_field(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	return composing_field(&o->composing, row->name, row->key, value, e);
}

int
set_header(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	return set_compose_field(o, row, value, e);
}

static int
set_attach(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (check_caller(o, row, e) < 0)
		return -1;
	return composing_attach(&o->composing, value, e);
}

static int
set_of_attachment(struct options *o, const struct option_row *row,
    const char *value, struct error *e)
{
	struct attachment *last = composing_last(&o->composing);

	if (check_caller(o, row, e) < 0)
		return -1;
	if (last == NULL)
		return error_set(
		    e, ERR_USAGE, "no --attach stands before --%s", row->name);
	if (strcmp(row->name, "attach-name") == 0)
		last->name = value;
	else
		last->type = value;
	return 0;
}

static int
set_html(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	if (check_caller(o, row, e) < 0)
		return -1;
	if (o->composing.what.html != NULL)
		return error_set(e, ERR_USAGE, "--html is there twice");
	o->composing.what.html = value;
	o->composing.asked = true;
	return 0;
}

SETTER(set_charset, o->composing.charset = value; o->composing.asked = true)

/* ---- the table --------------------------------------------------------------------- */

/* clang-format off */
const struct option_row option_rows[] = {
	{ .help = "Which account" },
	{ "account", 'a', ARG, "NAME", set_account, NULL, "send by this account" },
	{ "file", 'C', ARG, "FILE", set_file, NULL, "read this configuration and no other" },
	{ "from", 'f', ARG, "ADDR", set_sender, NULL, "envelope sender; '<>' is the null one" },
	{ NULL, 'r', ARG, "ADDR", set_sender, NULL, "the same" },
	{ "read-recipients", 't', NO_ARG, NULL, set_read_recipients, NULL, "recipients from To, Cc and Bcc too" },
	{ "read-envelope-from", '\0', NO_ARG, NULL, set_read_from, NULL, "envelope sender from the header" },
	{ "aliases", '\0', ARG, "FILE", set_aliases, NULL, "read the aliases there; off: none" },
	{ NULL, 'n', NO_ARG, NULL, set_no_aliases, NULL, "no aliases" },
	{ "full-name", 'F', ARG, "NAME", set_full_name, NULL, "the sender's name, if From has to be added" },

	{ .help = "Account settings for this call" },
	{ "host", '\0', ARG, "HOST", set_key, "host", "server: name, name:port, address, /socket, srv:domain" },
	{ "port", '\0', ARG, "N", set_key, "port", "port" },
	{ "protocol", '\0', ARG, "P", set_protocol, "protocol", "smtp or lmtp; with -bs, on the standard input" },
	{ "tls", '\0', ARG, "T", set_key, "tls", "required, implicit, starttls or off" },
	{ "tls-trust-file", '\0', ARG, "FILE", set_key, "tls_trust_file", "authorities to trust, PEM" },
	{ "tls-fingerprint", '\0', ARG, "HASH", set_key, "tls_fingerprint", "the certificate to accept" },
	{ "tls-cert-file", '\0', ARG, "FILE", set_key, "tls_cert_file", "client certificate, PEM" },
	{ "tls-key-file", '\0', ARG, "FILE", set_key, "tls_key_file", "its key, PEM" },
	{ "tls-min-version", '\0', ARG, "V", set_key, "tls_min_version", "1.2 or 1.3" },
	{ "auth", '\0', ARG, "A", set_key, "auth", "auto, off, or mechanisms" },
	{ "user", '\0', ARG, "USER", set_key, "user", "login" },
	{ "password-command", '\0', ARG, "CMD", set_key, "password_command", "command that prints the password" },
	{ "password-file", '\0', ARG, "FILE", set_key, "password_file", "file that holds the password" },
	{ "ehlo-name", '\0', ARG, "NAME", set_key, "ehlo_name", "name to greet the server with" },
	{ "domain", '\0', ARG, "NAME", set_key, "ehlo_name", "the same" },
	{ "timeout", '\0', ARG, "T", set_key, "timeout", "for each step: 60s, 5m" },
	{ "source-ip", '\0', ARG, "ADDR", set_key, "source_ip", "address to connect from, or address:port" },

	{ .help = "Composing (standard input is the body)" },
	{ "subject", '\0', ARG, "TEXT", set_compose_field, "Subject", "the subject" },
	{ "to", '\0', ARG, "LIST", set_compose_field, "To", "recipients, who are named in To; operands are, too" },
	{ "cc", '\0', ARG, "LIST", set_compose_field, "Cc", "recipients of a copy" },
	{ "bcc", '\0', ARG, "LIST", set_compose_field, "Bcc", "recipients that nobody is told of" },
	{ "reply-to", '\0', ARG, "LIST", set_compose_field, "Reply-To", "where answers are to go" },
	{ "header", '\0', ARG, "'NAME: TEXT'", set_header, NULL, "one more header field" },
	{ "attach", '\0', ARG, "FILE", set_attach, NULL, "attach a file; -: the standard input" },
	{ "attach-name", '\0', ARG, "NAME", set_of_attachment, NULL, "call it so" },
	{ "attach-type", '\0', ARG, "TYPE", set_of_attachment, NULL, "its media type, such as application/pdf" },
	{ "html", '\0', ARG, "FILE", set_html, NULL, "the same text as HTML; -: the body is HTML" },
	{ "charset", '\0', ARG, "NAME", set_charset, NULL, "charset of the body; else the locale's" },

	{ .help = "Delivery" },
	{ NULL, 'i', NO_ARG, NULL, set_ignore_dots, NULL, "a lone dot does not end the message" },
	{ "dsn-notify", 'N', ARG, "LIST", set_notify, NULL, "ask for reports: never, success, failure, delay" },
	{ "dsn-return", 'R', ARG, "WHAT", set_return, NULL, "what reports return: full, hdrs" },
	{ "envid", 'V', ARG, "ID", set_envid, NULL, "envelope identifier for reports" },
	{ "mail-option", '\0', ARG, "K[=V]", set_added, "mail_options", "parameter for MAIL" },
	{ "rcpt-option", '\0', ARG, "K[=V]", set_added, "rcpt_options", "parameter for each RCPT" },
	{ "undisclosed-recipients", '\0', NO_ARG, NULL, set_undisclosed, NULL, "hide To and Cc" },
	{ NULL, 'G', NO_ARG, NULL, set_gateway, NULL, "from a gateway: add no From" },

	{ .help = "Seeing" },
	{ NULL, 'v', NO_ARG, NULL, set_verbose, NULL, "show the conversation (debug level 1)" },
	{ "debug-level", '\0', ARG, "N", set_debug_level, NULL, "0 to 3; 2 adds times, 3 what goes on underneath" },
	{ NULL, 'd', JOINED_ARG, "N", set_classic_debug, NULL, "the same, the number joined" },
	{ "debug-file", '\0', ARG, "FILE", set_debug_file, NULL, "trace there, not on the standard error" },
	{ "debug-format", '\0', ARG, "FORM", set_debug_format, NULL, "text or json" },
	{ "show-secrets", '\0', NO_ARG, NULL, set_show_secrets, NULL, "hide no password in the trace" },
	{ "report", '\0', ARG, "FORM", set_report, NULL, "text, json or quiet" },
	{ "progress", '\0', ARG, "WHEN", set_progress, NULL, "auto or never: how far a large message has got" },
	{ "pretend", 'P', NO_ARG, NULL, set_pretend, NULL, "do all but connect; show it" },

	{ .help = "Other actions" },
	{ "check", '\0', NO_ARG, NULL, set_check, NULL, "check the configuration" },
	{ "show-config", '\0', NO_ARG, NULL, set_show_config, NULL, "print it, each key with where it was set" },
	{ "server-info", 'S', NO_ARG, NULL, set_server_info, NULL, "print what the server offers" },
	{ "verify", '\0', ARG, "ADDR", set_question, "VRFY", "ask the server whether it knows an address" },
	{ "expand", '\0', ARG, "LIST", set_question, "EXPN", "ask it who is on a list" },
	{ "command", '\0', ARG, "LINE", set_question, NULL, "say any command to it; these may be repeated" },
	{ "noop", '\0', NO_ARG, NULL, set_noop, NULL, "log in and no more" },
	{ "queue", '\0', NO_ARG, NULL, set_queue, NULL, "print what waits (mailq)" },
	{ "flush", '\0', NO_ARG, NULL, set_flush, NULL, "try what waits and is due" },
	{ "retry", '\0', ARG, "ID", set_retry, NULL, "make a message due, or all: the next --flush tries it" },
	{ "hold", '\0', ARG, "ID", set_hold, NULL, "keep a message back, or all" },
	{ "release", '\0', ARG, "ID", set_release, NULL, "no longer" },
	{ "remove", '\0', ARG, "ID", set_remove, NULL, "delete a message that waits, or all" },
	{ "serve", '\0', JOINED_ARG, "SOCKET", set_listen, NULL, "relay for the users of this machine, by LMTP there" },
	{ "version", '\0', NO_ARG, NULL, set_version, NULL, "print the version" },
	{ "help", '\0', NO_ARG, NULL, set_help, NULL, "print this" },

	{ .help = "Kept for callers of sendmail" },
	{ NULL, 'b', ARG, "MODE", set_mode, NULL, "m: send a message; p: show the queue; i: check the aliases; v: show where an address leads; s: speak SMTP" },
	{ NULL, 'q', JOINED_ARG, "WHAT", set_queue_run, NULL, "try what waits and is due; 5m: every five minutes; Iid, Rrecipient, Ssender: a part of it, at once" },
	{ NULL, 'I', NO_ARG, NULL, set_newaliases, NULL, "the same as -bi" },
	{ NULL, 'o', MUST_JOIN, "X", set_classic, NULL, "i as -i, v as -v, e as -e; di: deliver now, db: in the background, dq: by the next run over the queue; other letters are ignored" },
	{ NULL, 'O', ARG, "X=V", set_long_classic, NULL, "IgnoreDots=true as -i, ErrorMode=x as -ex, DeliveryMode=x as -odx; others are ignored" },
	{ NULL, 'e', ARG, "X", set_error_mode, NULL, "q: report nothing" },
	{ NULL, 'B', ARG, "TYPE", set_ignored, NULL, NULL },
	{ NULL, 'A', ARG, "X", set_ignored, NULL, NULL },
	{ NULL, 'L', ARG, "TAG", set_tag, NULL, "log under this name" },
	{ NULL, 'X', ARG, "FILE", set_traffic_log, NULL, NULL },
	{ NULL, 'h', ARG, "N", set_ignored, NULL, NULL },
	{ NULL, 'p', ARG, "X", set_ignored, NULL, NULL },
	{ NULL, 'T', JOINED_ARG, "X", set_ignored, NULL, NULL },
	{ NULL, 'U', NO_ARG, NULL, set_smtputf8, NULL, "ask for SMTPUTF8 wherever it is offered" },
	{ NULL, 'c', NO_ARG, NULL, set_ignored, NULL, NULL },
	{ NULL, 'm', NO_ARG, NULL, set_ignored, NULL, NULL },
	{ NULL, 's', NO_ARG, NULL, set_ignored, NULL, NULL },
	{ NULL, 'x', NO_ARG, NULL, set_ignored, NULL, NULL },
	{ NULL, 'D', ARG, "FILE", set_refused, "--debug-file=FILE keeps the trace", NULL },
	{ NULL, 'E', NO_ARG, NULL, set_refused, "there is nothing to do in its stead", NULL },
	{ NULL, 'J', NO_ARG, NULL, set_refused, "there is nothing to do in its stead", NULL },
	{ NULL, 'M', JOINED_ARG, "X", set_refused, "macros are sendmail's own", NULL },
	{ NULL, 'Q', JOINED_ARG, "X", set_refused, "mailq shows what waits", NULL },
};
/* clang-format on */

const size_t option_rows_n = sizeof(option_rows) / sizeof(option_rows[0]);
