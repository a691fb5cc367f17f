#include "mail/field.h"

#include <check.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_field(void);

static const struct {
	const char *line;
	bool field;
} lines[] = {
	{ "Subject: x", true },
	{ "Subject:x", true },
	{ "Subject:", true },
	{ "Subject : x", true },
	{ "Subject \t : x", true },
	{ "x!#$%&'*+-/=?^_`{|}~\"(),.;<>@[\\]: odd but legal", true },
	{ "WARNING: disk is full", true },
	{ "", false },
	{ ":", false },
	{ ": x", false },
	{ " : x", false },
	{ " Subject: x", false },
	{ "\tSubject: x", false },
	{ "Subject", false },
	{ "Disk /dev/sda: 99% full", false },
	{ "From a@b Mon Jan  1 00:00:00 2024", false },
	{ "Bet\xc3\xa4reff: x", false },
	{ "a\x7f: x", false },
	{ "a\x01: x", false },
};

START_TEST(what_starts_a_field)
{
	ck_assert_msg(field_starts(bytes_of(lines[_i].line)) == lines[_i].field,
	    "'%s'", lines[_i].line);
}
END_TEST

static const struct {
	const char *header, *whole, *name, *body, *unfolded, *rest;
} fields[] = {
	{ "A: b\r\n", "A: b\r\n", "A", " b", "b", "" },
	{ "A: b\r\nC: d\r\n", "A: b\r\n", "A", " b", "b", "C: d\r\n" },
	{ "A: b\r\n c\r\n\td\r\nC:\r\n", "A: b\r\n c\r\n\td\r\n", "A",
	    " b\r\n c\r\n\td", "b c\td", "C:\r\n" },
	{ "A:\r\n b\r\n", "A:\r\n b\r\n", "A", "\r\n b", "b", "" },
	{ "A:\r\n", "A:\r\n", "A", "", "", "" },
	{ "A : b", "A : b", "A", " b", "b", "" },
	{ "A: b:c \r\n", "A: b:c \r\n", "A", " b:c ", "b:c", "" },
	{ "A: b\r\n \r\n c\r\n", "A: b\r\n \r\n c\r\n", "A", " b\r\n \r\n c",
	    "b  c", "" },
};

START_TEST(a_field_is_taken)
{
	struct bytes header = bytes_of(fields[_i].header);
	struct buf text = BUF(100);
	struct field f;

	ck_assert(field_take(&header, &f));
	ck_assert(bytes_is(f.whole, fields[_i].whole));
	ck_assert(bytes_is(f.name, fields[_i].name));
	ck_assert(bytes_is(f.body, fields[_i].body));
	ck_assert(bytes_is(header, fields[_i].rest));
	ck_assert(!f.dropped);
	field_unfold(&f, &text);
	ck_assert_str_eq(buf_text(&text), fields[_i].unfolded);
	buf_clear(&text);
}
END_TEST

START_TEST(no_field_is_not_taken)
{
	static const char *const none[] = { "", "\r\n", "body", " a: b\r\n" };

	for (int i = 0; i < ROWS(none); i++) {
		struct bytes header = bytes_of(none[i]);
		struct field f;

		ck_assert(!field_take(&header, &f));
		ck_assert(bytes_is(header, none[i]));
	}
}
END_TEST

START_TEST(names_have_no_case)
{
	struct bytes header = BYTES("Subject: x\r\n");
	struct field f;

	ck_assert(field_take(&header, &f));
	ck_assert(field_is(&f, "sUBJECT"));
	ck_assert(!field_is(&f, "Subjec"));
	ck_assert(!field_is(&f, "Subject:"));
}
END_TEST

Suite *
suite_field(void)
{
	Suite *s = suite_create("field");
	TCase *t = tcase_create("field");

	tcase_add_loop_test(t, what_starts_a_field, 0, ROWS(lines));
	tcase_add_loop_test(t, a_field_is_taken, 0, ROWS(fields));
	tcase_add_test(t, no_field_is_not_taken);
	tcase_add_test(t, names_have_no_case);
	suite_add_tcase(s, t);
	return s;
}
