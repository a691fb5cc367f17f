#include "net/tls.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/here.h"
#include "base/idn.h"
#include "net/pin.h"
#include "net/tls_session.h"

/*
 * GnuTLS's own defaults still hold TLS 1.0 and 1024-bit RSA.  Never
 * "@SYSTEM": it fails where there is no /etc/gnutls/config.
 */
#define OURS "-VERS-TLS1.1:-VERS-TLS1.0:-VERS-DTLS-ALL:%PROFILE_MEDIUM"
#define ONLY_1_3 ":-VERS-TLS1.2"

/* What a host name is in a certificate: no zone, no dot at its end. */
static int
set_name(struct tls_name *name, const char *host, struct error *e)
{
	struct buf ascii = BUF(sizeof(name->text) - 1);
	struct bytes text = bytes_of(host);
	int rc;

	if (bytes_control(text))
		return error_set(
		    e, ERR_CONFIG, "no host name for TLS: control characters");
	if (bytes_index(text, ':') < text.n)
		text = bytes_head(text, bytes_index(text, '%'));
	rc = idn_ascii(&ascii, text, e);
	if (rc == 0 && ascii.n > 1 && ascii.p[ascii.n - 1] == '.')
		buf_cut(&ascii, ascii.n - 1);
	if (rc == 0 && (!buf_ok(&ascii) || ascii.n == 0))
		rc = error_set(
		    e, ERR_CONFIG, "no host name for TLS: '%.100s'", host);
	snprintf(name->text, sizeof(name->text), "%s", buf_text(&ascii));
	buf_clear(&ascii);
	if (inet_pton(AF_INET, name->text, name->address) == 1)
		name->address_n = 4;
	else if (inet_pton(AF_INET6, name->text, name->address) == 1)
		name->address_n = 16;
	return rc;
}

static int
set_priority(struct tls *t, struct error *e)
{
	const char *min = t->plan->min_version, *ours = t->plan->priority;
	bool only_1_3 = min != NULL && strcmp(min, "1.3") == 0;
	const char *at = NULL;
	char all[512];
	int rc;

	if (min != NULL && !only_1_3 && strcmp(min, "1.2") != 0)
		return error_set(e, ERR_CONFIG,
		    "tls_min_version is neither \"1.2\" nor \"1.3\": '%s'",
		    min);
	snprintf(all, sizeof(all), "%s%s", ours == NULL ? OURS : ours,
	    only_1_3 ? ONLY_1_3 : "");
	rc = ours == NULL
	    ? gnutls_set_default_priority_append(t->session, all, &at, 0)
	    : gnutls_priority_set_direct(t->session, all, &at);
	if (rc == 0)
		return 0;
	return error_set(e, ERR_CONFIG,
	    "TLS priority string is not understood: '%s'",
	    rc == GNUTLS_E_INVALID_REQUEST && at != NULL ? at : all);
}

static int
readable(const char *key, const char *path, struct error *e)
{
	if (access(path, R_OK) == 0)
		return 0;
	return error_sys(e, ERR_CONFIG, "cannot read %s '%s'", key, path);
}

/* The key is worth as much as a password. */
static int private(const char *path, struct error *e)
{
	struct stat st;

	if (stat(path, &st) < 0 || (st.st_mode & S_IRWXO) == 0)
		return 0;
	error_set(e, ERR_CONFIG, "tls_key_file '%s' is open to others", path);
	return error_hint(e, "run: chmod o= %s", path);
}

/* A client certificate: sent to whoever asks, as it was asked for here. */
static int
set_client_cert(struct tls *t, struct error *e)
{
	const char *cert = t->plan->cert_file, *key = t->plan->key_file;
	int rc;

	if (cert == NULL && key == NULL)
		return 0;
	if (cert == NULL || key == NULL)
		return error_set(e, ERR_CONFIG,
		    "tls_cert_file and tls_key_file go together");
	if (readable("tls_cert_file", cert, e) < 0 ||
	    readable("tls_key_file", key, e) < 0 || private(key, e) < 0)
		return -1;
	rc = gnutls_certificate_set_x509_key_file2(
	    t->cred, cert, key, GNUTLS_X509_FMT_PEM, NULL, 0);
	if (rc >= 0)
		return 0;
	error_set(e, ERR_CONFIG,
	    "tls_cert_file '%s' with tls_key_file '%s' cannot be used: %s",
	    cert, key, gnutls_strerror(rc));
	if (rc == GNUTLS_E_DECRYPTION_FAILED)
		error_hint(e, "the key may not be encrypted");
	return -1;
}

/* Wrong pins are told before anything is sent. */
static int
check_pins(const struct tls_plan *plan, struct error *e)
{
	struct pin p;

	if (plan->verify == TLS_VERIFY_PIN &&
	    (plan->pins == NULL || plan->pins[0] == NULL))
		return error_set(e, ERR_CONFIG,
		    "tls_verify by fingerprint needs tls_fingerprint");
	for (const char *const *pin = plan->pins; pin != NULL && *pin != NULL;
	     pin++)
		if (pin_parse(&p, *pin, e) < 0)
			return -1;
	return 0;
}

/* GnuTLS calls it in the handshake, when the peer has shown who it is. */
static int
on_certificate(gnutls_session_t s)
{
	struct tls *t = gnutls_session_get_ptr(s);

	return tls_verify_peer(t, &t->verdict) < 0 ? GNUTLS_E_CERTIFICATE_ERROR
						   : 0;
}

