#include "base/trace.h"

#include <check.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

Suite *suite_trace(void);

/* A machine whose clock goes on by 1.5 ms each time it is looked at. */
static int64_t clock_us;

static int64_t
fake_ticks(void)
{
	return clock_us += 1500;
}

static struct timespec
fake_now(void)
{
	return (struct timespec){ 1795346077, 444126789 };
}

static void
fake_random(void *p, size_t n)
{
	memset(p, 0xa7, n);
}

static void
fake_host_name(char *to, size_t size)
{
	strncpy(to, "here", size);
}

static const struct here fake_here = { fake_ticks, fake_now, fake_random,
	fake_host_name };

static struct buf out;

static void
put(void *ctx, struct bytes line)
{
	ck_assert_uint_gt(line.n, 0);
	ck_assert_int_eq(line.p[line.n - 1], '\n');
	buf_add(ctx, line);
}

static struct trace
trace_at(int level, bool json)
{
	return (struct trace){ .level = level,
		.json = json,
		.here = &fake_here,
		.put = put,
		.ctx = &out };
}

static void
set_up(void)
{
	setenv("TZ", "CST-8", 1);
	tzset();
	clock_us = 0;
	buf_init(&out, 1 << 20);
}

static void
tear_down(void)
{
	unsetenv("TZ");
	tzset();
	buf_clear(&out);
}

/* One conversation, told at every level and as JSON. */
static void
tell(struct trace *t)
{
	struct trace_event v;

	trace_start(t);
	trace_hide(t, BYTES("hush-hush"));
	if (trace_open(t, &v, 1, '*', "connect")) {
		trace_text(&v, "addr", BYTES("192.0.2.1"));
		trace_number(&v, "port", 465);
		trace_ms(&v, "ms", 12700);
		trace_bool(&v, "pinned", false);
		trace_say(&v, "connected to %s", "192.0.2.1:465");
		trace_close(&v);
	}
	trace_note(t, 3, "auth", "trying %s", "PLAIN");
	trace_command(t,
	    &(struct trace_command){
		"EHLO", BYTES("EHLO here"), 0, BYTES("") });
	trace_reply(t, "EHLO", 250, BYTES("host\nSIZE 1\nAUTH PLAIN"), NULL);
	trace_command(t,
	    &(struct trace_command){
		"AUTH", BYTES("AUTH PLAIN"), 36, BYTES("jane") });
	trace_reply(t, "AUTH", 535, BYTES("no \033 'hush-hush'"), NULL);
	trace_command(
	    t, &(struct trace_command){ "AUTH", BYTES(""), 1, BYTES("jane") });
	trace_reply(t, "QUIT", 0, BYTES("\0\x1a"), "(no reply)");
	trace_clear(t);
}

static const char level_1[] =
    "* connected to 192.0.2.1:465\n"
    "> EHLO here\n"
    "< 250-host\n"
    "< 250-SIZE 1\n"
    "< 250 AUTH PLAIN\n"
    "> AUTH PLAIN [credentials for jane, 36 octets, hidden]\n"
    "< 535 no \\x1b '[hidden]'\n"
    "> [credentials for jane, 1 octets, hidden]\n";

START_TEST(level_1_is_what_happened)
{
	struct trace t = trace_at(1, false);

	tell(&t);
	ck_assert_mem_eq(out.p, level_1, sizeof(level_1) - 1);
}
END_TEST

START_TEST(level_0_and_no_trace_say_nothing)
{
	struct trace t = trace_at(0, _i == 1);
	struct trace_event v;
	struct buf shown = BUF(100);

	tell(_i == 2 ? NULL : &t);
	ck_assert(!trace_open(NULL, &v, 1, '*', "x"));
	ck_assert(!trace_on(NULL, 0));
	ck_assert_uint_eq(out.n, 0);
	trace_shown(NULL, &shown, BYTES("a\033"));
	ck_assert_str_eq(buf_text(&shown), "a\\x1b");
	buf_clear(&shown);
}
END_TEST

