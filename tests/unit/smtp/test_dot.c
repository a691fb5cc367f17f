#include "smtp/dot.h"

#include <check.h>

Suite *suite_dot(void);

static const struct {
	const char *text, *wire;
} texts[] = {
	{ "", ".\r\n" },
	{ "\r\n", "\r\n.\r\n" },
	{ "a", "a\r\n.\r\n" },
	{ "a\r", "a\r\n.\r\n" },
	{ "a\r\n", "a\r\n.\r\n" },
	{ ".", "..\r\n.\r\n" },
	{ ".\r\n", "..\r\n.\r\n" },
	{ "..\r\n", "...\r\n.\r\n" },
	{ "a.\r\n", "a.\r\n.\r\n" },
	{ "a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n.\r\n" },
	{ ".a\r\n.b\r\n\r\n.c\r\n", "..a\r\n..b\r\n\r\n..c\r\n.\r\n" },
};

START_TEST(stuffed_however_cut)
{
	struct bytes text = bytes_of(texts[_i].text);

	for (size_t n = 1; n <= text.n + 1; n++) {
		struct buf out = BUF(256);
		struct dot d = { 0 };

		for (size_t at = 0; at < text.n; at += n)
			dot_add(&d, &out, bytes_head(bytes_skip(text, at), n));
		dot_end(&d, &out);
		ck_assert_str_eq(buf_text(&out), texts[_i].wire);
		buf_clear(&out);
	}
}
END_TEST

Suite *
suite_dot(void)
{
	Suite *s = suite_create("dot");
	TCase *t = tcase_create("dot");

	tcase_add_loop_test(
	    t, stuffed_however_cut, 0, sizeof(texts) / sizeof(texts[0]));
	suite_add_tcase(s, t);
	return s;
}
