#include "spool/entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spool/checksum.h"

enum { SUM = 9, LINE_MOST = 64 << 10 };

void
entry_init(struct entry *n)
{
	*n = (struct entry){ .env = ENVELOPE };
}

void
entry_clear(struct entry *n)
{
	for (size_t i = 0; i < n->options_n; i++) {
		free(n->options[i].key);
		free(n->options[i].value);
	}
	free(n->options);
	free(n->account);
	envelope_clear(&n->env);
	entry_init(n);
}

int
entry_option(
    struct entry *n, const char *key, const char *value, struct error *e)
{
	struct entry_option *more =
	    reallocarray(n->options, n->options_n + 1, sizeof(*more));
	struct entry_option *o;

	if (more == NULL)
		return error_set(e, ERR_OS, "out of memory");
	n->options = more;
	o = &more[n->options_n];
	*o = (struct entry_option){ strdup(key), strdup(value) };
	n->options_n++;
	if (o->key == NULL || o->value == NULL)
		return error_set(e, ERR_OS, "out of memory");
	return 0;
}

bool
entry_open(const struct entry *n)
{
	for (size_t i = 0; i < n->env.n; i++)
		if (n->env.to[i].verdict.state == VERDICT_PENDING)
			return true;
	return false;
}

bool
entry_is_id(struct bytes text)
{
	if (text.n == 0 || text.n >= ENTRY_ID)
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (!(text.p[i] >= '0' && text.p[i] <= '9') &&
		    !(text.p[i] >= 'A' && text.p[i] <= 'Z'))
			return false;
	return true;
}

/* ---- writing ---------------------------------------------------------------- */

/* Of the value no octet may end the line. */
static void
add_value(struct buf *line, struct bytes value)
{
	for (size_t i = 0; i < value.n; i++) {
		unsigned char c = (unsigned char)value.p[i];

		if (c < ' ' || c == 0x7f || c == '%')
			buf_addf(line, "%%%02x", c);
		else
			buf_addc(line, (char)c);
	}
}

static void
add_line(struct buf *out, const char *key, struct bytes value)
{
	struct buf line = BUF(LINE_MOST);

	buf_adds(&line, key);
	if (value.n > 0) {
		buf_addc(&line, ' ');
		add_value(&line, value);
	}
	buf_addf(out, "%08" PRIx32 " ", checksum(0, buf_bytes(&line)));
	buf_add(out, buf_bytes(&line));
	buf_addc(out, '\n');
	buf_share(out, &line);
	buf_clear(&line);
}

static void
add_text(struct buf *out, const char *key, const char *value)
{
	if (value != NULL)
		add_line(out, key, bytes_of(value));
}

static void
add_number(struct buf *out, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	add_text(out, key, text);
}

static void
add_options(const struct entry *n, struct buf *out)
{
	for (size_t i = 0; i < n->options_n; i++) {
		struct buf both = BUF(LINE_MOST);

		buf_addf(
		    &both, "%s %s", n->options[i].key, n->options[i].value);
		add_line(out, "option", buf_bytes(&both));
		buf_share(out, &both);
		buf_clear(&both);
	}
}

static void
add_recipient(const struct recipient *to, struct buf *out)
{
	add_text(out, "to", to->address);
	add_text(out, "original", to->original);
	add_text(out, "parameters", to->options);
	if (to->notify != NOTIFY_UNSET)
		add_number(out, "notify", to->notify);
}

void
entry_write(const struct entry *n, struct buf *out)
{
	const struct envelope *env = &n->env;

	add_text(out, "account", n->account);
	add_number(out, "arrived", n->arrived);
	add_number(out, "uid", n->uid);
	add_options(n, out);
	if (n->report)
		add_text(out, "report", "");
	if (n->international)
		add_text(out, "international", "");
	add_text(out, "sender", env->sender);
	add_text(out, "envid", env->envid);
	if (env->ret != RETURN_UNSET)
		add_number(out, "return", env->ret);
	if (env->notify != NOTIFY_UNSET)
		add_number(out, "notify", env->notify);
	for (size_t i = 0; i < env->n; i++)
		if (verdict_open(&env->to[i].verdict))
			add_recipient(&env->to[i], out);
	add_text(out, "end", "");
}

