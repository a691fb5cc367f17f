#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "conf/check.h"
#include "conf/nearest.h"
#include "conf/provider.h"
#include "conf/fill.h"
#include "conf/store.h"
#include "conf/words.h"
#include "mail/address.h"

const struct conf_account *
conf_find(const struct conf *c, const char *name)
{
	for (size_t i = 0; i < c->n; i++)
		if (strcmp(c->accounts[i].name, name) == 0)
			return &c->accounts[i];
	return NULL;
}

/* ---- by sender ------------------------------------------------------------ */

/* Addresses go before patterns. */
static bool
fits(const char *pattern, struct bytes sender, bool wild)
{
	struct bytes p = bytes_of(pattern);

	return address_is_pattern(p) == wild && address_matches(p, sender);
}

/*
 * The senders an account is for: its `from', or a user that is an address.
 */
static bool
account_fits(const struct conf *c, const struct conf_account *acc,
    struct bytes sender, bool wild)
{
	const struct value *from, *user;
	struct error e = ERROR_NONE;
	struct stack s = { 0 };

	if (stack_account(&s, c, acc, &e) < 0)
		return false;
	from = stack_own(&s, KEY_FROM);
	user = stack_own(&s, KEY_USER);
	for (char **w = from == NULL ? NULL : from->words;
	     w != NULL && *w != NULL; w++)
		if (fits(*w, sender, wild))
			return true;
	return from == NULL && user != NULL && user->words != NULL && !wild &&
	    is_mailbox(bytes_of(user->words[0])) &&
	    fits(user->words[0], sender, false);
}

static bool
by_sender(
    const struct conf *c, const char *sender, const struct conf_account **acc)
{
	if (sender == NULL || *sender == '\0')
		return false;
	for (int wild = 0; wild < 2; wild++)
		for (size_t i = 0; i < c->n; i++) {
			*acc = &c->accounts[i];
			if (account_fits(c, *acc, bytes_of(sender), wild))
				return true;
		}
	return false;
}

/* ---- the choice ------------------------------------------------------------ */

static int
no_such(const struct conf *c, const char *name, struct error *e)
{
	char shown[128];

	error_set(e, ERR_CONFIG, "there is no account '%s'",
	    clean_copy(shown, sizeof(shown), bytes_of(name)));
	return nearest_hint(e, bytes_of(name), c->names);
}

static int
none_fits(const struct conf *c, struct error *e)
{
	if (c->n == 0) {
		error_set(e, ERR_CONFIG, "there is no account");
		return error_hint(e,
		    "see sendoff.conf(5), three lines do; or name a server: "
		    "--host=smtp.example.org");
	}
	error_set(e, ERR_CONFIG,
	    "no account fits, and there is no 'default_account'");
	return nearest_hint(e, BYTES(""), c->names);
}

/* NULL in *acc: an account that options make. */
static int
choose(const struct conf *c, const char *name, const char *sender, bool made,
    const struct conf_account **acc, struct error *e)
{
	const struct value *standard = &c->top.of[KEY_DEFAULT_ACCOUNT];

	*acc = NULL;
	if (name != NULL)
		return (*acc = conf_find(c, name)) == NULL ? no_such(c, name, e)
							   : 0;
	if (made)
		return 0;
	if (by_sender(c, sender, acc))
		return 0;
	*acc = c->n == 1 || c->users == 1 ? &c->accounts[0] : NULL;
	if (standard->words != NULL)
		*acc = conf_find(c, standard->words[0]);
	return *acc == NULL ? none_fits(c, e) : 0;
}

/* ---- what options say ------------------------------------------------------ */

static int
read_override(struct value *v, const struct conf_override *o, const char *home,
    struct error *e)
{
	const struct key *k = key_find(bytes_of(o->key), false);
	enum secret_kind kind;

	v->origin = word_of(bytes_of(o->origin), e);
	if (v->origin == NULL)
		return -1;
	if (secret_option(o->key, &kind))
		return value_of_secret(v, kind, bytes_of(o->value), home, e);
	if (k == NULL || key_id(k) == KEY_INHERIT)
		return error_set(
		    e, ERR_CONFIG, "'%s' cannot be set so", o->key);
	return value_of_text(v, k, bytes_of(o->value), home, e);
}

static enum key_id
key_of_override(const struct conf_override *o)
{
	const struct key *k = key_find(bytes_of(o->key), false);

	return k == NULL ? KEY_PASSWORD : key_id(k);
}

static int
read_overrides(struct layer *l, const struct conf_override *over, size_t n,
    const char *home, struct error *e)
{
	for (size_t i = 0; i < n; i++) {
		struct value *v = &l->of[key_of_override(&over[i])];

		value_clear(v);
		if (read_override(v, &over[i], home, e) < 0)
			return error_in(e, "%s", over[i].origin);
	}
	return 0;
}

static bool
is_set(const struct layer *l, enum key_id k)
{
	return l->of[k].origin != NULL;
}

/* ---- all of it ------------------------------------------------------------- */

/* Put the preset that the stack asks for, if any, on the stack. */
static int
add_preset(
    const struct conf *c, struct stack *s, struct provider *p, struct error *e)
{
	const struct provider_files files = { c->providers_over, c->providers };
	const struct value *v = stack_get(s, KEY_PROVIDER);

	if (v == NULL)
		return 0;
	if (provider_find(&files, v->words[0], p, e) < 0)
		return error_in(e, "%s", v->origin);
	stack_put(s, &p->layer);
	return 0;
}

static int
build(struct conf *c, const struct conf_account *acc, const struct layer *over,
    struct account *a, struct error *e)
{
	struct stack s = { 0 };
	struct provider p = PROVIDER;
	int rc;

	stack_put(&s, over);
	if (stack_account(&s, c, acc, e) < 0)
		return -1;
	rc = add_preset(c, &s, &p, e);
	stack_put(&s, &c->built_in);
	if (rc == 0)
		rc = account_fill(a, &s, p.id == NULL ? NULL : &p, e);
	provider_clear(&p);
	return rc;
}

static int
name_account(struct account *a, const struct conf_account *acc, struct error *e)
{
	a->name =
	    word_of(acc == NULL ? BYTES("(options)") : bytes_of(acc->name), e);
	return a->name == NULL ? -1 : 0;
}

int
conf_account(struct conf *c, const struct conf_wish *w, struct account *a,
    struct error *e)
{
	const struct conf_account *acc;
	struct layer l = { 0 };
	int rc = -1;

	*a = ACCOUNT;
	if (read_overrides(&l, w->over, w->over_n, c->home, e) < 0 ||
	    choose(c, w->name, w->sender,
		is_set(&l, KEY_HOST) || is_set(&l, KEY_PROVIDER), &acc, e) < 0)
		goto out;
	rc = build(c, acc, &l, a, e);
	if (rc == 0)
		rc = name_account(a, acc, e);
	else if (acc != NULL)
		error_in(e, "account '%s'", acc->name);
out:
	if (rc < 0)
		account_clear(a);
	layer_clear(&l);
	return rc;
}
