#include "submit/step.h"

#include <stdlib.h>
#include <string.h>

/* The first address of the first such field, or NULL; owned by the caller. */
static char *
address_in(struct message *m, const char *name)
{
	struct address_list list = ADDRESS_LIST;
	struct error ignored = ERROR_NONE;
	struct field *f;
	char *text = NULL;
	size_t at = 0;

	f = message_field(m, name, &at);
	if (f != NULL && address_list_parse(&list, f->body, &ignored) == 0 &&
	    list.n > 0)
		text = strdup(list.list[0].text);
	address_list_clear(&list);
	return text;
}

static char *
header_sender(struct message *m)
{
	static const char *const names[] = { "Resent-Sender", "Resent-From",
		"Sender", "From" };
	char *text = NULL;

	for (size_t i = 0; i < 4 && text == NULL; i++)
		text = address_in(m, names[i]);
	return text;
}

/* --read-envelope-from: as if the header's sender stood behind -f. */
static int
adopt_sender(struct letter *l, const char *text, struct error *e)
{
	if (l->sender_given || text == NULL)
		return 0;
	l->sender_given = true;
	return address_path(&l->sender, bytes_of(text), e);
}

static void
trace_as_account(const struct letter *l, const struct request *r)
{
	if (!r->account_traces || l->account.debug_level == 0)
		return;
	r->trace->level = l->account.debug_level;
	trace_start(r->trace);
}

/* Files to be written to, or to be read from. */
static bool
names_a_file(const struct conf *c)
{
	const char *const *to = conf_log(c);
	const char *dead = conf_dead_letter(c);

	if (conf_spool(c) != NULL)
		return true;
	for (; to != NULL && *to != NULL; to++)
		if (strcmp(*to, "syslog") != 0 && strcmp(*to, "off") != 0)
			return true;
	return (dead != NULL && strcmp(dead, "off") != 0) || conf_includes(c);
}

int
letter_configure(struct letter *l, const struct request *r, struct error *e)
{
	l->conf = conf_load(&r->places, &l->complaints, e);
	if (l->conf == NULL)
		return -1;
	if (!r->wary || conf_is_roots(l->conf) || !names_a_file(l->conf))
		return 0;
	conf_free(l->conf);
	l->conf = NULL;
	error_set(e, ERR_CONFIG,
	    "under the name sendmail a file of the caller's may name no log, "
	    "no dead_letter, no spool and nothing to include");
	return error_hint(e, "call sendoff, or give the file to root");
}

int
letter_route(struct letter *l, const struct request *r, struct error *e)
{
	char *from = header_sender(&l->message);
	const char *sender = l->sender_given ? l->sender.text : from;
	int rc = -1;

	if (r->read_envelope_from && adopt_sender(l, from, e) < 0)
		goto out;
	if (conf_account(l->conf,
		&(struct conf_wish){ .name = r->account,
		    .sender = sender,
		    .over = r->over,
		    .over_n = r->over_n },
		&l->account, e) < 0)
		goto out;
	trace_as_account(l, r);
	rc = identity_find(&l->from, r->here, e);
out:
	free(from);
	return rc;
}
