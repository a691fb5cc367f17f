#include "smtp/service_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/encode.h"

enum { ENVID_MOST = 100, ORCPT_MOST = 500 };

struct bytes
service_path(struct bytes *args)
{
	bool quoted = false;
	struct bytes path;
	size_t n = 0;

	*args = bytes_trim(*args);
	if (args->n == 0 || args->p[0] != '<')
		return bytes_take(args, ' ');
	for (; n < args->n; n++) {
		if (args->p[n] == '"')
			quoted = !quoted;
		else if (quoted && args->p[n] == '\\')
			n++;
		else if (!quoted && args->p[n] == '>')
			break;
	}
	path = bytes_head(*args, n + 1);
	*args = bytes_skip(*args, path.n);
	return path;
}

/* "KEYWORD[=VALUE]" */
static bool
take_parameter(struct bytes *args, struct bytes *keyword, struct bytes *value)
{
	*args = bytes_trim(*args);
	if (args->n == 0)
		return false;
	*value = bytes_take(args, ' ');
	*keyword = bytes_take(value, '=');
	return true;
}

bool
service_number(struct bytes text, int64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || i > 17)
			return false;
		*n = *n * 10 + (text.p[i] - '0');
	}
	return text.n > 0;
}

static char *
copy(struct bytes text)
{
	char *p = malloc(text.n + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, text.p, text.n);
	p[text.n] = '\0';
	return p;
}

static bool
bad_parameter(struct service *s, struct bytes keyword)
{
	char shown[64];

	service_reply(s, 501, "5.5.4", "%s does not take that value",
	    clean_copy(shown, sizeof(shown), keyword));
	return false;
}

static bool
unknown_parameter(struct service *s, struct bytes keyword)
{
	char shown[64];

	service_reply(s, 555, "5.5.4", "parameter %s is not known here",
	    clean_copy(shown, sizeof(shown), keyword));
	return false;
}

void
service_too_large_reply(struct service *s)
{
	service_reply(s, 552, "5.3.4",
	    "the message is too large: %" PRId64 " octets is the most",
	    s->plan->max_size);
}

static bool
take_size(struct service *s, struct bytes keyword, struct bytes value)
{
	int64_t n;

	if (!service_number(value, &n))
		return bad_parameter(s, keyword);
	if (s->plan->max_size == 0 || n <= s->plan->max_size)
		return true;
	service_too_large_reply(s);
	return false;
}

static bool
take_envid(struct service *s, struct bytes keyword, struct bytes value)
{
	if (value.n == 0 || value.n > ENVID_MOST || !xtext_valid(value))
		return bad_parameter(s, keyword);
	free(s->env.envid);
	s->env.envid = copy(value);
	return s->env.envid != NULL;
}

static bool
mail_parameter(struct service *s, struct bytes keyword, struct bytes value)
{
	if (bytes_is_case(keyword, "SIZE"))
		return take_size(s, keyword, value);
	if (bytes_is_case(keyword, "ENVID"))
		return take_envid(s, keyword, value);
	if (bytes_is_case(keyword, "BODY"))
		return bytes_is_case(value, "7BIT") ||
		    bytes_is_case(value, "8BITMIME") ||
		    bad_parameter(s, keyword);
	if (bytes_is_case(keyword, "SMTPUTF8")) {
		s->utf8 = true;
		return value.n == 0 || bad_parameter(s, keyword);
	}
	if (!bytes_is_case(keyword, "RET"))
		return unknown_parameter(s, keyword);
	s->env.ret = bytes_is_case(value, "FULL") ? RETURN_FULL : RETURN_HDRS;
	return s->env.ret == RETURN_FULL || bytes_is_case(value, "HDRS") ||
	    bad_parameter(s, keyword);
}

static unsigned
notify_of(struct bytes list)
{
	static const char *const words[] = { "NEVER", "SUCCESS", "FAILURE",
		"DELAY" };
	unsigned bits = 0;

	do {
		struct bytes word = bytes_take(&list, ',');
		unsigned bit = 0;

		for (unsigned i = 0; i < 4; i++)
			if (bytes_is_case(word, words[i]))
				bit = 1U << i;
		if (bit == 0)
			return 0;
		bits |= bit;
	} while (list.n > 0);
	return (bits & NOTIFY_NEVER) && bits != NOTIFY_NEVER ? 0 : bits;
}

/*
 * "rfc822;xtext" (RFC 3461, 4.2): kept as the address that it means.  Those of
 * other types are for systems that we do not know.
 */
static bool
take_orcpt(struct service *s, struct recipient *to, struct bytes value)
{
	struct bytes rest = value, type = bytes_take(&rest, ';');

	if (type.n == 0 || rest.n == 0 || rest.n > ORCPT_MOST)
		return bad_parameter(s, BYTES("ORCPT"));
	if (!bytes_is_case(type, "rfc822"))
		return true;
	if (!xtext_valid(rest))
		return bad_parameter(s, BYTES("ORCPT"));
	free(to->original);
	to->original = xtext_decode(rest);
	return to->original != NULL || bad_parameter(s, BYTES("ORCPT"));
}

static bool
rcpt_parameter(struct service *s, struct recipient *to, struct bytes keyword,
    struct bytes value)
{
	if (bytes_is_case(keyword, "ORCPT"))
		return take_orcpt(s, to, value);
	if (!bytes_is_case(keyword, "NOTIFY"))
		return unknown_parameter(s, keyword);
	to->notify = notify_of(value);
	return to->notify != NOTIFY_UNSET || bad_parameter(s, keyword);
}

bool
service_mail_parameters(struct service *s, struct bytes args)
{
	struct bytes keyword, value;

	while (take_parameter(&args, &keyword, &value))
		if (!mail_parameter(s, keyword, value))
			return false;
	return true;
}

bool
service_rcpt_parameters(
    struct service *s, struct recipient *to, struct bytes args)
{
	struct bytes keyword, value;

	while (take_parameter(&args, &keyword, &value))
		if (!rcpt_parameter(s, to, keyword, value))
			return false;
	return true;
}
