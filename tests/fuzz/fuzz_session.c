/*
 * A whole conversation with a server that says anything, and a session that
 * stays asked for any steps in any order.  It ends; nobody is
 * SENT unless all of the message had left, and then the server had said 2yz;
 * the password never leaves before TLS; after an injected STARTTLS nothing
 * more is said.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "smtp/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

enum { STEPS_MOST = 20000, OUT_MOST = 1 << 20 };

static const char content[] = "Subject: x\r\n\r\n.hi\r\n";
static const char whole[] = "Subject: x\r\n\r\n..hi\r\n.\r\n";

struct run {
	struct smtp *s;
	struct bytes in, body;
	struct buf out;
	bool tls, starttls;
	size_t piece;
	struct envelope *env;
	struct smtp_message *msg;
};

static void
sent(struct run *r, struct bytes some)
{
	buf_add(&r->out, some);
	if (r->starttls && !r->tls &&
	    (bytes_find(buf_bytes(&r->out), BYTES("AUTH PLAIN")) < r->out.n ||
		bytes_find(buf_bytes(&r->out), BYTES("AUTH LOGIN")) < r->out.n))
		abort();
	smtp_sent(r->s, some.n);
}

static void
send_again(struct run *r)
{
	for (size_t i = 0; i < r->env->n; i++)
		r->env->to[i].verdict = (struct verdict){ 0 };
	buf_reset(&r->out);
	smtp_transaction(r->s, r->env, r->msg);
}

/* The next byte says which. */
static void
any_step(struct run *r)
{
	static void (*const plain[])(struct smtp *) = { smtp_quit, smtp_greet,
		smtp_ehlo, smtp_helo, smtp_starttls, smtp_login };
	size_t which = r->in.n > 0 ? (unsigned char)r->in.p[0] % 12 : 0;

	r->in = bytes_skip(r->in, 1);
	if (which < sizeof(plain) / sizeof(plain[0]))
		plain[which](r->s);
	else if (which == 6)
		smtp_command(r->s, BYTES("RSET"));
	else if (which == 7)
		smtp_command(r->s, BYTES("NOOP"));
	else if (which == 8)
		send_again(r);
	else if (which == 9)
		smtp_mail(r->s, r->env);
	else if (which == 10)
		smtp_rcpt(r->s, 1);
	else
		smtp_data(r->s, r->msg);
}

static void
step(struct run *r)
{
	struct error gone = ERROR_NONE;
	struct bytes some = bytes_head(r->in, r->piece);

	switch (smtp_want(r->s)) {
	case SMTP_SEND:
		sent(r, bytes_head(smtp_out(r->s), 4096));
		break;
	case SMTP_RECV:
		error_set(&gone, ERR_DISCONNECTED, "gone");
		r->in = bytes_skip(r->in, some.n);
		if (some.n > 0)
			smtp_feed(r->s, some);
		else
			smtp_lost(r->s, &gone);
		break;
	case SMTP_TLS:
		r->tls = true;
		smtp_secured(r->s, (struct sasl_binding){ NULL, { 0, 0 } });
		break;
	case SMTP_BODY:
		if (smtp_body_first(r->s))
			r->body = BYTES(content);
		some = bytes_head(r->body, 7);
		r->body = bytes_skip(r->body, some.n);
		smtp_body(r->s, some);
		break;
	case SMTP_IDLE:
		any_step(r);
		break;
	case SMTP_OVER:
		break;
	}
}

static void
check(const struct run *r, const struct envelope *env)
{
	for (size_t i = 0; i < env->n; i++)
		if (env->to[i].verdict.state == VERDICT_SENT &&
		    (env->to[i].verdict.code / 100 != 2 ||
			bytes_find(buf_bytes(&r->out), BYTES(whole)) ==
			    r->out.n))
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct here *const here = &here_real;
	static struct trace trace;
	uint8_t knobs = n > 0 ? data[0] : 0;
	struct error e = ERROR_NONE;
	struct envelope env = ENVELOPE;
	struct smtp_tries tries = { 0 };
	struct smtp_message msg = { .size = sizeof(content) - 1,
		.body_8bit = (knobs & 32) != 0 };
	struct smtp_plan plan = { .host = "h",
		.ehlo_name = "c",
		.trace = &trace,
		.lmtp = (knobs & 1) != 0,
		.stay = (knobs & 64) != 0,
		.task = knobs & 128 ? SMTP_MEET : SMTP_SUBMIT,
		.security = knobs & 2 ? SMTP_STARTTLS : SMTP_CLEAR,
		.auth = (knobs & 4) != 0,
		.auth_without_tls = (knobs & 2) == 0,
		.all_recipients = (knobs & 8) != 0,
		.id = { .user = BYTES("user"),
		    .secret = BYTES("secret99"),
		    .nonce = BYTES("nonce") } };
	struct run r = { .in = { (const char *)data + 1, n > 0 ? n - 1 : 0 },
		.starttls = (knobs & 2) != 0,
		.piece = knobs & 16 ? 1 : 1 + n,
		.env = &env,
		.msg = &msg };
	size_t steps = 0;

	trace.here = here;
	buf_init(&r.out, OUT_MOST);
	envelope_from(&env, BYTES("a@b.example"), &e);
	envelope_to(&env, BYTES("c@d.example"), NULL, &e);
	envelope_to(&env, BYTES("e@f.example"), NULL, &e);
	r.s = smtp_new(&plan, &env, &msg, &tries, &e);
	while (smtp_want(r.s) != SMTP_OVER)
		if (step(&r), ++steps > STEPS_MOST + 2 * n)
			abort();
	check(&r, &env);
	smtp_free(r.s);
	envelope_clear(&env);
	trace_clear(&trace);
	buf_clear(&r.out);
	return 0;
}
