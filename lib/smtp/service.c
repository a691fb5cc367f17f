#include "smtp/service.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"
#include "mail/encode.h"

enum {
	INPUT_MAX = 1 << 20,
	REPLIES_MAX = 8 << 20,
	LINE_MOST = 2048,        /* RFC 5321, 4.5.3.1.4, and extensions */
	RECIPIENTS_MOST = 10000, /* RFC 5321, 4.5.3.1.8 wants 100 */
	ERRORS_MOST = 20,
	ENVID_MOST = 100,
	ORCPT_MOST = 500,
};

/* Where in a line of the content. */
enum place { LINE_START, AFTER_DOT, AFTER_DOT_CR, IN_LINE, AFTER_CR };

struct service {
	const struct service_plan *plan;
	struct buf in, out;
	bool greeted, hello, has_sender, utf8, ended, over;
	bool skipping; /* a line that is far too long */
	struct envelope env;
	size_t *order; /* owned: of each RCPT that was taken, the
	                           recipient in env */
	size_t order_n;
	unsigned errors;
	bool crlf;    /* the command under way ended in CRLF */
	bool content; /* an envelope is complete */
	enum place place;
	bool between;       /* chunks: the last one was answered */
	bool chunked, last; /* BDAT */
	int64_t chunk;      /* octets of it that are to come */
};

struct service *
service_new(const struct service_plan *plan)
{
	struct service *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->plan = plan;
	buf_init(&s->in, INPUT_MAX);
	buf_init(&s->out, REPLIES_MAX);
	return s;
}

void
service_free(struct service *s)
{
	if (s == NULL)
		return;
	buf_clear(&s->in);
	buf_clear(&s->out);
	envelope_clear(&s->env);
	free(s->order);
	free(s);
}

bool
service_input(struct service *s, struct bytes in)
{
	buf_add(&s->in, in);
	return buf_ok(&s->in);
}

void
service_end(struct service *s)
{
	s->ended = true;
}

struct buf *
service_replies(struct service *s)
{
	return &s->out;
}

const struct envelope *
service_envelope(const struct service *s)
{
	return &s->env;
}

bool
service_smtputf8(const struct service *s)
{
	return s->utf8;
}

/* ---- replies ----------------------------------------------------------------- */

static void reply(struct service *s, int code, const char *status,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));

static void
reply(struct service *s, int code, const char *status, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_addf(&s->out, "%d %s%s%s\r\n", code, status,
	    status[0] != '\0' ? " " : "", text);
	if (code >= 500)
		s->errors++;
}

static void
bad_sequence(struct service *s, const char *what)
{
	reply(s, 503, "5.5.1", "%s", what);
}

static void
reset(struct service *s)
{
	envelope_clear(&s->env);
	free(s->order);
	s->order = NULL;
	s->order_n = 0;
	s->has_sender = s->utf8 = s->content = s->chunked = s->last = false;
	s->place = LINE_START;
}

static void
leave(struct service *s)
{
	reset(s);
	s->over = true;
}

void
service_close(struct service *s, const char *status, const char *why)
{
	reply(s, 421, status, "%s %s", s->plan->host, why);
	leave(s);
}

/* ---- paths and parameters ------------------------------------------------------ */

/* "<path>", or what stands up to white space: off the front of *args. */
static struct bytes
take_path(struct bytes *args)
{
	bool quoted = false;
	struct bytes path;
	size_t n = 0;

	*args = bytes_trim(*args);
	if (args->n == 0 || args->p[0] != '<')
		return bytes_take(args, ' ');
	for (; n < args->n; n++) {
		if (args->p[n] == '"')
			quoted = !quoted;
		else if (quoted && args->p[n] == '\\')
			n++;
		else if (!quoted && args->p[n] == '>')
			break;
	}
	path = bytes_head(*args, n + 1);
	*args = bytes_skip(*args, path.n);
	return path;
}

/* "KEYWORD[=VALUE]" */
static bool
take_parameter(struct bytes *args, struct bytes *keyword, struct bytes *value)
{
	*args = bytes_trim(*args);
	if (args->n == 0)
		return false;
	*value = bytes_take(args, ' ');
	*keyword = bytes_take(value, '=');
	return true;
}

