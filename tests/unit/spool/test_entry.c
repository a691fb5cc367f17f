#include "spool/entry.h"

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "spool/checksum.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define MIB ((size_t)1 << 20)

Suite *suite_entry(void);

static const struct estatus unknown = { 5, 1, 1 };

/* ---- entries ---------------------------------------------------------------- */

static char *
copy(const char *text)
{
	char *p = strdup(text);

	ck_assert_ptr_nonnull(p);
	return p;
}

static struct recipient *
add_to(struct entry *n, const char *address)
{
	struct error e = ERROR_NONE;
	size_t at;

	ck_assert_int_eq(
	    envelope_again(&n->env, bytes_of(address), &at, &e), 0);
	return &n->env.to[at];
}

/* The least that there is. */
static void
fill_small(struct entry *n)
{
	struct error e = ERROR_NONE;

	entry_init(n);
	n->account = copy("a");
	ck_assert_int_eq(envelope_from(&n->env, BYTES(""), &e), 0);
	add_to(n, "x@example.org");
}

/* Something of everything. */
static void
fill(struct entry *n)
{
	struct error e = ERROR_NONE;
	struct recipient *to;

	entry_init(n);
	n->account = copy("work % \xc3\xbc");
	n->arrived = 1795774477;
	n->uid = UINT32_MAX;
	n->report = n->international = true;
	entry_option(n, "user", "a b  c ", &e);
	entry_option(
	    n, "password_command", "printf '%s\\n' 100%\n\t\x7f\x01", &e);
	entry_option(n, "host", "", &e);
	envelope_from(&n->env, BYTES("\"a b%20\"@example.org"), &e);
	n->env.envid = copy("QQ+20314159");
	n->env.ret = RETURN_HDRS;
	n->env.notify = NOTIFY_FAILURE | NOTIFY_DELAY;
	to = add_to(n, "one@example.org");
	to->original = copy("rfc822;o+2Bne@example.org");
	to->notify = NOTIFY_SUCCESS;
	add_to(n, "\xc3\xbc@\xc3\xbc.example");
	to = add_to(n, "one@example.org");
	to->options = copy("X=1 Y=%");
	to->notify = NOTIFY_NEVER;
	ck_assert_int_eq(e.kind, ERR_NONE);
}

static void
write_small(struct buf *out)
{
	struct entry n;

	fill_small(&n);
	entry_write(&n, out);
	entry_clear(&n);
	ck_assert(buf_ok(out));
}

static void
write_whole(struct buf *out)
{
	struct entry n;

	fill(&n);
	entry_write(&n, out);
	entry_clear(&n);
	ck_assert(buf_ok(out));
}

static void
same_text(const char *a, const char *b)
{
	ck_assert_int_eq(a == NULL, b == NULL);
	if (a != NULL)
		ck_assert_str_eq(a, b);
}

static void
same_recipients(const struct envelope *a, const struct envelope *b)
{
	ck_assert_uint_eq(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		same_text(a->to[i].address, b->to[i].address);
		same_text(a->to[i].original, b->to[i].original);
		same_text(a->to[i].options, b->to[i].options);
		ck_assert_uint_eq(a->to[i].notify, b->to[i].notify);
	}
}

/* The envelope, not the history. */
static void
same(const struct entry *a, const struct entry *b)
{
	same_text(a->account, b->account);
	ck_assert_int_eq(a->arrived, b->arrived);
	ck_assert_int_eq(a->uid, b->uid);
	ck_assert_int_eq(a->report, b->report);
	ck_assert_int_eq(a->international, b->international);
	ck_assert_uint_eq(a->options_n, b->options_n);
	for (size_t i = 0; i < a->options_n; i++) {
		same_text(a->options[i].key, b->options[i].key);
		same_text(a->options[i].value, b->options[i].value);
	}
	same_text(a->env.sender, b->env.sender);
	same_text(a->env.envid, b->env.envid);
	ck_assert_int_eq(a->env.ret, b->env.ret);
	ck_assert_uint_eq(a->env.notify, b->env.notify);
	same_recipients(&a->env, &b->env);
}

