#include "conf/secret.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>

#include "conf/command.h"
#include "conf/netrc.h"
#include "conf/prompt.h"
#include "conf/words.h"
#include "help.h"

Suite *suite_conf_secret(void);

/* An account whose password is described by text, in the file's syntax. */
static void
account(struct scene *s, struct account *a, const char *password)
{
	char text[4096];

	snprintf(text, sizeof(text),
	    "accounts: { a: { host = \"smtp.example.org\"; user = \"jane\";\n"
	    "password%s;\n}; };\n",
	    password);
	scene_must(s, text);
	ck_assert_int_eq(scene_account(s, "a", a), 0);
	s->e = ERROR_NONE;
}

static int
get(const struct account *a, struct buf *out, struct error *e)
{
	buf_init(out, 1 << 16);
	return secret_read(a, false, out, e);
}

/* ---- files ----------------------------------------------------------------- */

static const struct {
	const char *content, *password; /* NULL: an error */
	mode_t mode;
} files[] = {
	{ "sekrit\n", "sekrit", 0600 },
	{ "sekrit", "sekrit", 0400 },
	{ "sekrit\r\nsecond line\n", "sekrit", 0600 },
	{ " two words ", " two words ", 0600 },
	{ "密码\n", "密码", 0600 },
	{ "", NULL, 0600 },
	{ "\nsecond\n", NULL, 0600 },
	{ "sekrit\n", NULL, 0644 },
	{ "sekrit\n", NULL, 0604 },
	{ "sekrit\n", NULL, 0620 },
};

