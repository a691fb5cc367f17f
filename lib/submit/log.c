#include "submit/log.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "conf/secret_value.h"

/* Octets of a line, of a value, of the list of recipients. */
enum { LINE_MOST = 2000, VALUE_MOST = 300, LIST_MOST = 600 };

/* ---- the line --------------------------------------------------------------- */

static bool
is_plain(struct bytes text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] <= ' ' || strchr("\"=\\", text.p[i]) != NULL)
			return false;
	return true;
}

static void
add_quoted(struct buf *out, struct bytes text)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			buf_addc(out, '\\');
		buf_addc(out, text.p[i]);
	}
	buf_addc(out, '"');
}

static void
add_key(struct buf *out, const char *key)
{
	buf_addf(out, "%s%s=", out->n > 0 ? " " : "", key);
}

/* Nothing at all where there is nothing to say. */
static void
add_text(struct buf *out, const struct request *r, const char *key,
    struct bytes text)
{
	struct buf shown = BUF(64 << 10);
	char clean[VALUE_MOST];

	if (text.n == 0)
		return;
	redact_add(&r->trace->redact, &shown, text);
	clean_copy(clean, sizeof(clean), buf_bytes(&shown));
	add_key(out, key);
	if (is_plain(bytes_of(clean)))
		buf_adds(out, clean);
	else
		add_quoted(out, bytes_of(clean));
	buf_clear(&shown);
}

static void
add_number(struct buf *out, const char *key, int64_t n)
{
	add_key(out, key);
	buf_addf(out, "%" PRId64, n);
}

static void
add_recipients(struct buf *out, const struct letter *l, const struct request *r)
{
	struct buf list = BUF(LIST_MOST);
	size_t i = 0;

	for (; i < l->env.n; i++) {
		const char *address = l->env.to[i].address;

		if (list.n + strlen(address) + 4 > VALUE_MOST)
			break;
		buf_addf(&list, "%s<%s>", i > 0 ? "," : "", address);
	}
	if (i < l->env.n)
		buf_adds(&list, ",...");
	add_text(out, r, "to", buf_bytes(&list));
	add_number(out, "nrcpt", (int64_t)l->env.n);
	buf_clear(&list);
}

static const char *
status_of(const struct letter *l, struct outcome o)
{
	size_t sent = 0, refused = 0, queued = 0;

	for (size_t i = 0; i < l->env.n; i++) {
		sent += l->env.to[i].verdict.state == VERDICT_SENT;
		refused += l->env.to[i].verdict.state == VERDICT_REFUSED;
		queued += l->env.to[i].verdict.state == VERDICT_QUEUED;
	}
	if (queued > 0)
		return sent > 0 || refused > 0 ? "partial" : "queued";
	if (o.exit == EX_OK)
		return sent > 0 ? "sent" : "discarded";
	if (sent > 0)
		return "partial";
	if (l->env.n > 0 && refused == l->env.n)
		return "refused";
	return o.exit == EX_TEMPFAIL ? "deferred" : "failed";
}

/* The first that has not got it is worth more words than one that has. */
static const struct verdict *
telling_verdict(const struct letter *l)
{
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state != VERDICT_SENT)
			return &l->env.to[i].verdict;
	return l->env.n > 0 ? &l->env.to[0].verdict : NULL;
}

/* Of a configuration with errors the first says more than their number. */
static struct bytes
why(const struct letter *l, const struct error *e)
{
	struct bytes said = buf_bytes(&l->complaints);

	return l->conf == NULL && said.n > 0 ? bytes_take(&said, '\n')
					     : bytes_of(e->text);
}

static void
add_reply(struct buf *out, const struct letter *l, const struct request *r,
    const struct error *e)
{
	const struct verdict *v = telling_verdict(l);

	if (e->kind == ERR_NONE)
		e = &l->queued_for;
	if (v != NULL && v->code != 0) {
		add_number(out, "code", v->code);
		add_text(out, r, "reply", bytes_of(v->text));
	} else if (e->kind != ERR_NONE && e->code != 0) {
		add_number(out, "code", e->code);
		add_text(out, r, "reply", bytes_of(e->reply));
	}
	if (e->kind != ERR_NONE)
		add_text(out, r, "text", why(l, e));
	if (l->unqueued.kind != ERR_NONE)
		add_text(out, r, "unqueued", bytes_of(l->unqueued.text));
}

