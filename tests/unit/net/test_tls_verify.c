#include "net/tls.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop.h"
#include "net/tls_session.h"
#include "tls_peer.h"

Suite *suite_tls_verify(void);

#define COUNT(table) (int)(sizeof(table) / sizeof(table[0]))

/* Who has issued the server's certificate, and whom we trust. */
enum issuer { BY_CA, BY_SELF, BY_OTHER_CA, BY_SUB_CA, BY_HIDDEN_SUB_CA };

static const struct cert_plan ca_plan = { .cn = "Test CA", .ca = true };
static const struct cert_plan other_plan = { .cn = "Other CA", .ca = true };
static const struct cert_plan sub_plan = { .cn = "Sub CA", .ca = true };
/* Same name as the CA that is trusted, another key. */
static const struct cert_plan twin_plan = { .cn = "Test CA", .ca = true };

struct world {
	struct cert ca, other, sub, leaf;
	char trust[CERT_PATH];
};

static void
world_make(struct world *w, const struct cert_plan *leaf, enum issuer by)
{
	const struct cert *issuer[] = { &w->ca, NULL, &w->other, &w->sub,
		&w->sub };

	cert_make(&w->ca, &ca_plan, NULL);
	cert_make(&w->other, &other_plan, NULL);
	cert_make(&w->sub, &sub_plan, &w->ca);
	cert_make(&w->leaf, leaf, issuer[by]);
	cert_file(&w->ca, w->trust);
}

static void
world_free(struct world *w)
{
	cert_free(&w->ca);
	cert_free(&w->other);
	cert_free(&w->sub);
	cert_free(&w->leaf);
	unlink(w->trust);
}

/* Shake hands and hang up; what the client made of it. */
static enum error_kind
meet(struct tls_peer *p, const struct tls_plan *plan, struct tls_facts *f,
    struct error *e)
{
	struct wire *w;

	*e = ERROR_NONE;
	w = tls_start(peer_start(p), plan, soon(10000), f, NULL, e);
	ck_assert((w == NULL) == (e->kind != ERR_NONE));
	if (w != NULL)
		w->close(w, true);
	peer_end(p);
	return e->kind;
}

static bool
holds(const char *text, const char *part)
{
	return part == NULL || strstr(text, part) != NULL;
}

