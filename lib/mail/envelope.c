#include "mail/envelope.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"

static void
recipient_clear(struct recipient *r)
{
	free(r->address);
	free(r->original);
	free(r->options);
}

void
envelope_clear(struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		recipient_clear(&env->to[i]);
	free(env->to);
	free(env->index);
	free(env->sender);
	free(env->envid);
	*env = ENVELOPE;
}

static char *
copy(struct bytes text, struct error *e)
{
	char *p = malloc(text.n + 1);

	if (p == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	if (text.n > 0)
		memcpy(p, text.p, text.n);
	p[text.n] = '\0';
	return p;
}

int
envelope_from(struct envelope *env, struct bytes sender, struct error *e)
{
	char *p = copy(sender, e);

	if (p == NULL)
		return -1;
	free(env->sender);
	env->sender = p;
	return 0;
}

/* The same for what address_same() calls the same (FNV-1a). */
static size_t
hash(struct bytes address)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < address.n; i++) {
		unsigned char c = (unsigned char)address.p[i];

		h ^= c >= 'A' && c <= 'Z' ? c + 32u : c;
		h *= UINT64_C(1099511628211);
	}
	return (size_t)(h ^ h >> 32);
}

/* Where address is in the index, or the free slot where it would be. */
static size_t *
find(const struct envelope *env, struct bytes address)
{
	size_t at = hash(address) & (env->slots - 1);

	while (env->index[at] != 0 &&
	    !address_same(
		bytes_of(env->to[env->index[at] - 1].address), address))
		at = (at + 1) & (env->slots - 1);
	return &env->index[at];
}

/* Make room for one more; whoever else changed the list, all are in it. */
static int
refresh_index(struct envelope *env, struct error *e)
{
	if (env->known == env->n && env->n < env->slots / 2)
		return 0;
	free(env->index);
	env->slots = env->slots < 8 ? 8 : env->slots;
	while (env->n >= env->slots / 2)
		env->slots *= 2;
	env->index = calloc(env->slots, sizeof(env->index[0]));
	if (env->index == NULL) {
		env->slots = 0;
		return error_set(e, ERR_OS, "out of memory");
	}
	for (size_t i = 0; i < env->n; i++)
		*find(env, bytes_of(env->to[i].address)) = i + 1;
	env->known = env->n;
	return 0;
}

/* The room is always the next power of two, so that n alone tells of it. */
static int
make_room(struct envelope *env, struct error *e)
{
	struct recipient *to;

	if ((env->n & (env->n - 1)) != 0)
		return 0;
	to = reallocarray(
	    env->to, env->n == 0 ? 1 : env->n * 2, sizeof(env->to[0]));
	if (to == NULL)
		return error_set(e, ERR_OS, "out of memory");
	env->to = to;
	return 0;
}

static int
append(
    struct envelope *env, size_t *slot, struct bytes address, struct error *e)
{
	char *p;

	if (make_room(env, e) < 0 || (p = copy(address, e)) == NULL)
		return -1;
	env->to[env->n++] = (struct recipient){ .address = p };
	*slot = env->known = env->n;
	return 0;
}

int
envelope_to(
    struct envelope *env, struct bytes address, size_t *at, struct error *e)
{
	size_t *slot;

	if (refresh_index(env, e) < 0)
		return -1;
	slot = find(env, address);
	if (*slot == 0 && append(env, slot, address, e) < 0)
		return -1;
	if (at != NULL)
		*at = *slot - 1;
	return 0;
}

int
envelope_again(
    struct envelope *env, struct bytes address, size_t *at, struct error *e)
{
	if (refresh_index(env, e) < 0 ||
	    append(env, find(env, address), address, e) < 0)
		return -1;
	*at = env->n - 1;
	return 0;
}

void
envelope_reopen(struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_DEFERRED)
			env->to[i].verdict = (struct verdict){ 0 };
}

