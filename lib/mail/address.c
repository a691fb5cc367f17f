#include "mail/address.h"

/* Where the '@' in front of the domain stands, or the end of a bare one. */
static size_t
local_length(struct bytes spec)
{
	bool quoted = false;
	size_t i;

	for (i = 0; i < spec.n; i++) {
		if (spec.p[i] == '\\')
			i++;
		else if (spec.p[i] == '"')
			quoted = !quoted;
		else if (spec.p[i] == '@' && !quoted)
			return i;
	}
	return spec.n;
}

struct bytes
address_domain(struct bytes addr_spec)
{
	return bytes_skip(addr_spec, local_length(addr_spec) + 1);
}

bool
address_same(struct bytes a, struct bytes b)
{
	size_t n = local_length(a);

	return a.n == b.n && local_length(b) == n &&
	    bytes_same(bytes_head(a, n), bytes_head(b, n)) &&
	    bytes_same_case(bytes_skip(a, n), bytes_skip(b, n));
}
