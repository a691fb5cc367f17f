#include "mail/date.h"

#include <check.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_date(void);

static const struct {
	time_t at;
	const char *zone, *date;
} dates[] = {
	{ 0, "UTC0", "Thu, 1 Jan 1970 00:00:00 +0000" },
	{ 1795346105, "UTC0", "Sun, 22 Nov 2026 11:15:05 +0000" },
	{ 1795346105, "CST-8", "Sun, 22 Nov 2026 19:15:05 +0800" },
	{ 1795346105, "NST3:30", "Sun, 22 Nov 2026 07:45:05 -0330" },
	{ 1795346105, "XXX-5:45", "Sun, 22 Nov 2026 17:00:05 +0545" },
	{ 1795346105, "XXX0:30", "Sun, 22 Nov 2026 10:45:05 -0030" },
	{ 951782400, "UTC0", "Tue, 29 Feb 2000 00:00:00 +0000" },
	{ 1782777599, "EST5EDT,M3.2.0,M11.1.0",
	    "Mon, 29 Jun 2026 19:59:59 -0400" },
	{ 4102444799, "UTC0", "Thu, 31 Dec 2099 23:59:59 +0000" },
	{ 1680000000, "UTC0", "Tue, 28 Mar 2023 10:40:00 +0000" },
	{ 1682700000, "UTC0", "Fri, 28 Apr 2023 16:40:00 +0000" },
	{ 1685700000, "UTC0", "Fri, 2 Jun 2023 10:00:00 +0000" },
	{ 1689400000, "UTC0", "Sat, 15 Jul 2023 05:46:40 +0000" },
	{ 1692180000, "UTC0", "Wed, 16 Aug 2023 10:00:00 +0000" },
	{ 1694880000, "UTC0", "Sat, 16 Sep 2023 16:00:00 +0000" },
	{ 1697500000, "UTC0", "Mon, 16 Oct 2023 23:46:40 +0000" },
	{ 1683700000, "UTC0", "Wed, 10 May 2023 06:26:40 +0000" },
};

static time_t at;

static struct timespec
now(void)
{
	return (struct timespec){ .tv_sec = at };
}

static void
counting(void *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((unsigned char *)p)[i] = (unsigned char)(i * 17);
}

static const struct here here = { .now = now, .random = counting };

START_TEST(dates_by_table)
{
	struct buf out = BUF(100);

	at = dates[_i].at;
	setenv("TZ", dates[_i].zone, 1);
	tzset();
	setlocale(LC_ALL, "de_DE.UTF-8");
	date_add(&out, &here);
	ck_assert_str_eq(buf_text(&out), dates[_i].date);
	buf_clear(&out);
}
END_TEST

static const struct {
	const char *domain, *id;
} ids[] = {
	{ "example.org",
	    "<20261122111505.00112233445566778899aabbccddeeff@example.org>" },
	{ "b\xc3\xbc"
	  "cher.de",
	    "<20261122111505.00112233445566778899aabbccddeeff"
	    "@xn--bcher-kva.de>" },
	{ "[127.0.0.1]",
	    "<20261122111505.00112233445566778899aabbccddeeff@[127.0.0.1]>" },
	/* what is no domain is not let in */
	{ "", "<20261122111505.00112233445566778899aabbccddeeff@localhost>" },
	{ "a b>",
	    "<20261122111505.00112233445566778899aabbccddeeff@localhost>" },
	{ "a\xef\xbc\x9e",
	    "<20261122111505.00112233445566778899aabbccddeeff@localhost>" },
};

START_TEST(ids_by_table)
{
	struct buf out = BUF(200);

	at = 1795346105;
	setenv("TZ", "CST-8", 1);
	tzset();
	message_id_add(&out, bytes_of(ids[_i].domain), &here);
	ck_assert_str_eq(buf_text(&out), ids[_i].id);
	buf_clear(&out);
}
END_TEST

Suite *
suite_date(void)
{
	Suite *s = suite_create("date");
	TCase *t = tcase_create("date");

	tcase_add_loop_test(t, dates_by_table, 0, ROWS(dates));
	tcase_add_loop_test(t, ids_by_table, 0, ROWS(ids));
	suite_add_tcase(s, t);
	return s;
}