static bool
number(struct bytes text, int64_t *n)
{
	*n = 0;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] < '0' || text.p[i] > '9' || i > 17)
			return false;
		*n = *n * 10 + (text.p[i] - '0');
	}
	return text.n > 0;
}

static char *
copy(struct bytes text)
{
	char *p = malloc(text.n + 1);

	if (p == NULL)
		return NULL;
	memcpy(p, text.p, text.n);
	p[text.n] = '\0';
	return p;
}

static bool
bad_parameter(struct service *s, struct bytes keyword)
{
	char shown[64];

	reply(s, 501, "5.5.4", "%s does not take that value",
	    clean_copy(shown, sizeof(shown), keyword));
	return false;
}

static bool
unknown_parameter(struct service *s, struct bytes keyword)
{
	char shown[64];

	reply(s, 555, "5.5.4", "parameter %s is not known here",
	    clean_copy(shown, sizeof(shown), keyword));
	return false;
}

static bool
take_size(struct service *s, struct bytes keyword, struct bytes value)
{
	int64_t n;

	if (!number(value, &n))
		return bad_parameter(s, keyword);
	if (s->plan->max_size == 0 || n <= s->plan->max_size)
		return true;
	reply(s, 552, "5.3.4", "%" PRId64 " octets is the most",
	    s->plan->max_size);
	return false;
}

static bool
take_envid(struct service *s, struct bytes keyword, struct bytes value)
{
	if (value.n == 0 || value.n > ENVID_MOST || !xtext_valid(value))
		return bad_parameter(s, keyword);
	free(s->env.envid);
	s->env.envid = copy(value);
	return s->env.envid != NULL;
}

static bool
mail_parameter(struct service *s, struct bytes keyword, struct bytes value)
{
	if (bytes_is_case(keyword, "SIZE"))
		return take_size(s, keyword, value);
	if (bytes_is_case(keyword, "ENVID"))
		return take_envid(s, keyword, value);
	if (bytes_is_case(keyword, "BODY"))
		return bytes_is_case(value, "7BIT") ||
		    bytes_is_case(value, "8BITMIME") ||
		    bad_parameter(s, keyword);
	if (bytes_is_case(keyword, "SMTPUTF8")) {
		s->utf8 = true;
		return value.n == 0 || bad_parameter(s, keyword);
	}
	if (!bytes_is_case(keyword, "RET"))
		return unknown_parameter(s, keyword);
	s->env.ret = bytes_is_case(value, "FULL") ? RETURN_FULL : RETURN_HDRS;
	return s->env.ret == RETURN_FULL || bytes_is_case(value, "HDRS") ||
	    bad_parameter(s, keyword);
}

static unsigned
notify_of(struct bytes list)
{
	static const char *const words[] = { "NEVER", "SUCCESS", "FAILURE",
		"DELAY" };
	unsigned bits = 0;

	do {
		struct bytes word = bytes_take(&list, ',');
		unsigned bit = 0;

		for (unsigned i = 0; i < 4; i++)
			if (bytes_is_case(word, words[i]))
				bit = 1U << i;
		if (bit == 0)
			return 0;
		bits |= bit;
	} while (list.n > 0);
	return (bits & NOTIFY_NEVER) && bits != NOTIFY_NEVER ? 0 : bits;
}

/*
 * "rfc822;xtext" (RFC 3461, 4.2): kept as the address that it means.  Those of
 * other types are for systems that we do not know.
 */
static bool
take_orcpt(struct service *s, struct recipient *to, struct bytes value)
{
	struct bytes rest = value, type = bytes_take(&rest, ';');

	if (type.n == 0 || rest.n == 0 || rest.n > ORCPT_MOST)
		return bad_parameter(s, BYTES("ORCPT"));
	if (!bytes_is_case(type, "rfc822"))
		return true;
	if (!xtext_valid(rest))
		return bad_parameter(s, BYTES("ORCPT"));
	free(to->original);
	to->original = xtext_decode(rest);
	return to->original != NULL || bad_parameter(s, BYTES("ORCPT"));
}

