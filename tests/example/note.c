/*
 * The program that the note has, in C: a mail sent step by step.
 * usage: note HOST PORT CA_FILE SENDER CODE RECEIVER <MESSAGE
 */
#include <sendoff.h>
#include <stdio.h>
#include <stdlib.h>

static char letter[1 << 16];

int
main(int argc, char **argv)
{
	struct sendoff_options options = { .implicit_tls = true,
		.debug_level = 2 };
	const char *to[] = { argc == 7 ? argv[6] : NULL, NULL };
	size_t n = fread(letter, 1, sizeof(letter), stdin);
	struct sendoff *server;
	int rc;

	if (argc != 7)
		return 64;
	options.trust_file = argv[3];
	server = sendoff_new(&options);
	if (server == NULL)
		return 71;
	rc = sendoff_connect(server, argv[1], (unsigned)atoi(argv[2]));
	if (rc > 0)
		rc = sendoff_login(server, argv[4], argv[5]);
	if (rc == 0)
		rc = sendoff_sendmail(server, argv[4], to, letter, n);
	if (rc < 0)
		fprintf(stderr, "note: %s\n", sendoff_error(server)->text);
	sendoff_quit(server);
	rc = rc < 0 ? sendoff_error(server)->status : 0;
	sendoff_free(server);
	return rc;
}
