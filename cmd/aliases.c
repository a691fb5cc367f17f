#include "cmd/aliases.h"

#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "submit/expand.h"
#include "submit/report.h"
#include "submit/step.h"

enum { TEXT_MAX = 16 << 20 };

static int
fail(struct letter *l, const struct request *r, struct error *e)
{
	struct outcome o = { error_exit(e), e->kind };

	letter_report(l, r, e, o);
	return o.exit;
}

/* ---- newaliases ------------------------------------------------------------------ */

/* "off", NULL for the usual one, or what was named. */
static int
file_of(const struct request *r, struct letter *l, const char *named,
    const char **path, struct error *e)
{
	*path = named != NULL ? named : r->aliases;
	if (*path != NULL)
		return 0;
	l->conf = conf_load(&r->places, &l->complaints, e);
	if (l->conf == NULL)
		return -1;
	*path = conf_aliases(l->conf);
	return 0;
}

static int
verify_file(const char *path, bool must, struct buf *out, struct buf *wrong,
    struct error *e)
{
	struct aliases *a = aliases_open(path, wrong, e);
	bool lines_are_bad;
	size_t n;

	if (a == NULL && e->kind == ERR_NOINPUT && !must) {
		*e = ERROR_NONE;
		buf_addf(out, "%s: not there, and not needed\n", path);
		return 0;
	}
	if (a == NULL)
		return -1;
	lines_are_bad = wrong->n > 0;
	if (aliases_check(a, wrong, &n) > 0 || lines_are_bad)
		error_set(e, ERR_CONFIG, "%s has errors", path);
	else
		buf_addf(out, "%s: %zu alias%s; nothing has to be rebuilt\n",
		    path, n, n == 1 ? "" : "es");
	aliases_close(a);
	return e->kind == ERR_NONE ? 0 : -1;
}

int
aliases_verify_file(const struct request *r, const char *named)
{
	struct buf out = BUF(TEXT_MAX), wrong = BUF(TEXT_MAX);
	struct error e = ERROR_NONE;
	const char *path;
	struct letter l;
	int status = EX_OK;

	letter_init(&l, r);
	if (file_of(r, &l, named, &path, &e) == 0 &&
	    (path == NULL || strcmp(path, "off") != 0))
		verify_file(path != NULL ? path : letter_usual_aliases,
		    path != NULL, &out, &wrong, &e);
	if (e.kind != ERR_NONE || isatty(STDERR_FILENO) == 1 ||
	    r->trace->level > 0)
		report_write(STDERR_FILENO, buf_bytes(&wrong));
	if (isatty(STDOUT_FILENO) == 1 || r->trace->level > 0)
		status = report_print(r->program, buf_bytes(&out));
	if (e.kind != ERR_NONE)
		status = fail(&l, r, &e);
	buf_clear(&out);
	buf_clear(&wrong);
	letter_clear(&l);
	return status;
}

/* ---- -bv -------------------------------------------------------------------------- */

static void
say_targets(const struct letter *l, size_t from, struct buf *out)
{
	const char *host =
	    l->account.hosts_n > 0 ? l->account.hosts[0].name : "";

	for (; from < l->leads_n; from++) {
		const char *to = l->env.to[l->leads[from].at].address;

		buf_addf(out,
		    "%s... deliverable: mailer relay, host %s, user %s\n", to,
		    host, to);
	}
}

static void
say(struct buf *out, const char *address, const char *what)
{
	clean_add(out, bytes_of(address));
	buf_addf(out, "... %s\n", what);
}

/* Returns false when it cannot be delivered. */
static bool
verify(struct letter *l, struct aliases *a, size_t i, struct buf *out)
{
	struct error e = ERROR_NONE;
	const struct address *to = &l->to.list[i];
	size_t before = l->leads_n;
	struct buf what = BUF(2048);
	bool good = letter_expand_one(l, a, i, &e) == 0;

	if (!good) {
		buf_addf(&what, "undeliverable: %s", e.text);
		say(out, to->text, buf_text(&what));
	} else if (l->leads_n == before)
		say(out, to->text, "deliverable: nothing more to do");
	say_targets(l, before, out);
	buf_clear(&what);
	return good;
}

static int
verify_all(
    struct letter *l, const struct request *r, struct buf *out, struct error *e)
{
	struct aliases *a;
	int status = EX_OK;

	if (letter_configure(l, r, e) < 0 || letter_address(l, r, e) < 0 ||
	    letter_route(l, r, e) < 0)
		return error_exit(e);
	a = letter_aliases(l, r, e);
	if (e->kind != ERR_NONE)
		return error_exit(e);
	for (size_t i = 0; i < l->to.n; i++)
		if (!verify(l, a, i, out))
			status = EX_NOUSER;
	for (size_t i = 0; i < l->unreadable.n; i++) {
		say(out, l->unreadable.to[i].address,
		    "undeliverable: no address");
		status = EX_NOUSER;
	}
	aliases_close(a);
	return status;
}

int
aliases_verify(const struct request *r)
{
	struct buf out = BUF(TEXT_MAX);
	struct error e = ERROR_NONE;
	struct letter l;
	int status, printed;

	letter_init(&l, r);
	status = verify_all(&l, r, &out, &e);
	printed = report_print(r->program, buf_bytes(&out));
	if (status == EX_OK)
		status = printed;
	if (e.kind != ERR_NONE)
		status = fail(&l, r, &e);
	buf_clear(&out);
	letter_clear(&l);
	return status;
}
