#include "conf/aliases.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_aliases(void);

static const char file[] =
    "# comment\n"
    "root: admin@corp.test\n"
    "team: bob@corp.test, carol@corp.test,\n"
    "\tdave@corp.test\n"
    "nested: team, root\n"
    "piped: \"|/bin/cat > x\"\n"
    "filed: /var/mail/x\n"
    "x400: /s=ann/@corp.test\n"
    "Loop1: loop2\n"
    "loop2: loop1\n"
    "self: self, root\n"
    "final: \\root\n"
    "null: /dev/null\n"
    "half: /dev/null, root\n"
    "empty:   ,\n"
    "\"quoted name\": root\n"
    "here: root@localhost, team@host.test, root@corp.test\n"
    "root: second@corp.test\n"
    "crlf: root\r\n"
    "long: a@x.test, \\\n"
    "b@x.test\n"
    "open: \"a\n"
    "include: :include:relative\n";

static const struct {
	const char *from, *leads; /* NULL: refused */
	size_t discarded;
	const char *why;
} rows[] = {
	{ "root", "admin@corp.test second@corp.test", 0, NULL },
	{ "ROOT", "admin@corp.test second@corp.test", 0, NULL },
	{ "team", "bob@corp.test carol@corp.test dave@corp.test", 0, NULL },
	{ "nested",
	    "bob@corp.test carol@corp.test dave@corp.test admin@corp.test "
	    "second@corp.test",
	    0, NULL },
	{ "nobody", "nobody", 0, NULL },
	{ "root@localhost", "admin@corp.test second@corp.test", 0, NULL },
	{ "root@HOST.test", "admin@corp.test second@corp.test", 0, NULL },
	{ "root@corp.test", "root@corp.test", 0, NULL },
	{ "x400", "/s=ann/@corp.test", 0, NULL },
	{ "self", "self admin@corp.test second@corp.test", 0, NULL },
	{ "final", "root", 0, NULL },
	{ "null", "", 1, NULL },
	{ "half", "admin@corp.test second@corp.test", 1, NULL },
	{ "here",
	    "admin@corp.test second@corp.test bob@corp.test carol@corp.test "
	    "dave@corp.test root@corp.test",
	    0, NULL },
	{ "crlf", "admin@corp.test second@corp.test", 0, NULL },
	{ "long", "a@x.test b@x.test", 0, NULL },
	{ "piped", NULL, 0, ":6: alias 'piped' runs a command" },
	{ "filed", NULL, 0, ":7: alias 'filed' writes into a file" },
	{ "loop1", NULL, 0, ":9: alias 'Loop1' leads nowhere" },
	{ "empty", NULL, 0, ":15: alias 'empty' leads nowhere" },
	{ "open", NULL, 0, ":22: alias 'open' has a quote" },
	{ "include", NULL, 0, ":23: alias 'include' includes a file that has" },
};

static struct aliases *
open_text(const char *text, struct buf *said)
{
	char path[] = "/tmp/aliases.XXXXXX";
	struct error e = ERROR_NONE;
	struct aliases *a;
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (int)strlen(text));
	close(fd);
	a = aliases_open(path, said, &e);
	ck_assert_msg(a != NULL, "%s", e.text);
	unlink(path);
	return a;
}

static void
check_targets(const struct alias_targets *t, int row)
{
	struct buf got = BUF(4096);

	for (size_t i = 0; i < t->to.n; i++)
		buf_addf(&got, "%s%s", i > 0 ? " " : "", t->to.list[i].text);
	ck_assert_str_eq(buf_text(&got), rows[row].leads);
	ck_assert_uint_eq(t->discarded, rows[row].discarded);
	buf_clear(&got);
}

