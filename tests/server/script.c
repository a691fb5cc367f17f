#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/server/script.h"

enum { TEXT_MAX = 1 << 20 };

#define EVENT_NAME(kind, name) name,
static const char *const event_names[] = { EVENTS_TABLE(EVENT_NAME) };
#undef EVENT_NAME

static const struct {
	const char *name;
	enum deed deed;
	bool number, text;
} deeds[] = {
	{ "reply", DO_REPLY, false, true },
	{ "send", DO_SEND, false, true },
	{ "default", DO_DEFAULT, false, false },
	{ "silent", DO_SILENT, false, false },
	{ "delay", DO_DELAY, true, false },
	{ "drip", DO_DRIP, true, false },
	{ "repeat", DO_REPEAT, true, true },
	{ "endless", DO_ENDLESS, false, true },
	{ "close", DO_CLOSE, false, false },
	{ "cut", DO_CUT, false, false },
	{ "reset", DO_RESET, false, false },
	{ "hang", DO_HANG, false, false },
};

static int
hex_digit(char c)
{
	const char *digits = "0123456789abcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c | 0x20);

	return at == NULL ? -1 : (int)(at - digits);
}

/* What stands behind a backslash; takes it off *in. */
static char
escape(struct bytes *in)
{
	char c = '\\';
	int high, low;

	if (in->n > 0)
		c = in->p[0];
	*in = bytes_skip(*in, 1);
	switch (c) {
	case 'r':
		return '\r';
	case 'n':
		return '\n';
	case 't':
		return '\t';
	case 'x':
		if (in->n < 2 || (high = hex_digit(in->p[0])) < 0 ||
		    (low = hex_digit(in->p[1])) < 0)
			return 'x';
		*in = bytes_skip(*in, 2);
		return (char)(high * 16 + low);
	default:
		return c;
	}
}

/*
 * Take the next word off *in: quotes hold blanks together and are dropped.
 * False at the end of the line.
 */
static bool
take_word(struct bytes *in, struct buf *word)
{
	bool quoted = false;

	buf_reset(word);
	*in = bytes_trim(*in);
	if (in->n == 0)
		return false;
	while (in->n > 0 && (quoted || (in->p[0] != ' ' && in->p[0] != '\t'))) {
		char c = in->p[0];

		*in = bytes_skip(*in, 1);
		if (c == '"')
			quoted = !quoted;
		else if (quoted && c == '\\')
			buf_addc(word, escape(in));
		else
			buf_addc(word, c);
	}
	return true;
}

static int
number_of(struct bytes text, unsigned *number, struct error *e)
{
	char digits[16], *end;
	unsigned long value;

	if (text.n == 0 || text.n >= sizeof(digits))
		return error_set(e, ERR_CONFIG, "a number is missing");
	memcpy(digits, text.p, text.n);
	digits[text.n] = '\0';
	errno = 0;
	value = strtoul(digits, &end, 10);
	if (*end != '\0' || errno != 0 || value > UINT_MAX)
		return error_set(e, ERR_CONFIG, "'%s' is not a number", digits);
	*number = (unsigned)value;
	return 0;
}

/* "2", "2+" or "2-4". */
static int
range_of(struct bytes text, struct range *r, struct error *e)
{
	struct bytes first = bytes_take(&text, '-');

	if (first.n > 0 && first.p[first.n - 1] == '+') {
		first.n--;
		r->to = UINT_MAX;
		return number_of(first, &r->from, e);
	}
	if (number_of(first, &r->from, e) < 0)
		return -1;
	r->to = r->from;
	return text.n == 0 ? 0 : number_of(text, &r->to, e);
}

static int
condition(struct rule *r, struct bytes word, struct error *e)
{
	struct bytes name = bytes_take(&word, '=');

	if (bytes_is(name, "n"))
		return range_of(word, &r->n, e);
	if (bytes_is(name, "conn"))
		return range_of(word, &r->conn, e);
	if (bytes_is(name, "bytes"))
		return number_of(word, &r->bytes, e);
	if (bytes_is(name, "chance"))
		return number_of(word, &r->chance, e);
	if (!bytes_is(name, "has"))
		return error_set(
		    e, ERR_CONFIG, "unknown condition '%.*s'", BYTES_ARG(name));
	buf_add(&r->has, word);
	return 0;
}

static int
action(struct rule *r, struct bytes name, struct bytes *in, struct error *e)
{
	struct action *a = &r->actions[r->actions_n];
	struct buf word = BUF(TEXT_MAX);
	size_t i = 0;
	int rc = 0;

	while (i < sizeof(deeds) / sizeof(deeds[0]) &&
	    !bytes_is(name, deeds[i].name))
		i++;
	if (i == sizeof(deeds) / sizeof(deeds[0]))
		return error_set(
		    e, ERR_CONFIG, "unknown action '%.*s'", BYTES_ARG(name));
	if (r->actions_n == RULE_ACTIONS)
		return error_set(e, ERR_CONFIG, "too many actions");
	a->deed = deeds[i].deed;
	buf_init(&a->text, TEXT_MAX);
	r->actions_n++;
	if (deeds[i].number) {
		take_word(in, &word);
		rc = number_of(buf_bytes(&word), &a->number, e);
	}
	if (rc == 0 && deeds[i].text && !take_word(in, &a->text))
		rc = error_set(
		    e, ERR_CONFIG, "'%s' wants a text", deeds[i].name);
	buf_clear(&word);
	return rc;
}

