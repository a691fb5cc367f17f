#include "cmd/options.h"

#include <stdio.h>
#include <string.h>

#include "base/clean.h"
#include "cmd/option_table.h"
#include "conf/nearest.h"

enum { OPTIONS_MOST = 128 };

/*
 * Nothing that goes into a line of ours may end it; a name may be tamed, and
 * --header looks at its own, where a tab is white space.
 */
static int
check_value(const struct option_row *row, const char *value, struct error *e)
{
	if (row->letter == 'F' || !bytes_control(bytes_of(value)))
		return 0;
	if (row->set == set_header)
		return 0;
	if (row->name != NULL)
		return error_set(e, ERR_USAGE,
		    "control character in the value of --%s", row->name);
	return error_set(
	    e, ERR_USAGE, "control character in the value of -%c", row->letter);
}

static int
set_value(struct options *o, const struct option_row *row, const char *value,
    struct error *e)
{
	return check_value(row, value, e) < 0 ? -1 : row->set(o, row, value, e);
}

static const struct option_row *
row_of_letter(char letter)
{
	for (size_t i = 0; i < option_rows_n; i++)
		if (letter != '\0' && option_rows[i].letter == letter)
			return &option_rows[i];
	return NULL;
}

static const struct option_row *
row_of_name(struct bytes name)
{
	for (size_t i = 0; i < option_rows_n; i++)
		if (option_rows[i].name != NULL &&
		    bytes_is(name, option_rows[i].name))
			return &option_rows[i];
	return NULL;
}

const char *
options_name(const char *argv0)
{
	const char *slash = argv0 == NULL ? NULL : strrchr(argv0, '/');

	if (argv0 == NULL)
		return "sendoff";
	return slash != NULL ? slash + 1 : argv0;
}

/* ---- parsing ------------------------------------------------------------------------- */

struct args {
	char **next; /* the next word */
	struct options *o;
};

static int
unknown_letter(char letter, struct error *e)
{
	char shown[80];

	if (letter == '\0')
		error_set(e, ERR_USAGE, "'-' is no recipient");
	else
		error_set(e, ERR_USAGE, "unknown option -%s",
		    clean_copy(
			shown, sizeof(shown), (struct bytes){ &letter, 1 }));
	return error_hint(e,
	    "see --help; put -- before a recipient that "
	    "begins with '-'");
}

static int
unknown_name(struct bytes name, struct error *e)
{
	const char *names[OPTIONS_MOST + 1], *found;
	char shown[80];
	size_t n = 0;

	for (size_t i = 0; i < option_rows_n && n < OPTIONS_MOST; i++)
		if (option_rows[i].name != NULL)
			names[n++] = option_rows[i].name;
	names[n] = NULL;
	error_set(e, ERR_USAGE, "unknown option --%s",
	    clean_copy(shown, sizeof(shown), name));
	if (bytes_is(name, "password"))
		return error_hint(e,
		    "a password on the command line can be seen by everybody; "
		    "use --password-file or --password-command");
	found = nearest(name, names);
	if (found != NULL)
		return error_hint(e, "did you mean --%s?", found);
	return error_hint(e, "see --help");
}

static int
needs_value(const struct option_row *row, struct error *e)
{
	if (row->name != NULL)
		return error_set(
		    e, ERR_USAGE, "option --%s wants a value", row->name);
	return error_set(e, ERR_USAGE, "option -%c wants a value", row->letter);
}

static int
parse_long(struct args *a, const char *word, struct error *e)
{
	struct bytes name = bytes_of(word);
	const char *value = strchr(word, '=');
	const struct option_row *row;

	if (value != NULL)
		name.n = (size_t)(value++ - word);
	row = row_of_name(name);
	if (row == NULL)
		return unknown_name(name, e);
	if (row->arity == NO_ARG && value != NULL)
		return error_set(
		    e, ERR_USAGE, "option --%s takes no value", row->name);
	if (row->arity == ARG && value == NULL && *a->next != NULL)
		value = *a->next++;
	if (row->arity == ARG && value == NULL)
		return needs_value(row, e);
	return set_value(a->o, row, value == NULL ? "" : value, e);
}

/* -oM takes a word of its own when nothing is joined; Exim's callers. */
static void
skip_macro(struct args *a, const char *value)
{
	static const char *const macros[] = { "Ma", "Maa", "Mai", "Mas", "Mi",
		"Mm", "Mr", "Ms", "Mt" };

	for (size_t i = 0; i < sizeof(macros) / sizeof(macros[0]); i++)
		if (strcmp(value, macros[i]) == 0 && *a->next != NULL)
			a->next++;
}

/*
 * -P and -S mean other things to other sendmails, or nothing; who calls us one
 * wants a message to be sent.
 */
static bool
is_known(const struct options *o, char letter)
{
	return row_of_letter(letter) != NULL &&
	    (!o->as_sendmail || (letter != 'P' && letter != 'S'));
}

