#include "compose/notice_status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"
#include "mail/date.h"
#include "mail/encode.h"
#include "mail/fold.h"

/* An octet becomes "\xHH" at most, twice; and there is a type in front. */
enum { FIELD_MOST = 16 * NOTICE_SHOWN + 100 };

struct status {
	struct buf *out;        /* borrowed */
	const struct notice *n; /* borrowed */
	bool international;
};

static bool
is_international(const char *address)
{
	return address != NULL && address_needs_utf8(bytes_of(address));
}

bool
notice_international(const struct notice *n)
{
	for (size_t i = 0; i < n->env->n; i++)
		if (n->about[i] &&
		    (is_international(n->env->to[i].address) ||
			is_international(n->env->to[i].original)))
			return true;
	return false;
}

const char *
notice_to(const struct notice *n)
{
	return n->to != NULL ? n->to : n->env->sender;
}

/* ---- statuses ---------------------------------------------------------------- */

/* Refused by somebody, or by the calendar alone? */
static bool
is_refused(const struct verdict *v)
{
	bool later = v->code != 0 ? v->code / 100 == 4 : v->status.class == 4;

	return v->state == VERDICT_REFUSED && !later;
}

bool
notice_given_up(const struct notice *n, const struct verdict *v)
{
	return n->kind == NOTICE_FAILED && !is_refused(v) &&
	    n->status.class != 5;
}

static int
class_of(const struct notice *n, const struct verdict *v)
{
	if (n->kind == NOTICE_RELAYED)
		return 2;
	return n->kind == NOTICE_FAILED && !notice_given_up(n, v) ? 5 : 4;
}

struct estatus
notice_status(const struct notice *n, const struct verdict *v)
{
	int class = class_of(n, v);

	if (v->status.class == class)
		return v->status;
	if (v->code == 0 && n->status.class == class)
		return n->status;
	if (n->kind == NOTICE_FAILED && class == 4)
		return (struct estatus){ 4, 4, 7 };
	if (class == 5 && v->stage == STAGE_ADDRESS)
		return (struct estatus){ 5, 1, 3 };
	return (struct estatus){ class, 0, 0 };
}

/* ---- fields ------------------------------------------------------------------ */

void
notice_field(struct buf *out, const char *name, struct bytes text)
{
	struct buf line = BUF(FIELD_MOST);

	buf_addc(&line, ' ');
	buf_add(&line, text);
	buf_addf(out, "%s:", name);
	fold_add(out, strlen(name) + 1, buf_bytes(&line), LINE_SOFT, LINE_HARD);
	buf_adds(out, "\r\n");
	buf_share(out, &line);
	buf_clear(&line);
}

void
notice_wire(struct buf *out, const char *address)
{
	struct error none = ERROR_NONE;
	char shown[NOTICE_SHOWN];
	struct bytes spec =
	    bytes_of(clean_copy(shown, sizeof(shown), bytes_of(address)));

	if (address_wire(out, spec, address_needs_utf8(spec), &none) < 0)
		buf_add(out, spec);
}

/* UTF-8 has its own type of report, ASCII has no room for it. */
static void
add_octets(const struct status *s, struct buf *line, const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text > 127 && !s->international)
			buf_addf(line, "\\x%02x", (unsigned char)*text);
		else
			buf_addc(line, *text);
}

/* type with its "; ", or "". */
static void
add_field(
    struct status *s, const char *name, const char *type, const char *text)
{
	struct buf line = BUF(FIELD_MOST);
	char shown[NOTICE_SHOWN];

	clean_copy(shown, sizeof(shown), bytes_of(text));
	buf_adds(&line, type);
	add_octets(s, &line, shown);
	notice_field(s->out, name, buf_bytes(&line));
	buf_share(s->out, &line);
	buf_clear(&line);
}

static void
add_date(struct status *s, const char *name, time_t at)
{
	if (at == 0)
		return;
	buf_addf(s->out, "%s: ", name);
	date_add_at(s->out, at);
	buf_adds(s->out, "\r\n");
}

