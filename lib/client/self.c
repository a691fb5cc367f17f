#include "client/self.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "smtp/session.h"

static bool
is_fqdn(const char *name)
{
	const char *dot = strchr(name, '.');

	return dot != NULL && dot != name && dot[1] != '\0';
}

void
self_name(char *to, size_t size, const struct here *here, const char *local)
{
	char host[256];

	here->host_name(host, sizeof(host));
	if (is_fqdn(host) || local[0] == '\0')
		snprintf(to, size, "%s", host[0] != '\0' ? host : "localhost");
	else
		snprintf(to, size, "[%s%s]",
		    strchr(local, ':') != NULL ? "IPv6:" : "", local);
}

/* 144 random bits each, printable. */
void
self_nonces(struct buf *out, const struct here *here)
{
	char raw[SELF_NONCES * SMTP_NONCE / 4 * 3];

	here->random(raw, sizeof(raw));
	base64_encode(out, (struct bytes){ raw, sizeof(raw) });
}
