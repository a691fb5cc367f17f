/*
 * smtp-server: an SMTP and LMTP server for tests, that does as it is told.
 * script.h has the language of its rules, store.h what it leaves behind.
 */
#include <stdio.h>

#include "tests/server/certs.h"
#include "tests/server/serve.h"

static int
help(void)
{
	struct buf text = BUF(65536);

	settings_help(&text);
	printf("usage: smtp-server [option ...]\n\n%s", buf_text(&text));
	buf_clear(&text);
	return 0;
}

static int
run(const struct settings *set, struct error *e)
{
	if (set->help)
		return help();
	if (set->make_certs != NULL)
		return certs_make(set->make_certs, e);
	return serve(set, e);
}

int
main(int argc, char **argv)
{
	struct error e = ERROR_NONE;
	struct settings set;

	if (settings_read(&set, argc, argv, &e) == 0)
		run(&set, &e);
	if (e.kind != ERR_NONE)
		fprintf(stderr, "smtp-server: %s\n", e.text);
	settings_clear(&set);
	return error_exit(&e);
}
