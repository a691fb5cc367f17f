#include "certs.h"

#include <arpa/inet.h>
#include <check.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static gnutls_x509_privkey_t
make_key(unsigned rsa)
{
	gnutls_x509_privkey_t key;

	ck_assert_int_eq(gnutls_x509_privkey_init(&key), 0);
	ck_assert_int_eq(
	    gnutls_x509_privkey_generate(key,
		rsa == 0 ? GNUTLS_PK_ECDSA : GNUTLS_PK_RSA,
		rsa == 0 ? GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1)
			 : rsa,
		0),
	    0);
	return key;
}

/* One name as it stands, whatever it holds: GnuTLS would stop at a NUL. */
static void
set_raw_name(gnutls_x509_crt_t crt, const char *name, size_t n)
{
	unsigned char der[128] = { 0x30, (unsigned char)(n + 2), 0x82,
		(unsigned char)n };

	ck_assert_uint_lt(n, 120);
	memcpy(der + 4, name, n);
	ck_assert_int_eq(gnutls_x509_crt_set_extension_by_oid(
			     crt, GNUTLS_X509EXT_OID_SAN, der, n + 4, 0),
	    0);
}

static void
set_names(gnutls_x509_crt_t crt, const struct cert_plan *p)
{
	unsigned char ip[16];

	if (p->dns_n != 0)
		set_raw_name(crt, p->dns[0], p->dns_n);
	for (size_t i = 0; i < CERT_NAMES && p->dns[i] != NULL && p->dns_n == 0;
	     i++)
		gnutls_x509_crt_set_subject_alt_name(crt, GNUTLS_SAN_DNSNAME,
		    p->dns[i], (unsigned)strlen(p->dns[i]), GNUTLS_FSAN_APPEND);
	if (p->ip == NULL)
		return;
	if (inet_pton(AF_INET, p->ip, ip) == 1)
		gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_IPADDRESS, ip, 4, GNUTLS_FSAN_APPEND);
	else if (inet_pton(AF_INET6, p->ip, ip) == 1)
		gnutls_x509_crt_set_subject_alt_name(
		    crt, GNUTLS_SAN_IPADDRESS, ip, 16, GNUTLS_FSAN_APPEND);
}

static void
set_rest(gnutls_x509_crt_t crt, const struct cert_plan *p)
{
	bool dated = p->from != 0 || p->until != 0;
	time_t now = time(NULL);
	unsigned char serial[8];

	gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
	serial[0] = (serial[0] & 0x7f) | 1;
	gnutls_x509_crt_set_version(crt, 3);
	gnutls_x509_crt_set_serial(crt, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(
	    crt, now + (dated ? p->from : -1) * DAY);
	gnutls_x509_crt_set_expiration_time(
	    crt, now + (dated ? p->until : 1) * DAY);
	if (p->dn != NULL)
		ck_assert_int_eq(gnutls_x509_crt_set_dn(crt, p->dn, NULL), 0);
	if (p->cn != NULL)
		gnutls_x509_crt_set_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME,
		    0, p->cn, (unsigned)strlen(p->cn));
	gnutls_x509_crt_set_basic_constraints(crt, p->ca, -1);
	if (p->purpose != NULL)
		gnutls_x509_crt_set_key_purpose_oid(crt, p->purpose, 0);
}

/* A certificate that was made lacks what only reading one finds out. */
static void
read_again(gnutls_x509_crt_t *crt)
{
	gnutls_datum_t der;

	ck_assert_int_eq(
	    gnutls_x509_crt_export2(*crt, GNUTLS_X509_FMT_DER, &der), 0);
	gnutls_x509_crt_deinit(*crt);
	ck_assert_int_eq(gnutls_x509_crt_init(crt), 0);
	ck_assert_int_eq(
	    gnutls_x509_crt_import(*crt, &der, GNUTLS_X509_FMT_DER), 0);
	gnutls_free(der.data);
}

void
cert_make(struct cert *c, const struct cert_plan *p, const struct cert *issuer)
{
	ck_assert_int_eq(gnutls_x509_crt_init(&c->crt), 0);
	c->key = make_key(p->rsa);
	ck_assert_int_eq(gnutls_x509_crt_set_key(c->crt, c->key), 0);
	set_names(c->crt, p);
	set_rest(c->crt, p);
	ck_assert_int_eq(
	    gnutls_x509_crt_sign2(c->crt, issuer == NULL ? c->crt : issuer->crt,
		issuer == NULL ? c->key : issuer->key, GNUTLS_DIG_SHA256, 0),
	    0);
	read_again(&c->crt);
}

void
cert_free(struct cert *c)
{
	gnutls_x509_crt_deinit(c->crt);
	gnutls_x509_privkey_deinit(c->key);
}

static void
add_as(const struct cert *c, gnutls_x509_crt_fmt_t form, struct buf *out)
{
	gnutls_datum_t d;

	ck_assert_int_eq(gnutls_x509_crt_export2(c->crt, form, &d), 0);
	buf_add(out, (struct bytes){ (char *)d.data, d.size });
	gnutls_free(d.data);
}

void
cert_add_pem(const struct cert *c, struct buf *out)
{
	add_as(c, GNUTLS_X509_FMT_PEM, out);
}

void
cert_add_der(const struct cert *c, struct buf *out)
{
	add_as(c, GNUTLS_X509_FMT_DER, out);
}

const char *
text_file(struct bytes text, char path[CERT_PATH])
{
	int fd;

	snprintf(path, CERT_PATH, "/tmp/sendoff-test-XXXXXX");
	ck_assert_int_ge(fd = mkstemp(path), 0);
	ck_assert_int_eq(write(fd, text.p, text.n), (ssize_t)text.n);
	close(fd);
	return path;
}

const char *
cert_file(const struct cert *c, char path[CERT_PATH])
{
	struct buf pem = BUF(1 << 16);

	cert_add_pem(c, &pem);
	text_file(buf_bytes(&pem), path);
	buf_clear(&pem);
	return path;
}

const char *
key_file(const struct cert *c, char path[CERT_PATH])
{
	gnutls_datum_t d;

	ck_assert_int_eq(
	    gnutls_x509_privkey_export2(c->key, GNUTLS_X509_FMT_PEM, &d), 0);
	text_file((struct bytes){ (char *)d.data, d.size }, path);
	gnutls_free(d.data);
	return path;
}
