#include "mail/encode.h"

#include <check.h>
#include <string.h>

#include "base/base64.h"
#include "base/clean.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

Suite *suite_encode(void);

#define NI "\xe4\xbd\xa0"

static const struct {
	struct bytes text;
	const char *words;
} encoded[] = {
	{ T("\xe5\x85\xb3\xe4\xba\x8e"), "=?UTF-8?B?5YWz5LqO?=" },
	{ T("J\xc3\xb6rg Smithson"), "=?UTF-8?Q?J=C3=B6rg_Smithson?=" },
	{ T("abcdef _?=.\""), "=?UTF-8?B?YWJjZGVmIF8/PS4i?=" },
	{ T("abcdefghijkl _?="), "=?UTF-8?Q?abcdefghijkl_=5F=3F=3D?=" },
	{ T("!*+-/09azAZ"), "=?UTF-8?Q?!*+-/09azAZ?=" },
	{ T("Smithson J\xf6rg"), "=?unknown-8bit?Q?Smithson_J=F6rg?=" },
	{ T("\xff\xfe"), "=?unknown-8bit?B?//4=?=" },
	{ T(""), "" },
};

START_TEST(words_by_table)
{
	struct buf out = BUF(1000);

	encode_words(&out, encoded[_i].text, 0);
	ck_assert_str_eq(buf_text(&out), encoded[_i].words);
	buf_clear(&out);
}
END_TEST

static int
hex(char c)
{
	return c <= '9' ? c - '0' : c - 'A' + 10;
}

static void
decode_q(struct buf *out, struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '_')
			buf_addc(out, ' ');
		else if (text.p[i] == '=') {
			buf_addc(out,
			    (char)(hex(text.p[i + 1]) << 4 |
				hex(text.p[i + 2])));
			i += 2;
		} else
			buf_addc(out, text.p[i]);
}

/* One word, strictly: its limits, its form, and whole characters in it. */
static void
decode_word(struct buf *out, struct bytes word)
{
	struct bytes rest = word, charset, method, text;
	size_t before = out->n;

	ck_assert_uint_le(word.n, 75);
	ck_assert(bytes_take(&rest, '?').n == 1 && word.p[0] == '=');
	charset = bytes_take(&rest, '?');
	method = bytes_take(&rest, '?');
	text = bytes_take(&rest, '?');
	ck_assert(bytes_is(rest, "="));
	ck_assert_uint_gt(text.n, 0);
	if (bytes_is(method, "Q"))
		decode_q(out, text);
	else
		ck_assert(base64_decode(out, text));
	ck_assert(bytes_is(charset,
	    utf8_valid(bytes_skip(buf_bytes(out), before)) ? "UTF-8"
							   : "unknown-8bit"));
}

/* Words with one space between; what stands between words is no text. */
static void
decode(struct buf *out, struct bytes words)
{
	while (words.n > 0)
		decode_word(out, bytes_take(&words, ' '));
}

static const struct bytes patterns[] = { T(NI), T("a" NI), T("J\xc3\xb6rg "),
	T("plain text, but long ?"), T("\xf0\x9f\x98\x80"), T("  " NI "  "),
	T("=?UTF-8?Q?x?= "), T("\xff"), T("e\xcc\x81") };

static void
fill(struct buf *text, struct bytes pattern, size_t n)
{
	size_t start = text->n;

	while (text->n - start < n)
		buf_add(text, pattern);
}

START_TEST(decoding_gives_it_back)
{
	for (size_t n = 1; n < 400; n++) {
		struct buf text = BUF(1000), out = BUF(4000), back = BUF(1000);
		size_t first = n % 120;

		fill(&text, patterns[_i], n);
		encode_words(&out, buf_bytes(&text), first);
		decode(&back, buf_bytes(&out));
		ck_assert(bytes_same(buf_bytes(&back), buf_bytes(&text)));
		if (first < 40)
			ck_assert_uint_le(
			    first + bytes_index(buf_bytes(&out), ' '), 76);
		buf_clear(&text);
		buf_clear(&out);
		buf_clear(&back);
	}
}
END_TEST

