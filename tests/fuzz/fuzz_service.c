/*
 * Whatever a client of -bs says, in pieces of whatever size: the replies are
 * the same, whole lines that an SMTP client can read, and so is the content.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/service.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct heard {
	struct buf replies, content;
};

static void
keep_replies(struct service *s, struct heard *h)
{
	buf_add(&h->replies, buf_bytes(service_replies(s)));
	buf_reset(service_replies(s));
}

/* Is more wanted before anything can go on? */
static bool
take_content(struct service *s, struct heard *h)
{
	struct verdict sent[64] = { { .state = VERDICT_SENT } }, *all = sent;
	struct error e = ERROR_NONE;
	char to[7];
	size_t n;

	for (;;)
		switch (service_content(s, to, sizeof(to), &n)) {
		case CONTENT_SOME:
			buf_add(&h->content, (struct bytes){ to, n });
			break;
		case CONTENT_WAITS:
			return true;
		case CONTENT_OVER:
			n = service_envelope(s)->n;
			all = calloc(n + 1, sizeof(*all));
			for (size_t i = 0; i < n; i++)
				all[i].state =
				    i % 2 ? VERDICT_DEFERRED : VERDICT_SENT;
			buf_adds(&h->content, "\n=over=\n");
			service_answer(s, all, false, &e);
			free(all);
			return false;
		case CONTENT_ABORTED:
			buf_adds(&h->content, "\n=aborted=\n");
			service_answer(s, sent, true, &e);
			return false;
		}
}

static bool
run(struct service *s, struct heard *h)
{
	enum service_want want;

	while ((want = service_step(s)) == SERVICE_CONTENT)
		if (take_content(s, h))
			return true;
	keep_replies(s, h);
	return want != SERVICE_OVER;
}

static struct heard
hear(int how, struct bytes in, size_t piece)
{
	struct service_plan plan = { .lmtp = how & 1,
		.host = "host.test",
		.max_size = how & 64 ? 100 : 0,
		.max_recipients = how & 64 ? 2 : 0 };
	struct service *s = service_new(&plan);
	struct heard h = { BUF(1 << 26), BUF(1 << 24) };

	while (run(s, &h) && in.n > 0) {
		if (!service_input(s, bytes_head(in, piece)))
			abort();
		in = bytes_skip(in, piece);
	}
	service_end(s);
	run(s, &h);
	keep_replies(s, &h);
	service_free(s);
	return h;
}

static void
check_replies(struct bytes r)
{
	while (r.n > 0) {
		struct bytes line = bytes_take(&r, '\n');

		if (line.n < 4 || line.n > 511 || line.p[line.n - 1] != '\r' ||
		    line.p[0] < '2' || line.p[0] > '5' ||
		    (line.p[3] != ' ' && line.p[3] != '-') ||
		    memchr(line.p, '\r', line.n - 1) != NULL ||
		    memchr(line.p, '\0', line.n) != NULL)
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes in = { (const char *)data + (n > 0), n - (n > 0) };
	int how = n > 0 ? data[0] : 0;
	struct heard a = hear(how, in, 1), b = hear(how, in, 1000);

	check_replies(buf_bytes(&a.replies));
	if (!bytes_same(buf_bytes(&a.replies), buf_bytes(&b.replies)) ||
	    !bytes_same(buf_bytes(&a.content), buf_bytes(&b.content)))
		abort();
	buf_clear(&a.replies);
	buf_clear(&a.content);
	buf_clear(&b.replies);
	buf_clear(&b.content);
	return 0;
}
