#include "mail/address.h"

#include <check.h>
#include <string.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define T(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

Suite *suite_address(void);

/* ---- what is an address ---- */

#define A32 "abcdefghijklmnopqrstuvwxyz012345"
#define A256 A32 A32 A32 A32 A32 A32 A32 A32

/* Expected: text, name and span of each, one a line, joined by '|'. */
static const struct {
	struct bytes in;
	const char *out;
} lists[] = {
	/* plain ones */
	{ T(""), "" },
	{ T(" \t\r\n "), "" },
	{ T("a@b"), "a@b||a@b\n" },
	{ T("  a@b  "), "a@b||a@b\n" },
	{ T("<a@b>"), "a@b||a@b\n" },
	{ T("a@b,c@d"), "a@b||a@b\nc@d||c@d\n" },
	{ T(",, a@b,, ,c@d,"), "a@b||a@b\nc@d||c@d\n" },
	{ T("a@d; b@d"), "a@d||a@d\nb@d||b@d\n" },
	{ T("a@d;"), "a@d||a@d\n" },
	{ T("a@d\n"), "a@d||a@d\n" },
	{ T("-x@d"), "-x@d||-x@d\n" },
	{ T("a.b-c+d=e_f@x-y.z_1"),
	    "a.b-c+d=e_f@x-y.z_1||a.b-c+d=e_f@x-y.z_1\n" },
	{ T("!#$%&'*+-/=?^_`{|}~@d"),
	    "!#$%&'*+-/=?^_`{|}~@d||"
	    "!#$%&'*+-/=?^_`{|}~@d\n" },
	/* bare ones */
	{ T("root"), "root||root\n" },
	{ T("root (Cron Daemon)"), "root|Cron Daemon|root\n" },
	{ T("Anacron <root>"), "root|Anacron|root\n" },
	{ T("Fail2Ban <fail2ban>"), "fail2ban|Fail2Ban|fail2ban\n" },
	{ T("root, bob (x), Al <al>"), "root||root\nbob|x|bob\nal|Al|al\n" },
	/* names */
	{ T("Bob Smith <bob@d>"), "bob@d|Bob Smith|bob@d\n" },
	{ T("Bob   \t Smith<bob@d>"), "bob@d|Bob Smith|bob@d\n" },
	{ T("\"Doe, John\" <john@d>"), "john@d|Doe, John|john@d\n" },
	{ T("\"a \\\"b\\\\ c\" <a@d>"), "a@d|a \"b\\ c|a@d\n" },
	{ T("John \"Q\" Public <a@d>"), "a@d|John Q Public|a@d\n" },
	{ T("John Q. Public <a@d>"), "a@d|John Q. Public|a@d\n" },
	{ T("J.R.R. Tolkien <a@d>"), "a@d|J.R.R. Tolkien|a@d\n" },
	{ T("Fred O'Neil <fred@d>"), "fred@d|Fred O'Neil|fred@d\n" },
	{ T("=?UTF-8?Q?J=C3=B6rg?= <j@d>"), "j@d|=?UTF-8?Q?J=C3=B6rg?=|j@d\n" },
	{ T("J\xc3\xb6rg <j@d>"), "j@d|J\xc3\xb6rg|j@d\n" },
	{ T("J\xf6rg <j@d>"), "j@d|J\xf6rg|j@d\n" },
	{ T("\"\" <a@d>"), "a@d||a@d\n" },
	{ T("a@b <c@d>"), "c@d|a@b|c@d\n" },
	{ T("a@b.c (x) <c@d>, e@f"), "c@d|a@b.c|c@d\ne@f||e@f\n" },
	/* comments */
	{ T("a@b (Al)"), "a@b|Al|a@b\n" },
	{ T("a@b (Al (the (great)) \\) x)"), "a@b|Al (the (great)) ) x|a@b\n" },
	{ T("(c, x) jane@d (Jane (nested) y)"),
	    "jane@d|Jane (nested) y|jane@d\n" },
	{ T("a(x)@(y)b(z)"), "a@b|z|a(x)@(y)b\n" },
	{ T("Al (x) <a@b> (y)"), "a@b|Al|a@b\n" },
	{ T("(x)"), "" },
	{ T("a@b(one), c@d"), "a@b|one|a@b\nc@d||c@d\n" },
	/* quoted local parts */
	{ T("\"a b\"@d"), "\"a b\"@d||\"a b\"@d\n" },
	{ T("\"ab\"@d"), "ab@d||\"ab\"@d\n" },
	{ T("\"a.b\"@d"), "a.b@d||\"a.b\"@d\n" },
	{ T("\"a..b\"@d"), "\"a..b\"@d||\"a..b\"@d\n" },
	{ T("\".a\"@d"), "\".a\"@d||\".a\"@d\n" },
	{ T("\"\"@d"), "\"\"@d||\"\"@d\n" },
	{ T("\"a\\b\"@d"), "ab@d||\"a\\b\"@d\n" },
	{ T("\"a\\\"b\"@d"), "\"a\\\"b\"@d||\"a\\\"b\"@d\n" },
	{ T("\"a@b\"@d"), "\"a@b\"@d||\"a@b\"@d\n" },
	{ T("\"a@b\""), "\"a@b\"||\"a@b\"\n" },
	{ T("\"<a>, b\"@d"), "\"<a>, b\"@d||\"<a>, b\"@d\n" },
	{ T("\"a\".b.\"c d\"@e"), "\"a.b.c d\"@e||\"a\".b.\"c d\"@e\n" },
	{ T("\"a\tb\"@d"), "\"a b\"@d||\"a\tb\"@d\n" },
	/* white space and folds */
	{ T("a . b @ c . d"), "a.b@c.d||a . b @ c . d\n" },
	{ T("a@b,\r\n\tc@d"), "a@b||a@b\nc@d||c@d\n" },
	{ T("a@b,\n c@d"), "a@b||a@b\nc@d||c@d\n" },
	{ T("\"a\r\n b\" <a@d>"), "a@d|a b|a@d\n" },
	{ T("a@d (x\r\n y)"), "a@d|x y|a@d\n" },
	{ T("Al\r\n <a@d\r\n >"), "a@d|Al|a@d\n" },
	/* groups */
	{ T("undisclosed-recipients:;"), "" },
	{ T("undisclosed recipients: ;"), "" },
	{ T("G: a@b;"), "a@b||a@b\n" },
	{ T("\"G, H\": a@b, \"B, C\" <c@d>;, e@f"),
	    "a@b||a@b\nc@d|B, C|c@d\ne@f||e@f\n" },
	{ T("G:;, H:,,;, I: a@b;"), "a@b||a@b\n" },
	{ T("G: a@b; H: c@d;"), "a@b||a@b\nc@d||c@d\n" },
	{ T("G: a@b; c@d"), "a@b||a@b\nc@d||c@d\n" },
	/* routes */
	{ T("<@r:u@d>"), "u@d||u@d\n" },
	{ T("X <@r.s,@t:u@d>"), "u@d|X|u@d\n" },
	{ T("<,, @r , ,@[1.2.3.4] :u@d>"), "u@d||u@d\n" },
	/* literals */
	{ T("a@[127.0.0.1]"), "a@[127.0.0.1]||a@[127.0.0.1]\n" },
	{ T("<a@[IPv6:2001:db8::1]>"),
	    "a@[IPv6:2001:db8::1]||a@[IPv6:2001:db8::1]\n" },
	/* UTF-8 */
	{ T("j\xc3\xb6rg@b\xc3\xbc.de"),
	    "j\xc3\xb6rg@b\xc3\xbc.de||j\xc3\xb6rg@b\xc3\xbc.de\n" },
	{ T("\xe5\xbc\xa0 <\xe5\xbc\xa0@x>"),
	    "\xe5\xbc\xa0@x|\xe5\xbc\xa0|\xe5\xbc\xa0@x\n" },
	/* as long as may be */
	{ T(A32 A32 A32 "@d"), A32 A32 A32 "@d||" A32 A32 A32 "@d\n" },
};

