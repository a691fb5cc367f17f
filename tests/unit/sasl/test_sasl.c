#include "sasl/sasl.h"

#include <check.h>
#include <string.h>

Suite *suite_sasl(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* BYTES() for static tables */
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

/* One exchange: what the server asks, what it must get. */
static const struct talk {
	const char *name, *user, *secret, *host;
	unsigned port;
	struct {
		const char *challenge;
		struct bytes response;
	} turn[3];
	size_t turns;
} talks[] = {
	{ .name = "EXTERNAL",
	    .user = "",
	    .turn = { { "", RUN("") } },
	    .turns = 1 },
	{ .name = "EXTERNAL",
	    .user = "fred@example.com",
	    .turn = { { "", RUN("fred@example.com") } },
	    .turns = 1 },
	/* RFC 4616, 4 */
	{ .name = "PLAIN",
	    .user = "tim",
	    .secret = "tanstaaftanstaaf",
	    .turn = { { "", RUN("\0tim\0tanstaaftanstaaf") } },
	    .turns = 1 },
	{ .name = "PLAIN",
	    .user = "dom:us=er",
	    .secret = "a:b,c=d \xe5\xbc\xa0",
	    .turn = { { "go on", RUN("\0dom:us=er\0a:b,c=d \xe5\xbc\xa0") } },
	    .turns = 1 },
	{ .name = "LOGIN",
	    .user = "jane",
	    .secret = "secret",
	    .turn = { { "Username:", RUN("jane") },
		{ "Password:", RUN("secret") } },
	    .turns = 2 },
	{ .name = "LOGIN",
	    .user = "jane",
	    .secret = "secret",
	    .turn = { { "Password:", RUN("jane") }, { "", RUN("secret") } },
	    .turns = 2 },
	/* RFC 2195, 2 */
	{ .name = "CRAM-MD5",
	    .user = "tim",
	    .secret = "tanstaaftanstaaf",
	    .turn = { { "<1896.697170952@postoffice.reston.mci.net>",
		RUN("tim b913a602c7eda7a495b4e6e7334d3890") } },
	    .turns = 1 },
	/* RFC 7628, 4.1 and 4.3 */
	{ .name = "OAUTHBEARER",
	    .user = "user@example.com",
	    .secret = "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
	    .host = "server.example.com",
	    .port = 143,
	    .turn = { { "",
			  RUN("n,a=user@example.com,\1host=server.example."
			      "com\1port=143\1auth=Bearer "
			      "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\1"
			      "\1") },
		{ "{\"status\":\"invalid_token\"}", RUN("\1") } },
	    .turns = 2 },
	{ .name = "OAUTHBEARER",
	    .user = "a=b,c",
	    .secret = "t0ken",
	    .turn = { { "", RUN("n,a=a=3Db=2Cc,\1auth=Bearer t0ken\1\1") } },
	    .turns = 1 },
	{ .name = "XOAUTH2",
	    .user = "someuser@example.com",
	    .secret = "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg",
	    .turn = { { "",
			  RUN("user=someuser@example.com\1auth=Bearer "
			      "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg"
			      "\1\1") },
		{ "{\"status\":\"invalid_token\"}", RUN("") } },
	    .turns = 2 },
};

static struct sasl_identity
identity(const struct talk *t)
{
	return (struct sasl_identity){ .user = bytes_of(t->user),
		.secret = bytes_of(t->secret),
		.host = bytes_of(t->host),
		.port = t->port };
}

START_TEST(the_words_are_the_rfcs)
{
	const struct talk *t = &talks[_i];
	struct sasl_identity id = identity(t);
	struct buf out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	ck_assert_int_eq(
	    sasl_init(&s, sasl_find(bytes_of(t->name)), &id, &e), 0);
	for (size_t i = 0; i < t->turns; i++) {
		struct bytes want = t->turn[i].response;

		buf_reset(&out);
		ck_assert_int_eq(
		    sasl_step(&s, bytes_of(t->turn[i].challenge), &out, &e), 0);
		ck_assert_uint_eq(out.n, want.n);
		ck_assert(bytes_same(buf_bytes(&out), want));
	}
	ck_assert(sasl_proven(&s));
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

/* Whoever asks further learns nothing more, and never again. */
START_TEST(a_further_challenge_gets_nothing)
{
	const struct talk *t = &talks[_i];
	struct sasl_identity id = identity(t);
	struct buf out = BUF(1024);
	struct sasl s;
	struct error e = ERROR_NONE;
	size_t most = strstr(t->name, "OAUTH") != NULL ? 2 : t->turns;

	ck_assert_int_eq(
	    sasl_init(&s, sasl_find(bytes_of(t->name)), &id, &e), 0);
	for (size_t i = 0; i < most; i++)
		ck_assert_int_eq(sasl_step(&s, BYTES("x"), &out, &e), 0);
	for (size_t i = 0; i < 10; i++) {
		e = ERROR_NONE;
		buf_reset(&out);
		buf_adds(&out, "kept");
		ck_assert_int_eq(
		    sasl_step(&s, BYTES("Password:"), &out, &e), -1);
		ck_assert_int_eq(e.kind, ERR_PROTOCOL);
		ck_assert_str_eq(buf_text(&out), "kept");
	}
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

START_TEST(the_reason_for_a_refused_token_is_kept_clean)
{
	static const char *const names[] = { "OAUTHBEARER", "XOAUTH2" };
	struct sasl_identity id = { .user = BYTES("u"), .secret = BYTES("t") };
	struct buf out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	ck_assert_int_eq(
	    sasl_init(&s, sasl_find(bytes_of(names[_i])), &id, &e), 0);
	ck_assert_int_eq(sasl_step(&s, BYTES(""), &out, &e), 0);
	ck_assert_str_eq(buf_text(&s.said), "");
	ck_assert_int_eq(
	    sasl_step(&s, BYTES("{\"status\":\"401\"}\033[2J"), &out, &e), 0);
	ck_assert_str_eq(buf_text(&s.said), "{\"status\":\"401\"}\\x1b[2J");
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

static const struct {
	const char *name;
	struct bytes user, secret;
	enum error_kind kind;
} unfit[] = {
	{ "PLAIN", RUN("a\0b"), RUN("pw"), ERR_SECRET },
	{ "PLAIN", RUN("a"), RUN("p\0w"), ERR_SECRET },
	{ "PLAIN", RUN(""), RUN("pw"), ERR_SECRET },
	{ "PLAIN", RUN("a"), RUN(""), ERR_SECRET },
	{ "PLAIN", RUN("a\xff"), RUN("pw"), ERR_SECRET },
	{ "LOGIN", RUN("a\r\nb"), RUN("pw"), ERR_SECRET },
	{ "CRAM-MD5", RUN("a"), RUN("p\0w"), ERR_SECRET },
	{ "EXTERNAL", RUN("a\0b"), RUN(""), ERR_SECRET },
	{ "XOAUTH2", RUN("a\1b"), RUN("t"), ERR_SECRET },
	{ "XOAUTH2", RUN("a"), RUN("t\1"), ERR_SECRET },
	{ "XOAUTH2", RUN("a"), RUN("t t"), ERR_SECRET },
	{ "OAUTHBEARER", RUN("a"), RUN("t\xc3\xa4"), ERR_SECRET },
	{ "OAUTHBEARER", RUN("a"), RUN("t\n"), ERR_SECRET },
	{ "OAUTHBEARER", RUN(""), RUN("t"), ERR_SECRET },
	{ "SCRAM-SHA-256", RUN(""), RUN("pw"), ERR_SECRET },
	{ "SCRAM-SHA-256-PLUS", RUN("a"), RUN("pw"), ERR_AUTH_MECHANISM },
};

START_TEST(unfit_credentials_are_refused_at_once)
{
	struct sasl_identity id = { .user = unfit[_i].user,
		.secret = unfit[_i].secret,
		.binding = { "", BYTES("x") } };
	struct error e = ERROR_NONE;
	struct sasl s;

	ck_assert_int_eq(
	    sasl_init(&s, sasl_find(bytes_of(unfit[_i].name)), &id, &e), -1);
	ck_assert_int_eq(e.kind, unfit[_i].kind);
	sasl_clear(&s);
}
END_TEST

START_TEST(a_secret_too_long_is_an_error)
{
	struct sasl_identity id = { .user = BYTES("u"),
		.secret = BYTES("0123456789") };
	struct buf out = BUF(10);
	struct error e = ERROR_NONE;
	struct sasl s;

	ck_assert_int_eq(sasl_init(&s, sasl_find(BYTES("PLAIN")), &id, &e), 0);
	ck_assert_int_eq(sasl_step(&s, BYTES(""), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_SECRET);
	ck_assert_uint_eq(out.n, 0);
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

START_TEST(an_empty_cram_challenge_is_not_signed)
{
	struct sasl_identity id = { .user = BYTES("u"), .secret = BYTES("p") };
	struct buf out = BUF(100);
	struct error e = ERROR_NONE;
	struct sasl s;

	ck_assert_int_eq(
	    sasl_init(&s, sasl_find(BYTES("CRAM-MD5")), &id, &e), 0);
	ck_assert_int_eq(sasl_step(&s, BYTES(""), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_PROTOCOL);
	ck_assert_uint_eq(out.n, 0);
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

START_TEST(strongest_first)
{
	static const char *const order[] = { "EXTERNAL", "OAUTHBEARER",
		"XOAUTH2", "SCRAM-SHA-512-PLUS", "SCRAM-SHA-256-PLUS",
		"SCRAM-SHA-1-PLUS", "SCRAM-SHA-512", "SCRAM-SHA-256",
		"SCRAM-SHA-1", "PLAIN", "LOGIN", "CRAM-MD5" };

	for (size_t i = 0; i < N(order); i++)
		ck_assert_str_eq(sasl_mechanisms[i].name, order[i]);
	ck_assert_ptr_null(sasl_mechanisms[N(order)].name);
}
END_TEST

START_TEST(names_are_whole_and_of_any_case)
{
	ck_assert_ptr_eq(sasl_find(BYTES("plain")), sasl_find(BYTES("PLAIN")));
	ck_assert_ptr_nonnull(sasl_find(BYTES("PLAIN")));
	ck_assert_ptr_null(sasl_find(BYTES("PLAI")));
	ck_assert_ptr_null(sasl_find(BYTES("PLAINX")));
	ck_assert_ptr_null(sasl_find(BYTES("")));
	ck_assert_ptr_null(sasl_find(BYTES("SCRAM-SHA-256-PLU")));
}
END_TEST

/*
 * What may run ahead, and what may cross an open wire, hangs on these: a
 * bearer token is no single turn, its refusal is a challenge.
 */
START_TEST(traits_tell_the_truth)
{
	for (const struct sasl_mechanism *m = sasl_mechanisms; m->name != NULL;
	     m++) {
		bool scram = strncmp(m->name, "SCRAM", 5) == 0;
		bool single = strcmp(m->name, "PLAIN") == 0 ||
		    strcmp(m->name, "EXTERNAL") == 0;
		bool hidden = scram || strcmp(m->name, "CRAM-MD5") == 0 ||
		    strcmp(m->name, "EXTERNAL") == 0;

		ck_assert(((m->traits & SASL_SINGLE) != 0) == single);
		ck_assert(((m->traits & SASL_PLAINTEXT) != 0) == !hidden);
		ck_assert(((m->traits & SASL_BINDS) != 0) ==
		    (strstr(m->name, "-PLUS") != NULL));
		ck_assert((m->proven != NULL) == scram);
	}
}
END_TEST

Suite *
suite_sasl(void)
{
	Suite *s = suite_create("sasl");
	TCase *t = tcase_create("mechanisms");

	tcase_add_loop_test(t, the_words_are_the_rfcs, 0, N(talks));
	tcase_add_loop_test(t, a_further_challenge_gets_nothing, 0, N(talks));
	tcase_add_loop_test(
	    t, the_reason_for_a_refused_token_is_kept_clean, 0, 2);
	tcase_add_loop_test(
	    t, unfit_credentials_are_refused_at_once, 0, N(unfit));
	tcase_add_test(t, a_secret_too_long_is_an_error);
	tcase_add_test(t, an_empty_cram_challenge_is_not_signed);
	tcase_add_test(t, strongest_first);
	tcase_add_test(t, names_are_whole_and_of_any_case);
	tcase_add_test(t, traits_tell_the_truth);
	suite_add_tcase(s, t);
	return s;
}
