/*
 * Every function of sendoff.h, called from a script on standard input: a line
 * a call, its words the arguments; what came of it is printed.
 * usage: steps [lmtp] [tls] [clear] [trust=FILE] [level=N] [timeout=MS]
 *              [name=NAME]
 *
 *	connect HOST PORT, data WORD..., mail SENDER [OPTION]..., sendmail
 *	SENDER TO..., send_message (the message is what `letter' has gathered),
 *	extn KEYWORD, refused, and the others as they are named there
 */
#include <sendoff.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS_MOST = 16 };

static struct sendoff *s;
static char letter[1 << 16];
static char *word[WORDS_MOST + 1];
static size_t words;

static const char *const *
rest(size_t i)
{
	return (const char *const *)&word[i];
}

static int
call_connect(void)
{
	return sendoff_connect(s, word[1], (unsigned)atoi(word[2]));
}

static int
call_docmd(void)
{
	return sendoff_docmd(s, word[1], word[2]);
}

static int
call_ehlo(void)
{
	return sendoff_ehlo(s, word[1]);
}

static int
call_helo(void)
{
	return sendoff_helo(s, word[1]);
}

static int
call_needed(void)
{
	return sendoff_ehlo_or_helo_if_needed(s);
}

static int
call_verify(void)
{
	return sendoff_verify(s, word[1]);
}

static int
call_expn(void)
{
	return sendoff_expn(s, word[1]);
}

static int
call_help(void)
{
	return sendoff_help(s, word[1]);
}

static int
call_noop(void)
{
	return sendoff_noop(s);
}

static int
call_rset(void)
{
	return sendoff_rset(s);
}

static int
call_starttls(void)
{
	return sendoff_starttls(s);
}

static int
call_login(void)
{
	return sendoff_login(s, word[1], word[2]);
}

static int
call_auth(void)
{
	return sendoff_auth(s, word[1], word[2], word[3]);
}

static int
call_no_initial(void)
{
	sendoff_no_initial_response(s, true);
	return 0;
}

static int
call_mail(void)
{
	return sendoff_mail(s, word[1], rest(2));
}

static int
call_rcpt(void)
{
	return sendoff_rcpt(s, word[1], rest(2));
}

static int
call_data(void)
{
	return sendoff_data(s, letter, strlen(letter));
}

static int
call_sendmail(void)
{
	return sendoff_sendmail(s, word[1], rest(2), letter, strlen(letter));
}

static int
call_send_message(void)
{
	return sendoff_send_message(
	    s, NULL, NULL, letter, strlen(letter), NULL);
}

static int
call_extn(void)
{
	const char *params = sendoff_extn(s, word[1]);

	printf("%s: %s\n", word[1], params != NULL ? params : "not offered");
	return sendoff_has_extn(s, word[1]) == (params != NULL) ? 0 : -1;
}

static int
call_refused(void)
{
	const struct sendoff_refused *r;

	for (size_t i = 0; (r = sendoff_refused(s, i)) != NULL; i++)
		printf("%s: %d %s\n", r->address, r->code, r->text);
	return 0;
}

static int
call_facts(void)
{
	const char *tls = sendoff_tls(s), *mechanism = sendoff_mechanism(s);

	printf("tls %s, mechanism %s\n", tls != NULL ? tls : "none",
	    mechanism != NULL ? mechanism : "none");
	return 0;
}

static int
call_quit(void)
{
	sendoff_quit(s);
	return 0;
}

static int
call_close(void)
{
	sendoff_close(s);
	return 0;
}

static int
call_level(void)
{
	sendoff_set_debuglevel(s, atoi(word[1]));
	return 0;
}

/* Words of a line of the message; none is an empty line. */
static int
call_letter(void)
{
	for (size_t i = 1; i < words; i++) {
		strcat(letter, word[i]);
		strcat(letter, i + 1 < words ? " " : "");
	}
	strcat(letter, "\n");
	return 0;
}

static const struct {
	const char *name;
	int (*call)(void);
} calls[] = {
	{ "connect", call_connect },
	{ "docmd", call_docmd },
	{ "ehlo", call_ehlo },
	{ "helo", call_helo },
	{ "ehlo_or_helo_if_needed", call_needed },
	{ "verify", call_verify },
	{ "expn", call_expn },
	{ "help", call_help },
	{ "noop", call_noop },
	{ "rset", call_rset },
	{ "starttls", call_starttls },
	{ "login", call_login },
	{ "auth", call_auth },
	{ "no_initial_response", call_no_initial },
	{ "mail", call_mail },
	{ "rcpt", call_rcpt },
	{ "data", call_data },
	{ "sendmail", call_sendmail },
	{ "send_message", call_send_message },
	{ "extn", call_extn },
	{ "refused", call_refused },
	{ "facts", call_facts },
	{ "quit", call_quit },
	{ "close", call_close },
	{ "set_debuglevel", call_level },
	{ "letter", call_letter },
};

/* A reply's lines in one. */
static void
print_reply(void)
{
	printf("%d ", sendoff_code(s));
	for (const char *c = sendoff_text(s); *c != '\0'; c++)
		putchar(*c == '\n' ? '|' : *c);
	putchar('\n');
}

static bool
quiet(const char *name)
{
	static const char *const names[] = { "letter", "extn", "facts",
		"refused", "set_debuglevel", "no_initial_response" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
tell(int rc)
{
	const struct sendoff_error *e = sendoff_error(s);

	if (rc > 0)
		print_reply();
	else if (rc < 0)
		printf("error %s %d, exit %d%s: %s\n", e->kind, e->code,
		    e->status, e->maybe_delivered ? ", maybe" : "", e->text);
	else if (!quiet(word[0]))
		printf("ok %s\n", word[0]);
}

static void
run(char *line)
{
	words = 0;
	for (char *w = strtok(line, " \n"); w != NULL && words < WORDS_MOST;
	     w = strtok(NULL, " \n"))
		word[words++] = w;
	for (size_t i = words; i <= WORDS_MOST; i++)
		word[i] = NULL;
	for (size_t i = 0; words > 0 && i < sizeof(calls) / sizeof(calls[0]);
	     i++)
		if (strcmp(word[0], calls[i].name) == 0)
			tell(calls[i].call());
}

static void
option(struct sendoff_options *o, const char *arg)
{
	if (strcmp(arg, "lmtp") == 0)
		o->lmtp = true;
	else if (strcmp(arg, "tls") == 0)
		o->implicit_tls = true;
	else if (strcmp(arg, "clear") == 0)
		o->password_in_clear = true;
	else if (strncmp(arg, "trust=", 6) == 0)
		o->trust_file = arg + 6;
	else if (strncmp(arg, "level=", 6) == 0)
		o->debug_level = atoi(arg + 6);
	else if (strncmp(arg, "timeout=", 8) == 0)
		o->timeout = atoi(arg + 8);
	else if (strncmp(arg, "name=", 5) == 0)
		o->local_hostname = arg + 5;
}

int
main(int argc, char **argv)
{
	struct sendoff_options o = { .timeout = 5000 };
	char line[1024];

	signal(SIGPIPE, SIG_IGN);
	for (int i = 1; i < argc; i++)
		option(&o, argv[i]);
	s = sendoff_new(&o);
	if (s == NULL)
		return 71;
	while (fgets(line, sizeof(line), stdin) != NULL)
		run(line);
	sendoff_free(s);
	return 0;
}
