#include "conf/conf.h"

#include "help.h"

Suite *suite_conf_load(void);

#define LOOP(t, f, list) \
	tcase_add_loop_test(t, f, 0, sizeof(list) / sizeof((list)[0]))

static const char preset[] = "providers = (\n"
			     "{ id = \"qq\";\n"
			     "  name = \"QQ\";\n"
			     "  host = \"smtp.qq.com\";\n"
			     "  ports = [\"465 implicit\", \"2587 starttls\", "
			     "\"994 implicit\"];\n"
			     "  from_policy = \"fix\";\n"
			     "  timeout = \"70s\";\n"
			     "}\n"
			     ");\n";

/* ---- who wins -------------------------------------------------------------- */

static const struct {
	const char *defaults, *parent, *account, *environment, *option;
	int64_t seconds;
	const char *origin; /* the end of what conf_show says */
} layers[] = {
	{ "", "", "", NULL, NULL, 300, "# default" },
	{ "", "provider = \"qq\";", "", NULL, NULL, 70, "# preset qq" },
	{ "timeout = 60;", "provider = \"qq\";", "", NULL, NULL, 60,
	    "sendoff.conf:1" },
	{ "timeout = 60;", "timeout = 50;", "", NULL, NULL, 50,
	    "sendoff.conf:3" },
	{ "timeout = 60;", "timeout = 50;", "timeout = 40;", NULL, NULL, 40,
	    "sendoff.conf:4" },
	{ "timeout = 60;", "timeout = 50;", "timeout = 40;", "30s", NULL, 30,
	    "# SENDOFF_TIMEOUT" },
	{ "timeout = 60;", "timeout = 50;", "timeout = 40;", "30s", "20", 20,
	    "# --timeout" },
};

/* Does conf_show say that the key comes from there? */
static void
shown_from(const struct account *a, const char *key, const char *origin)
{
	struct buf out = BUF(1 << 16);
	struct bytes rest, line;
	char start[64];

	snprintf(start, sizeof(start), "\t%s = ", key);
	conf_show(a, &out);
	rest = buf_bytes(&out);
	do
		line = bytes_take(&rest, '\n');
	while (rest.n > 0 && !bytes_starts_case(line, start));
	ck_assert_msg(
	    bytes_find(line, bytes_of(origin)) == line.n - strlen(origin),
	    "%.*s, not %s", BYTES_ARG(line), origin);
	buf_clear(&out);
}

START_TEST(the_nearest_layer_wins)
{
	struct conf_override over[2];
	struct scene s;
	struct account a;
	char text[1024];
	size_t n = 0;

	scene_open(&s);
	scene_write(s.providers, preset, 0644);
	snprintf(text, sizeof(text),
	    "defaults: { %s };\naccounts: {\n"
	    "parent: { host = \"h\"; user = \"a@qq.com\"; %s };\n"
	    "child: { inherit = \"parent\"; %s };\n};\n",
	    layers[_i].defaults, layers[_i].parent, layers[_i].account);
	scene_must(&s, text);
	if (layers[_i].environment != NULL)
		over[n++] = (struct conf_override){ "timeout",
			layers[_i].environment, "SENDOFF_TIMEOUT" };
	if (layers[_i].option != NULL)
		over[n++] = (struct conf_override){ "timeout",
			layers[_i].option, "--timeout" };
	ck_assert_msg(conf_account(s.c,
			  &(struct conf_wish){
			      .name = "child", .over = over, .over_n = n },
			  &a, &s.e) == 0,
	    "%s", s.e.text);
	ck_assert_int_eq(a.timeout, layers[_i].seconds * 1000000);
	shown_from(&a, "timeout", layers[_i].origin);
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(the_users_file_lies_over_the_systems)
{
	struct scene s;
	struct account a;
	const char *const *names;

	scene_open(&s);
	scene_write(s.system,
	    "default_account = \"relay\"; domain = \"example.org\";\n"
	    "defaults: { timeout = 10; connect_timeout = 10; };\n"
	    "accounts: { relay: { host = \"relay\"; };\n"
	    "both: { host = \"system\"; port = 26; }; };\n",
	    0644);
	scene_must(&s,
	    "defaults: { timeout = 20; };\n"
	    "accounts: { both: { host = \"user\"; };\n"
	    "mine: { inherit = \"relay\"; port = 27; }; };\n");
	names = conf_names(s.c);
	ck_assert_str_eq(names[0], "both");
	ck_assert_str_eq(names[1], "mine");
	ck_assert_str_eq(names[2], "relay");
	ck_assert_ptr_null(names[3]);
	ck_assert_str_eq(conf_domain(s.c), "example.org");
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_str_eq(a.name, "relay");
	ck_assert_int_eq(a.timeout, 20000000);
	ck_assert_int_eq(a.connect_timeout, 10000000);
	account_clear(&a);
	ck_assert_int_eq(scene_account(&s, "both", &a), 0);
	ck_assert_str_eq(a.hosts[0].name, "user");
	ck_assert_uint_eq(a.hosts[0].port, 587);
	account_clear(&a);
	ck_assert_int_eq(scene_account(&s, "mine", &a), 0);
	ck_assert_str_eq(a.hosts[0].name, "relay");
	ck_assert_uint_eq(a.hosts[0].port, 27);
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(errors_of_all_files_are_told)
{
	struct scene s;

	scene_open(&s);
	scene_write(s.system, "accounts: { a: { hots = 1; }; };\n", 0644);
	ck_assert(!scene_load(&s, "proxy = 1;\n"));
	ck_assert_str_eq(s.e.text, "2 errors in the configuration");
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&s.report), "sendoff.conf:1: this version"));
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&s.report), "system.conf:1: no key"));
	scene_close(&s);
}
END_TEST

