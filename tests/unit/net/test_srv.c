#include "net/srv.h"

#include <check.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"

Suite *suite_srv(void);

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

/* ---- canned answers ------------------------------------------------------- */

static void
add16(struct buf *to, unsigned n)
{
	buf_addc(to, (char)(n >> 8));
	buf_addc(to, (char)n);
}

/* "a.example" in labels, without compression. */
static void
add_name(struct buf *to, const char *name)
{
	struct bytes rest = bytes_of(name);

	while (rest.n > 0) {
		struct bytes label = bytes_take(&rest, '.');

		buf_addc(to, (char)label.n);
		buf_add(to, label);
	}
	buf_addc(to, '\0');
}

/* A header for so many answers, and the question _s._tcp.test, at 12. */
static void
begin(struct buf *to, unsigned answers)
{
	add16(to, 1);
	add16(to, 0x8180);
	add16(to, 1);
	add16(to, answers);
	add16(to, 0);
	add16(to, 0);
	add_name(to, "_s._tcp.test");
	add16(to, 33);
	add16(to, 1);
}

/* The front of a record of n octets, its name a pointer to the question's. */
static void
add_front(struct buf *to, unsigned type, unsigned n)
{
	add16(to, 0xc00c);
	add16(to, type);
	add16(to, 1);
	add16(to, 0);
	add16(to, 60);
	add16(to, n);
}

static void
add_srv(struct buf *to, unsigned priority, unsigned weight, unsigned port,
    const char *target)
{
	add_front(to, 33, *target == '\0' ? 7 : (unsigned)(8 + strlen(target)));
	add16(to, priority);
	add16(to, weight);
	add16(to, port);
	add_name(to, target);
}

START_TEST(targets_of_an_answer)
{
	struct buf b = BUF(4096);
	struct srv_targets all;

	begin(&b, 3);
	add_srv(&b, 10, 5, 465, "mx1.example.org");
	add_front(&b, 5, 2); /* a CNAME: none of ours */
	add16(&b, 0xc00c);
	add_front(&b, 33, 10);
	add16(&b, 20);
	add16(&b, 0);
	add16(&b, 2525);
	buf_add(&b, BYTES("\1a\xc0\x14")); /* the question's "test" */
	ck_assert(srv_read(&all, buf_bytes(&b)));
	ck_assert_uint_eq(all.n, 2);
	ck_assert(!all.refused);
	ck_assert_str_eq(all.at[0].host, "mx1.example.org");
	ck_assert_uint_eq(all.at[0].port, 465);
	ck_assert_uint_eq(all.at[0].priority, 10);
	ck_assert_uint_eq(all.at[0].weight, 5);
	ck_assert_str_eq(all.at[1].host, "a.test");
	ck_assert_uint_eq(all.at[1].port, 2525);
	buf_clear(&b);
}
END_TEST

/* What is no host, or has no port, is nowhere to go. */
START_TEST(targets_that_are_none)
{
	struct buf b = BUF(4096);
	struct srv_targets all;

	begin(&b, 4);
	add_srv(&b, 0, 0, 465, "bad host.test");
	add_srv(&b, 0, 0, 0, "mx.test");
	add_srv(&b, 0, 0, 465, "");
	add_srv(&b, 0, 0, 465, "-.test");
	ck_assert(srv_read(&all, buf_bytes(&b)));
	ck_assert_uint_eq(all.n, 0);
	ck_assert(all.refused);
	buf_clear(&b);
}
END_TEST

START_TEST(a_dot_among_others_refuses_nothing)
{
	struct buf b = BUF(4096);
	struct srv_targets all;

	begin(&b, 2);
	add_srv(&b, 0, 0, 465, "");
	add_srv(&b, 0, 0, 465, "mx.test");
	ck_assert(srv_read(&all, buf_bytes(&b)));
	ck_assert_uint_eq(all.n, 1);
	ck_assert(!all.refused);
	buf_clear(&b);
}
END_TEST

