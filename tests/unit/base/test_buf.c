#include "base/buf.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

Suite *suite_buf(void);

START_TEST(grows_and_keeps)
{
	struct buf b = BUF(10000);

	ck_assert_str_eq(buf_text(&b), "");
	for (int i = 0; i < 1000; i++)
		buf_addf(&b, "%03d,", i);
	ck_assert(buf_ok(&b));
	ck_assert_uint_eq(b.n, 4000);
	for (int i = 0; i < 1000; i++) {
		char want[16];

		snprintf(want, sizeof(want), "%03d,", i);
		ck_assert_mem_eq(b.p + 4 * i, want, 4);
	}
	buf_clear(&b);
	ck_assert_ptr_null(b.p);
	ck_assert_uint_eq(b.n, 0);
	ck_assert_uint_eq(b.max, 10000);
}
END_TEST

/* However full: the terminator of buf_text() has its place. */
START_TEST(there_is_always_room_for_the_terminator)
{
	struct buf b = BUF(300);

	for (size_t n = 1; n < 300; n++) {
		buf_addc(&b, 'x');
		ck_assert_uint_gt(b.room, n);
	}
	buf_clear(&b);
}
END_TEST

START_TEST(adds_of_every_kind)
{
	struct buf b = BUF(100);

	buf_add(&b, BYTES("a\0b"));
	buf_add(&b, bytes_of(NULL));
	buf_adds(&b, "cd");
	buf_adds(&b, "");
	buf_addc(&b, 'e');
	buf_addf(&b, "%d-%s", 42, "f");
	ck_assert_uint_eq(b.n, 10);
	ck_assert(bytes_same(buf_bytes(&b), BYTES("a\0bcde42-f")));
	buf_clear(&b);
}
END_TEST

/* The ceiling may be reached, not passed; what did not fit left no trace. */
START_TEST(the_ceiling_holds)
{
	struct buf b = BUF(5);

	buf_adds(&b, "12345");
	ck_assert(buf_ok(&b));
	ck_assert_str_eq(buf_text(&b), "12345");
	buf_add(&b, BYTES(""));
	ck_assert(buf_ok(&b));
	buf_addc(&b, '6');
	ck_assert(!buf_ok(&b));
	ck_assert_int_eq(b.state, BUF_FULL);
	ck_assert_uint_eq(b.n, 5);
	ck_assert_str_eq(buf_text(&b), "");
	buf_clear(&b);
}
END_TEST

START_TEST(failing_is_sticky_until_reset)
{
	struct buf b = BUF(5);

	buf_adds(&b, "123456");
	buf_adds(&b, "1");
	buf_addf(&b, "%d", 1);
	ck_assert_ptr_null(buf_room(&b, 1));
	ck_assert(!buf_ok(&b));
	ck_assert_uint_eq(b.n, 0);
	buf_reset(&b);
	ck_assert(buf_ok(&b));
	buf_adds(&b, "1");
	ck_assert_str_eq(buf_text(&b), "1");
	buf_clear(&b);
}
END_TEST

START_TEST(a_huge_request_is_full_and_not_a_wrap)
{
	struct buf b = BUF(100);

	buf_adds(&b, "x");
	ck_assert_ptr_null(buf_room(&b, (size_t)-1));
	ck_assert_int_eq(b.state, BUF_FULL);
	buf_clear(&b);
}
END_TEST

START_TEST(what_was_held_is_wiped)
{
	struct buf b = BUF(100);
	char *p;

	buf_adds(&b, "secret");
	p = b.p;
	buf_cut(&b, 2);
	ck_assert_mem_eq(p, "se\0\0\0\0", 6);
	buf_cut(&b, 5);
	ck_assert_uint_eq(b.n, 2);
	buf_reset(&b);
	ck_assert_ptr_eq(b.p, p);
	ck_assert_mem_eq(p, "\0\0\0\0\0\0", 6);
	buf_clear(&b);
}
END_TEST

START_TEST(dropping_from_the_front)
{
	struct buf b = BUF(100);
	char *p;

	buf_adds(&b, "abcdef");
	p = b.p;
	buf_drop(&b, 0);
	ck_assert_str_eq(buf_text(&b), "abcdef");
	buf_drop(&b, 4);
	ck_assert_str_eq(buf_text(&b), "ef");
	ck_assert_mem_eq(p, "ef\0\0\0\0", 6);
	buf_drop(&b, 3);
	ck_assert_str_eq(buf_text(&b), "");
	ck_assert_uint_eq(b.n, 0);
	buf_clear(&b);
}
END_TEST

START_TEST(room_for_a_writer)
{
	struct buf b = BUF(100);
	char *to = buf_room(&b, 70);

	ck_assert_ptr_nonnull(to);
	ck_assert_uint_eq(b.n, 0);
	memset(to, 'x', 70);
	buf_grew(&b, 70);
	ck_assert_uint_eq(b.n, 70);
	ck_assert_uint_eq(strlen(buf_text(&b)), 70);
	buf_clear(&b);
}
END_TEST

START_TEST(failure_is_shared)
{
	struct buf b = BUF(100), part = BUF(1);

	buf_share(&b, &part);
	ck_assert(buf_ok(&b));
	buf_adds(&part, "too long");
	buf_share(&b, &part);
	ck_assert_int_eq(b.state, BUF_FULL);
	part.state = BUF_NOMEM;
	buf_share(&b, &part);
	ck_assert_int_eq(b.state, BUF_FULL);
	buf_clear(&part);
	buf_share(&b, &part);
	ck_assert_int_eq(b.state, BUF_FULL);
}
END_TEST

Suite *
suite_buf(void)
{
	Suite *s = suite_create("buf");
	TCase *t = tcase_create("buffer");

	tcase_add_test(t, grows_and_keeps);
	tcase_add_test(t, there_is_always_room_for_the_terminator);
	tcase_add_test(t, adds_of_every_kind);
	tcase_add_test(t, the_ceiling_holds);
	tcase_add_test(t, failing_is_sticky_until_reset);
	tcase_add_test(t, a_huge_request_is_full_and_not_a_wrap);
	tcase_add_test(t, what_was_held_is_wiped);
	tcase_add_test(t, dropping_from_the_front);
	tcase_add_test(t, room_for_a_writer);
	tcase_add_test(t, failure_is_shared);
	suite_add_tcase(s, t);
	return s;
}
