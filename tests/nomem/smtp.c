#include "smtp/step.h"
#include "tests/nomem/nomem.h"

#include <stdlib.h>

static const char content[] = "Subject: x\r\n\r\n.hi\r\n";

#define NO "503 no\r\n"
#define NO_9 NO NO NO NO NO NO NO NO NO

/* A server's side, said whenever it is its turn. */
static const char *const server[] = {
	"220 mail.example.org ESMTP\r\n",
	"250-mail.example.org\r\n250-PIPELINING\r\n250 AUTH PLAIN\r\n",
	"235 welcome\r\n250 ok\r\n250 ok\r\n550 no such user\r\n354 go on\r\n",
	"250 queued\r\n",
	"550 not you\r\n" NO_9 NO_9 NO_9, /* MAIL, 26 RCPT, DATA */
	NULL,
};

struct play {
	struct smtp *s;
	const char *const *next;
	struct bytes body;
	bool heard_all;       /* the server has had the whole message */
	struct envelope more; /* for another transaction, if it stays */
	struct smtp_message *msg;
	struct error why; /* of a step */
};

static void
hear(struct play *p)
{
	struct error gone = ERROR_NONE;

	if (*p->next != NULL) {
		smtp_feed(p->s, bytes_of(*p->next++));
		return;
	}
	error_set(&gone, ERR_DISCONNECTED, "gone");
	smtp_lost(p->s, &gone);
}

static int
name_many(struct envelope *env, struct error *e)
{
	char to[] = "a@b.example";

	if (envelope_from(env, BYTES("a@b.example"), e) < 0)
		return -1;
	for (; to[0] <= 'z'; to[0]++)
		if (envelope_to(env, bytes_of(to), NULL, e) < 0)
			return -1;
	return 0;
}

/* To many more than before; then leave. */
static void
again(struct play *p)
{
	struct error e = ERROR_NONE;

	p->why = *smtp_error(p->s);
	if (p->more.n > 0)
		smtp_quit(p->s);
	else if (name_many(&p->more, &e) < 0)
		smtp_lost(p->s, &e);
	else {
		p->body = BYTES(content);
		smtp_transaction(p->s, &p->more, p->msg);
	}
}

static void
go_on(struct play *p, struct result *r)
{
	struct bytes out = smtp_out(p->s);

	switch (smtp_want(p->s)) {
	case SMTP_SEND:
		result_add(r, out);
		if (bytes_find(out, BYTES("\r\n.\r\n")) < out.n)
			p->heard_all = true;
		smtp_sent(p->s, out.n);
		break;
	case SMTP_RECV:
		hear(p);
		break;
	case SMTP_BODY:
		smtp_body(p->s, p->body);
		p->body = BYTES("");
		break;
	case SMTP_IDLE:
		again(p);
		break;
	default:
		abort();
	}
}

static int
come_to(const struct envelope *env, const struct play *p, struct result *r,
    struct error *e)
{
	*e = smtp_error(p->s)->kind != ERR_NONE ? *smtp_error(p->s) : p->why;
	if (e->kind != ERR_NONE)
		return -1;
	for (size_t i = 0; i < env->n; i++) {
		enum verdict_state state = env->to[i].verdict.state;

		if (state == VERDICT_SENT && !p->heard_all)
			abort();
		result_add(r, (struct bytes){ (char *)&state, sizeof(state) });
	}
	return 0;
}

static int
converse(struct envelope *env, bool stay, struct result *r, struct error *e)
{
	struct trace trace = { .here = &here_real };
	struct smtp_tries tries = { 0 };
	struct smtp_message msg = { .size = sizeof(content) - 1 };
	struct smtp_plan plan = { .host = "h",
		.ehlo_name = "c",
		.trace = &trace,
		.security = SMTP_SECURED,
		.stay = stay,
		.auth = true,
		.id = { .user = BYTES("user"), .secret = BYTES("secret99") } };
	struct play p = { .next = server, .body = BYTES(content), .msg = &msg };
	int rc = -1;

	p.s = smtp_new(&plan, env, &msg, &tries, e);
	if (p.s != NULL) {
		while (smtp_want(p.s) != SMTP_OVER)
			go_on(&p, r);
		rc = come_to(env, &p, r, e);
	}
	smtp_free(p.s);
	envelope_clear(&p.more);
	trace_clear(&trace);
	return rc;
}

static int
session(bool stay, struct result *r, struct error *e)
{
	struct envelope env = ENVELOPE;
	int rc = envelope_from(&env, BYTES("a@b.example"), e);

	if (rc == 0)
		rc = envelope_to(&env, BYTES("c@d.example"), NULL, e);
	if (rc == 0)
		rc = envelope_to(&env, BYTES("e@f.example"), NULL, e);
	if (rc == 0)
		rc = converse(&env, stay, r, e);
	envelope_clear(&env);
	return rc;
}

static int
session_that_goes(struct result *r, struct error *e)
{
	return session(false, r, e);
}

static int
session_that_stays(struct result *r, struct error *e)
{
	return session(true, r, e);
}

const struct work smtp_work[] = {
	{ "session", session_that_goes },
	{ "session that stays", session_that_stays },
	{ NULL, NULL },
};
