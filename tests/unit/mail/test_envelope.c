#include "mail/envelope.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_envelope(void);

/* ---- recipients ---- */

static const struct {
	const char *a, *b;
	bool same;
} pairs[] = {
	{ "bob@corp.test", "bob@corp.test", true },
	{ "bob@corp.test", "bob@CORP.Test", true },
	{ "bob@corp.test", "Bob@corp.test", false },
	{ "bob@corp.test", "bob@corp.tes", false },
	{ "bob@corp.test", "bob", false },
	{ "bob", "bob", true },
	{ "bob", "BOB", false },
	{ "\"a@B\"@c.test", "\"a@B\"@C.test", true },
	{ "\"a@B\"@c.test", "\"a@b\"@c.test", false },
	{ "\"a@b\"", "\"a@B\"", false },
	{ "\"\\\"@B\"@c", "\"\\\"@b\"@c", false },
	{ "", "", true },
};

START_TEST(a_recipient_is_added_once)
{
	struct envelope env = ENVELOPE;
	struct error e = ERROR_NONE;

	ck_assert_int_eq(envelope_to(&env, bytes_of(pairs[_i].a), NULL, &e), 0);
	ck_assert_int_eq(envelope_to(&env, bytes_of(pairs[_i].b), NULL, &e), 0);
	ck_assert_uint_eq(env.n, pairs[_i].same ? 1 : 2);
	ck_assert_str_eq(env.to[0].address, pairs[_i].a);
	envelope_clear(&env);
}
END_TEST

START_TEST(many_recipients_keep_their_order)
{
	struct envelope env = ENVELOPE;
	struct error e = ERROR_NONE;
	char address[32];

	for (int i = 0; i < 1000; i++) {
		snprintf(address, sizeof(address), "u%d@corp.test", i % 700);
		ck_assert_int_eq(
		    envelope_to(&env, bytes_of(address), NULL, &e), 0);
	}
	ck_assert_uint_eq(env.n, 700);
	ck_assert_str_eq(env.to[0].address, "u0@corp.test");
	ck_assert_str_eq(env.to[699].address, "u699@corp.test");
	ck_assert_int_eq(env.to[699].verdict.state, VERDICT_PENDING);
	ck_assert_ptr_null(env.to[699].original);
	envelope_clear(&env);
	ck_assert_uint_eq(env.n, 0);
}
END_TEST

/* Whoever takes recipients off the list or changes them needs not tell. */
START_TEST(a_changed_list_is_looked_at_again)
{
	struct envelope env = ENVELOPE;
	struct error e = ERROR_NONE;

	for (int i = 0; i < 3; i++) {
		char address[] = { (char)('a' + i), '@', 'x', '\0' };

		ck_assert_int_eq(
		    envelope_to(&env, bytes_of(address), NULL, &e), 0);
	}
	free(env.to[--env.n].address);
	ck_assert_int_eq(envelope_to(&env, BYTES("c@x"), NULL, &e), 0);
	ck_assert_uint_eq(env.n, 3);
	ck_assert_int_eq(envelope_to(&env, BYTES("c@X"), NULL, &e), 0);
	ck_assert_int_eq(envelope_to(&env, BYTES("a@x"), NULL, &e), 0);
	ck_assert_uint_eq(env.n, 3);
	ck_assert_str_eq(env.to[2].address, "c@x");
	envelope_clear(&env);
}
END_TEST

START_TEST(the_last_sender_counts)
{
	struct envelope env = ENVELOPE;
	struct error e = ERROR_NONE;

	ck_assert_int_eq(envelope_from(&env, BYTES("a@b"), &e), 0);
	ck_assert_int_eq(envelope_from(&env, (struct bytes){ 0 }, &e), 0);
	ck_assert_str_eq(env.sender, "");
	envelope_clear(&env);
	ck_assert_ptr_null(env.sender);
}
END_TEST

