#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "tests/unit/mail/letters.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}
#define MIB ((size_t)1 << 20)

Suite *suite_coding(void);

/* ---- advice ---- */

#define LONG1 "0123456789012345678901234567890123456789012345678901234567890"
#define LONG4 LONG1 LONG1 LONG1 LONG1
#define LONG LONG4 LONG4 LONG4 LONG4 LONG4

static const struct {
	struct bytes in;
	enum message_coding with_8bit, without;
} advice[] = {
	{ T("A: b\n\nx\n"), CODING_NONE, CODING_NONE },
	{ T("A: b\n\n\xc3\xa4\n"), CODING_NONE, CODING_QP },
	{ T("A: b\n\n\0\n"), CODING_QP, CODING_QP },
	{ T("A: b\n\n" LONG "\n"), CODING_QP, CODING_QP },
	{ T("A: " LONG "\n\nx\n"), CODING_NONE, CODING_NONE },
	{ T("Content-Transfer-Encoding: 8BIT\n\n\xc3\n"), CODING_NONE,
	    CODING_QP },
	{ T("content-transfer-encoding: (x) 7bit (y)\n\n\0\n"), CODING_QP,
	    CODING_QP },
	{ T("Content-Transfer-Encoding:\n binary;\n\n\0\n"), CODING_QP,
	    CODING_QP },
	{ T("Content-Transfer-Encoding:\n\n\0\n"), CODING_QP, CODING_QP },
	{ T("Content-Transfer-Encoding: base64\n\n\0\n"), CODING_FOLD,
	    CODING_FOLD },
	{ T("Content-Transfer-Encoding: Quoted-Printable\n\n" LONG "\n"),
	    CODING_SOFT, CODING_SOFT },
	{ T("Content-Transfer-Encoding: base64\n\n\xc3\n"), CODING_NONE,
	    CODING_NONE },
	{ T("Content-Transfer-Encoding: 8bit\n"
	    "Content-Transfer-Encoding: x-uuencode\n\n\0\n"),
	    CODING_FOLD, CODING_FOLD },
	{ T("Content-Type: text/plain\n\n\0\n"), CODING_QP, CODING_QP },
	{ T("Content-Type: MULTIPART/mixed\n\n\0\n"), CODING_FOLD,
	    CODING_FOLD },
	{ T("Content-Type: (a (b\\)) c)\n multipart (d)/mixed\n\n\0\n"),
	    CODING_FOLD, CODING_FOLD },
	{ T("Content-Type: message/rfc822\n\n\xc3\n"), CODING_NONE,
	    CODING_PARTS_7BIT },
	{ T("Content-Type: message/rfc822\n\n\0\n"), CODING_PARTS,
	    CODING_PARTS_7BIT },
	{ T("Content-Type: multipart/x; boundary=b\n\n\xc3\n"), CODING_NONE,
	    CODING_PARTS_7BIT },
	{ T("Content-Type: multipart/x; boundary=b\n"
	    "Content-Transfer-Encoding: base64\n\n\xc3\n"),
	    CODING_NONE, CODING_NONE },
	{ T("Content-Type: message/partial\n\n\xc3\n"), CODING_NONE,
	    CODING_NONE },
	{ T("Content-Type: messages/x\n\n\0\n"), CODING_QP, CODING_QP },
};

START_TEST(advice_by_table)
{
	struct message m;

	letter_read(&m, advice[_i].in, false);
	ck_assert_int_eq(message_advised(&m, true), advice[_i].with_8bit);
	ck_assert_int_eq(message_advised(&m, false), advice[_i].without);
	message_clear(&m);
}
END_TEST

START_TEST(advice_sees_what_was_changed)
{
	struct error e = ERROR_NONE;
	struct message m;

	letter_read(&m, BYTES("Content-Type: multipart/x\n\n\0\n"), false);
	message_drop(&m, "Content-Type");
	ck_assert_int_eq(message_advised(&m, true), CODING_QP);
	message_add(&m, "Content-Transfer-Encoding", BYTES("base64"), &e);
	ck_assert_int_eq(message_advised(&m, true), CODING_FOLD);
	message_clear(&m);
}
END_TEST

/* ---- quoted-printable ---- */

#define X75 \
	"123456789012345678901234567890123456789012345678901234567890" \
	"123456789012345"

static const struct {
	struct bytes body, out;
} coded[] = {
	{ T("x\n"), T("x\r\n") },
	{ T("\n"), T("\r\n") },
	{ T("a=b\n"), T("a=3Db\r\n") },
	{ T("\xc3\xa4\0\x7f\x01\n"), T("=C3=A4=00=7F=01\r\n") },
	{ T("a \n\t\n b\tc\n"), T("a=20\r\n=09\r\n b\tc\r\n") },
	{ T(".\n..\n.a\n"), T("=2E\r\n=2E.\r\n=2Ea\r\n") },
	{ T("From a\n>From b\nFroma\n"),
	    T("=46rom a\r\n>From b\r\nFroma\r\n") },
	{ T("From\n"), T("From\r\n") },
	{ T(X75 "6\n"), T(X75 "6\r\n") },
	{ T(X75 "67\n"), T(X75 "=\r\n67\r\n") },
	{ T(X75 " \n"), T(X75 "=\r\n=20\r\n") },
	{ T(X75 ".x\n"), T(X75 "=\r\n=2Ex\r\n") },
	{ T(X75 "From a\n"), T(X75 "=\r\n=46rom a\r\n") },
	{ T(X75 "=\n"), T(X75 "=\r\n=3D\r\n") },
	{ T("a\n" X75 "6"), T("a\r\n" X75 "6\r\n") },
	{ T("\ra\rb"), T("\r\na\r\nb\r\n") },
};

