#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "mail/content.h"
#include "tests/unit/mail/letters.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define MIB ((size_t)1 << 20)
#define MIXED "Content-Type: multipart/mixed; boundary=b\n\n"

Suite *suite_parts(void);

/* ---- a part's type ---- */

static const struct {
	const char *body, *type, *subtype, *boundary;
} types[] = {
	{ " multipart/mixed; boundary=b", "multipart", "mixed", "b" },
	{ "multipart/mixed;\r\n\tBOUNDARY=\"a b\"", "multipart", "mixed",
	    "a b" },
	{ "multipart/x; a=\"x; boundary=no\"; boundary=yes", "multipart", "x",
	    "yes" },
	{ "(c) multipart (d) / (e) x (f); (g) boundary (h) = (i) b (j)",
	    "multipart", "x", "b" },
	{ "multipart/x; boundary=\"a\\\"b\\\\c\"", "multipart", "x",
	    "a\"b\\c" },
	{ "multipart/x; boundary=\"b  \"", "multipart", "x", "b" },
	{ "multipart/x; boundary=a b ; c=d", "multipart", "x", "a b" },
	{ "multipart/x; boundary=one; boundary=two", "multipart", "x", "one" },
	{ "multipart/x; x-boundary=b", "multipart", "x", NULL },
	{ "multipart/x; boundary=", "multipart", "x", NULL },
	{ "multipart/x; boundary=\"\"", "multipart", "x", NULL },
	{ "multipart/x; boundary=\"\x01\"", "multipart", "x", NULL },
	{ "multipart/x; boundary=\"\xc3\xa4\"", "multipart", "x", NULL },
	{ "multipart/x; boundary", "multipart", "x", NULL },
	{ "multipart/x", "multipart", "x", NULL },
	{ "text", "text", "", NULL },
	{ "text; charset=x", "text", "", NULL },
	{ "", "", "", NULL },
	{ "/", "", "", NULL },
	{ "(", "", "", NULL },
};

START_TEST(types_by_table)
{
	struct bytes body = bytes_of(types[_i].body), type, subtype;
	struct buf boundary = BUF(BOUNDARY_MAX);
	bool found;

	content_type(&body, &type, &subtype);
	ck_assert(bytes_is(type, types[_i].type));
	ck_assert(bytes_is(subtype, types[_i].subtype));
	found = content_boundary(body, &boundary);
	ck_assert_int_eq(found, types[_i].boundary != NULL);
	if (found)
		ck_assert_str_eq(buf_text(&boundary), types[_i].boundary);
	buf_clear(&boundary);
}
END_TEST

START_TEST(a_boundary_has_an_end)
{
	char text[512] = "; boundary=";
	struct buf boundary = BUF(BOUNDARY_MAX);

	memset(text + strlen(text), 'x', BOUNDARY_MAX);
	ck_assert(content_boundary(bytes_of(text), &boundary));
	ck_assert_uint_eq(boundary.n, BOUNDARY_MAX);
	buf_reset(&boundary);
	strcat(text, "x");
	ck_assert(!content_boundary(bytes_of(text), &boundary));
	buf_clear(&boundary);
}
END_TEST

/* ---- what becomes of the parts ---- */

#define QP "Content-Transfer-Encoding: quoted-printable\n"

