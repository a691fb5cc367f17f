#include "submit/plan.h"

#include <stdio.h>
#include <string.h>

#include "conf/hint.h"
#include "conf/secret.h"

void
plan_init(struct plan *p)
{
	*p = (struct plan){ 0 };
	buf_init(&p->nonce, SELF_NONCES * SMTP_NONCE + 1);
}

void
plan_clear(struct plan *p)
{
	buf_clear(&p->nonce);
}

/* ---- greeting ------------------------------------------------------------- */

static void
choose_ehlo_name(struct plan *p, const struct account *a,
    const struct here *here, const char *local)
{
	size_t size = sizeof(p->ehlo_name);

	if (a->ehlo_name != NULL)
		snprintf(p->ehlo_name, size, "%s", a->ehlo_name);
	else
		self_name(p->ehlo_name, size, here, local);
}

/* ---- login ---------------------------------------------------------------- */

bool
plan_logs_in(const struct account *a)
{
	if (a->auth != NULL && strcmp(a->auth[0], "off") == 0)
		return false;
	return a->user != NULL || a->tls_cert_file != NULL;
}

bool
plan_needs_secret(const struct account *a)
{
	return plan_logs_in(a) &&
	    (a->password.kind != SECRET_NONE || a->tls_cert_file == NULL);
}

int
plan_secret(struct letter *l, const struct request *r, struct error *e)
{
	const struct account *a = &l->account;

	if (!plan_needs_secret(a) || l->secret.n > 0)
		return 0;
	if (r->wary && !conf_is_roots(l->conf) &&
	    a->password.kind != SECRET_NONE &&
	    a->password.kind != SECRET_LITERAL) {
		error_set(e, ERR_SECRET,
		    "under the name sendmail no password is fetched for a file "
		    "that the caller names");
		return error_hint(e, "call sendoff, or give the file to root");
	}
	if (secret_read(a, r->may_ask, &l->secret, e) < 0)
		return -1;
	trace_hide(r->trace, buf_bytes(&l->secret));
	return 0;
}

/* NULL: the session chooses. */
static const char *const *
mechanisms(const struct account *a)
{
	if (a->auth == NULL || strcmp(a->auth[0], "auto") == 0)
		return NULL;
	return (const char *const *)a->auth;
}

/* A certificate alone logs in by EXTERNAL, where that is offered. */
static bool
certificate_only(const struct account *a)
{
	return a->user == NULL && mechanisms(a) == NULL;
}

static void
plan_login(struct smtp_plan *p, const struct account *a,
    const struct account_host *host)
{
	p->auth = plan_logs_in(a);
	p->auth_if_offered = certificate_only(a);
	p->mechanisms = mechanisms(a);
	p->certificate = a->tls_cert_file != NULL;
	p->no_initial = !a->auth_initial_response;
	p->login_initial = a->auth_initial_asked;
	p->auth_without_tls = a->auth_without_tls || host->is_path;
	p->locked_out = hint_locked_out;
}

/* ---- all of it -------------------------------------------------------------- */

static enum smtp_security
security(const struct account_host *host)
{
	switch (host->tls) {
	case ACCOUNT_TLS_IMPLICIT:
		return SMTP_SECURED;
	case ACCOUNT_TLS_STARTTLS:
	case ACCOUNT_TLS_REQUIRED:
		return SMTP_STARTTLS;
	case ACCOUNT_TLS_OFF:
		break;
	}
	return SMTP_CLEAR;
}

const char *
plan_tls(const struct account_host *host)
{
	static const char *const names[] = {
		[SMTP_CLEAR] = "off",
		[SMTP_STARTTLS] = "starttls",
		[SMTP_SECURED] = "implicit",
	};

	return names[security(host)];
}

void
plan_make(struct plan *p, const struct letter *l, const struct request *r,
    const struct account_host *host, const char *local)
{
	const struct account *a = &l->account;

	choose_ehlo_name(p, a, r->here, local);
	buf_reset(&p->nonce);
	self_nonces(&p->nonce, r->here);
	p->smtp = (struct smtp_plan){
		.lmtp = a->protocol == PROTOCOL_LMTP,
		.security = security(host),
		.host = host->name,
		.ehlo_name = p->ehlo_name,
		.id = { .user = bytes_of(a->user),
		    .secret = buf_bytes(&l->secret),
		    .host = bytes_of(host->name),
		    .port = host->port,
		    .nonce = buf_bytes(&p->nonce) },
		.all_recipients = a->recipients == RECIPIENTS_ALL,
		.smtputf8 = r->smtputf8,
		.max_size = a->max_size,
		.timeout = a->timeout,
		.mail_options = (const char *const *)a->mail_options,
		.rcpt_options = (const char *const *)a->rcpt_options,
		.trace = r->trace,
	};
	plan_login(&p->smtp, a, host);
}