static void
show(struct buf *out, const struct address_list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		buf_addf(out, "%s|%s|", l->list[i].text, l->list[i].name);
		buf_add(out, l->list[i].at);
		buf_addc(out, '\n');
	}
}

START_TEST(lists_are_parsed)
{
	struct address_list l = ADDRESS_LIST;
	struct error e = ERROR_NONE;
	struct buf out = BUF(4096);

	ck_assert_msg(
	    address_list_parse(&l, lists[_i].in, &e) == 0, "%s", e.text);
	show(&out, &l);
	ck_assert_str_eq(buf_text(&out), lists[_i].out);
	buf_clear(&out);
	address_list_clear(&l);
}
END_TEST

/* Each text that comes out is one address, and the same one. */
START_TEST(what_came_out_is_an_address)
{
	struct address_list l = ADDRESS_LIST;
	struct error e = ERROR_NONE;

	ck_assert_int_eq(address_list_parse(&l, lists[_i].in, &e), 0);
	for (size_t i = 0; i < l.n; i++) {
		struct address a;

		ck_assert_msg(
		    address_parse(&a, bytes_of(l.list[i].text), &e) == 0, "%s",
		    e.text);
		ck_assert_str_eq(a.text, l.list[i].text);
		ck_assert_uint_eq(a.local_n, l.list[i].local_n);
		ck_assert_uint_eq(strlen(a.text) - a.local_n,
		    address_domain(bytes_of(a.text)).n +
			(a.text[a.local_n] == '@'));
		address_clear(&a);
	}
	address_list_clear(&l);
}
END_TEST

