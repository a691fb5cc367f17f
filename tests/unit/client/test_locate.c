#include "client/locate.h"

#include <check.h>
#include <netdb.h>
#include <string.h>

#include "base/buf.h"

Suite *suite_locate(void);

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

static void
add16(struct buf *to, unsigned n)
{
	buf_addc(to, (char)(n >> 8));
	buf_addc(to, (char)n);
}

static void
add_name(struct buf *to, const char *name)
{
	struct bytes rest = bytes_of(name);

	while (rest.n > 0) {
		struct bytes label = bytes_take(&rest, '.');

		buf_addc(to, (char)label.n);
		buf_add(to, label);
	}
	buf_addc(to, '\0');
}

/* An answer without a question: the one record. */
static int
answer_one(unsigned char *answer, const char *target, unsigned port)
{
	struct buf b = BUF(1024);
	const unsigned header[] = { 1, 0x8180, 0, 1, 0, 0 };
	size_t n;

	for (size_t i = 0; i < 6; i++)
		add16(&b, header[i]);
	buf_addc(&b, '\0');
	add16(&b, 33);
	add16(&b, 1);
	add16(&b, 0);
	add16(&b, 60);
	add16(&b, *target == '\0' ? 7 : (unsigned)(8 + strlen(target)));
	add16(&b, 0);
	add16(&b, 0);
	add16(&b, port);
	add_name(&b, target);
	n = b.n;
	memcpy(answer, b.p, n);
	buf_clear(&b);
	return (int)n;
}

/* What a domain has for each of the two: a target, "" for ".", or no record;
   "?": nobody knows. */
static const struct {
	const char *domain, *implicit, *starttls;
	bool ask_implicit, ask_starttls;
	const char *story; /* host:port, with TLS at once: !, a stranger: ? */
	enum error_kind kind;
	bool transient;
} rows[] = {
	{ "a.test", "mx.a.test", "mx.a.test", true, true,
	    "mx.a.test:465! mx.a.test:587", ERR_NONE, false },
	{ "a.test", "mx.a.test", "mx.a.test", true, false, "mx.a.test:465!",
	    ERR_NONE, false },
	{ "a.test", "mx.a.test", "mx.a.test", false, true, "mx.a.test:587",
	    ERR_NONE, false },
	{ "a.test", NULL, "mx.a.test", true, true, "mx.a.test:587", ERR_NONE,
	    false },
	{ "a.test", "", "mx.a.test", true, true, "mx.a.test:587", ERR_NONE,
	    false },
	{ "a.test", "?", "mx.a.test", true, true, "mx.a.test:587", ERR_NONE,
	    false },
	{ "a.test", "mx.a.test", "?", true, true, "mx.a.test:465!", ERR_NONE,
	    false },
	{ "A.test", "a.TEST", NULL, true, true, "a.TEST:465!", ERR_NONE,
	    false },
	{ "a.test", "mx.b.test", NULL, true, true, "mx.b.test:465!?", ERR_NONE,
	    false },
	{ "a.test", "bada.test", "test", true, true,
	    "bada.test:465!? test:587?", ERR_NONE, false },
	{ "a.test", "", "", true, true, "", ERR_RESOLVE, false },
	{ "a.test", "", NULL, true, true, "", ERR_RESOLVE, false },
	{ "a.test", NULL, NULL, true, true, "", ERR_RESOLVE, false },
	{ "a.test", "?", NULL, true, true, "", ERR_RESOLVE, true },
	{ "a.test", NULL, "?", true, true, "", ERR_RESOLVE, true },
	{ "a.test", "mx.a.test", NULL, false, true, "", ERR_RESOLVE, false },
	{ "b\xc3\xbc.test", "mx.xn--b-eha.test", NULL, true, true,
	    "mx.xn--b-eha.test:465!", ERR_NONE, false },
};

static int row;

static int
look_up(const char *name, unsigned char *answer, int room, int *why)
{
	bool implicit = strncmp(name, "_submissions._tcp.", 18) == 0;
	const char *target = implicit ? rows[row].implicit : rows[row].starttls;

	(void)room;
	*why = target == NULL ? NO_DATA : TRY_AGAIN;
	if (target == NULL || *target == '?')
		return -1;
	return answer_one(answer, target, implicit ? 465 : 587);
}

START_TEST(a_domain)
{
	struct trace t = { .level = 0, .here = &here_real };
	struct locate l = { .here = &here_real,
		.trace = &t,
		.domain = rows[_i].domain,
		.implicit = rows[_i].ask_implicit,
		.starttls = rows[_i].ask_starttls,
		.lookup = look_up };
	struct locations found;
	struct error e = ERROR_NONE;
	struct buf story = BUF(1000);

	row = _i;
	ck_assert_int_eq(
	    locate(&l, &found, &e), rows[_i].kind == ERR_NONE ? 0 : -1);
	for (size_t i = 0; i < found.n; i++)
		buf_addf(&story, "%s%s:%u%s%s", i == 0 ? "" : " ",
		    found.at[i].host, found.at[i].port,
		    found.at[i].implicit ? "!" : "",
		    found.at[i].inside ? "" : "?");
	ck_assert_str_eq(buf_text(&story), rows[_i].story);
	ck_assert_int_eq(e.kind, rows[_i].kind);
	ck_assert_int_eq(e.transient, rows[_i].transient);
	buf_clear(&story);
}
END_TEST

START_TEST(no_domain)
{
	char domain[400];
	struct locate l = { .here = &here_real,
		.domain = domain,
		.implicit = true,
		.lookup = look_up };
	struct locations found;
	struct error e = ERROR_NONE;

	memset(domain, 'a', sizeof(domain));
	domain[sizeof(domain) - 1] = '\0';
	ck_assert_int_eq(locate(&l, &found, &e), -1);
	ck_assert_int_eq(e.kind, ERR_ADDRESS);
}
END_TEST

Suite *
suite_locate(void)
{
	Suite *s = suite_create("locate");
	TCase *t = tcase_create("domains");

	tcase_add_loop_test(t, a_domain, 0, ROWS(rows));
	tcase_add_test(t, no_domain);
	suite_add_tcase(s, t);
	return s;
}