/* One letter of a cluster; *rest is what stands behind it. */
static int
parse_letter(struct args *a, const char **rest, struct error *e)
{
	const struct option_row *row = row_of_letter(**rest);
	const char *value = "";

	if (!is_known(a->o, **rest))
		return unknown_letter(**rest, e);
	(*rest)++;
	if (row->arity != NO_ARG) {
		value = *rest;
		*rest += strlen(*rest);
	}
	if (row->arity == ARG && *value == '\0') {
		if (*a->next == NULL)
			return needs_value(row, e);
		value = *a->next++;
	}
	if (row->arity == MUST_JOIN && *value == '\0')
		return needs_value(row, e);
	if (row->letter == 'o')
		skip_macro(a, value);
	return set_value(a->o, row, value, e);
}

static int
parse_cluster(struct args *a, const char *word, struct error *e)
{
	const char *rest = word;

	do
		if (parse_letter(a, &rest, e) < 0)
			return -1;
	while (*rest != '\0');
	return 0;
}

/* What reads no message must not let anybody believe that it does. */
static bool
reads_no_message(const struct options *o)
{
	switch (o->action) {
	case ACTION_CHECK:
	case ACTION_SHOW_CONFIG:
	case ACTION_SERVER_INFO:
	case ACTION_ASK:
	case ACTION_QUEUE:
	case ACTION_FLUSH:
	case ACTION_HOLD:
	case ACTION_RELEASE:
	case ACTION_REMOVE:
	case ACTION_RETRY:
	case ACTION_NEWALIASES:
	case ACTION_LISTEN:
	case ACTION_NOTHING:
		return true;
	case ACTION_SEND:
	case ACTION_PRETEND:
	case ACTION_VERIFY:
	case ACTION_SERVE:
	case ACTION_VERSION:
	case ACTION_HELP:
		break;
	}
	return false;
}

/*
 * One of ours beside any other would be taken for done, and not be; so would
 * -bp beside -q.
 */
static bool
are_at_odds(unsigned actions)
{
	const unsigned ours = 1U << ACTION_PRETEND | 1U << ACTION_CHECK |
	    1U << ACTION_SHOW_CONFIG | 1U << ACTION_SERVER_INFO |
	    1U << ACTION_ASK | 1U << ACTION_HOLD | 1U << ACTION_RELEASE |
	    1U << ACTION_REMOVE | 1U << ACTION_RETRY | 1U << ACTION_LISTEN;
	const unsigned of_queue = 1U << ACTION_QUEUE | 1U << ACTION_FLUSH;
	bool several = (actions & (actions - 1)) != 0;

	return ((actions & ours) != 0 && several) ||
	    (actions & of_queue) == of_queue;
}

static int
check_actions(const struct options *o, struct error *e)
{
	if (!are_at_odds(o->actions))
		return 0;
	error_set(e, ERR_USAGE, "these options do different things");
	return error_hint(e,
	    "one of -P, -S, --check, --show-config, --serve, --hold, "
	    "--release, "
	    "--remove, --retry, -b and -q at a time, or several "
	    "of --verify, --expand, --command, --noop");
}

/* They are of what waits, for whichever account. */
static bool
is_of_spool(const struct options *o)
{
	switch (o->action) {
	case ACTION_QUEUE:
	case ACTION_FLUSH:
	case ACTION_HOLD:
	case ACTION_RELEASE:
	case ACTION_REMOVE:
	case ACTION_RETRY:
		return true;
	default:
		return false;
	}
}

static int
check_action(const struct options *o, struct error *e)
{
	char shown[80];

	if (check_actions(o, e) < 0)
		return -1;
	if (reads_no_message(o) && o->read_recipients)
		return error_set(e, ERR_USAGE,
		    "option -t stands beside one that reads no message");
	if (is_of_spool(o) && o->account_said)
		return error_set(e, ERR_USAGE,
		    "option -a stands beside one that is of the messages of "
		    "all accounts");
	if (!reads_no_message(o) && o->action != ACTION_SERVE)
		return 0;
	if (*o->operands == NULL)
		return 0;
	return error_set(e, ERR_USAGE, "'%s' is one word too many",
	    clean_copy(shown, sizeof(shown), bytes_of(*o->operands)));
}

/* Behind the first operand an option would be a mistake, or an attack. */
static int
check_operands(char **operand, struct error *e)
{
	char shown[80];

	for (; *operand != NULL; operand++)
		if (**operand == '-') {
			error_set(e, ERR_USAGE,
			    "'%s' stands behind a recipient",
			    clean_copy(
				shown, sizeof(shown), bytes_of(*operand)));
			return error_hint(e,
			    "options go first; put -- before a recipient "
			    "that begins with '-'");
		}
	return 0;
}