/* The text of level n without its prefix; times told apart by shape. */
static void
prefix_is(const char *line, double ms)
{
	char want[64];

	snprintf(want, sizeof(want), "19:14:37.444126 %7.1f ", ms);
	ck_assert_mem_eq(line, want, strlen(want));
}

START_TEST(level_2_adds_the_time)
{
	struct trace t = trace_at(2, false);
	const char *line, *told = level_1;
	char first[128];

	tell(&t);
	line = buf_text(&out);
	snprintf(first, sizeof(first),
	    "19:14:37.444126     1.5 * trace 2026-11-22T19:14:37+0800 pid %ld "
	    "session a7a7a7a7\n",
	    (long)getpid());
	ck_assert_mem_eq(line, first, strlen(first));
	line = strchr(line, '\n') + 1;
	prefix_is(line, 3.0);
	for (; *told != '\0'; told = strchr(told, '\n') + 1) {
		size_t n = strcspn(told, "\n");

		ck_assert_mem_eq(line + 24, told, n + 1);
		line = strchr(line, '\n') + 1;
	}
}
END_TEST

START_TEST(level_3_adds_notes_and_round_trips)
{
	struct trace t = trace_at(3, false);

	tell(&t);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), " * trying PLAIN\n"));
	ck_assert_ptr_nonnull(
	    strstr(buf_text(&out), " < 250 AUTH PLAIN   rtt 3.0\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), " < 250-host\n"));
}
END_TEST

#define AT(t) \
	"{\"ts\":\"2026-11-22T19:14:37.444126+08:00\",\"t\":" t \
	",\"sid\":\"a7a7a7a7\",\"ev\":"

static const char
    json
	[] =
	    AT("0.001500") "\"connect\",\"addr\":\"192.0.2.1\",\"port\":465,"
			   "\"ms\":12.700,\"pinned\":false}\n" AT("0.003000") "\"cmd\",\"verb\":\"EHLO\",\"line\":\"EHLO here\"}\n" AT(
			       "0.006000") "\"reply\",\"verb\":\"EHLO\","
					   "\"code\":250,"
					   "\"lines\":[\"host\",\"SIZE "
					   "1\",\"AUTH PLAIN\"],"
					   "\"rtt_ms\":3.000}\n" AT(
					       "0.009000") "\"cmd\",\"verb\":"
							   "\"AUTH\",\"line\":"
							   "\"AUTH PLAIN\","
							   "\"redacted\":36,"
							   "\"user\":\"jane\"}"
							   "\n" AT(
							       "0.012000") "\"r"
									   "epl"
									   "y\""
									   ",\""
									   "ver"
									   "b\""
									   ":\""
									   "AUT"
									   "H\""
									   ",\""
									   "cod"
									   "e\""
									   ":53"
									   "5,"
									   "\"l"
									   "ine"
									   "s\""
									   ":["
									   "\"n"
									   "o "
									   "\\u"
									   "001"
									   "b "
									   "'["
									   "hid"
									   "den"
									   "]'"
									   "\"]"
									   ","
									   "\"r"
									   "tt_"
									   "ms"
									   "\":"
									   "3."
									   "000"
									   "}"
									   "\n" AT(
									       "0.015000") "\"cmd\",\"verb\":\"AUTH\",\"line\":\"\","
											   "\"redacted\":1,\"user\":\"jane\"}\n" AT(
											       "0.018000") "\"reply\",\"verb\":\"QUIT\",\"code\":0,"
													   "\"lines\":[\"\\u0000\\u001a\"],\"rtt_ms\":3.000,"
													   "\"note\":\"(no reply)\"}\n";

START_TEST(json_is_one_object_a_line)
{
	struct trace t = trace_at(1, true);

	tell(&t);
	ck_assert_str_eq(buf_text(&out), json);
}
END_TEST

START_TEST(secrets_are_shown_when_asked_for)
{
	struct trace t = trace_at(1, _i == 1);

	t.show_secrets = true;
	tell(&t);
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "'hush-hush'"));
}
END_TEST

