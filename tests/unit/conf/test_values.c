#include "conf/value.h"

#include "conf/check.h"
#include "conf/nearest.h"
#include "conf/number.h"
#include "help.h"

Suite *suite_conf_values(void);

#define LOOP(t, f, list) \
	tcase_add_loop_test(t, f, 0, sizeof(list) / sizeof((list)[0]))

/* ---- numbers --------------------------------------------------------------- */

#define SECOND INT64_C(1000000)

static const struct {
	const char *text;
	int64_t time, size; /* -1: it is none */
} numbers[] = {
	{ "0", 0, 0 },
	{ "7", 7 * SECOND, 7 },
	{ "60s", 60 * SECOND, -1 },
	{ "5m", 300 * SECOND, 5 << 20 },
	{ "5M", 300 * SECOND, 5 << 20 },
	{ "1h30m", 5400 * SECOND, -1 },
	{ "2d", 172800 * SECOND, -1 },
	{ "250ms", 250000, -1 },
	{ "1s500ms", 1500000, -1 },
	{ "10k", -1, 10240 },
	{ "10KB", -1, 10240 },
	{ "3G", -1, INT64_C(3) << 30 },
	{ "3b", -1, 3 },
	{ "9223372036854", 9223372036854 * SECOND, 9223372036854 },
	{ "9223372036855", -1, 9223372036855 },
	{ "9223372036854775807", -1, INT64_MAX },
	{ "9223372036854775808", -1, -1 },
	{ "99999999999999999999", -1, -1 },
	{ "9007199254740992k", -1, -1 },
	{ "106751992d", -1, -1 },
	{ "106751991d24h", -1, -1 },
	{ "", -1, -1 },
	{ "s", -1, -1 },
	{ "-1", -1, -1 },
	{ "+1", -1, -1 },
	{ "1.5", -1, -1 },
	{ " 1", -1, -1 },
	{ "1 s", -1, -1 },
	{ "1h30", -1, -1 },
	{ "1x", -1, -1 },
	{ "10MBs", -1, -1 },
};

START_TEST(a_number)
{
	struct bytes text = bytes_of(numbers[_i].text);
	int64_t n;

	ck_assert_int_eq(time_read(text, &n), numbers[_i].time >= 0);
	if (numbers[_i].time >= 0)
		ck_assert_int_eq(n, numbers[_i].time);
	ck_assert_int_eq(size_read(text, &n), numbers[_i].size >= 0);
	if (numbers[_i].size >= 0)
		ck_assert_int_eq(n, numbers[_i].size);
}
END_TEST

#define TWENTY "aaaaaaaaaaaaaaaaaaaa"
#define LABEL_61 TWENTY TWENTY TWENTY "a"
#define LABEL LABEL_61 "aa"

/* ---- words ----------------------------------------------------------------- */

