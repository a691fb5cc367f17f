#include "conf/lint.h"

#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "conf/keys.h"
#include "conf/lex.h"

/*
 * libconfig's work grows with the square of a string's length and of the
 * settings in a group; its parser recurses.
 */
enum {
	DEPTH_MOST = 12,
	GROUP_MOST = 1000,
	PIECES_MOST = 1000,
	STRING_MOST = 1 << 16
};

/* A name that its group has had. */
struct seen {
	struct bytes name;
	unsigned line;
};

struct lint {
	const struct source *s;
	struct report *r;
	struct lex lex;
	struct token now; /* the token to be judged next */
	int depth;
	bool failed;
	bool lost;         /* there is no sense in reading on */
	struct seen *seen; /* owned; of all open groups */
	size_t seen_n;
	size_t group; /* where in seen the innermost group starts */
};

/* ---- saying so ------------------------------------------------------------- */

/* Always false. */
static bool
complain(struct lint *l, const struct token *at, const char *hint,
    const char *fmt, ...)
{
	struct error e = ERROR_NONE;
	char what[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	error_set(&e, ERR_CONFIG, "%s (column %u)", what, at->column);
	if (hint != NULL)
		error_hint(&e, "%s", hint);
	report_put(l->r, l->s, at->line, &e);
	l->failed = true;
	return false;
}

/* The same, and the last thing to be said.  Always false. */
static bool
give_up(struct lint *l, const char *what)
{
	complain(l, &l->now, NULL, "%s", what);
	l->lost = true;
	l->now.kind = TOKEN_END;
	return false;
}

static void
advance(struct lint *l)
{
	if (!l->lost)
		l->now = lex_next(&l->lex);
}

static struct token
peek(const struct lint *l)
{
	struct lex ahead = l->lex;

	return lex_next(&ahead);
}

static bool
sets(const struct token *t)
{
	return token_is(t, '=') || token_is(t, ':');
}

static bool
one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/*
 * A mark of a Chinese or a typesetter's keyboard where one of ASCII belongs.
 */
static bool
foreign_mark(struct lint *l, const struct token *t)
{
	static const struct {
		const char *foreign, *ascii;
	} marks[] = { { "：", ":" }, { "；", ";" }, { "＝", "=" },
		{ "，", "," }, { "“", "\"" }, { "”", "\"" }, { "｛", "{" },
		{ "｝", "}" }, { "＂", "\"" }, { "（", "(" }, { "）", ")" } };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (bytes_find(t->text, bytes_of(marks[i].foreign)) <
		    t->text.n) {
			complain(l, t, "switch the keyboard to ASCII",
			    "%s stands where %s belongs", marks[i].foreign,
			    marks[i].ascii);
			return true;
		}
	return false;
}

/* ---- values ---------------------------------------------------------------- */

static bool
is_hex_digit(char c)
{
	return one_of(c, "0123456789abcdefABCDEF");
}

/* How long is the escape at the front; 0: it is none that works. */
static size_t
escape_length(struct bytes text)
{
	if (text.n >= 2 && one_of(text.p[1], "\\\"nrtf"))
		return 2;
	if (text.n >= 4 && text.p[1] == 'x' && is_hex_digit(text.p[2]) &&
	    is_hex_digit(text.p[3]) && memcmp(text.p + 2, "00", 2) != 0)
		return 4;
	return 0;
}

static bool
good_escapes(struct lint *l)
{
	struct bytes rest = token_inside(&l->now);

	while (rest.n > 0) {
		size_t n = rest.p[0] == '\\' ? escape_length(rest) : 1;

		if (n == 0)
			return complain(l, &l->now,
			    "a backslash itself is written twice: \\\\",
			    "the text has an escape that does not exist");
		rest = bytes_skip(rest, n);
	}
	return true;
}

/* A string, and those that follow it: they are one. */
static bool
string(struct lint *l)
{
	size_t length = 0, pieces = 0;

	for (; l->now.kind == TOKEN_STRING; advance(l)) {
		length += l->now.text.n;
		if (length > STRING_MOST || ++pieces > PIECES_MOST)
			return give_up(l, "the text is too long");
		if (!good_escapes(l))
			return false;
	}
	return true;
}

static bool
fits(struct bytes digits, int64_t most)
{
	int64_t n = 0;
	bool hex = digits.n > 1 && one_of(digits.p[1], "xX");

	for (size_t i = hex ? 2 : 0; i < digits.n; i++) {
		char c = digits.p[i];
		int d = is_digit(c) ? c - '0' : (c | 32) - 'a' + 10;

		if (__builtin_mul_overflow(n, hex ? 16 : 10, &n) ||
		    __builtin_add_overflow(n, d, &n) || n > most)
			return false;
	}
	return true;
}

static bool
number(struct lint *l)
{
	struct bytes text = l->now.text;
	bool wide = false;

	if (one_of(text.p[0], "+-"))
		text = bytes_skip(text, 1);
	for (; text.p[text.n - 1] == 'L'; text.n--)
		wide = true;
	if (text.n > 1 && text.p[0] == '0' && is_digit(text.p[1]))
		return complain(l, &l->now,
		    "it would be read as a decimal number",
		    "a number cannot start with 0");
	if (!token_is_float(&l->now) && !fits(text, wide ? INT64_MAX : INT_MAX))
		return complain(l, &l->now,
		    "write it as text, with a unit if it has one: \"3G\"",
		    "the number is too large");
	advance(l);
	return true;
}

static bool
truth_like(struct bytes word)
{
	static const char *const words[] = { "yes", "no", "on", "off", NULL };

	for (const char *const *w = words; *w != NULL; w++)
		if (bytes_is_case(word, *w))
			return true;
	return false;
}

/* The word is never shown: it may be a password. */
static bool
bare_word(struct lint *l)
{
	const struct token *t = &l->now;
	struct token next = peek(l);

	if (sets(&next))
		return complain(
		    l, t, NULL, "a value is missing in front of this name");
	if (truth_like(t->text))
		return complain(l, t,
		    "write true or false, or put the word in quotes",
		    "'%.*s' is no value", BYTES_ARG(t->text));
	if (foreign_mark(l, t))
		return false;
	if (t->text.p[0] == '\'')
		return complain(l, t, NULL, "text goes between double quotes");
	if (is_digit(t->text.p[0]))
		return complain(l, t, "in quotes: \"10M\", \"60s\", \"1.2\"",
		    "this is neither a number nor text");
	return complain(
	    l, t, "put it between double quotes", "text needs quotes");
}

static bool value(struct lint *l);

static bool
too_deep(struct lint *l)
{
	if (l->depth < DEPTH_MOST)
		return false;
	give_up(l, "groups and lists are nested too deep");
	return true;
}

/* What libconfig calls the type of an array's element; 0: none may be one. */
static int
scalar_type(const struct token *t)
{
	if (t->kind == TOKEN_STRING)
		return 1;
	if (token_is_bool(t))
		return 2;
	if (t->kind != TOKEN_NUMBER)
		return 0;
	if (token_is_float(t))
		return 3;
	return t->text.p[t->text.n - 1] == 'L' ? 4 : 5;
}

/* May the element stand behind those of *type (0: it is the first)? */
static bool
fits_array(struct lint *l, int *type)
{
	int this = scalar_type(&l->now);
	bool mixed = this != 0 && *type != 0 && this != *type;

	*type = this;
	if (mixed || token_is(&l->now, '{') || token_is(&l->now, '[') ||
	    token_is(&l->now, '('))
		return complain(l, &l->now, "a list may hold anything: ( ... )",
		    "an array holds values of one simple type");
	return true;
}

/* The elements up to the closing mark. */
static bool
elements(struct lint *l, char closing)
{
	int type = 0;

	while (!token_is(&l->now, closing)) {
		if (closing == ']' && !fits_array(l, &type))
			return false;
		if (!value(l))
			return false;
		if (token_is(&l->now, closing))
			break;
		if (!token_is(&l->now, ','))
			return complain(l, &l->now, NULL,
			    "a ',' or a '%c' is missing", closing);
		advance(l);
		if (token_is(&l->now, closing))
			return complain(l, &l->now, NULL,
			    "a ',' stands behind the last element");
	}
	advance(l);
	return true;
}

static bool
list(struct lint *l, char closing)
{
	bool good;

	if (too_deep(l))
		return false;
	l->depth++;
	advance(l);
	good = elements(l, closing);
	l->depth--;
	return good;
}

static void settings(struct lint *l);

static bool
group(struct lint *l)
{
	struct token opening = l->now;
	size_t outer = l->group, outer_n = l->seen_n;
	bool closed;

	if (too_deep(l))
		return false;
	l->depth++;
	l->group = l->seen_n;
	advance(l);
	settings(l);
	closed = token_is(&l->now, '}');
	l->group = outer;
	l->seen_n = outer_n;
	l->depth--;
	if (l->now.kind == TOKEN_OPEN_COMMENT || l->lost)
		return false;
	if (!closed)
		return complain(
		    l, &opening, "close it: };", "the '{' is not closed");
	advance(l);
	return true;
}

static bool
value(struct lint *l)
{
	const struct token *t = &l->now;

	if (t->kind == TOKEN_STRING)
		return string(l);
	if (t->kind == TOKEN_NUMBER)
		return number(l);
	if (t->kind == TOKEN_OPEN_STRING)
		return complain(l, t, "\" at its end, on the same line",
		    "the text is not closed");
	if (token_is(t, '{'))
		return group(l);
	if (token_is(t, '['))
		return list(l, ']');
	if (token_is(t, '('))
		return list(l, ')');
	if (token_is_bool(t)) {
		advance(l);
		return true;
	}
	if (t->kind == TOKEN_NAME || t->kind == TOKEN_WORD)
		return bare_word(l);
	return complain(l, t, NULL, "a value is missing");
}

/* ---- names ----------------------------------------------------------------- */

/* Words that cannot be names. */
static bool
bad_name(struct lint *l)
{
	const struct token *t = &l->now;
	char hint[128], shown[64];

	clean_copy(shown, sizeof(shown), t->text);
	if (t->kind == TOKEN_STRING || t->kind == TOKEN_OPEN_STRING)
		return complain(
		    l, t, "name: { ... }", "names stand without quotes");
	if (foreign_mark(l, t))
		return false;
	if (is_digit(t->text.p[0]) && bytes_index(t->text, '@') == t->text.n) {
		snprintf(hint, sizeof(hint), "such as mail%s", shown);
		return complain(l, t, hint, "names start with a letter");
	}
	return complain(l, t, "an address goes into 'user'",
	    "names are made of letters, digits, '-' and '_'");
}

/* Something that stands where a name is due, and nothing set by it. */
static bool
no_setting(struct lint *l)
{
	static const char form[] = "name = value;";
	const struct token *t = &l->now;

	if (t->kind == TOKEN_MARK && one_of(t->text.p[0], "}])"))
		return complain(
		    l, t, NULL, "this '%c' closes nothing", t->text.p[0]);
	if (bytes_is(t->text, "@include"))
		return complain(l, t, "@include \"FILE\"",
		    "'@include' and its file stand alone in a line");
	if (t->kind == TOKEN_NAME && key_shown(t->text))
		return complain(l, t, form, "a '=' is missing behind '%.*s'",
		    BYTES_ARG(t->text));
	if (t->kind == TOKEN_NAME)
		return complain(l, t, form, "a '=' is missing");
	if (t->kind == TOKEN_WORD && foreign_mark(l, t))
		return false;
	return complain(l, t, form, "a name is due here");
}

static struct seen *
more_seen(struct lint *l)
{
	struct seen *more;

	if ((l->seen_n & (l->seen_n - 1)) != 0)
		return l->seen;
	more = reallocarray(
	    l->seen, l->seen_n == 0 ? 1 : 2 * l->seen_n, sizeof(*more));
	if (more != NULL)
		l->seen = more;
	return more;
}

static bool
first_time(struct lint *l)
{
	for (size_t i = l->group; i < l->seen_n; i++)
		if (bytes_same(l->seen[i].name, l->now.text))
			return complain(l, &l->now, NULL,
			    "'%.*s' is set a second time; first in line %u",
			    BYTES_ARG(bytes_head(l->now.text, 64)),
			    source_number(l->s, l->seen[i].line));
	if (l->seen_n - l->group >= GROUP_MOST || more_seen(l) == NULL)
		return give_up(l, "too many settings in one group");
	l->seen[l->seen_n++] = (struct seen){ l->now.text, l->now.line };
	return true;
}

static bool
at_end(const struct lint *l)
{
	return l->now.kind == TOKEN_END || l->now.kind == TOKEN_OPEN_COMMENT;
}

/* To the next line, or to the brace that closes the group. */
static void
skip_line(struct lint *l)
{
	int open = 0;

	do {
		open += token_is(&l->now, '{');
		open -= token_is(&l->now, '}');
		advance(l);
	} while (!at_end(l) && !l->now.first &&
	    (open > 0 || !token_is(&l->now, '}')));
}

static bool
setting(struct lint *l)
{
	struct token next = peek(l);
	bool good;

	if (!sets(&next)) {
		no_setting(l);
		skip_line(l);
		return true;
	}
	good = l->now.kind == TOKEN_NAME ? first_time(l) : bad_name(l);
	advance(l);
	advance(l);
	if (!value(l))
		return false;
	if (token_is(&l->now, ';') || token_is(&l->now, ','))
		advance(l);
	else if (!l->now.first && l->now.kind != TOKEN_END &&
	    !token_is(&l->now, '}'))
		return complain(l, &l->now, NULL, "a ';' is missing");
	return good;
}

/* Go on to where the next setting seems to start. */
static void
recover(struct lint *l)
{
	int open = 0;

	for (; !at_end(l); advance(l)) {
		struct token next = peek(l);

		if (open == 0 &&
		    (token_is(&l->now, '}') || (l->now.first && sets(&next))))
			return;
		if (open == 0 && token_is(&l->now, ';')) {
			advance(l);
			return;
		}
		if (l->now.kind == TOKEN_MARK)
			open += one_of(l->now.text.p[0], "{[(");
		if (l->now.kind == TOKEN_MARK && open > 0)
			open -= one_of(l->now.text.p[0], "}])");
	}
}

static void
settings(struct lint *l)
{
	while (!at_end(l) && !token_is(&l->now, '}') &&
	    l->r->errors <= REPORT_MOST)
		if (!setting(l))
			recover(l);
}

/* ---- all of it ------------------------------------------------------------- */

/* Every line is UTF-8 without NUL, or nothing else can be said about it. */
static bool
lint_octets(const struct source *s, struct report *r)
{
	struct bytes rest = buf_bytes(&s->text);
	struct error e = ERROR_NONE;
	bool good = true;

	for (unsigned n = 1; rest.n > 0; n++) {
		struct bytes line = bytes_take(&rest, '\n');

		if (bytes_index(line, '\0') < line.n)
			error_set(&e, ERR_CONFIG, "the line holds a NUL octet");
		else if (!utf8_valid(line))
			error_set(&e, ERR_CONFIG, "the line is not UTF-8");
		else
			continue;
		error_hint(&e, "save the file as UTF-8");
		report_put(r, s, n, &e);
		good = false;
	}
	return good;
}

static void
lint_syntax(struct lint *l)
{
	advance(l);
	for (settings(l); token_is(&l->now, '}'); settings(l)) {
		no_setting(l);
		advance(l);
		if (token_is(&l->now, ';'))
			advance(l);
	}
	if (l->now.kind == TOKEN_OPEN_COMMENT)
		complain(l, &l->now, NULL, "the comment is not closed");
}

int
lint_text(const struct source *s, struct report *r)
{
	struct lint l = { .s = s, .r = r, .lex = lex_of(buf_bytes(&s->text)) };

	if (!lint_octets(s, r))
		return -1;
	lint_syntax(&l);
	free(l.seen);
	return l.failed ? -1 : 0;
}
