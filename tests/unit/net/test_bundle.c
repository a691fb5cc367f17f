#include "net/bundle.h"

#include <check.h>
#include <string.h>

#include "base/buf.h"
#include "certs.h"

Suite *suite_bundle(void);

#define COUNT(table) (int)(sizeof(table) / sizeof(table[0]))

#define LONG "a name of some fifty octets which is a lot for a name"

/* Names short and long, one so long that it does not fit into a head. */
static const struct cert_plan plans[] = {
	{ .cn = "CA", .ca = true },
	{ .dn = "O=" LONG ",OU=" LONG ",L=" LONG, .ca = true },
	{ .dn = "O=" LONG ",OU=" LONG ",OU=" LONG ",OU=" LONG ",OU=" LONG
		",OU=" LONG ",OU=" LONG ",OU=" LONG,
	    .ca = true },
	{ .dns = { "mx.test" } }, /* an empty subject */
	{ .cn = "RSA", .rsa = 3072 },
};

static struct bytes
raw(const gnutls_datum_t *d)
{
	return (struct bytes){ (const char *)d->data, d->size };
}

/* As GnuTLS sees them, and no sooner than they are there. */
START_TEST(names_are_where_gnutls_sees_them)
{
	const struct cert_plan ca_plan = { .cn = "Issuer", .ca = true };
	struct cert ca, c;
	struct buf der = BUF(1 << 16);
	gnutls_datum_t issuer, subject;
	struct cert_names n;
	size_t needed = 0;

	cert_make(&ca, &ca_plan, NULL);
	cert_make(&c, &plans[_i], &ca);
	cert_add_der(&c, &der);
	gnutls_x509_crt_get_raw_issuer_dn(c.crt, &issuer);
	gnutls_x509_crt_get_raw_dn(c.crt, &subject);
	for (size_t i = 0; i <= der.n; i++) {
		if (!cert_names(bytes_head(buf_bytes(&der), i), &n)) {
			ck_assert_uint_eq(needed, 0);
			continue;
		}
		needed = needed == 0 ? i : needed;
		ck_assert(bytes_same(n.issuer, raw(&issuer)));
		ck_assert(bytes_same(n.subject, raw(&subject)));
	}
	ck_assert_uint_gt(needed, 0);
	ck_assert_ptr_eq(n.subject.p + n.subject.n, der.p + needed);
	gnutls_free(issuer.data);
	gnutls_free(subject.data);
	buf_clear(&der);
	cert_free(&c);
	cert_free(&ca);
}
END_TEST

#define D(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}
static const struct bytes nonsense[] = {
	D(""),
	D("\x30"),
	D("\x30\x80"),                 /* no definite length */
	D("\x30\x85\1\1\1\1\1"),       /* a length of five octets */
	D("\x30\x84\xff\xff\xff\xff"), /* 4 GiB of nothing */
	D("\x31\x03\x30\x01\x02"),
	/* A serial number that ends beyond what there is. */
	D("\x30\x10\x30\x0e\x02\x7f\x01"),
	D("\x30\x10\x30\x0e\x02\x84\xff\xff\xff\xfe\x01"),
};

START_TEST(nonsense_has_no_names)
{
	struct cert_names n;

	ck_assert(!cert_names(nonsense[_i], &n));
}
END_TEST

/* What a search has found: each subject, in order. */
struct finds {
	struct buf subjects;
	int n, stop_after;
};

static bool
keep(void *ctx, struct bytes der)
{
	struct finds *f = ctx;
	struct cert_names n;

	ck_assert(cert_names(der, &n));
	buf_add(&f->subjects, n.subject);
	return ++f->n != f->stop_after;
}

static struct bytes
subject(const struct cert *c, gnutls_datum_t *d)
{
	gnutls_x509_crt_get_raw_dn(c->crt, d);
	return raw(d);
}

#define LONGEST LONG ",OU=" LONG ",OU=" LONG ",OU=" LONG ",OU=" LONG

static const struct cert_plan a_plan = { .cn = "A", .ca = true };
static const struct cert_plan b_plan = { .cn = "B", .ca = true };

START_TEST(the_wanted_are_found)
{
	struct cert a, b;
	struct buf pem = BUF(1 << 20);
	gnutls_datum_t d;
	struct finds f = { .n = 0 };
	struct bytes wanted[1];
	struct bundle_search s = { wanted, 1, keep, &f };

	cert_make(&a, &a_plan, NULL);
	cert_make(&b, &b_plan, NULL);
	buf_init(&f.subjects, 4096);
	for (int i = 0; i < 3; i++) {
		buf_adds(&pem, "# -----BEGIN-----\r\n");
		cert_add_pem(&a, &pem);
		buf_adds(&pem,
		    "-----BEGIN CERTIFICATE-----\n!\n"
		    "-----END CERTIFICATE-----\n");
		cert_add_pem(&b, &pem);
	}
	wanted[0] = subject(&b, &d);
	ck_assert(bundle_find(buf_bytes(&pem), &s));
	ck_assert_int_eq(f.n, 3);
	f = (struct finds){ f.subjects, 0, 2 };
	ck_assert(bundle_find(buf_bytes(&pem), &s));
	ck_assert_int_eq(f.n, 2);
	s.n = 0;
	f.n = 0;
	ck_assert(bundle_find(buf_bytes(&pem), &s));
	ck_assert_int_eq(f.n, 0);
	gnutls_free(d.data);
	buf_clear(&pem);
	buf_clear(&f.subjects);
	cert_free(&a);
	cert_free(&b);
}
END_TEST

