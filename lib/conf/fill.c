#include "conf/fill.h"

#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/secret_value.h"
#include "conf/words.h"

enum {
	PORT_IMPLICIT = 465,
	PORT_STARTTLS = 587,
	PORT_OFF = 25,
	PORT_LMTP = 2003
};

/* What decides about ports and TLS. */
struct wish {
	const struct provider *provider; /* or NULL */
	enum account_tls tls;            /* REQUIRED: as the port wants it */
	unsigned port;                   /* 0: as TLS wants it */
	bool port_wins;                  /* over the one behind a host */
	bool lmtp;
};

static int
set_origin(
    struct account *a, enum key_id k, const char *origin, struct error *e)
{
	free(a->origins[k]);
	a->origins[k] = word_of(bytes_of(origin), e);
	return a->origins[k] == NULL ? -1 : 0;
}

static int
fill_key(
    struct account *a, enum key_id k, const struct value *v, struct error *e)
{
	if (v == NULL)
		return 0;
	if (set_origin(a, k, v->origin, e) < 0)
		return -1;
	if (k == KEY_PASSWORD)
		return secret_copy(&a->password, &v->secret, e);
	return keys[k].offset == 0 ? 0 : value_store(a, &keys[k], v, e);
}

static int
fill_keys(struct account *a, const struct stack *s, struct error *e)
{
	a->origins = calloc(KEYS, sizeof(*a->origins));
	if (a->origins == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (enum key_id k = 0; k < KEYS; k++)
		if (!keys[k].top && fill_key(a, k, stack_get(s, k), e) < 0)
			return -1;
	return 0;
}

/* The provider's port with that number, or with that TLS; or NULL. */
static const struct provider_port *
offered(const struct provider *p, unsigned port, enum account_tls tls)
{
	for (size_t i = 0; p != NULL && i < p->ports_n; i++)
		if (port != 0
			? p->ports[i].port == port
			: tls == ACCOUNT_TLS_REQUIRED || p->ports[i].tls == tls)
			return &p->ports[i];
	return NULL;
}

static enum account_tls
tls_of_port(const struct wish *w, unsigned port)
{
	const struct provider_port *known = offered(w->provider, port, w->tls);

	if (w->tls != ACCOUNT_TLS_REQUIRED)
		return w->tls;
	if (known != NULL)
		return known->tls;
	return port == PORT_IMPLICIT ? ACCOUNT_TLS_IMPLICIT
				     : ACCOUNT_TLS_STARTTLS;
}

static unsigned
port_of_wish(const struct wish *w)
{
	const struct provider_port *known = offered(w->provider, 0, w->tls);

	if (w->port != 0)
		return w->port;
	if (known != NULL)
		return known->port;
	if (w->lmtp)
		return PORT_LMTP;
	if (w->tls == ACCOUNT_TLS_IMPLICIT)
		return PORT_IMPLICIT;
	return w->tls == ACCOUNT_TLS_OFF ? PORT_OFF : PORT_STARTTLS;
}

static int
add_host(
    struct account *a, const struct wish *w, const char *text, struct error *e)
{
	struct account_host *h = &a->hosts[a->hosts_n];

	if (host_parse(h, bytes_of(text), e) < 0)
		return -1;
	a->hosts_n++;
	if (h->is_path) {
		h->tls = ACCOUNT_TLS_OFF;
		return 0;
	}
	if (h->is_srv) {
		h->tls = w->tls;
		return 0;
	}
	if (h->port == 0 || w->port_wins)
		h->port = port_of_wish(w);
	h->tls = tls_of_port(w, h->port);
	if (w->lmtp && h->port == PORT_OFF)
		return error_set(
		    e, ERR_CONFIG, "LMTP must not be spoken on port 25");
	return 0;
}

static int
fill_hosts(struct account *a, const struct wish *w, char *const *hosts,
    struct error *e)
{
	if (hosts == NULL || *hosts == NULL)
		return error_set(e, ERR_CONFIG, "there is no host");
	a->hosts = calloc(words_n(hosts), sizeof(*a->hosts));
	if (a->hosts == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (; *hosts != NULL; hosts++)
		if (add_host(a, w, *hosts, e) < 0)
			return -1;
	a->tls = a->hosts[0].tls;
	return 0;
}

/* Where port and TLS came from when nobody set them. */
static int
note_ports(struct account *a, const struct stack *s, const struct provider *p,
    struct error *e)
{
	const char *from = p == NULL || p->ports_n == 0 ? "default" : p->origin;
	const struct value *tls = stack_get(s, KEY_TLS);

	if (a->origins[KEY_PORT] == NULL && !a->hosts[0].is_path &&
	    !a->hosts[0].is_srv && set_origin(a, KEY_PORT, from, e) < 0)
		return -1;
	if (tls == NULL || tls->number != ACCOUNT_TLS_REQUIRED)
		return 0;
	return strcmp(a->origins[KEY_TLS], "default") == 0
	    ? set_origin(a, KEY_TLS, from, e)
	    : 0;
}

static int
fill_wire(struct account *a, const struct stack *s, const struct provider *p,
    struct error *e)
{
	const struct value *hosts = stack_get(s, KEY_HOST);
	const struct value *port = stack_get(s, KEY_PORT);
	const struct value *tls = stack_get(s, KEY_TLS);
	struct wish w = { .provider = p,
		.tls = (enum account_tls)tls->number,
		.port = port == NULL ? 0 : (unsigned)port->number,
		.port_wins = stack_overrides(s, KEY_PORT),
		.lmtp = a->protocol == PROTOCOL_LMTP };

	if (fill_hosts(a, &w, hosts == NULL ? NULL : hosts->words, e) < 0)
		return p == NULL || p->note == NULL
		    ? -1
		    : error_hint(e, "%s", p->note);
	return note_ports(a, s, p, e);
}

static int
check_identity(const struct account *a, struct error *e)
{
	if (a->password.kind != SECRET_NONE && a->user == NULL) {
		error_set(e, ERR_CONFIG, "there is a password, but no 'user'");
		return error_hint(e, "user = \"you@example.org\"");
	}
	if (a->from_policy == FROM_KEEP || account_from(a) != NULL)
		return 0;
	error_set(e, ERR_CONFIG,
	    "'from_policy' wants an address of the account's own");
	return error_hint(e, "from = \"you@example.org\"");
}

/*
 * A fingerprint and nothing said of how to verify: it alone decides, so that a
 * server with a certificate of its own making can be had.
 */
static int
fill_verify(struct account *a, const struct stack *s, struct error *e)
{
	if (stack_get(s, KEY_TLS_FINGERPRINT) == NULL ||
	    stack_get(s, KEY_TLS_TRUST_FILE) != NULL ||
	    strcmp(a->origins[KEY_TLS_VERIFY], "default") != 0)
		return 0;
	a->tls_verify = VERIFY_FINGERPRINT;
	return set_origin(a, KEY_TLS_VERIFY, "tls_fingerprint", e);
}

/* LOGIN has an initial response in no RFC: it takes one who asks for it. */
static void
note_initial(struct account *a)
{
	a->auth_initial_asked = a->auth_initial_response &&
	    strcmp(a->origins[KEY_AUTH_INITIAL_RESPONSE], "default") != 0;
}

int
account_fill(struct account *a, const struct stack *s, const struct provider *p,
    struct error *e)
{
	const struct value *blame = NULL;

	if (stack_check(s, &blame, e) < 0) {
		if (blame != NULL && blame->origin != NULL)
			error_in(e, "%s", blame->origin);
		return -1;
	}
	if (fill_keys(a, s, e) < 0 || fill_verify(a, s, e) < 0 ||
	    fill_wire(a, s, p, e) < 0)
		return -1;
	note_initial(a);
	return check_identity(a, e);
}
