#include "compose/compose.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/mail/letters.h"

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))
#define NI "\xe4\xbd\xa0"
#define BOUNDARY1 "=_01010101010101010101010101010101"
#define BOUNDARY2 "=_02020202020202020202020202020202"
#define PLAIN(charset, coding) \
	"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=" charset \
	"\r\nContent-Transfer-Encoding: " coding "\r\n\r\n"
#define ASCII PLAIN("us-ascii", "7bit")
#define LONG50 "12345678901234567890123456789012345678901234567890"

Suite *suite_compose(void);

static void
counted(void *p, size_t n)
{
	static unsigned char next;

	memset(p, ++next, n);
}

static int64_t
ticks(void)
{
	return 0;
}

static struct timespec
now(void)
{
	return (struct timespec){ 0 };
}

static void
host_name(char *to, size_t size)
{
	strncpy(to, "host.example", size);
}

static const struct here here = { ticks, now, counted, host_name };

/* Begun, or nothing. */
static struct compose *
begun(struct compose *c)
{
	if (c == NULL || compose_begin(c) == 0)
		return c;
	compose_free(c);
	return NULL;
}

/* All of it, room octets at a time. */
static void
compose(const struct composition *what, const char *body, size_t room,
    struct buf *out, struct error *e)
{
	int fd = letter_fd(bytes_of(body), 0);
	struct compose *c = begun(compose_new(what, fd, &here, e));
	char piece[4096];
	ssize_t n;

	ck_assert((c == NULL) == (e->kind != ERR_NONE));
	while (c != NULL && (n = compose_read(c, piece, room)) != 0) {
		ck_assert_int_gt(n, 0);
		buf_add(out, (struct bytes){ piece, (size_t)n });
	}
	compose_free(c);
	close(fd);
}

/* ---- fields ------------------------------------------------------------------- */

static const struct {
	struct compose_field fields[3];
	const char *header; /* NULL: an error */
	enum error_kind kind;
} headings[] = {
	{ { { "-", "Subject", " hi\tthere " } }, "Subject: hi there\r\n", 0 },
	{ { { "-", "Subject", "" } }, "Subject:\r\n", 0 },
	{ { { "-", "Subject", NI } }, "Subject: =?UTF-8?B?5L2g?=\r\n", 0 },
	{ { { "-", "Subject", LONG50 " " LONG50 } },
	    "Subject: " LONG50 "\r\n " LONG50 "\r\n", 0 },
	{ { { "-", "Subject", LONG50 LONG50 } },
	    "Subject: " LONG50 LONG50 "\r\n", 0 },
	{ { { "-", NULL, "X-A: b" }, { "-", "Cc", "c@x" },
	      { "-", "Subject", "s" } },
	    "Cc: c@x\r\nSubject: s\r\nX-A: b\r\n", 0 },
	{ { { "-", "To", "a@x" }, { "-", "To", "B <b@x>, c@x" } },
	    "To: a@x, B <b@x>, c@x\r\n", 0 },
	{ { { "-", "To", "g: a@x, b@x;" } }, "To: a@x, b@x\r\n", 0 },
	{ { { "-", "To", "nobody:;" } }, "To: nobody:;\r\n", 0 },
	{ { { "-", "To", NI " <a@b\xc3\xbc.example>" } },
	    "To: =?UTF-8?B?5L2g?= <a@xn--b-eha.example>\r\n", 0 },
	{ { { "-", "To", NI "@b\xc3\xbc.example" } },
	    "To: " NI "@b\xc3\xbc.example\r\n", 0 },
	{ { { "-", NULL, "reply-to: a@x" } }, "reply-to: a@x\r\n", 0 },
	{ { { "-", NULL, "X-A: 1" }, { "-", NULL, "X-A: 2" } },
	    "X-A: 1\r\nX-A: 2\r\n", 0 },
	{ { { "-", NULL, "List-Id: <" NI ">" } }, NULL, ERR_USAGE },
	{ { { "-", NULL, "To: a@x" }, { "-", NULL, "To: b@x" } }, NULL,
	    ERR_USAGE },
	{ { { "-", "Cc", "a@x" }, { "-", NULL, "cc: b@x" } }, NULL, ERR_USAGE },
	{ { { "-", NULL, "Date: x" }, { "-", NULL, "Date: y" } }, NULL,
	    ERR_USAGE },
	{ { { "-", NULL, "content-id: x" } }, NULL, ERR_USAGE },
	{ { { "-", NULL, "Resent-Cc: a@x" } }, NULL, ERR_USAGE },
	{ { { "-", "Subject", "a\r\nb" } }, NULL, ERR_USAGE },
	{ { { "-", "Subject", "a\xff" } }, NULL, ERR_USAGE },
	{ { { "-", "Subject", "a\xc2\x85" } }, NULL, ERR_USAGE },
	{ { { "-", NULL, "X-A\n: b" } }, NULL, ERR_USAGE },
	{ { { "-", NULL, "X-" LONG50 ": " NI } }, NULL, ERR_USAGE },
	{ { { "-", "To", "a@" } }, NULL, ERR_ADDRESS },
	{ { { "-", "To", " ,, " } }, NULL, ERR_USAGE },
};

START_TEST(headers_are_made)
{
	struct composition what = { .fields = headings[_i].fields };
	struct buf out = BUF(10000), want = BUF(10000);
	struct error e = ERROR_NONE;

	while (what.fields_n < 3 && what.fields[what.fields_n].value != NULL)
		what.fields_n++;
	compose(&what, "x", 4096, &out, &e);
	ck_assert_int_eq(e.kind, headings[_i].kind);
	if (headings[_i].header != NULL) {
		buf_adds(&want, headings[_i].header);
		buf_adds(&want, ASCII "x\r\n");
		ck_assert_str_eq(buf_text(&out), buf_text(&want));
	}
	buf_clear(&out);
	buf_clear(&want);
}
END_TEST

