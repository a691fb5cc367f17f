#include "smtp/service_state.h"

#include <string.h>

#include "base/clean.h"

/* What the client is told of one recipient. */
struct answer {
	int code;
	struct estatus status;
	const char *text;
};

/* Our own error: for good only if it is about this message. */
static struct answer
answer_of_error(const struct error *e)
{
	switch (e->kind) {
	case ERR_MESSAGE:
	case ERR_ADDRESS:
	case ERR_NOT_SUPPORTED:
		return (struct answer){ 554, { 5, 6, 0 }, e->text };
	case ERR_TOO_LARGE:
		return (struct answer){ 552, { 5, 3, 4 }, e->text };
	case ERR_SENDER_REFUSED:
		return (struct answer){ 550, { 5, 7, 1 }, e->text };
	case ERR_RESOLVE:
	case ERR_CONNECT:
	case ERR_TIMEOUT:
	case ERR_DISCONNECTED:
	case ERR_GREETING:
		return (struct answer){ 451, { 4, 4, 1 }, e->text };
	case ERR_SPOOL:
		return e->transient
		    ? (struct answer){ 452, { 4, 3, 1 }, e->text }
		    : (struct answer){ 451, { 4, 3, 0 }, e->text };
	default:
		return (struct answer){ 451, { 4, 3, 5 }, e->text };
	}
}

static void
answer_too_large(struct service *s)
{
	size_t n = s->plan->lmtp ? s->order_n : 1;

	for (size_t i = 0; i < n; i++)
		service_too_large_reply(s);
}

static struct answer
answer_of(const struct verdict *v, const struct error *e)
{
	bool refused = v->state == VERDICT_REFUSED;
	int code = v->code / 100 == (refused ? 5 : 4) ? v->code
	    : refused                                 ? 554
						      : 451;

	if (verdict_taken(v))
		return (struct answer){ 250, { 2, 0, 0 },
			v->text[0] != '\0' ? v->text : "sent" };
	if (v->stage == STAGE_DOT && v->code == 0)
		return (struct answer){ 451, { 4, 4, 2 }, v->text };
	if (v->state == VERDICT_PENDING && e->kind != ERR_NONE)
		return answer_of_error(e);
	return (struct answer){ code,
		v->status.class == code / 100
		    ? v->status
		    : (struct estatus){ code / 100, 0, 0 },
		v->text[0] != '\0' ? v->text : "not sent" };
}

/* A relay's words may begin with the status that we write ourselves. */
static const char *
without_status(const char *text)
{
	size_t n = strspn(text, "0123456789.");

	return n >= 5 && text[n] == ' ' ? text + n + 1 : text;
}

static void
add_answer(struct service *s, char gap, const struct answer *a, const char *who)
{
	char text[300];

	clean_copy(text, sizeof(text), bytes_of(without_status(a->text)));
	if (bytes_starts_case(bytes_of(text), who) && text[strlen(who)] == ':')
		who = ""; /* a relay by LMTP names him, too */
	buf_addf(&s->out, "%d%c%d.%d.%d %s%s%s\r\n", a->code, gap,
	    a->status.class, a->status.subject, a->status.detail, who,
	    who[0] != '\0' ? ": " : "", text);
}

static void
answer_each(
    struct service *s, const struct verdict *verdicts, const struct error *e)
{
	for (size_t i = 0; i < s->order_n; i++) {
		struct answer a = answer_of(&verdicts[s->order[i]], e);

		add_answer(s, ' ', &a, s->env.to[s->order[i]].address);
	}
}

/* Of all or nobody, is there one whom it was because of? */
static bool
somebody_else(const struct verdict *verdicts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!verdict_taken(&verdicts[i]) &&
		    verdicts[i].stage != STAGE_OTHERS)
			return true;
	return false;
}

/* What stands first in a reply of many lines is what counts. */
static struct answer
common_answer(const struct envelope *env, const struct verdict *verdicts,
    bool spare, bool somebody, const struct error *e, size_t *failed)
{
	struct answer common = { 250, { 2, 0, 0 }, "sent" };
	bool temporary = false;

	*failed = 0;
	for (size_t i = 0; i < env->n; i++) {
		struct answer a = answer_of(&verdicts[i], e);

		if (spare && verdicts[i].stage == STAGE_OTHERS)
			continue;
		if (a.code == 250) {
			somebody = true;
			common = *failed == 0 ? a : common;
			continue;
		}
		if ((*failed)++ == 0 || (a.code < 500 && !temporary))
			common = a;
		temporary = temporary || a.code < 500;
	}
	if (*failed > 0 && somebody && common.code < 500)
		common = (struct answer){ 554, { 5, 0, 0 }, common.text };
	return common;
}

static void
answer_all(struct service *s, const struct verdict *verdicts, bool somebody,
    const struct error *e)
{
	size_t failed, said = 0, n = s->env.n;
	bool spare = somebody_else(verdicts, n);
	struct answer common =
	    common_answer(&s->env, verdicts, spare, somebody, e, &failed);
	enum { LINES_MOST = 50 };

	if (failed == 0 || n == 1) {
		add_answer(s, ' ', &common, "");
		return;
	}
	for (size_t i = 0; i < n && said < LINES_MOST; i++) {
		struct answer a = answer_of(&verdicts[i], e);

		if (a.code == 250 ||
		    (spare && verdicts[i].stage == STAGE_OTHERS))
			continue;
		a.code = common.code;
		a.status = common.status;
		said++;
		add_answer(s, said < failed && said < LINES_MOST ? '-' : ' ',
		    &a, s->env.to[i].address);
	}
}

void
service_answer(struct service *s, const struct verdict *verdicts, bool somebody,
    const struct error *e)
{
	if (s->content) {
		if (service_too_large(s))
			answer_too_large(s);
		else if (s->plan->lmtp)
			answer_each(s, verdicts, e);
		else
			answer_all(s, verdicts, somebody, e);
	}
	service_reset(s);
}