START_TEST(a_name_leads_where_it_should)
{
	struct alias_targets t = ALIAS_TARGETS;
	struct error e = ERROR_NONE;
	struct buf said = BUF(4096);
	struct aliases *a = open_text(file, &said);
	struct address from;
	int rc;

	ck_assert_int_eq(address_parse(&from, bytes_of(rows[_i].from), &e), 0);
	rc = aliases_expand(a, &from, "host.test", &t, &e);
	ck_assert_int_eq(rc, rows[_i].leads == NULL ? -1 : 0);
	if (rc == 0)
		check_targets(&t, _i);
	else {
		ck_assert_int_eq(e.kind, ERR_CONFIG);
		ck_assert_msg(
		    strstr(e.text, rows[_i].why) != NULL, "%s", e.text);
	}
	ck_assert_uint_eq(said.n, 0);
	alias_targets_clear(&t);
	address_clear(&from);
	aliases_close(a);
	buf_clear(&said);
}
END_TEST

/* One after the other with the same file: nothing is kept from the first. */
START_TEST(an_expansion_leaves_no_trace)
{
	struct buf said = BUF(4096);
	struct aliases *a = open_text(file, &said);
	struct error e = ERROR_NONE;
	struct address from;

	ck_assert_int_eq(address_parse(&from, BYTES("nested"), &e), 0);
	for (int i = 0; i < 2; i++) {
		struct alias_targets t = ALIAS_TARGETS;

		ck_assert_int_eq(aliases_expand(a, &from, NULL, &t, &e), 0);
		ck_assert_uint_eq(t.to.n, 5);
		alias_targets_clear(&t);
	}
	address_clear(&from);
	aliases_close(a);
	buf_clear(&said);
}
END_TEST

static const struct {
	const char *text, *said;
} bad_lines[] = {
	{ "a: b\nno alias\n", ":2: this is no alias" },
	{ " a: b\n", ":1: this line continues none" },
	{ "a, b: c\n", ":1: this is no alias" },
	{ "\"a: b\n", ":1: this is no alias" },
	{ ": b\n", ":1: this is no alias" },
};

START_TEST(bad_lines_are_told)
{
	struct buf said = BUF(4096);
	struct aliases *a = open_text(bad_lines[_i].text, &said);

	ck_assert_msg(strstr(buf_text(&said), bad_lines[_i].said) != NULL, "%s",
	    buf_text(&said));
	aliases_close(a);
	buf_clear(&said);
}
END_TEST

START_TEST(all_are_checked)
{
	struct buf said = BUF(1 << 16);
	struct aliases *a = open_text(file, &said);
	size_t n;

	ck_assert_uint_eq(aliases_check(a, &said, &n), 2);
	ck_assert_uint_eq(n, 20);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'piped' runs"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'empty' names nobody"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'open' has a quote"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'Loop1' leads nowhere"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'loop2' leads nowhere"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "'include' includes a"));
	aliases_close(a);
	buf_clear(&said);
}
END_TEST

START_TEST(a_long_chain_is_refused)
{
	struct alias_targets t = ALIAS_TARGETS;
	struct buf text = BUF(1 << 16), said = BUF(4096);
	struct error e = ERROR_NONE;
	struct aliases *a;
	struct address from;

	for (int i = 0; i < 1000; i++)
		buf_addf(&text, "a%d: a%d\n", i, i + 1);
	a = open_text(buf_text(&text), &said);
	ck_assert_int_eq(address_parse(&from, BYTES("a0"), &e), 0);
	ck_assert_int_eq(aliases_expand(a, &from, NULL, &t, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "leads too far"));
	alias_targets_clear(&t);
	address_clear(&from);
	aliases_close(a);
	buf_clear(&text);
	buf_clear(&said);
}
END_TEST

Suite *
suite_aliases(void)
{
	Suite *s = suite_create("aliases");
	TCase *t = tcase_create("aliases");

	tcase_add_loop_test(t, a_name_leads_where_it_should, 0, ROWS(rows));
	tcase_add_test(t, an_expansion_leaves_no_trace);
	tcase_add_loop_test(t, bad_lines_are_told, 0, ROWS(bad_lines));
	tcase_add_test(t, all_are_checked);
	tcase_add_test(t, a_long_chain_is_refused);
	suite_add_tcase(s, t);
	return s;
}
