#include "net/tls_session.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/here.h"
#include "net/bundle.h"
#include "net/pin.h"

/* A certificate on trial. */
struct trial {
	struct tls *tls;
	struct tls_chain chain;
	gnutls_x509_crt_t leaf; /* owned */
	unsigned status;        /* GNUTLS_CERT_* */
};

static bool
pin_matches(const struct pin *p, const struct tls_facts *f)
{
	char text[SHA256_TEXT];

	return strcmp(pin_hex(p->sha256, text),
		   p->spki ? f->spki : f->sha256) == 0;
}

static int
check_pins(struct tls *t, struct error *e)
{
	struct tls_facts *f = t->facts;
	struct pin p;

	for (const char *const *pin = t->plan->pins; *pin != NULL; pin++) {
		if (pin_parse(&p, *pin, e) < 0)
			return -1;
		if (pin_matches(&p, f))
			f->pinned = true;
	}
	if (f->pinned)
		return 0;
	error_set(e, ERR_TLS_VERIFY,
	    "certificate of '%s' is not the pinned one: it is sha256:%s, "
	    "spki-sha256:%s",
	    t->name.text, f->sha256, f->spki);
	return error_hint(e,
	    "if the server has a new certificate, and you have that from "
	    "whoever runs it, change tls_fingerprint");
}

static int
verify_with(struct trial *v)
{
	struct tls_name *name = &v->tls->name;
	gnutls_typed_vdata_st data[] = {
		{ GNUTLS_DT_DNS_HOSTNAME, (unsigned char *)name->text, 0 },
		{ GNUTLS_DT_KEY_PURPOSE_OID,
		    (unsigned char *)GNUTLS_KP_TLS_WWW_SERVER, 0 },
	};

	if (name->address_n != 0)
		data[0] = (gnutls_typed_vdata_st){ GNUTLS_DT_IP_ADDRESS,
			name->address, name->address_n };
	return gnutls_certificate_verify_peers(
	    v->tls->session, data, 2, &v->status);
}

/*
 * With the few CAs that may have issued it; when none of them helps, once
 * more with all there are.
 */
static int
verify_chain(struct trial *v, struct error *e)
{
	struct tls *t = v->tls;
	const char *file = t->plan->trust_file;
	int rc, some = tls_trust_some(t->cred, &v->chain, file, e);

	if (some < 0)
		return -1;
	if (some > 0 && verify_with(v) == 0 &&
	    (v->status & GNUTLS_CERT_SIGNER_NOT_FOUND) == 0)
		return 0;
	if (tls_trust_all(t->cred, file, e) < 0)
		return -1;
	if ((rc = verify_with(v)) < 0)
		return error_set(e, ERR_TLS_VERIFY,
		    "cannot verify the certificate of '%s': %s", t->name.text,
		    gnutls_strerror(rc));
	return 0;
}

/*
 * GnuTLS takes the subject's CN for a name when there is no DNS name in
 * subjectAltName; RFC 9525, 6.3 does not.
 */
static bool
has_dns_name(gnutls_x509_crt_t leaf)
{
	char name[256];
	size_t n;
	int type;

	for (unsigned i = 0;; i++) {
		n = sizeof(name);
		type = gnutls_x509_crt_get_subject_alt_name(
		    leaf, i, name, &n, NULL);
		if (type == GNUTLS_SAN_DNSNAME)
			return true;
		/* What is longer than a domain can be is none. */
		if (type < 0 && type != GNUTLS_E_SHORT_MEMORY_BUFFER)
			return false;
	}
}

static bool
is_self_signed(const struct trial *v)
{
	const gnutls_datum_t *leaf = &v->chain.cert[0];
	struct cert_names n;

	return cert_names(
		   (struct bytes){ (const char *)leaf->data, leaf->size },
		   &n) &&
	    bytes_same(n.issuer, n.subject);
}

/* The issuer of the last one that was presented. */
static void
add_last_issuer(const struct trial *v, struct buf *out)
{
	const gnutls_datum_t *last = &v->chain.cert[v->chain.n - 1];
	struct tls_facts f = { .issuer = "" };
	gnutls_x509_crt_t cert;

	if (gnutls_x509_crt_init(&cert) < 0)
		return;
	if (gnutls_x509_crt_import(cert, last, GNUTLS_X509_FMT_DER) == 0)
		tls_facts_of_cert(cert, &f);
	gnutls_x509_crt_deinit(cert);
	buf_addf(out, "its issuer '%.100s' is not trusted", f.issuer);
}

static void
add_issuer(const struct trial *v, struct buf *out)
{
	if (is_self_signed(v))
		buf_adds(out, "it is self-signed");
	else
		add_last_issuer(v, out);
}

static void
add_expired(const struct trial *v, struct buf *out)
{
	int64_t when = v->tls->facts->not_after;
	char date[TLS_DATE];

	if (when <= here_real.now().tv_sec)
		buf_addf(out, "it expired on %s", tls_date(when, date));
	else
		buf_adds(out, "a certificate of one of its issuers expired");
}

static void
add_too_young(const struct trial *v, struct buf *out)
{
	int64_t when = v->tls->facts->not_before;
	char date[TLS_DATE];

	if (when >= here_real.now().tv_sec)
		buf_addf(
		    out, "it is not valid before %s", tls_date(when, date));
	else
		buf_adds(out,
		    "a certificate of one of its issuers is not yet valid");
}