static const struct {
	struct bytes in;
	const char *told;
} refused[] = {
	{ T("a b@d"), "'a b@d'" },
	{ T("x@y, a b@d, c@d"), "'a b@d'" },
	{ T("a@d b@d"), "'a@d b@d': no comma" },
	{ T("x@y, a@d b@d, c@d"), "'a@d b@d'" },
	{ T("Bob Smith"), "'Bob Smith'" },
	{ T("<a@b> c"), "no comma" },
	{ T("<a@b> <c@d>"), "no comma" },
	{ T("<a@b>c@d"), "no comma" },
	{ T("foo@"), "'foo@': the domain is missing" },
	{ T("@"), "'@'" },
	{ T("@@@"), "'@@@'" },
	{ T("@d"), "'@d'" },
	{ T("a@@d"), "domain is missing" },
	{ T("a@b@c"), "no comma" },
	{ T("a@.b"), "domain is missing" },
	{ T("a@b."), "domain is missing" },
	{ T("a@b..c"), "domain is missing" },
	{ T("a@\"b\""), "domain is missing" },
	{ T(".a@b"), "'.a@b'" },
	{ T("a.@b"), "'a.@b'" },
	{ T("a..b@c"), "'a..b@c'" },
	{ T("."), "'.'" },
	{ T("a\"b\"@c"), "no address" },
	{ T("\"a\"\"b\"@c"), "no address" },
	{ T("<>"), "no address" },
	{ T("Name <>"), "no address" },
	{ T("< >"), "no address" },
	{ T("<a@b"), "'>' is missing" },
	{ T("a@b>"), "no comma" },
	{ T("<<a@b>>"), "no address" },
	{ T("<a@b,c@d>"), "'>' is missing" },
	{ T("<a b@c>"), "no address" },
	{ T("\"a@b"), "a quoted string has no end" },
	{ T("\"a@b\\"), "a quoted string has no end" },
	{ T("\"a\\\"@b"), "a quoted string has no end" },
	{ T("x@y, \"Doe, John <a@b>"), "'\"Doe, John <a@b>': a quoted" },
	{ T("a@b (c"), "a comment has no end" },
	{ T("a@b (c\\)"), "a comment has no end" },
	{ T("a@b (c (d)"), "a comment has no end" },
	{ T("a@b)"), "no comma" },
	{ T("a@[1.2.3.4"), "no domain literal" },
	{ T("a@[]"), "no domain literal" },
	{ T("a@[x> y]"), "no domain literal" },
	{ T("a@[x>]"), "no domain literal" },
	{ T("a@[b@c]"), "no domain literal" },
	{ T("a@[1]b"), "no comma" },
	{ T("<@r u@d>"), "no source route" },
	{ T("<,u@d>"), "no source route" },
	{ T("<@r:>"), "no address" },
	{ T("@r:u@d"), "no address" },
	{ T("G: a@b"), "a group has no end" },
	{ T("G: H: a@b;;"), "no comma" },
	{ T("G: a@b: c@d;"), "no comma" },
	{ T(":a@b;"), "no address" },
	{ T("a\\b@c"), "no comma" },
	{ T("[a]@b"), "no address" },
	/* control characters */
	{ T("a@b\r\nRCPT TO:<c@d>"), "'a@b\\x0d\\x0aRCPT TO:<c@d>': a con" },
	{ T("a@b\nc@d"), "a control character" },
	{ T("a@b\rc@d"), "a control character" },
	{ T("a\r\n.b@d"), "a control character" },
	{ T("a@b\0c"), "a control character" },
	{ T("\0"), "a control character" },
	{ T("\"a\0b\"@c"), "a control character" },
	{ T("\"a\nb\"@c"), "a control character" },
	{ T("\"a\\\nb\"@c"), "a control character" },
	{ T("\"a\x1b"
	    "b\"@c"),
	    "a control character" },
	{ T("a@b (\x01)"), "a control character" },
	{ T("a\x7f@b"), "a control character" },
	{ T("a\xc2\x85@b"), "a control character" },
	/* bytes */
	{ T("j\xf6rg@b"), "not UTF-8" },
	{ T("a@b\xc3"), "not UTF-8" },
	{ T("\"\xff\"@b"), "not UTF-8" },
	/* too long */
	{ T(A256 "@d"), "too long" },
	{ T("a@" A256), "too long" },
	{ T("a@" A256 A256 A256 A256 A256), "too long" },
	{ T("a@b." A256), "too long" },
	{ T(A32 A32 A32 "@" A32 A32 A32 A32 A32 A32 A32 "a"), "too long" },
};