START_TEST(no_more_than_there_is_room_for)
{
	struct buf b = BUF(1 << 16);
	struct srv_targets all;

	begin(&b, 3 * SRV_MOST);
	for (unsigned i = 0; i < 3 * SRV_MOST; i++)
		add_srv(&b, i, 0, 465, "mx.test");
	ck_assert(srv_read(&all, buf_bytes(&b)));
	ck_assert_uint_eq(all.n, SRV_MOST);
	buf_clear(&b);
}
END_TEST

/* Cut anywhere it is no answer; the array ends where the answer does. */
START_TEST(an_answer_that_is_cut)
{
	struct buf b = BUF(4096);
	struct srv_targets all;

	begin(&b, 1);
	add_srv(&b, 10, 5, 465, "mx1.example.org");
	for (size_t n = 0; n < b.n; n++) {
		char *cut = malloc(n + 1);

		memcpy(cut, b.p, n);
		ck_assert_msg(
		    !srv_read(&all, (struct bytes){ cut, n }), "%zu", n);
		free(cut);
	}
	buf_clear(&b);
}
END_TEST

/* A name that never ends, one that leaves its record, a record too short. */
START_TEST(an_answer_that_lies)
{
	const struct bytes records[] = {
		BYTES("\0\1\0\1\1\1\xc0\x30"),
		BYTES("\0\1\0\1\1\1\x3f"
		      "a"),
		BYTES("\0\1\0\1\1\1\1a\0\0"),
		BYTES("\0\1\0\1\1"),
		BYTES("\0\1\0\1\1\1"),
		BYTES("\0\1\0\1\1\1\xff\xff"),
	};

	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct buf b = BUF(4096);
		struct srv_targets all;

		begin(&b, 1);
		add_front(&b, 33, (unsigned)records[i].n);
		buf_add(&b, records[i]);
		ck_assert_msg(!srv_read(&all, buf_bytes(&b)), "%zu", i);
		buf_clear(&b);
	}
}
END_TEST

/* ---- their order ----------------------------------------------------------- */

/* What the next draws are to be, one after another. */
static const uint64_t *draws;

static void
drawn(void *p, size_t n)
{
	ck_assert_uint_eq(n, sizeof(*draws));
	memcpy(p, draws++, n);
}

static const struct here loaded = { .random = drawn };

/* "a" to "e" by priority and weight, what is drawn, and what comes of it. */
static const struct {
	struct {
		unsigned priority, weight;
	} given[5];
	size_t n;
	uint64_t draws[5];
	const char *order;
} orders[] = {
	{ { { 20, 0 }, { 10, 0 }, { 30, 0 } }, 3, { 0 }, "bac" },
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 0, 0 }, "abc" },
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 10, 20 }, "abc" },
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 11, 11 }, "bca" },
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 31, 0 }, "cab" },
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 100, 30 }, "cba" },
	/* the sum is among what can be drawn: 101 is 0 again */
	{ { { 0, 10 }, { 0, 20 }, { 0, 70 } }, 3, { 101, 0 }, "abc" },
	/* weight 0 stands in front, and comes first at 0 alone */
	{ { { 0, 10 }, { 0, 0 } }, 2, { 0 }, "ba" },
	{ { { 0, 10 }, { 0, 0 } }, 2, { 1 }, "ab" },
	{ { { 5, 1 }, { 1, 1 }, { 5, 1 }, { 1, 1 }, { 9, 0 } }, 5, { 2, 2 },
	    "dbcae" },
};

START_TEST(priority_and_weight)
{
	struct srv_targets all = { .n = orders[_i].n };
	char order[8] = "";

	for (size_t i = 0; i < all.n; i++) {
		all.at[i] = (struct srv_target){ .host = { (char)('a' + i) },
			.priority = orders[_i].given[i].priority,
			.weight = orders[_i].given[i].weight };
	}
	draws = orders[_i].draws;
	srv_order(&all, &loaded);
	for (size_t i = 0; i < all.n; i++)
		order[i] = all.at[i].host[0];
	ck_assert_str_eq(order, orders[_i].order);
}
END_TEST