bool
entry_fits(const struct entry *n, size_t octets)
{
	return n->env.n < ENTRY_MOST / ENTRY_BRIEF && octets <= ENTRY_MOST &&
	    octets + n->env.n * ENTRY_BRIEF <= ENTRY_MOST;
}

static void
add_done(const struct entry *n, size_t i, const char *words, struct buf *out)
{
	const struct verdict *v = &n->env.to[i].verdict;
	struct buf text = BUF(LINE_MOST);

	buf_addf(&text, "%zu %d %d %d %d.%d.%d %s", i, (int)v->state,
	    (int)v->stage, v->code, v->status.class, v->status.subject,
	    v->status.detail, words);
	add_line(out, "done", buf_bytes(&text));
	buf_share(out, &text);
	buf_clear(&text);
}

void
entry_write_done(const struct entry *n, size_t i, struct buf *out)
{
	add_done(n, i, n->env.to[i].verdict.text, out);
}

void
entry_write_brief(const struct entry *n, size_t i, struct buf *out)
{
	add_done(n, i, "", out);
}

void
entry_write_try(const struct entry *n, struct buf *out)
{
	struct buf text = BUF(LINE_MOST);

	buf_addf(
	    &text, "%" PRId64 " %" PRId64 " %s", n->tried, n->next, n->why);
	add_line(out, "try", buf_bytes(&text));
	buf_share(out, &text);
	buf_clear(&text);
}

void
entry_write_due(const struct entry *n, struct buf *out)
{
	add_number(out, "due", n->next);
}

void
entry_write_warned(struct buf *out)
{
	add_text(out, "warned", "");
}

/* ---- reading ---------------------------------------------------------------- */

static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Set *line to the next line, without its checksum; false where none is. */
static bool
next_line(struct bytes *text, struct bytes *line)
{
	size_t n = bytes_index(*text, '\n');
	struct bytes whole = bytes_head(*text, n);
	uint32_t sum = 0;

	if (n == text->n || n < SUM || whole.p[SUM - 1] != ' ')
		return false;
	for (size_t i = 0; i < SUM - 1; i++) {
		if (digit(whole.p[i]) < 0)
			return false;
		sum = sum << 4 | (uint32_t)digit(whole.p[i]);
	}
	*line = bytes_skip(whole, SUM);
	if (checksum(0, *line) != sum)
		return false;
	*text = bytes_skip(*text, n + 1);
	return true;
}

/* The octet that two digits stand for, or -1. */
static int
escaped(struct bytes text)
{
	int hi = text.n > 1 ? digit(text.p[0]) : -1;
	int lo = text.n > 1 ? digit(text.p[1]) : -1;

	return hi < 0 || lo < 0 ? -1 : hi << 4 | lo;
}

/* The value as it was; NULL when it is none, or with *e when memory is out. */
static char *
decode(struct bytes value, struct error *e)
{
	char *text = malloc(value.n + 1);
	size_t n = 0;

	if (text == NULL)
		error_set(e, ERR_OS, "out of memory");
	while (text != NULL && value.n > 0) {
		int c = (unsigned char)value.p[0];

		value = bytes_skip(value, 1);
		if (c == '%') {
			c = escaped(value);
			value = bytes_skip(value, 2);
		}
		if (c <= 0) {
			free(text);
			return NULL;
		}
		text[n++] = (char)c;
	}
	if (text != NULL)
		text[n] = '\0';
	return text;
}

