#include "net/tls_session.h"

#include <arpa/inet.h>
#include <gnutls/x509-ext.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/clean.h"
#include "base/here.h"
#include "net/pin.h"

static struct bytes
bytes_of_datum(const gnutls_datum_t *d)
{
	return (struct bytes){ (const char *)d->data, d->size };
}

static const char *
date_as(int64_t when, const char *form, char to[TLS_DATE])
{
	time_t t = (time_t)when;
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(to, TLS_DATE, form, &tm) == 0)
		to[0] = '\0';
	return to;
}

const char *
tls_date(int64_t when, char to[TLS_DATE])
{
	return date_as(when, "%Y-%m-%d %H:%M UTC", to);
}

/* A distinguished name as RFC 4514 writes it. */
static void
name_of(gnutls_x509_crt_t cert,
    int get(gnutls_x509_crt_t, gnutls_datum_t *, unsigned), char *to,
    size_t size)
{
	gnutls_datum_t text;

	if (get(cert, &text, 0) < 0)
		return;
	clean_copy(to, size, bytes_of_datum(&text));
	gnutls_free(text.data);
}

static void
add_name(struct buf *out, unsigned type, const gnutls_datum_t *san)
{
	char address[INET6_ADDRSTRLEN];

	if (type == GNUTLS_SAN_DNSNAME) {
		buf_addf(out, "%sDNS:", out->n == 0 ? "" : ", ");
		clean_add(out, bytes_of_datum(san));
	} else if (type == GNUTLS_SAN_IPADDRESS &&
	    inet_ntop(san->size == 4 ? AF_INET : AF_INET6, san->data, address,
		sizeof(address)) != NULL &&
	    (san->size == 4 || san->size == 16)) {
		buf_addf(out, "%sIP:%s", out->n == 0 ? "" : ", ", address);
	}
}

/* What subjectAltName holds (RFC 5280, 4.2.1.6). */
static void
add_names(struct buf *out, const gnutls_datum_t *extension)
{
	gnutls_subject_alt_names_t names;
	gnutls_datum_t san;
	unsigned type;

	if (gnutls_subject_alt_names_init(&names) < 0)
		return;
	if (gnutls_x509_ext_import_subject_alt_names(extension, names, 0) == 0)
		for (unsigned i = 0; gnutls_subject_alt_names_get(
					 names, i, &type, &san, NULL) == 0;
		     i++)
			add_name(out, type, &san);
	gnutls_subject_alt_names_deinit(names);
}

static void
names_of(gnutls_x509_crt_t cert, char *to, size_t size)
{
	struct buf out = BUF(1 << 16);
	gnutls_datum_t extension;
	unsigned critical;

	if (gnutls_x509_crt_get_extension_by_oid2(
		cert, GNUTLS_X509EXT_OID_SAN, 0, &extension, &critical) < 0)
		return;
	add_names(&out, &extension);
	gnutls_free(extension.data);
	clean_copy(to, size, buf_bytes(&out));
	buf_clear(&out);
}

void
tls_facts_of_cert(gnutls_x509_crt_t cert, struct tls_facts *f)
{
	unsigned char hash[SHA256_SIZE];
	size_t n = sizeof(hash);

	name_of(cert, gnutls_x509_crt_get_dn3, f->subject, sizeof(f->subject));
	name_of(
	    cert, gnutls_x509_crt_get_issuer_dn3, f->issuer, sizeof(f->issuer));
	names_of(cert, f->names, sizeof(f->names));
	f->not_before = gnutls_x509_crt_get_activation_time(cert);
	f->not_after = gnutls_x509_crt_get_expiration_time(cert);
	if (gnutls_x509_crt_get_fingerprint(
		cert, GNUTLS_DIG_SHA256, hash, &n) == 0)
		pin_hex(hash, f->sha256);
	n = sizeof(hash);
	if (gnutls_x509_crt_get_key_id(
		cert, GNUTLS_KEYID_USE_SHA256, hash, &n) == 0)
		pin_hex(hash, f->spki);
}

/* "(TLS1.3)-(ECDHE-X25519)-(RSA-PSS-RSAE-SHA256)-(AES-256-GCM)" */
static void
description(const struct tls *t, char *to, size_t size)
{
	char *all = gnutls_session_get_desc(t->session);
	size_t n = 0;

	for (const char *p = all; p != NULL && *p != '\0' && n < size - 1; p++)
		if (p[0] == ')' && p[1] == '-')
			to[n++] = ' ', p++;
		else if (*p != '(' && *p != ')')
			to[n++] = *p;
	to[n] = '\0';
	gnutls_free(all);
}

static void
kx_of(struct tls *t)
{
	char all[160];
	struct bytes rest = { all, 0 };

	description(t, all, sizeof(all));
	rest.n = strlen(all);
	bytes_take(&rest, ' ');
	clean_copy(t->facts->kx, sizeof(t->facts->kx), bytes_take(&rest, ' '));
}

