#include "submit/step.h"

/* No message comes of it: who would have got it? */
static void
name_recipients(struct letter *l, const struct composition *what)
{
	struct error ignored = ERROR_NONE;

	for (size_t i = 0; i < what->fields_n; i++) {
		struct bytes name = bytes_of(what->fields[i].name);

		if (bytes_is_case(name, "To") || bytes_is_case(name, "Cc") ||
		    bytes_is_case(name, "Bcc"))
			address_list_parse(
			    &l->to, bytes_of(what->fields[i].value), &ignored);
	}
}

/* Whoever reads the message and whoever makes it share the error. */
static int
take_in(struct letter *l, const struct request *r, struct error *e)
{
	struct intake how = { .lone_dot_ends = r->lone_dot_ends,
		.read = r->read,
		.ctx = r->read_ctx };
	struct compose *c;
	int rc;

	if (r->compose == NULL)
		return message_read(&l->message, r->input, &how, e);
	c = compose_new(r->compose, r->input, r->here, e);
	if (c == NULL) {
		name_recipients(l, r->compose);
		return -1;
	}
	how = (struct intake){ .read = compose_read, .ctx = c };
	l->message.international = true; /* what can be encoded is */
	rc = message_read(&l->message, r->input, &how, e);
	compose_free(c);
	return rc;
}

int
letter_read(struct letter *l, const struct request *r, struct error *e)
{
	if (take_in(l, r, e) < 0)
		return -1;
	l->read_whole = true;
	if (l->message.facts.after_dot > 0)
		trace_note(r->trace, 1, "warn",
		    "%lld octets behind a lone dot were dropped; -i keeps "
		    "them",
		    (long long)l->message.facts.after_dot);
	return 0;
}