static const struct {
	int (*check)(struct bytes word, struct error *e);
	const char *word;
	bool good;
} words[] = {
	{ check_host, "smtp.example.org", true },
	{ check_host, "smtp", true },
	{ check_host, "my_relay", true },
	{ check_host, "邮件.example.org", true },
	{ check_host, "192.0.2.1", true },
	{ check_host, "192.0.2.1:25", true },
	{ check_host, "[192.0.2.1]:25", true },
	{ check_host, "::1", true },
	{ check_host, "fe80::1%eth0", true },
	{ check_host, "fe80::1%2", true },
	{ check_host, "fe80::1%abcdefghijklmnop", false },
	{ check_host, LABEL "." LABEL "." LABEL "." LABEL_61, true },
	{ check_host, LABEL "." LABEL "." LABEL "." LABEL_61 "b", false },
	{ check_host, LABEL "b.example", false },
	{ check_host, "[fe80::1%eth0]:25", true },
	{ check_host, "[::1]:65535", true },
	{ check_host, "/run/lmtp", true },
	{ check_host, "srv:example.org", true },
	{ check_host,
	    "SRV:b\xc3\xbc"
	    "cher.example",
	    true },
	{ check_host, "srv:", false },
	{ check_host, "srv:example.org:25", false },
	{ check_host, "srv:192.0.2.1", false },
	{ check_host, "srv:::1", false },
	{ check_host, "srv:/run/lmtp", false },
	{ check_host, "srv:srv:example.org", false },
	{ check_host, "smtp.example.org.", false },
	{ check_host, "smtp..example", false },
	{ check_host, ".example", false },
	{ check_host, "-a.example", false },
	{ check_host, "a b", false },
	{ check_host, "a/b", false },
	{ check_host, "u@h", false },
	{ check_host, "smtp://h", false },
	{ check_host, "h:25:26", false },
	{ check_host, "h:+25", false },
	{ check_host, "h: 25", false },
	{ check_host, "h:65536", false },
	{ check_host, "[::1", false },
	{ check_host, "[::1]25", false },
	{ check_host, "[::1]:", false },
	{ check_host, "[h]:25", false },
	{ check_host, "[]", false },
	{ check_host, ":25", false },
	{ check_host, "h\r\nQUIT", false },
	{ check_host, "::1%", false },
	{ check_host, "::1%a/b", false },
	{ check_name, "smtp.example.org", true },
	{ check_name, "::1", true },
	{ check_name, "smtp.example.org:25", false },
	{ check_ehlo, "mail.example.org", true },
	{ check_ehlo, "localhost", true },
	{ check_ehlo, "[192.0.2.1]", true },
	{ check_ehlo, "[IPv6:2001:db8::1]", true },
	{ check_ehlo, "[2001:db8::1]", false },
	{ check_ehlo, "192.0.2.1 x", false },
	{ check_ehlo, "[256.0.0.1]", false },
	{ check_ehlo, "[]", false },
	{ check_ehlo, "[", false },
	{ check_ehlo, "bücher.example", false },
	{ check_ehlo, "a\r\nMAIL", false },
	{ check_sender, "jane@example.org", true },
	{ check_sender, "jane+tag@[192.0.2.1]", true },
	{ check_sender, "张@例子.example", true },
	{ check_sender, LABEL "b@example.org", true },
	{ check_sender, LABEL "bc@example.org", false },
	{ check_sender, "*@example.org", true },
	{ check_sender, "*", false },
	{ check_sender, "*@*", false },
	{ check_sender, "jane", false },
	{ check_sender, "@example.org", false },
	{ check_sender, "jane@", false },
	{ check_sender, "a b@example.org", false },
	{ check_sender, "<jane@example.org>", false },
	{ check_sender, "jane@exam ple", false },
	{ check_sender, "a@b@c", false },
	{ check_domain, "example.org", true },
	{ check_domain, "auto", true },
	{ check_domain, "a b", false },
	{ check_source, "192.0.2.1", true },
	{ check_source, "192.0.2.1:4025", true },
	{ check_source, "[2001:db8::1]:4025", true },
	{ check_source, "192.0.2.1:", false },
	{ check_source, "192.0.2.1:0", false },
	{ check_source, "[2001:db8::1]4025", false },
	{ check_source, "localhost:4025", false },
	{ check_source, "2001:db8::1", true },
	{ check_source, "example.org", false },
	{ check_option, "SIZE=1000", true },
	{ check_option, "X-TRACE", true },
	{ check_option, "8BIT", true },
	{ check_option, "A=B=C", false },
	{ check_option, "A=", false },
	{ check_option, "=A", false },
	{ check_option, "-A", false },
	{ check_option, "A B", false },
	{ check_option, "A=B C", false },
	{ check_option, "A=\r\nRSET", false },
	{ check_option, "", false },
	{ check_pin,
	    "0011223344556677889900112233445566778899001122334455667788990011",
	    true },
	{ check_pin,
	    "sha256:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:"
	    "33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
	    true },
	{ check_pin,
	    "spki-sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true },
	{ check_pin,
	    "sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false },
	{ check_pin, "spki-sha256:AAAA", false },
	{ check_pin,
	    "00112233445566778899001122334455667788990011223344556677889900",
	    false },
	{ check_pin,
	    "0:0112233445566778899001122334455667788990011223344556677889900:1",
	    false },
	{ check_pin, "", false },
};

START_TEST(a_word)
{
	struct error e = ERROR_NONE;
	int rc = words[_i].check(bytes_of(words[_i].word), &e);

	ck_assert_msg((rc == 0) == words[_i].good, "'%s'", words[_i].word);
	ck_assert_int_eq(e.kind, rc == 0 ? ERR_NONE : ERR_CONFIG);
}
END_TEST

static const struct {
	const char *word, *found;
} typos[] = {
	{ "hots", "host" },
	{ "passwrod", "password" },
	{ "PASSWORD", "password" },
	{ "tiemout", "timeout" },
	{ "prt", "port" },
	{ "x", NULL },
	{ "", NULL },
	{ "completely", NULL },
	{ "passwordpasswordpasswordpasswordpasswordpassword", NULL },
};

START_TEST(a_typo)
{
	static const char *const list[] = { "host", "password", "port",
		"timeout", NULL };
	const char *found = nearest(bytes_of(typos[_i].word), list);

	if (typos[_i].found == NULL)
		ck_assert_ptr_null(found);
	else
		ck_assert_pstr_eq(found, typos[_i].found);
}
END_TEST

/* ---- the table of keys ----------------------------------------------------- */

START_TEST(every_key_is_whole)
{
	const struct key *k = &keys[_i];
	struct conf_key shown;

	ck_assert_ptr_nonnull(k->name);
	ck_assert_ptr_nonnull(k->values);
	ck_assert_ptr_nonnull(k->help);
	ck_assert_uint_lt(strlen(k->help), 64);
	ck_assert(k->name[0] >= 'a' && k->name[0] <= 'z');
	if (_i > 0)
		ck_assert_str_lt(keys[_i - 1].name, k->name);
	ck_assert_ptr_eq(key_find(bytes_of(k->name), k->top), k);
	ck_assert_ptr_null(key_find(bytes_of(k->name), !k->top));
	ck_assert_int_eq(key_id(k), _i);
	ck_assert_int_eq(key_shown(bytes_of(k->name)), k->type != KEY_SECRET);
	if (k->type == KEY_CHOICE || k->type == KEY_FLAGS)
		ck_assert_ptr_nonnull(k->choices);
	ck_assert(conf_key((size_t)_i, &shown));
	ck_assert_str_eq(shown.name, k->name);
	ck_assert(!conf_key(KEYS, &shown));
}
END_TEST

/* Every fallback is a value of its key. */
START_TEST(every_fallback_is_good)
{
	struct error e = ERROR_NONE;
	struct value v = { 0 };

	if (keys[_i].fallback == NULL)
		return;
	ck_assert_msg(value_of_text(&v, &keys[_i], bytes_of(keys[_i].fallback),
			  NULL, &e) == 0,
	    "%s", e.text);
	value_clear(&v);
}
END_TEST

/* What conf_show writes can be read, and shows the same. */
START_TEST(what_is_shown_can_be_read)
{
	struct buf first = BUF(1 << 16), text = BUF(1 << 16),
		   second = BUF(1 << 16);
	struct scene s;
	struct account a;
	struct bytes x, y;

	scene_open(&s);
	s.places.file = "tests/unit/conf/good/every-key.conf";
	scene_must(&s, NULL);
	ck_assert_int_eq(scene_account(&s, "all", &a), 0);
	conf_show(&a, &first);
	account_clear(&a);
	s.places.file = s.file;
	buf_addf(&text, "accounts: {\n%s};\n", buf_text(&first));
	scene_must(&s, buf_text(&text));
	ck_assert_int_eq(scene_account(&s, "all", &a), 0);
	conf_show(&a, &second);
	account_clear(&a);
	x = buf_bytes(&first);
	y = buf_bytes(&second);
	while (x.n > 0) {
		struct bytes p = bytes_take(&x, '\n'), q = bytes_take(&y, '\n');

		p = bytes_head(p, bytes_find(p, BYTES(";  #")));
		q = bytes_head(q, bytes_find(q, BYTES(";  #")));
		ck_assert_msg(
		    bytes_same(p, q), "%.*s, %.*s", BYTES_ARG(p), BYTES_ARG(q));
	}
	ck_assert_uint_eq(y.n, 0);
	/* Every account key but the two that resolve away is there. */
	for (size_t i = 0; i < KEYS; i++) {
		char line[64];

		snprintf(line, sizeof(line), "\t%s = ", keys[i].name);
		ck_assert_msg(keys[i].top || i == KEY_INHERIT ||
			i == KEY_PROVIDER ||
			strstr(buf_text(&first), line) != NULL,
		    "%s is not shown", keys[i].name);
	}
	buf_clear(&first);
	buf_clear(&text);
	buf_clear(&second);
	scene_close(&s);
}
END_TEST

static const struct {
	const char *password, *shown;
} secrets[] = {
	{ " = \"sekrit\"", "password = \"(hidden)\";" },
	{ ": { command = [\"echo\", \"sekrit\"]; }",
	    "password = { command = [\"echo\", \"(hidden)\"]; };" },
	{ ": { file = \"~/x\"; }", "password = { file = \"/home/jane/x\"; };" },
	{ ": { env = \"X\"; }", "password = { env = \"X\"; };" },
	{ ": { credential = \"x\"; }", "password = { credential = \"x\"; };" },
	{ ": { netrc = true; }",
	    "password = { netrc = \"/home/jane/.netrc\"; };" },
	{ ": { keyring = true; }", "password = { keyring = true; };" },
	{ ": { prompt = true; }", "password = { prompt = true; };" },
};

START_TEST(secrets_are_not_shown)
{
	struct buf out = BUF(1 << 16);
	struct scene s;
	struct account a;
	char text[256];

	scene_open(&s);
	snprintf(text, sizeof(text),
	    "accounts: { a: { host = \"h\"; user = \"u\"; password%s; }; };",
	    secrets[_i].password);
	scene_must(&s, text);
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	conf_show(&a, &out);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), secrets[_i].shown));
	ck_assert_ptr_null(strstr(buf_text(&out), "sekrit"));
	account_clear(&a);
	buf_clear(&out);
	scene_close(&s);
}
END_TEST

Suite *
suite_conf_values(void)
{
	Suite *s = suite_create("conf_values");
	TCase *t = tcase_create("words");
	TCase *k = tcase_create("keys");

	LOOP(t, a_number, numbers);
	LOOP(t, a_word, words);
	LOOP(t, a_typo, typos);
	suite_add_tcase(s, t);
	tcase_add_loop_test(k, every_key_is_whole, 0, KEYS);
	tcase_add_loop_test(k, every_fallback_is_good, 0, KEYS);
	tcase_add_test(k, what_is_shown_can_be_read);
	LOOP(k, secrets_are_not_shown, secrets);
	suite_add_tcase(s, k);
	return s;
}
