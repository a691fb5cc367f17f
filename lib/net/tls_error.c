#include "net/tls_session.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/clean.h"

static const struct {
	gnutls_alert_description_t alert;
	const char *hint;
} alerts[] = {
	{ GNUTLS_A_CERTIFICATE_REQUIRED,
	    "this server wants a client certificate: set tls_cert_file and "
	    "tls_key_file" },
	{ GNUTLS_A_BAD_CERTIFICATE,
	    "the server does not like the client certificate of "
	    "tls_cert_file" },
	{ GNUTLS_A_UNSUPPORTED_CERTIFICATE,
	    "the server does not like the client certificate of "
	    "tls_cert_file" },
	{ GNUTLS_A_CERTIFICATE_REVOKED,
	    "the server holds the client certificate of tls_cert_file for "
	    "revoked" },
	{ GNUTLS_A_CERTIFICATE_EXPIRED,
	    "the client certificate of tls_cert_file has expired" },
	{ GNUTLS_A_UNKNOWN_CA,
	    "the server does not know who issued the client certificate of "
	    "tls_cert_file" },
	{ GNUTLS_A_ACCESS_DENIED,
	    "the server does not let this client in; does it want another "
	    "client certificate (tls_cert_file)?" },
	{ GNUTLS_A_PROTOCOL_VERSION,
	    "the server speaks no version of TLS that is allowed here: see "
	    "tls_min_version" },
	{ GNUTLS_A_HANDSHAKE_FAILURE,
	    "the server shares no version (tls_min_version) or cipher with "
	    "this end, or wants a client certificate (tls_cert_file)" },
	{ GNUTLS_A_INSUFFICIENT_SECURITY,
	    "the server shares no version or cipher with this end" },
	{ GNUTLS_A_UNRECOGNIZED_NAME,
	    "the server does not know this name: check host, or set "
	    "tls_host" },
};

/* As the RFCs write it: "certificate_required". */
static const char *
alert_name(gnutls_alert_description_t alert, char *to, size_t size)
{
	const char *name = gnutls_alert_get_strname(alert);
	size_t n = 0;

	if (name == NULL) {
		snprintf(to, size, "%d", (int)alert);
		return to;
	}
	if (strncmp(name, "GNUTLS_A_", 9) == 0)
		name += 9;
	for (; n < size - 1 && name[n] != '\0'; n++)
		to[n] = (char)tolower((unsigned char)name[n]);
	to[n] = '\0';
	return to;
}

static int
alert_received(struct tls *t, struct error *e)
{
	gnutls_alert_description_t alert = gnutls_alert_get(t->session);
	char name[64];

	error_set(e, ERR_TLS, "server ended TLS with the alert '%s'",
	    alert_name(alert, name, sizeof(name)));
	for (size_t i = 0; i < sizeof(alerts) / sizeof(alerts[0]); i++)
		if (alerts[i].alert == alert)
			error_hint(e, "%s", alerts[i].hint);
	return -1;
}

int
tls_failed(struct tls *t, int rc, struct error *e)
{
	if (t->lower.kind != ERR_NONE) {
		if (e->kind == ERR_NONE)
			*e = t->lower;
		return -1;
	}
	switch (rc) {
	case GNUTLS_E_FATAL_ALERT_RECEIVED:
		return alert_received(t, e);
	case GNUTLS_E_PREMATURE_TERMINATION:
	case GNUTLS_E_SESSION_EOF:
	case GNUTLS_E_INVALID_SESSION:
		return error_set(e, ERR_DISCONNECTED, "connection lost");
	default:
		return error_set(
		    e, ERR_TLS, "TLS failed: %s", gnutls_strerror(rc));
	}
}

/* "220 mx.test ESMTP", "554-no" (RFC 5321, 4.2) */
static bool
spoke_smtp(const struct tls *t)
{
	const char *p = t->first;

	return t->first_n >= 4 && p[0] >= '2' && p[0] <= '5' &&
	    isdigit((unsigned char)p[1]) && isdigit((unsigned char)p[2]) &&
	    (p[3] == ' ' || p[3] == '-');
}

static int
plain_smtp(const struct tls *t, struct error *e)
{
	struct bytes said = { t->first, t->first_n };
	char shown[4 * sizeof(t->first) + 1];

	error_set(e, ERR_TLS,
	    "server speaks plain SMTP where TLS was to begin: '%s'",
	    clean_copy(shown, sizeof(shown), bytes_take(&said, '\r')));
	return error_hint(e,
	    "set tls = \"starttls\" for this port, or use the port for "
	    "implicit TLS, 465");
}

static int
version_hint(int rc, struct error *e)
{
	if (rc == GNUTLS_E_UNSUPPORTED_VERSION_PACKET ||
	    rc == GNUTLS_E_UNSUPPORTED_SIGNATURE_ALGORITHM)
		error_hint(e,
		    "the server speaks no version of TLS that is allowed "
		    "here: see tls_min_version");
	else if (rc == GNUTLS_E_UNEXPECTED_PACKET)
		error_hint(e, "does this port speak TLS at all?");
	return -1;
}

int
tls_handshake_failed(struct tls *t, int rc, struct error *e)
{
	if (t->verdict.kind != ERR_NONE) {
		*e = t->verdict;
		return -1;
	}
	if (spoke_smtp(t))
		return plain_smtp(t, e);
	tls_failed(t, rc, e);
	version_hint(rc, e);
	return error_in(e, "TLS handshake with '%s'", t->name.text);
}