/* One whose names do not fit into a head, and one that is all but it. */
START_TEST(long_names_are_found)
{
	const struct cert_plan it = { .dn = "OU=" LONGEST ",O=it" },
			       not_it = { .dn = "OU=" LONGEST ",O=no" };
	struct cert a, b;
	struct buf pem = BUF(1 << 16);
	gnutls_datum_t d;
	struct finds f = { .n = 0 };
	struct bytes wanted[1];
	struct bundle_search s = { wanted, 1, keep, &f };

	cert_make(&a, &it, NULL);
	cert_make(&b, &not_it, NULL);
	buf_init(&f.subjects, 4096);
	cert_add_pem(&b, &pem);
	cert_add_pem(&a, &pem);
	cert_add_pem(&b, &pem);
	wanted[0] = subject(&a, &d);
	ck_assert(bundle_find(buf_bytes(&pem), &s));
	ck_assert_int_eq(f.n, 1);
	ck_assert(bytes_same(buf_bytes(&f.subjects), wanted[0]));
	gnutls_free(d.data);
	buf_clear(&pem);
	buf_clear(&f.subjects);
	cert_free(&a);
	cert_free(&b);
}
END_TEST

/* The same text in lines of width octets, which end in CR LF. */
static void
wrap(struct buf *to, struct bytes pem, size_t width)
{
	struct bytes body;

	bytes_take(&pem, '\n');
	buf_adds(to, "-----BEGIN CERTIFICATE-----\r\n");
	body = bytes_head(pem, bytes_index(pem, '-'));
	for (size_t i = 0, n = 0; i < body.n; i++) {
		if (body.p[i] == '\n')
			continue;
		buf_addc(to, body.p[i]);
		if (++n % width == 0)
			buf_adds(to, "\r\n");
	}
	buf_adds(to, "\r\n-----END CERTIFICATE-----\r\n");
}

START_TEST(lines_may_be_of_any_length)
{
	struct cert a;
	struct buf pem = BUF(1 << 16), wrapped = BUF(1 << 16);
	gnutls_datum_t d;
	struct finds f = { .n = 0 };
	struct bytes wanted[1];
	struct bundle_search s = { wanted, 1, keep, &f };

	cert_make(&a, &a_plan, NULL);
	cert_add_pem(&a, &pem);
	buf_init(&f.subjects, 1 << 16);
	wanted[0] = subject(&a, &d);
	for (size_t width = 1; width < 80; width++) {
		buf_reset(&wrapped);
		wrap(&wrapped, buf_bytes(&pem), width);
		f.n = 0;
		ck_assert(bundle_find(buf_bytes(&wrapped), &s));
		ck_assert_int_eq(f.n, 1);
	}
	gnutls_free(d.data);
	buf_clear(&pem);
	buf_clear(&wrapped);
	buf_clear(&f.subjects);
	cert_free(&a);
}
END_TEST

/* However much of a bundle is lost, never more is found. */
START_TEST(a_cut_bundle_is_no_danger)
{
	struct cert a;
	struct buf pem = BUF(1 << 16);
	gnutls_datum_t d;
	struct finds f = { .n = 0 };
	struct bytes wanted[1];
	struct bundle_search s = { wanted, 1, keep, &f };
	const char *end = "-----END CERTIFICATE-----";
	size_t whole;

	cert_make(&a, &a_plan, NULL);
	cert_add_pem(&a, &pem);
	buf_init(&f.subjects, 1 << 16);
	wanted[0] = subject(&a, &d);
	whole = bytes_find(buf_bytes(&pem), bytes_of(end));
	for (size_t i = 0; i < pem.n; i++) {
		f.n = 0;
		ck_assert(bundle_find(bytes_head(buf_bytes(&pem), i), &s));
		ck_assert_int_eq(f.n, i >= whole + strlen(end));
	}
	gnutls_free(d.data);
	buf_clear(&pem);
	buf_clear(&f.subjects);
	cert_free(&a);
}
END_TEST

Suite *
suite_bundle(void)
{
	Suite *s = suite_create("bundle");
	TCase *t = tcase_create("names"), *u = tcase_create("find");

	tcase_add_loop_test(
	    t, names_are_where_gnutls_sees_them, 0, COUNT(plans));
	tcase_add_loop_test(t, nonsense_has_no_names, 0, COUNT(nonsense));
	tcase_add_test(u, the_wanted_are_found);
	tcase_add_test(u, long_names_are_found);
	tcase_add_test(u, lines_may_be_of_any_length);
	tcase_add_test(u, a_cut_bundle_is_no_danger);
	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	return s;
}
