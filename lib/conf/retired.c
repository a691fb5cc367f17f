#include "conf/retired.h"

#include <string.h>
#include <strings.h>

static const char missing[] = "this version does not have '%s'";
static const char foreign[] = "no key is called '%s'";

static const struct name {
	const char *name;
	const char *what; /* NULL: foreign */
	const char *hint; /* or NULL */
} names[] = {
	{ "chunking", missing, NULL },
	{ "proxy", missing, NULL },
	{ "certcheck", foreign, "tls_verify = \"full\"" },
	{ "domain_name", foreign, "ehlo_name = \"mail.example.org\"" },
	{ "email", foreign, "from = \"you@example.org\"" },
	{ "helo", foreign, "ehlo_name = \"mail.example.org\"" },
	{ "hostname", foreign, "host, for the server; ehlo_name, for us" },
	{ "login", foreign, "user = \"you@example.org\"" },
	{ "name", foreign, "from_name = \"Your Name\"" },
	{ "pass", foreign, "password = \"...\"" },
	{ "passwd", foreign, "password = \"...\"" },
	{ "passwordeval", foreign,
	    "password: { command = [\"pass\", \"show\", \"mail\"]; }" },
	{ "server", foreign, "host = \"smtp.example.org\"" },
	{ "smtp", foreign, "host = \"smtp.example.org\"" },
	{ "socket", foreign, "host = \"/run/socket\"" },
	{ "ssl", foreign, "tls = \"implicit\"" },
	{ "starttls", foreign, "tls = \"starttls\"" },
	{ "tls_ca", foreign, "tls_trust_file = \"FILE\"" },
	{ "tls_cert", foreign, "tls_cert_file = \"FILE\"" },
	{ "tls_certcheck", foreign, "tls_verify = \"full\"" },
	{ "tls_key", foreign, "tls_key_file = \"FILE\"" },
	{ "tls_starttls", foreign, "tls = \"starttls\", or \"implicit\"" },
	{ "username", foreign, "user = \"you@example.org\"" },
};

bool
retired(const char *name, struct error *e)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(name, names[i].name) == 0) {
			error_set(e, ERR_CONFIG, names[i].what, name);
			if (names[i].hint != NULL)
				error_hint(e, "%s", names[i].hint);
			return true;
		}
	return false;
}
