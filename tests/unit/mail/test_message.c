#include "mail/message.h"

#include <check.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/mail/letters.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}
#define MIB ((size_t)1 << 20)

Suite *suite_message(void);

/* ---- what becomes of the octets ---- */

static const struct {
	struct bytes in, out;
	bool lone_dot_ends;
} letters[] = {
	/* line ends */
	{ T("A: b\n\nx\n"), T("A: b\r\n\r\nx\r\n"), false },
	{ T("A: b\r\n\r\nx\r\n"), T("A: b\r\n\r\nx\r\n"), false },
	{ T("A: b\r\r\n\r\r\nx\r\r\r\n"), T("A: b\r\n\r\nx\r\n"), false },
	{ T("A: b\r\nC: d\n\r\nx\ny\r\n"), T("A: b\r\nC: d\r\n\r\nx\r\ny\r\n"),
	    false },
	{ T("A: b\n\nx"), T("A: b\r\n\r\nx\r\n"), false },
	{ T("A: b\n\nx\n\n\n"), T("A: b\r\n\r\nx\r\n\r\n\r\n"), false },
	/* bare CR */
	{ T("A: b\rc\n\nx\ry\n"), T("A: b c\r\n\r\nx\r\ny\r\n"), false },
	{ T("A: b\rBcc: c\n\nx\r\ry\n"), T("A: b Bcc: c\r\n\r\nx\r\n\r\ny\r\n"),
	    false },
	{ T("A: b\n\n\rx\n"), T("A: b\r\n\r\n\r\nx\r\n"), false },
	{ T("A: b\n\nx\r"), T("A: b\r\n\r\nx\r\n"), false },
	{ T("A: b\n\nx\r.\r\ny\n"), T("A: b\r\n\r\nx\r\n.\r\ny\r\n"), true },
	{ T("\rA: b\n\nx\n"), T("\r\n\r\nA: b\r\n\r\nx\r\n"), false },
	{ T("A: b\n\rC: d\n\nx\n"), T("A: b\r\n C: d\r\n\r\nx\r\n"), false },
	/* NUL */
	{ T("A\0: b\0c\n\nx\0y\n"), T("A: bc\r\n\r\nxy\r\n"), false },
	{ T("A: b\n\0\nC: d\n"), T("A: b\r\n\r\nC: d\r\n"), false },
	{ T("A: b\n\n\0\0\n"), T("A: b\r\n\r\n\r\n"), false },
	{ T("A: b\n\n\0.\n"), T("A: b\r\n\r\n.\r\n"), true },
	{ T("A: b\n\n\0.\n"), T("A: b\r\n\r\n.\r\n"), false },
	{ T("A: b\n\n\0"), T("A: b\r\n\r\n\r\n"), false },
	{ T("\0\0\0"), T("\r\n"), false },
	/* the lone dot */
	{ T("A: b\n\nx\n.\ny\n"), T("A: b\r\n\r\nx\r\n"), true },
	{ T("A: b\n\nx\r\n.\r\ny\n"), T("A: b\r\n\r\nx\r\n"), true },
	{ T("A: b\n\nx\n.\r\r\ny\n"), T("A: b\r\n\r\nx\r\n"), true },
	{ T("A: b\n.\nC: d\n\nx\n"), T("A: b\r\n\r\n"), true },
	{ T("A: b\r\n.\r\nC: d\n\nx\n"), T("A: b\r\n\r\n"), true },
	{ T(".\nA: b\n"), T("\r\n"), true },
	{ T("A: b\n\nx\n."), T("A: b\r\n\r\nx\r\n"), true },
	{ T("A: b\n\nx\n.\r"), T("A: b\r\n\r\nx\r\n"), true },
	{ T("A: b\n\n.\n"), T("A: b\r\n\r\n"), true },
	{ T("A: b\n\n..\n.x\n. \n .\n"),
	    T("A: b\r\n\r\n..\r\n.x\r\n. \r\n .\r\n"), true },
	{ T("A: b\n\nx.\n.\ry\n"), T("A: b\r\n\r\nx.\r\n.\r\ny\r\n"), true },
	{ T("A: b\n\nx\n.\ny\n"), T("A: b\r\n\r\nx\r\n.\r\ny\r\n"), false },
	{ T("A: b\n.\nC: d\n\nx\n"), T("A: b\r\n\r\n.\r\nC: d\r\n\r\nx\r\n"),
	    false },
	/* mailbox files */
	{ T("From a@b Mon Jan  1 00:00:00 2024\nA: b\n\nx\n"),
	    T("A: b\r\n\r\nx\r\n"), false },
	{ T("From a\n>From b\r\n>>From c\nA: b\nFrom d\nx\n"),
	    T("A: b\r\n\r\nFrom d\r\nx\r\n"), false },
	{ T("From : a@b\nA: b\n\n"), T("From: a@b\r\nA: b\r\n\r\n"), false },
	{ T("From a\n\nx\n"), T("\r\nx\r\n"), false },
	{ T("From a"), T("\r\n"), false },
	{ T("Fromage\n"), T("\r\nFromage\r\n"), false },
	/* odd headers */
	{ T(""), T("\r\n"), false },
	{ T("\n"), T("\r\n"), false },
	{ T("\nx\n"), T("\r\nx\r\n"), false },
	{ T("hello world\nx: y\n"), T("\r\nhello world\r\nx: y\r\n"), false },
	{ T("Disk /dev/sda: 99% full\nx\n"),
	    T("\r\nDisk /dev/sda: 99% full\r\nx\r\n"), false },
	{ T("WARNING: disk is full\n2nd line\n"),
	    T("WARNING: disk is full\r\n\r\n2nd line\r\n"), false },
	{ T("A: b\nbody\nC: d\n"), T("A: b\r\n\r\nbody\r\nC: d\r\n"), false },
	{ T("A: b\nbo\rdy\0\r\n"), T("A: b\r\n\r\nbo\r\ndy\r\n"), false },
	{ T("A: b\nbody"), T("A: b\r\n\r\nbody\r\n"), false },
	{ T("A: b"), T("A: b\r\n\r\n"), false },
	{ T("A: b\r"), T("A: b\r\n\r\n"), false },
	{ T("A: b\n"), T("A: b\r\n\r\n"), false },
	{ T("A: b\n c\n\td\n\nx\n"), T("A: b\r\n c\r\n\td\r\n\r\nx\r\n"),
	    false },
	{ T("A: b\n \n c\n\nx\n"), T("A: b\r\n \r\n c\r\n\r\nx\r\n"), false },
	{ T(" a: b\n\nx\n"), T("\r\n a: b\r\n\r\nx\r\n"), false },
	{ T("Subject : x\nTo \t:y\n\n"), T("Subject: x\r\nTo:y\r\n\r\n"),
	    false },
	{ T("A:\nB: \n\n"), T("A:\r\nB: \r\n\r\n"), false },
	{ T(".a: b\n\nx\n"), T(".a: b\r\n\r\nx\r\n"), false },
	{ T("A: \xc3\xa4\n\n\xff\n"), T("A: \xc3\xa4\r\n\r\n\xff\r\n"), false },
};