START_TEST(quoted_by_table)
{
	struct error e = ERROR_NONE;
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct message m;

	buf_adds(&in, "A: b\n\n");
	buf_add(&in, coded[_i].body);
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_encode(&m, CODING_QP, &e), 0);
	letter_write(&m, &out);
	ck_assert_str_eq(
	    buf_text(&out) + bytes_find(buf_bytes(&out), BYTES("\r\n\r\n")) + 4,
	    coded[_i].out.p);
	buf_clear(&in);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

static int
hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

/* RFC 2045, 6.7, backwards: strict, this is our own. */
static void
unquote(struct buf *out, struct bytes text)
{
	while (text.n > 0) {
		if (text.p[0] != '=') {
			buf_addc(out, text.p[0]);
			text = bytes_skip(text, 1);
			continue;
		}
		if (text.n < 3)
			ck_abort_msg("a code is cut off");
		if (text.p[1] != '\r')
			buf_addc(
			    out, (char)(hex(text.p[1]) << 4 | hex(text.p[2])));
		text = bytes_skip(text, 3);
	}
}

static struct bytes
body_of(struct buf *wire)
{
	size_t n = bytes_find(buf_bytes(wire), BYTES("\r\n\r\n"));

	return bytes_skip(buf_bytes(wire), n + 4);
}

static const struct bytes fillings[] = { T("x"), T("\xe4\xbd\xa0"), T("ab =\n"),
	T("\0"), T(". "), T("From \n"), T("\xff\n"), T("\t"),
	T("12345678901234567890123456789012345678901234567890123456789012345678"
	  "90"
	  "12345\n") };

/* At every length about the blocks: decoding gives back what was read. */
START_TEST(quoting_loses_nothing)
{
	for (size_t n = 65534; n < 65538; n++) {
		struct error e = ERROR_NONE;
		struct buf in = BUF(MIB), out = BUF(MIB), back = BUF(MIB);
		struct message m;

		buf_adds(&in, "A: b\r\n\r\n");
		letter_fill(&in, fillings[_i], n);
		buf_adds(&in, "y z");
		letter_fill(&in, fillings[_i], n);
		buf_adds(&in, "\r\n");
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_int_eq(message_encode(&m, CODING_QP, &e), 0);
		letter_write(&m, &out);
		unquote(&back, body_of(&out));
		ck_assert(bytes_same(buf_bytes(&back), buf_bytes(&m.body)));
		buf_clear(&in);
		buf_clear(&out);
		buf_clear(&back);
		message_clear(&m);
	}
}
END_TEST