static bool
take_number(struct bytes *text, int64_t least, int64_t most, int64_t *to)
{
	struct bytes word = bytes_take(text, ' ');
	bool minus = word.n > 0 && word.p[0] == '-';
	int64_t n = 0;

	word = bytes_skip(word, minus);
	if (word.n == 0 || word.n > 18)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
		n = n * 10 + (word.p[i] - '0');
	}
	*to = minus ? -n : n;
	return *to >= least && *to <= most;
}

/* Everything a line can say: a function each, false when it makes no sense, or
   with *e when memory is out. */
typedef bool reading(struct entry *n, char *text, struct error *e);

static bool
set_text(char **to, const char *text, struct error *e)
{
	if (*to != NULL)
		return false;
	*to = strdup(text);
	if (*to == NULL)
		error_set(e, ERR_OS, "out of memory");
	return *to != NULL;
}

static bool
set_number(int64_t *to, const char *text, int64_t most)
{
	struct bytes rest = bytes_of(text);

	return take_number(&rest, 0, most, to) && rest.n == 0;
}

static bool
read_account(struct entry *n, char *text, struct error *e)
{
	return set_text(&n->account, text, e);
}

static bool
read_arrived(struct entry *n, char *text, struct error *e)
{
	(void)e;
	return set_number(&n->arrived, text, INT64_MAX);
}

static bool
read_uid(struct entry *n, char *text, struct error *e)
{
	(void)e;
	return set_number(&n->uid, text, UINT32_MAX);
}

static bool
read_option(struct entry *n, char *text, struct error *e)
{
	char *value = strchr(text, ' ');

	if (value == NULL)
		return false;
	*value++ = '\0';
	return entry_option(n, text, value, e) == 0;
}

static bool
read_report(struct entry *n, char *text, struct error *e)
{
	(void)e;
	n->report = true;
	return text[0] == '\0';
}

static bool
read_international(struct entry *n, char *text, struct error *e)
{
	(void)e;
	n->international = true;
	return text[0] == '\0';
}

static bool
read_sender(struct entry *n, char *text, struct error *e)
{
	return set_text(&n->env.sender, text, e);
}

static bool
read_envid(struct entry *n, char *text, struct error *e)
{
	return set_text(&n->env.envid, text, e);
}

static bool
read_return(struct entry *n, char *text, struct error *e)
{
	int64_t ret;

	(void)e;
	if (!set_number(&ret, text, RETURN_HDRS))
		return false;
	n->env.ret = (enum dsn_return)ret;
	return true;
}

/* Of the last recipient, or of all of them when none was named yet. */
static bool
read_notify(struct entry *n, char *text, struct error *e)
{
	struct envelope *env = &n->env;
	int64_t notify;

	(void)e;
	if (!set_number(&notify, text, 15))
		return false;
	*(env->n > 0 ? &env->to[env->n - 1].notify : &env->notify) =
	    (unsigned)notify;
	return true;
}

static bool
read_to(struct entry *n, char *text, struct error *e)
{
	size_t at;

	return text[0] != '\0' &&
	    envelope_again(&n->env, bytes_of(text), &at, e) == 0;
}

static bool
read_original(struct entry *n, char *text, struct error *e)
{
	return n->env.n > 0 &&
	    set_text(&n->env.to[n->env.n - 1].original, text, e);
}

static bool
read_parameters(struct entry *n, char *text, struct error *e)
{
	return n->env.n > 0 &&
	    set_text(&n->env.to[n->env.n - 1].options, text, e);
}

static bool
read_end(struct entry *n, char *text, struct error *e)
{
	(void)e;
	n->complete =
	    n->account != NULL && n->env.sender != NULL && n->env.n > 0;
	return n->complete && text[0] == '\0';
}

static bool
take_status(struct bytes *text, struct estatus *s)
{
	struct bytes word = bytes_take(text, ' '), part;
	int *const to[] = { &s->class, &s->subject, &s->detail };
	int64_t n;

	for (size_t i = 0; i < 3; i++) {
		part = bytes_take(&word, '.');
		if (!take_number(&part, 0, 999, &n))
			return false;
		*to[i] = (int)n;
	}
	return word.n == 0;
}

