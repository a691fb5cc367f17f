#include "submit/qualify.h"

static const char *const fields[] = {
	"From",
	"Sender",
	"Reply-To",
	"To",
	"Cc",
	"Resent-From",
	"Resent-Sender",
	"Resent-Reply-To",
	"Resent-To",
	"Resent-Cc",
	"Return-Receipt-To",
	"Disposition-Notification-To",
	"Errors-To",
};

static bool
holds_addresses(const struct field *f)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (field_is(f, fields[i]))
			return true;
	return false;
}

static int
qualify(struct field *f, struct bytes domain, struct error *e)
{
	struct buf body = BUF(2 * HEADER_MAX);
	int rc = 0;

	if (address_list_qualify(&body, f->body, domain)) {
		if (body.state == BUF_NOMEM)
			rc = error_set(e, ERR_OS, "out of memory");
		else if (buf_ok(&body))
			rc = message_replace(f, buf_bytes(&body), e);
	}
	buf_clear(&body);
	return rc;
}

int
letter_qualify(struct letter *l, struct bytes domain, struct error *e)
{
	struct message *m = &l->message;

	for (size_t i = 0; i < m->n; i++)
		if (!m->fields[i].dropped && holds_addresses(&m->fields[i]) &&
		    qualify(&m->fields[i], domain, e) < 0)
			return -1;
	return 0;
}
