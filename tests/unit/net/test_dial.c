#include "net/dial.h"

#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop.h"
#include "net/race.h"

Suite *suite_dial(void);

static struct endpoint
literal(const char *host, unsigned port)
{
	struct endpoint p;

	ck_assert(resolve_literal(host, port, &p));
	return p;
}

START_TEST(families_take_turns)
{
	static const char *const given[] = { "192.0.2.1", "192.0.2.2",
		"192.0.2.3", "2001:db8::1", "2001:db8::2" };
	static const char *const wanted[] = { "2001:db8::1", "192.0.2.1",
		"2001:db8::2", "192.0.2.2", "192.0.2.3" };
	struct endpoints all = { .n = 5 };
	char text[ENDPOINT_TEXT];

	for (size_t i = 0; i < all.n; i++)
		all.at[i] = literal(given[i], 25);
	race_order(&all);
	ck_assert_uint_eq(all.n, 5);
	for (size_t i = 0; i < all.n; i++)
		ck_assert_str_eq(endpoint_text(&all.at[i], text), wanted[i]);
}
END_TEST

/* Races: who runs, and who is to win (-1: nobody). */
enum { MOST_RUNNERS = 3 };
static const struct {
	const char *what;
	int n, winner;
	struct {
		int family;
		enum loop_kind kind;
	} run[MOST_RUNNERS];
	enum error_kind kind;
} races[] = {
	{ "one that listens", 1, 0, { { AF_INET, LOOP_LISTENS } }, ERR_NONE },
	{ "a dead one first", 2, 1,
	    { { AF_INET, LOOP_REFUSES }, { AF_INET, LOOP_LISTENS } },
	    ERR_NONE },
	{ "a dead one of IPv6 first", 2, 1,
	    { { AF_INET6, LOOP_REFUSES }, { AF_INET, LOOP_LISTENS } },
	    ERR_NONE },
	{ "IPv6 when it listens", 2, 0,
	    { { AF_INET6, LOOP_LISTENS }, { AF_INET, LOOP_LISTENS } },
	    ERR_NONE },
	{ "a silent one first", 2, 1,
	    { { AF_INET, LOOP_SILENT }, { AF_INET, LOOP_LISTENS } }, ERR_NONE },
	{ "silent, dead, listens", 3, 2,
	    { { AF_INET, LOOP_SILENT }, { AF_INET, LOOP_REFUSES },
		{ AF_INET, LOOP_LISTENS } },
	    ERR_NONE },
	{ "all dead", 2, -1,
	    { { AF_INET, LOOP_REFUSES }, { AF_INET, LOOP_REFUSES } },
	    ERR_CONNECT },
	{ "all silent", 2, -1,
	    { { AF_INET, LOOP_SILENT }, { AF_INET, LOOP_SILENT } },
	    ERR_TIMEOUT },
	{ "silent and dead", 2, -1,
	    { { AF_INET, LOOP_SILENT }, { AF_INET, LOOP_REFUSES } },
	    ERR_CONNECT },
};

START_TEST(first_to_connect_wins)
{
	struct race r = { .host = "mx.test",
		.connect_timeout = races[_i].winner < 0 ? 600000 : 60000000,
		.deadline = soon(20000) };
	struct loop loops[MOST_RUNNERS];
	struct endpoints to = { .n = (size_t)races[_i].n };
	struct endpoint won;
	struct error e = ERROR_NONE;
	bool all = true;
	int fd;

	for (size_t i = 0; i < to.n; i++) {
		all = loop_open(&loops[i], races[_i].run[i].family,
			  races[_i].run[i].kind) &&
		    all;
		to.at[i] = loops[i].at;
	}
	fd = all ? race(&r, &to, &won, &e) : -1;
	if (all && races[_i].winner >= 0) {
		ck_assert_int_ge(fd, 0);
		ck_assert_uint_eq(
		    endpoint_port(&won), loop_port(&loops[races[_i].winner]));
		close(fd);
	}
	if (all) {
		ck_assert_int_eq(e.kind, races[_i].kind);
		ck_assert(fd >= 0 || races[_i].winner < 0);
	}
	for (size_t i = 0; i < to.n; i++)
		loop_close(&loops[i]);
}
END_TEST