/* A name, or the path of a socket. */
static void
add_mta(struct status *s, const char *name, const char *mta)
{
	add_field(s, name, mta[0] == '/' ? "x-unix; " : "dns; ", mta);
}

static void
add_address(struct status *s, const char *name, const char *address)
{
	struct buf wire = BUF(FIELD_MOST);

	notice_wire(&wire, address);
	add_field(s, name, is_international(address) ? "utf-8; " : "rfc822; ",
	    buf_text(&wire));
	buf_share(s->out, &wire);
	buf_clear(&wire);
}

/* ---- about the message ----------------------------------------------------------- */

static bool
has(struct bytes text, struct bytes what)
{
	return bytes_find(text, what) < text.n;
}

/* Is it xtext of printable characters? */
static bool
is_decodable(struct bytes text)
{
	return xtext_valid(text) && !has(text, BYTES("+0")) &&
	    !has(text, BYTES("+1")) && !has(text, BYTES("+7F"));
}

static void
add_envid(struct status *s)
{
	const char *envid = s->n->env->envid;
	char *decoded;

	if (envid == NULL)
		return;
	if (!is_decodable(bytes_of(envid))) {
		add_field(s, "Original-Envelope-Id", "", envid);
		return;
	}
	decoded = xtext_decode(bytes_of(envid));
	if (decoded == NULL)
		s->out->state = BUF_NOMEM;
	else
		add_field(s, "Original-Envelope-Id", "", decoded);
	free(decoded);
}

static void
add_about_message(struct status *s)
{
	add_envid(s);
	add_mta(s, "Reporting-MTA", s->n->mta);
	if (s->n->queue_id != NULL)
		add_field(s, "X-Sendoff-Queue-ID", "", s->n->queue_id);
	add_date(s, "Arrival-Date", s->n->arrived);
}

/* ---- about a recipient ------------------------------------------------------------ */

static void
add_action(struct status *s, const struct verdict *v)
{
	static const char *const actions[] = {
		[NOTICE_FAILED] = "failed",
		[NOTICE_DELAYED] = "delayed",
		[NOTICE_RELAYED] = "relayed",
	};
	struct estatus status = notice_status(s->n, v);

	buf_addf(s->out, "Action: %s\r\nStatus: %d.%d.%d\r\n",
	    actions[s->n->kind], status.class, status.subject, status.detail);
}

/* What the server said, or we ourselves. */
static void
add_diagnostic(struct status *s, const struct verdict *v)
{
	char reply[sizeof(v->text) + 20];

	if (v->code != 0) {
		snprintf(reply, sizeof(reply), "%d %s", v->code, v->text);
		add_field(s, "Diagnostic-Code", "smtp; ", reply);
	} else if (v->text[0] != '\0')
		add_field(s, "Diagnostic-Code", "x-sendoff; ", v->text);
	else if (s->n->reason != NULL)
		add_field(s, "Diagnostic-Code", "x-sendoff; ", s->n->reason);
}

static void
add_recipient(struct status *s, const struct recipient *to)
{
	buf_adds(s->out, "\r\n");
	if (to->original != NULL)
		add_address(s, "Original-Recipient", to->original);
	add_address(s, "Final-Recipient", to->address);
	add_action(s, &to->verdict);
	if (s->n->remote != NULL && to->verdict.code != 0)
		add_mta(s, "Remote-MTA", s->n->remote);
	add_diagnostic(s, &to->verdict);
	add_date(s, "Last-Attempt-Date", s->n->tried);
	if (s->n->kind == NOTICE_DELAYED)
		add_date(s, "Will-Retry-Until", s->n->until);
}

void
notice_status_add(struct buf *out, const struct notice *n)
{
	struct status s = { out, n, notice_international(n) };

	add_about_message(&s);
	for (size_t i = 0; i < n->env->n; i++)
		if (n->about[i])
			add_recipient(&s, &n->env->to[i]);
}