static bool
rcpt_parameter(struct service *s, struct recipient *to, struct bytes keyword,
    struct bytes value)
{
	if (bytes_is_case(keyword, "ORCPT"))
		return take_orcpt(s, to, value);
	if (!bytes_is_case(keyword, "NOTIFY"))
		return unknown_parameter(s, keyword);
	to->notify = notify_of(value);
	return to->notify != NOTIFY_UNSET || bad_parameter(s, keyword);
}

/* "FROM:" or "TO:", with or without white space about the colon. */
static bool
take_preposition(struct bytes *args, const char *word)
{
	struct bytes rest = *args, first = bytes_trim(bytes_take(&rest, ':'));

	if (!bytes_is_case(first, word))
		return false;
	*args = rest;
	return true;
}

/* ---- commands -------------------------------------------------------------------- */

static void
offer(struct service *s, struct bytes name)
{
	char shown[128];

	buf_addf(&s->out, "250-%s greets %s\r\n", s->plan->host,
	    clean_copy(shown, sizeof(shown), name));
	buf_adds(&s->out,
	    "250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
	    "250-CHUNKING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n");
	if (s->plan->max_size > 0)
		buf_addf(
		    &s->out, "250 SIZE %" PRId64 "\r\n", s->plan->max_size);
	else
		buf_adds(&s->out, "250 SIZE\r\n");
}

static void
say_hello(struct service *s, struct bytes args, bool extended)
{
	char shown[128];

	args = bytes_trim(args);
	if (args.n == 0) {
		reply(s, 501, "5.5.4", "say who you are");
		return;
	}
	reset(s);
	s->hello = true;
	if (extended)
		offer(s, args);
	else
		reply(s, 250, "", "%s greets %s", s->plan->host,
		    clean_copy(shown, sizeof(shown), args));
}

static void
hear_ehlo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		reply(s, 500, "5.5.1", "this is LMTP: say LHLO");
	else
		say_hello(s, args, true);
}

static void
hear_helo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		reply(s, 500, "5.5.1", "this is LMTP: say LHLO");
	else
		say_hello(s, args, false);
}

static void
hear_lhlo(struct service *s, struct bytes args)
{
	if (s->plan->lmtp)
		say_hello(s, args, true);
	else
		reply(s, 500, "5.5.1", "this is SMTP: say EHLO");
}

static void
bad_address(struct service *s, const struct error *e)
{
	if (e->kind == ERR_OS)
		reply(s, 452, "4.3.1", "out of memory");
	else
		reply(s, 501, "5.1.3", "%s", e->text);
}

static bool
take_sender(struct service *s, struct bytes *args)
{
	struct error e = ERROR_NONE;
	struct address a = { 0 };
	int rc = address_path(&a, take_path(args), &e);

	if (rc == 0)
		rc = envelope_from(&s->env, bytes_of(a.text), &e);
	address_clear(&a);
	if (rc < 0)
		bad_address(s, &e);
	return rc == 0;
}

static void
hear_mail(struct service *s, struct bytes args)
{
	struct bytes keyword, value;

	if (s->plan->lmtp && !s->hello) {
		bad_sequence(s, "LHLO first");
		return;
	}
	if (s->has_sender) {
		bad_sequence(s, "there is a sender already");
		return;
	}
	if (!take_preposition(&args, "FROM")) {
		reply(s, 501, "5.5.4", "MAIL FROM:<address> is wanted");
		return;
	}
	if (!take_sender(s, &args))
		return;
	while (take_parameter(&args, &keyword, &value))
		if (!mail_parameter(s, keyword, value)) {
			reset(s);
			return;
		}
	s->has_sender = true;
	reply(s, 250, "2.1.0", "sender ok");
}

static bool
note_recipient(struct service *s, size_t index)
{
	size_t *more;

	if ((s->order_n & (s->order_n - 1)) == 0) {
		more = reallocarray(s->order,
		    s->order_n == 0 ? 1 : s->order_n * 2, sizeof(*more));
		if (more == NULL)
			return false;
		s->order = more;
	}
	s->order[s->order_n++] = index;
	return true;
}

