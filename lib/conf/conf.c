#include "conf/conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf/store.h"

void
conf_free(struct conf *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++) {
		free(c->accounts[i].name);
		layer_clear(&c->accounts[i].layer);
	}
	free(c->accounts);
	free(c->names);
	layer_clear(&c->top);
	layer_clear(&c->defaults);
	layer_clear(&c->built_in);
	source_clear(&c->sources[0]);
	source_clear(&c->sources[1]);
	free(c->providers);
	free(c->providers_over);
	free(c->home);
	free(c);
}

const char *
conf_domain(const struct conf *c)
{
	const struct value *v = &c->top.of[KEY_DOMAIN];

	if (v->words == NULL || strcmp(v->words[0], "auto") == 0)
		return NULL;
	return v->words[0];
}

const char *
conf_aliases(const struct conf *c)
{
	const struct value *v = &c->top.of[KEY_ALIASES];

	return v->words == NULL ? NULL : v->words[0];
}

const char *
conf_dead_letter(const struct conf *c)
{
	const struct value *v = &c->top.of[KEY_DEAD_LETTER];

	return v->words == NULL ? NULL : v->words[0];
}

const char *
conf_spool(const struct conf *c)
{
	const struct value *v = &c->top.of[KEY_SPOOL];

	return v->words == NULL ? NULL : v->words[0];
}

const char *const *
conf_log(const struct conf *c)
{
	return (const char *const *)c->top.of[KEY_LOG].words;
}

static int64_t
number(const struct conf *c, enum key_id k)
{
	struct error ignored = ERROR_NONE;
	struct value usual = { 0 };
	int64_t n;

	if (c != NULL && c->top.of[k].origin != NULL)
		return c->top.of[k].number;
	value_of_text(
	    &usual, &keys[k], bytes_of(keys[k].fallback), NULL, &ignored);
	n = usual.number;
	value_clear(&usual);
	return n;
}

struct conf_limits
conf_limits(const struct conf *c)
{
	return (struct conf_limits){
		.connections = number(c, KEY_LIMIT_CONNECTIONS),
		.messages = number(c, KEY_LIMIT_MESSAGES),
		.recipients = number(c, KEY_LIMIT_RECIPIENTS),
		.size = number(c, KEY_LIMIT_SIZE),
		.spool = number(c, KEY_LIMIT_SPOOL),
	};
}

int64_t
conf_spool_reserve(const struct conf *c)
{
	return number(c, KEY_SPOOL_RESERVE);
}

bool
conf_is_roots(const struct conf *c)
{
	return c->roots;
}

bool
conf_includes(const struct conf *c)
{
	return c->includes;
}

const char *const *
conf_names(const struct conf *c)
{
	return c->names;
}

bool
conf_key(size_t i, struct conf_key *key)
{
	if (i >= KEYS)
		return false;
	*key = (struct conf_key){ .name = keys[i].name,
		.values = keys[i].values,
		.fallback = keys[i].fallback,
		.help = keys[i].help,
		.top = keys[i].top };
	return true;
}