static int
parse_options(struct options *o, int argc, char **argv, struct error *e)
{
	struct args a = { argv + (argc > 0), o };

	while (*a.next != NULL && **a.next == '-') {
		const char *word = *a.next++;

		if (strcmp(word, "--") == 0) {
			o->operands = a.next;
			return 0;
		}
		if (word[1] == '-' ? parse_long(&a, word + 2, e) < 0
				   : parse_cluster(&a, word + 1, e) < 0)
			return -1;
	}
	o->operands = a.next;
	return check_operands(a.next, e);
}

static int
settle_composing(struct options *o, struct error *e)
{
	if (!o->composing.asked)
		return 0;
	if (o->action != ACTION_SEND && o->action != ACTION_PRETEND)
		return error_set(e, ERR_USAGE,
		    "an option that makes a message stands beside one that "
		    "sends none");
	if (o->read_recipients || o->read_envelope_from || o->gateway) {
		error_set(e, ERR_USAGE,
		    "an option that makes a message stands beside -t, -G or "
		    "--read-envelope-from, which want one that is made");
		return error_hint(e, "--to, --cc and --bcc name recipients");
	}
	if (o->no_input)
		return error_set(e, ERR_IO, "the standard input is closed");
	return composing_settle(
	    &o->composing, o->operands, &o->sender, &o->full_name, e);
}

static int
add_up(struct options *o, const char *key, struct buf *list, struct error *e)
{
	if (list->n == 0 || options_override(o, key, buf_text(list), key))
		return 0;
	return error_set(e, ERR_USAGE, "too many options");
}

/* The other names that a sendmail has. */
static enum action
action_of(const char *name)
{
	static const struct {
		const char *name;
		enum action action;
	} names[] = {
		{ "mailq", ACTION_QUEUE },
		{ "runq", ACTION_FLUSH },
		{ "newaliases", ACTION_NEWALIASES },
		{ "hoststat", ACTION_NOTHING },
		{ "purgestat", ACTION_NOTHING },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i].name) == 0)
			return names[i].action;
	return ACTION_SEND;
}

/* Who may set an account's protocol is asked here, for -bs may come last. */
static int
settle_protocol(struct options *o, struct error *e)
{
	if (o->protocol == NULL || o->action == ACTION_SERVE)
		return 0;
	if (o->as_sendmail) {
		error_set(e, ERR_USAGE,
		    "option --protocol is not taken under the name sendmail");
		return error_hint(e, "call sendoff");
	}
	if (options_override(o, "protocol", o->protocol, "protocol"))
		return 0;
	return error_set(e, ERR_USAGE, "too many options");
}

int
options_parse(struct options *o, int argc, char **argv, struct error *e)
{
	o->as_sendmail = strcmp(options_name(argv[0]), "sendmail") == 0;
	o->action = action_of(options_name(argv[0]));
	if (parse_options(o, argc, argv, e) < 0 || check_action(o, e) < 0 ||
	    settle_protocol(o, e) < 0 || settle_composing(o, e) < 0 ||
	    add_up(o, "mail_options", &o->mail_options, e) < 0)
		return -1;
	return add_up(o, "rcpt_options", &o->rcpt_options, e);
}

bool
options_override(
    struct options *o, const char *key, const char *value, const char *origin)
{
	if (o->over_n == OVERRIDES_MOST)
		return false;
	o->over[o->over_n++] = (struct conf_override){ key, value, origin };
	return true;
}

void
options_init(struct options *o)
{
	*o = (struct options){ .debug_level = -1 };
	buf_init(&o->mail_options, 4096);
	buf_init(&o->rcpt_options, 4096);
	buf_init(&o->envid, 1024);
	composing_init(&o->composing);
}

void
options_clear(struct options *o)
{
	buf_clear(&o->mail_options);
	buf_clear(&o->rcpt_options);
	buf_clear(&o->envid);
	composing_clear(&o->composing);
}

/* ---- help ------------------------------------------------------------------------------- */

static void
help_row(const struct option_row *row, struct buf *out)
{
	char names[64] = "", letter[8] = "    ";

	if (row->letter != '\0')
		snprintf(letter, sizeof(letter), "-%c%s", row->letter,
		    row->name != NULL ? ", " : "  ");
	snprintf(names, sizeof(names), "%s%s%s%s",
	    row->name != NULL ? "--" : "", row->name != NULL ? row->name : "",
	    row->arg == NULL        ? ""
		: row->name != NULL ? "="
				    : "",
	    row->arg != NULL ? row->arg : "");
	buf_addf(out, "  %s%-26s %s\n", letter, names, row->help);
}

void
options_help(struct buf *out)
{
	buf_adds(out,
	    "usage: sendoff [option ...] [--] [recipient ...] < message\n"
	    "Hand one message to the mail server of an account.\n");
	for (size_t i = 0; i < option_rows_n; i++) {
		if (option_rows[i].set == NULL)
			buf_addf(out, "\n%s:\n", option_rows[i].help);
		else if (option_rows[i].help != NULL)
			help_row(&option_rows[i], out);
	}
	buf_adds(
	    out, "\nAccepted and ignored: -A -B -T -X -c -h -m -p -s -x\n");
}