static int waits;

static void
count_wait(void)
{
	waits++;
}

/* It waits for the one and, a while later, for both: the work is done once. */
START_TEST(the_wait_is_used_once)
{
	struct race r = { .host = "mx.test",
		.deadline = soon(20000),
		.meanwhile = count_wait };
	struct loop silent, live;
	struct endpoints to = { .n = 2 };
	struct endpoint won;
	struct error e = ERROR_NONE;
	int fd;

	ck_assert(loop_open(&silent, AF_INET, LOOP_SILENT));
	ck_assert(loop_open(&live, AF_INET, LOOP_LISTENS));
	to.at[0] = silent.at;
	to.at[1] = live.at;
	waits = 0;
	ck_assert_msg((fd = race(&r, &to, &won, &e)) >= 0, "%s", e.text);
	ck_assert_int_eq(waits, 1);
	close(fd);
	loop_close(&silent);
	loop_close(&live);
}
END_TEST

/* A refusal starts the next at once: 31 delays would take too long. */
START_TEST(failures_are_not_waited_out)
{
	struct race r = { .host = "mx.test", .deadline = soon(5000) };
	struct loop dead, live;
	struct endpoints to = { .n = RESOLVE_MOST };
	struct endpoint won;
	struct error e = ERROR_NONE;
	int fd;

	ck_assert(loop_open(&dead, AF_INET, LOOP_REFUSES));
	ck_assert(loop_open(&live, AF_INET, LOOP_LISTENS));
	for (size_t i = 0; i < to.n; i++)
		to.at[i] = i + 1 < to.n ? dead.at : live.at;
	ck_assert_msg((fd = race(&r, &to, &won, &e)) >= 0, "%s", e.text);
	close(fd);
	loop_close(&dead);
	loop_close(&live);
}
END_TEST

START_TEST(every_address_is_reported)
{
	struct race r = { .host = "mx.test", .connect_timeout = 300000 };
	struct loop dead, silent;
	struct endpoints to = { .n = 2 };
	struct endpoint won;
	struct error e = ERROR_NONE;

	ck_assert(loop_open(&dead, AF_INET, LOOP_REFUSES));
	ck_assert(loop_open(&silent, AF_INET, LOOP_SILENT));
	to.at[0] = dead.at;
	to.at[1] = silent.at;
	ck_assert_int_eq(race(&r, &to, &won, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "127.0.0.1: Connection refused"));
	ck_assert_ptr_nonnull(
	    strstr(e.text, "127.0.0.1: Connection timed out"));
	ck_assert_ptr_nonnull(strstr(e.text, "'mx.test'"));
	ck_assert_str_ne(e.hint, "");
	loop_close(&dead);
	loop_close(&silent);
}
END_TEST

START_TEST(the_deadline_ends_a_race)
{
	struct race r = { .host = "mx.test", .connect_timeout = 60000000 };
	struct loop silent;
	struct endpoints to = { .n = 2 };
	struct endpoint won;
	struct error e = ERROR_NONE;
	int64_t start = here_real.ticks();

	ck_assert(loop_open(&silent, AF_INET, LOOP_SILENT));
	to.at[0] = to.at[1] = silent.at;
	r.deadline = soon(100);
	ck_assert_int_eq(race(&r, &to, &won, &e), -1);
	ck_assert_int_eq(e.kind, ERR_TIMEOUT);
	ck_assert_int_lt(here_real.ticks() - start, 20000000);
	r.deadline = soon(-1);
	e = ERROR_NONE;
	ck_assert_int_eq(race(&r, &to, &won, &e), -1);
	ck_assert_int_eq(e.kind, ERR_TIMEOUT);
	loop_close(&silent);
}
END_TEST