static void
add_names(const struct trial *v, struct buf *out)
{
	const struct tls_facts *f = v->tls->facts;

	if (f->names[0] != '\0')
		buf_addf(out, "it is for other names: %.200s", f->names);
	else
		buf_addf(out,
		    "it has no subject alternative name, and the name in its "
		    "subject '%.100s' does not count (RFC 9525)",
		    f->subject);
}

static void
add_weak(const struct trial *v, struct buf *out)
{
	unsigned bits = 0;
	int kind = gnutls_x509_crt_get_pk_algorithm(v->leaf, &bits);

	buf_addf(out,
	    "a key or signature in its chain is too weak (its own: "
	    "%s of %u bits)",
	    gnutls_pk_algorithm_get_name((gnutls_pk_algorithm_t)kind), bits);
}

static void
add_purpose(const struct trial *v, struct buf *out)
{
	(void)v;
	buf_adds(out, "it is not meant for servers");
}

static void
add_revoked(const struct trial *v, struct buf *out)
{
	(void)v;
	buf_adds(out, "it was revoked");
}

static const struct {
	unsigned status;
	void (*add)(const struct trial *v, struct buf *out);
} faults[] = {
	{ GNUTLS_CERT_SIGNER_NOT_FOUND, add_issuer },
	{ GNUTLS_CERT_UNEXPECTED_OWNER, add_names },
	{ GNUTLS_CERT_EXPIRED, add_expired },
	{ GNUTLS_CERT_NOT_ACTIVATED, add_too_young },
	{ GNUTLS_CERT_REVOKED, add_revoked },
	{ GNUTLS_CERT_PURPOSE_MISMATCH, add_purpose },
	{ GNUTLS_CERT_INSECURE_ALGORITHM, add_weak },
};

/* For what has no row above, GnuTLS's own words. */
static void
add_status(const struct trial *v, struct buf *out)
{
	gnutls_datum_t text;

	if (gnutls_certificate_verification_status_print(
		v->status, GNUTLS_CRT_X509, &text, 0) < 0)
		return;
	buf_adds(out, (const char *)text.data);
	gnutls_free(text.data);
}

static void
add_faults(const struct trial *v, struct buf *out)
{
	for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		if ((v->status & faults[i].status) == 0)
			continue;
		if (out->n > 0)
			buf_adds(out, "; ");
		faults[i].add(v, out);
	}
	if (out->n == 0)
		add_status(v, out);
}

static int
hint(const struct trial *v, struct error *e)
{
	const struct tls_facts *f = v->tls->facts;
	char now[TLS_DATE];

	if (v->status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
		return error_hint(e,
		    "is this machine's clock right?  It says %s.  If it is, "
		    "whoever runs the server has to renew the certificate",
		    tls_date(here_real.now().tv_sec, now));
	if (v->status & GNUTLS_CERT_SIGNER_NOT_FOUND)
		return error_hint(e,
		    "name the file of its CA in tls_trust_file; or, if it is "
		    "the server's own (compare there), set tls_fingerprint = "
		    "\"sha256:%s\"",
		    f->sha256);
	if (v->status & GNUTLS_CERT_UNEXPECTED_OWNER)
		return error_hint(e,
		    "set host, or tls_host, to a name that the certificate "
		    "has, if that is the server you mean");
	return error_hint(
	    e, "whoever runs the server has to mend its certificate");
}

static int
condemn(const struct trial *v, struct error *e)
{
	struct buf why = BUF(4096);

	add_faults(v, &why);
	error_set(e, ERR_TLS_VERIFY, "certificate of '%s' is refused: %s",
	    v->tls->name.text, buf_text(&why));
	buf_clear(&why);
	return hint(v, e);
}

static int
check_chain(struct trial *v, struct error *e)
{
	if (verify_chain(v, e) < 0)
		return -1;
	if (v->tls->name.address_n == 0 && !has_dns_name(v->leaf))
		v->status |= GNUTLS_CERT_UNEXPECTED_OWNER;
	if (v->status != 0)
		return condemn(v, e);
	v->tls->facts->verified = true;
	return 0;
}

static int
try_leaf(struct trial *v, struct error *e)
{
	const struct tls_plan *plan = v->tls->plan;

	if (gnutls_x509_crt_import(
		v->leaf, &v->chain.cert[0], GNUTLS_X509_FMT_DER) < 0)
		return error_set(e, ERR_TLS_VERIFY,
		    "certificate of '%s' cannot be read", v->tls->name.text);
	tls_facts_of_cert(v->leaf, v->tls->facts);
	if (plan->pins != NULL && plan->pins[0] != NULL &&
	    check_pins(v->tls, e) < 0)
		return -1;
	return plan->verify == TLS_VERIFY_FULL ? check_chain(v, e) : 0;
}

int
tls_verify_peer(struct tls *t, struct error *e)
{
	struct trial v = { .tls = t };
	int rc;

	v.chain.cert = gnutls_certificate_get_peers(t->session, &v.chain.n);
	if (v.chain.cert == NULL || v.chain.n == 0)
		return error_set(
		    e, ERR_TLS_VERIFY, "'%s' has no certificate", t->name.text);
	if (gnutls_x509_crt_init(&v.leaf) < 0)
		return error_set(e, ERR_OS, "out of memory");
	rc = try_leaf(&v, e);
	gnutls_x509_crt_deinit(v.leaf);
	return rc;
}
