#include <stdio.h>

#include "mail/date.h"
#include "submit/step.h"

/* Found in the log again. */
static void
make_id(struct letter *l, const struct here *here)
{
	unsigned char random[8];
	size_t n = 0;

	here->random(random, sizeof(random));
	for (size_t i = 0; i < sizeof(random); i++)
		n += (size_t)snprintf(
		    l->id + n, sizeof(l->id) - n, "%02x", random[i]);
}

/* RFC 5321, 6.3: a service that is its own relay would never end. */
static int
check_hops(struct letter *l, struct error *e)
{
	enum { HOPS_MOST = 50 };
	size_t at = 0, hops = 0;

	while (message_field(&l->message, "Received", &at) != NULL)
		hops++;
	if (hops < HOPS_MOST)
		return 0;
	return error_set(e, ERR_MESSAGE,
	    "the message goes round in circles: it has %zu Received fields",
	    hops);
}

/* RFC 5321, 4.4: what is no part of the grammar stands in comments. */
int
letter_receive(struct letter *l, const struct request *r, struct error *e)
{
	struct buf text = BUF(1024);
	int rc;

	if (r->peer == NULL)
		return 0;
	if (check_hops(l, e) < 0)
		return -1;
	make_id(l, r->here);
	buf_adds(&text, "from localhost (");
	peer_add(&text, r->peer);
	buf_addf(&text, ") by %s (sendoff) with %s id %s; ", l->from.host,
	    r->serve_lmtp ? "LMTP" : "ESMTP", l->id);
	date_add(&text, r->here);
	rc = message_add(&l->message, "Received", buf_bytes(&text), e);
	buf_clear(&text);
	return rc;
}
