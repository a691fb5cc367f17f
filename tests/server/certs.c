#include <errno.h>
#include <fcntl.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/server/certs.h"

enum issuer { BY_CA, BY_OTHER_CA, BY_ITSELF };

enum { DAY = 24 * 60 * 60, PEM_MAX = 16384 };

struct identity {
	gnutls_x509_crt_t crt;
	gnutls_x509_privkey_t key;
};

static const struct kind {
	const char *name, *cn, *dns[2];
	bool ip;
	enum issuer issuer;
	int from, to; /* days from today */
	unsigned rsa; /* bits; 0: an elliptic curve */
	bool client;
} kinds[] = {
	{ "good", "mail.example.test", { "localhost", "mail.example.test" },
	    .from = -1, .to = 30 },
	{ "ip", "an address", { 0 }, .ip = true, .from = -1, .to = 30 },
	{ "cn-only", "localhost", { 0 }, .from = -1, .to = 30 },
	{ "wrong-name", "other.example.test", { "other.example.test" },
	    .from = -1, .to = 30 },
	{ "expired", "localhost", { "localhost" }, .from = -30, .to = -1 },
	{ "not-yet", "localhost", { "localhost" }, .from = 1, .to = 30 },
	{ "self-signed", "localhost", { "localhost" }, .issuer = BY_ITSELF,
	    .from = -1, .to = 30 },
	{ "unknown-ca", "localhost", { "localhost" }, .issuer = BY_OTHER_CA,
	    .from = -1, .to = 30 },
	{ "weak", "localhost", { "localhost" }, .from = -1, .to = 30,
	    .rsa = 1024 },
	{ "client", "client@example.test", { 0 }, .from = -1, .to = 30,
	    .client = true },
	{ "other-client", "client@example.test", { 0 }, .issuer = BY_OTHER_CA,
	    .from = -1, .to = 30, .client = true },
};

static void
make_key(struct identity *id, unsigned rsa)
{
	gnutls_x509_privkey_init(&id->key);
	if (rsa > 0)
		gnutls_x509_privkey_generate(id->key, GNUTLS_PK_RSA, rsa, 0);
	else
		gnutls_x509_privkey_generate(id->key, GNUTLS_PK_ECDSA,
		    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0);
}

static void
set_basics(struct identity *id, const char *cn, int from, int to)
{
	unsigned char serial[8];

	gnutls_x509_crt_init(&id->crt);
	gnutls_x509_crt_set_version(id->crt, 3);
	gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial));
	serial[0] = 1;
	gnutls_x509_crt_set_serial(id->crt, serial, sizeof(serial));
	gnutls_x509_crt_set_activation_time(
	    id->crt, time(NULL) + (time_t)from * DAY);
	gnutls_x509_crt_set_expiration_time(
	    id->crt, time(NULL) + (time_t)to * DAY);
	gnutls_x509_crt_set_dn_by_oid(
	    id->crt, GNUTLS_OID_X520_COMMON_NAME, 0, cn, (unsigned)strlen(cn));
	gnutls_x509_crt_set_key(id->crt, id->key);
	gnutls_x509_crt_set_subject_key_id(id->crt, serial, sizeof(serial));
}

static void
sign(struct identity *id, const struct identity *by)
{
	gnutls_x509_crt_sign2(id->crt, by->crt, by->key, GNUTLS_DIG_SHA256, 0);
}

static void
make_ca(struct identity *ca)
{
	make_key(ca, 0);
	set_basics(ca, "Test CA", -2, 31);
	gnutls_x509_crt_set_basic_constraints(ca->crt, 1, -1);
	gnutls_x509_crt_set_key_usage(ca->crt, GNUTLS_KEY_KEY_CERT_SIGN);
	sign(ca, ca);
}