/* Whose certificate is good for which host, and what is said when not. */
static const struct {
	const char *host;
	struct cert_plan leaf;
	enum issuer by;
	const char *text, *hint; /* of the refusal; NULL: it is good */
} cases[] = {
	{ "mx.test", { .dns = { "mx.test" } }, BY_CA, NULL, NULL },
	{ "MX.Test", { .dns = { "mx.tEST" } }, BY_CA, NULL, NULL },
	{ "mx.test.", { .dns = { "mx.test" } }, BY_CA, NULL, NULL },
	{ "mx.test", { .dns = { "a.test", "mx.test" } }, BY_CA, NULL, NULL },
	{ "a.mx.test", { .dns = { "*.mx.test" } }, BY_CA, NULL, NULL },
	{ "b\303\274cher.test", { .dns = { "xn--bcher-kva.test" } }, BY_CA,
	    NULL, NULL },
	{ "127.0.0.1", { .ip = "127.0.0.1" }, BY_CA, NULL, NULL },
	{ "::1", { .ip = "::1" }, BY_CA, NULL, NULL },
	{ "fe80::1%lo", { .ip = "fe80::1" }, BY_CA, NULL, NULL },
	{ "mx.test", { .dns = { "mx.test" }, .rsa = 2048 }, BY_CA, NULL, NULL },
	{ "mx.test",
	    { .dns = { "mx.test" }, .purpose = GNUTLS_KP_TLS_WWW_SERVER },
	    BY_CA, NULL, NULL },
	{ "mx.test", { .dns = { "mx.test" } }, BY_SUB_CA, NULL, NULL },

	{ "mx.test", { .dns = { "a.test", "b.test" } }, BY_CA,
	    "other names: DNS:a.test, DNS:b.test", "tls_host" },
	{ "mx.test", { .cn = "mx.test" }, BY_CA, "RFC 9525", "tls_host" },
	{ "mx.test", { .cn = "mx.test", .ip = "127.0.0.1" }, BY_CA,
	    "other names: IP:127.0.0.1", "tls_host" },
	{ "mx.test", { .cn = "mx.test", .dns = { "a.test" } }, BY_CA,
	    "other names: DNS:a.test", "tls_host" },
	{ "a.b.mx.test", { .dns = { "*.mx.test" } }, BY_CA, "other names",
	    NULL },
	{ "mx1.test.org", { .dns = { "mx*.test.org" } }, BY_CA, "other names",
	    NULL },
	{ "mx.test", { .dns = { "*" } }, BY_CA, "other names", NULL },
	{ "mx.test", { .dns = { "*.test" } }, BY_CA, "other names", NULL },
	{ "a.mx.test", { .dns = { "*.*.test" } }, BY_CA, "other names", NULL },
	{ "mx.test", { .dns = { "mx.test\0.evil.test" }, .dns_n = 18 }, BY_CA,
	    "mx.test\\x00.evil.test", NULL },
	{ "127.0.0.1", { .dns = { "127.0.0.1" } }, BY_CA, "other names", NULL },
	{ "127.0.0.1", { .cn = "127.0.0.1" }, BY_CA, "RFC 9525", NULL },
	{ "127.0.0.1", { .ip = "127.0.0.2" }, BY_CA,
	    "other names: IP:127.0.0.2", NULL },
	{ "mx.test", { .dns = { "mx.test" }, .from = -9, .until = -2 }, BY_CA,
	    "it expired on 20", "clock" },
	{ "mx.test", { .dns = { "mx.test" }, .from = 2, .until = 9 }, BY_CA,
	    "it is not valid before 20", "clock" },
	{ "mx.test", { .dns = { "mx.test" } }, BY_SELF, "self-signed",
	    "tls_trust_file" },
	{ "mx.test", { .dns = { "mx.test" } }, BY_SELF, "self-signed",
	    "tls_fingerprint = \"sha256:" },
	{ "mx.test", { .dns = { "mx.test" } }, BY_OTHER_CA,
	    "issuer 'CN=Other CA' is not trusted", "tls_trust_file" },
	{ "mx.test", { .dns = { "mx.test" } }, BY_HIDDEN_SUB_CA,
	    "issuer 'CN=Sub CA' is not trusted", "tls_trust_file" },
	{ "mx.test",
	    { .dns = { "mx.test" }, .purpose = GNUTLS_KP_TLS_WWW_CLIENT },
	    BY_CA, "not meant for servers", NULL },
	{ "mx.test", { .dns = { "mx.test" }, .rsa = 1024 }, BY_CA,
	    "too weak (its own: RSA of 1024 bits)", NULL },
	/* All that is wrong is said at once. */
	{ "mx.test", { .dns = { "a.test" }, .from = -9, .until = -2 }, BY_SELF,
	    "self-signed; it is for other names: DNS:a.test", NULL },
};

START_TEST(certificates_are_judged)
{
	struct world w;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = { .host = cases[_i].host,
		.trust_file = w.trust };
	struct tls_peer p = { .chain = { &w.leaf } };

	world_make(&w, &cases[_i].leaf, cases[_i].by);
	if (cases[_i].by == BY_SUB_CA)
		p.chain[1] = &w.sub;
	meet(&p, &plan, &f, &e);
	ck_assert_msg(
	    (e.kind == ERR_NONE) == (cases[_i].text == NULL), "%s", e.text);
	ck_assert(f.verified == (cases[_i].text == NULL));
	ck_assert_msg(
	    holds(e.text, cases[_i].text) && holds(e.hint, cases[_i].hint),
	    "%s\n%s", e.text, e.hint);
	if (e.kind != ERR_NONE) {
		ck_assert_int_eq(e.kind, ERR_TLS_VERIFY);
		ck_assert_ptr_null(strstr(e.hint, "tls_verify"));
		ck_assert_int_eq(p.handshake, GNUTLS_E_FATAL_ALERT_RECEIVED);
	}
	world_free(&w);
}
END_TEST

/* The certificate itself, put into the trust file. */
START_TEST(a_trusted_leaf_is_enough)
{
	const struct cert_plan leaf = { .cn = "x", .dns = { "mx.test" } };
	struct world w;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = { .host = "mx.test" };
	struct tls_peer p = { .chain = { &w.leaf } };
	char file[CERT_PATH];

	world_make(&w, &leaf, _i == 0 ? BY_SELF : BY_OTHER_CA);
	plan.trust_file = cert_file(&w.leaf, file);
	ck_assert_msg(meet(&p, &plan, &f, &e) == ERR_NONE, "%s", e.text);
	ck_assert(f.verified);
	unlink(file);
	world_free(&w);
}
END_TEST