START_TEST(what_would_be_guessed_is_refused)
{
	struct address_list l = ADDRESS_LIST;
	struct error e = ERROR_NONE, none = ERROR_NONE;

	ck_assert_int_eq(address_list_parse(&l, BYTES("kept@d"), &none), 0);
	ck_assert_int_eq(address_list_parse(&l, refused[_i].in, &e), -1);
	ck_assert_int_eq(e.kind, ERR_ADDRESS);
	ck_assert_msg(strstr(e.text, refused[_i].told) != NULL,
	    "'%s' does not tell: %s", e.text, refused[_i].told);
	ck_assert_uint_eq(l.n, 1);
	ck_assert_str_eq(l.list[0].text, "kept@d");
	address_list_clear(&l);
}
END_TEST

static int
parse_nested(int depth)
{
	struct address_list l = ADDRESS_LIST;
	struct error e = ERROR_NONE;
	struct buf text = BUF(1 << 20);
	int rc;

	buf_adds(&text, "a@b ");
	for (int i = 0; i < depth; i++)
		buf_addc(&text, '(');
	for (int i = 0; i < depth; i++)
		buf_addc(&text, ')');
	rc = address_list_parse(&l, buf_bytes(&text), &e);
	buf_clear(&text);
	address_list_clear(&l);
	return rc;
}

START_TEST(nesting_has_its_limit)
{
	ck_assert_int_eq(parse_nested(100), 0);
	ck_assert_int_eq(parse_nested(101), -1);
	ck_assert_int_eq(parse_nested(100000), -1);
}
END_TEST