void
log_line(struct buf *out, const struct letter *l, const struct request *r,
    const struct error *e, struct outcome o)
{
	struct buf from = BUF(1024);

	buf_addf(&from, "<%s>", l->env.sender != NULL ? l->env.sender : "");
	add_text(out, r, "msgid", buf_bytes(&l->message_id));
	add_text(out, r, "id",
	    bytes_of(l->queue_id[0] != '\0' ? l->queue_id : l->id));
	add_text(out, r, "account", bytes_of(l->account.name));
	add_text(out, r, "from", buf_bytes(&from));
	if (l->env.n > 0)
		add_recipients(out, l, r);
	add_number(out, "size", message_size(&l->message));
	add_text(out, r, "host", bytes_of(l->host));
	add_text(out, r, "tls", bytes_of(l->tls));
	add_text(out, r, "status", bytes_of(status_of(l, o)));
	if (o.exit != EX_OK)
		add_text(out, r, "error", bytes_of(error_name(o.kind)));
	add_reply(out, l, r, e);
	if (l->maybe_delivered)
		add_text(out, r, "maybe_delivered", BYTES("yes"));
	add_text(out, r, "dead", buf_bytes(&l->dead));
	add_number(out, "trips", l->round_trips);
	add_number(out, "ms", l->took / 1000);
	add_number(
	    out, "uid", (int64_t)(r->peer != NULL ? r->peer->uid : getuid()));
	add_number(out, "exit", o.exit);
	buf_clear(&from);
}

/* ---- where it goes ------------------------------------------------------------- */

static int
priority(struct outcome o)
{
	if (o.exit == EX_OK)
		return LOG_INFO;
	return o.exit == EX_TEMPFAIL ? LOG_WARNING : LOG_ERR;
}

static const char *
tag_of(const struct request *r)
{
	return r->tag != NULL ? r->tag : "sendoff";
}

static void
to_syslog(const struct request *r, struct bytes line, struct outcome o)
{
	openlog(tag_of(r), LOG_PID, LOG_MAIL);
	syslog(priority(o), "%.*s", BYTES_ARG(line));
	closelog();
}

/* 2026-11-23T01:02:03Z tag[pid]: */
static void
add_stamp(struct buf *out, const struct request *r)
{
	struct timespec now = r->here->now();
	char text[40];
	struct tm tm;

	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_addf(out, "%s %s[%ld]: ", text, tag_of(r), (long)getpid());
}

/* One write, so that the lines of others stay whole. */
static int
append(const char *path, struct bytes line)
{
	int fd = open(path,
	    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC |
		O_NONBLOCK | O_NOCTTY,
	    0600);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, line.p, line.n);
	close(fd);
	return n == (ssize_t)line.n ? 0 : -1;
}

static void
to_file(const struct request *r, const char *path, struct bytes line)
{
	struct buf whole = BUF(2 * LINE_MOST);
	struct error e = ERROR_NONE;
	char *full = path_expand(bytes_of(path), r->places.home, &e);

	add_stamp(&whole, r);
	buf_add(&whole, line);
	buf_addc(&whole, '\n');
	if (full != NULL && append(full, buf_bytes(&whole)) < 0)
		trace_note(r->trace, 1, "warn", "cannot log to %s: %s", full,
		    strerror(errno));
	free(full);
	buf_clear(&whole);
}

void
letter_log(struct letter *l, const struct request *r, const struct error *e,
    struct outcome o)
{
	static const char *const usual[] = { "syslog", NULL };
	const char *const *to = l->conf == NULL ? NULL : conf_log(l->conf);
	struct buf line = BUF(2 * LINE_MOST);

	log_line(&line, l, r, e, o);
	for (to = to == NULL ? usual : to; *to != NULL; to++)
		if (strcmp(*to, "syslog") == 0)
			to_syslog(r, buf_bytes(&line), o);
		else if (strcmp(*to, "off") != 0)
			to_file(r, *to, buf_bytes(&line));
	buf_clear(&line);
}