static bool
bind_by(struct tls *t, gnutls_channel_binding_t kind, const char *name)
{
	struct tls_facts *f = t->facts;
	gnutls_datum_t binding;
	bool ok;

	if (gnutls_session_channel_binding(t->session, kind, &binding) < 0)
		return false;
	ok = binding.size <= sizeof(f->binding);
	if (ok) {
		memcpy(f->binding, binding.data, binding.size);
		f->binding_n = binding.size;
		snprintf(f->binding_type, sizeof(f->binding_type), "%s", name);
	}
	gnutls_free(binding.data);
	return ok;
}

/*
 * RFC 9266, 3: tls-exporter is the default of SCRAM over TLS 1.3, tls-unique
 * stays the one over TLS 1.2.
 */
static void
bind_channel(struct tls *t)
{
	if (gnutls_protocol_get_version(t->session) == GNUTLS_TLS1_2)
		bind_by(t, GNUTLS_CB_TLS_UNIQUE, "tls-unique");
	else
		bind_by(t, GNUTLS_CB_TLS_EXPORTER, "tls-exporter");
}

void
tls_facts_of_session(struct tls *t)
{
	struct tls_facts *f = t->facts;
	gnutls_session_t s = t->session;

	snprintf(f->version, sizeof(f->version), "%s",
	    gnutls_protocol_get_name(gnutls_protocol_get_version(s)));
	snprintf(f->cipher, sizeof(f->cipher), "%s",
	    gnutls_cipher_get_name(gnutls_cipher_get(s)));
	kx_of(t);
	bind_channel(t);
}

/* RFC 6066, 3: no addresses. */
static const char *
sni(const struct tls *t)
{
	return t->name.address_n == 0 ? t->name.text : "";
}

static void
tell_json(struct trace_event *v, const struct tls *t, const char *verdict)
{
	const struct tls_facts *f = t->facts;
	char plain[SHA256_TEXT], date[TLS_DATE];
	size_t n = 0;

	for (const char *p = f->sha256; *p != '\0'; p++)
		if (*p != ':')
			plain[n++] = *p;
	date_as(f->not_after, "%Y-%m-%dT%H:%M:%SZ", date);
	trace_text(v, "version", bytes_of(f->version));
	trace_text(v, "cipher", bytes_of(f->cipher));
	trace_text(v, "kx", bytes_of(f->kx));
	trace_text(v, "sni", bytes_of(sni(t)));
	trace_text(v, "verify", bytes_of(verdict));
	trace_text(v, "sha256", (struct bytes){ plain, n });
	trace_text(v, "not_after", bytes_of(date));
	trace_ms(v, "ms", here_real.ticks() - t->start);
}

static void
say_level_1(struct trace_event *v, const struct tls *t)
{
	const struct tls_facts *f = t->facts;
	const char *version = f->version;

	if (strncmp(version, "TLS", 3) == 0)
		version += 3;
	if (t->verdict.kind != ERR_NONE)
		trace_say(v, "TLS %s, certificate refused", version);
	else if (f->verified)
		trace_say(v, "TLS %s, certificate ok for %s%s", version,
		    t->name.text, f->pinned ? " and as pinned" : "");
	else if (f->pinned)
		trace_say(v,
		    "TLS %s, certificate as pinned (its name, dates and "
		    "issuer do not count)",
		    version);
	else
		trace_say(v, "TLS %s, certificate not verified", version);
}

static void
say_level_3(struct trace_event *v, const struct tls *t, const char *verdict)
{
	const struct tls_facts *f = t->facts;
	char agreed[160], since[TLS_DATE], until[TLS_DATE];
	unsigned chain = 0;

	description(t, agreed, sizeof(agreed));
	gnutls_certificate_get_peers(t->session, &chain);
	trace_say(v, "tls %s sni=%s (%.1f ms)", agreed, sni(t),
	    (double)(here_real.ticks() - t->start) / 1e3);
	trace_say(v,
	    "cert subject=\"%s\" san=%s issuer=\"%s\" valid %.10s..%.10s",
	    f->subject, f->names[0] == '\0' ? "none" : f->names, f->issuer,
	    tls_date(f->not_before, since), tls_date(f->not_after, until));
	trace_say(v, "cert sha256=%s verify=%s ocsp=%s chain=%u", f->sha256,
	    verdict,
	    gnutls_ocsp_status_request_is_checked(t->session, 0) ? "good"
								 : "none",
	    chain);
	trace_say(v, "cert spki-sha256=%s", f->spki);
}

void
tls_facts_tell(struct tls *t, const char *verdict)
{
	struct trace_event v;

	if (!trace_open(t->trace, &v, 1, '*', "tls"))
		return;
	tell_json(&v, t, verdict);
	say_level_1(&v, t);
	if (trace_on(t->trace, 3))
		say_level_3(&v, t, verdict);
	trace_close(&v);
}