static int
event_of_name(struct bytes name, enum event *ev, struct error *e)
{
	for (size_t i = 0; i < EVENTS; i++)
		if (bytes_is(name, event_names[i])) {
			*ev = (enum event)i;
			return 0;
		}
	return error_set(
	    e, ERR_CONFIG, "unknown event '%.*s'", BYTES_ARG(name));
}

static int
parse(struct rule *r, struct bytes line, struct error *e)
{
	struct buf word = BUF(TEXT_MAX);
	int rc;

	take_word(&line, &word);
	rc = event_of_name(buf_bytes(&word), &r->event, e);
	while (rc == 0 && take_word(&line, &word)) {
		struct bytes w = buf_bytes(&word);

		rc = bytes_index(w, '=') < w.n ? condition(r, w, e)
					       : action(r, w, &line, e);
	}
	if (rc == 0 && r->actions_n == 0)
		rc = error_set(e, ERR_CONFIG, "a rule without an action");
	buf_clear(&word);
	return rc;
}

static void
rule_clear(struct rule *r)
{
	buf_clear(&r->has);
	for (size_t i = 0; i < r->actions_n; i++)
		buf_clear(&r->actions[i].text);
}

int
script_add(struct script *s, struct bytes line, struct error *e)
{
	struct rule r = {
		.n = { 0, UINT_MAX }, .conn = { 0, UINT_MAX }, .chance = 100
	};
	struct bytes text = bytes_trim(line);
	struct rule *more;

	if (text.n == 0 || text.p[0] == '#')
		return 0;
	buf_init(&r.has, TEXT_MAX);
	if (parse(&r, text, e) < 0) {
		rule_clear(&r);
		return error_in(e, "rule '%.*s'", BYTES_ARG(text));
	}
	more = reallocarray(s->rules, s->n + 1, sizeof(*more));
	if (more == NULL) {
		rule_clear(&r);
		return error_sys(e, ERR_OS, "cannot keep a rule");
	}
	s->rules = more;
	s->rules[s->n++] = r;
	return 0;
}

int
script_load(struct script *s, const char *path, struct error *e)
{
	FILE *f = fopen(path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int rc = 0;

	if (f == NULL)
		return error_sys(e, ERR_NOINPUT, "cannot open '%s'", path);
	while (rc == 0 && (n = getline(&line, &room, f)) >= 0)
		rc = script_add(s, (struct bytes){ line, (size_t)n }, e);
	free(line);
	fclose(f);
	return rc;
}

void
script_clear(struct script *s)
{
	for (size_t i = 0; i < s->n; i++)
		rule_clear(&s->rules[i]);
	free(s->rules);
	*s = (struct script){ 0 };
}

static bool
within(struct range r, unsigned n)
{
	return r.from <= n && n <= r.to;
}

static bool
holds(struct bytes line, struct bytes what)
{
	for (size_t i = 0; i + what.n <= line.n; i++)
		if (bytes_same_case((struct bytes){ line.p + i, what.n }, what))
			return true;
	return false;
}

/*
 * From 0 to 99.  A moment is looked at more than once, and has to fit the same
 * rule each time: it is mixed out of what the moment is (xorshift-multiply).
 */
static unsigned
die(unsigned seed, size_t rule, const struct moment *m)
{
	const uint32_t parts[] = { seed, (uint32_t)rule, (uint32_t)m->event,
		m->conn, m->n };
	uint32_t h = 0x9e3779b9;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		h = (h ^ parts[i]) * 0x85ebca6b;
		h = (h ^ h >> 13) * 0xc2b2ae35;
		h ^= h >> 16;
	}
	return h % 100;
}

static bool
fits(const struct rule *r, const struct moment *m)
{
	bool event =
	    r->event == m->event || (r->event == ON_ANY && m->event >= ON_EHLO);

	return event && within(r->n, m->n) && within(r->conn, m->conn) &&
	    m->bytes >= r->bytes && holds(m->line, buf_bytes(&r->has));
}

const struct rule *
script_match(const struct script *s, const struct moment *m)
{
	for (size_t i = 0; i < s->n; i++)
		if (fits(&s->rules[i], m) &&
		    die(s->seed, i, m) < s->rules[i].chance)
			return &s->rules[i];
	return NULL;
}

bool
rule_has(const struct rule *r, enum deed deed)
{
	for (size_t i = 0; r != NULL && i < r->actions_n; i++)
		if (r->actions[i].deed == deed)
			return true;
	return false;
}

bool
rule_answers(const struct rule *r)
{
	bool only_waits = true;

	for (size_t i = 0; r != NULL && i < r->actions_n; i++)
		only_waits = only_waits &&
		    (r->actions[i].deed == DO_DELAY ||
			r->actions[i].deed == DO_DRIP);
	return !only_waits && !rule_has(r, DO_DEFAULT);
}

int
rule_code(const struct rule *r, struct bytes usual)
{
	if (!rule_answers(r))
		return code_of(usual);
	for (size_t i = 0; i < r->actions_n; i++) {
		const struct action *a = &r->actions[i];

		if (a->deed == DO_REPLY || a->deed == DO_SEND)
			return code_of(buf_bytes(&a->text));
	}
	return 0;
}

enum event
event_of_verb(struct bytes verb)
{
	for (size_t i = ON_EHLO; i < ON_OTHER; i++)
		if (bytes_is_case(verb, event_names[i]))
			return (enum event)i;
	return ON_OTHER;
}

int
code_of(struct bytes text)
{
	int code = 0;

	if (text.n < 3)
		return 0;
	for (size_t i = 0; i < 3; i++) {
		if (text.p[i] < '0' || text.p[i] > '9')
			return 0;
		code = code * 10 + (text.p[i] - '0');
	}
	return code;
}