/* ---- the files ------------------------------------------------------------- */

/* As for daemons: their home is no directory, or one that nobody enters. */
START_TEST(a_home_that_cannot_be_entered)
{
	struct scene s;
	char closed[320];

	scene_open(&s);
	scene_write(s.system, "accounts: { a: { host = \"h\"; }; };\n", 0644);
	s.places.user_file = "/dev/null/sendoff.conf";
	scene_must(&s, NULL);
	ck_assert_str_eq(conf_names(s.c)[0], "a");
	snprintf(closed, sizeof(closed), "%s/closed/sendoff.conf", s.dir);
	closed[strlen(closed) - strlen("/sendoff.conf")] = '\0';
	ck_assert_int_eq(mkdir(closed, 0), 0);
	closed[strlen(closed)] = '/';
	s.places.user_file = closed;
	ck_assert_int_eq(chmod(s.dir, 0755), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_msg(scene_load(&s, NULL), "%s", buf_text(&s.report));
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	s.places.file = "/dev/null/sendoff.conf";
	ck_assert(!scene_load(&s, NULL));
	ck_assert_int_eq(error_exit(&s.e), EX_NOINPUT);
	scene_close(&s);
}
END_TEST

/* What the machine offers is no reason not to know his own account. */
START_TEST(the_only_account_of_the_user)
{
	struct account a = ACCOUNT;
	struct scene s;

	scene_open(&s);
	scene_write(s.file, "accounts: { own: { host = \"h\"; }; };\n", 0600);
	scene_write(s.system,
	    "accounts: { x: { host = \"h\"; }; y: { host = \"h\"; }; };\n",
	    0644);
	scene_must(&s, NULL);
	ck_assert_msg(
	    conf_account(s.c, &(struct conf_wish){ .sender = "me@example.org" },
		&a, &s.e) == 0,
	    "%s", s.e.text);
	ck_assert_str_eq(a.name, "own");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(a_file_that_was_named)
{
	struct scene s;

	scene_open(&s);
	scene_write(s.system, "accounts: { a: { host = \"h\"; }; };\n", 0644);
	s.places.file = "/nowhere/sendoff.conf";
	ck_assert(!scene_load(&s, NULL));
	ck_assert_int_eq(error_exit(&s.e), EX_NOINPUT);
	scene_write(s.file, "accounts: { };", 0600);
	s.places.file = s.file;
	ck_assert(scene_load(&s, NULL));
	ck_assert_ptr_null(conf_names(s.c)[0]);
	s.places.file = s.dir;
	ck_assert(!scene_load(&s, NULL));
	ck_assert_int_eq(s.e.kind, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(buf_text(&s.report), "is a directory"));
	scene_close(&s);
}
END_TEST

START_TEST(a_file_closed_to_the_user)
{
	struct scene s;

	scene_open(&s);
	scene_write(s.system, "accounts: { };", 0000);
	ck_assert_int_eq(chmod(s.dir, 0755), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert(!scene_load(&s, NULL));
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	scene_write(s.file, "accounts: { };", 0644);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_assert_msg(scene_load(&s, NULL), "%s", buf_text(&s.report));
	if (getuid() == 0)
		ck_assert_int_eq(seteuid(0), 0);
	scene_close(&s);
}
END_TEST

static const struct {
	const char *password;
	mode_t mode;
	bool good;
} modes[] = {
	{ "= \"sekrit\"", 0600, true },
	{ "= \"sekrit\"", 0400, true },
	{ "= \"sekrit\"", 0644, false },
	{ "= \"sekrit\"", 0604, false },
	{ "= \"sekrit\"", 0660, false },
	{ ": { env = \"A\"; }", 0644, true },
	{ ": { env = \"A\"; }", 0664, true },
	{ ": { env = \"A\"; }", 0666, false },
};

START_TEST(open_files_hold_no_secrets)
{
	struct scene s;
	char text[256];

	scene_open(&s);
	snprintf(text, sizeof(text),
	    "accounts: { a: { host = \"h\"; user = \"u\"; password%s; }; };",
	    modes[_i].password);
	scene_write(s.file, text, modes[_i].mode);
	ck_assert_int_eq(scene_load(&s, NULL), modes[_i].good);
	if (!modes[_i].good) {
		ck_assert_int_eq(error_exit(&s.e), EX_NOPERM);
		ck_assert_ptr_null(strstr(buf_text(&s.report), "sekrit"));
		ck_assert_ptr_nonnull(
		    strstr(buf_text(&s.report), "hint: run: chmod "));
	}
	scene_close(&s);
}
END_TEST

START_TEST(root_may_share_with_a_group)
{
	struct scene s;

	if (geteuid() != 0)
		return;
	scene_open(&s);
	scene_write(s.file,
	    "accounts: { a: { host = \"h\"; user = \"u\"; password = \"x\"; "
	    "}; };",
	    0640);
	ck_assert(scene_load(&s, NULL));
	ck_assert_int_eq(chown(s.file, 12345, 0), 0);
	ck_assert(!scene_load(&s, NULL));
	scene_close(&s);
}
END_TEST

START_TEST(what_is_included)
{
	struct scene s;
	struct account a;
	char path[300];

	scene_open(&s);
	snprintf(path, sizeof(path), "%s/one.conf", s.dir);
	scene_write(path,
	    "one: { host = \"h\"; user = \"u\"; };\n"
	    "/*\n@include \"nowhere\"\n*/\n",
	    0644);
	scene_must(&s,
	    "accounts: {\n"
	    "  @include \"one.conf\"  # beside this file\n"
	    "two: { host = \"i\"; };\n};\n");
	ck_assert_int_eq(scene_account(&s, "one", &a), 0);
	shown_from(&a, "host", "one.conf:1");
	account_clear(&a);
	ck_assert_int_eq(scene_account(&s, "two", &a), 0);
	shown_from(&a, "host", "sendoff.conf:3");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(errors_in_what_is_included)
{
	struct scene s;
	char path[300];

	scene_open(&s);
	snprintf(path, sizeof(path), "%s/one.conf", s.dir);
	scene_write(path,
	    "\none: { host = \"h\"; user = \"u\"; password = \"x\"; };\n",
	    0644);
	ck_assert(!scene_load(&s,
	    "accounts: {\n@include \"one.conf\"\n"
	    "two: { hots = \"i\"; };\n};\n"));
	ck_assert_int_eq(s.e.kind, ERR_SECRET);
	ck_assert_ptr_nonnull(strstr(buf_text(&s.report), "one.conf:2: '"));
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&s.report), "sendoff.conf:3: no key"));
	scene_close(&s);
}
END_TEST

/* What libconfig would need minutes for. */
START_TEST(monsters)
{
	struct buf text = BUF(4 << 20);
	struct scene s;

	scene_open(&s);
	buf_adds(&text, "x-a = \"");
	for (int i = 0; i < 1 << 17; i++)
		buf_adds(&text, "aaaaaaaa");
	buf_adds(&text, "\";");
	ck_assert(!scene_load(&s, buf_text(&text)));
	buf_reset(&text);
	for (int i = 0; i < 1 << 17; i++)
		buf_addf(&text, "x%05x=1;", (unsigned)i);
	ck_assert(!scene_load(&s, buf_text(&text)));
	buf_reset(&text);
	buf_adds(&text, "x-a = ");
	for (int i = 0; i < 1 << 17; i++)
		buf_adds(&text, "\"a\" ");
	ck_assert(!scene_load(&s, buf_text(&text)));
	buf_reset(&text);
	for (int i = 0; i < 1 << 17; i++)
		buf_adds(&text, "a:{");
	ck_assert(!scene_load(&s, buf_text(&text)));
	buf_reset(&text);
	buf_adds(&text, "x-a = ");
	for (int i = 0; i < 1 << 17; i++)
		buf_adds(&text, "(");
	ck_assert(!scene_load(&s, buf_text(&text)));
	ck_assert_ptr_nonnull(strstr(buf_text(&s.report), "nested too deep"));
	buf_reset(&text);
	for (int i = 0; i < 1 << 17; i++)
		buf_adds(&text, "\n");
	ck_assert(!scene_load(&s, buf_text(&text)));
	buf_clear(&text);
	scene_close(&s);
}
END_TEST

/* ---- the choice ------------------------------------------------------------ */

static const char many[] =
    "accounts: {\n"
    "first: { host = \"h\"; from = [\"*@example.org\"]; };\n"
    "second: { host = \"h\";\n"
    "  from = [\"jane@example.org\", \"*@example.net\"]; };\n"
    "third: { host = \"h\"; user = \"jim@example.com\"; };\n"
    "fourth: { inherit = \"third\"; from = \"joe@example.com\"; };\n"
    "};\n";

static const struct {
	const char *sender, *account; /* NULL: an error */
} senders[] = {
	{ "jane@example.org", "second" },
	{ "jane@EXAMPLE.org", "second" },
	{ "Jane@example.org", "first" },
	{ "john@example.org", "first" },
	{ "john@Example.NET", "second" },
	{ "jim@example.com", "third" },
	{ "joe@example.com", "fourth" },
	{ "jack@example.com", NULL },
	{ "jane", NULL },
	{ "jane@sub.example.org", NULL },
	{ "example.org", NULL },
	{ "", NULL },
	{ NULL, NULL },
};

START_TEST(the_sender_chooses)
{
	struct scene s;
	struct account a;
	int rc;

	scene_open(&s);
	scene_must(&s, many);
	rc = conf_account(
	    s.c, &(struct conf_wish){ .sender = senders[_i].sender }, &a, &s.e);
	if (senders[_i].account == NULL) {
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(s.e.kind, ERR_CONFIG);
		ck_assert_str_eq(s.e.hint, "one of: first second third fourth");
	} else {
		ck_assert_int_eq(rc, 0);
		ck_assert_str_eq(a.name, senders[_i].account);
		account_clear(&a);
	}
	scene_close(&s);
}
END_TEST

START_TEST(the_default_is_last)
{
	struct scene s;
	struct account a;
	char text[1024];

	scene_open(&s);
	snprintf(text, sizeof(text), "default_account = \"second\";\n%s", many);
	scene_must(&s, text);
	ck_assert_int_eq(
	    conf_account(s.c,
		&(struct conf_wish){ .sender = "john@example.org" }, &a, &s.e),
	    0);
	ck_assert_str_eq(a.name, "first");
	account_clear(&a);
	ck_assert_int_eq(
	    conf_account(s.c, &(struct conf_wish){ .sender = "x@y" }, &a, &s.e),
	    0);
	ck_assert_str_eq(a.name, "second");
	account_clear(&a);
	ck_assert_int_eq(conf_account(s.c,
			     &(struct conf_wish){ .name = "third",
				 .sender = "john@example.org" },
			     &a, &s.e),
	    0);
	ck_assert_str_eq(a.name, "third");
	account_clear(&a);
	ck_assert_int_eq(conf_account(s.c,
			     &(struct conf_wish){ .name = "secnod" }, &a, &s.e),
	    -1);
	ck_assert_str_eq(s.e.hint, "did you mean 'second'?");
	scene_close(&s);
}
END_TEST

START_TEST(no_account_at_all)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_must(&s, NULL);
	ck_assert_int_eq(scene_account(&s, NULL, &a), -1);
	ck_assert_int_eq(error_exit(&s.e), EX_CONFIG);
	ck_assert_str_eq(s.e.text, "there is no account");
	ck_assert_str_ne(s.e.hint, "");
	scene_close(&s);
}
END_TEST

