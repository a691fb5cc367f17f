#include "submit/letter.h"

#include <stdlib.h>

enum {
	COMPLAINTS_MAX = 64 << 10,
	SECRET_MAX = 64 << 10,
	ID_MAX = 998,
	PATH_MOST = 4096
};

void
letter_init(struct letter *l, const struct request *r)
{
	*l = (struct letter){ .env = ENVELOPE };
	message_init(&l->message);
	buf_init(&l->complaints, COMPLAINTS_MAX);
	buf_init(&l->secret, SECRET_MAX);
	buf_init(&l->message_id, ID_MAX);
	buf_init(&l->buried, PATH_MOST);
	l->started = r->here->ticks();
	l->env.notify = r->notify;
	l->env.ret = r->ret;
}

void
letter_clear(struct letter *l)
{
	message_clear(&l->message);
	address_list_clear(&l->to);
	address_clear(&l->sender);
	envelope_clear(&l->env);
	envelope_clear(&l->unreadable);
	account_clear(&l->account);
	conf_free(l->conf);
	buf_clear(&l->complaints);
	buf_clear(&l->secret);
	buf_clear(&l->message_id);
	buf_clear(&l->buried);
	identity_clear(&l->from);
	free(l->first);
}

struct bytes
letter_domain(const struct letter *l)
{
	const char *set = conf_domain(l->conf);

	return bytes_of(set != NULL ? set : l->from.domain);
}

static bool
has_it(const struct verdict *v)
{
	return v->state == VERDICT_SENT || v->state == VERDICT_QUEUED;
}

struct verdict
letter_verdict(const struct letter *l, size_t i)
{
	size_t from = l->first == NULL ? 0 : l->first[i],
	       to = l->first == NULL ? 0 : l->first[i + 1];

	if (l->env.n == 0)
		return (struct verdict){ 0 };
	if (from == to) { /* another stands for him, or nobody */
		from = 0;
		to = l->env.n;
	}
	for (size_t k = from; k < to; k++)
		if (!has_it(&l->env.to[k].verdict))
			return l->env.to[k].verdict;
	return l->env.to[from].verdict;
}