/* By chance, each as often as its weight says. */
START_TEST(weights_by_chance)
{
	int first[3] = { 0 };

	for (int i = 0; i < 6000; i++) {
		struct srv_targets all = { .n = 3 };

		for (unsigned t = 0; t < 3; t++) {
			all.at[t].port = t;
			all.at[t].weight = (t + 1) * 1000;
		}
		srv_order(&all, &here_real);
		first[all.at[0].port]++;
	}
	for (int t = 0; t < 3; t++) {
		ck_assert_int_gt(first[t], 800 * (t + 1));
		ck_assert_int_lt(first[t], 1200 * (t + 1));
	}
}
END_TEST

/* ---- asking ------------------------------------------------------------------- */

static int
answers_one(const char *name, unsigned char *answer, int room, int *why)
{
	struct buf b = BUF(4096);
	size_t n;

	ck_assert_str_eq(name, "_s._tcp.test");
	begin(&b, 1);
	add_srv(&b, 0, 0, 465, "mx.test");
	ck_assert_int_ge(room, (int)b.n);
	memcpy(answer, b.p, b.n);
	n = b.n;
	buf_clear(&b);
	*why = 0;
	return (int)n;
}

static int
knows_no_such_name(const char *name, unsigned char *answer, int room, int *why)
{
	(void)name, (void)answer, (void)room;
	*why = HOST_NOT_FOUND;
	return -1;
}

static int
is_down(const char *name, unsigned char *answer, int room, int *why)
{
	(void)name, (void)answer, (void)room;
	*why = TRY_AGAIN;
	return -1;
}

static int
says_nonsense(const char *name, unsigned char *answer, int room, int *why)
{
	(void)name, (void)room;
	*why = 0;
	memset(answer, 0xff, 100);
	return 100;
}

static int
has_more_than_fits(const char *name, unsigned char *answer, int room, int *why)
{
	(void)name, (void)answer;
	*why = 0;
	return room + 1;
}

static int
is_slow(const char *name, unsigned char *answer, int room, int *why)
{
	usleep(400000);
	return answers_one(name, answer, room, why);
}

static const struct {
	srv_lookup *lookup;
	size_t n;
	enum error_kind kind;
	bool transient;
} questions[] = {
	{ answers_one, 1, ERR_NONE, false },
	{ knows_no_such_name, 0, ERR_NONE, false },
	{ is_down, 0, ERR_RESOLVE, true },
	{ says_nonsense, 0, ERR_RESOLVE, true },
	{ has_more_than_fits, 0, ERR_RESOLVE, true },
	{ is_slow, 0, ERR_TIMEOUT, false },
};

START_TEST(asking)
{
	bool slow = questions[_i].lookup == is_slow;
	struct srv_targets found;
	struct error e = ERROR_NONE;
	int rc = srv_find("_s._tcp.test",
	    here_real.ticks() + (slow ? 100000 : 20000000),
	    questions[_i].lookup, &found, &e);

	ck_assert_int_eq(rc, questions[_i].kind == ERR_NONE ? 0 : -1);
	ck_assert_int_eq(e.kind, questions[_i].kind);
	ck_assert_int_eq(e.transient, questions[_i].transient);
	ck_assert_uint_eq(found.n, questions[_i].n);
	if (slow)
		usleep(600000); /* the thread ends */
}
END_TEST

Suite *
suite_srv(void)
{
	Suite *s = suite_create("srv");
	TCase *reading = tcase_create("reading");
	TCase *order = tcase_create("order");
	TCase *ask = tcase_create("asking");

	tcase_add_test(reading, targets_of_an_answer);
	tcase_add_test(reading, targets_that_are_none);
	tcase_add_test(reading, a_dot_among_others_refuses_nothing);
	tcase_add_test(reading, no_more_than_there_is_room_for);
	tcase_add_test(reading, an_answer_that_is_cut);
	tcase_add_test(reading, an_answer_that_lies);
	tcase_add_loop_test(order, priority_and_weight, 0, ROWS(orders));
	tcase_add_test(order, weights_by_chance);
	tcase_add_loop_test(ask, asking, 0, ROWS(questions));
	suite_add_tcase(s, reading);
	suite_add_tcase(s, order);
	suite_add_tcase(s, ask);
	return s;
}
