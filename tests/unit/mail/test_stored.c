#include "mail/message.h"

#include <check.h>
#include <string.h>
#include <unistd.h>

#include "mail/body.h"
#include "tests/unit/mail/letters.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}
#define MIB ((size_t)1 << 20)
#define IN_FRONT 7 /* octets of something else */

Suite *suite_stored(void);

/* ---- there and back --------------------------------------------------------- */

/* A file with text in it, between what is none of the message's. */
static int
stored_fd(struct bytes text)
{
	struct buf all = BUF(16 * MIB);
	int fd;

	buf_adds(&all, "before\n");
	buf_add(&all, text);
	buf_adds(&all, "behind\r\n\r\n");
	ck_assert(buf_ok(&all));
	fd = letter_fd(buf_bytes(&all), 0);
	buf_clear(&all);
	return fd;
}

static void
see(void *ctx, struct bytes block)
{
	buf_add(ctx, block);
}

static int
take_in(struct message *m, struct bytes text, int64_t size, struct error *e)
{
	struct stored from = {
		.fd = stored_fd(text), .at = IN_FRONT, .size = size
	};
	int rc;

	message_init(m);
	rc = message_stored(m, &from, e);
	close(from.fd);
	return rc;
}

/* The same octets, each seen once, though the descriptor is closed. */
static void
check_same(struct message *m, struct bytes text)
{
	struct buf seen = BUF(16 * MIB), out = BUF(16 * MIB);
	struct stored from = { .fd = stored_fd(text),
		.at = IN_FRONT,
		.size = (int64_t)text.n,
		.seen = see,
		.ctx = &seen };
	struct error e = ERROR_NONE;

	message_init(m);
	ck_assert_msg(message_stored(m, &from, &e) == 0, "%s", e.text);
	close(from.fd);
	ck_assert(bytes_same(buf_bytes(&seen), text));
	letter_write(m, &out);
	ck_assert(bytes_same(buf_bytes(&out), text));
	buf_clear(&seen);
	buf_clear(&out);
}

static const struct bytes letters[] = {
	T("A: b\r\n\r\n"),
	T("A: b\r\n\r\nx\r\n"),
	T("A: b\r\nC: d\r\n e\r\n\r\nx\r\n\r\n\r\ny\r\n"),
	T("A: b\r\n\r\n\r\n"),
	T("A: b\r\n\r\n\r\n\r\n"),
	T("\r\n"),
	T("\r\n\r\n"),
	T("\r\nx\r\n"),
	T("\r\nx\r\n\r\ny\r\n"),
	T("A: b\r\n\r\nC: d\r\n\r\n"),
	T("A: b\r\n\r\n.\r\n..\r\n"),
	T("A: \xc3\xbc\r\n\r\nx\r\n"),
	T("A: b\r\n\r\n\xff\r\n"),
};

START_TEST(the_same_octets)
{
	struct message m;

	check_same(&m, letters[_i]);
	ck_assert_int_lt(m.body_fd, 0);
	message_clear(&m);
}
END_TEST

/* A header of n octets, without the empty line. */
static void
add_header(struct buf *out, size_t n)
{
	static const char line[] = "X-Line: 3456789 123456789 12345678\r\n";
	size_t start = out->n;

	while (out->n - start + 2 * sizeof(line) < n)
		buf_adds(out, line);
	buf_adds(out, "X: ");
	letter_fill(out, BYTES("y"), n - (out->n - start) - 2);
	buf_adds(out, "\r\n");
	ck_assert_uint_eq(out->n - start, n);
}

/* Wherever the edge of a block is in the end of the header. */
START_TEST(a_header_that_ends_at_the_edge_of_a_block)
{
	for (int blocks = 1; blocks <= 2; blocks++) {
		size_t n = (size_t)(blocks * BODY_BLOCK - 6 + _i);
		struct buf text = BUF(MIB);
		struct message m;

		add_header(&text, n);
		buf_adds(&text, "\r\nbody\r\n\r\nA: b\r\n");
		check_same(&m, buf_bytes(&text));
		ck_assert_uint_eq(m.header.n, n);
		ck_assert_int_eq(m.facts.size, 14);
		ck_assert_int_eq(m.facts.lines, 3);
		message_clear(&m);
		buf_clear(&text);
	}
}
END_TEST

static const struct {
	size_t size;
	bool in_file;
} bodies[] = {
	{ BODY_BLOCK - 8, false },
	{ BODY_BLOCK - 7, false },
	{ BODY_BLOCK, false },
	{ BODY_IN_MEMORY - 1, false },
	{ BODY_IN_MEMORY, false },
	{ BODY_IN_MEMORY + 1, true },
	{ BODY_IN_MEMORY + BODY_BLOCK, true },
	{ 3 * MIB, true },
};

START_TEST(bodies_by_size)
{
	struct buf text = BUF(4 * MIB);
	struct message m;

	buf_adds(&text, "A: b\r\n\r\n");
	while (text.n + 100 < bodies[_i].size)
		buf_adds(&text, "0123456789\r\n");
	letter_fill(&text, BYTES("x"), bodies[_i].size + 8 - text.n - 2);
	buf_adds(&text, "\r\n");
	check_same(&m, buf_bytes(&text));
	ck_assert_int_eq(m.facts.size, (int64_t)bodies[_i].size);
	ck_assert_int_eq(m.body_fd >= 0, bodies[_i].in_file);
	message_clear(&m);
	buf_clear(&text);
}
END_TEST