static const struct {
	unsigned port;
	const char *other;
} ports[] = { { 25, "465" }, { 465, "587" }, { 587, "465" } };

/* Nobody listens there on TEST-NET; "no time" keeps the packets at home. */
START_TEST(blocked_ports_have_a_hint)
{
	struct race r = { .host = "mx.test", .deadline = soon(-1) };
	struct endpoints to = { .n = 1 };
	struct endpoint won;
	struct error e = ERROR_NONE;

	to.at[0] = literal("192.0.2.1", ports[_i].port);
	ck_assert_int_eq(race(&r, &to, &won, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.hint, ports[_i].other));
}
END_TEST

/* What stands in for getaddrinfo. */
static int
lookup_no_such(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	(void)host;
	(void)port;
	(void)hints;
	(void)answer;
	return EAI_NONAME;
}

static int
lookup_try_again(const char *host, const char *port,
    const struct addrinfo *hints, struct addrinfo **answer)
{
	(void)host;
	(void)port;
	(void)hints;
	(void)answer;
	return EAI_AGAIN;
}

static int
lookup_slow(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	(void)host;
	usleep(300000);
	return getaddrinfo("127.0.0.1", port, hints, answer);
}

static int
lookup_two(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	struct addrinfo *second;

	(void)host;
	ck_assert_int_eq(getaddrinfo("127.0.0.1", port, hints, answer), 0);
	ck_assert_int_eq(getaddrinfo("127.0.0.2", port, hints, &second), 0);
	(*answer)->ai_next = second;
	return 0;
}

static int
lookup_never(const char *host, const char *port, const struct addrinfo *hints,
    struct addrinfo **answer)
{
	(void)port;
	(void)hints;
	(void)answer;
	ck_abort_msg("'%s' was looked up", host);
	return EAI_FAIL;
}

static const struct {
	resolve_lookup *lookup;
	const char *host;
	int ms; /* of patience */
	size_t found;
	enum error_kind kind;
	int exit;
} lookups[] = {
	{ lookup_two, "mx.test", 5000, 2, ERR_NONE, EX_OK },
	{ lookup_slow, "mx.test", 5000, 1, ERR_NONE, EX_OK },
	{ lookup_slow, "mx.test", 20, 0, ERR_TIMEOUT, EX_TEMPFAIL },
	{ lookup_no_such, "mx.test", 5000, 0, ERR_RESOLVE, EX_NOHOST },
	{ lookup_try_again, "mx.test", 5000, 0, ERR_RESOLVE, EX_TEMPFAIL },
	{ lookup_never, "127.0.0.1", 5000, 1, ERR_NONE, EX_OK },
	{ lookup_never, "::1", 5000, 1, ERR_NONE, EX_OK },
	{ lookup_never, "fe80::1%lo", 5000, 1, ERR_NONE, EX_OK },
};

START_TEST(names_are_resolved)
{
	struct resolve r = { .host = lookups[_i].host,
		.port = 4242,
		.deadline = soon(lookups[_i].ms),
		.lookup = lookups[_i].lookup };
	struct endpoints found = { .n = 0 };
	struct error e = ERROR_NONE;

	ck_assert_int_eq(
	    resolve(&r, &found, &e), lookups[_i].kind == ERR_NONE ? 0 : -1);
	ck_assert_int_eq(e.kind, lookups[_i].kind);
	ck_assert_int_eq(error_exit(&e), lookups[_i].exit);
	ck_assert_uint_eq(found.n, lookups[_i].found);
	for (size_t i = 0; i < found.n; i++)
		ck_assert_uint_eq(endpoint_port(&found.at[i]), 4242);
	ck_assert(e.kind == ERR_NONE || e.hint[0] != '\0');
	/* The one left behind ends in peace. */
	if (lookups[_i].ms < 300)
		usleep(600000);
}
END_TEST

/* The trace of a test, one string. */
static void
keep_line(void *ctx, struct bytes line)
{
	buf_add(ctx, line);
}