static const struct {
	const char *in, *out; /* without the message's own header */
} parts[] = {
	{ "--b\n\n\xc3\xa4\n--b--\n", "--b\n" QP "\n=C3=A4\n--b--\n" },
	{ "--b\n\nplain\n--b\n\n\xc3\xa4\n--b--\n",
	    "--b\n\nplain\n--b\n" QP "\n=C3=A4\n--b--\n" },
	{ "--b\nContent-Transfer-Encoding: 8bit\nContent-Type: x/y\n\n"
	  "\xc3\xa4\n--b--\n",
	    "--b\n" QP "Content-Type: x/y\n\n=C3=A4\n--b--\n" },
	{ "--b\nContent-Transfer-Encoding: 8bit\n\nplain\n--b\n\n\xc3\n",
	    "--b\nContent-Transfer-Encoding: 7bit\n\nplain\n"
	    "--b\n" QP "\n=C3\n" },
	{ "--b\nContent-Transfer-Encoding: base64\n\nw6Q=\n--b\n\n\xc3\n",
	    "--b\nContent-Transfer-Encoding: base64\n\nw6Q=\n"
	    "--b\n" QP "\n=C3\n" },
	/* in each other */
	{ "--b\nContent-Type: multipart/x; boundary=c\n"
	  "Content-Transfer-Encoding: 8bit\n\n"
	  "--c\n\n\xc3\n--c--\nx\n--b--\n",
	    "--b\nContent-Transfer-Encoding: 7bit\n"
	    "Content-Type: multipart/x; boundary=c\n\n"
	    "--c\n" QP "\n=C3\n--c--\nx\n--b--\n" },
	{ "--b\nContent-Type: message/rfc822\n\nSubject: x\n\n\xc3\n--b--\n",
	    "--b\nContent-Type: message/rfc822\n\nMIME-Version: 1.0\n" QP
	    "Subject: x\n\n=C3\n--b--\n" },
	{ "--b\nContent-Type: multipart/digest; boundary=d\n\n"
	  "--d\n\nSubject: x\nMIME-Version: 1.0\n\n\xc3\n--b--\n",
	    "--b\nContent-Type: multipart/digest; boundary=d\n\n"
	    "--d\n\n" QP "Subject: x\nMIME-Version: 1.0\n\n=C3\n--b--\n" },
	{ "--b\nContent-Type: multipart/x; boundary=c\n\n--c\n\n\xc3\n--b\n\n"
	  "--c\n\xc3\n",
	    "--b\nContent-Type: multipart/x; boundary=c\n\n--c\n" QP
	    "\n=C3\n--b\n" QP "\n--c\n=C3\n" },
	{ "--b\nContent-Type: message/global-headers\n\nA: \xc3\n--b--\n",
	    "--b\n" QP "Content-Type: message/global-headers\n\n"
	    "A: =C3\n--b--\n" },
	{ "--b\nContent-Type: message/global-delivery-status\n\n\xc3\n--b--\n",
	    "--b\n" QP "Content-Type: message/global-delivery-status\n\n"
	    "=C3\n--b--\n" },
	/* not quite a boundary */
	{ "--b\n\n--bb\n-- b\n--b-\n\xc3\n",
	    "--b\n" QP "\n--bb\n-- b\n--b-\n=C3\n" },
	{ "--b \t\n\n\xc3\n--b-- \n--b\n",
	    "--b \t\n" QP "\n=C3\n--b-- \n--b\n" },
	/* what nobody reads */
	{ "\xc3\xa4!\n--b\n\nx\n--b--\n\xc3\n",
	    "?"
	    "?!\n--b\n\nx\n--b--\n?\n" },
	/* headers that end too early */
	{ "--b\n\xc3\n--b--\n", "--b\n" QP "\n=C3\n--b--\n" },
	{ "--b\nA: b\nno field \xc3\n", "--b\n" QP "A: b\n\nno field =C3\n" },
	{ "\xc3\n--b\nA: b\n--b--\n", "?\n--b\nA: b\n--b--\n" },
	{ "\xc3\n--b\nA: b\n", "?\n--b\nA: b\n" },
	{ "--b\n \n\xc3\n", "--b\n" QP "\n=C3\n" },
	/* a signed part spares the others, and is spared */
	{ "--b\n\n\xc3\n--b\nContent-Type: multipart/signed; boundary=s\n\n"
	  "--s\nContent-Transfer-Encoding: 8bit\n \nx\n--s--\n--b--\n",
	    "--b\n" QP "\n=C3\n--b\n"
	    "Content-Type: multipart/signed; boundary=s\n\n"
	    "--s\nContent-Transfer-Encoding: 8bit\n \nx\n--s--\n--b--\n" },
};

static void
write_body(struct message *m, struct buf *body)
{
	struct bytes rest;

	letter_write(m, body);
	rest = buf_bytes(body);
	buf_drop(body, bytes_find(rest, BYTES("\r\n\r\n")) + 4);
}

static void
without_crs(struct buf *text)
{
	size_t n = 0;

	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] != '\r')
			text->p[n++] = text->p[i];
	buf_cut(text, n);
}

START_TEST(parts_by_table)
{
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;

	buf_adds(&in, MIXED);
	buf_adds(&in, parts[_i].in);
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_advised(&m, false), CODING_PARTS_7BIT);
	ck_assert_int_eq(message_encode(&m, CODING_PARTS_7BIT, &e), 0);
	ck_assert(!message_body_8bit(&m));
	write_body(&m, &out);
	without_crs(&out);
	ck_assert_str_eq(buf_text(&out), parts[_i].out);
	message_clear(&m);
	buf_clear(&in);
	buf_clear(&out);
}
END_TEST

/* ---- lines of a header that are too long ---- */

static const struct {
	const char *before, *filler;
	size_t n;
	const char *behind, *out; /* how it begins to leave */
} lines[] = {
	{ "Subject:", "x", 1000, "", "Subject:xxx" },
	{ "Subject: ", "x", 995, "", "Subject:\n xxx" },
	/* a name stays with its colon */
	{ "Subject :", "x", 1000, "", "Subject:xxx" },
	{ "Subject :", "x", 995, "", "Subject:\n xxx" },
	{ "Subject \t :y ", "x", 995, "", "Subject:y\n xxx" },
	{ "Subject", " ", 980, ":xxxxxxxxxxxxxx", "Subject:xxx" },
	/* none becomes an empty one */
	{ "A: b\n", " ", 1200, "\nC: d", "A: b\nC: d\n" },
	{ "A: b\n", "\t", 999, "c\nC: d", "A: b\n\tc\nC: d\n" },
};