/* More than any room in the parser: no part of it passes for the whole. */
START_TEST(far_too_long_is_refused)
{
	static const char *const tails[] = { "@b", "", "@b.c", " <", "\"@d" };

	for (int i = 0; i < ROWS(tails); i++) {
		struct address_list l = ADDRESS_LIST;
		struct error e = ERROR_NONE;
		struct buf text = BUF(1 << 20);

		buf_adds(&text, i == 4 ? "\"" : "a.");
		for (int n = 0; n < 20000; n++)
			buf_addc(&text, 'x');
		buf_adds(&text, tails[i]);
		ck_assert_int_eq(
		    address_list_parse(&l, buf_bytes(&text), &e), -1);
		ck_assert_int_eq(e.kind, ERR_ADDRESS);
		buf_clear(&text);
		address_list_clear(&l);
	}
}
END_TEST

/* A name too long for us is cut, and no reason to refuse the address. */
START_TEST(long_names_do_no_harm)
{
	static const char *const forms[][2] = { { "a@d (", ")" },
		{ "\"", "\" <a@d>" }, { "", " <a@d>" } };

	for (int i = 0; i < ROWS(forms); i++) {
		struct address_list l = ADDRESS_LIST;
		struct error e = ERROR_NONE;
		struct buf text = BUF(1 << 20);

		buf_adds(&text, forms[i][0]);
		for (int n = 0; n < 5000; n++)
			buf_adds(&text, "word ");
		buf_adds(&text, forms[i][1]);
		ck_assert_msg(address_list_parse(&l, buf_bytes(&text), &e) == 0,
		    "%s", e.text);
		ck_assert_uint_eq(l.n, 1);
		ck_assert_str_eq(l.list[0].text, "a@d");
		ck_assert_uint_lt(strlen(l.list[0].name), 5000);
		buf_clear(&text);
		address_list_clear(&l);
	}
}
END_TEST

/* ---- one of them ---- */

static const struct {
	const char *in, *text; /* NULL: refused */
} paths[] = {
	{ "", "" },
	{ "<>", "" },
	{ " <> ", "" },
	{ "a@b", "a@b" },
	{ "<a@b>", "a@b" },
	{ "Foo Bar <a@b>", "a@b" },
	{ "a@b (c)", "a@b" },
	{ "bobby", "bobby" },
	{ "a@b, c@d", NULL },
	{ "a@b;", "a@b" },
	{ "G:;", NULL },
	{ ",", NULL },
	{ "<<>>", NULL },
	{ "a@b\nx", NULL },
};

START_TEST(paths_are_parsed)
{
	struct error e = ERROR_NONE;
	struct address a;
	int rc = address_path(&a, bytes_of(paths[_i].in), &e);

	if (paths[_i].text == NULL) {
		ck_assert_int_eq(rc, -1);
		ck_assert_int_eq(e.kind, ERR_ADDRESS);
		return;
	}
	ck_assert_int_eq(rc, 0);
	ck_assert_str_eq(a.text, paths[_i].text);
	ck_assert_ptr_nonnull(a.name);
	address_clear(&a);
}
END_TEST

static const struct {
	const char *in, *domain, *out; /* NULL: refused */
} qualified[] = {
	{ "root", "example.test", "root@example.test" },
	{ "\"a b\"", "example.test", "\"a b\"@example.test" },
	{ "\"a@b\"", "example.test", "\"a@b\"@example.test" },
	{ "root@here", "example.test", "root@here" },
	{ "", "example.test", "" },
	{ "root", "", NULL },
	{ "root", "a b", NULL },
	{ "root", "a, b@c", NULL },
	{ "root", "a>", NULL },
};

START_TEST(bare_ones_are_qualified)
{
	struct error e = ERROR_NONE;
	struct address a;
	int rc;

	ck_assert_int_eq(address_path(&a, bytes_of(qualified[_i].in), &e), 0);
	rc = address_qualify(&a, bytes_of(qualified[_i].domain), &e);
	ck_assert_int_eq(rc, qualified[_i].out == NULL ? -1 : 0);
	if (rc == 0) {
		ck_assert_str_eq(a.text, qualified[_i].out);
		ck_assert(
		    a.local_n == strlen(a.text) || a.text[a.local_n] == '@');
	} else {
		ck_assert_str_eq(a.text, qualified[_i].in);
	}
	address_clear(&a);
}
END_TEST