static void
keep_recipient(struct service *s, const struct address *a, struct recipient *to)
{
	struct error e = ERROR_NONE;
	size_t before = s->env.n, at;

	if (envelope_to(&s->env, bytes_of(a->text), &at, &e) < 0 ||
	    !note_recipient(s, at)) {
		reply(s, 452, "4.3.1", "out of memory");
		return;
	}
	if (s->env.n > before) {
		s->env.to[at].notify = to->notify;
		s->env.to[at].original = to->original;
		to->original = NULL;
	}
	reply(s, 250, "2.1.5", "recipient ok");
}

static void
take_recipient(struct service *s, struct bytes args)
{
	struct recipient to = { 0 };
	struct bytes path = take_path(&args), keyword, value;
	struct error e = ERROR_NONE;
	struct address a = { 0 };
	bool good = true;

	if (address_path(&a, path, &e) < 0)
		bad_address(s, &e);
	else if (a.text[0] == '\0')
		reply(s, 501, "5.1.3", "a recipient has an address");
	else {
		while (good && take_parameter(&args, &keyword, &value))
			good = rcpt_parameter(s, &to, keyword, value);
		if (good)
			keep_recipient(s, &a, &to);
	}
	free(to.original);
	address_clear(&a);
}

static void
hear_rcpt(struct service *s, struct bytes args)
{
	if (!s->has_sender || s->content)
		bad_sequence(s, s->content ? "BDAT has begun" : "MAIL first");
	else if (!take_preposition(&args, "TO"))
		reply(s, 501, "5.5.4", "RCPT TO:<address> is wanted");
	else if (s->order_n >= RECIPIENTS_MOST)
		reply(s, 452, "4.5.3", "too many recipients");
	else
		take_recipient(s, args);
}

static bool
ready_for_content(struct service *s)
{
	if (s->order_n > 0)
		return true;
	if (!s->has_sender)
		bad_sequence(s, "MAIL first");
	else if (s->plan->lmtp)
		bad_sequence(s, "no valid recipient"); /* RFC 2033, 4.2 */
	else
		reply(s, 554, "5.5.1", "no valid recipient");
	return false;
}

static void
hear_data(struct service *s, struct bytes args)
{
	(void)args;
	if (s->content) {
		bad_sequence(s, "BDAT has begun");
		return;
	}
	if (!ready_for_content(s))
		return;
	s->content = true;
	s->place = LINE_START;
	reply(s, 354, "", "go on, and end with a dot alone");
}

/* RFC 3030, 2; what comes with a BDAT that is refused must still be read. */
static void
hear_bdat(struct service *s, struct bytes args)
{
	struct bytes size, rest = bytes_trim(args);
	int64_t n;

	size = bytes_take(&rest, ' ');
	rest = bytes_trim(rest);
	if (!number(size, &n) || (rest.n > 0 && !bytes_is_case(rest, "LAST"))) {
		reply(s, 501, "5.5.4", "BDAT size [LAST] is wanted");
		leave(s); /* where the next command begins is not known */
		return;
	}
	s->chunked = true;
	s->between = false;
	s->chunk = n;
	s->last = rest.n > 0;
	s->content = ready_for_content(s);
}

static void
hear_rset(struct service *s, struct bytes args)
{
	(void)args;
	reset(s);
	reply(s, 250, "2.0.0", "forgotten");
}

static void
hear_noop(struct service *s, struct bytes args)
{
	(void)args;
	reply(s, 250, "2.0.0", "ok");
}

static void
hear_vrfy(struct service *s, struct bytes args)
{
	(void)args;
	reply(s, 252, "2.5.2", "send it, and see");
}

static void
hear_expn(struct service *s, struct bytes args)
{
	(void)args;
	reply(s, 502, "5.5.1", "lists are not shown");
}

static void
hear_help(struct service *s, struct bytes args)
{
	(void)args;
	reply(s, 214, "2.0.0",
	    "%s MAIL RCPT DATA BDAT RSET NOOP VRFY HELP QUIT",
	    s->plan->lmtp ? "LHLO" : "EHLO HELO");
}

