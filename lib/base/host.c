#include "base/host.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/un.h>

#include "base/clean.h"
#include "base/idn.h"

enum { DOMAIN_MAX = 253, ASCII_MAX = 1024, LABEL_MAX = 63 };

int
host_refuse(struct error *e, struct bytes word, const char *what)
{
	char shown[128];

	return error_set(e, ERR_CONFIG, "'%s' %s",
	    clean_copy(shown, sizeof(shown), word), what);
}

static bool
alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9');
}

static bool
is_label(struct bytes label)
{
	if (label.n == 0 || label.n > LABEL_MAX || label.p[0] == '-' ||
	    label.p[label.n - 1] == '-')
		return false;
	for (size_t i = 0; i < label.n; i++)
		if (!alnum(label.p[i]) && label.p[i] != '-' &&
		    label.p[i] != '_')
			return false;
	return true;
}

bool
is_ascii_domain(struct bytes text)
{
	if (text.n == 0 || text.n > DOMAIN_MAX || text.p[text.n - 1] == '.')
		return false;
	while (text.n > 0)
		if (!is_label(bytes_take(&text, '.')))
			return false;
	return true;
}

bool
is_domain(struct bytes text)
{
	struct buf ascii = BUF(ASCII_MAX);
	struct error e = ERROR_NONE;
	bool good;

	if (!bytes_eight_bit(text))
		return is_ascii_domain(text);
	good = text.n <= DOMAIN_MAX && utf8_valid(text) &&
	    idn_ascii(&ascii, text, &e) == 0 &&
	    is_ascii_domain(buf_bytes(&ascii));
	buf_clear(&ascii);
	return good;
}

bool
is_ip(struct bytes text, int family)
{
	char room[INET6_ADDRSTRLEN], raw[16];

	if (text.n == 0 || text.n >= sizeof(room) ||
	    bytes_index(text, '\0') < text.n)
		return false;
	memcpy(room, text.p, text.n);
	room[text.n] = '\0';
	return inet_pton(family, room, raw) == 1;
}

bool
is_ipv6(struct bytes text)
{
	size_t zone = bytes_index(text, '%');
	struct bytes name = bytes_skip(text, zone + 1);

	if (zone < text.n && (name.n > 15 || !is_label(name)))
		return false;
	return zone > 0 && is_ip(bytes_head(text, zone), AF_INET6);
}

bool
is_address_literal(struct bytes text)
{
	struct bytes inside;

	if (text.n < 2 || text.p[0] != '[' || text.p[text.n - 1] != ']')
		return false;
	inside = bytes_skip(bytes_head(text, text.n - 1), 1);
	if (bytes_starts_case(inside, "IPv6:"))
		return is_ip(bytes_skip(inside, 5), AF_INET6);
	return inside.n > 0 && is_ip(inside, AF_INET);
}

static int
read_port(struct bytes text, unsigned *port, struct error *e)
{
	unsigned n = 0;

	for (size_t i = 0; i < text.n && n <= 65535; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return host_refuse(e, text, "is no port number");
		n = n * 10 + (unsigned)(text.p[i] - '0');
	}
	if (n < 1 || n > 65535)
		return host_refuse(e, text, "is no port number");
	*port = n;
	return 0;
}

/* Split text into a name and what stands behind it, ":port" or nothing. */
static struct bytes
split_host(struct bytes text, struct bytes *behind)
{
	size_t end = bytes_index(text, ']');

	if (text.n > 0 && text.p[0] == '[' && end < text.n) {
		*behind = bytes_skip(text, end + 1);
		return bytes_skip(bytes_head(text, end), 1);
	}
	end = is_ipv6(text) ? text.n : bytes_index(text, ':');
	*behind = bytes_skip(text, end);
	return bytes_head(text, end);
}

static int
read_network(struct host *h, struct bytes text, struct error *e)
{
	struct bytes behind, name = split_host(text, &behind);
	bool bracketed = text.n > 0 && text.p[0] == '[';

	if (bytes_find(text, BYTES("://")) < text.n) {
		host_refuse(e, text, "is a URL, and no host");
		return error_hint(
		    e, "name the server alone; tls and port say the rest");
	}
	if (bracketed ? !is_ipv6(name) && !is_ip(name, AF_INET)
		      : !is_ipv6(name) && !is_domain(name))
		return host_refuse(e, text, "is no host");
	if (behind.n > 0 && behind.p[0] != ':')
		return host_refuse(e, text, "is no host");
	h->name = name;
	return behind.n > 0 ? read_port(bytes_skip(behind, 1), &h->port, e) : 0;
}

int
host_read(struct host *h, struct bytes text, struct error *e)
{
	struct sockaddr_un un;

	*h = (struct host){ .name = text,
		.is_path = text.n > 0 && text.p[0] == '/' };
	if (!h->is_path)
		return read_network(h, text, e);
	if (text.n >= sizeof(un.sun_path))
		return host_refuse(e, text, "is too long for a socket");
	return 0;
}
