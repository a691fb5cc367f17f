#include "client/sendoff_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/host.h"
#include "smtp/reply.h"
#include "smtp/step.h"

enum {
	COMMAND_MAX = 2048,
	CONNECT_TIMEOUT = 30000,
	SMTP_PORT = 25,
	SMTP_SSL_PORT = 465,
	LMTP_PORT = 2003
};

/* ---- its life -------------------------------------------------------------- */

static void
to_stderr(void *ctx, const char *line, size_t n)
{
	(void)ctx;
	while (n > 0) {
		ssize_t gone = write(STDERR_FILENO, line, n);

		if (gone <= 0)
			return;
		line += gone;
		n -= (size_t)gone;
	}
}

static void
put_line(void *ctx, struct bytes line)
{
	const struct sendoff *s = ctx;

	s->o.debug(s->o.debug_ctx, line.p, line.n);
}

/* The caller's strings may go; ours stay. */
static bool
own_strings(struct sendoff *s)
{
	const char **strings[SENDOFF_STRINGS] = { &s->o.local_hostname,
		&s->o.source_address, &s->o.trust_file, &s->o.cert_file,
		&s->o.key_file, &s->o.fingerprint, &s->o.min_version };

	for (size_t i = 0; i < SENDOFF_STRINGS; i++) {
		if (*strings[i] == NULL)
			continue;
		s->owned[i] = strdup(*strings[i]);
		*strings[i] = s->owned[i];
		if (s->owned[i] == NULL)
			return false;
	}
	return true;
}

static void
prepare_plan(struct sendoff *s)
{
	s->plan = (struct smtp_plan){
		.task = SMTP_MEET,
		.stay = true,
		.lmtp = s->o.lmtp,
		.host = s->port_host,
		.ehlo_name = s->name,
		.certificate = s->o.cert_file != NULL,
		.timeout = s->o.timeout * 1000,
		.trace = &s->trace,
	};
	s->pins[0] = s->o.fingerprint;
	s->line.tls_plan = (struct tls_plan){
		.host = s->port_host,
		.verify = s->o.unverified_tls ? TLS_VERIFY_OFF
		    : s->pins[0] != NULL      ? TLS_VERIFY_PIN
					      : TLS_VERIFY_FULL,
		.trust_file = s->o.trust_file,
		.pins = s->pins[0] != NULL ? s->pins : NULL,
		.cert_file = s->o.cert_file,
		.key_file = s->o.key_file,
		.min_version = s->o.min_version,
	};
}

struct sendoff *
sendoff_new(const struct sendoff_options *options)
{
	struct sendoff *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	if (options != NULL)
		s->o = *options;
	if (s->o.debug == NULL)
		s->o.debug = to_stderr;
	buf_init(&s->nonces, SELF_NONCES * SMTP_NONCE + 1);
	buf_init(&s->user, 4096);
	buf_init(&s->secret, 1 << 16);
	buf_init(&s->text, REPLY_MAX);
	buf_init(&s->params, REPLY_MAX);
	message_init(&s->message);
	s->trace = (struct trace){ .level = s->o.debug_level,
		.here = &here_real,
		.put = put_line,
		.ctx = s };
	if (!own_strings(s)) {
		sendoff_free(s);
		return NULL;
	}
	prepare_plan(s);
	trace_start(&s->trace);
	return s;
}

void
sendoff_free(struct sendoff *s)
{
	if (s == NULL)
		return;
	sendoff_close(s);
	for (size_t i = 0; i < SENDOFF_STRINGS; i++)
		free(s->owned[i]);
	envelope_clear(&s->env);
	message_clear(&s->message);
	trace_clear(&s->trace);
	buf_clear(&s->nonces);
	buf_clear(&s->user);
	buf_clear(&s->secret);
	buf_clear(&s->text);
	buf_clear(&s->params);
	free(s);
}

void
sendoff_set_debuglevel(struct sendoff *s, int level)
{
	if (s->trace.level == 0) {
		s->trace.level = level;
		trace_start(&s->trace);
	}
	s->trace.level = level;
}

/* ---- what came of it ------------------------------------------------------- */

const struct sendoff_error *
sendoff_error(struct sendoff *s)
{
	int status = s->status != 0 ? s->status : error_exit(&s->why);

	s->told = (struct sendoff_error){
		.kind = error_name(s->why.kind),
		.text = s->why.text,
		.hint = s->why.hint,
		.reply = s->why.reply,
		.code = s->why.code,
		.status = status,
		.temporary = status == EX_TEMPFAIL,
		.maybe_delivered = s->told.maybe_delivered,
	};
	return &s->told;
}

int
sendoff_code(const struct sendoff *s)
{
	return s->code;
}

const char *
sendoff_text(struct sendoff *s)
{
	return buf_text(&s->text);
}

/* ---- a step ---------------------------------------------------------------- */

bool
sendoff_connected(const struct sendoff *s)
{
	return s->line.session != NULL &&
	    smtp_want(s->line.session) == SMTP_IDLE;
}