/* ---- options --------------------------------------------------------------- */

START_TEST(options_make_an_account)
{
	const struct conf_override over[] = {
		{ "host", "smtp.example.org:26", "--host" },
		{ "tls", "off", "--tls" },
		{ "user", "jane", "--user" },
		{ "password_command", "pass 'show it' a\\ b \"c\"d", "-pc" },
		{ "auth", "plain, LOGIN", "--auth" },
		{ "auth_without_tls", "on", "X" },
		{ "dsn_notify", "failure,delay", "-N" },
	};
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_must(&s,
	    "default_account = \"a\"; defaults: { timeout = 7; };\n"
	    "accounts: { a: { host = \"h\"; from_name = \"A\"; }; };\n");
	ck_assert_msg(
	    conf_account(s.c, &(struct conf_wish){ .over = over, .over_n = 7 },
		&a, &s.e) == 0,
	    "%s", s.e.text);
	ck_assert_str_eq(a.hosts[0].name, "smtp.example.org");
	ck_assert_uint_eq(a.hosts[0].port, 26);
	ck_assert_int_eq(a.tls, ACCOUNT_TLS_OFF);
	ck_assert_int_eq(a.timeout, 7000000);
	ck_assert_ptr_null(a.from_name);
	ck_assert_int_eq(a.password.kind, SECRET_COMMAND);
	ck_assert_str_eq(a.password.argv[0], "pass");
	ck_assert_str_eq(a.password.argv[1], "show it");
	ck_assert_str_eq(a.password.argv[2], "a b");
	ck_assert_str_eq(a.password.argv[3], "cd");
	ck_assert_ptr_null(a.password.argv[4]);
	ck_assert_str_eq(a.auth[0], "PLAIN");
	ck_assert_str_eq(a.auth[1], "LOGIN");
	ck_assert(a.auth_without_tls);
	ck_assert_uint_eq(a.dsn_notify, 4 | 8);
	account_clear(&a);
	/* With a name, they go over that account. */
	ck_assert_int_eq(
	    conf_account(s.c,
		&(struct conf_wish){ .name = "a", .over = over, .over_n = 2 },
		&a, &s.e),
	    0);
	ck_assert_str_eq(a.hosts[0].name, "smtp.example.org");
	ck_assert_str_eq(a.from_name, "A");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

static const struct {
	const char *key, *value, *text; /* the error's; NULL: it is good */
} options[] = {
	{ "port", "465", NULL },
	{ "port", "0", "--x: '0' is out of range for 'port'" },
	{ "port", "65536", "--x: '65536' is out of range for 'port'" },
	{ "port", "smtp", "--x: 'smtp' is no value for 'port'" },
	{ "port", "", "--x: '' is no value for 'port'" },
	{ "port", "99999999999999999999",
	    "--x: '99999999999999999999' is no value for 'port'" },
	{ "host", "h:", "--x: host: '' is no port number" },
	{ "host", "h:x", "--x: host: 'x' is no port number" },
	{ "tls", "ssl", "--x: 'ssl' is no value for 'tls'" },
	{ "timeout", "1h30m", NULL },
	{ "timeout", "250ms", NULL },
	{ "timeout", "0", "--x: '0' is out of range for 'timeout'" },
	{ "user", "a\rb", "--x: 'user' holds a control character or no UTF-8" },
	{ "user", "\xff", "--x: 'user' holds a control character or no UTF-8" },
	{ "user", "", "--x: 'user' is empty" },
	{ "password", "x", "--x: 'password' can be set in a file only" },
	{ "inherit", "a", "--x: 'inherit' cannot be set so" },
	{ "accounts", "a", "--x: 'accounts' cannot be set so" },
	{ "nonsense", "a", "--x: 'nonsense' cannot be set so" },
	{ "password_file", "/x", NULL },
	{ "password_env", "X", NULL },
	{ "password_command", "a 'b",
	    "--x: the password command has an "
	    "unclosed quote" },
	{ "password_command", "  ", "--x: the password command is empty" },
	{ "password_file", "",
	    "--x: the source of the password is empty or no text" },
	{ "auth_without_tls", "maybe",
	    "--x: 'maybe' is no value for 'auth_without_tls'" },
	{ "provider", "nobody",
	    "account 'a': --x: there is no provider "
	    "'nobody'" },
	{ "tls_cert_file", "c.pem",
	    "account 'a': --x: 'tls_cert_file' and "
	    "'tls_key_file' go together" },
	{ "from_policy", "fix",
	    "account 'a': 'from_policy' wants an address "
	    "of the account's own" },
};

START_TEST(an_option)
{
	struct conf_override over = { options[_i].key, options[_i].value,
		"--x" };
	struct scene s;
	struct account a;
	int rc;

	scene_open(&s);
	scene_must(
	    &s, "accounts: { a: { host = \"h\"; user = \"jane\"; }; };\n");
	rc = conf_account(s.c,
	    &(struct conf_wish){ .name = "a", .over = &over, .over_n = 1 }, &a,
	    &s.e);
	ck_assert_str_eq(
	    s.e.text, options[_i].text == NULL ? "" : options[_i].text);
	ck_assert_int_eq(rc, options[_i].text == NULL ? 0 : -1);
	if (rc == 0)
		account_clear(&a);
	else
		ck_assert_int_eq(error_exit(&s.e), EX_CONFIG);
	scene_close(&s);
}
END_TEST

START_TEST(a_password_wants_a_user)
{
	const struct conf_override over[] = { { "host", "h", "--host" },
		{ "password_env", "X", "SENDOFF_PASSWORD" } };
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_must(&s, NULL);
	ck_assert_int_eq(
	    conf_account(s.c, &(struct conf_wish){ .over = over, .over_n = 2 },
		&a, &s.e),
	    -1);
	ck_assert_str_eq(s.e.text, "there is a password, but no 'user'");
	scene_close(&s);
}
END_TEST

/* ---- ports and TLS --------------------------------------------------------- */

static const struct {
	const char *keys, *name;
	unsigned port;
	enum account_tls tls;
} ways[] = {
	{ "host = \"h\";", "h", 587, ACCOUNT_TLS_STARTTLS },
	{ "host = \"h\"; tls = \"required\";", "h", 587, ACCOUNT_TLS_STARTTLS },
	{ "host = \"h\"; tls = \"implicit\";", "h", 465, ACCOUNT_TLS_IMPLICIT },
	{ "host = \"h\"; tls = \"off\";", "h", 25, ACCOUNT_TLS_OFF },
	{ "host = \"h\"; port = 465;", "h", 465, ACCOUNT_TLS_IMPLICIT },
	{ "host = \"h\"; port = 465; tls = \"starttls\";", "h", 465,
	    ACCOUNT_TLS_STARTTLS },
	{ "host = \"h\"; port = 25;", "h", 25, ACCOUNT_TLS_STARTTLS },
	{ "host = \"h:465\";", "h", 465, ACCOUNT_TLS_IMPLICIT },
	{ "host = \"h:465\"; port = 25;", "h", 465, ACCOUNT_TLS_IMPLICIT },
	{ "host = \"h\"; protocol = \"lmtp\";", "h", 2003,
	    ACCOUNT_TLS_STARTTLS },
	{ "host = \"h\"; protocol = \"lmtp\"; tls = \"off\";", "h", 2003,
	    ACCOUNT_TLS_OFF },
	{ "host = \"/s\"; protocol = \"lmtp\";", "/s", 0, ACCOUNT_TLS_OFF },
	{ "host = \"/s\"; tls = \"off\";", "/s", 0, ACCOUNT_TLS_OFF },
	{ "host = \"::1\";", "::1", 587, ACCOUNT_TLS_STARTTLS },
	{ "host = \"[::1]\";", "::1", 587, ACCOUNT_TLS_STARTTLS },
	{ "host = \"[::1]:465\";", "::1", 465, ACCOUNT_TLS_IMPLICIT },
	{ "provider = \"qq\";", "smtp.qq.com", 465, ACCOUNT_TLS_IMPLICIT },
	{ "provider = \"qq\"; tls = \"starttls\";", "smtp.qq.com", 2587,
	    ACCOUNT_TLS_STARTTLS },
	{ "provider = \"qq\"; port = 587;", "smtp.qq.com", 587,
	    ACCOUNT_TLS_STARTTLS },
	{ "provider = \"qq\"; port = 994;", "smtp.qq.com", 994,
	    ACCOUNT_TLS_IMPLICIT },
	{ "provider = \"qq\"; port = 995;", "smtp.qq.com", 995,
	    ACCOUNT_TLS_STARTTLS },
	{ "provider = \"qq\"; tls = \"off\";", "smtp.qq.com", 25,
	    ACCOUNT_TLS_OFF },
	{ "provider = \"qq\"; host = \"relay\";", "relay", 465,
	    ACCOUNT_TLS_IMPLICIT },
	{ "host = \"srv:example.org\";", "example.org", 0,
	    ACCOUNT_TLS_REQUIRED },
	{ "host = \"srv:example.org\"; tls = \"starttls\";", "example.org", 0,
	    ACCOUNT_TLS_STARTTLS },
	{ "provider = \"qq\"; host = \"srv:qq.com\";", "qq.com", 0,
	    ACCOUNT_TLS_REQUIRED },
};

START_TEST(a_way_in)
{
	struct scene s;
	struct account a;
	char text[256];

	scene_open(&s);
	scene_write(s.providers, preset, 0644);
	snprintf(text, sizeof(text),
	    "defaults: { from = \"a@qq.com\"; };\naccounts: { a: { %s }; };\n",
	    ways[_i].keys);
	scene_must(&s, text);
	ck_assert_msg(scene_account(&s, NULL, &a) == 0, "%s", s.e.text);
	ck_assert_str_eq(a.hosts[0].name, ways[_i].name);
	ck_assert_uint_eq(a.hosts[0].port, ways[_i].port);
	ck_assert_int_eq(a.hosts[0].tls, ways[_i].tls);
	ck_assert_int_eq(a.tls, ways[_i].tls);
	ck_assert_int_eq(a.hosts[0].is_path, *ways[_i].name == '/');
	account_clear(&a);
	scene_close(&s);
}
END_TEST

START_TEST(a_tilde)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_must(&s,
	    "accounts: { a: { host = \"h\"; user = \"~/u\"; "
	    "tls_trust_file = \"~/ca\"; }; };\n");
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_str_eq(a.user, "~/u");
	ck_assert_str_eq(a.tls_trust_file, "/home/jane/ca");
	account_clear(&a);
	s.places.home = NULL;
	ck_assert(scene_load(&s, NULL));
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_str_eq(a.tls_trust_file, "~/ca");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

/* Hosts with ports of their own get TLS as those want it. */
START_TEST(several_ways_in)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_must(&s, "accounts: { a: { host = [\"h:465\", \"i\"]; }; };\n");
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_int_eq(a.tls, ACCOUNT_TLS_IMPLICIT);
	ck_assert_int_eq(a.hosts[1].tls, ACCOUNT_TLS_STARTTLS);
	ck_assert_uint_eq(a.hosts[1].port, 587);
	account_clear(&a);
	scene_close(&s);
}
END_TEST

