#include <string.h>

#include "conf/nearest.h"
#include "conf/store.h"
#include "conf/words.h"

void
stack_put(struct stack *s, const struct layer *l)
{
	if (s->n < STACK_MAX)
		s->of[s->n++] = l;
}

static const struct value *
get(const struct stack *s, size_t n, enum key_id k)
{
	for (size_t i = 0; i < n; i++)
		if (s->of[i]->of[k].origin != NULL)
			return &s->of[i]->of[k];
	return NULL;
}

const struct value *
stack_get(const struct stack *s, enum key_id k)
{
	return get(s, s->n, k);
}

const struct value *
stack_own(const struct stack *s, enum key_id k)
{
	return get(s, s->own, k);
}

bool
stack_overrides(const struct stack *s, enum key_id k)
{
	return get(s, 1, k) != NULL;
}

/* The account that acc inherits from, in *next; NULL: from none. */
static int
parent(const struct conf *c, const struct conf_account *acc,
    const struct conf_account **next, struct error *e)
{
	const struct value *v = &acc->layer.of[KEY_INHERIT];

	*next = NULL;
	if (v->words == NULL)
		return 0;
	*next = conf_find(c, v->words[0]);
	if (*next != NULL)
		return 0;
	error_set(e, ERR_CONFIG, "there is no account '%s' to inherit from",
	    v->words[0]);
	return nearest_hint(e, bytes_of(v->words[0]), c->names);
}

int
stack_account(struct stack *s, const struct conf *c,
    const struct conf_account *acc, struct error *e)
{
	for (size_t depth = 0; acc != NULL; depth++) {
		if (depth == INHERIT_MAX)
			return error_set(e, ERR_CONFIG,
			    "'inherit' goes in a circle, or too far");
		stack_put(s, &acc->layer);
		if (parent(c, acc, &acc, e) < 0)
			return -1;
	}
	s->own = s->n;
	stack_put(s, &c->defaults);
	return 0;
}

static bool
is_choice(const struct value *v, int64_t choice)
{
	return v != NULL && v->origin != NULL && v->number == choice;
}

static size_t
count_paths(const struct value *hosts)
{
	size_t n = 0;

	for (char **w = hosts->words; w != NULL && *w != NULL; w++)
		n += **w == '/';
	return n;
}

static int
check_hosts(const struct stack *s, const struct value **blame, struct error *e)
{
	const struct value *hosts = stack_own(s, KEY_HOST);
	const struct value *tls = stack_own(s, KEY_TLS);
	size_t paths = hosts == NULL ? 0 : count_paths(hosts);

	if (paths == 0)
		return 0;
	*blame = hosts;
	if (paths < words_n(hosts->words))
		return error_set(
		    e, ERR_CONFIG, "sockets and network hosts cannot be mixed");
	*blame = tls;
	if (tls != NULL && tls->number != ACCOUNT_TLS_OFF)
		return error_set(
		    e, ERR_CONFIG, "there is no TLS over a Unix socket");
	return 0;
}

static bool
has_srv(const struct value *hosts)
{
	char **w = hosts == NULL ? NULL : hosts->words;

	for (; w != NULL && *w != NULL; w++)
		if (bytes_starts_case(bytes_of(*w), "srv:"))
			return true;
	return false;
}

/* What the domain says there, nobody else need say. */
static int
check_srv(const struct stack *s, const struct value **blame, struct error *e)
{
	const struct value *port = stack_get(s, KEY_PORT);
	const struct value *protocol = stack_get(s, KEY_PROTOCOL);

	if (!has_srv(stack_get(s, KEY_HOST)))
		return 0;
	*blame = protocol;
	if (is_choice(protocol, PROTOCOL_LMTP))
		return error_set(
		    e, ERR_CONFIG, "hosts by srv: speak SMTP, and not LMTP");
	*blame = port;
	if (port == NULL)
		return 0;
	error_set(e, ERR_CONFIG, "'port' has no say with a host by srv:");
	return error_hint(e,
	    "its records tell the ports; to another host give one as "
	    "host:port");
}

static int
check_lmtp(const struct stack *s, const struct value **blame, struct error *e)
{
	const struct value *port = stack_get(s, KEY_PORT);

	*blame = port;
	if (port != NULL && port->number == 25 &&
	    is_choice(stack_get(s, KEY_PROTOCOL), PROTOCOL_LMTP))
		return error_set(
		    e, ERR_CONFIG, "LMTP must not be spoken on port 25");
	return 0;
}

static int
check_certificate(
    const struct stack *s, const struct value **blame, struct error *e)
{
	const struct value *cert = stack_get(s, KEY_TLS_CERT_FILE);
	const struct value *key = stack_get(s, KEY_TLS_KEY_FILE);

	*blame = cert != NULL ? cert : key;
	if ((cert == NULL) != (key == NULL))
		return error_set(e, ERR_CONFIG,
		    "'tls_cert_file' and 'tls_key_file' go together");
	return 0;
}

static int
check_verify(const struct stack *s, const struct value **blame, struct error *e)
{
	const struct value *verify = stack_get(s, KEY_TLS_VERIFY);

	*blame = verify;
	if (is_choice(verify, VERIFY_FINGERPRINT) &&
	    stack_get(s, KEY_TLS_FINGERPRINT) == NULL)
		return error_set(e, ERR_CONFIG,
		    "'tls_verify' is \"fingerprint\" and there is no "
		    "'tls_fingerprint'");
	return 0;
}

int
stack_check(const struct stack *s, const struct value **blame, struct error *e)
{
	if (check_hosts(s, blame, e) < 0 || check_srv(s, blame, e) < 0 ||
	    check_lmtp(s, blame, e) < 0 || check_certificate(s, blame, e) < 0)
		return -1;
	return check_verify(s, blame, e);
}