START_TEST(words_become_one_clean_line)
{
	struct verdict v;
	char many[600];

	verdict_set(&v, VERDICT_REFUSED, STAGE_RCPT, 550,
	    (struct estatus){ 5, 1, 1 }, BYTES("no\nsuch\033[2J\r\nuser\n"));
	ck_assert_str_eq(v.text, "no such\\x1b[2J  user");
	ck_assert_int_eq(v.code, 550);
	ck_assert_int_eq(v.status.subject, 1);
	memset(many, 'x', sizeof(many));
	verdict_set(&v, VERDICT_SENT, STAGE_DOT, 250, (struct estatus){ 0 },
	    (struct bytes){ many, sizeof(many) });
	ck_assert_uint_eq(strlen(v.text), sizeof(v.text) - 1);
}
END_TEST

/* ---- outcome ---- */

/* One letter a recipient. */
static const struct {
	char letter;
	enum verdict_state state;
	enum verdict_stage stage;
	int code;
	struct estatus status;
} recipes[] = {
	{ 'p', VERDICT_PENDING, STAGE_NONE, 0, { 0, 0, 0 } },
	{ 'o', VERDICT_PENDING, STAGE_OTHERS, 0, { 0, 0, 0 } },
	{ 's', VERDICT_SENT, STAGE_DOT, 250, { 2, 0, 0 } },
	{ 'q', VERDICT_QUEUED, STAGE_NONE, 0, { 0, 0, 0 } },
	{ 'Q', VERDICT_QUEUED, STAGE_RCPT, 451, { 4, 3, 0 } },
	/* deferred at MAIL, RCPT, DATA, dot; dot without an answer */
	{ 'm', VERDICT_DEFERRED, STAGE_MAIL, 451, { 4, 3, 0 } },
	{ 'r', VERDICT_DEFERRED, STAGE_RCPT, 451, { 4, 1, 1 } },
	{ 'd', VERDICT_DEFERRED, STAGE_DATA, 451, { 0, 0, 0 } },
	{ 'e', VERDICT_DEFERRED, STAGE_DOT, 452, { 4, 3, 1 } },
	{ 'l', VERDICT_DEFERRED, STAGE_DOT, 0, { 0, 0, 0 } },
	/* refused at MAIL */
	{ 'M', VERDICT_REFUSED, STAGE_MAIL, 553, { 5, 1, 8 } },
	{ 'N', VERDICT_REFUSED, STAGE_MAIL, 550, { 0, 0, 0 } },
	/* refused at RCPT: x.1.z, others, none */
	{ 'A', VERDICT_REFUSED, STAGE_RCPT, 550, { 5, 1, 1 } },
	{ 'B', VERDICT_REFUSED, STAGE_RCPT, 554, { 5, 1, 10 } },
	{ 'C', VERDICT_REFUSED, STAGE_RCPT, 550, { 5, 7, 1 } },
	{ '0', VERDICT_REFUSED, STAGE_RCPT, 550, { 0, 0, 0 } },
	{ '1', VERDICT_REFUSED, STAGE_RCPT, 551, { 0, 0, 0 } },
	{ '2', VERDICT_REFUSED, STAGE_RCPT, 552, { 0, 0, 0 } },
	{ '3', VERDICT_REFUSED, STAGE_RCPT, 553, { 0, 0, 0 } },
	{ '4', VERDICT_REFUSED, STAGE_RCPT, 554, { 0, 0, 0 } },
	/* refused at DATA and at the dot (LMTP: x.1.z, too) */
	{ 'D', VERDICT_REFUSED, STAGE_DATA, 554, { 5, 5, 1 } },
	{ 'E', VERDICT_REFUSED, STAGE_DOT, 554, { 5, 7, 1 } },
	{ 'F', VERDICT_REFUSED, STAGE_DOT, 550, { 0, 0, 0 } },
	{ 'U', VERDICT_REFUSED, STAGE_DOT, 550, { 5, 1, 1 } },
};

static void
cook(struct recipient *r, char letter)
{
	for (int i = 0; i < ROWS(recipes); i++)
		if (recipes[i].letter == letter) {
			verdict_set(&r->verdict, recipes[i].state,
			    recipes[i].stage, recipes[i].code,
			    recipes[i].status, BYTES("words"));
			return;
		}
	ck_abort_msg("no recipe for '%c'", letter);
}

static struct outcome
outcome_of(const char *letters, const struct error *e)
{
	struct recipient to[8] = { 0 };
	struct envelope env = { .to = to, .n = strlen(letters) };

	for (size_t i = 0; i < env.n; i++)
		cook(&to[i], letters[i]);
	return envelope_outcome(&env, e);
}

