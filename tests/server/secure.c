#include <gnutls/x509.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/server/certs.h"
#include "tests/server/secure.h"

static int
load(struct secure *s, const struct settings *set, struct error *e)
{
	char ca[4096], crt[4096], key[4096];
	int rc;

	snprintf(ca, sizeof(ca), "%s/ca.pem", set->certs);
	snprintf(crt, sizeof(crt), "%s/%s.pem", set->certs, set->cert);
	snprintf(key, sizeof(key), "%s/%s.key", set->certs, set->cert);
	if (access(ca, R_OK) < 0 && certs_make(set->certs, e) < 0)
		return -1;
	rc = gnutls_certificate_set_x509_key_file(
	    s->credentials, crt, key, GNUTLS_X509_FMT_PEM);
	if (rc < 0)
		return error_set(e, ERR_CONFIG, "cannot use '%s': %s", crt,
		    gnutls_strerror(rc));
	rc = gnutls_certificate_set_x509_trust_file(
	    s->credentials, ca, GNUTLS_X509_FMT_PEM);
	if (rc < 0)
		return error_set(e, ERR_CONFIG, "cannot use '%s': %s", ca,
		    gnutls_strerror(rc));
	return 0;
}

int
secure_init(struct secure *s, const struct settings *set, struct error *e)
{
	*s = (struct secure){ .ask = GNUTLS_CERT_IGNORE };
	if (strcmp(set->tls, "off") == 0)
		return 0;
	if (strcmp(set->client_cert, "ask") == 0)
		s->ask = GNUTLS_CERT_REQUEST;
	if (strcmp(set->client_cert, "demand") == 0)
		s->ask = GNUTLS_CERT_REQUIRE;
	gnutls_certificate_allocate_credentials(&s->credentials);
	s->ready = true;
	if (gnutls_priority_init(&s->priority, set->priority, NULL) < 0)
		return error_set(
		    e, ERR_USAGE, "unusable priority '%s'", set->priority);
	return load(s, set, e);
}

void
secure_clear(struct secure *s)
{
	if (!s->ready)
		return;
	gnutls_certificate_free_credentials(s->credentials);
	gnutls_priority_deinit(s->priority);
	*s = (struct secure){ 0 };
}

gnutls_session_t
secure_session(const struct secure *s)
{
	static const gnutls_datum_t smtp = { (unsigned char *)"smtp", 4 };
	gnutls_session_t tls;

	gnutls_init(&tls, GNUTLS_SERVER);
	gnutls_priority_set(tls, s->priority);
	gnutls_credentials_set(tls, GNUTLS_CRD_CERTIFICATE, s->credentials);
	gnutls_certificate_server_set_request(tls, s->ask);
	if (s->ask == GNUTLS_CERT_REQUIRE)
		gnutls_session_set_verify_cert(tls, NULL, 0);
	gnutls_alpn_set_protocols(tls, &smtp, 1, 0);
	gnutls_handshake_set_timeout(tls, GNUTLS_DEFAULT_HANDSHAKE_TIMEOUT);
	return tls;
}

/* The common name in the client's certificate, if it is to be trusted. */
static void
learn_user(struct secure_facts *f, gnutls_session_t tls)
{
	const gnutls_datum_t *chain;
	gnutls_x509_crt_t crt;
	unsigned n, status = 1;
	size_t size = sizeof(f->certificate_user) - 1;

	chain = gnutls_certificate_get_peers(tls, &n);
	if (chain == NULL || n == 0 ||
	    gnutls_certificate_verify_peers2(tls, &status) < 0 || status != 0)
		return;
	gnutls_x509_crt_init(&crt);
	gnutls_x509_crt_import(crt, &chain[0], GNUTLS_X509_FMT_DER);
	gnutls_x509_crt_get_dn_by_oid(
	    crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, f->certificate_user, &size);
	gnutls_x509_crt_deinit(crt);
}

static size_t
learn_binding(gnutls_session_t tls, gnutls_channel_binding_t type, char to[64])
{
	gnutls_datum_t d;
	size_t n;

	if (gnutls_session_channel_binding(tls, type, &d) < 0)
		return 0;
	n = d.size < 64 ? d.size : 64;
	memcpy(to, d.data, n);
	gnutls_free(d.data);
	return n;
}

void
secure_learn(struct secure_facts *f, gnutls_session_t tls)
{
	size_t size = sizeof(f->asked_name) - 1;
	unsigned type;

	*f = (struct secure_facts){ 0 };
	snprintf(f->version, sizeof(f->version), "%s",
	    gnutls_protocol_get_name(gnutls_protocol_get_version(tls)));
	snprintf(f->cipher, sizeof(f->cipher), "%s",
	    gnutls_cipher_get_name(gnutls_cipher_get(tls)));
	if (gnutls_server_name_get(tls, f->asked_name, &size, &type, 0) < 0)
		f->asked_name[0] = '\0';
	f->resumed = gnutls_session_is_resumed(tls) != 0;
	f->exporter_n = learn_binding(tls, GNUTLS_CB_TLS_EXPORTER, f->exporter);
	f->unique_n = learn_binding(tls, GNUTLS_CB_TLS_UNIQUE, f->unique);
	learn_user(f, tls);
}