Suite *
suite_conf_load(void)
{
	Suite *s = suite_create("conf_load");
	TCase *t = tcase_create("layers");
	TCase *f = tcase_create("files");
	TCase *c = tcase_create("choice");
	TCase *w = tcase_create("ways in");

	tcase_set_timeout(f, 60);

	LOOP(t, the_nearest_layer_wins, layers);
	tcase_add_test(t, the_users_file_lies_over_the_systems);
	tcase_add_test(t, errors_of_all_files_are_told);
	suite_add_tcase(s, t);
	tcase_add_test(f, a_home_that_cannot_be_entered);
	tcase_add_test(f, the_only_account_of_the_user);
	tcase_add_test(f, a_file_that_was_named);
	tcase_add_test(f, a_file_closed_to_the_user);
	LOOP(f, open_files_hold_no_secrets, modes);
	tcase_add_test(f, root_may_share_with_a_group);
	tcase_add_test(f, what_is_included);
	tcase_add_test(f, errors_in_what_is_included);
	tcase_add_test(f, monsters);
	suite_add_tcase(s, f);
	LOOP(c, the_sender_chooses, senders);
	tcase_add_test(c, the_default_is_last);
	tcase_add_test(c, no_account_at_all);
	tcase_add_test(c, options_make_an_account);
	LOOP(c, an_option, options);
	tcase_add_test(c, a_password_wants_a_user);
	suite_add_tcase(s, c);
	LOOP(w, a_way_in, ways);
	tcase_add_test(w, several_ways_in);
	tcase_add_test(w, a_tilde);
	suite_add_tcase(s, w);
	return s;
}