/* A reply of several lines becomes one. */
static struct bytes
one_line(char *to, size_t size, struct bytes words)
{
	words = bytes_head(bytes_trim(words), size);
	for (size_t i = 0; i < words.n; i++) {
		char c = words.p[i];

		to[i] = c == '\r' || c == '\n' ? ' ' : c;
	}
	return (struct bytes){ to, words.n };
}

void
verdict_set(struct verdict *v, enum verdict_state state,
    enum verdict_stage stage, int code, struct estatus status,
    struct bytes words)
{
	char line[sizeof(v->text)];

	v->state = state;
	v->stage = stage;
	v->code = code;
	v->status = status;
	clean_copy(
	    v->text, sizeof(v->text), one_line(line, sizeof(line), words));
}

bool
verdict_taken(const struct verdict *v)
{
	return v->state == VERDICT_SENT || v->state == VERDICT_QUEUED;
}

bool
verdict_open(const struct verdict *v)
{
	return v->state == VERDICT_PENDING || v->state == VERDICT_DEFERRED;
}

bool
envelope_open(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (verdict_open(&env->to[i].verdict))
			return true;
	return false;
}

static bool
has_state(const struct envelope *env, enum verdict_state state)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == state)
			return true;
	return false;
}

/* Did the message leave us, for the server or for the spool? */
static bool
any_left(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.stage == STAGE_DOT)
			return true;
	return has_state(env, VERDICT_SENT) || has_state(env, VERDICT_QUEUED);
}

static const struct verdict *
first_refusal(const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_REFUSED)
			return &env->to[i].verdict;
	return NULL;
}

static bool
any_open(const struct envelope *env)
{
	bool refused = first_refusal(env) != NULL;

	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_PENDING &&
		    (env->to[i].verdict.stage != STAGE_OTHERS || !refused))
			return true;
	return has_state(env, VERDICT_DEFERRED);
}

/* RFC 3463, 3.2; a server without such codes has its 550, 551, 553. */
static bool
unknown_mailbox(const struct verdict *v)
{
	if (v->status.class != 0)
		return v->status.subject == 1;
	return v->stage == STAGE_RCPT &&
	    (v->code == 550 || v->code == 551 || v->code == 553);
}

static int
refusal_exit(const struct verdict *v)
{
	if (v->stage == STAGE_MAIL || v->stage == STAGE_ADDRESS)
		return EX_DATAERR;
	return unknown_mailbox(v) ? EX_NOUSER : EX_UNAVAILABLE;
}

/* What the first recipient that has it not, and of whom we know why, met. */
static enum error_kind
failure_kind(const struct envelope *env)
{
	static const enum error_kind by_stage[] = {
		[STAGE_ADDRESS] = ERR_ADDRESS,
		[STAGE_MAIL] = ERR_SENDER_REFUSED,
		[STAGE_RCPT] = ERR_RECIPIENTS_REFUSED,
		[STAGE_DATA] = ERR_DATA_REFUSED,
		[STAGE_DOT] = ERR_DATA_REFUSED,
		[STAGE_OTHERS] = ERR_RECIPIENTS_REFUSED,
	};

	for (size_t i = 0; i < env->n; i++) {
		const struct verdict *v = &env->to[i].verdict;

		if (!verdict_taken(v) && v->stage != STAGE_NONE)
			return by_stage[v->stage];
	}
	return ERR_DISCONNECTED;
}

static int
exit_code(const struct envelope *env, const struct error *e)
{
	const struct verdict *refusal = first_refusal(env);

	if (any_open(env))
		return e->kind != ERR_NONE && !any_left(env) ? error_exit(e)
							     : EX_TEMPFAIL;
	return refusal != NULL ? refusal_exit(refusal) : EX_OK;
}

struct outcome
envelope_outcome(const struct envelope *env, const struct error *e)
{
	struct outcome o = { EX_OK, e->kind };

	if (env->n == 0) {
		o.exit = error_exit(e);
		return o;
	}
	o.exit = exit_code(env, e);
	if (o.exit == EX_OK)
		o.kind = ERR_NONE;
	else if (o.kind == ERR_NONE)
		o.kind = failure_kind(env);
	return o;
}
