#include "cmd/ask.h"

#include <stdio.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/inspect.h"
#include "submit/report.h"

enum { TEXT_MAX = 4 << 20 };

struct answers {
	const struct request *r;
	struct buf out; /* owned: lines, or the members of an array */
	struct json json;
	int status;
};

static void
note_status(struct answers *a, int code)
{
	if (a->status == EX_OK && code / 100 >= 4)
		a->status = code / 100 == 4 ? EX_TEMPFAIL : EX_UNAVAILABLE;
}

/* As on the wire, but clean: "250-one", "250 two". */
static void
add_lines(struct answers *a, const struct reply *reply)
{
	struct bytes text = buf_bytes(&reply->text);

	do {
		struct bytes line = bytes_take(&text, '\n');

		buf_addf(&a->out, "%d%c", reply->code, text.n > 0 ? '-' : ' ');
		trace_shown(a->r->trace, &a->out, line);
		buf_addc(&a->out, '\n');
	} while (text.n > 0);
}

static void
json_lines(struct answers *a, const struct reply *reply)
{
	struct bytes text = buf_bytes(&reply->text);
	struct buf clean = BUF(TEXT_MAX);

	json_open(&a->json, "lines", '[');
	do {
		buf_reset(&clean);
		trace_shown(a->r->trace, &clean, bytes_take(&text, '\n'));
		json_text(&a->json, NULL, buf_bytes(&clean));
	} while (text.n > 0);
	json_close(&a->json, ']');
	buf_clear(&clean);
}

static void
json_reply(struct answers *a, struct bytes said, const struct reply *reply)
{
	char status[48] = "";

	if (reply->status.class != 0)
		snprintf(status, sizeof(status), "%d.%d.%d",
		    reply->status.class, reply->status.subject,
		    reply->status.detail);
	json_open(&a->json, NULL, '{');
	json_text(&a->json, "command", said);
	json_number(&a->json, "code", reply->code);
	json_text(&a->json, "enhanced", bytes_of(status));
	json_lines(a, reply);
	json_close(&a->json, '}');
}

static void
hear(void *ctx, struct bytes said, const struct reply *reply)
{
	struct answers *a = ctx;

	note_status(a, reply->code);
	if (a->r->form == REPORT_JSON)
		json_reply(a, said, reply);
	else
		add_lines(a, reply);
}

static void
json_end(struct answers *a, const struct letter *l, const struct error *e)
{
	struct json *j = &a->json;

	json_close(j, ']');
	json_text(j, "error", bytes_of(error_name(e->kind)));
	json_number(j, "exit", a->status);
	json_text(j, "account", bytes_of(l->account.name));
	json_text(j, "host", bytes_of(l->host));
	json_text(j, "tls", bytes_of(l->tls));
	if (e->kind != ERR_NONE) {
		json_text(j, "text", bytes_of(e->text));
		json_text(j, "reply", bytes_of(e->reply));
		json_text(j, "hint", bytes_of(e->hint));
	}
	json_close(j, '}');
	buf_addc(&a->out, '\n');
}

/* One object, whatever happens; what is wrong with the files goes elsewhere. */
static int
finish_json(struct answers *a, struct letter *l, struct error *e)
{
	int printed;

	report_advise(l, e);
	if (e->kind != ERR_NONE)
		a->status = error_exit(e);
	json_end(a, l, e);
	report_write(STDERR_FILENO, buf_bytes(&l->complaints));
	printed = report_print(a->r->program, buf_bytes(&a->out));
	buf_clear(&a->out);
	letter_clear(l);
	return a->status != EX_OK ? a->status : printed;
}

int
ask(const struct request *r, const struct question *asked, size_t n)
{
	struct answers a = { .r = r, .out = BUF(TEXT_MAX) };
	struct inquiry about = { asked, n, hear, &a };
	struct error e = ERROR_NONE;
	struct letter l;
	int status;

	a.json = JSON(&a.out);
	if (r->form == REPORT_JSON) {
		json_open(&a.json, NULL, '{');
		json_open(&a.json, "replies", '[');
	}
	letter_init(&l, r);
	if (inspect_account(&l, r, &e) == 0)
		letter_ask(&l, r, &about, &e);
	if (r->form == REPORT_JSON)
		return finish_json(&a, &l, &e);
	status = inspect_finish(&l, r, &e, &a.out);
	return status != EX_OK ? status : a.status;
}
