#include "conf/account.h"

#include <stdlib.h>

#include "conf/check.h"
#include "conf/keys.h"
#include "conf/words.h"

void
secret_clear(struct secret *s)
{
	buf_clear(&s->literal);
	free(s->name);
	words_free(s->argv);
	free(s->where);
	*s = (struct secret){ .kind = SECRET_NONE };
}

void
account_host_clear(struct account_host *h)
{
	free(h->name);
	free(h->tls_name);
}

static void
clear_hosts(struct account *a)
{
	for (size_t i = 0; i < a->hosts_n; i++)
		account_host_clear(&a->hosts[i]);
	free(a->hosts);
}

static void
clear_lists(struct account *a)
{
	words_free(a->tls_fingerprint);
	words_free(a->auth);
	words_free(a->from);
	words_free(a->mail_options);
	words_free(a->rcpt_options);
}

static void
clear_origins(struct account *a)
{
	for (size_t i = 0; a->origins != NULL && i < KEYS; i++)
		free(a->origins[i]);
	free(a->origins);
}

void
account_clear(struct account *a)
{
	clear_hosts(a);
	clear_lists(a);
	clear_origins(a);
	secret_clear(&a->password);
	free(a->name);
	free(a->provider);
	free(a->tls_trust_file);
	free(a->tls_cert_file);
	free(a->tls_key_file);
	free(a->tls_min_version);
	free(a->tls_priority);
	free(a->tls_host);
	free(a->user);
	free(a->from_name);
	free(a->ehlo_name);
	free(a->source_ip);
	free(a->bounce_to);
	*a = ACCOUNT;
}

const char *
account_from(const struct account *a)
{
	for (char **w = a->from; w != NULL && *w != NULL; w++)
		if (**w != '*')
			return *w;
	if (a->user != NULL && is_mailbox(bytes_of(a->user)))
		return a->user;
	return NULL;
}
