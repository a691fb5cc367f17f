#include "base/error.h"

#include <check.h>
#include <errno.h>
#include <string.h>

Suite *suite_error(void);

START_TEST(the_first_cause_wins)
{
	struct error e = ERROR_NONE;

	ck_assert_int_eq(error_set(&e, ERR_CONFIG, "bad %s", "key"), -1);
	ck_assert_int_eq(error_set(&e, ERR_OS, "later"), -1);
	errno = ENOENT;
	ck_assert_int_eq(error_sys(&e, ERR_OS, "later"), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_str_eq(e.text, "bad key");
	ck_assert_int_eq(error_hint(&e, "try %d", 1), -1);
	ck_assert_int_eq(error_hint(&e, "try 2"), -1);
	ck_assert_str_eq(e.hint, "try 1");
}
END_TEST

START_TEST(the_systems_reason_follows)
{
	struct error e = ERROR_NONE;

	errno = ENOENT;
	ck_assert_int_eq(error_sys(&e, ERR_OS, "cannot open '%s'", "x"), -1);
	ck_assert_str_eq(e.text, "cannot open 'x': No such file or directory");
}
END_TEST

START_TEST(context_comes_in_front)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_OS, "no room");
	ck_assert_int_eq(error_in(&e, "file '%s'", "f"), -1);
	ck_assert_int_eq(error_in(&e, "account '%s'", "a"), -1);
	ck_assert_str_eq(e.text, "account 'a': file 'f': no room");
}
END_TEST

START_TEST(long_texts_are_cut)
{
	struct error e = ERROR_NONE;
	char text[2000];

	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	errno = ENOENT;
	error_sys(&e, ERR_OS, "%s", text);
	error_in(&e, "%s", text);
	error_hint(&e, "%s", text);
	error_reply(&e, 550, (struct estatus){ 0, 0, 0 }, bytes_of(text));
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	ck_assert_uint_eq(strlen(e.hint), sizeof(e.hint) - 1);
	ck_assert_uint_eq(strlen(e.reply), sizeof(e.reply) - 1);
}
END_TEST

static void
status_is(const struct error *e, int class, int subject, int detail)
{
	ck_assert_int_eq(e->status.class, class);
	ck_assert_int_eq(e->status.subject, subject);
	ck_assert_int_eq(e->status.detail, detail);
}

START_TEST(a_reply_brings_its_status)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_SENDER_REFUSED, "refused");
	status_is(&e, 5, 1, 8);
	ck_assert_int_eq(
	    error_reply(&e, 451, (struct estatus){ 4, 7, 1 }, BYTES("later")),
	    -1);
	ck_assert_int_eq(e.code, 451);
	ck_assert_str_eq(e.reply, "later");
	status_is(&e, 4, 7, 1);
	ck_assert_int_eq(error_exit(&e), EX_TEMPFAIL);
}
END_TEST

START_TEST(a_reply_without_status_gives_its_class)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_SENDER_REFUSED, "refused");
	error_reply(&e, 450, (struct estatus){ 0, 0, 0 }, BYTES(""));
	status_is(&e, 4, 1, 8);
}
END_TEST

START_TEST(transient_is_four_and_seventy_five)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_RESOLVE, "no answer");
	ck_assert_int_eq(error_exit(&e), EX_NOHOST);
	ck_assert_int_eq(error_transient(&e), -1);
	status_is(&e, 4, 1, 2);
	ck_assert_int_eq(error_exit(&e), EX_TEMPFAIL);
}
END_TEST

/* Every kind: what it is called and how the program ends. */
static const struct {
	enum error_kind kind;
	const char *name;
	int exit;
} kinds[] = {
	{ ERR_NONE, "none", 0 },
	{ ERR_USAGE, "usage", 64 },
	{ ERR_NOINPUT, "usage", 66 },
	{ ERR_CONFIG, "config", 78 },
	{ ERR_SECRET, "secret", 77 },
	{ ERR_MESSAGE, "message", 65 },
	{ ERR_ADDRESS, "address", 65 },
	{ ERR_RESOLVE, "resolve", 68 },
	{ ERR_CONNECT, "connect", 75 },
	{ ERR_GREETING, "greeting", 69 },
	{ ERR_TIMEOUT, "timeout", 75 },
	{ ERR_DISCONNECTED, "disconnected", 75 },
	{ ERR_PROTOCOL, "protocol", 76 },
	{ ERR_TLS, "tls", 76 },
	{ ERR_TLS_VERIFY, "tls_verify", 69 },
	{ ERR_HELO, "helo", 69 },
	{ ERR_NOT_SUPPORTED, "not_supported", 69 },
	{ ERR_AUTH, "auth", 77 },
	{ ERR_AUTH_MECHANISM, "auth_mechanism", 69 },
	{ ERR_SENDER_REFUSED, "sender_refused", 65 },
	{ ERR_RECIPIENTS_REFUSED, "recipients_refused", 69 },
	{ ERR_DATA_REFUSED, "data_refused", 69 },
	{ ERR_TOO_LARGE, "data_refused", 69 },
	{ ERR_SPOOL, "spool", 73 },
	{ ERR_SPOOL_DENIED, "spool", 77 },
	{ ERR_IO, "message", 74 },
	{ ERR_OS, "internal", 71 },
	{ ERR_INTERNAL, "internal", 70 },
};

START_TEST(every_kind_has_name_and_exit)
{
	struct error e = ERROR_NONE;

	ck_assert_uint_eq(sizeof(kinds) / sizeof(kinds[0]), ERR_KINDS);
	ck_assert_int_eq(kinds[_i].kind, _i);
	error_set(&e, kinds[_i].kind, "x");
	ck_assert_str_eq(error_name(e.kind), kinds[_i].name);
	ck_assert_int_eq(error_exit(&e), kinds[_i].exit);
}
END_TEST

START_TEST(a_refused_starttls_is_unavailable)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_TLS, "refused");
	error_reply(&e, 502, (struct estatus){ 0, 0, 0 }, BYTES("no"));
	ck_assert_int_eq(error_exit(&e), EX_UNAVAILABLE);
}
END_TEST

Suite *
suite_error(void)
{
	Suite *s = suite_create("error");
	TCase *t = tcase_create("errors");

	tcase_add_test(t, the_first_cause_wins);
	tcase_add_test(t, the_systems_reason_follows);
	tcase_add_test(t, context_comes_in_front);
	tcase_add_test(t, long_texts_are_cut);
	tcase_add_test(t, a_reply_brings_its_status);
	tcase_add_test(t, a_reply_without_status_gives_its_class);
	tcase_add_test(t, transient_is_four_and_seventy_five);
	tcase_add_loop_test(t, every_kind_has_name_and_exit, 0, ERR_KINDS);
	tcase_add_test(t, a_refused_starttls_is_unavailable);
	suite_add_tcase(s, t);
	return s;
}
