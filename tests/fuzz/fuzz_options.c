/*
 * Any command line, an argument a line: what is taken has no operand that
 * looks like an option, no line end in what goes into an envelope, and under
 * the name sendmail nothing that a caller of sendmail could not have meant.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "cmd/options.h"
#include "mail/encode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { ARGS_MOST = 64 };

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static void
check_operands(const struct options *o, char **argv, int argc)
{
	bool ended = false;

	want(o->operands >= argv && o->operands <= argv + argc);
	for (char **a = argv; a < o->operands; a++)
		ended = ended || strcmp(*a, "--") == 0;
	for (char **a = o->operands; *a != NULL && !ended; a++)
		want((*a)[0] != '-' || (*a)[1] == '\0');
}

static void
check(struct options *o, char **argv, int argc)
{
	check_operands(o, argv, argc);
	want(o->over_n <= OVERRIDES_MOST);
	want(o->debug_level >= -1);
	want(xtext_valid(buf_bytes(&o->envid)));
	want(o->sender == NULL || !bytes_control(bytes_of(o->sender)));
	if (!o->as_sendmail)
		return;
	want(o->debug_file == NULL && !o->show_secrets);
	for (size_t i = 0; i < o->over_n; i++)
		want(strcmp(o->over[i].key, "mail_options") == 0 ||
		    strcmp(o->over[i].key, "rcpt_options") == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char text[4096], *argv[ARGS_MOST + 1], *rest = text;
	struct error e = ERROR_NONE;
	struct options o;
	int argc = 0;

	if (n >= sizeof(text) || memchr(data, '\0', n) != NULL)
		return 0;
	memcpy(text, data, n);
	text[n] = '\0';
	while (rest != NULL && argc < ARGS_MOST)
		argv[argc++] = strsep(&rest, "\n");
	argv[argc] = NULL;
	options_init(&o);
	if (options_parse(&o, argc, argv, &e) == 0)
		check(&o, argv, argc);
	else
		want(e.kind == ERR_USAGE || e.kind == ERR_OS);
	options_clear(&o);
	return 0;
}