/* ---- facts ------------------------------------------------------------------ */

static const struct {
	struct bytes text;
	int64_t lines;
	size_t longest;
	bool header_8bit, body_8bit;
	size_t fields;
} facts[] = {
	{ T("A: b\r\n\r\n"), 0, 0, false, false, 1 },
	{ T("A: b\r\n\r\n\r\n"), 1, 0, false, false, 1 },
	{ T("\r\nabc\r\nabcd\r\n\r\nab\r\n"), 4, 4, false, false, 0 },
	{ T("A: b\r\n c\r\nD: e\r\n\r\nabcdef\r\n"), 1, 6, false, false, 2 },
	{ T("A: \xc3\xbc\r\n\r\nabcdef\r\n"), 1, 6, true, false, 1 },
	{ T("A: b\r\n\r\nabc\x80\r\n"), 1, 4, false, true, 1 },
	{ T("A: \xff\r\n\r\nabc\x80\r\n"), 1, 4, true, true, 1 },
};

START_TEST(facts_by_table)
{
	struct message m;

	check_same(&m, facts[_i].text);
	ck_assert_int_eq(m.facts.lines, facts[_i].lines);
	ck_assert_uint_eq(m.facts.longest, facts[_i].longest);
	ck_assert_int_eq(m.facts.header_8bit, facts[_i].header_8bit);
	ck_assert_int_eq(m.facts.body_8bit, facts[_i].body_8bit);
	ck_assert_uint_eq(m.n, facts[_i].fields);
	message_clear(&m);
}
END_TEST

/* ... also where the edge of a block is between CR and LF. */
START_TEST(the_longest_line_at_the_edge_of_a_block)
{
	struct buf text = BUF(MIB);
	struct message m;

	buf_adds(&text, "A: b\r\n\r\n");
	letter_fill(&text, BYTES("\r\n"), 2);
	letter_fill(&text, BYTES("y"), (size_t)(BODY_BLOCK - 1010 + _i));
	buf_adds(&text, "\r\n");
	text.p[8 + 2 + 900] = '\r';
	text.p[8 + 2 + 901] = '\n';
	check_same(&m, buf_bytes(&text));
	ck_assert_uint_eq(
	    m.facts.longest, (size_t)(BODY_BLOCK - 1010 + _i) - 902);
	ck_assert_int_eq(m.facts.lines, 3);
	message_clear(&m);
	buf_clear(&text);
}
END_TEST

/* A message may leave with more fields than it may come with. */
START_TEST(what_was_added_is_no_burden)
{
	struct buf text = BUF(MIB), out = BUF(MIB);
	struct error e = ERROR_NONE;
	struct message m;

	for (int i = 0; i < FIELDS_MAX; i++)
		buf_adds(&text, "A: b\n");
	buf_adds(&text, "\nx\n");
	letter_read(&m, buf_bytes(&text), false);
	ck_assert_int_eq(message_add(&m, "C", BYTES("d"), &e), 0);
	letter_write(&m, &out);
	message_clear(&m);
	check_same(&m, buf_bytes(&out));
	ck_assert_uint_eq(m.n, FIELDS_MAX + 1);
	message_clear(&m);
	buf_clear(&text);
	buf_clear(&out);
}
END_TEST

/* ---- damage ----------------------------------------------------------------- */

START_TEST(the_file_is_shorter)
{
	struct error e = ERROR_NONE;
	struct message m;

	ck_assert_int_lt(take_in(&m, BYTES("A: b\r\n\r\nx\r\n"), 1000, &e), 0);
	ck_assert_int_eq(e.kind, ERR_IO);
	message_clear(&m);
}
END_TEST

START_TEST(there_is_no_end_of_the_header)
{
	struct error e = ERROR_NONE;
	struct message m;

	ck_assert_int_lt(take_in(&m, BYTES("A: b\r\nC: d\r\n"), 12, &e), 0);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	message_clear(&m);
	e = ERROR_NONE;
	ck_assert_int_lt(take_in(&m, BYTES(""), 0, &e), 0);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	message_clear(&m);
}
END_TEST

START_TEST(a_header_without_an_end_is_too_long)
{
	struct buf text = BUF(8 * MIB);
	struct error e = ERROR_NONE;
	struct message m;

	letter_fill(&text, BYTES("A: b\r\n"), 6 * MIB);
	ck_assert_int_lt(take_in(&m, buf_bytes(&text), (int64_t)text.n, &e), 0);
	ck_assert_int_eq(e.kind, ERR_MESSAGE);
	message_clear(&m);
	buf_clear(&text);
}
END_TEST

Suite *
suite_stored(void)
{
	Suite *s = suite_create("stored");
	TCase *t = tcase_create("stored");

	tcase_add_loop_test(t, the_same_octets, 0, ROWS(letters));
	tcase_add_loop_test(
	    t, a_header_that_ends_at_the_edge_of_a_block, 0, 12);
	tcase_add_loop_test(t, bodies_by_size, 0, ROWS(bodies));
	tcase_add_loop_test(t, facts_by_table, 0, ROWS(facts));
	tcase_add_loop_test(
	    t, the_longest_line_at_the_edge_of_a_block, 990, 1010);
	tcase_add_test(t, what_was_added_is_no_burden);
	tcase_add_test(t, the_file_is_shorter);
	tcase_add_test(t, there_is_no_end_of_the_header);
	tcase_add_test(t, a_header_without_an_end_is_too_long);
	suite_add_tcase(s, t);
	return s;
}