/* The words are as full as characters let them be. */
START_TEST(words_are_full)
{
	struct buf text = BUF(1000), out = BUF(4000);
	struct bytes words;

	fill(&text, BYTES(NI), 300);
	encode_words(&out, buf_bytes(&text), 9);
	words = buf_bytes(&out);
	ck_assert_uint_ge(bytes_take(&words, ' ').n, 76 - 9 - 4);
	while (bytes_index(words, ' ') < words.n)
		ck_assert_uint_ge(bytes_take(&words, ' ').n, 72);
	buf_clear(&text);
	buf_clear(&out);
}
END_TEST

/* No word begins with an accent, unless there are too many for one. */
START_TEST(accents_stay_with_their_letters)
{
	struct buf text = BUF(1000), out = BUF(4000), back = BUF(1000);
	struct bytes words;

	fill(&text, BYTES("e\xcc\x81\xcc\xa3"), 400);
	encode_words(&out, buf_bytes(&text), 9);
	words = buf_bytes(&out);
	while (words.n > 0) {
		buf_reset(&back);
		decode_word(&back, bytes_take(&words, ' '));
		ck_assert_int_eq(buf_text(&back)[0], 'e');
	}
	buf_clear(&text);
	buf_clear(&out);
	buf_clear(&back);
}
END_TEST

START_TEST(too_many_accents_are_split)
{
	struct buf text = BUF(1000), out = BUF(4000), back = BUF(1000);

	buf_addc(&text, 'e');
	fill(&text, BYTES("\xcc\x81"), 300);
	encode_words(&out, buf_bytes(&text), 9);
	decode(&back, buf_bytes(&out));
	ck_assert(bytes_same(buf_bytes(&back), buf_bytes(&text)));
	buf_clear(&text);
	buf_clear(&out);
	buf_clear(&back);
}
END_TEST

static const struct {
	struct bytes text;
	bool needed;
} needs[] = {
	{ T(""), false },
	{ T("plain text ~!"), false },
	{ T("=? "), true },
	{ T("= ?="), false },
	{ T("a=?b"), true },
	{ T("\xc3\xa4"), true },
	{ T("a\tb"), true },
	{ T("a\nb"), true },
	{ T("\x7f"), true },
	{ T("\0"), true },
};

START_TEST(need_by_table)
{
	ck_assert(encode_needed(needs[_i].text) == needs[_i].needed);
}
END_TEST

/* RFC 3461, 4 and 5 */
static const struct {
	struct bytes raw;
	const char *xtext;
} xtexts[] = {
	{ T(""), "" },
	{ T("QQ314159"), "QQ314159" },
	{ T("Bob@Pure-Heart.ORG"), "Bob@Pure-Heart.ORG" },
	{ T("a+b=c"), "a+2Bb+3Dc" },
	{ T(" \x7f\0\xc3\n"), "+20+7F+00+C3+0A" },
	{ T("!~"), "!~" },
};

START_TEST(xtext_by_table)
{
	struct buf out = BUF(100);

	xtext_add(&out, xtexts[_i].raw);
	ck_assert_str_eq(buf_text(&out), xtexts[_i].xtext);
	ck_assert(xtext_valid(buf_bytes(&out)));
	buf_clear(&out);
}
END_TEST

START_TEST(what_is_no_xtext)
{
	static const struct bytes none[] = { T("a b"), T("a=b"), T("+"),
		T("a+2"), T("+2b"), T("+2g"), T("+G0"), T("\x7f"), T("\xc3"),
		T("a\0"), T("++2B") };

	for (int i = 0; i < ROWS(none); i++)
		ck_assert_msg(
		    !xtext_valid(none[i]), "%.*s", BYTES_ARG(none[i]));
}
END_TEST

Suite *
suite_encode(void)
{
	Suite *s = suite_create("encode");
	TCase *t = tcase_create("encode");

	tcase_add_loop_test(t, words_by_table, 0, ROWS(encoded));
	tcase_add_loop_test(t, decoding_gives_it_back, 0, ROWS(patterns));
	tcase_add_test(t, words_are_full);
	tcase_add_test(t, accents_stay_with_their_letters);
	tcase_add_test(t, too_many_accents_are_split);
	tcase_add_loop_test(t, need_by_table, 0, ROWS(needs));
	tcase_add_loop_test(t, xtext_by_table, 0, ROWS(xtexts));
	tcase_add_test(t, what_is_no_xtext);
	suite_add_tcase(s, t);
	return s;
}
