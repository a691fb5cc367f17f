#include "compose/lines64.h"

#include <check.h>
#include <string.h>

#include "base/base64.h"

Suite *suite_lines64(void);

enum { MOST = 400 };

/* Lines of 76, whatever the pieces, and as many octets as was said. */
static void
check(struct bytes what, size_t step)
{
	struct lines64 l = LINES64;
	struct buf out = BUF(10000), back = BUF(10000);
	struct bytes rest;

	for (rest = what; rest.n > 0; rest = bytes_skip(rest, step))
		lines64_add(&l, &out, bytes_head(rest, step));
	lines64_end(&l, &out);
	ck_assert_int_eq((int)out.n, (int)lines64_length((int64_t)what.n));
	for (rest = buf_bytes(&out); rest.n > 0;) {
		struct bytes line = bytes_take(&rest, '\n');

		ck_assert_int_eq(line.p[line.n - 1], '\r');
		ck_assert_uint_le(line.n, 77);
		ck_assert(rest.n == 0 || line.n == 77);
		ck_assert(base64_decode(&back, bytes_head(line, line.n - 1)));
	}
	ck_assert(bytes_same(buf_bytes(&back), what));
	buf_clear(&out);
	buf_clear(&back);
}

START_TEST(pieces_of_all_sizes)
{
	char text[MOST];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)(i * 7);
	for (size_t step = 1; step < MOST; step += 3)
		check((struct bytes){ text, (size_t)_i }, step);
}
END_TEST

Suite *
suite_lines64(void)
{
	Suite *s = suite_create("lines64");
	TCase *t = tcase_create("lines");

	tcase_add_loop_test(t, pieces_of_all_sizes, 0, 180);
	suite_add_tcase(s, t);
	return s;
}