static void
read_whole(struct entry *n, struct bytes text)
{
	struct error e = ERROR_NONE;
	size_t whole = SIZE_MAX;

	entry_init(n);
	ck_assert_msg(entry_read(n, text, &whole, &e) == 0, "%s", e.text);
	ck_assert_uint_eq(whole, text.n);
	ck_assert(n->complete);
}

/* Line by line, with checksums that are right. */
static void
add_line(struct buf *out, struct bytes line)
{
	buf_addf(out, "%08" PRIx32 " ", checksum(0, line));
	buf_add(out, line);
	buf_addc(out, '\n');
}

/* ---- there and back --------------------------------------------------------- */

START_TEST(everything_comes_back)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	fill(&n);
	entry_write(&n, &text);
	read_whole(&again, buf_bytes(&text));
	same(&n, &again);
	ck_assert(entry_open(&again));
	ck_assert_uint_eq(again.tries, 0);
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

START_TEST(the_null_sender_comes_back)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	fill_small(&n);
	entry_write(&n, &text);
	read_whole(&again, buf_bytes(&text));
	ck_assert_str_eq(again.env.sender, "");
	same(&n, &again);
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

START_TEST(every_octet_comes_back)
{
	struct error e = ERROR_NONE;
	struct buf text = BUF(MIB);
	struct entry n, again;
	char value[] = "a?b";

	fill_small(&n);
	for (int c = 1; c < 256; c++) {
		value[1] = (char)c;
		ck_assert_int_eq(entry_option(&n, "key", value, &e), 0);
	}
	entry_write(&n, &text);
	for (size_t i = 0; i < text.n; i++)
		ck_assert(text.p[i] == '\n' || (unsigned char)text.p[i] >= ' ');
	read_whole(&again, buf_bytes(&text));
	same(&n, &again);
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

/* It is no business of the spool's who has it. */
START_TEST(who_is_not_open_is_left_out)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	fill(&n);
	n.env.to[0].verdict.state = VERDICT_SENT;
	n.env.to[1].verdict.state = VERDICT_DEFERRED;
	n.env.to[2].verdict.state = VERDICT_REFUSED;
	entry_write(&n, &text);
	read_whole(&again, buf_bytes(&text));
	ck_assert_uint_eq(again.env.n, 1);
	ck_assert_str_eq(again.env.to[0].address, "\xc3\xbc@\xc3\xbc.example");
	ck_assert_int_eq(again.env.to[0].verdict.state, VERDICT_PENDING);
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

START_TEST(the_form_stays_as_it_is)
{
	struct buf text = BUF(MIB), want = BUF(MIB);

	write_small(&text);
	add_line(&want, BYTES("account a"));
	add_line(&want, BYTES("arrived 0"));
	add_line(&want, BYTES("uid 0"));
	add_line(&want, BYTES("sender"));
	add_line(&want, BYTES("to x@example.org"));
	add_line(&want, BYTES("end"));
	ck_assert_str_eq(buf_text(&text), buf_text(&want));
	buf_clear(&text);
	buf_clear(&want);
}
END_TEST

/* ---- the history ------------------------------------------------------------ */

static void
write_history(const struct entry *n, struct buf *text)
{
	entry_write_done(n, 0, text);
	entry_write_done(n, 2, text);
	entry_write_try(n, text);
	entry_write_warned(text);
	ck_assert(buf_ok(text));
}

static void
fill_history(struct entry *n)
{
	fill(n);
	verdict_set(&n->env.to[0].verdict, VERDICT_SENT, STAGE_DOT, 250,
	    (struct estatus){ 2, 0, 0 }, BYTES("queued 100% \xc3\xbc"));
	verdict_set(&n->env.to[2].verdict, VERDICT_REFUSED, STAGE_RCPT, 550,
	    unknown, BYTES(""));
	n->tried = 1795774500;
	n->next = 1795774800;
	strcpy(n->why, "127.0.0.1:25: 451 4.3.0  wait 100%");
}

static void
check_history(const struct entry *n)
{
	const struct verdict *v = &n->env.to[0].verdict;

	ck_assert_int_eq(v->state, VERDICT_SENT);
	ck_assert_int_eq(v->stage, STAGE_DOT);
	ck_assert_int_eq(v->code, 250);
	ck_assert_int_eq(v->status.class, 2);
	ck_assert_str_eq(v->text, "queued 100% \xc3\xbc");
	ck_assert(n->env.to[0].noted && n->env.to[2].noted);
	ck_assert(!n->env.to[1].noted);
	ck_assert_int_eq(n->env.to[1].verdict.state, VERDICT_PENDING);
	v = &n->env.to[2].verdict;
	ck_assert_int_eq(v->state, VERDICT_REFUSED);
	ck_assert_int_eq(v->status.detail, 1);
	ck_assert_str_eq(v->text, "");
	ck_assert_uint_eq(n->tries, 1);
	ck_assert_int_eq(n->tried, 1795774500);
	ck_assert_int_eq(n->next, 1795774800);
	ck_assert_str_eq(n->why, "127.0.0.1:25: 451 4.3.0  wait 100%");
	ck_assert(n->warned);
}

START_TEST(the_history_comes_back)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	write_whole(&text);
	fill_history(&n);
	write_history(&n, &text);
	read_whole(&again, buf_bytes(&text));
	check_history(&again);
	ck_assert(entry_open(&again));
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

/* As much as can be decided, about the last of as many as there can be. */
START_TEST(a_brief_line_is_no_longer_than_it_may_be)
{
	struct recipient *all = calloc(9999999, sizeof(*all));
	struct entry n = { .env = { .to = all, .n = 9999999 } };
	struct buf text = BUF(MIB);
	struct verdict *v = &all[9999998].verdict;

	ck_assert_ptr_nonnull(all);
	verdict_set(v, VERDICT_QUEUED, STAGE_OTHERS, 999,
	    (struct estatus){ 999, 999, 999 }, BYTES("some words"));
	entry_write_brief(&n, 9999998, &text);
	ck_assert_uint_le(text.n, ENTRY_BRIEF);
	ck_assert_uint_eq(bytes_find(buf_bytes(&text), BYTES("some")), text.n);
	buf_reset(&text);
	memset(n.why, '%', sizeof(n.why) - 1);
	n.tried = n.next = INT64_MAX;
	entry_write_try(&n, &text);
	entry_write_due(&n, &text);
	entry_write_warned(&text);
	ck_assert_uint_le(text.n, ENTRY_TRY);
	buf_clear(&text);
	free(all);
}
END_TEST

START_TEST(a_brief_line_comes_back)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	write_whole(&text);
	fill_history(&n);
	entry_write_brief(&n, 2, &text);
	read_whole(&again, buf_bytes(&text));
	ck_assert(again.env.to[2].noted && !again.env.to[0].noted);
	ck_assert_int_eq(again.env.to[2].verdict.state, VERDICT_REFUSED);
	ck_assert_int_eq(again.env.to[2].verdict.code, 550);
	ck_assert_str_eq(again.env.to[2].verdict.text, "");
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

START_TEST(the_last_word_counts)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	write_whole(&text);
	fill_history(&n);
	entry_write_try(&n, &text);
	n.next = 7;
	strcpy(n.why, "");
	entry_write_try(&n, &text);
	n.next = 9;
	entry_write_due(&n, &text);
	for (size_t i = 0; i < n.env.n; i++)
		entry_write_done(&n, i, &text);
	read_whole(&again, buf_bytes(&text));
	ck_assert_uint_eq(again.tries, 2);
	ck_assert_int_eq(again.next, 9);
	ck_assert_str_eq(again.why, "");
	ck_assert(!again.warned);
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

START_TEST(nobody_is_open_when_all_are_done)
{
	struct buf text = BUF(MIB);
	struct entry n, again;

	write_small(&text);
	fill_small(&n);
	verdict_set(&n.env.to[0].verdict, VERDICT_SENT, STAGE_DOT, 250, unknown,
	    BYTES("ok"));
	entry_write_done(&n, 0, &text);
	read_whole(&again, buf_bytes(&text));
	ck_assert(!entry_open(&again));
	entry_clear(&n);
	entry_clear(&again);
	buf_clear(&text);
}
END_TEST

/* ---- damage ----------------------------------------------------------------- */

/* Of the first n octets, those of whole lines. */
static size_t
whole_lines(struct bytes text, size_t n)
{
	while (n > 0 && text.p[n - 1] != '\n')
		n--;
	return n;
}

START_TEST(an_envelope_that_is_cut_off_is_none)
{
	struct buf text = BUF(MIB);

	write_whole(&text);
	for (size_t n = 0; n < text.n; n++) {
		struct error e = ERROR_NONE;
		struct entry again;
		size_t whole = SIZE_MAX;

		entry_init(&again);
		ck_assert_int_lt(
		    entry_read(
			&again, bytes_head(buf_bytes(&text), n), &whole, &e),
		    0);
		ck_assert_int_eq(e.kind, ERR_SPOOL);
		ck_assert(!again.complete);
		ck_assert_uint_eq(whole, whole_lines(buf_bytes(&text), n));
		entry_clear(&again);
	}
	buf_clear(&text);
}
END_TEST

START_TEST(of_a_history_that_is_cut_off_whole_lines_count)
{
	struct buf text = BUF(MIB);
	struct entry n;
	size_t envelope;

	write_whole(&text);
	envelope = text.n;
	fill_history(&n);
	write_history(&n, &text);
	for (size_t at = envelope; at < text.n; at++) {
		struct bytes part = bytes_head(buf_bytes(&text), at);
		struct error e = ERROR_NONE;
		struct entry again;
		size_t whole = SIZE_MAX;

		entry_init(&again);
		ck_assert_int_eq(entry_read(&again, part, &whole, &e), 0);
		ck_assert_uint_eq(whole, whole_lines(part, at));
		ck_assert(whole > envelope || !again.env.to[0].noted);
		ck_assert(!again.warned);
		entry_clear(&again);
	}
	entry_clear(&n);
	buf_clear(&text);
}
END_TEST

/* Written as text once more, what was read is what stood in front. */
static void
check_flipped(struct buf *text, size_t at, size_t envelope, size_t last)
{
	size_t line = whole_lines(buf_bytes(text), at), whole = SIZE_MAX;
	bool damaged = line < envelope || at + 1 < last;
	struct error e = ERROR_NONE;
	struct entry again;
	int rc;

	entry_init(&again);
	rc = entry_read(&again, buf_bytes(text), &whole, &e);
	ck_assert_uint_eq(whole, line);
	ck_assert_int_eq(rc, damaged ? -1 : 0);
	ck_assert_int_eq(e.kind, damaged ? ERR_SPOOL : ERR_NONE);
	ck_assert(!again.warned);
	entry_clear(&again);
}

START_TEST(a_flipped_bit_is_noticed)
{
	struct buf text = BUF(MIB);
	struct entry n;
	size_t envelope, last;

	write_whole(&text);
	envelope = text.n;
	fill_history(&n);
	write_history(&n, &text);
	last = whole_lines(buf_bytes(&text), text.n - 1);
	for (size_t at = 0; at < text.n; at++)
		for (int bit = 0; bit < 8; bit++) {
			text.p[at] = (char)(text.p[at] ^ 1 << bit);
			check_flipped(&text, at, envelope, last);
			text.p[at] = (char)(text.p[at] ^ 1 << bit);
		}
	entry_clear(&n);
	buf_clear(&text);
}
END_TEST

/* The checksum is right, what it says is not. */
static const char *const senseless[] = {
	"",
	"accounts a",
	"Account a",
	"account a",
	"arrived",
	"arrived x",
	"arrived -1",
	"arrived 1 2",
	"arrived 9999999999999999999",
	"uid 4294967296",
	"option",
	"option key",
	"report yes",
	"international 1",
	"sender b@example.org",
	"return 3",
	"notify 16",
	"notify -1",
	"to",
	"to %",
	"to %0",
	"to %zz",
	"to a%00b",
	"original rfc822;a",
	"parameters X",
	"end yes",
	"done 0 1 1 250 2.0.0 ok",
	"try 1 2 x",
	"due 1",
	"warned",
};

START_TEST(a_line_that_makes_no_sense)
{
	struct buf text = BUF(MIB);
	struct error e = ERROR_NONE;
	struct entry n;
	size_t whole;

	add_line(&text, BYTES("account a"));
	add_line(&text, BYTES("sender a@example.org"));
	add_line(&text, bytes_of(senseless[_i]));
	add_line(&text, BYTES("to x@example.org"));
	add_line(&text, BYTES("end"));
	entry_init(&n);
	ck_assert_int_lt(entry_read(&n, buf_bytes(&text), &whole, &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	entry_clear(&n);
	buf_clear(&text);
}
END_TEST

static const char *const senseless_history[] = {
	"to y@example.org",
	"end",
	"done",
	"done 1 1 5 250 2.0.0 ok",
	"done -1 1 5 250 2.0.0 ok",
	"done 0 9 5 250 2.0.0 ok",
	"done 0 1 9 250 2.0.0 ok",
	"done 0 1 5 1000 2.0.0 ok",
	"done 0 1 5 250 2.0 ok",
	"done 0 1 5 250 2.0.0.0 ok",
	"done 0 1 5 250 2.0.1000 ok",
	"done x 1 5 250 2.0.0 ok",
	"try",
	"try 1",
	"try x 1 y",
	"try -1 1 y",
	"due",
	"due 1 2",
	"warned twice",
};

START_TEST(a_line_of_history_that_makes_no_sense)
{
	struct buf text = BUF(MIB);
	struct error e = ERROR_NONE;
	struct entry n;
	size_t whole;

	write_small(&text);
	add_line(&text, bytes_of(senseless_history[_i]));
	entry_init(&n);
	ck_assert_int_lt(entry_read(&n, buf_bytes(&text), &whole, &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	entry_clear(&n);
	buf_clear(&text);
}
END_TEST

/* ---- ids -------------------------------------------------------------------- */

static const struct {
	const char *text;
	bool is;
} ids[] = {
	{ "01KB6W8Z3F4N2Q", true },
	{ "0", true },
	{ "0123456789ABCDEFGHJ", true },
	{ "0123456789ABCDEFGHJK", false },
	{ "", false },
	{ ".", false },
	{ "..", false },
	{ "A/B", false },
	{ "a", false },
	{ "A ", false },
	{ "\xc3\x9c", false },
};

START_TEST(ids_by_table)
{
	ck_assert_int_eq(entry_is_id(bytes_of(ids[_i].text)), ids[_i].is);
}
END_TEST

Suite *
suite_entry(void)
{
	Suite *s = suite_create("entry");
	TCase *t = tcase_create("entry");

	tcase_add_test(t, everything_comes_back);
	tcase_add_test(t, the_null_sender_comes_back);
	tcase_add_test(t, every_octet_comes_back);
	tcase_add_test(t, who_is_not_open_is_left_out);
	tcase_add_test(t, the_form_stays_as_it_is);
	tcase_add_test(t, the_history_comes_back);
	tcase_add_test(t, a_brief_line_is_no_longer_than_it_may_be);
	tcase_add_test(t, a_brief_line_comes_back);
	tcase_add_test(t, the_last_word_counts);
	tcase_add_test(t, nobody_is_open_when_all_are_done);
	tcase_add_test(t, an_envelope_that_is_cut_off_is_none);
	tcase_add_test(t, of_a_history_that_is_cut_off_whole_lines_count);
	tcase_add_test(t, a_flipped_bit_is_noticed);
	tcase_add_loop_test(t, a_line_that_makes_no_sense, 0, ROWS(senseless));
	tcase_add_loop_test(t, a_line_of_history_that_makes_no_sense, 0,
	    ROWS(senseless_history));
	tcase_add_loop_test(t, ids_by_table, 0, ROWS(ids));
	suite_add_tcase(s, t);
	return s;
}
