#include <check.h>
#include <string.h>

#include "base/host.h"

static const struct {
	const char *text, *name;
	unsigned port;
	bool is_path;
} good[] = {
	{ "mail.example.org", "mail.example.org", 0, false },
	{ "mail.example.org:465", "mail.example.org", 465, false },
	{ "localhost:1", "localhost", 1, false },
	{ "192.0.2.1:25", "192.0.2.1", 25, false },
	{ "::1", "::1", 0, false },
	{ "[::1]", "::1", 0, false },
	{ "[::1]:65535", "::1", 65535, false },
	{ "fe80::1%eth0", "fe80::1%eth0", 0, false },
	{ "[192.0.2.1]:25", "192.0.2.1", 25, false },
	{ "\346\227\245\346\234\254.example:25",
	    "\346\227\245\346\234\254.example", 25, false },
	{ "/run/lmtp:1", "/run/lmtp:1", 0, true },
};

START_TEST(host_is_read)
{
	struct error e = ERROR_NONE;
	struct host h;

	ck_assert_int_eq(host_read(&h, bytes_of(good[_i].text), &e), 0);
	ck_assert_msg(
	    bytes_is(h.name, good[_i].name), "%.*s", BYTES_ARG(h.name));
	ck_assert_uint_eq(h.port, good[_i].port);
	ck_assert_int_eq(h.is_path, good[_i].is_path);
}
END_TEST

static const char *const bad[] = { "", "a b", "host:", "host:bogus", "host:0",
	"host:65536", "host:99999999999999999999", "host:+1", "[::1", "[::1]25",
	"[host]:25", "smtp://host", "host\r\n", "-host", "host..name" };

START_TEST(host_is_none)
{
	struct error e = ERROR_NONE;
	struct host h;

	ck_assert_int_eq(host_read(&h, bytes_of(bad[_i]), &e), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
}
END_TEST

START_TEST(host_of_a_socket_has_an_end)
{
	struct error e = ERROR_NONE;
	char path[200] = "/";
	struct host h;

	memset(path + 1, 'a', sizeof(path) - 2);
	ck_assert_int_eq(host_read(&h, bytes_of(path), &e), -1);
}
END_TEST

Suite *suite_host(void);

Suite *
suite_host(void)
{
	Suite *s = suite_create("host");
	TCase *t = tcase_create("host");

	tcase_add_loop_test(t, host_is_read, 0, sizeof(good) / sizeof(good[0]));
	tcase_add_loop_test(t, host_is_none, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(t, host_of_a_socket_has_an_end);
	suite_add_tcase(s, t);
	return s;
}
