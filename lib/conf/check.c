#include "conf/check.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/clean.h"
#include "conf/words.h"

enum { LOCAL_MAX = 64, PIN_OCTETS = 32, PIN_DIGITS = 64 };

#define SRV "srv:"

static bool
one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool
is_local(struct bytes text)
{
	if (text.n == 0 || text.n > LOCAL_MAX || bytes_control(text) ||
	    !utf8_valid(text))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (one_of(text.p[i], " \"(),:;<>@[\\]"))
			return false;
	return true;
}

bool
is_mailbox(struct bytes text)
{
	struct bytes local = bytes_take(&text, '@');

	return is_local(local) && (is_domain(text) || is_address_literal(text));
}

/* "srv:example.org" */
static int
srv_parse(struct account_host *h, struct bytes text, struct error *e)
{
	struct bytes domain = bytes_skip(text, sizeof(SRV) - 1);

	h->is_srv = true;
	if (!is_domain(domain) || is_ip(domain, AF_INET)) {
		host_refuse(e, text, "is no domain behind srv:");
		return error_hint(e, "such as srv:example.org, with no port");
	}
	h->name = word_of(domain, e);
	return h->name == NULL ? -1 : 0;
}

int
host_parse(struct account_host *h, struct bytes text, struct error *e)
{
	struct host host;

	if (bytes_starts_case(text, SRV))
		return srv_parse(h, text, e);
	if (host_read(&host, text, e) < 0)
		return -1;
	h->port = host.port;
	h->is_path = host.is_path;
	h->name = word_of(host.name, e);
	return h->name == NULL ? -1 : 0;
}

int
check_host(struct bytes word, struct error *e)
{
	struct account_host h = { 0 };
	int rc = host_parse(&h, word, e);

	free(h.name);
	return rc;
}

int
check_name(struct bytes word, struct error *e)
{
	if (is_domain(word) || is_ipv6(word))
		return 0;
	return host_refuse(e, word, "is no host name");
}

int
check_ehlo(struct bytes word, struct error *e)
{
	if (is_ascii_domain(word) || is_address_literal(word))
		return 0;
	host_refuse(e, word, "is no domain and no address in brackets");
	return error_hint(
	    e, "such as mail.example.org, [192.0.2.1], [IPv6:2001:db8::1]");
}

int
check_sender(struct bytes word, struct error *e)
{
	bool pattern = bytes_starts_case(word, "*@");

	if (pattern ? is_domain(bytes_skip(word, 2)) : is_mailbox(word))
		return 0;
	host_refuse(e, word, "is no address");
	return error_hint(e, "an address, or *@example.org for a whole domain");
}

int
check_bounce(struct bytes word, struct error *e)
{
	if (bytes_is(word, "sender") || bytes_is(word, "off") ||
	    is_mailbox(word))
		return 0;
	host_refuse(e, word, "is no address");
	return error_hint(e, "sender, off, or an address");
}

int
check_directory(struct bytes word, struct error *e)
{
	if (bytes_starts_case(word, "/") || bytes_starts_case(word, "~/"))
		return 0;
	host_refuse(e, word, "is not a full path");
	return error_hint(e, "every caller has a directory of his own");
}

int
check_log(struct bytes word, struct error *e)
{
	if (bytes_is(word, "syslog") || bytes_is(word, "off") ||
	    bytes_starts_case(word, "/") || bytes_starts_case(word, "~/"))
		return 0;
	host_refuse(e, word, "is no place for a log");
	return error_hint(e, "syslog, off, or a file with its full path");
}

int
check_domain(struct bytes word, struct error *e)
{
	return is_domain(word) ? 0 : host_refuse(e, word, "is no domain");
}

/* What smtplib's source_address holds: an address of ours, perhaps a port. */
int
check_source(struct bytes word, struct error *e)
{
	struct host h;

	if (host_read(&h, word, e) < 0)
		return -1;
	if (is_ip(h.name, AF_INET) || is_ipv6(h.name))
		return 0;
	return host_refuse(e, word, "is no IP address");
}

/* esmtp-param (RFC 5321, 4.1.2) */
int
check_option(struct bytes word, struct error *e)
{
	struct bytes value = word, name = bytes_take(&value, '=');

	for (size_t i = 0; i < name.n; i++)
		if (!alnum(name.p[i]) && (i == 0 || name.p[i] != '-'))
			name.n = 0;
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] <= ' ' || value.p[i] > '~' || value.p[i] == '=')
			name.n = 0;
	if (name.n > 0 && (value.n > 0 || name.n == word.n))
		return 0;
	return host_refuse(e, word, "is no SMTP parameter");
}

/* 32 octets in hexadecimal, with or without colons? */
static bool
is_hex(struct bytes text)
{
	size_t digits = 0;

	for (size_t i = 0; i < text.n; i++)
		if (one_of(text.p[i], "0123456789abcdefABCDEF"))
			digits++;
		else if (text.p[i] != ':' || digits == 0 || digits % 2 != 0 ||
		    text.p[i - 1] == ':')
			return false;
	return digits == PIN_DIGITS && text.p[text.n - 1] != ':';
}

static bool
is_base64(struct bytes text)
{
	struct buf raw = BUF(PIN_OCTETS);
	bool good =
	    base64_decode(&raw, text) && buf_ok(&raw) && raw.n == PIN_OCTETS;

	buf_clear(&raw);
	return good;
}

int
check_pin(struct bytes word, struct error *e)
{
	struct bytes rest = word;

	if (bytes_starts_case(word, "spki-sha256:")) {
		rest = bytes_skip(word, sizeof("spki-sha256:") - 1);
		if (is_base64(rest))
			return 0;
	} else if (bytes_starts_case(word, "sha256:")) {
		rest = bytes_skip(word, sizeof("sha256:") - 1);
	}
	if (is_hex(rest))
		return 0;
	host_refuse(e, word, "is no SHA-256 fingerprint");
	return error_hint(
	    e, "64 hexadecimal digits, or spki-sha256: and the public key's");
}