static const struct {
	const char *in, *domain;
} domains[] = {
	{ "a@b", "b" },
	{ "a", "" },
	{ "", "" },
	{ "\"a@b\"", "" },
	{ "\"a@b\"@c", "c" },
	{ "a@[1.2.3.4]", "[1.2.3.4]" },
};

START_TEST(domains_are_told)
{
	ck_assert(bytes_is(
	    address_domain(bytes_of(domains[_i].in)), domains[_i].domain));
}
END_TEST

/* ---- on the wire ---- */

static const struct {
	const char *in;
	const char *utf8, *ascii; /* NULL: refused */
	enum error_kind kind;
} wires[] = {
	{ "a@b", "a@b", "a@b", ERR_NONE },
	{ "\"a b\"@b", "\"a b\"@b", "\"a b\"@b", ERR_NONE },
	{ "a", "a", "a", ERR_NONE },
	{ "a@b\xc3\xbc"
	  "cher.de",
	    "a@b\xc3\xbc"
	    "cher.de",
	    "a@xn--bcher-kva.de", ERR_NONE },
	{ "\xc3\xa4@b", "\xc3\xa4@b", NULL, ERR_NOT_SUPPORTED },
	{ "\xc3\xa4", "\xc3\xa4", NULL, ERR_NOT_SUPPORTED },
	{ "\"\xc3\xa4@x\"@b", "\"\xc3\xa4@x\"@b", NULL, ERR_NOT_SUPPORTED },
	/* full width '>' and '@', ideographic space */
	{ "a@b\xef\xbc\x9e", "a@b\xef\xbc\x9e", NULL, ERR_ADDRESS },
	{ "a@b\xef\xbc\xa0"
	  "c",
	    "a@b\xef\xbc\xa0"
	    "c",
	    NULL, ERR_ADDRESS },
	{ "a@b\xe3\x80\x80"
	  "c",
	    "a@b\xe3\x80\x80"
	    "c",
	    NULL, ERR_ADDRESS },
};

static void
check_wire(
    const char *in, bool smtputf8, const char *want, enum error_kind kind)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(1000);
	int rc;

	buf_adds(&out, "FROM:<");
	rc = address_wire(&out, bytes_of(in), smtputf8, &e);
	ck_assert_int_eq(rc, want == NULL ? -1 : 0);
	ck_assert_int_eq(e.kind, want == NULL ? kind : ERR_NONE);
	ck_assert_str_eq(buf_text(&out) + 6, want == NULL ? "" : want);
	buf_clear(&out);
}

START_TEST(the_wire_gets_what_it_can_carry)
{
	check_wire(wires[_i].in, true, wires[_i].utf8, wires[_i].kind);
	check_wire(wires[_i].in, false, wires[_i].ascii, wires[_i].kind);
	ck_assert(address_needs_utf8(bytes_of(wires[_i].in)) ==
	    (wires[_i].kind == ERR_NOT_SUPPORTED));
}
END_TEST

/* ---- in a header ---- */

static const struct {
	struct bytes name;
	const char *out;
} formats[] = {
	{ T(""), "a@b" },
	{ T("  "), "a@b" },
	{ T("Bob"), "Bob <a@b>" },
	{ T("Bob Smith"), "Bob Smith <a@b>" },
	{ T(" Bob\t"), "Bob <a@b>" },
	{ T("John Q. Public"), "\"John Q. Public\" <a@b>" },
	{ T("Doe, John"), "\"Doe, John\" <a@b>" },
	{ T("Cron \"Daemon\" (root), x"),
	    "\"Cron \\\"Daemon\\\" (root), x\" <a@b>" },
	{ T("x\x7fy"), "x y <a@b>" },
	{ T("back\\slash"), "\"back\\\\slash\" <a@b>" },
	{ T("x\r\nBcc: y\0z"), "\"x  Bcc: y z\" <a@b>" },
	{ T("x <y@z>"), "\"x <y@z>\" <a@b>" },
	{ T("J\xc3\xb6rg Smithson"), "=?UTF-8?Q?J=C3=B6rg_Smithson?= <a@b>" },
	{ T("\xe7\x88\xb1\xe4\xb8\xbd\xe4\xb8\x9d"),
	    "=?UTF-8?B?54ix5Li95Lid?= <a@b>" },
	{ T("=?x?="), "=?UTF-8?B?PT94Pz0=?= <a@b>" },
};

