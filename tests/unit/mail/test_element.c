#include "mail/element.h"

#include <check.h>
#include <stdio.h>

#include "base/buf.h"

Suite *suite_element(void);

static const struct {
	const char *list;
	bool certain;
	const char *elements; /* each in '|' */
} rows[] = {
	{ "", true, "" },
	{ "a@x", true, "|a@x|" },
	{ "a@x, b", true, "|a@x||b|" },
	{ " a@ ,,b ", true, "|a@||||b|" },
	{ "a,", true, "|a|" },
	{ "\"B, C\" <c@x>, d", true, "|\"B, C\" <c@x>||d|" },
	{ "\"B\\\", C\" <c@x>, d", true, "|\"B\\\", C\" <c@x>||d|" },
	{ "a (x, (y, z), w) b, d", true, "|a (x, (y, z), w) b||d|" },
	{ "<@r,@s:a@x>, d", true, "|<@r,@s:a@x>||d|" },
	{ "a@[1:2,3], d", true, "|a@[1:2,3]||d|" },
	{ "\"B:;\" <b@x>, d", true, "|\"B:;\" <b@x>||d|" },
	{ "\"a, b", false, NULL },
	{ "(a, b", false, NULL },
	{ "<a, b", false, NULL },
	{ "a\\", false, NULL },
	{ "G: a, b;", false, NULL },
	{ "a; b", false, NULL },
};

START_TEST(a_list_is_cut_at_its_commas)
{
	struct bytes list = bytes_of(rows[_i].list), element;
	struct buf got = BUF(256);

	ck_assert(element_certain(list) == rows[_i].certain);
	while (rows[_i].certain && element_take(&list, &element))
		buf_addf(&got, "|%.*s|", BYTES_ARG(element));
	if (rows[_i].certain)
		ck_assert_str_eq(buf_text(&got), rows[_i].elements);
	buf_clear(&got);
}
END_TEST

Suite *
suite_element(void)
{
	Suite *s = suite_create("element");
	TCase *c = tcase_create("element");

	tcase_add_loop_test(
	    c, a_list_is_cut_at_its_commas, 0, sizeof(rows) / sizeof(rows[0]));
	suite_add_tcase(s, c);
	return s;
}