static const struct {
	const char *to;
	enum error_kind error;
	int exit;
	enum error_kind kind;
} outcomes[] = {
	/* rule 4 */
	{ "", ERR_NONE, 0, ERR_NONE },
	{ "s", ERR_NONE, 0, ERR_NONE },
	{ "sss", ERR_NONE, 0, ERR_NONE },
	{ "q", ERR_NONE, 0, ERR_NONE },
	{ "sqQ", ERR_NONE, 0, ERR_NONE },
	{ "s", ERR_DISCONNECTED, 0, ERR_NONE },
	{ "q", ERR_CONNECT, 0, ERR_NONE },
	{ "Qs", ERR_TIMEOUT, 0, ERR_NONE },
	/* rule 1 */
	{ "", ERR_USAGE, 64, ERR_USAGE },
	{ "", ERR_ADDRESS, 65, ERR_ADDRESS },
	/* all or nobody: what was decided about the other */
	{ "oA", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "oCA", ERR_NONE, 69, ERR_RECIPIENTS_REFUSED },
	{ "or", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "oAr", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "o", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "p", ERR_NOINPUT, 66, ERR_NOINPUT },
	{ "p", ERR_RESOLVE, 68, ERR_RESOLVE },
	{ "pp", ERR_TLS_VERIFY, 69, ERR_TLS_VERIFY },
	{ "p", ERR_INTERNAL, 70, ERR_INTERNAL },
	{ "p", ERR_OS, 71, ERR_OS },
	{ "p", ERR_SPOOL, 73, ERR_SPOOL },
	{ "p", ERR_IO, 74, ERR_IO },
	{ "p", ERR_CONNECT, 75, ERR_CONNECT },
	{ "p", ERR_PROTOCOL, 76, ERR_PROTOCOL },
	{ "p", ERR_AUTH, 77, ERR_AUTH },
	{ "p", ERR_CONFIG, 78, ERR_CONFIG },
	{ "pC", ERR_PROTOCOL, 76, ERR_PROTOCOL },
	{ "Ap", ERR_AUTH, 77, ERR_AUTH },
	/* rule 2: open, and something left us or no error of ours */
	{ "p", ERR_NONE, 75, ERR_DISCONNECTED },
	{ "sp", ERR_AUTH, 75, ERR_AUTH },
	{ "qp", ERR_SPOOL, 75, ERR_SPOOL },
	{ "l", ERR_PROTOCOL, 75, ERR_PROTOCOL },
	{ "Ep", ERR_PROTOCOL, 75, ERR_PROTOCOL },
	{ "l", ERR_NONE, 75, ERR_DATA_REFUSED },
	{ "m", ERR_NONE, 75, ERR_SENDER_REFUSED },
	{ "r", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "d", ERR_NONE, 75, ERR_DATA_REFUSED },
	{ "e", ERR_NONE, 75, ERR_DATA_REFUSED },
	{ "sr", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "Ar", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "rA", ERR_NONE, 75, ERR_RECIPIENTS_REFUSED },
	{ "pe", ERR_NONE, 75, ERR_DATA_REFUSED },
	{ "AE", ERR_TIMEOUT, 67, ERR_TIMEOUT },
	/* rule 3 */
	{ "M", ERR_NONE, 65, ERR_SENDER_REFUSED },
	{ "N", ERR_NONE, 65, ERR_SENDER_REFUSED },
	{ "A", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "B", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "C", ERR_NONE, 69, ERR_RECIPIENTS_REFUSED },
	{ "0", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "1", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "2", ERR_NONE, 69, ERR_RECIPIENTS_REFUSED },
	{ "3", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "4", ERR_NONE, 69, ERR_RECIPIENTS_REFUSED },
	{ "D", ERR_NONE, 69, ERR_DATA_REFUSED },
	{ "E", ERR_NONE, 69, ERR_DATA_REFUSED },
	{ "F", ERR_NONE, 69, ERR_DATA_REFUSED },
	{ "U", ERR_NONE, 67, ERR_DATA_REFUSED },
	{ "sA", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "As", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "CA", ERR_NONE, 69, ERR_RECIPIENTS_REFUSED },
	{ "AC", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "EA", ERR_NONE, 69, ERR_DATA_REFUSED },
	{ "qA", ERR_NONE, 67, ERR_RECIPIENTS_REFUSED },
	{ "QE", ERR_NONE, 69, ERR_DATA_REFUSED },
	{ "sC", ERR_DISCONNECTED, 69, ERR_DISCONNECTED },
	{ "A", ERR_RECIPIENTS_REFUSED, 67, ERR_RECIPIENTS_REFUSED },
};