static const struct {
	struct bytes in;
	const char *header;
} declared[] = {
	{ T("A: b\n\nx\0\n"),
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\nA: b\r\n" },
	{ T("A: b\n\n\xc3\xa4\n"),
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\nA: b\r\n" },
	{ T("A: b\nContent-Type:\n\n\xc3\n"),
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=unknown-8bit\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\nA: b\r\n" },
	{ T("Mime-Version: 1.0\nContent-Type: text/html\n"
	    "Content-Transfer-Encoding: 8bit\nA: b\n\n\xc3\n"),
	    "MIME-Version: 1.0\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "Content-Type: text/html\r\nA: b\r\n" },
};

START_TEST(quoting_is_declared)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(MIB);
	struct message m;

	letter_read(&m, declared[_i].in, false);
	ck_assert_int_eq(message_encode(&m, CODING_QP, &e), 0);
	ck_assert_int_eq(message_encode(&m, CODING_NONE, &e), 0);
	ck_assert_int_eq(m.coding, CODING_QP);
	ck_assert_int_eq(message_advised(&m, true), CODING_QP);
	letter_write(&m, &out);
	ck_assert(
	    bytes_same(bytes_head(buf_bytes(&out), strlen(declared[_i].header)),
		bytes_of(declared[_i].header)));
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

/* A long UTF-8 body in a file: no character is cut where blocks end. */
START_TEST(utf8_is_known_across_blocks)
{
	for (size_t shift = 0; shift < 3; shift++) {
		struct error e = ERROR_NONE;
		struct buf in = BUF(MIB);
		struct message m;

		buf_adds(&in, "A: b\r\n\r\n");
		letter_fill(&in, BYTES("x"), shift);
		letter_fill(&in, BYTES("\xe4\xbd\xa0"), 600000);
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_int_eq(message_encode(&m, CODING_QP, &e), 0);
		ck_assert(bytes_find(buf_bytes(&m.added), BYTES("utf-8")) <
		    m.added.n);
		message_clear(&m);
		buf_clear(&in);
	}
}
END_TEST

START_TEST(without_coding_nuls_go)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(MIB);
	struct message m;

	letter_read(&m, BYTES("A: b\n\na\0\0b\n\0"), false);
	ck_assert_int_eq(message_encode(&m, CODING_FOLD, &e), 0);
	ck_assert_int_eq(message_encode(&m, CODING_NONE, &e), 0);
	letter_write(&m, &out);
	ck_assert_str_eq(buf_text(&out), "A: b\r\n\r\nab\r\n\r\n");
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

/* ---- folding ---- */

static void
without_folds(struct buf *out, struct bytes text)
{
	while (text.n > 0) {
		size_t n = bytes_find(text, BYTES("\r\n "));

		buf_add(out, bytes_head(text, n));
		text = bytes_skip(text, n + 3);
	}
}

static void
without_nuls(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] != '\0')
			buf_addc(out, text.p[i]);
}

START_TEST(folding_only_adds_folds)
{
	static const struct bytes runs[] = { T("x"), T("\xe4\xbd\xa0"),
		T("\0a"), T("\xff"), T("\x80"), T(".."),
		T("\xf0\x9f\x98\x80") };

	for (size_t n = 990; n < 131000; n += n < 1005 ? 1 : 64777) {
		struct error e = ERROR_NONE;
		struct buf in = BUF(MIB), out = BUF(MIB), back = BUF(MIB),
			   want = BUF(MIB);
		struct message m;

		buf_adds(&in, "A: b\r\n\r\n");
		letter_fill(&in, runs[_i], n);
		buf_adds(&in, "\r\nx\r\n\r\n");
		letter_fill(&in, runs[_i], n + 1);
		buf_adds(&in, "\r\n");
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_int_eq(message_encode(&m, CODING_FOLD, &e), 0);
		letter_write(&m, &out);
		ck_assert(
		    bytes_find(buf_bytes(&out), BYTES("\r\n \r\n")) == out.n);
		without_folds(&back, body_of(&out));
		without_nuls(&want, buf_bytes(&m.body));
		ck_assert(bytes_same(buf_bytes(&back), buf_bytes(&want)));
		buf_clear(&in);
		buf_clear(&out);
		buf_clear(&back);
		buf_clear(&want);
		message_clear(&m);
	}
}
END_TEST

START_TEST(folds_are_full_and_between_characters)
{
	struct error e = ERROR_NONE;
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct message m;
	struct bytes body;

	buf_adds(&in, "A: b\r\n\r\n");
	letter_fill(&in, BYTES("x"), 2000);
	buf_adds(&in, "\r\n");
	letter_fill(&in, BYTES("\xe4\xbd\xa0"), 3000);
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_encode(&m, CODING_FOLD, &e), 0);
	letter_write(&m, &out);
	body = body_of(&out);
	ck_assert_uint_eq(bytes_take(&body, '\r').n, 998);
	ck_assert_uint_eq(bytes_take(&body, '\r').n, 999);
	ck_assert_uint_eq(bytes_take(&body, '\r').n, 7);
	ck_assert_uint_eq(bytes_take(&body, '\r').n, 997);
	ck_assert_uint_eq(bytes_take(&body, '\r').n, 2 + 996);
	buf_clear(&in);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

/* Wherever in a line they stand. */
START_TEST(no_character_is_cut)
{
	static const struct bytes characters[] = { T("\xc3\xa4"),
		T("\xe4\xbd\xa0"), T("\xf0\x9f\x98\x80") };

	for (size_t shift = 0; shift < 12; shift++) {
		struct error e = ERROR_NONE;
		struct buf in = BUF(MIB), out = BUF(MIB);
		struct message m;
		struct bytes text;

		buf_adds(&in, "A: b\r\n\r\n");
		letter_fill(&in, BYTES("x"), shift / 3);
		letter_fill(&in, characters[shift % 3], 60000);
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_int_eq(message_encode(&m, CODING_FOLD, &e), 0);
		letter_write(&m, &out);
		text = buf_bytes(&out);
		while (text.n > 0)
			ck_assert(utf8_valid(bytes_take(&text, '\n')));
		buf_clear(&in);
		buf_clear(&out);
		message_clear(&m);
	}
}
END_TEST

Suite *
suite_coding(void)
{
	Suite *s = suite_create("coding");
	TCase *t = tcase_create("coding");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, advice_by_table, 0, ROWS(advice));
	tcase_add_test(t, advice_sees_what_was_changed);
	tcase_add_loop_test(t, quoted_by_table, 0, ROWS(coded));
	tcase_add_loop_test(t, quoting_loses_nothing, 0, ROWS(fillings));
	tcase_add_loop_test(t, quoting_is_declared, 0, ROWS(declared));
	tcase_add_test(t, without_coding_nuls_go);
	tcase_add_test(t, utf8_is_known_across_blocks);
	tcase_add_loop_test(t, folding_only_adds_folds, 0, 7);
	tcase_add_test(t, no_character_is_cut);
	tcase_add_test(t, folds_are_full_and_between_characters);
	suite_add_tcase(s, t);
	return s;
}