static int
set_session(struct tls *t, struct error *e)
{
	static const char smtp[] = "smtp";
	gnutls_datum_t alpn = { (unsigned char *)smtp, 4 };
	const char *name = t->name.text;

	if (set_priority(t, e) < 0 || set_client_cert(t, e) < 0)
		return -1;
	if (gnutls_credentials_set(
		t->session, GNUTLS_CRD_CERTIFICATE, t->cred) < 0 ||
	    gnutls_alpn_set_protocols(t->session, &alpn, 1, 0) < 0 ||
	    (t->name.address_n == 0 &&
		gnutls_server_name_set(
		    t->session, GNUTLS_NAME_DNS, name, strlen(name)) < 0))
		return error_set(
		    e, ERR_CONFIG, "TLS cannot be set up for host '%s'", name);
	gnutls_session_set_ptr(t->session, t);
	gnutls_session_set_verify_function(t->session, on_certificate);
	/* Whoever can set SSLKEYLOGFILE need not be who may read the keys. */
	gnutls_session_set_keylog_function(t->session, NULL);
	return 0;
}

int
tls_prepare(struct error *e)
{
	int rc = gnutls_global_init();

	if (rc >= 0)
		return 0;
	error_set(e, ERR_OS, "TLS cannot be set up: %s", gnutls_strerror(rc));
	return error_hint(e, "is GnuTLS installed, and whole?");
}

/*
 * No tickets: nothing is ever resumed, and a resumed session would not ask
 * on_certificate().
 */
static struct tls *
tls_new(struct error *e)
{
	struct tls *t;

	if (tls_prepare(e) < 0)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (t != NULL &&
	    gnutls_certificate_allocate_credentials(&t->cred) == 0) {
		if (gnutls_init(&t->session,
			GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
			    GNUTLS_NO_TICKETS | GNUTLS_FORCE_CLIENT_CERT) == 0)
			return t;
		gnutls_certificate_free_credentials(t->cred);
	}
	free(t);
	error_set(e, ERR_OS, "TLS cannot be set up: out of memory");
	return NULL;
}

static int
too_late(const struct tls *t, struct error *e)
{
	error_set(
	    e, ERR_TIMEOUT, "TLS handshake with '%s' timed out", t->name.text);
	if (!t->heard)
		error_hint(e,
		    "the server said nothing: does this port speak TLS?  For "
		    "port 25 and 587 set tls = \"starttls\"");
	return -1;
}

/* 1 to try again, 0 when the deadline has passed, -1 on failure. */
static int
handshake_wait(struct tls *t, int rc, int64_t deadline, struct error *e)
{
	int what = gnutls_record_get_direction(t->session) == 0 ? WIRE_READ
								: WIRE_WRITE;
	bool at_once =
	    rc != GNUTLS_E_AGAIN || (what == WIRE_READ && t->ahead_n > 0);

	if (at_once)
		return deadline == 0 || here_real.ticks() < deadline;
	return t->below->wait(t->below, what, deadline, e);
}

static int
handshake(struct tls *t, int64_t deadline, struct error *e)
{
	int rc, ready;

	while ((rc = gnutls_handshake(t->session)) != 0) {
		if (gnutls_error_is_fatal(rc))
			break;
		ready = handshake_wait(t, rc, deadline, e);
		if (ready == 0)
			return too_late(t, e);
		if (ready < 0)
			return -1;
	}
	if (rc == 0)
		return 0;
	gnutls_alert_send_appropriate(t->session, rc);
	return tls_handshake_failed(t, rc, e);
}

static const char *
verdict_name(const struct tls *t)
{
	if (t->verdict.kind != ERR_NONE)
		return "failed";
	if (t->facts->verified)
		return "ok";
	return t->facts->pinned ? "pin" : "off";
}

static int
set_up(struct tls *t, struct error *e)
{
	if (set_name(&t->name, t->plan->host, e) < 0 ||
	    check_pins(t->plan, e) < 0)
		return -1;
	return set_session(t, e);
}

static int
start(struct tls *t, int64_t deadline, struct error *e)
{
	int rc;

	tls_wire_init(t);
	if (set_up(t, e) < 0)
		return -1;
	rc = handshake(t, deadline, e);
	if (rc == 0 || t->verdict.kind != ERR_NONE) {
		tls_facts_of_session(t);
		tls_facts_tell(t, verdict_name(t));
	}
	return rc;
}

int
tls_check(const struct tls_plan *plan, struct error *e)
{
	struct tls *t = tls_new(e);
	int rc;

	if (t == NULL)
		return -1;
	t->plan = plan;
	rc = set_up(t, e);
	if (rc == 0 && plan->trust_file != NULL &&
	    plan->verify == TLS_VERIFY_FULL)
		rc = tls_trust_all(t->cred, plan->trust_file, e);
	tls_wire_free(t);
	return rc;
}

struct wire *
tls_start(struct wire *below, const struct tls_plan *plan, int64_t deadline,
    struct tls_facts *facts, struct trace *t, struct error *e)
{
	struct tls *new = tls_new(e);

	*facts = (struct tls_facts){ .version = "" };
	if (new == NULL) {
		below->close(below, false);
		return NULL;
	}
	new->below = below;
	new->plan = plan;
	new->facts = facts;
	new->trace = t;
	new->start = here_real.ticks();
	if (start(new, deadline, e) < 0) {
		tls_wire_free(new);
		below->close(below, false);
		return NULL;
	}
	new->plan = NULL;
	new->facts = NULL;
	return &new->wire;
}
