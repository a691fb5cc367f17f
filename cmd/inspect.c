#include "cmd/inspect.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "base/json.h"
#include "submit/report.h"
#include "submit/visit.h"

enum { TEXT_MAX = 1 << 20 };

/* ---- the configuration -------------------------------------------------------------- */

int
inspect_finish(
    struct letter *l, const struct request *r, struct error *e, struct buf *out)
{
	struct outcome o = { .exit = error_exit(e), .kind = e->kind };
	int printed = report_print(r->program, buf_bytes(out));

	buf_clear(out);
	if (e->kind != ERR_NONE) {
		report_advise(l, e);
		letter_report(l, r, e, o);
	}
	letter_clear(l);
	return o.exit != EX_OK ? o.exit : printed;
}

typedef int saying(struct letter *l, struct buf *out, struct error *e);

/* One account, resolved; NULL is the usual choice. */
static int
one_account(struct letter *l, const struct request *r, const char *name,
    saying *say, struct buf *out, struct error *e)
{
	struct conf_wish wish = {
		.name = name, .over = r->over, .over_n = r->over_n
	};

	if (conf_account(l->conf, &wish, &l->account, e) < 0)
		return -1;
	return say(l, out, e);
}

static void
complain(struct letter *l, const struct error *e)
{
	buf_addf(&l->complaints, "%s\n", e->text);
	if (e->hint[0] != '\0')
		buf_addf(&l->complaints, "hint: %s\n", e->hint);
}

/* All of them; what is wrong with each is told, not of the first alone. */
static int
each_account(struct letter *l, const struct request *r, saying *say,
    struct buf *out, struct error *e)
{
	const char *const *name = conf_names(l->conf);
	enum error_kind kind = ERR_NONE;
	unsigned wrong = 0;

	if (*name == NULL) {
		error_set(e, ERR_CONFIG, "no account is configured");
		return error_hint(e, "see sendoff.conf(5); three lines do");
	}
	for (; *name != NULL; name++) {
		struct error why = ERROR_NONE;

		if (one_account(l, r, *name, say, out, &why) < 0) {
			complain(l, &why);
			kind = why.kind;
			wrong++;
		}
		account_clear(&l->account);
	}
	if (wrong == 0)
		return 0;
	return error_set(e, kind, "%u account%s cannot be used", wrong,
	    wrong == 1 ? "" : "s");
}

static int
say_ok(struct letter *l, struct buf *out, struct error *e)
{
	if (letter_check(l, e) < 0)
		return error_in(e, "account '%s'", l->account.name);
	buf_addf(out, "account %s: ok, %s\n", l->account.name,
	    l->account.hosts_n > 0 ? l->account.hosts[0].name : "no host");
	return 0;
}

static int
say_account(struct letter *l, struct buf *out, struct error *e)
{
	(void)e;
	conf_show(&l->account, out);
	return 0;
}

static int
inspect_accounts(const struct request *r, saying *say)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(TEXT_MAX);
	struct letter l;

	letter_init(&l, r);
	l.conf = conf_load(&r->places, &l.complaints, &e);
	if (l.conf == NULL)
		return inspect_finish(&l, r, &e, &out);
	if (r->account == NULL && r->over_n == 0)
		each_account(&l, r, say, &out, &e);
	else
		one_account(&l, r, r->account, say, &out, &e);
	return inspect_finish(&l, r, &e, &out);
}

int
inspect_check(const struct request *r)
{
	return inspect_accounts(r, say_ok);
}

int
inspect_config(const struct request *r)
{
	return inspect_accounts(r, say_account);
}

/* ---- a server -------------------------------------------------------------------------- */

struct look {
	const struct request *r;
	struct buf out;
};

static void
add_day(struct buf *out, int64_t when)
{
	time_t t = (time_t)when;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	buf_adds(out, text);
}