static void
add_names(struct identity *id, const struct kind *k)
{
	static const unsigned char v4[4] = { 127, 0, 0, 1 };
	static const unsigned char v6[16] = { [15] = 1 };

	for (size_t i = 0; i < 2 && k->dns[i] != NULL; i++)
		gnutls_x509_crt_set_subject_alt_name(id->crt,
		    GNUTLS_SAN_DNSNAME, k->dns[i], (unsigned)strlen(k->dns[i]),
		    GNUTLS_FSAN_APPEND);
	if (!k->ip)
		return;
	gnutls_x509_crt_set_subject_alt_name(
	    id->crt, GNUTLS_SAN_IPADDRESS, v4, sizeof(v4), GNUTLS_FSAN_APPEND);
	gnutls_x509_crt_set_subject_alt_name(
	    id->crt, GNUTLS_SAN_IPADDRESS, v6, sizeof(v6), GNUTLS_FSAN_APPEND);
}

static void
make_leaf(struct identity *id, const struct kind *k, const struct identity *ca,
    const struct identity *other)
{
	make_key(id, k->rsa);
	set_basics(id, k->cn, k->from, k->to);
	add_names(id, k);
	gnutls_x509_crt_set_key_usage(id->crt, GNUTLS_KEY_DIGITAL_SIGNATURE);
	gnutls_x509_crt_set_key_purpose_oid(id->crt,
	    k->client ? GNUTLS_KP_TLS_WWW_CLIENT : GNUTLS_KP_TLS_WWW_SERVER, 0);
	sign(id,
	    k->issuer == BY_CA             ? ca
		: k->issuer == BY_OTHER_CA ? other
					   : id);
}

static int
write_file(const char *directory, const char *name, const char *end,
    struct bytes what, struct error *e)
{
	char path[4096];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/%s.%s", directory, name, end);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_sys(e, ERR_IO, "cannot create '%s'", path);
	n = write(fd, what.p, what.n);
	close(fd);
	if (n != (ssize_t)what.n)
		return error_sys(e, ERR_IO, "cannot write '%s'", path);
	return 0;
}

static int
write_crt(const char *directory, const char *name, const struct identity *id,
    struct error *e)
{
	char pem[PEM_MAX];
	size_t n = sizeof(pem);

	if (gnutls_x509_crt_export(id->crt, GNUTLS_X509_FMT_PEM, pem, &n) < 0)
		return error_set(
		    e, ERR_INTERNAL, "cannot make certificate '%s'", name);
	return write_file(directory, name, "pem", (struct bytes){ pem, n }, e);
}

static int
write_key(const char *directory, const char *name, const struct identity *id,
    struct error *e)
{
	char pem[PEM_MAX];
	size_t n = sizeof(pem);

	if (gnutls_x509_privkey_export(id->key, GNUTLS_X509_FMT_PEM, pem, &n) <
	    0)
		return error_set(e, ERR_INTERNAL, "cannot make key '%s'", name);
	return write_file(directory, name, "key", (struct bytes){ pem, n }, e);
}

static void
identity_clear(struct identity *id)
{
	gnutls_x509_crt_deinit(id->crt);
	gnutls_x509_privkey_deinit(id->key);
}

int
certs_make(const char *directory, struct error *e)
{
	struct identity ca, other, leaf;
	int rc;

	if (mkdir(directory, 0700) < 0 && errno != EEXIST)
		return error_sys(e, ERR_IO, "cannot make '%s'", directory);
	make_ca(&ca);
	make_ca(&other);
	rc = write_crt(directory, "ca", &ca, e);
	for (size_t i = 0; rc == 0 && i < sizeof(kinds) / sizeof(kinds[0]);
	     i++) {
		make_leaf(&leaf, &kinds[i], &ca, &other);
		rc = write_crt(directory, kinds[i].name, &leaf, e);
		if (rc == 0)
			rc = write_key(directory, kinds[i].name, &leaf, e);
		identity_clear(&leaf);
	}
	identity_clear(&ca);
	identity_clear(&other);
	return rc;
}
