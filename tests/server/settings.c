#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server/settings.h"

enum option_type { TEXT, NUMBER, FLAG, RULE, RULES };

#define AT(field) offsetof(struct settings, field)

static const struct {
	const char *name;
	enum option_type type;
	size_t at;
	const char *help;
} options[] = {
	{ "address", TEXT, AT(address), "where to listen (127.0.0.1)" },
	{ "port", NUMBER, AT(port), "0: one that is free (0)" },
	{ "socket", TEXT, AT(socket), "a Unix socket instead" },
	{ "port-file", TEXT, AT(port_file), "where to write the port" },
	{ "connections", NUMBER, AT(connections), "end after so many" },
	{ "idle", NUMBER, AT(idle), "seconds to wait for a client (30)" },
	{ "tls", TEXT, AT(tls), "off, implicit, starttls (off)" },
	{ "certs", TEXT, AT(certs), "directory of certificates" },
	{ "cert", TEXT, AT(cert), "the kind to show (good)" },
	{ "client-cert", TEXT, AT(client_cert), "no, ask, demand (no)" },
	{ "priority", TEXT, AT(priority), "for GnuTLS (NORMAL)" },
	{ "lmtp", FLAG, AT(lmtp), "LMTP" },
	{ "name", TEXT, AT(name), "the server's (mail.example.test)" },
	{ "extensions", TEXT, AT(extensions), "EHLO lines, commas between" },
	{ "without", TEXT, AT(without), "EHLO keywords to leave out" },
	{ "auth", TEXT, AT(auth), "mechanisms to offer" },
	{ "auth-before-tls", FLAG, AT(auth_before_tls), "before STARTTLS too" },
	{ "open", FLAG, AT(open), "take mail without AUTH" },
	{ "strict", FLAG, AT(strict), "no early byte without PIPELINING" },
	{ "latency", NUMBER, AT(latency), "milliseconds before an answer" },
	{ "max-recipients", NUMBER, AT(max_recipients), "452 after so many" },
	{ "size", NUMBER, AT(size), "limit, offered as SIZE" },
	{ "user", TEXT, AT(user), "who may log in (user)" },
	{ "password", TEXT, AT(password), "and how, or the token (secret)" },
	{ "iterations", NUMBER, AT(iterations), "of SCRAM (4096)" },
	{ "on", RULE, 0, "a rule of the script" },
	{ "script", RULES, 0, "a file of rules" },
	{ "seed", NUMBER, AT(script.seed), "of its rules with a chance (0)" },
	{ "store", TEXT, AT(store), "directory for what arrives" },
	{ "discard", FLAG, AT(discard), "count the content, keep none" },
	{ "quiet", FLAG, AT(quiet), "do not print the port" },
	{ "make-certs", TEXT, AT(make_certs), "fill a directory, and end" },
	{ "help", FLAG, AT(help), "this" },
};

enum { OPTIONS_N = sizeof(options) / sizeof(options[0]) };

static const struct settings usual = {
	.address = "127.0.0.1",
	.idle = 30,
	.tls = "off",
	.cert = "good",
	.client_cert = "no",
	.priority = "NORMAL",
	.name = "mail.example.test",
	.extensions = "PIPELINING,8BITMIME,SMTPUTF8,DSN,ENHANCEDSTATUSCODES",
	.without = "",
	.auth = "",
	.iterations = 4096,
	.user = "user",
	.password = "secret",
};

static int
number(const char *text, unsigned *to, struct error *e)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 || value > UINT_MAX)
		return error_set(e, ERR_USAGE, "'%s' is not a number", text);
	*to = (unsigned)value;
	return 0;
}

static int
set(struct settings *s, size_t i, const char *value, struct error *e)
{
	char *field = (char *)s + options[i].at;

	switch (options[i].type) {
	case TEXT:
		memcpy(field, &value, sizeof(value));
		return 0;
	case FLAG:
		*(bool *)field = true;
		return 0;
	case NUMBER:
		return number(value, (unsigned *)(void *)field, e);
	case RULE:
		return script_add(&s->script, bytes_of(value), e);
	case RULES:
		return script_load(&s->script, value, e);
	}
	return 0;
}

static int
check(const struct settings *s, struct error *e)
{
	if (!list_has("off implicit starttls", bytes_of(s->tls)))
		return error_set(e, ERR_USAGE, "unknown --tls '%s'", s->tls);
	if (!list_has("no ask demand", bytes_of(s->client_cert)))
		return error_set(
		    e, ERR_USAGE, "unknown --client-cert '%s'", s->client_cert);
	if (strcmp(s->tls, "off") != 0 && s->certs == NULL)
		return error_set(e, ERR_USAGE, "TLS wants --certs");
	return 0;
}

int
settings_read(struct settings *s, int argc, char **argv, struct error *e)
{
	struct option names[OPTIONS_N + 1] = { 0 };
	int i = -1, c;

	*s = usual;
	for (size_t n = 0; n < OPTIONS_N; n++)
		names[n] = (struct option){ .name = options[n].name,
			.has_arg = options[n].type == FLAG
			    ? no_argument
			    : required_argument };
	while ((c = getopt_long(argc, argv, "", names, &i)) != -1)
		if (c != 0)
			return error_set(e, ERR_USAGE, "see --help");
		else if (set(s, (size_t)i, optarg, e) < 0)
			return error_in(e, "--%s", options[i].name);
	if (optind < argc)
		return error_set(
		    e, ERR_USAGE, "superfluous argument '%s'", argv[optind]);
	return check(s, e);
}

void
settings_clear(struct settings *s)
{
	script_clear(&s->script);
}

void
settings_help(struct buf *out)
{
	for (size_t i = 0; i < OPTIONS_N; i++)
		buf_addf(
		    out, "  --%-16s %s\n", options[i].name, options[i].help);
}

struct bytes
list_take(struct bytes *list)
{
	struct bytes word;

	while (list->n > 0 && (list->p[0] == ' ' || list->p[0] == ','))
		*list = bytes_skip(*list, 1);
	word = *list;
	for (word.n = 0; word.n < list->n; word.n++)
		if (word.p[word.n] == ' ' || word.p[word.n] == ',')
			break;
	*list = bytes_skip(*list, word.n);
	return word;
}

bool
list_has(const char *list, struct bytes word)
{
	struct bytes rest = bytes_of(list), one;

	while ((one = list_take(&rest)).n > 0)
		if (bytes_same_case(one, word))
			return true;
	return false;
}