static void
text_tls(const struct tls_facts *t, struct buf *out)
{
	if (t == NULL) {
		buf_adds(out, "tls          none\n");
		return;
	}
	buf_addf(out, "tls          %s %s\n", t->version, t->cipher);
	buf_addf(out, "certificate  %s\n", t->subject);
	buf_addf(out, "  names      %s\n", t->names);
	buf_addf(out, "  issuer     %s\n", t->issuer);
	buf_adds(out, "  valid      ");
	add_day(out, t->not_before);
	buf_adds(out, " to ");
	add_day(out, t->not_after);
	buf_addf(out, "\n  sha256     %s\n  spki       spki-sha256:%s\n",
	    t->sha256, t->spki);
	buf_addf(out, "  verified   %s\n",
	    t->verified     ? "yes"
		: t->pinned ? "by fingerprint"
			    : "no");
}

static void
text_offers(const struct ehlo *h, struct buf *out)
{
	struct bytes lines = ehlo_offers(h), word, params;

	while (ehlo_next(&lines, &word, &params)) {
		buf_adds(out, "offers       ");
		clean_add(out, word);
		if (params.n > 0)
			buf_addc(out, ' ');
		clean_add(out, params);
		buf_addc(out, '\n');
	}
}

static void
look_text(const struct glimpse *g, struct buf *out)
{
	buf_addf(out, "server       %s", g->host->name);
	if (!g->host->is_path)
		buf_addf(out, ":%u (%s)", g->host->port, g->dialled->peer);
	buf_addf(out,
	    "\nms           connect %.1f, handshake %.1f, EHLO %.1f\n",
	    (double)g->connect / 1e3, (double)g->handshake / 1e3,
	    (double)g->greeting / 1e3);
	text_tls(g->tls, out);
	text_offers(g->offers, out);
}

static void
json_tls(struct json *j, const struct tls_facts *t)
{
	json_open(j, "tls", '{');
	if (t != NULL) {
		json_text(j, "version", bytes_of(t->version));
		json_text(j, "cipher", bytes_of(t->cipher));
		json_text(j, "subject", bytes_of(t->subject));
		json_text(j, "names", bytes_of(t->names));
		json_text(j, "issuer", bytes_of(t->issuer));
		json_number(j, "not_before", t->not_before);
		json_number(j, "not_after", t->not_after);
		json_text(j, "sha256", bytes_of(t->sha256));
		json_text(j, "spki_sha256", bytes_of(t->spki));
		json_bool(j, "verified", t->verified);
		json_bool(j, "pinned", t->pinned);
	}
	json_close(j, '}');
}

static void
look_json(const struct glimpse *g, struct buf *out)
{
	struct bytes lines = ehlo_offers(g->offers), word, params;
	struct json j = JSON(out);

	json_open(&j, NULL, '{');
	json_text(&j, "host", bytes_of(g->host->name));
	json_number(&j, "port", g->host->port);
	json_text(&j, "peer", bytes_of(g->dialled->peer));
	json_decimal(&j, "connect_ms", (double)g->connect / 1e3, 3);
	json_decimal(&j, "handshake_ms", (double)g->handshake / 1e3, 3);
	json_decimal(&j, "ehlo_ms", (double)g->greeting / 1e3, 3);
	json_tls(&j, g->tls);
	json_open(&j, "offers", '[');
	while (ehlo_next(&lines, &word, &params)) {
		json_open(&j, NULL, '{');
		json_text(&j, "keyword", word);
		json_text(&j, "parameters", params);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	json_close(&j, '}');
	buf_addc(out, '\n');
}

static void
look(void *ctx, const struct glimpse *g)
{
	struct look *into = ctx;

	if (into->r->form == REPORT_JSON)
		look_json(g, &into->out);
	else
		look_text(g, &into->out);
}

int
inspect_account(struct letter *l, const struct request *r, struct error *e)
{
	struct conf_wish wish = { .name = r->account,
		.sender = r->sender,
		.over = r->over,
		.over_n = r->over_n };

	l->conf = conf_load(&r->places, &l->complaints, e);
	if (l->conf == NULL)
		return -1;
	return conf_account(l->conf, &wish, &l->account, e);
}

int
inspect_server(const struct request *r)
{
	struct error e = ERROR_NONE;
	struct look into = { r, BUF(TEXT_MAX) };
	struct letter l;

	letter_init(&l, r);
	if (inspect_account(&l, r, &e) == 0)
		letter_look(&l, r, look, &into, &e);
	return inspect_finish(&l, r, &e, &into.out);
}