static void
hear_quit(struct service *s, struct bytes args)
{
	(void)args;
	reply(s, 221, "2.0.0", "%s says goodbye", s->plan->host);
	leave(s);
}

static const struct {
	const char *verb;
	void (*hear)(struct service *s, struct bytes args);
} commands[] = {
	{ "EHLO", hear_ehlo },
	{ "HELO", hear_helo },
	{ "LHLO", hear_lhlo },
	{ "MAIL", hear_mail },
	{ "RCPT", hear_rcpt },
	{ "DATA", hear_data },
	{ "BDAT", hear_bdat },
	{ "RSET", hear_rset },
	{ "NOOP", hear_noop },
	{ "VRFY", hear_vrfy },
	{ "EXPN", hear_expn },
	{ "HELP", hear_help },
	{ "QUIT", hear_quit },
};

static void
hear(struct service *s, struct bytes line)
{
	struct bytes verb = bytes_take(&line, ' ');

	if (bytes_control(verb) || bytes_control(line)) {
		reply(s, 500, "5.5.2", "control character in the command");
		return;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (bytes_is_case(verb, commands[i].verb)) {
			commands[i].hear(s, line);
			return;
		}
	reply(s, 500, "5.5.1", "no such command");
}

/* ---- lines --------------------------------------------------------------------------- */

static void
too_long(struct service *s)
{
	if (!s->skipping)
		reply(s, 500, "5.5.2", "the line is too long");
	s->skipping = true;
	buf_reset(&s->in);
}

/* Take the next line off the input, if it is there; *line is borrowed. */
static bool
next_line(struct service *s, struct buf *line)
{
	struct bytes in = buf_bytes(&s->in);
	size_t n = bytes_index(in, '\n');
	struct bytes text = bytes_head(in, n);
	bool skipped = s->skipping;

	if (n == in.n) {
		if (n > LINE_MOST)
			too_long(s);
		return false;
	}
	s->crlf = text.n > 0 && text.p[text.n - 1] == '\r';
	text.n -= s->crlf;
	buf_reset(line);
	buf_add(line, text);
	buf_drop(&s->in, n + 1);
	s->skipping = false;
	if (skipped)
		return next_line(s, line);
	if (line->n > LINE_MOST) {
		reply(s, 500, "5.5.2", "the line is too long");
		return next_line(s, line);
	}
	return true;
}

static void
check_patience(struct service *s)
{
	if (s->errors <= ERRORS_MOST || s->over)
		return;
	reply(s, 421, "4.7.0", "too many errors");
	leave(s);
}

/* A refused chunk is passed over, as far as it has come. */
static bool
drop_chunk(struct service *s)
{
	size_t n = s->in.n;

	if (!s->chunked || s->content)
		return true;
	if ((int64_t)n > s->chunk)
		n = (size_t)s->chunk;
	buf_drop(&s->in, n);
	s->chunk -= (int64_t)n;
	s->chunked = s->chunk > 0;
	return !s->chunked;
}

enum service_want
service_step(struct service *s)
{
	struct buf line = BUF(INPUT_MAX);

	if (!s->greeted)
		reply(s, 220, "", "%s %s sendoff", s->plan->host,
		    s->plan->lmtp ? "LMTP" : "ESMTP");
	s->greeted = true;
	while (
	    !s->over && !s->content && drop_chunk(s) && next_line(s, &line)) {
		hear(s, buf_bytes(&line));
		check_patience(s);
	}
	buf_clear(&line);
	if (s->content)
		return SERVICE_CONTENT;
	return s->over || s->ended ? SERVICE_OVER : SERVICE_INPUT;
}

/* ---- content --------------------------------------------------------------------------- */

static bool
ends_line(const struct service *s, char c)
{
	return c == '\n' && (s->place == AFTER_CR || !s->crlf);
}

/* One byte: what it adds to what the caller gets, at most two octets. */
static size_t
undo(struct service *s, char c, char *to)
{
	size_t n = 0;

	if (s->place == LINE_START && c == '.') {
		s->place = AFTER_DOT;
		return 0;
	}
	if (s->place == AFTER_DOT && c == '\r') {
		s->place = AFTER_DOT_CR;
		return 0;
	}
	if (s->place == AFTER_DOT_CR) {
		to[n++] = '\r';
		s->place = AFTER_CR;
	}
	to[n++] = c;
	s->place = ends_line(s, c) ? LINE_START
	    : c == '\r'            ? AFTER_CR
				   : IN_LINE;
	return n;
}

static bool
is_end(const struct service *s, char c)
{
	return c == '\n' &&
	    (s->place == AFTER_DOT_CR || (s->place == AFTER_DOT && !s->crlf));
}

static enum service_content
dotted_content(struct service *s, char *to, size_t room, size_t *n)
{
	size_t i = 0;
	bool end = false;

	for (*n = 0; !end && i < s->in.n && *n + 2 <= room; i++) {
		end = is_end(s, s->in.p[i]);
		if (!end)
			*n += undo(s, s->in.p[i], to + *n);
	}
	buf_drop(&s->in, i);
	if (end)
		s->last = true;
	if (*n > 0)
		return CONTENT_SOME;
	return end ? CONTENT_OVER : CONTENT_WAITS;
}

/* Between chunks: the next one, or the end of it all. */
static enum service_content
next_chunk(struct service *s)
{
	struct buf line = BUF(INPUT_MAX);
	enum service_content what = CONTENT_WAITS;

	while (what == CONTENT_WAITS && next_line(s, &line)) {
		struct bytes rest = buf_bytes(&line);

		hear(s, rest);
		check_patience(s);
		if (!s->content)
			what = CONTENT_ABORTED;
		else if (bytes_is_case(bytes_take(&rest, ' '), "BDAT"))
			what = CONTENT_SOME;
	}
	buf_clear(&line);
	return what;
}

static enum service_content
chunked_content(struct service *s, char *to, size_t room, size_t *n)
{
	*n = s->in.n < room ? s->in.n : room;
	if ((int64_t)*n > s->chunk)
		*n = (size_t)s->chunk;
	if (*n > 0)
		memcpy(to, s->in.p, *n);
	buf_drop(&s->in, *n);
	s->chunk -= (int64_t)*n;
	if (*n > 0)
		return CONTENT_SOME;
	if (s->chunk > 0)
		return CONTENT_WAITS;
	return s->last ? CONTENT_OVER : CONTENT_SOME;
}

enum service_content
service_content(struct service *s, char *to, size_t room, size_t *n)
{
	enum service_content what;

	*n = 0;
	if (!s->content)
		return CONTENT_ABORTED;
	if (!s->chunked && s->last)
		return CONTENT_OVER;
	for (;;) {
		what = s->chunked ? chunked_content(s, to, room, n)
				  : dotted_content(s, to, room, n);
		if (what != CONTENT_SOME || *n > 0)
			break;
		if (!s->between)
			reply(s, 250, "2.0.0", "go on");
		s->between = true;
		what = next_chunk(s);
		if (what != CONTENT_SOME)
			break;
	}
	if (what == CONTENT_WAITS && s->ended) {
		leave(s);
		return CONTENT_ABORTED;
	}
	return what;
}

/* ---- the answer ------------------------------------------------------------------------- */

static bool
has_it(const struct verdict *v)
{
	return v->state == VERDICT_SENT || v->state == VERDICT_QUEUED;
}

/* What the client is told of one recipient. */
struct answer {
	int code;
	struct estatus status;
	const char *text;
};

/* Our own error: for good only if it is about this message. */
static struct answer
answer_of_error(const struct error *e)
{
	switch (e->kind) {
	case ERR_MESSAGE:
	case ERR_ADDRESS:
	case ERR_NOT_SUPPORTED:
		return (struct answer){ 554, { 5, 6, 0 }, e->text };
	case ERR_TOO_LARGE:
		return (struct answer){ 552, { 5, 3, 4 }, e->text };
	case ERR_SENDER_REFUSED:
		return (struct answer){ 550, { 5, 7, 1 }, e->text };
	case ERR_RESOLVE:
	case ERR_CONNECT:
	case ERR_TIMEOUT:
	case ERR_DISCONNECTED:
	case ERR_GREETING:
		return (struct answer){ 451, { 4, 4, 1 }, e->text };
	default:
		return (struct answer){ 451, { 4, 3, 5 }, e->text };
	}
}

static struct answer
answer_of(const struct verdict *v, const struct error *e)
{
	bool refused = v->state == VERDICT_REFUSED;
	int code = v->code / 100 == (refused ? 5 : 4) ? v->code
	    : refused                                 ? 554
						      : 451;

	if (has_it(v))
		return (struct answer){ 250, { 2, 0, 0 },
			v->text[0] != '\0' ? v->text : "sent" };
	if (v->state == VERDICT_PENDING && e->kind != ERR_NONE)
		return answer_of_error(e);
	return (struct answer){ code,
		v->status.class == code / 100
		    ? v->status
		    : (struct estatus){ code / 100, 0, 0 },
		v->text[0] != '\0' ? v->text : "not sent" };
}

/* A relay's words may begin with the status that we write ourselves. */
static const char *
without_status(const char *text)
{
	size_t n = strspn(text, "0123456789.");

	return n >= 5 && text[n] == ' ' ? text + n + 1 : text;
}

static void
add_answer(struct service *s, char gap, const struct answer *a, const char *who)
{
	char text[300];

	clean_copy(text, sizeof(text), bytes_of(without_status(a->text)));
	buf_addf(&s->out, "%d%c%d.%d.%d %s%s%s\r\n", a->code, gap,
	    a->status.class, a->status.subject, a->status.detail, who,
	    who[0] != '\0' ? ": " : "", text);
}

static void
answer_each(
    struct service *s, const struct verdict *verdicts, const struct error *e)
{
	for (size_t i = 0; i < s->order_n; i++) {
		struct answer a = answer_of(&verdicts[s->order[i]], e);

		add_answer(s, ' ', &a, s->env.to[s->order[i]].address);
	}
}

/* What stands first in a reply of many lines is what counts. */
static struct answer
common_answer(const struct envelope *env, const struct verdict *verdicts,
    const struct error *e, size_t *failed)
{
	struct answer common = { 250, { 2, 0, 0 }, "sent" };
	bool somebody = false, temporary = false;

	*failed = 0;
	for (size_t i = 0; i < env->n; i++) {
		struct answer a = answer_of(&verdicts[i], e);

		if (verdicts[i].stage == STAGE_OTHERS)
			continue;
		if (a.code == 250) {
			somebody = true;
			common = *failed == 0 ? a : common;
			continue;
		}
		if ((*failed)++ == 0 || (a.code < 500 && !temporary))
			common = a;
		temporary = temporary || a.code < 500;
	}
	if (*failed > 0 && somebody && common.code < 500)
		common = (struct answer){ 554, { 5, 0, 0 }, common.text };
	return common;
}

static void
answer_all(
    struct service *s, const struct verdict *verdicts, const struct error *e)
{
	size_t failed, said = 0;
	struct answer common = common_answer(&s->env, verdicts, e, &failed);
	enum { LINES_MOST = 50 };

	if (failed == 0 || s->env.n == 1) {
		add_answer(s, ' ', &common, "");
		return;
	}
	for (size_t i = 0; i < s->env.n && said < LINES_MOST; i++) {
		struct answer a = answer_of(&verdicts[i], e);

		if (a.code == 250 || verdicts[i].stage == STAGE_OTHERS)
			continue;
		a.code = common.code;
		a.status = common.status;
		said++;
		add_answer(s, said < failed && said < LINES_MOST ? '-' : ' ',
		    &a, s->env.to[i].address);
	}
}

void
service_answer(
    struct service *s, const struct verdict *verdicts, const struct error *e)
{
	if (s->content) {
		if (s->plan->lmtp)
			answer_each(s, verdicts, e);
		else
			answer_all(s, verdicts, e);
	}
	reset(s);
}
