#include "base/json.h"

#include <check.h>

Suite *suite_json(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct bytes raw;
	const char *quoted;
} texts[] = {
	{ RUN(""), "\"\"" },
	{ { NULL, 0 }, "\"\"" },
	{ RUN("plain /"), "\"plain /\"" },
	{ RUN("a\"b\\c"), "\"a\\\"b\\\\c\"" },
	{ RUN("\0\t\r\n\x1f\x7f"),
	    "\"\\u0000\\u0009\\u000d\\u000a\\u001f\\u007f\"" },
	{ RUN("\xc2\x80\xc2\x9f\xc2\xa0"), "\"\\u0080\\u009f\xc2\xa0\"" },
	{ RUN("\xe5\xbc\xa0\xf0\x9f\x93\xa7"),
	    "\"\xe5\xbc\xa0\xf0\x9f\x93\xa7\"" },
	{ RUN("\xc3\x80"), "\"\xc3\x80\"" },
	{ RUN("\xff"), "\"\xef\xbf\xbd\"" },
	{ RUN("\xc7\xeb!"), "\"\xef\xbf\xbd\xef\xbf\xbd!\"" },
	{ RUN("a\xe5\xbc"), "\"a\xef\xbf\xbd\xef\xbf\xbd\"" },
};

START_TEST(texts_are_quoted)
{
	struct buf b = BUF(100);
	struct json j = JSON(&b);

	json_text(&j, NULL, texts[_i].raw);
	ck_assert_str_eq(buf_text(&b), texts[_i].quoted);
	buf_clear(&b);
}
END_TEST

START_TEST(commas_stand_between)
{
	struct buf b = BUF(1000);
	struct json j = JSON(&b);

	json_open(&j, NULL, '{');
	json_text(&j, "k\"", BYTES("v"));
	json_number(&j, "n", INT64_MIN);
	json_open(&j, "empty", '[');
	json_close(&j, ']');
	json_open(&j, "list", '[');
	json_open(&j, NULL, '{');
	json_bool(&j, "yes", true);
	json_close(&j, '}');
	json_bool(&j, NULL, false);
	json_number(&j, NULL, -7);
	json_close(&j, ']');
	json_decimal(&j, "t", 1.0625, 3);
	json_close(&j, '}');
	ck_assert_str_eq(buf_text(&b),
	    "{\"k\\\"\":\"v\",\"n\":-9223372036854775808,\"empty\":[],"
	    "\"list\":[{\"yes\":true},false,-7],\"t\":1.062}");
	buf_clear(&b);
}
END_TEST

Suite *
suite_json(void)
{
	Suite *s = suite_create("json");
	TCase *t = tcase_create("writing");

	tcase_add_loop_test(t, texts_are_quoted, 0, N(texts));
	tcase_add_test(t, commas_stand_between);
	suite_add_tcase(s, t);
	return s;
}