static bool
read_done(struct entry *n, char *text, struct error *e)
{
	struct bytes rest = bytes_of(text);
	int64_t i, state, stage, code;
	struct estatus status;

	(void)e;
	if (!take_number(&rest, 0, (int64_t)n->env.n - 1, &i) ||
	    !take_number(&rest, 0, VERDICT_QUEUED, &state) ||
	    !take_number(&rest, 0, STAGE_OTHERS, &stage) ||
	    !take_number(&rest, 0, 999, &code) || !take_status(&rest, &status))
		return false;
	verdict_set(&n->env.to[i].verdict, (enum verdict_state)state,
	    (enum verdict_stage)stage, (int)code, status, rest);
	n->env.to[i].noted = state != VERDICT_PENDING;
	return true;
}

static bool
read_try(struct entry *n, char *text, struct error *e)
{
	struct bytes rest = bytes_of(text);

	(void)e;
	if (!take_number(&rest, 0, INT64_MAX, &n->tried) ||
	    !take_number(&rest, 0, INT64_MAX, &n->next))
		return false;
	n->tries++;
	snprintf(n->why, sizeof(n->why), "%.*s", BYTES_ARG(rest));
	return true;
}

static bool
read_due(struct entry *n, char *text, struct error *e)
{
	(void)e;
	return set_number(&n->next, text, INT64_MAX);
}

static bool
read_warned(struct entry *n, char *text, struct error *e)
{
	(void)e;
	n->warned = true;
	return text[0] == '\0';
}

static const struct line_kind {
	const char *key;
	reading *read;
	bool history; /* stands behind `end' */
} kinds[] = {
	{ "account", read_account, false },
	{ "arrived", read_arrived, false },
	{ "uid", read_uid, false },
	{ "option", read_option, false },
	{ "report", read_report, false },
	{ "international", read_international, false },
	{ "sender", read_sender, false },
	{ "envid", read_envid, false },
	{ "return", read_return, false },
	{ "notify", read_notify, false },
	{ "to", read_to, false },
	{ "original", read_original, false },
	{ "parameters", read_parameters, false },
	{ "end", read_end, false },
	{ "done", read_done, true },
	{ "try", read_try, true },
	{ "due", read_due, true },
	{ "warned", read_warned, true },
};

static const struct line_kind *
kind_of(struct bytes key)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (bytes_is(key, kinds[i].key))
			return &kinds[i];
	return NULL;
}

static int
read_line(struct entry *n, struct bytes line, struct error *e)
{
	struct bytes key = bytes_take(&line, ' ');
	const struct line_kind *kind = kind_of(key);
	char *text = decode(line, e);
	bool good;

	good = text != NULL && kind != NULL && kind->history == n->complete &&
	    kind->read(n, text, e);
	free(text);
	if (good)
		return 0;
	return error_set(
	    e, ERR_SPOOL, "a line '%.*s' makes no sense", BYTES_ARG(key));
}

/* What was cut off is the last; what stands before good lines is damage. */
static bool
goes_on(struct bytes text)
{
	struct bytes line;

	while (text.n > 0) {
		bytes_take(&text, '\n');
		if (next_line(&text, &line))
			return true;
	}
	return false;
}

int
entry_read(struct entry *n, struct bytes text, size_t *whole, struct error *e)
{
	size_t all = text.n;
	struct bytes line;

	while (next_line(&text, &line))
		if (read_line(n, line, e) < 0)
			return -1;
	*whole = all - text.n;
	if (!n->complete)
		return error_set(e, ERR_SPOOL, "its envelope is damaged");
	if (goes_on(text))
		return error_set(e, ERR_SPOOL, "its history is damaged");
	return 0;
}
