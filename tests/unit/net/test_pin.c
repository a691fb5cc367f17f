#include "net/pin.h"

#include <check.h>
#include <string.h>

Suite *suite_pin(void);

#define COUNT(table) (int)(sizeof(table) / sizeof(table[0]))

#define COLONS \
	"00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:" \
	"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F"
#define BARE "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
#define BASE64 "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const struct {
	const char *text;
	bool spki;
} good[] = {
	{ COLONS, false },
	{ BARE, false },
	{ "sha256:" COLONS, false },
	{ "SHA256:" BARE, false },
	{ "spki-sha256:" COLONS, true },
	{ "spki-sha256:" BARE, true },
	{ "SPKI-SHA256:" BASE64, true },
};

START_TEST(every_form_says_the_same)
{
	struct error e = ERROR_NONE;
	struct pin p;
	char text[SHA256_TEXT];

	ck_assert_msg(pin_parse(&p, good[_i].text, &e) == 0, "%s", e.text);
	ck_assert(p.spki == good[_i].spki);
	ck_assert_str_eq(pin_hex(p.sha256, text), COLONS);
}
END_TEST

static const struct {
	const char *text, *hint;
} bad[] = {
	{ "", "sha256:HEX" },
	{ "sha256:", "sha256:HEX" },
	{ BARE "00", "sha256:HEX" },
	{ COLONS ":", "sha256:HEX" },
	{ ":" COLONS, "sha256:HEX" },
	{ "0" BARE, "sha256:HEX" },
	{ BASE64, "sha256:HEX" },
	{ "sha256:" BASE64, "sha256:HEX" },
	{ "spki-sha256:AAEC", "sha256:HEX" },
	{ "md5:" BARE, "sha256:HEX" },
	{ "0001020304050607080910111213141516171819", "SHA-1" },
	{ "00:01:02:03:04:05:06:07:08:09:0a:0b:0c:0d:0e:0f", "MD5" },
	{ "\033[2J", "sha256:HEX" },
};

START_TEST(anything_else_is_refused)
{
	struct error e = ERROR_NONE;
	struct pin p;

	ck_assert_int_eq(pin_parse(&p, bad[_i].text, &e), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.hint, bad[_i].hint));
	ck_assert_ptr_null(strchr(e.text, '\033'));
}
END_TEST

Suite *
suite_pin(void)
{
	Suite *s = suite_create("pin");
	TCase *t = tcase_create("text");

	tcase_add_loop_test(t, every_form_says_the_same, 0, COUNT(good));
	tcase_add_loop_test(t, anything_else_is_refused, 0, COUNT(bad));
	suite_add_tcase(s, t);
	return s;
}
