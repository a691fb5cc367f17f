#include "base/base64.h"

#include <check.h>

Suite *suite_base64(void);

/* RFC 4648, 10 */
static const struct {
	const char *raw, *coded;
} vectors[] = {
	{ "", "" },
	{ "f", "Zg==" },
	{ "fo", "Zm8=" },
	{ "foo", "Zm9v" },
	{ "foob", "Zm9vYg==" },
	{ "fooba", "Zm9vYmE=" },
	{ "foobar", "Zm9vYmFy" },
};

START_TEST(rfc_vectors)
{
	struct buf b = BUF(64);

	base64_encode(&b, bytes_of(vectors[_i].raw));
	ck_assert_str_eq(buf_text(&b), vectors[_i].coded);
	buf_reset(&b);
	ck_assert(base64_decode(&b, bytes_of(vectors[_i].coded)));
	ck_assert_str_eq(buf_text(&b), vectors[_i].raw);
	buf_clear(&b);
}
END_TEST

static const char *const broken[] = { "Z", "Zg",
	"Zg=", "Zh==", "Zm9=", "=Zg=", "Zg==Zg==", "Zm 9v",
	"====", "Z===", "Zm9v\n" };

START_TEST(foreign_text_is_refused)
{
	struct buf b = BUF(64);

	buf_adds(&b, "kept");
	ck_assert(!base64_decode(&b, bytes_of(broken[_i])));
	ck_assert_str_eq(buf_text(&b), "kept");
	buf_clear(&b);
}
END_TEST

Suite *
suite_base64(void)
{
	Suite *s = suite_create("base64");
	TCase *t = tcase_create("codec");

	tcase_add_loop_test(
	    t, rfc_vectors, 0, sizeof(vectors) / sizeof(vectors[0]));
	tcase_add_loop_test(
	    t, foreign_text_is_refused, 0, sizeof(broken) / sizeof(broken[0]));
	suite_add_tcase(s, t);
	return s;
}