START_TEST(long_lines_by_table)
{
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;
	const char *text;

	buf_adds(&in, MIXED "--b\n");
	buf_adds(&in, lines[_i].before);
	letter_fill(&in, bytes_of(lines[_i].filler), lines[_i].n);
	buf_addf(&in, "%s\n\n\xc3\n", lines[_i].behind);
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_encode(&m, CODING_PARTS_7BIT, &e), 0);
	write_body(&m, &out);
	without_crs(&out);
	text = buf_text(&out);
	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(strncmp(text, "--b\n" QP, strlen("--b\n" QP)), 0);
	text += strlen("--b\n" QP);
	ck_assert_int_eq(
	    strncmp(text, lines[_i].out, strlen(lines[_i].out)), 0);
	ck_assert_str_eq(strstr(text, "\n\n"), "\n\n=C3\n");
	message_clear(&m);
	buf_clear(&in);
	buf_clear(&out);
}
END_TEST

/* ---- what cannot be done ---- */

static const struct {
	const char *in;
	bool seven_bit;
	enum error_kind kind;
} refused[] = {
	{ "Content-Type: multipart/signed; boundary=b\n\n--b\n\n\xc3\n", true,
	    ERR_NOT_SUPPORTED },
	{ "Content-Type: multipart/signed; boundary=b\n\n--b\n\n\xc3\n", false,
	    ERR_NONE },
	{ MIXED "--b\nContent-Type: multipart/signed; boundary=c\n\n"
		"--c\nContent-Type: multipart/mixed; boundary=d\n\n"
		"--d\n\n\xc3\n",
	    true, ERR_NOT_SUPPORTED },
	{ MIXED "--b\nContent-Type: multipart/signed; boundary=c\n\n"
		"--c\nContent-Type: message/rfc822\n\nA: \xc3\n\nx\n",
	    true, ERR_NOT_SUPPORTED },
	{ MIXED "--b\nContent-Type: multipart/signed; boundary=c\n\n--c--\n"
		"--b\n\n\xc3\n",
	    true, ERR_NONE },
};

START_TEST(signed_parts_by_table)
{
	struct error e = ERROR_NONE;
	struct message m;

	letter_read(&m, bytes_of(refused[_i].in), false);
	message_encode(
	    &m, refused[_i].seven_bit ? CODING_PARTS_7BIT : CODING_PARTS, &e);
	ck_assert_int_eq(e.kind, refused[_i].kind);
	message_clear(&m);
}
END_TEST

START_TEST(what_cannot_be_encoded_stays)
{
	const char *in =
	    MIXED "--b\nContent-Type: message/partial\n\n\xc3\n--b\n\n\xc4\n";
	struct buf out = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;

	letter_read(&m, bytes_of(in), false);
	ck_assert_int_eq(message_encode(&m, CODING_PARTS_7BIT, &e), 0);
	ck_assert(message_body_8bit(&m));
	write_body(&m, &out);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\r\n\r\n\xc3\r\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "\r\n\r\n=C4\r\n"));
	message_clear(&m);
	buf_clear(&out);
}
END_TEST

/* Multiparts in multiparts, deeper than anybody follows. */
START_TEST(depth_has_an_end)
{
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;

	buf_adds(&in, MIXED "--b\n");
	for (int i = 0; i < 200; i++)
		buf_addf(&in,
		    "Content-Type: multipart/x; boundary=c%d\n\n--c%d\n", i, i);
	buf_adds(&in, "\n\xc3\n");
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_encode(&m, CODING_PARTS_7BIT, &e), 0);
	ck_assert(message_body_8bit(&m));
	letter_write(&m, &out);
	message_clear(&m);
	buf_clear(&in);
	buf_clear(&out);
}
END_TEST

START_TEST(the_number_of_parts_has_an_end)
{
	struct buf in = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;

	buf_adds(&in, MIXED);
	for (int i = 0; i < (1 << 16) + 1; i++)
		buf_adds(&in, "--b\n\nx\n");
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_int_eq(message_encode(&m, CODING_PARTS_7BIT, &e), -1);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	message_clear(&m);
	buf_clear(&in);
}
END_TEST

Suite *
suite_parts(void)
{
	Suite *s = suite_create("parts");
	TCase *t = tcase_create("parts");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, types_by_table, 0, ROWS(types));
	tcase_add_test(t, a_boundary_has_an_end);
	tcase_add_loop_test(t, parts_by_table, 0, ROWS(parts));
	tcase_add_loop_test(t, long_lines_by_table, 0, ROWS(lines));
	tcase_add_loop_test(t, signed_parts_by_table, 0, ROWS(refused));
	tcase_add_test(t, what_cannot_be_encoded_stays);
	tcase_add_test(t, depth_has_an_end);
	tcase_add_test(t, the_number_of_parts_has_an_end);
	suite_add_tcase(s, t);
	return s;
}