bool
client_ready(struct sendoff *s)
{
	s->why = ERROR_NONE;
	s->status = 0;
	s->told.maybe_delivered = false;
	if (sendoff_connected(s))
		return true;
	error_set(&s->why, ERR_DISCONNECTED, "not connected");
	return false;
}

static void
keep_reply(struct sendoff *s)
{
	const struct reply *reply = smtp_reply(s->line.session);

	s->code = reply->code;
	buf_reset(&s->text);
	buf_add(&s->text, buf_bytes(&reply->text));
}

int
client_step(struct sendoff *s)
{
	connection_run(&s->line);
	keep_reply(s);
	s->why = *smtp_error(s->line.session);
	return s->why.kind == ERR_NONE || s->why.code != 0 ? s->code : -1;
}

int
client_achieve(struct sendoff *s)
{
	client_step(s);
	return s->why.kind == ERR_NONE ? 0 : -1;
}

/* ---- connecting ------------------------------------------------------------ */

static unsigned
usual_port(const struct sendoff *s)
{
	if (s->o.lmtp)
		return LMTP_PORT;
	return s->o.implicit_tls ? SMTP_SSL_PORT : SMTP_PORT;
}

/* With a port of its own, what stands in front is a host and nothing else. */
static int
take_host(struct sendoff *s, const char *text, unsigned port)
{
	struct host h;

	if (host_read(&h, bytes_of(text), &s->why) < 0)
		return -1;
	if ((h.port != 0 && port != 0) || port > 65535)
		return error_set(&s->why, ERR_CONFIG, "two ports, or none");
	snprintf(s->port_host, sizeof(s->port_host), "%.*s", BYTES_ARG(h.name));
	s->plan.auth_without_tls = s->o.password_in_clear || h.is_path;
	s->line.implicit = s->o.implicit_tls && !h.is_path;
	s->line.dial.port = port != 0 ? port
	    : h.port != 0             ? h.port
				      : usual_port(s);
	return 0;
}

static bool
is_name(const char *name)
{
	return is_ascii_domain(bytes_of(name)) ||
	    is_address_literal(bytes_of(name));
}

static int
check_name(struct sendoff *s)
{
	if (s->o.local_hostname == NULL || is_name(s->o.local_hostname))
		return 0;
	return error_set(&s->why, ERR_USAGE,
	    "local_hostname is no domain and no address literal");
}

static int
dial_host(struct sendoff *s)
{
	int64_t timeout =
	    s->o.connect_timeout > 0 ? s->o.connect_timeout : CONNECT_TIMEOUT;
	struct dial d = { .host = s->port_host,
		.port = s->line.dial.port,
		.source = s->o.source_address,
		.connect_timeout = timeout * 1000 };

	s->line.here = &here_real;
	s->line.trace = &s->trace;
	s->line.dial = d;
	s->line.handshake_timeout = s->plan.timeout;
	s->line.content = NULL;
	if (connection_open(&s->line, &s->why) < 0)
		return -1;
	if (s->o.local_hostname != NULL)
		snprintf(s->name, sizeof(s->name), "%s", s->o.local_hostname);
	else
		self_name(s->name, sizeof(s->name), &here_real,
		    s->line.dialled.local);
	return connection_begin(&s->line, &s->plan, NULL, &s->tries, &s->why);
}

int
sendoff_connect(struct sendoff *s, const char *host, unsigned port)
{
	sendoff_close(s);
	s->why = ERROR_NONE;
	s->status = 0;
	if (take_host(s, host, port) == 0 && check_name(s) == 0 &&
	    dial_host(s) == 0 && client_achieve(s) == 0)
		return s->code;
	sendoff_close(s);
	return -1;
}

void
sendoff_close(struct sendoff *s)
{
	connection_close(&s->line);
}

void
sendoff_quit(struct sendoff *s)
{
	if (sendoff_connected(s)) {
		smtp_quit(s->line.session);
		connection_run(&s->line);
		connection_glance(&s->line);
	}
	sendoff_close(s);
}

/* ---- commands -------------------------------------------------------------- */

int
sendoff_docmd(struct sendoff *s, const char *command, const char *args)
{
	struct buf line = BUF(COMMAND_MAX);
	int code = -1;

	if (!client_ready(s))
		return -1;
	buf_adds(&line, command != NULL ? command : "");
	if (args != NULL && args[0] != '\0')
		buf_addf(&line, " %s", args);
	if (buf_ok(&line)) {
		smtp_command(s->line.session, buf_bytes(&line));
		code = client_step(s);
	} else
		error_set(&s->why, ERR_USAGE, "command too long");
	buf_clear(&line);
	return code;
}

static int
about_address(struct sendoff *s, const char *verb, const char *text)
{
	struct buf line = BUF(COMMAND_MAX);
	int code = -1;

	if (!client_ready(s))
		return -1;
	if (smtp_question(
		s->line.session, verb, bytes_of(text), &line, &s->why) == 0) {
		smtp_command(s->line.session, buf_bytes(&line));
		code = client_step(s);
	}
	buf_clear(&line);
	return code;
}

