#include "smtp/reply.h"

#include <check.h>
#include <string.h>

Suite *suite_reply(void);

static const struct {
	const char *wire, *text;
	int code;
	struct estatus status;
} good[] = {
	{ "250 ok\r\n", "ok", 250, { 0, 0, 0 } },
	{ "250\r\n", "", 250, { 0, 0, 0 } },
	{ "250-a\r\n250 b\r\n", "a\nb", 250, { 0, 0, 0 } },
	{ "250-a\r\n250-\r\n250\r\n", "a\n\n", 250, { 0, 0, 0 } },
	{ "354\tgo\n", "go", 354, { 0, 0, 0 } },
	{ "550 5.1.1 nobody\r\n", "5.1.1 nobody", 550, { 5, 1, 1 } },
	{ "250 2.0.0\r\n", "2.0.0", 250, { 2, 0, 0 } },
	{ "452 4.2.123 full\r\n", "4.2.123 full", 452, { 4, 2, 123 } },
	{ "550 2.0.0 liar\r\n", "2.0.0 liar", 550, { 0, 0, 0 } },
	{ "550 5.1 short\r\n", "5.1 short", 550, { 0, 0, 0 } },
	{ "550 5.1.1234 long\r\n", "5.1.1234 long", 550, { 0, 0, 0 } },
	{ "550 5.1.1x no\r\n", "5.1.1x no", 550, { 0, 0, 0 } },
	{ "550-5.7.1 spam\r\n551 5.7.2 x\r\n", "5.7.1 spam\n5.7.2 x", 551,
	    { 5, 7, 1 } },
	{ "250 \033[2J\r\n", "\033[2J", 250, { 0, 0, 0 } },
};

enum { GOOD = sizeof(good) / sizeof(good[0]) };

/* The same reply, however the network cuts it in two. */
START_TEST(whole_however_cut)
{
	struct bytes wire = bytes_of(good[_i].wire);

	for (size_t cut = 0; cut < wire.n; cut++) {
		struct error e = ERROR_NONE;
		struct bytes a = bytes_head(wire, cut);
		struct bytes b = bytes_skip(wire, cut);
		struct reply r;

		reply_init(&r);
		ck_assert_int_eq(reply_feed(&r, &a, &e), 0);
		ck_assert_int_eq(reply_partial(&r), cut > 0);
		ck_assert_int_eq(reply_feed(&r, &b, &e), 1);
		ck_assert_uint_eq(b.n, 0);
		ck_assert(!reply_partial(&r));
		ck_assert_int_eq(r.code, good[_i].code);
		ck_assert_str_eq(buf_text(&r.text), good[_i].text);
		ck_assert_mem_eq(&r.status, &good[_i].status, sizeof(r.status));
		reply_clear(&r);
	}
}
END_TEST

static const char *const bad[] = { "HTTP/1.1 400\r\n", "\r\n", "25\r\n",
	"199 no\r\n", "600 no\r\n", "2500 no\r\n", "250x no\r\n", "-250 no\r\n",
	" 250 no\r\n", "250-a\r\n550 b\r\n", "250-a\r\nno\r\n" };

START_TEST(broken_grammar_is_told)
{
	struct error e = ERROR_NONE;
	struct bytes wire = bytes_of(bad[_i]);
	struct reply r;

	reply_init(&r);
	ck_assert_int_eq(reply_feed(&r, &wire, &e), -1);
	ck_assert_int_eq(e.kind, ERR_PROTOCOL);
	reply_clear(&r);
}
END_TEST

START_TEST(two_replies_are_two)
{
	struct error e = ERROR_NONE;
	struct bytes wire = BYTES("250 a\r\n354 b\r\n22");
	struct reply r;

	reply_init(&r);
	ck_assert_int_eq(reply_feed(&r, &wire, &e), 1);
	ck_assert_str_eq(buf_text(&r.text), "a");
	ck_assert_int_eq(reply_feed(&r, &wire, &e), 1);
	ck_assert_str_eq(buf_text(&r.text), "b");
	ck_assert_int_eq(reply_feed(&r, &wire, &e), 0);
	ck_assert(reply_partial(&r));
	reply_clear(&r);
}
END_TEST

START_TEST(nul_is_a_byte)
{
	struct error e = ERROR_NONE;
	struct bytes wire = BYTES("250 a\0b\r\n");
	struct reply r;

	reply_init(&r);
	ck_assert_int_eq(reply_feed(&r, &wire, &e), 1);
	ck_assert(bytes_same(buf_bytes(&r.text), BYTES("a\0b")));
	reply_clear(&r);
}
END_TEST

/* 12288 octets must fit (RFC 4954, 4); a line has an end, a reply too. */
START_TEST(lines_are_bounded)
{
	static char line[REPLY_LINE_MAX + 2];
	struct error e = ERROR_NONE;
	struct bytes wire = { line, 12288 };
	struct reply r;

	memset(line, 'x', sizeof(line));
	memcpy(line, "334 ", 4);
	line[12287] = '\n';
	reply_init(&r);
	ck_assert_int_eq(reply_feed(&r, &wire, &e), 1);
	line[12287] = 'x';
	wire = (struct bytes){ line, sizeof(line) };
	ck_assert_int_eq(reply_feed(&r, &wire, &e), -1);
	reply_clear(&r);
}
END_TEST

START_TEST(replies_are_bounded)
{
	struct error e = ERROR_NONE;
	struct reply r;
	int got = 0, lines = 0;

	reply_init(&r);
	while (got == 0 && lines <= REPLY_LINES_MAX + 1) {
		struct bytes line = BYTES("250-again\r\n");

		got = reply_feed(&r, &line, &e);
		lines++;
	}
	ck_assert_int_eq(got, -1);
	ck_assert_int_eq(lines, REPLY_LINES_MAX + 1);
	reply_clear(&r);
}
END_TEST

Suite *
suite_reply(void)
{
	Suite *s = suite_create("reply");
	TCase *t = tcase_create("reply");

	tcase_add_loop_test(t, whole_however_cut, 0, GOOD);
	tcase_add_loop_test(
	    t, broken_grammar_is_told, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, two_replies_are_two);
	tcase_add_test(t, nul_is_a_byte);
	tcase_add_test(t, lines_are_bounded);
	tcase_add_test(t, replies_are_bounded);
	suite_add_tcase(s, t);
	return s;
}
