#include "submit/expand.h"

#include <stdlib.h>
#include <string.h>

const char letter_usual_aliases[] = "/etc/aliases";

struct aliases *
letter_aliases(struct letter *l, const struct request *r, struct error *e)
{
	const char *path =
	    r->aliases != NULL ? r->aliases : conf_aliases(l->conf);
	struct error why = ERROR_NONE;
	struct buf ignored = BUF(64 << 10);
	struct aliases *a;

	if (path != NULL && strcmp(path, "off") == 0)
		return NULL;
	a = aliases_open(
	    path != NULL ? path : letter_usual_aliases, &ignored, &why);
	if (a == NULL && (path != NULL || why.kind != ERR_NOINPUT)) {
		if (why.kind == ERR_NOINPUT && r->aliases == NULL)
			why.kind = ERR_CONFIG;
		*e = why;
	}
	if (ignored.n > 0)
		trace_note(r->trace, 1, "warn",
		    "passed over in the aliases: %s", buf_text(&ignored));
	buf_clear(&ignored);
	return a;
}

/* RFC 3461, 5.2.7.1: who asks for reports learns of the address he knew. */
static int
note_original(
    struct letter *l, size_t from, const struct address *given, struct error *e)
{
	struct buf text = BUF(1024);
	int rc = 0;

	buf_adds(&text, given->text);
	if (given->text[given->local_n] == '\0')
		buf_addf(&text, "@%.*s", BYTES_ARG(letter_domain(l)));
	for (; l->env.notify != NOTIFY_UNSET && from < l->env.n; from++) {
		struct recipient *to = &l->env.to[from];

		if (address_same(bytes_of(to->address), buf_bytes(&text)))
			continue;
		to->original = strdup(buf_text(&text));
		if (to->original == NULL)
			rc = error_set(e, ERR_OS, "out of memory");
	}
	buf_clear(&text);
	return rc;
}

/* The room is always the next power of two, so that their number tells it. */
static int
note_lead(struct letter *l, size_t given, size_t at, struct error *e)
{
	size_t n = l->leads_n;
	struct lead *more;

	if ((n & (n - 1)) == 0) {
		more = reallocarray(
		    l->leads, n == 0 ? 1 : n * 2, sizeof(l->leads[0]));
		if (more == NULL)
			return error_set(e, ERR_OS, "out of memory");
		l->leads = more;
	}
	l->leads[l->leads_n++] = (struct lead){ given, at };
	return 0;
}

static int
add(struct letter *l, size_t given, struct address *a, struct error *e)
{
	size_t at;

	if (address_qualify(a, letter_domain(l), e) < 0 ||
	    envelope_to(&l->env, bytes_of(a->text), &at, e) < 0)
		return -1;
	return note_lead(l, given, at, e);
}

/* A mailbox at the domain that bare names get is somewhere else, for sure. */
static const char *
host_of(const struct letter *l)
{
	return bytes_is_case(letter_domain(l), l->from.host) ? NULL
							     : l->from.host;
}

static int
expand(struct letter *l, struct aliases *a, size_t i, struct error *e)
{
	const struct address *given = &l->to.list[i];
	struct alias_targets t = ALIAS_TARGETS;
	size_t before = l->env.n;
	int rc = aliases_expand(a, given, host_of(l), &t, e);

	for (size_t k = 0; rc == 0 && k < t.to.n; k++)
		rc = add(l, i, &t.to.list[k], e);
	if (rc == 0)
		rc = note_original(l, before, given, e);
	alias_targets_clear(&t);
	return rc;
}

static bool
may_be_alias(const struct letter *l, const struct address *a)
{
	return !a->verbatim && alias_local(bytes_of(a->text), host_of(l));
}

static bool
any_local(const struct letter *l)
{
	for (size_t i = 0; i < l->to.n; i++)
		if (may_be_alias(l, &l->to.list[i]))
			return true;
	return false;
}

int
letter_expand_one(
    struct letter *l, struct aliases *a, size_t i, struct error *e)
{
	if (a != NULL && may_be_alias(l, &l->to.list[i]))
		return expand(l, a, i, e);
	return add(l, i, &l->to.list[i], e);
}

/* What the client wants to know of those whom a recipient leads to. */
static int
pass_on(struct letter *l, const struct envelope *given, size_t i, size_t from,
    struct error *e)
{
	for (; from < l->env.n; from++) {
		struct recipient *to = &l->env.to[from];

		to->notify = given->to[i].notify;
		if (given->to[i].original == NULL)
			continue;
		free(to->original);
		to->original = strdup(given->to[i].original);
		if (to->original == NULL)
			return error_set(e, ERR_OS, "out of memory");
	}
	return 0;
}

int
letter_expand(struct letter *l, const struct request *r, struct error *e)
{
	struct aliases *a = any_local(l) ? letter_aliases(l, r, e) : NULL;
	int rc = e->kind == ERR_NONE ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < l->to.n; i++) {
		size_t before = l->env.n;

		rc = letter_expand_one(l, a, i, e);
		if (rc == 0 && r->given != NULL)
			rc = pass_on(l, r->given, i, before, e);
	}
	aliases_close(a);
	l->expanded = rc == 0;
	return rc;
}
