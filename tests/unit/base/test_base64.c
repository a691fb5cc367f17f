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
	"====", "Z===", "Zm9v\n", "Zm9vZh==", "Zm9v!!!!" };

START_TEST(foreign_text_is_refused)
{
	struct buf b = BUF(64);

	buf_adds(&b, "kept");
	ck_assert(!base64_decode(&b, bytes_of(broken[_i])));
	ck_assert_str_eq(buf_text(&b), "kept");
	buf_clear(&b);
}
END_TEST

/* Text has no terminator, and may hold a NUL. */
START_TEST(text_ends_where_it_ends)
{
	struct buf b = BUF(64);
	struct bytes text = BYTES("Zm9vYmFy");

	for (size_t n = 0; n <= text.n; n++)
		ck_assert(
		    base64_decode(&b, bytes_head(text, n)) == (n % 4 == 0));
	ck_assert_str_eq(buf_text(&b), "foofoobar");
	ck_assert(!base64_decode(&b, BYTES("Zm9\0")));
	ck_assert(!base64_decode(&b, BYTES("Zm\0=")));
	buf_clear(&b);
}
END_TEST

/* Every byte and every length comes back. */
START_TEST(what_was_encoded_is_decoded)
{
	struct buf raw = BUF(300), coded = BUF(500), back = BUF(300);

	for (int i = 0; i < _i; i++)
		buf_addc(&raw, (char)(i * 7 + _i));
	base64_encode(&coded, buf_bytes(&raw));
	ck_assert(base64_decode(&back, buf_bytes(&coded)));
	ck_assert(bytes_same(buf_bytes(&raw), buf_bytes(&back)));
	buf_clear(&raw);
	buf_clear(&coded);
	buf_clear(&back);
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
	tcase_add_test(t, text_ends_where_it_ends);
	tcase_add_loop_test(t, what_was_encoded_is_decoded, 0, 257);
	suite_add_tcase(s, t);
	return s;
}