int
sendoff_verify(struct sendoff *s, const char *address)
{
	return about_address(s, "VRFY", address);
}

int
sendoff_expn(struct sendoff *s, const char *list)
{
	return about_address(s, "EXPN", list);
}

int
sendoff_help(struct sendoff *s, const char *about)
{
	return sendoff_docmd(s, "HELP", about);
}

int
sendoff_noop(struct sendoff *s)
{
	return sendoff_docmd(s, "NOOP", NULL);
}

int
sendoff_rset(struct sendoff *s)
{
	return sendoff_docmd(s, "RSET", NULL);
}

/* ---- greeting -------------------------------------------------------------- */

/* With another name, for this once. */
static int
greet_as(
    struct sendoff *s, const char *name, void (*greet)(struct smtp *session))
{
	int code;

	if (!client_ready(s))
		return -1;
	if (name != NULL && !is_name(name))
		return error_set(&s->why, ERR_USAGE,
		    "no domain and no address literal to greet with");
	if (name != NULL)
		s->plan.ehlo_name = name;
	greet(s->line.session);
	code = client_step(s);
	s->plan.ehlo_name = s->name;
	return code;
}

int
sendoff_ehlo(struct sendoff *s, const char *name)
{
	return greet_as(s, name, smtp_ehlo);
}

int
sendoff_helo(struct sendoff *s, const char *name)
{
	if (!s->o.lmtp)
		return greet_as(s, name, smtp_helo);
	s->why = ERROR_NONE;
	return error_set(&s->why, ERR_USAGE, "LMTP has no HELO");
}

int
sendoff_ehlo_or_helo_if_needed(struct sendoff *s)
{
	if (!client_ready(s))
		return -1;
	if (smtp_greeted(s->line.session))
		return 0;
	smtp_greet(s->line.session);
	return client_achieve(s);
}

bool
sendoff_has_extn(const struct sendoff *s, const char *keyword)
{
	return s->line.session != NULL &&
	    ehlo_has(smtp_offers(s->line.session), keyword, NULL);
}

const char *
sendoff_extn(struct sendoff *s, const char *keyword)
{
	struct bytes params;

	if (s->line.session == NULL ||
	    !ehlo_has(smtp_offers(s->line.session), keyword, &params))
		return NULL;
	buf_reset(&s->params);
	buf_add(&s->params, params);
	return buf_text(&s->params);
}

/* ---- TLS and login --------------------------------------------------------- */

int
sendoff_starttls(struct sendoff *s)
{
	if (sendoff_ehlo_or_helo_if_needed(s) < 0)
		return -1;
	smtp_starttls(s->line.session);
	return client_achieve(s);
}

const char *
sendoff_tls(const struct sendoff *s)
{
	return s->line.wire != NULL && s->line.secured ? s->line.tls.version
						       : NULL;
}

void
sendoff_no_initial_response(struct sendoff *s, bool never)
{
	s->plan.no_initial = never;
}

static int
take_identity(struct sendoff *s, const char *user, const char *secret)
{
	s->plan.id = (struct sasl_identity){ 0 };
	buf_reset(&s->nonces);
	self_nonces(&s->nonces, &here_real);
	buf_reset(&s->user);
	buf_adds(&s->user, user != NULL ? user : "");
	buf_reset(&s->secret);
	buf_adds(&s->secret, secret != NULL ? secret : "");
	if (!buf_ok(&s->user) || !buf_ok(&s->secret))
		return error_set(&s->why, ERR_SECRET,
		    "user or password too long, or out of memory");
	s->plan.id = (struct sasl_identity){
		.user = buf_bytes(&s->user),
		.secret = buf_bytes(&s->secret),
		.host = bytes_of(s->port_host),
		.port = s->line.dial.port,
		.nonce = buf_bytes(&s->nonces),
	};
	return 0;
}

static int
log_in(struct sendoff *s, const char *user, const char *secret)
{
	int rc;

	if (sendoff_ehlo_or_helo_if_needed(s) < 0 ||
	    take_identity(s, user, secret) < 0)
		return -1;
	smtp_login(s->line.session);
	rc = client_achieve(s);
	s->plan.id = (struct sasl_identity){ 0 };
	buf_clear(&s->secret);
	return rc;
}

int
sendoff_login(struct sendoff *s, const char *user, const char *password)
{
	s->plan.mechanisms = NULL;
	return log_in(s, user, password);
}

int
sendoff_auth(struct sendoff *s, const char *mechanism, const char *user,
    const char *secret)
{
	const struct sasl_mechanism *m = sasl_find(bytes_of(mechanism));

	if (m == NULL) {
		s->why = ERROR_NONE;
		return error_set(
		    &s->why, ERR_AUTH_MECHANISM, "this mechanism is not known");
	}
	s->mechanisms[0] = m->name;
	s->plan.mechanisms = s->mechanisms;
	return log_in(s, user, secret);
}

const char *
sendoff_mechanism(const struct sendoff *s)
{
	return s->line.session != NULL ? smtp_mechanism(s->line.session) : NULL;
}