START_TEST(a_file)
{
	struct scene s;
	struct account a;
	struct buf out;
	char path[300], text[400];
	int rc;

	scene_open(&s);
	snprintf(path, sizeof(path), "%s/secret", s.dir);
	scene_write(path, files[_i].content, files[_i].mode);
	snprintf(text, sizeof(text), ": { file = \"%s\"; }", path);
	account(&s, &a, text);
	rc = get(&a, &out, &s.e);
	if (files[_i].password != NULL) {
		ck_assert_msg(rc == 0, "%s", s.e.text);
		ck_assert_str_eq(buf_text(&out), files[_i].password);
	} else {
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(error_exit(&s.e), EX_NOPERM);
		ck_assert_ptr_null(strstr(s.e.text, "sekrit"));
		ck_assert_uint_eq(out.n, 0);
	}
	if (files[_i].mode & 077)
		ck_assert_int_eq(strncmp(s.e.hint, "run: chmod 600 /", 16), 0);
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

START_TEST(root_may_share_with_a_group)
{
	struct scene s;
	struct account a;
	struct buf out;
	char path[300], text[400];

	if (geteuid() != 0)
		return;
	scene_open(&s);
	snprintf(path, sizeof(path), "%s/secret", s.dir);
	snprintf(text, sizeof(text), ": { file = \"%s\"; }", path);
	scene_write(path, "sekrit\n", 0640);
	account(&s, &a, text);
	ck_assert_int_eq(get(&a, &out, &s.e), 0);
	buf_clear(&out);
	ck_assert_int_eq(chown(path, 12345, 0), 0);
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	buf_clear(&out);
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(a_file_that_is_not_there)
{
	struct scene s;
	struct account a;
	struct buf out;

	scene_open(&s);
	account(&s, &a, ": { file = \"/nowhere/at/all\"; }");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	ck_assert_ptr_nonnull(strstr(s.e.text, "/nowhere/at/all"));
	ck_assert_ptr_nonnull(strstr(s.e.text, "sendoff.conf:2: "));
	account_clear(&a);
	buf_clear(&out);
	account(&s, &a, ": { file = \"/proc/self/mem\"; }");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_ptr_nonnull(strstr(s.e.text, "cannot read '/proc/self/mem'"));
	account_clear(&a);
	buf_clear(&out);
	account(&s, &a, ": { file = \"/tmp\"; }");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_ptr_nonnull(strstr(s.e.text, "is a directory"));
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

START_TEST(a_credential)
{
	struct scene s;
	struct account a;
	struct buf out;
	char path[300];

	scene_open(&s);
	account(&s, &a, ": { credential = \"smtp\"; }");
	unsetenv("CREDENTIALS_DIRECTORY");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_str_eq(s.e.hint, "in the unit: LoadCredential=smtp:FILE");
	buf_clear(&out);
	/* The manager sets the modes there, and knows why. */
	snprintf(path, sizeof(path), "%s/smtp", s.dir);
	scene_write(path, "sekrit\n", 0444);
	setenv("CREDENTIALS_DIRECTORY", s.dir, 1);
	s.e = ERROR_NONE;
	ck_assert_int_eq(get(&a, &out, &s.e), 0);
	ck_assert_str_eq(buf_text(&out), "sekrit");
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

START_TEST(the_environment)
{
	struct scene s;
	struct account a;
	struct buf out;

	scene_open(&s);
	account(&s, &a, ": { env = \"SENDOFF_TEST_SECRET\"; }");
	unsetenv("SENDOFF_TEST_SECRET");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_ptr_nonnull(strstr(s.e.text, "SENDOFF_TEST_SECRET"));
	buf_clear(&out);
	setenv("SENDOFF_TEST_SECRET", "sekrit", 1);
	s.e = ERROR_NONE;
	ck_assert_int_eq(get(&a, &out, &s.e), 0);
	ck_assert_str_eq(buf_text(&out), "sekrit");
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

START_TEST(a_literal_and_none)
{
	struct scene s;
	struct account a;
	struct buf out;

	scene_open(&s);
	account(&s, &a, " = \"sekrit\"");
	ck_assert_int_eq(get(&a, &out, &s.e), 0);
	ck_assert_str_eq(buf_text(&out), "sekrit");
	buf_clear(&out);
	account_clear(&a);
	scene_must(&s, "accounts: { a: { host = \"localhost\"; }; };\n");
	ck_assert_int_eq(scene_account(&s, "a", &a), 0);
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

/* ---- commands -------------------------------------------------------------- */

static const struct {
	const char *script, *line; /* NULL: an error */
	const char *says;          /* in the error's text */
} commands[] = {
	{ "echo sekrit", "sekrit", NULL },
	{ "printf sekrit", "sekrit", NULL },
	{ "printf 'sekrit\\nmore\\n'", "sekrit", NULL },
	{ "printf 'se'; sleep 0.2; printf 'krit\\n'", "sekrit", NULL },
	{ "echo sekrit; seq 1 100000", "sekrit", NULL },
	{ "test ! -t 0 && cat && echo sekrit", "sekrit", NULL },
	{ "(sleep 5) & echo sekrit", "sekrit", NULL },
	{ "test -e /proc/self/fd/9 || echo sekrit", "sekrit", NULL },
	{ "exit 3", NULL, "failed with status 3" },
	{ "echo sekrit; exit 1", NULL, "failed with status 1" },
	{ "kill -TERM $$", NULL, "killed by signal 15" },
	{ "true", NULL, "printed nothing" },
	{ "echo", NULL, "printed nothing" },
	{ "seq -s, 1 5000", NULL, "too long" },
	{ "sleep 30", NULL, "took over 1 s" },
	{ "exec >&-; sleep 30", NULL, "took over 1 s" },
	{ "while :; do echo sekrit; done", NULL, "took over 1 s" },
};

START_TEST(a_command)
{
	char *argv[] = { "sh", "-c", (char *)(uintptr_t)commands[_i].script,
		NULL };
	struct buf out = BUF(4096);
	struct error e = ERROR_NONE;
	bool slow = commands[_i].says != NULL &&
	    strstr(commands[_i].says, "took over") != NULL;
	int rc;

	ck_assert_int_eq(dup2(2, 9), 9);
	rc = command_read(argv, slow ? 1 : 20, &out, &e);
	if (commands[_i].line != NULL) {
		ck_assert_msg(rc == 0, "%s", e.text);
		ck_assert_str_eq(buf_text(&out), commands[_i].line);
	} else {
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(e.kind, ERR_SECRET);
		ck_assert_ptr_nonnull(strstr(e.text, commands[_i].says));
		ck_assert_ptr_null(strstr(e.text, "sekrit"));
		ck_assert_int_eq(e.transient, slow);
	}
	buf_clear(&out);
}
END_TEST

START_TEST(no_such_command)
{
	char *argv[] = { "/nowhere/pass", "show", "sekrit", NULL };
	struct buf out = BUF(4096);
	struct error e = ERROR_NONE;

	ck_assert_int_eq(command_read(argv, 20, &out, &e), -1);
	ck_assert_str_eq(
	    e.text, "cannot run '/nowhere/pass': No such file or directory");
	buf_clear(&out);
}
END_TEST

/* Whatever our parent did to us.  (The C library keeps 32 and 33.) */
START_TEST(ignored_and_held_signals)
{
	char *argv[] = { "sh", "-c",
		"grep -Eq 'Sig(Ign|Blk):.*[1-9a-f][0-9a-f]{0,6}$' "
		"/proc/self/status || echo sekrit",
		NULL };
	struct buf out = BUF(4096);
	struct error e = ERROR_NONE;
	sigset_t all;

	signal(SIGCHLD, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, NULL);
	ck_assert_msg(command_read(argv, 20, &out, &e) == 0, "%s", e.text);
	ck_assert_str_eq(buf_text(&out), "sekrit");
	ck_assert(signal(SIGCHLD, SIG_DFL) == SIG_IGN);
	buf_clear(&out);
}
END_TEST

/* ---- netrc ----------------------------------------------------------------- */

static const struct {
	const char *text, *host, *user, *password;
} netrcs[] = {
	{ "machine h login u password p", "h", "u", "p" },
	{ "machine h\n\tlogin u\n\tpassword p\n", "H", "u", "p" },
	{ "machine h password p login u", "h", "u", "p" },
	{ "machine h login x password a machine h login u password p", "h", "u",
	    "p" },
	{ "machine x login u password a machine h password p", "h", "u", "p" },
	{ "machine h login u account z password p", "h", "u", "p" },
	{ "machine h login u password \"a \\\"b\\\\\"", "h", "u", "a \"b\\" },
	{ "machine h login u password \"\"", "h", "u", "" },
	{ "machine h login u password #p", "h", "u", "#p" },
	{ "# machine h login u password x\nmachine h login u password p", "h",
	    "u", "p" },
	{ "macdef m\nmachine h login u password x\n\nmachine h password p", "h",
	    "u", "p" },
	{ "default login u password p", "h", "u", "p" },
	{ "machine h login u password p default password x", "h", "u", "p" },
	{ "machine h login x password p", "h", "", "p" },
	{ "machine machine login u password p", "machine", "u", "p" },
	{ "machine h login u", "h", "u", NULL },
	{ "machine h login x password p", "h", "u", NULL },
	{ "machine h2 login u password p", "h", "u", NULL },
	{ "login u password p", "h", "u", NULL },
	{ "machine h login u password", "h", "u", NULL },
	{ "machine", "h", "u", NULL },
	{ "\"", "h", "u", NULL },
	{ "\"\"", "h", "u", NULL },
	{ "", "h", "u", NULL },
};

START_TEST(a_netrc)
{
	struct buf out = BUF(4096);
	bool found = netrc_find(bytes_of(netrcs[_i].text),
	    bytes_of(netrcs[_i].host), bytes_of(netrcs[_i].user), &out);

	ck_assert_int_eq(found, netrcs[_i].password != NULL);
	if (found)
		ck_assert_str_eq(buf_text(&out), netrcs[_i].password);
	else
		ck_assert_uint_eq(out.n, 0);
	buf_clear(&out);
}
END_TEST

START_TEST(netrc_of_an_account)
{
	struct scene s;
	struct account a;
	struct buf out;
	char path[300], text[400];

	scene_open(&s);
	snprintf(path, sizeof(path), "%s/.netrc", s.dir);
	snprintf(text, sizeof(text), ": { netrc = \"%s\"; }", path);
	scene_write(path,
	    "machine smtp.example.org login jane password sekrit\n", 0600);
	account(&s, &a, text);
	ck_assert_int_eq(get(&a, &out, &s.e), 0);
	ck_assert_str_eq(buf_text(&out), "sekrit");
	buf_clear(&out);
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	buf_clear(&out);
	s.e = ERROR_NONE;
	scene_write(path, "machine other login jane password sekrit\n", 0600);
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_ptr_nonnull(
	    strstr(s.e.text, "has no password for smtp.example.org"));
	buf_clear(&out);
	account_clear(&a);
	account(&s, &a, ": { netrc = true; }");
	ck_assert_str_eq(a.password.name, "/home/jane/.netrc");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

/* ---- keyring and prompt ---------------------------------------------------- */

START_TEST(the_keyring)
{
	struct scene s;
	struct account a;
	struct buf out;
	char path[300];

	scene_open(&s);
	snprintf(path, sizeof(path), "%s/secret-tool", s.dir);
	scene_write(path, "#!/bin/sh\necho \"$*\"\n", 0700);
	setenv("PATH", s.dir, 1);
	account(&s, &a, ": { keyring = true; }");
	ck_assert_msg(get(&a, &out, &s.e) == 0, "%s", s.e.text);
	ck_assert_str_eq(buf_text(&out),
	    "lookup service smtp host smtp.example.org user jane");
	setenv("PATH", "/bin:/usr/bin", 1);
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

START_TEST(nobody_to_ask)
{
	struct scene s;
	struct account a;
	struct buf out;

	scene_open(&s);
	account(&s, &a, ": { prompt = true; }");
	ck_assert_int_eq(get(&a, &out, &s.e), -1);
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

/* 0: "sekrit" came, 1: an error, 2: something else. */
static int
ask_on_tty(void)
{
	struct buf out = BUF(64);
	struct error e = ERROR_NONE;
	int rc = prompt_read("Password: ", &out, &e);

	if (rc < 0)
		return e.kind == ERR_SECRET ? 1 : 2;
	return strcmp(buf_text(&out), "sekrit") == 0 ? 0 : 2;
}

static const struct {
	const char *typed;
	int exit;   /* of ask_on_tty */
	int signal; /* or what ended it */
} talks[] = {
	{ "sekrit\n", 0, 0 },
	{ "\n", 1, 0 },
	{ "\004", 1, 0 },
	{ "sek\003", 0, SIGINT },
};

/* Read what the terminal shows, until it shows the text. */
static void
see(int tty, struct buf *shown, const char *text)
{
	while (strstr(buf_text(shown), text) == NULL) {
		char *to = buf_room(shown, 256);
		ssize_t n = read(tty, to, 256);

		if (n <= 0)
			return;
		buf_grew(shown, (size_t)n);
	}
}

static bool
echoes(int tty)
{
	struct termios t;

	ck_assert_int_eq(tcgetattr(tty, &t), 0);
	return (t.c_lflag & ECHO) != 0;
}

START_TEST(asking_on_a_terminal)
{
	struct buf shown = BUF(4096);
	int tty, status, slave;
	pid_t pid;
	char name[64];

	ck_assert_int_eq(openpty(&tty, &slave, name, NULL, NULL), 0);
	pid = fork();
	if (pid == 0) {
		signal(SIGINT, SIG_DFL);
		setsid();
		close(slave);
		slave = open(name, O_RDWR);
		_exit(ask_on_tty());
	}
	see(tty, &shown, "Password: ");
	while (echoes(slave))
		usleep(1000);
	ck_assert_int_gt(
	    write(tty, talks[_i].typed, strlen(talks[_i].typed)), 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(echoes(slave));
	close(slave);
	see(tty, &shown, "never seen");
	ck_assert_ptr_null(strstr(buf_text(&shown), "sek"));
	if (talks[_i].signal != 0) {
		ck_assert(WIFSIGNALED(status));
		ck_assert_int_eq(WTERMSIG(status), talks[_i].signal);
	} else {
		ck_assert(WIFEXITED(status));
		ck_assert_int_eq(WEXITSTATUS(status), talks[_i].exit);
	}
	close(tty);
	buf_clear(&shown);
}
END_TEST

#define LOOP(t, f, list) \
	tcase_add_loop_test(t, f, 0, sizeof(list) / sizeof((list)[0]))

Suite *
suite_conf_secret(void)
{
	Suite *s = suite_create("conf_secret");
	TCase *t = tcase_create("sources");
	TCase *c = tcase_create("commands");

	LOOP(t, a_file, files);
	tcase_add_test(t, root_may_share_with_a_group);
	tcase_add_test(t, a_file_that_is_not_there);
	tcase_add_test(t, a_credential);
	tcase_add_test(t, the_environment);
	tcase_add_test(t, a_literal_and_none);
	LOOP(t, a_netrc, netrcs);
	tcase_add_test(t, netrc_of_an_account);
	tcase_add_test(t, nobody_to_ask);
	suite_add_tcase(s, t);
	tcase_set_timeout(c, 60);
	LOOP(c, a_command, commands);
	tcase_add_test(c, no_such_command);
	tcase_add_test(c, ignored_and_held_signals);
	tcase_add_test(c, the_keyring);
	LOOP(c, asking_on_a_terminal, talks);
	suite_add_tcase(s, c);
	return s;
}