START_TEST(dial_tells_what_came_of_it)
{
	struct buf said = BUF(4096);
	struct trace t = {
		.level = 3, .here = &here_real, .put = keep_line, .ctx = &said
	};
	struct loop l;
	struct dial d = { .host = "127.0.0.1", .connect_timeout = 5000000 };
	struct dialled came;
	struct error e = ERROR_NONE;
	struct wire *w;
	char line[64];

	ck_assert(loop_open(&l, AF_INET, LOOP_LISTENS));
	d.port = loop_port(&l);
	d.source = "127.0.0.1";
	w = dial(&d, &came, &t, &e);
	ck_assert_ptr_nonnull(w);
	ck_assert_str_eq(came.peer, "127.0.0.1");
	ck_assert_str_eq(came.local, "127.0.0.1");
	ck_assert(!came.ipv6);
	snprintf(line, sizeof(line), "connected to 127.0.0.1:%u\n", d.port);
	ck_assert_ptr_nonnull(strstr(buf_text(&said), line));
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&said), "dns 127.0.0.1 -> 127.0.0.1 ("));
	ck_assert_ptr_nonnull(strstr(buf_text(&said), "trying 127.0.0.1"));
	w->close(w, true);
	loop_close(&l);
	buf_clear(&said);
}
END_TEST

START_TEST(dial_traces_json)
{
	struct buf said = BUF(4096);
	struct trace t = { .level = 3,
		.json = true,
		.here = &here_real,
		.put = keep_line,
		.ctx = &said };
	struct loop l;
	struct dial d = { .host = "127.0.0.1" };
	struct dialled came;
	struct error e = ERROR_NONE;
	struct wire *w;

	ck_assert(loop_open(&l, AF_INET, LOOP_LISTENS));
	d.port = loop_port(&l);
	w = dial(&d, &came, &t, &e);
	ck_assert_ptr_nonnull(w);
	ck_assert_ptr_nonnull(strstr(buf_text(&said),
	    "\"ev\":\"resolve\",\"host\":\"127.0.0.1\","
	    "\"addrs\":[\"127.0.0.1\"],\"ms\":"));
	ck_assert_ptr_nonnull(strstr(buf_text(&said),
	    "\"ev\":\"connect\",\"addr\":\"127.0.0.1\",\"port\":"));
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&said), "\"local\":\"127.0.0.1:"));
	w->close(w, true);
	loop_close(&l);
	buf_clear(&said);
}
END_TEST

/* Ends of ours: text, address (NULL: it is none), port. */
static const struct {
	const char *text, *address;
	unsigned port;
} sources[] = {
	{ "192.0.2.7", "192.0.2.7", 0 },
	{ "192.0.2.7:4025", "192.0.2.7", 4025 },
	{ "[192.0.2.7]:4025", "192.0.2.7", 4025 },
	{ "2001:db8::7", "2001:db8::7", 0 },
	{ "[2001:db8::7]", "2001:db8::7", 0 },
	{ "[2001:db8::7]:65535", "2001:db8::7", 65535 },
	{ "192.0.2.7:", NULL, 0 },
	{ "192.0.2.7:0", NULL, 0 },
	{ "192.0.2.7:65536", NULL, 0 },
	{ "192.0.2.7:smtp", NULL, 0 },
	{ "192.0.2.7:-1", NULL, 0 },
	{ "[2001:db8::7", NULL, 0 },
	{ "[2001:db8::7]4025", NULL, 0 },
	{ "[]:4025", NULL, 0 },
	{ ":4025", NULL, 0 },
	{ "localhost:4025", NULL, 0 },
	{ "", NULL, 0 },
};

START_TEST(sources_have_an_address_and_perhaps_a_port)
{
	struct endpoint p;
	char text[ENDPOINT_TEXT];
	bool good = resolve_source(sources[_i].text, &p);

	ck_assert_msg(
	    good == (sources[_i].address != NULL), "'%s'", sources[_i].text);
	if (!good)
		return;
	ck_assert_str_eq(endpoint_text(&p, text), sources[_i].address);
	ck_assert_uint_eq(endpoint_port(&p), sources[_i].port);
}
END_TEST

