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
	buf_init(&l->unburied, 2 * PATH_MOST);
	buf_init(&l->dead, 2 * PATH_MOST);
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
	buf_clear(&l->unburied);
	buf_clear(&l->dead);
	identity_clear(&l->from);
	free(l->leads);
}

struct bytes
letter_domain(const struct letter *l)
{
	const char *set = conf_domain(l->conf);

	return bytes_of(set != NULL ? set : l->from.domain);
}

/* Where the leads of the i-th begin. */
static size_t
first_lead(const struct letter *l, size_t i)
{
	size_t low = 0, high = l->leads_n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (l->leads[middle].given < i)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool
letter_somebody(const struct letter *l)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (verdict_taken(&l->env.to[i].verdict))
			return true;
	return false;
}

/* The worse of two that have not got it. */
static bool
tells_more(const struct verdict *v, const struct verdict *than)
{
	return verdict_taken(than) ||
	    (than->stage == STAGE_OTHERS && v->stage != STAGE_OTHERS);
}

/* For good, to whoever asks for all of them. */
static void
refuse(struct verdict *v)
{
	struct verdict was = *v;
	struct buf text = BUF(sizeof(v->text) + 64);

	if (was.state == VERDICT_REFUSED)
		return;
	buf_addf(&text, "sent to a part of them; %s", was.text);
	verdict_set(v, VERDICT_REFUSED, was.stage, 554,
	    (struct estatus){ 5, 0, 0 }, buf_bytes(&text));
	buf_clear(&text);
}

struct verdict
letter_verdict(const struct letter *l, size_t i)
{
	struct verdict worst = { .state = VERDICT_PENDING };
	size_t k = first_lead(l, i);
	bool somebody = false;

	if (l->expanded)
		worst.state = VERDICT_SENT;
	for (; k < l->leads_n && l->leads[k].given == i; k++) {
		const struct verdict *v = &l->env.to[l->leads[k].at].verdict;

		somebody = somebody || verdict_taken(v);
		if (verdict_taken(v) ? verdict_taken(&worst)
				     : tells_more(v, &worst))
			worst = *v;
	}
	if (somebody && !verdict_taken(&worst))
		refuse(&worst);
	return worst;
}