START_TEST(a_line_of_theirs_is_no_line_of_ours)
{
	struct trace t = trace_at(1, false);
	struct trace_event v;

	ck_assert(trace_open(&t, &v, 1, '*', "warn"));
	trace_say(&v, "%s", "one\n< 250 two");
	trace_say(&v, "three");
	trace_close(&v);
	trace_note(&t, 1, "warn", "%s", "four\n> five");
	ck_assert_str_eq(
	    buf_text(&out), "* one < 250 two\n* three\n* four > five\n");
}
END_TEST

START_TEST(long_lines_are_cut_between_characters)
{
	struct trace t = trace_at(1, false);
	struct buf text = BUF(5000);
	char want[32];
	size_t cut;

	for (int i = 0; i < _i; i++)
		buf_addc(&text, '.');
	for (int i = 0; i < 1000; i++)
		buf_adds(&text, "\xe5\xbc\xa0");
	trace_reply(&t, "X", 250, buf_bytes(&text), NULL);
	cut = (1000 - 4 - (size_t)_i) / 3 * 3 + 4 + (size_t)_i;
	snprintf(
	    want, sizeof(want), "\xa0\xe2\x80\xa6 (+%zu)\n", text.n + 4 - cut);
	ck_assert_str_eq(buf_text(&out) + out.n - strlen(want), want);
	buf_clear(&text);
}
END_TEST

START_TEST(a_line_of_1000_is_not_cut)
{
	struct trace t = trace_at(1, false);
	struct buf text = BUF(5000);

	for (int i = 0; i < 996; i++)
		buf_addc(&text, '.');
	trace_reply(&t, "X", 250, buf_bytes(&text), NULL);
	ck_assert_uint_eq(out.n, 2 + 1000 + 1);
	buf_clear(&text);
}
END_TEST

START_TEST(an_empty_reply_is_a_line)
{
	struct trace t = trace_at(1, false);

	trace_reply(&t, "X", 250, BYTES(""), NULL);
	ck_assert_str_eq(buf_text(&out), "< 250 \n");
}
END_TEST

/* Mark, reply code; how a line begins and ends. */
static const struct {
	char mark;
	const char *said, *line;
} colours[] = {
	{ '>', "DATA", "\033[36m> DATA\033[0m\n" },
	{ '<', "250 ok", "\033[32m< 250 ok\033[0m\n" },
	{ '<', "354 go", "\033[32m< 354 go\033[0m\n" },
	{ '<', "450-no", "\033[33m< 450-no\033[0m\n" },
	{ '<', "550 no", "\033[31m< 550 no\033[0m\n" },
	{ '<', "hello", "< hello\n" },
	{ '<', "\033[5m", "< \\x1b[5m\n" },
	{ '*', "done", "\033[2m* done\033[0m\n" },
	{ '|', "text", "| text\n" },
};

START_TEST(a_terminal_gets_colours)
{
	struct trace t = trace_at(1, false);
	struct trace_event v;

	t.colour = true;
	ck_assert(trace_open(&t, &v, 1, colours[_i].mark, "reply"));
	trace_say(&v, "%s", colours[_i].said);
	trace_close(&v);
	ck_assert_str_eq(buf_text(&out), colours[_i].line);
}
END_TEST

Suite *
suite_trace(void)
{
	Suite *s = suite_create("trace");
	TCase *t = tcase_create("golden");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_test(t, level_1_is_what_happened);
	tcase_add_loop_test(t, level_0_and_no_trace_say_nothing, 0, 3);
	tcase_add_test(t, level_2_adds_the_time);
	tcase_add_test(t, level_3_adds_notes_and_round_trips);
	tcase_add_test(t, json_is_one_object_a_line);
	tcase_add_loop_test(t, secrets_are_shown_when_asked_for, 0, 2);
	tcase_add_test(t, a_line_of_theirs_is_no_line_of_ours);
	tcase_add_loop_test(t, long_lines_are_cut_between_characters, 0, 3);
	tcase_add_test(t, a_line_of_1000_is_not_cut);
	tcase_add_test(t, an_empty_reply_is_a_line);
	tcase_add_loop_test(t, a_terminal_gets_colours, 0,
	    sizeof(colours) / sizeof(colours[0]));
	suite_add_tcase(s, t);
	return s;
}
