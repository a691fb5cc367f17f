#include "submit/step.h"

/* Who would have got it, and what it would have been about. */
static void
note_field(struct letter *l, const struct compose_field *f)
{
	static const char *const lists[] = { "To", "Cc", "Bcc" };
	struct bytes name = bytes_of(f->name), value = bytes_of(f->value);
	struct error ignored = ERROR_NONE;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (bytes_is_case(name, lists[i]))
			address_list_parse(&l->to, value, &ignored);
	if (l->read_whole && f->name != NULL)
		message_add(&l->message, f->name, value, &ignored);
}

/* No message comes of it; but its text is not lost. */
static void
rescue(struct letter *l, const struct composition *what, struct compose *c,
    const struct error *e)
{
	message_clear(&l->message);
	message_init(&l->message);
	if (e->kind != ERR_USAGE)
		l->read_whole = compose_rescue(c, &l->message);
	for (size_t i = 0; i < what->fields_n; i++)
		note_field(l, &what->fields[i]);
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
	if (c == NULL)
		return -1;
	how = (struct intake){ .read = compose_read, .ctx = c };
	rc = compose_begin(c);
	if (rc == 0)
		rc = message_read(&l->message, r->input, &how, e);
	l->message.international = true; /* what can be encoded is */
	if (rc < 0)
		rescue(l, r->compose, c, e);
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
