#include "base/json.h"
#include "tests/server/session_private.h"

static void
tell_tls(const struct session *s, struct json *j)
{
	json_text(j, "tls", bytes_of(s->tls.version));
	json_text(j, "cipher", bytes_of(s->tls.cipher));
	json_text(j, "asked_name", bytes_of(s->tls.asked_name));
	json_bool(j, "resumed", s->tls.resumed);
	json_bool(j, "close_notify", s->peer.close_notify);
	json_text(j, "tls_error",
	    s->tls_error == 0 ? BYTES("")
			      : bytes_of(gnutls_strerror_name(s->tls_error)));
}

static void
tell_flights(const struct session *s, struct json *j)
{
	struct bytes rest = buf_bytes(&s->peer.flights);

	json_number(j, "turns", peer_turns(&s->peer));
	json_open(j, "flights", '[');
	while (rest.n > 0)
		json_text(j, NULL, bytes_take(&rest, '\n'));
	json_close(j, ']');
}

static void
store_json(const struct session *s, const char *name, struct buf *text)
{
	buf_addc(text, '\n');
	store_text(s->place.store, name, buf_bytes(text));
	buf_clear(text);
}

void
session_record(struct session *s)
{
	struct buf text = BUF(SESSION_TEXT);
	struct json j = JSON(&text);
	char name[48];

	json_open(&j, NULL, '{');
	json_number(&j, "connection", s->place.conn);
	json_text(&j, "client", bytes_of(s->place.client));
	json_text(&j, "hello", buf_bytes(&s->hello));
	tell_tls(s, &j);
	json_open(&j, "auth", '[');
	buf_add(&text, buf_bytes(&s->auth_log));
	json_close(&j, ']');
	j.comma = true;
	tell_flights(s, &j);
	json_number(&j, "messages", s->messages);
	json_number(&j, "received", (int64_t)s->peer.received);
	json_close(&j, '}');
	snprintf(name, sizeof(name), "conn-%u.json", s->place.conn);
	store_json(s, name, &text);
}

static void
tell_content(const struct content *c, struct json *j)
{
	json_open(j, "content", '{');
	json_number(j, "octets", (int64_t)c->octets);
	json_number(j, "lines", (int64_t)c->lines);
	json_number(j, "longest", (int64_t)c->longest);
	json_number(j, "stuffed", (int64_t)c->stuffed);
	json_number(j, "bare_cr", (int64_t)c->bare_cr);
	json_number(j, "bare_lf", (int64_t)c->bare_lf);
	json_number(j, "nul", (int64_t)c->nul);
	json_bool(j, "eight_bit", c->eight_bit);
	json_close(j, '}');
}

static void
tell_recipients(const struct session *s, struct json *j)
{
	json_open(j, "rcpt", '[');
	for (size_t i = 0; i < s->rcpt_n; i++) {
		json_open(j, NULL, '{');
		json_text(j, "line", bytes_of(s->rcpt[i].line));
		json_number(j, "code", s->rcpt[i].code);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void
session_envelope(struct session *s, unsigned number)
{
	struct buf text = BUF(SESSION_TEXT);
	struct json j = JSON(&text);
	char name[48];

	json_open(&j, NULL, '{');
	json_number(&j, "connection", s->place.conn);
	json_text(&j, "hello", buf_bytes(&s->hello));
	json_text(&j, "tls", bytes_of(s->tls.version));
	json_text(&j, "user", buf_bytes(&s->user));
	json_text(&j, "mechanism", buf_bytes(&s->mechanism));
	json_text(&j, "mail", buf_bytes(&s->mail));
	tell_recipients(s, &j);
	tell_content(&s->content, &j);
	json_close(&j, '}');
	snprintf(name, sizeof(name), "envelope-%u.json", number);
	store_json(s, name, &text);
}
