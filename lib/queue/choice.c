#include "queue/choice.h"

#include <stdlib.h>
#include <string.h>

/* ---- the account -------------------------------------------------------------- */

const char *
choice_name(const char *account)
{
	return account[0] == '(' ? NULL : account;
}

static bool
is_gone(const struct conf *c, const char *account)
{
	const char *const *names = conf_names(c);

	while (*names != NULL && strcmp(*names, account) != 0)
		names++;
	return *names == NULL;
}

/* Nobody has mistyped it: what was asked for is still to be sent somehow. */
static int
ask_for_it(const struct conf *c, const char *account, struct error *e)
{
	const char *const *names = conf_names(c);
	bool lone = names[0] != NULL && names[1] == NULL;

	error_set(e, ERR_CONFIG,
	    "messages wait for an account that is not in the configuration "
	    "any more");
	return error_hint(e,
	    "put it back, or let its name stand for another one: "
	    "%s: { inherit = \"%s\"; };",
	    account, lone ? names[0] : "ANOTHER");
}

int
choice_account(
    struct conf *c, const struct entry *n, struct account *a, struct error *e)
{
	struct conf_override *over;
	struct conf_wish wish = { .name = choice_name(n->account),
		.over_n = n->options_n };
	int rc;

	if (wish.name != NULL && is_gone(c, wish.name))
		return ask_for_it(c, wish.name, e);
	over = calloc(n->options_n + 1, sizeof(over[0]));
	if (over == NULL)
		return error_set(e, ERR_OS, "out of memory");
	for (size_t i = 0; i < n->options_n; i++)
		over[i] = (struct conf_override){ .key = n->options[i].key,
			.value = n->options[i].value,
			.origin = "queue" };
	wish.over = over;
	rc = conf_account(c, &wish, a, e);
	free(over);
	return rc;
}

/* ---- what the environment holds by now ------------------------------------------ */

static const char *
kept_option(const struct entry *n, const char *key)
{
	for (size_t i = 0; i < n->options_n; i++)
		if (strcmp(n->options[i].key, key) == 0)
			return n->options[i].value;
	return "";
}

static const char *
own_option(const struct request *r, const char *key)
{
	for (size_t i = 0; i < r->over_n; i++)
		if (strcmp(r->over[i].key, key) == 0)
			return r->over[i].value;
	return "";
}

/* Is what this run was told of a server what the message was sent with? */
static bool
is_for_the_same(const struct request *r, const struct entry *n)
{
	static const char *const whose[] = { "host", "port", "user",
		"provider" };
	const char *named = r->account;

	for (size_t i = 0; i < sizeof(whose) / sizeof(whose[0]); i++)
		if (strcmp(kept_option(n, whose[i]), own_option(r, whose[i])) !=
		    0)
			return false;
	return named == NULL || strcmp(named, n->account) == 0;
}

/*
 * SENDOFF_PASSWORD is for the server and the user that stand beside it in the
 * environment: by now these may be others than those of the message.  So may
 * what a file holds that the environment names.
 */
static const char *
secret_of_another(const struct request *r, const struct entry *n)
{
	static const char *const named[] = { "password_file",
		"password_command" };

	if (is_for_the_same(r, n))
		return NULL;
	if (strcmp(kept_option(n, "password_env"), REQUEST_PASSWORD) == 0)
		return REQUEST_PASSWORD;
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		const char *value = kept_option(n, named[i]);

		if (value[0] != '\0' &&
		    strcmp(value, own_option(r, named[i])) == 0)
			return named[i];
	}
	return NULL;
}

int
choice_check_environment(
    const struct request *r, const struct entry *n, struct error *e)
{
	const char *secret = secret_of_another(r, n),
		   *host = kept_option(n, "host");

	if (secret == NULL)
		return 0;
	error_set(e, ERR_SECRET,
	    "message %s was sent with a %s for '%s': this run's may be for "
	    "another",
	    n->id, secret, host[0] != '\0' ? host : n->account);
	return error_hint(e,
	    "run over the queue in the environment that it was sent in, or "
	    "remove it");
}