START_TEST(every_odd_input_becomes_canonical)
{
	struct message m;
	struct buf out = BUF(MIB);

	letter_read(&m, letters[_i].in, letters[_i].lone_dot_ends);
	letter_write(&m, &out);
	ck_assert_str_eq(buf_text(&out), letters[_i].out.p);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

START_TEST(pieces_make_no_difference)
{
	struct bytes in = letters[_i].in;

	for (size_t n = 1; n < in.n; n++) {
		struct message m;
		struct buf out = BUF(MIB);

		letter_read_pieces(&m, in, letters[_i].lone_dot_ends, n);
		letter_write(&m, &out);
		ck_assert_str_eq(buf_text(&out), letters[_i].out.p);
		buf_clear(&out);
		message_clear(&m);
	}
}
END_TEST

/* Reading what was written gives the same again. */
START_TEST(canonical_stays_as_it_is)
{
	struct message m;
	struct buf out = BUF(MIB);

	letter_read(&m, letters[_i].out, false);
	letter_write(&m, &out);
	ck_assert_str_eq(buf_text(&out), letters[_i].out.p);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

/* ---- facts ---- */

static const struct {
	struct bytes in;
	struct message_facts facts;
} seen[] = {
	{ T("A: b\n\nx\nyz\n"), { .size = 7, .lines = 2, .longest = 4 } },
	{ T("A: b\n\nx\n.\n12345"),
	    { .size = 3, .lines = 1, .longest = 4, .after_dot = 5 } },
	{ T("A: b\n.\r\n123"), { .longest = 4, .after_dot = 3 } },
	{ T("A: \xc3\n\nx\n"),
	    { .size = 3, .lines = 1, .longest = 4, .header_8bit = true } },
	{ T("A: b\n\n12345678\xc3\n"),
	    { .size = 11, .lines = 1, .longest = 9, .body_8bit = true } },
	{ T("A: b\n\n1234567\xc3"
	    "8\n"),
	    { .size = 11, .lines = 1, .longest = 9, .body_8bit = true } },
	{ T("A: b\0\n\nx\n"), { .size = 3, .lines = 1, .longest = 4 } },
	{ T("A: b\n\n\0\n"),
	    { .size = 3, .lines = 1, .longest = 4, .nul = true } },
	{ T("A: b\rc\n\nx\n"),
	    { .size = 3, .lines = 1, .longest = 6, .bare_cr = true } },
	{ T("A: b\r\r\n\r\r\nx\r\r\n"),
	    { .size = 3, .lines = 1, .longest = 4 } },
	{ T("A: b\n\nx\ry\n"),
	    { .size = 6, .lines = 2, .longest = 4, .bare_cr = true } },
	{ T("A: b\n\nx"),
	    { .size = 3, .lines = 1, .longest = 4, .unended = true } },
	{ T("A: b"), { .longest = 4, .unended = true } },
	{ T("A: b\n\n.x\n"), { .size = 4, .lines = 1, .longest = 4 } },
	{ T("A: b\n\nx\n.."),
	    { .size = 7, .lines = 2, .longest = 4, .unended = true } },
	{ T("A: b\n\n\0\0.x\n"),
	    { .size = 6, .lines = 1, .longest = 4, .nul = true } },
	{ T("A: b\n\nx\0.x\n x.\n"),
	    { .size = 11, .lines = 2, .longest = 4, .nul = true } },
	{ T(""), { 0 } },
};

START_TEST(facts_are_noted)
{
	const struct message_facts *want = &seen[_i].facts, *got;
	struct message m;

	letter_read(&m, seen[_i].in, true);
	got = &m.facts;
	ck_assert_int_eq(got->size, want->size);
	ck_assert_int_eq(got->lines, want->lines);
	ck_assert_int_eq(got->after_dot, want->after_dot);
	ck_assert_uint_eq(got->longest, want->longest);
	ck_assert_int_eq(got->header_8bit, want->header_8bit);
	ck_assert_int_eq(got->body_8bit, want->body_8bit);
	ck_assert_int_eq(got->nul, want->nul);
	ck_assert_int_eq(got->bare_cr, want->bare_cr);
	ck_assert_int_eq(got->unended, want->unended);
	message_clear(&m);
}
END_TEST

/* ---- long ones ---- */

/* Bodies about the limits of memory and blocks, in memory and in a file. */
static const size_t sizes[] = { 65533, 65534, 65535, 65536, 65537, 131072,
	262141, 262142, 262143, 262144, 262145, 400000, 3000000 };

START_TEST(long_bodies_come_back)
{
	static const struct bytes patterns[] = { T("1234567\n"),
		T("12\r\n.3456\r\n"), T("\n"),
		T("0123456789012345678901234567890"), T("\xe4\xbd\xa0"),
		T("a\r"), T("a\0\n") };
	struct buf in = BUF(8 * MIB), out = BUF(16 * MIB);
	struct bytes want;

	for (int i = 0; i < ROWS(patterns); i++) {
		struct message m;

		buf_reset(&in);
		buf_reset(&out);
		buf_adds(&in, "A: b\r\n\r\n");
		letter_fill(&in, patterns[i], sizes[_i]);
		letter_read(&m, buf_bytes(&in), false);
		ck_assert((m.body_fd >= 0) == (m.facts.size > BODY_IN_MEMORY));
		letter_write(&m, &out);
		message_clear(&m);
		/* what came out is a message that stays as it is */
		want = buf_bytes(&out);
		letter_read(&m, want, false);
		buf_reset(&in);
		letter_write(&m, &in);
		ck_assert(bytes_same(buf_bytes(&in), want));
		message_clear(&m);
	}
	buf_clear(&in);
	buf_clear(&out);
}
END_TEST

static void
check_refused(struct bytes text, int64_t max_size, const char *why)
{
	struct intake how = { .max_size = max_size };
	struct error e = ERROR_NONE;
	struct message m;
	int fd = letter_fd(text, 0);

	message_init(&m);
	ck_assert_int_eq(message_read(&m, fd, &how, &e), -1);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	ck_assert_msg(strstr(e.text, why) != NULL, "%s", e.text);
	message_clear(&m);
	close(fd);
}

START_TEST(a_header_too_long_is_refused)
{
	static const struct bytes patterns[] = { T("x"), T("xx xx "), T("x\n "),
		T("x\nA: ") };
	struct buf in = BUF(4 * MIB);

	for (int i = 0; i < ROWS(patterns); i++) {
		buf_reset(&in);
		buf_adds(&in, "A: b");
		letter_fill(&in, patterns[i], MIB + 1);
		check_refused(buf_bytes(&in), 0, "header");
	}
	buf_clear(&in);
}
END_TEST

START_TEST(too_many_fields_are_refused)
{
	struct buf in = BUF(4 * MIB);
	struct message m;

	letter_fill(&in, BYTES("A:\n"), (size_t)3 * FIELDS_MAX);
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_uint_eq(m.n, FIELDS_MAX);
	message_clear(&m);
	buf_adds(&in, "A:\n");
	check_refused(buf_bytes(&in), 0, "16384 fields");
	buf_clear(&in);
}
END_TEST

START_TEST(a_message_too_large_is_refused)
{
	struct intake how = { .max_size = 8, .lone_dot_ends = true };
	struct error e = ERROR_NONE;
	struct message m;
	int fd = letter_fd(BYTES("A: b\n\n.\n rest"), 0);

	check_refused(BYTES("A: b\n\n1234"), 9, "larger than 9 octets");
	message_init(&m);
	ck_assert_int_eq(message_read(&m, fd, &how, &e), 0);
	message_clear(&m);
	close(fd);
}
END_TEST

START_TEST(a_long_first_line_is_body)
{
	struct buf in = BUF(8 * MIB), out = BUF(8 * MIB);
	struct message m;

	letter_fill(&in, BYTES("word "), 3 * MIB);
	buf_adds(&in, ": x\n");
	letter_read(&m, buf_bytes(&in), false);
	ck_assert_uint_eq(m.n, 0);
	ck_assert_uint_eq(m.facts.longest, 3 * MIB + 3);
	letter_write(&m, &out);
	ck_assert(
	    bytes_same(bytes_head(bytes_skip(buf_bytes(&out), 2), in.n - 1),
		bytes_head(buf_bytes(&in), in.n - 1)));
	buf_clear(&in);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

/* Up to the 998th octet a colon makes a name of what stands in front. */
START_TEST(a_name_has_its_limit)
{
	for (size_t n = 996; n < 1000; n++) {
		struct buf in = BUF(4096);
		struct message m;

		letter_fill(&in, BYTES("x"), n);
		buf_adds(&in, ":\n\n");
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_uint_eq(m.n, n < 998 ? 1 : 0);
		message_clear(&m);
		buf_clear(&in);
	}
}
END_TEST

static const struct bytes long_words[] = { T("x"), T("xy "), T("\xe4\xbd\xa0"),
	T(" "), T(" \t"), T("x          y"), T("\xff"), T("\x80"),
	T("1234567890123456789012345678901234567890123456789012345 ") };

/* No header line over 998, none of white space only, nothing lost. */
START_TEST(long_header_lines_are_folded)
{
	for (size_t n = 980; n < 3020; n += n < 1010 ? 1 : 401) {
		struct buf in = BUF(MIB), out = BUF(MIB), again = BUF(MIB);
		struct message m;

		buf_adds(&in, "Subject: a ");
		letter_fill(&in, long_words[_i], n);
		buf_adds(&in, "b\n ");
		letter_fill(&in, long_words[_i], n);
		buf_adds(&in, "\nX: y\n\n");
		letter_read(&m, buf_bytes(&in), false);
		ck_assert_uint_eq(m.n, 2);
		ck_assert_uint_le(m.facts.longest, 998);
		letter_write(&m, &out);
		ck_assert(
		    bytes_find(buf_bytes(&out), BYTES("\r\n \r\n")) == out.n);
		ck_assert(
		    bytes_find(buf_bytes(&out), BYTES("b\r\n ")) < out.n ||
		    bytes_find(buf_bytes(&out), BYTES("b\r\nX")) < out.n);
		message_clear(&m);
		letter_read(&m, buf_bytes(&out), false);
		letter_write(&m, &again);
		ck_assert(bytes_same(buf_bytes(&out), buf_bytes(&again)));
		message_clear(&m);
		buf_clear(&in);
		buf_clear(&out);
		buf_clear(&again);
	}
}
END_TEST

static size_t
count(struct bytes text, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == c;
	return n;
}

/* A field of so many octets, with such an end. */
static void
fold_one(struct buf *out, const char *start, size_t n, const char *end)
{
	struct buf in = BUF(MIB);
	struct message m;

	buf_adds(&in, start);
	letter_fill(&in, BYTES("x"), n - strlen(start) - strlen(end));
	buf_adds(&in, end);
	letter_read(&m, buf_bytes(&in), false);
	letter_write(&m, out);
	buf_clear(&in);
	message_clear(&m);
}

static const struct {
	const char *start;
	size_t n;
	const char *end;
	size_t first, second; /* length of the lines that come out */
} folds[] = {
	{ "A: ", 998, "", 998, 0 },
	{ "A: ", 998, " ", 998, 0 },
	{ "A: ", 999, " ", 998, 0 },
	{ "A: ", 999, "", 2, 997 },
	{ "A: ", 1000, "", 2, 998 },
	{ "A: ", 1001, "", 998, 4 },
	{ "A:", 999, "", 2, 998 },
	{ "A:", 1000, "", 998, 3 },
	{ "A: b ", 1001, "", 4, 997 },
	{ "A: ", 1400, " 23456789012", 998, 403 },
};

START_TEST(folds_by_table)
{
	struct buf out = BUF(MIB);
	struct bytes text;

	fold_one(&out, folds[_i].start, folds[_i].n, folds[_i].end);
	text = buf_bytes(&out);
	ck_assert_uint_eq(bytes_take(&text, '\r').n, folds[_i].first);
	ck_assert_uint_eq(bytes_take(&text, '\r').n, folds[_i].second + 1);
	buf_clear(&out);
}
END_TEST

/* A word that fits nowhere, behind a line that is all but full. */
START_TEST(no_room_for_white_space)
{
	for (size_t n = 990; n < 1000; n++) {
		struct buf in = BUF(MIB), out = BUF(MIB);
		struct message m;

		buf_adds(&in, "A: ");
		letter_fill(&in, BYTES("x"), n - 3);
		buf_addc(&in, ' ');
		letter_fill(&in, BYTES("y"), 2000);
		letter_read(&m, buf_bytes(&in), false);
		letter_write(&m, &out);
		ck_assert(bytes_find(buf_bytes(&out), BYTES(" \r\n")) == out.n);
		buf_clear(&in);
		buf_clear(&out);
		message_clear(&m);
	}
}
END_TEST

START_TEST(folding_loses_nothing)
{
	struct buf in = BUF(MIB), out = BUF(MIB);
	struct message m;

	buf_adds(&in, "Subject: ");
	letter_fill(&in, BYTES("y"), 3000);
	buf_adds(&in, "\n\n");
	letter_read(&m, buf_bytes(&in), false);
	letter_write(&m, &out);
	ck_assert_uint_eq(count(buf_bytes(&out), 'y'), 3000);
	ck_assert_uint_eq(bytes_index(buf_bytes(&out), '\r'), 998);
	buf_clear(&in);
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

START_TEST(a_file_is_found_a_place)
{
	struct intake how = { .tmp_dir = "/nonexistent" };
	struct error e = ERROR_NONE;
	struct buf in = BUF(MIB);
	struct message m;
	int fd;

	letter_fill(&in, BYTES("12\n"), 500000);
	fd = letter_fd(buf_bytes(&in), 0);
	message_init(&m);
	ck_assert_int_eq(setenv("TMPDIR", "/nonexistent", 1), 0);
	ck_assert_msg(message_read(&m, fd, &how, &e) == 0, "%s", e.text);
	ck_assert_int_ge(m.body_fd, 0);
	message_clear(&m);
	buf_clear(&in);
	close(fd);
}
END_TEST

/* Who types the lone dot is not asked to end the input, too. */
START_TEST(a_terminal_is_left_at_the_dot)
{
	static const char typed[] = "A: b\n\nx\n.\n";
	struct intake how = { .lone_dot_ends = true };
	struct error e = ERROR_NONE;
	int keys = posix_openpt(O_RDWR | O_NOCTTY), fd;
	struct message m;

	ck_assert(keys >= 0 && grantpt(keys) == 0 && unlockpt(keys) == 0);
	fd = open(ptsname(keys), O_RDWR | O_NOCTTY);
	ck_assert_int_eq(
	    write(keys, typed, sizeof(typed) - 1), (ssize_t)sizeof(typed) - 1);
	message_init(&m);
	ck_assert_int_eq(message_read(&m, fd, &how, &e), 0);
	ck_assert_int_eq(m.facts.size, 3);
	message_clear(&m);
	close(fd);
	close(keys);
}
END_TEST

START_TEST(what_cannot_be_read_is_told)
{
	struct intake how = { 0 };
	struct error e = ERROR_NONE;
	struct message m;

	message_init(&m);
	ck_assert_int_eq(message_read(&m, -1, &how, &e), -1);
	ck_assert_int_eq(e.kind, ERR_IO);
	ck_assert_int_eq(error_exit(&e), 74);
	message_clear(&m);
}
END_TEST

/* ---- dropping and adding ---- */

static const struct bytes sample = T("From: a@b\nBcc: x,\n y\nTo: c\n"
				     "BCC : z\nSubject:\n\nbody\n");

START_TEST(fields_are_found)
{
	struct message m;
	struct field *f;
	size_t from = 0;

	letter_read(&m, sample, false);
	ck_assert_uint_eq(m.n, 5);
	f = message_field(&m, "bcc", &from);
	ck_assert(bytes_is(f->body, " x,\r\n y"));
	ck_assert_uint_eq(from, 2);
	f = message_field(&m, "bcc", &from);
	ck_assert(bytes_is(f->body, " z"));
	ck_assert_ptr_null(message_field(&m, "bcc", &from));
	ck_assert(message_has(&m, "FROM"));
	ck_assert(!message_has(&m, "Subject"));
	ck_assert(!message_has(&m, "Date"));
	message_clear(&m);
}
END_TEST

START_TEST(dropped_fields_do_not_leave)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(MIB);
	struct message m;
	size_t from = 0;

	letter_read(&m, sample, false);
	ck_assert_uint_eq(message_drop(&m, "Bcc"), 2);
	ck_assert_uint_eq(message_drop(&m, "Bcc"), 0);
	ck_assert_ptr_null(message_field(&m, "Bcc", &from));
	ck_assert(!message_has(&m, "Bcc"));
	ck_assert_int_eq(message_add(&m, "X-A", BYTES("1"), &e), 0);
	ck_assert_int_eq(message_add(&m, "X-B", BYTES("2"), &e), 0);
	ck_assert_int_eq(message_add(&m, "X-A", BYTES("3"), &e), 0);
	ck_assert(message_has(&m, "x-b"));
	letter_write(&m, &out);
	ck_assert_str_eq(buf_text(&out),
	    "X-A: 1\r\nX-B: 2\r\nX-A: 3\r\nFrom: a@b\r\nTo: c\r\n"
	    "Subject:\r\n\r\nbody\r\n");
	ck_assert_uint_eq(message_drop(&m, "X-A"), 2);
	buf_reset(&out);
	letter_write(&m, &out);
	ck_assert_str_eq(buf_text(&out),
	    "X-B: 2\r\nFrom: a@b\r\nTo: c\r\nSubject:\r\n\r\nbody\r\n");
	buf_clear(&out);
	message_clear(&m);
}
END_TEST

#define W9 "123456789"
#define W49 W9 " " W9 " " W9 " " W9 " " W9
#define W69 W49 " " W9 " " W9

static const struct {
	struct bytes body;
	const char *out;
} additions[] = {
	{ T("b"), "Name: b\r\n" },
	{ T(""), "Name:\r\n" },
	{ T("  b  "), "Name:   b\r\n" },
	{ T("a\r\nBcc: b\nc\0d\r\n"), "Name: a  Bcc: b cd\r\n" },
	{ T("\r\n\r\nbody"), "Name:     body\r\n" },
	{ T(W69 "0"), "Name: " W69 "0\r\n" },
	{ T(W69 "01"), "Name: " W49 " " W9 "\r\n " W9 "01\r\n" },
	{ T(W69 " " W69 " " W9), "Name: " W69 "\r\n " W69 "\r\n " W9 "\r\n" },
};

START_TEST(additions_are_folded)
{
	struct error e = ERROR_NONE;
	struct message m;

	message_init(&m);
	ck_assert_int_eq(message_add(&m, "Name", additions[_i].body, &e), 0);
	ck_assert_str_eq(buf_text(&m.added), additions[_i].out);
	message_clear(&m);
}
END_TEST

START_TEST(a_long_addition_has_no_empty_first_line)
{
	struct error e = ERROR_NONE;
	struct buf word = BUF(MIB);
	struct message m;

	for (size_t n = 60; n < 998; n++) {
		message_init(&m);
		buf_reset(&word);
		letter_fill(&word, BYTES("x"), n);
		ck_assert_int_eq(
		    message_add(&m, "Name", buf_bytes(&word), &e), 0);
		ck_assert_uint_eq(m.added.n, n + 8 + (n > 992 ? 2 : 0));
		message_clear(&m);
	}
	buf_clear(&word);
}
END_TEST

START_TEST(eight_bit_counts_where_it_leaves)
{
	struct error e = ERROR_NONE;
	struct message m;

	letter_read(&m, BYTES("A: \xc3\xa4\nB: c\n\n\xc3\xa4\n"), false);
	ck_assert(message_header_8bit(&m));
	ck_assert(message_body_8bit(&m));
	message_drop(&m, "A");
	ck_assert(!message_header_8bit(&m));
	message_add(&m, "C", BYTES("\xc3\xa4"), &e);
	ck_assert(message_header_8bit(&m));
	ck_assert_int_eq(message_encode(&m, CODING_QP, &e), 0);
	ck_assert(!message_body_8bit(&m));
	message_clear(&m);
}
END_TEST

Suite *
suite_message(void)
{
	Suite *s = suite_create("message");
	TCase *t = tcase_create("intake");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(
	    t, every_odd_input_becomes_canonical, 0, ROWS(letters));
	tcase_add_loop_test(t, pieces_make_no_difference, 0, ROWS(letters));
	tcase_add_loop_test(t, canonical_stays_as_it_is, 0, ROWS(letters));
	tcase_add_loop_test(t, facts_are_noted, 0, ROWS(seen));
	tcase_add_loop_test(t, long_bodies_come_back, 0, ROWS(sizes));
	tcase_add_test(t, a_header_too_long_is_refused);
	tcase_add_test(t, too_many_fields_are_refused);
	tcase_add_test(t, a_message_too_large_is_refused);
	tcase_add_test(t, a_long_first_line_is_body);
	tcase_add_test(t, a_name_has_its_limit);
	tcase_add_loop_test(
	    t, long_header_lines_are_folded, 0, ROWS(long_words));
	tcase_add_loop_test(t, folds_by_table, 0, ROWS(folds));
	tcase_add_test(t, no_room_for_white_space);
	tcase_add_test(t, folding_loses_nothing);
	tcase_add_test(t, a_file_is_found_a_place);
	tcase_add_test(t, a_terminal_is_left_at_the_dot);
	tcase_add_test(t, what_cannot_be_read_is_told);
	suite_add_tcase(s, t);
	t = tcase_create("fields");
	tcase_add_test(t, fields_are_found);
	tcase_add_test(t, dropped_fields_do_not_leave);
	tcase_add_loop_test(t, additions_are_folded, 0, ROWS(additions));
	tcase_add_test(t, a_long_addition_has_no_empty_first_line);
	tcase_add_test(t, eight_bit_counts_where_it_leaves);
	suite_add_tcase(s, t);
	return s;
}