/* ---- texts ----------------------------------------------------------------------- */

static const struct {
	const char *body, *charset, *message;
	bool keep;
} texts[] = {
	{ "", NULL, ASCII, false },
	{ "a\nb\rc\r\n\r", NULL, ASCII "a\r\nb\r\nc\r\n\r\n", false },
	{ NI, NULL, PLAIN("UTF-8", "base64") "5L2gDQo=\r\n", false },
	{ "mostly ASCII, as is this " NI "\n.", NULL,
	    PLAIN("UTF-8", "quoted-printable") "mostly ASCII, as is this "
					       "=E4=BD=A0\r\n=2E\r\n",
	    false },
	{ "\xc4\xe3", "GBK", PLAIN("UTF-8", "base64") "5L2gDQo=\r\n", false },
	{ "\xc4\xe3", "GBK", PLAIN("GBK", "quoted-printable") "=C4=E3\r\n",
	    true },
	{ "ab", "GBK", ASCII "ab\r\n", true },
	{ "\xc4\xe3", "CP936", PLAIN("UTF-8", "base64") "5L2gDQo=\r\n", true },
	{ "+T2A-", "UTF-7", PLAIN("UTF-8", "base64") "5L2gDQo=\r\n", true },
};

START_TEST(texts_are_encoded)
{
	struct composition what = { .charset = texts[_i].charset,
		.keep_charset = texts[_i].keep };
	struct error e = ERROR_NONE;

	for (size_t room = 1; room < 4096; room *= 3) {
		struct buf out = BUF(10000);

		compose(&what, texts[_i].body, room, &out, &e);
		ck_assert_str_eq(buf_text(&out), texts[_i].message);
		buf_clear(&out);
	}
}
END_TEST

static const struct {
	const char *body, *charset, *text;
} foreign[] = {
	{ "ab\xff", NULL, "byte 3 of the body is not UTF-8" },
	{ "ab\xe4", NULL, "byte 3 of the body is not UTF-8" },
	{ "\x81\xff", "GBK", "byte 1 of the body is not GBK" },
};

START_TEST(what_is_not_of_its_charset)
{
	struct composition what = { .charset = foreign[_i].charset };
	struct buf out = BUF(10000);
	struct error e = ERROR_NONE;

	compose(&what, foreign[_i].body, 4096, &out, &e);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	ck_assert_str_eq(e.text, foreign[_i].text);
	buf_clear(&out);
}
END_TEST

/* ---- parts ------------------------------------------------------------------------ */

/* In one process: the boundaries come one after the other. */
START_TEST(parts_are_put_together)
{
	static const struct attachment null = { "/dev/null", "n", "x/y" };
	struct composition what = {
		.html = "/dev/null", .attachments = &null, .attachments_n = 1
	};
	struct error e = ERROR_NONE;
	struct buf out = BUF(10000);

	compose(&what, "hi", 4096, &out, &e);
	ck_assert_str_eq(buf_text(&out),
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/mixed;\r\n boundary=\"" BOUNDARY1
	    "\"\r\n\r\n--" BOUNDARY1 "\r\n"
	    "Content-Type: multipart/alternative;\r\n boundary=\"" BOUNDARY2
	    "\"\r\n\r\n--" BOUNDARY2 "\r\n"
	    "Content-Type: text/plain; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\nhi\r\n\r\n--" BOUNDARY2
	    "\r\nContent-Type: text/html; charset=us-ascii\r\n"
	    "Content-Transfer-Encoding: 7bit\r\n\r\n\r\n--" BOUNDARY2
	    "--\r\n--" BOUNDARY1 "\r\nContent-Type: x/y\r\n"
	    "Content-Transfer-Encoding: base64\r\n"
	    "Content-Disposition: attachment; filename=n\r\n\r\n--" BOUNDARY1
	    "--\r\n");
	buf_clear(&out);
}
END_TEST

static const struct {
	struct attachment attachment;
	const char *html;
	enum error_kind kind;
} unread[] = {
	{ { "/nonexistent", "n", NULL }, NULL, ERR_NOINPUT },
	{ { "/", "n", NULL }, NULL, ERR_NOINPUT },
	{ { "/dev/null", "n", NULL }, "/nonexistent", ERR_NOINPUT },
	{ { "/dev/null", "n", "text" }, NULL, ERR_USAGE },
	{ { "/dev/null", "n", "message/rfc822" }, NULL, ERR_USAGE },
	{ { "-", "n", NULL }, "-", ERR_USAGE },
};

START_TEST(files_that_cannot_be_attached)
{
	struct composition what = { .html = unread[_i].html,
		.attachments = &unread[_i].attachment,
		.attachments_n = 1 };
	struct buf out = BUF(10000);
	struct error e = ERROR_NONE;

	compose(&what, "hi", 4096, &out, &e);
	ck_assert_int_eq(e.kind, unread[_i].kind);
	buf_clear(&out);
}
END_TEST

Suite *
suite_compose(void)
{
	Suite *s = suite_create("compose");
	TCase *t = tcase_create("messages");

	tcase_add_test(t, parts_are_put_together);
	tcase_add_loop_test(t, headers_are_made, 0, N(headings));
	tcase_add_loop_test(t, texts_are_encoded, 0, N(texts));
	tcase_add_loop_test(t, what_is_not_of_its_charset, 0, N(foreign));
	tcase_add_loop_test(t, files_that_cannot_be_attached, 0, N(unread));
	suite_add_tcase(s, t);
	return s;
}