/* The one that fits stands among many; a twin by name stands before it. */
START_TEST(the_right_ca_is_found_in_a_bundle)
{
	const struct cert_plan leaf = { .dns = { "mx.test" } };
	struct world w;
	struct cert twin;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = { .host = "mx.test" };
	struct tls_peer p = { .chain = { &w.leaf } };
	struct buf pem = BUF(1 << 20);
	char file[CERT_PATH];

	world_make(&w, &leaf, BY_CA);
	cert_make(&twin, &twin_plan, NULL);
	buf_adds(&pem, "# a comment\n");
	for (int i = 0; i < 20; i++)
		cert_add_pem(&w.other, &pem);
	cert_add_pem(&twin, &pem);
	if (_i == 0)
		cert_add_pem(&w.ca, &pem);
	plan.trust_file = text_file(buf_bytes(&pem), file);
	meet(&p, &plan, &f, &e);
	ck_assert_int_eq(e.kind, _i == 0 ? ERR_NONE : ERR_TLS_VERIFY);
	unlink(file);
	buf_clear(&pem);
	cert_free(&twin);
	world_free(&w);
}
END_TEST

/* Who is taken out of a bundle, for which chain. */
static const struct {
	enum issuer by;
	bool sub_too, ca_too; /* presented behind the leaf */
	int found;            /* in { other, CA, other, leaf's twin } */
} finds[] = {
	{ BY_CA, false, false, 2 },
	{ BY_SELF, false, false, 1 },
	{ BY_OTHER_CA, false, false, 3 },
	{ BY_SUB_CA, true, false, 2 },
	{ BY_SUB_CA, true, true, 2 },
	{ BY_HIDDEN_SUB_CA, false, false, 1 },
};

