#include "submit/step.h"

int
letter_read(struct letter *l, const struct request *r, struct error *e)
{
	struct intake how = { .lone_dot_ends = r->lone_dot_ends,
		.read = r->read,
		.ctx = r->read_ctx };

	if (message_read(&l->message, r->input, &how, e) < 0)
		return -1;
	l->read_whole = true;
	if (l->message.facts.after_dot > 0)
		trace_note(r->trace, 1, "warn",
		    "%lld octets behind a lone dot were dropped; -i keeps "
		    "them",
		    (long long)l->message.facts.after_dot);
	return 0;
}
