#include "base/idn.h"

#include <check.h>
#include <string.h>

#include "base/clean.h"

Suite *suite_idn(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

static const struct {
	struct bytes domain;
	const char *ascii; /* NULL: refused */
} domains[] = {
	{ RUN("example.org"), "example.org" },
	{ RUN("Example.ORG"), "Example.ORG" },
	{ RUN("a_b.test"), "a_b.test" },
	{ RUN("b\xc3\xbc"
	      "cher.example"),
	    "xn--bcher-kva.example" },
	{ RUN("B\xc3\x9c"
	      "CHER.example"),
	    "xn--bcher-kva.example" },
	{ RUN("fa\xc3\x9f.de"), "xn--fa-hia.de" },
	{ RUN("\xe4\xbe\x8b\xe5\xad\x90.\xe6\xb5\x8b\xe8\xaf\x95"),
	    "xn--fsqu00a.xn--0zwm56d" },
	{ RUN("a_b.b\xc3\xbc.test"), "a_b.xn--b-eha.test" },
	{ RUN("\xc3\xbc.test\0.evil"), NULL },
	{ RUN("\xc3\xbc.test\r\nQUIT"), NULL },
	{ RUN("\xc3\xbc.te st"), NULL },
	{ RUN("\xc3\xbc.test>"), NULL },
	{ RUN("\xc3\xbc@test"), NULL },
	{ RUN("\xef\xbc\x9e.test"), NULL },  /* full-width > */
	{ RUN("x\xef\xbc\xa0.test"), NULL }, /* full-width @ */
	{ RUN("\xe2\x80\x8b"), NULL },       /* maps to nothing */
	{ RUN("\xff.test"), NULL },
	{ RUN("xn--\xc3\xbc.test"), NULL },
};

START_TEST(domains_become_ascii)
{
	struct buf out = BUF(300);
	struct error e = ERROR_NONE;
	int rc = idn_ascii(&out, domains[_i].domain, &e);

	if (domains[_i].ascii == NULL) {
		ck_assert_msg(rc == -1, "gave '%s'", buf_text(&out));
		ck_assert_int_eq(e.kind, ERR_ADDRESS);
		ck_assert(!bytes_control(bytes_of(e.text)));
		ck_assert_uint_eq(out.n, 0);
	} else {
		ck_assert_msg(rc == 0, "%s", e.text);
		ck_assert_str_eq(buf_text(&out), domains[_i].ascii);
	}
	buf_clear(&out);
}
END_TEST

START_TEST(long_ones_are_refused)
{
	struct buf domain = BUF(3000), out = BUF(3000);
	struct error e = ERROR_NONE;

	buf_adds(&domain, "\xc3\xbc");
	for (int i = 0; i < _i; i++)
		buf_adds(&domain, i % 50 == 49 ? "." : "a");
	ck_assert_int_eq(idn_ascii(&out, buf_bytes(&domain), &e), -1);
	ck_assert_uint_eq(out.n, 0);
	buf_clear(&domain);
	buf_clear(&out);
}
END_TEST

Suite *
suite_idn(void)
{
	Suite *s = suite_create("idn");
	TCase *t = tcase_create("domains");

	tcase_add_loop_test(t, domains_become_ascii, 0, N(domains));
	tcase_add_loop_test(t, long_ones_are_refused, 300, 302);
	tcase_add_loop_test(t, long_ones_are_refused, 2000, 2001);
	suite_add_tcase(s, t);
	return s;
}