START_TEST(outcome_by_table)
{
	struct error e = ERROR_NONE;
	struct outcome o;

	if (outcomes[_i].error != ERR_NONE)
		error_set(&e, outcomes[_i].error, "told");
	o = outcome_of(outcomes[_i].to, &e);
	ck_assert_msg(o.exit == outcomes[_i].exit, "'%s': exit %d, not %d",
	    outcomes[_i].to, o.exit, outcomes[_i].exit);
	ck_assert_msg(o.kind == outcomes[_i].kind, "'%s': kind %s, not %s",
	    outcomes[_i].to, error_name(o.kind), error_name(outcomes[_i].kind));
}
END_TEST

START_TEST(a_passing_error_is_75)
{
	struct error e = ERROR_NONE;

	error_set(&e, ERR_RESOLVE, "try again");
	error_transient(&e);
	ck_assert_int_eq(outcome_of("pp", &e).exit, 75);
	ck_assert_int_eq(outcome_of("", &e).exit, 75);
}
END_TEST

static bool
all_taken(const char *letters)
{
	return strspn(letters, "sqQ") == strlen(letters);
}

static bool
any_open(const char *letters)
{
	if (strpbrk(letters, "MNABC01234DEFU") == NULL &&
	    strchr(letters, 'o') != NULL)
		return true;
	return strpbrk(letters, "pmrdel") != NULL;
}

static int
expected_exit(const char *to, const struct error *e, int got)
{
	if (all_taken(to))
		return 0;
	if (!any_open(to))
		return got == 65 || got == 67 || got == 69 ? got : -1;
	return e->kind == ERR_NONE || strpbrk(to, "sqQelEFU") != NULL
	    ? 75
	    : error_exit(e);
}

/* What must hold for every set of three recipients and every error. */
static void
check_promises(const char *to, const struct error *e)
{
	struct outcome o = outcome_of(to, e);

	if (o.exit != expected_exit(to, e, o.exit) ||
	    (o.kind == ERR_NONE) != (o.exit == 0) ||
	    (o.exit != 0 && e->kind != ERR_NONE && o.kind != e->kind))
		ck_abort_msg("'%s' and %s: %d, %s", to, error_name(e->kind),
		    o.exit, error_name(o.kind));
}

START_TEST(promises_hold_for_every_three)
{
	struct error e = ERROR_NONE;
	char to[4] = "";

	if (_i > ERR_NONE)
		error_set(&e, (enum error_kind)_i, "told");
	for (int a = 0; a < ROWS(recipes); a++)
		for (int b = 0; b < ROWS(recipes); b++)
			for (int c = 0; c < ROWS(recipes); c++) {
				to[0] = recipes[a].letter;
				to[1] = recipes[b].letter;
				to[2] = recipes[c].letter;
				check_promises(to, &e);
			}
}
END_TEST

Suite *
suite_envelope(void)
{
	Suite *s = suite_create("envelope");
	TCase *t = tcase_create("recipients");

	tcase_add_loop_test(t, a_recipient_is_added_once, 0, ROWS(pairs));
	tcase_add_test(t, many_recipients_keep_their_order);
	tcase_add_test(t, a_changed_list_is_looked_at_again);
	tcase_add_test(t, the_last_sender_counts);
	tcase_add_test(t, words_become_one_clean_line);
	suite_add_tcase(s, t);
	t = tcase_create("outcome");
	tcase_add_loop_test(t, outcome_by_table, 0, ROWS(outcomes));
	tcase_add_test(t, a_passing_error_is_75);
	tcase_add_loop_test(t, promises_hold_for_every_three, 0, ERR_KINDS);
	suite_add_tcase(s, t);
	return s;
}