START_TEST(names_are_formatted)
{
	struct buf out = BUF(1000);

	address_format(&out, formats[_i].name, BYTES("a@b"));
	ck_assert_str_eq(buf_text(&out), formats[_i].out);
	buf_clear(&out);
}
END_TEST

/* What is formatted is one address, and that name when it is ASCII. */
START_TEST(what_is_formatted_is_an_address)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(1000);
	struct address a;

	address_format(&out, formats[_i].name, BYTES("\"x y\"@b"));
	ck_assert_int_eq(address_parse(&a, buf_bytes(&out), &e), 0);
	ck_assert_str_eq(a.text, "\"x y\"@b");
	address_clear(&a);
	buf_clear(&out);
}
END_TEST

/* NULL: nothing to do. */
static const struct {
	const char *list, *qualified;
} lists_of_bare[] = {
	{ " root (Cron Daemon)", " root@d.test (Cron Daemon)" },
	{ " \"(Cron Daemon)\" <root>", " \"(Cron Daemon)\" <root@d.test>" },
	{ " a@x.test,\r\n\tb , c (x, y)",
	    " a@x.test,\r\n\tb@d.test , c@d.test (x, y)" },
	{ "G: a, B <b>;, c@x.test", "G: a@d.test, B <b@d.test>;, c@x.test" },
	{ "\"a b\"", "\"a b\"@d.test" },
	{ "< (x) a (y) >", "< (x) a@d.test (y) >" },
	{ "first.last", "first.last@d.test" },
	{ "a@x.test, B <b@x.test>", NULL },
	{ "undisclosed-recipients:;", NULL },
	{ "", NULL },
	{ "two words", NULL },
	{ "root, \"open", NULL },
	{ "J\xc3\xb6rg", NULL },
};

START_TEST(lists_are_qualified)
{
	const char *wanted = lists_of_bare[_i].qualified;
	struct buf out = BUF(256);
	bool any = address_list_qualify(
	    &out, bytes_of(lists_of_bare[_i].list), BYTES("d.test"));

	ck_assert(any == (wanted != NULL));
	ck_assert_str_eq(buf_text(&out), wanted != NULL ? wanted : "");
	buf_clear(&out);
}
END_TEST

Suite *
suite_address(void)
{
	Suite *s = suite_create("address");
	TCase *t = tcase_create("parse");

	tcase_add_loop_test(t, lists_are_parsed, 0, ROWS(lists));
	tcase_add_loop_test(t, what_came_out_is_an_address, 0, ROWS(lists));
	tcase_add_loop_test(
	    t, what_would_be_guessed_is_refused, 0, ROWS(refused));
	tcase_add_test(t, nesting_has_its_limit);
	tcase_add_test(t, far_too_long_is_refused);
	tcase_add_test(t, long_names_do_no_harm);
	tcase_add_loop_test(t, paths_are_parsed, 0, ROWS(paths));
	suite_add_tcase(s, t);
	t = tcase_create("use");
	tcase_add_loop_test(t, bare_ones_are_qualified, 0, ROWS(qualified));
	tcase_add_loop_test(t, lists_are_qualified, 0, ROWS(lists_of_bare));
	tcase_add_loop_test(t, domains_are_told, 0, ROWS(domains));
	tcase_add_loop_test(t, the_wire_gets_what_it_can_carry, 0, ROWS(wires));
	tcase_add_loop_test(t, names_are_formatted, 0, ROWS(formats));
	tcase_add_loop_test(
	    t, what_is_formatted_is_an_address, 0, ROWS(formats));
	suite_add_tcase(s, t);
	return s;
}