START_TEST(no_more_than_needed_is_trusted)
{
	const struct cert_plan leaf = { .cn = "leaf", .dns = { "mx.test" } };
	struct world w;
	struct buf pem = BUF(1 << 16),
		   der[3] = { BUF(4096), BUF(4096), BUF(4096) };
	gnutls_datum_t certs[3];
	struct tls_chain chain = { certs, 0 };
	gnutls_certificate_credentials_t cred;
	struct error e = ERROR_NONE;
	char file[CERT_PATH];

	world_make(&w, &leaf, finds[_i].by);
	cert_add_der(&w.leaf, &der[chain.n++]);
	if (finds[_i].sub_too)
		cert_add_der(&w.sub, &der[chain.n++]);
	if (finds[_i].ca_too)
		cert_add_der(&w.ca, &der[chain.n++]);
	for (unsigned i = 0; i < chain.n; i++)
		certs[i] = (gnutls_datum_t){ (unsigned char *)der[i].p,
			(unsigned)der[i].n };
	cert_add_pem(&w.other, &pem);
	cert_add_pem(&w.ca, &pem);
	cert_add_pem(&w.other, &pem);
	cert_add_pem(&w.leaf, &pem);
	text_file(buf_bytes(&pem), file);
	gnutls_certificate_allocate_credentials(&cred);
	ck_assert_int_eq(
	    tls_trust_some(cred, &chain, file, &e), finds[_i].found);
	ck_assert_int_eq(tls_trust_some(cred, &chain, "/nonexistent", &e), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	gnutls_certificate_free_credentials(cred);
	unlink(file);
	for (int i = 0; i < 3; i++)
		buf_clear(&der[i]);
	buf_clear(&pem);
	world_free(&w);
}
END_TEST

/* Plans that cannot be carried out. */
static const char *const bad_pins[] = { "sha256:beef", NULL };
static const struct {
	struct tls_plan plan;
	const char *text;
} bad_plans[] = {
	{ { .trust_file = "/nonexistent/ca.pem" },
	    "cannot read tls_trust_file '/nonexistent/ca.pem'" },
	{ { .trust_file = "/dev/null" }, "cannot read tls_trust_file" },
	{ { .trust_file = "/etc" }, "cannot read tls_trust_file" },
	{ { .trust_file = "/etc/hosts" }, "holds no certificate" },
	{ { .verify = TLS_VERIFY_PIN }, "needs tls_fingerprint" },
	{ { .pins = bad_pins }, "not a SHA-256" },
	{ { .min_version = "1.1" }, "neither \"1.2\" nor \"1.3\"" },
	{ { .priority = "NORMAL:+BOGUS" }, "not understood: '+BOGUS'" },
	{ { .cert_file = "/etc/hosts" }, "go together" },
	{ { .key_file = "/etc/hosts" }, "go together" },
	{ { .cert_file = "/etc/hosts", .key_file = "/nonexistent/k" },
	    "cannot read tls_key_file '/nonexistent/k'" },
	{ { .cert_file = "/etc/hosts", .key_file = "/etc/hosts" },
	    "tls_key_file '/etc/hosts' is open to others" },
	{ { .host = "" }, "no host name" },
	{ { .host = "mx\n.test" }, "no host name" },
};

START_TEST(bad_plans_are_refused)
{
	const struct cert_plan leaf = { .dns = { "mx.test" } };
	struct world w;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = bad_plans[_i].plan;
	struct tls_peer p = { .chain = { &w.leaf } };

	if (plan.host == NULL)
		plan.host = "mx.test";
	world_make(&w, &leaf, BY_CA);
	ck_assert_int_eq(meet(&p, &plan, &f, &e), ERR_CONFIG);
	ck_assert_msg(holds(e.text, bad_plans[_i].text), "%s", e.text);
	world_free(&w);
}
END_TEST

/* What a pin says about the certificate of the test. */
enum shown { SHA256, SPKI, WRONG, SHA256_OF_SPKI };
static const struct {
	enum tls_verify verify;
	enum issuer by;
	const char *form; /* of the pin */
	enum shown shown;
	bool lower, bare; /* lower case, without colons */
	enum error_kind kind;
} pins[] = {
	{ TLS_VERIFY_PIN, BY_SELF, "%s", SHA256, 0, 0, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "%s", SHA256, 1, 1, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "sha256:%s", SHA256, 1, 0, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "SHA256:%s", SHA256, 0, 1, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "spki-sha256:%s", SPKI, 1, 1, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "spki-sha256:%s", SPKI, 0, 0, ERR_NONE },
	{ TLS_VERIFY_FULL, BY_CA, "sha256:%s", SHA256, 0, 0, ERR_NONE },
	{ TLS_VERIFY_PIN, BY_SELF, "sha256:%s", WRONG, 0, 0, ERR_TLS_VERIFY },
	{ TLS_VERIFY_PIN, BY_SELF, "sha256:%s", SHA256_OF_SPKI, 0, 0,
	    ERR_TLS_VERIFY },
	{ TLS_VERIFY_FULL, BY_CA, "sha256:%s", WRONG, 0, 0, ERR_TLS_VERIFY },
	{ TLS_VERIFY_OFF, BY_SELF, "sha256:%s", WRONG, 0, 0, ERR_TLS_VERIFY },
	{ TLS_VERIFY_OFF, BY_SELF, "sha256:%s", SHA256, 0, 0, ERR_NONE },
	/* A pin does not stand in for the chain. */
	{ TLS_VERIFY_FULL, BY_SELF, "sha256:%s", SHA256, 0, 0, ERR_TLS_VERIFY },
};

/* Another look at the fingerprints than the code's own. */
static void
fingerprint(const struct cert *c, enum shown what, char *to, size_t size)
{
	unsigned char hash[32] = { 0 };
	size_t n = sizeof(hash);

	if (what == SHA256)
		gnutls_x509_crt_get_fingerprint(
		    c->crt, GNUTLS_DIG_SHA256, hash, &n);
	else if (what != WRONG)
		gnutls_x509_privkey_get_key_id(
		    c->key, GNUTLS_KEYID_USE_SHA256, hash, &n);
	for (size_t i = 0; i < sizeof(hash); i++)
		snprintf(to + 3 * i, size - 3 * i, "%02X%s", hash[i],
		    i == 31 ? "" : ":");
}

static void
make_pin(const struct cert *c, int i, char *to, size_t size)
{
	char text[100], *q = text;

	fingerprint(c, pins[i].shown, text, sizeof(text));
	for (char *p = text; *p != '\0'; p++) {
		if (pins[i].bare && *p == ':')
			continue;
		*q++ = pins[i].lower && *p >= 'A' && *p <= 'F' ? (char)(*p + 32)
							       : *p;
	}
	*q = '\0';
	snprintf(to, size, pins[i].form, text);
}

START_TEST(pins_are_held_against_the_leaf)
{
	const struct cert_plan leaf = { .dns = { "mx.test" } };
	struct world w;
	struct tls_facts f;
	struct error e;
	char pin[128], sha256[100], spki[100];
	const char *list[] = { "sha256:0000000000000000000000000000000000"
			       "000000000000000000000000000001",
		pin, NULL };
	struct tls_plan plan = { .host = "mx.test",
		.trust_file = w.trust,
		.verify = pins[_i].verify,
		.pins = list };
	struct tls_peer p = { .chain = { &w.leaf } };

	world_make(&w, &leaf, pins[_i].by);
	make_pin(&w.leaf, _i, pin, sizeof(pin));
	fingerprint(&w.leaf, SHA256, sha256, sizeof(sha256));
	fingerprint(&w.leaf, SPKI, spki, sizeof(spki));
	meet(&p, &plan, &f, &e);
	ck_assert_msg(e.kind == pins[_i].kind, "%s", e.text);
	ck_assert_str_eq(f.sha256, sha256);
	ck_assert_str_eq(f.spki, spki);
	ck_assert(
	    f.pinned == (pins[_i].shown == SHA256 || pins[_i].shown == SPKI));
	ck_assert(f.verified ==
	    (pins[_i].verify == TLS_VERIFY_FULL && e.kind == ERR_NONE));
	if (e.kind != ERR_NONE && !f.pinned)
		ck_assert(holds(e.text, sha256) && holds(e.text, spki));
	world_free(&w);
}
END_TEST

START_TEST(off_takes_anything)
{
	const struct cert_plan leaf = { .cn = "x",
		.dns = { "a\r\nb" },
		.dns_n = 4,
		.from = -9,
		.until = -2 };
	struct world w;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = { .host = "mx.test",
		.trust_file = "/nonexistent",
		.verify = TLS_VERIFY_OFF };
	struct tls_peer p = { .chain = { &w.leaf } };

	world_make(&w, &leaf, BY_SELF);
	ck_assert_int_eq(meet(&p, &plan, &f, &e), ERR_NONE);
	ck_assert(!f.verified && !f.pinned);
	ck_assert_str_eq(f.subject, "CN=x");
	ck_assert_str_eq(f.names, "DNS:a\\x0d\\x0ab");
	world_free(&w);
}
END_TEST

START_TEST(facts_are_those_of_the_leaf)
{
	const struct cert_plan leaf = { .cn = "x",
		.dns = { "mx.test", "a.test" },
		.ip = "::1",
		.from = -3,
		.until = 5 };
	struct world w;
	struct tls_facts f;
	struct error e;
	struct tls_plan plan = { .host = "mx.test", .trust_file = w.trust };
	struct tls_peer p = { .chain = { &w.leaf } };

	world_make(&w, &leaf, BY_CA);
	ck_assert_int_eq(meet(&p, &plan, &f, &e), ERR_NONE);
	ck_assert_str_eq(f.subject, "CN=x");
	ck_assert_str_eq(f.issuer, "CN=Test CA");
	ck_assert_str_eq(f.names, "DNS:mx.test, DNS:a.test, IP:::1");
	ck_assert_int_eq(
	    f.not_before, gnutls_x509_crt_get_activation_time(w.leaf.crt));
	ck_assert_int_eq(
	    f.not_after, gnutls_x509_crt_get_expiration_time(w.leaf.crt));
	world_free(&w);
}
END_TEST

Suite *
suite_tls_verify(void)
{
	Suite *s = suite_create("tls_verify");
	TCase *t = tcase_create("peer");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, certificates_are_judged, 0, COUNT(cases));
	tcase_add_loop_test(t, a_trusted_leaf_is_enough, 0, 2);
	tcase_add_loop_test(t, the_right_ca_is_found_in_a_bundle, 0, 2);
	tcase_add_loop_test(t, no_more_than_needed_is_trusted, 0, COUNT(finds));
	tcase_add_loop_test(t, bad_plans_are_refused, 0, COUNT(bad_plans));
	tcase_add_loop_test(t, pins_are_held_against_the_leaf, 0, COUNT(pins));
	tcase_add_test(t, off_takes_anything);
	tcase_add_test(t, facts_are_those_of_the_leaf);
	suite_add_tcase(s, t);
	return s;
}