/* Dials that are bound to fail, each in its own way. */
static const struct {
	const char *host, *source;
	enum error_kind kind;
	const char *text;
} failures[] = {
	{ "127.0.0.1", NULL, ERR_CONNECT, "refused" },
	{ "127.0.0.1", "::1", ERR_CONNECT, "another family" },
	{ "::1", "127.0.0.1", ERR_CONNECT, "another family" },
	{ "127.0.0.1", "192.0.2.77", ERR_CONNECT, "assign" },
	{ "127.0.0.1", "localhost", ERR_CONFIG, "not an IP address" },
	{ "/nonexistent/socket", NULL, ERR_CONNECT, "No such file" },
	{ "", NULL, ERR_CONFIG, "no host name" },
	{ "a\nb", NULL, ERR_CONFIG, "a\\x0ab" },
	{ "/012345678901234567890123456789012345678901234567890123456789"
	  "012345678901234567890123456789012345678901234567890123456789",
	    NULL, ERR_CONFIG, "longer than 107" },
};

START_TEST(dial_fails_with_a_reason)
{
	struct loop l;
	struct dial d = { .host = failures[_i].host,
		.source = failures[_i].source,
		.connect_timeout = 5000000 };
	struct dialled came;
	struct error e = ERROR_NONE;

	ck_assert(loop_open(&l, AF_INET, LOOP_REFUSES));
	d.port = loop_port(&l);
	ck_assert_ptr_null(dial(&d, &came, NULL, &e));
	ck_assert_int_eq(e.kind, failures[_i].kind);
	ck_assert_msg(strstr(e.text, failures[_i].text) != NULL,
	    "'%s' is not in '%s'", failures[_i].text, e.text);
	loop_close(&l);
}
END_TEST

START_TEST(dial_takes_a_path)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/sendoff-test-XXXXXX", io[4];
	struct dial d = { .host = at.sun_path };
	struct dialled came;
	struct error e = ERROR_NONE;
	struct wire *w;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), other;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(at.sun_path, sizeof(at.sun_path), "%s/socket", dir);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(listen(fd, 1), 0);
	w = dial(&d, &came, NULL, &e);
	ck_assert_ptr_nonnull(w);
	ck_assert_str_eq(came.peer, at.sun_path);
	ck_assert_str_eq(came.local, "");
	other = accept(fd, NULL, NULL);
	ck_assert_int_eq(w->write(w, BYTES("hi"), &e), 2);
	ck_assert_int_eq(read(other, io, sizeof(io)), 2);
	w->close(w, true);
	close(other);
	close(fd);
	unlink(at.sun_path);
	rmdir(dir);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table[0]))

Suite *
suite_dial(void)
{
	Suite *s = suite_create("dial");
	TCase *t = tcase_create("race"), *u = tcase_create("names"),
	      *v = tcase_create("dial");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, families_take_turns);
	tcase_add_loop_test(t, first_to_connect_wins, 0, COUNT(races));
	tcase_add_test(t, the_wait_is_used_once);
	tcase_add_test(t, failures_are_not_waited_out);
	tcase_add_test(t, every_address_is_reported);
	tcase_add_test(t, the_deadline_ends_a_race);
	tcase_add_loop_test(t, blocked_ports_have_a_hint, 0, COUNT(ports));
	tcase_set_timeout(u, 30);
	tcase_add_loop_test(u, names_are_resolved, 0, COUNT(lookups));
	tcase_add_loop_test(
	    u, sources_have_an_address_and_perhaps_a_port, 0, COUNT(sources));
	tcase_set_timeout(v, 30);
	tcase_add_test(v, dial_tells_what_came_of_it);
	tcase_add_test(v, dial_traces_json);
	tcase_add_loop_test(v, dial_fails_with_a_reason, 0, COUNT(failures));
	tcase_add_test(v, dial_takes_a_path);
	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	suite_add_tcase(s, v);
	return s;
}
