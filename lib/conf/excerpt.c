#include "conf/excerpt.h"

#include "base/clean.h"
#include "conf/keys.h"
#include "conf/lex.h"

/* Where in `name = value;' we are. */
enum due { NAME_DUE, VALUE_DUE, VALUE_DONE };

struct walk {
	enum due due;
	bool shown; /* may the value of the key be shown? */
	int lists;  /* open brackets of lists and arrays */
};

static bool
sets(const struct token *t, struct lex ahead)
{
	struct token next = lex_next(&ahead);

	return t->kind != TOKEN_STRING &&
	    (token_is(&next, '=') || token_is(&next, ':'));
}

/* What a mark does to where we are. */
static void
pass_mark(struct walk *w, char mark)
{
	switch (mark) {
	case '=':
	case ':':
		w->due = VALUE_DUE;
		break;
	case '[':
	case '(':
		w->lists++;
		break;
	case ']':
	case ')':
		w->lists -= w->lists > 0;
		if (w->lists == 0)
			w->due = VALUE_DONE;
		break;
	case ',':
		if (w->lists > 0)
			break;
		/* fall through */
	default:
		*w = (struct walk){ .due = NAME_DUE };
	}
}

/* What of a token may be shown. */
enum sight { SHOWN, BLANKED, LAST };

/* A value that is whole says where it ends, so that what follows can be read
   for what it is; anything else may go on to the end of the line. */
static enum sight
pass_value(struct walk *w, const struct token *t)
{
	bool whole = t->kind == TOKEN_STRING || t->kind == TOKEN_NUMBER ||
	    token_is_bool(t);
	bool open = t->kind == TOKEN_OPEN_STRING;
	bool due = w->due == VALUE_DUE ||
	    (w->due == VALUE_DONE && t->kind == TOKEN_STRING);

	if ((whole || open) && due && w->lists == 0)
		w->due = VALUE_DONE;
	if (!whole || !due)
		return w->shown && due && !open ? SHOWN : LAST;
	return w->shown ? SHOWN : BLANKED;
}

/*
 * May t, which something is set to, be a name?  Where a value is due it may
 * be a piece of one, unless it is a key: then the value was forgotten.
 */
static bool
name_stands(const struct walk *w, const struct token *t)
{
	if (w->due == NAME_DUE || (w->due == VALUE_DONE && t->first))
		return true;
	return w->shown || key_find(t->text, false) != NULL ||
	    key_find(t->text, true) != NULL;
}

static enum sight
pass(struct walk *w, const struct token *t, struct lex ahead)
{
	if (t->kind == TOKEN_MARK) {
		pass_mark(w, t->text.p[0]);
		return SHOWN;
	}
	if (sets(t, ahead) && name_stands(w, t)) {
		*w = (struct walk){ .due = NAME_DUE,
			.shown = key_shown(t->text) };
		return SHOWN;
	}
	return pass_value(w, t);
}

void
excerpt_add(struct buf *out, const struct source *s, unsigned line)
{
	struct lex l = lex_of(buf_bytes(&s->text));
	struct walk w = { .due = NAME_DUE };
	const char *end = NULL;

	for (struct token t = lex_next(&l); t.kind != TOKEN_END &&
	     t.kind != TOKEN_OPEN_COMMENT && t.line <= line && buf_ok(out);
	     t = lex_next(&l)) {
		enum sight sight = pass(&w, &t, l);

		if (t.line < line)
			continue;
		if (end != NULL && t.text.p > end)
			buf_addc(out, ' ');
		clean_add(out, sight == SHOWN ? t.text : BYTES("..."));
		if (sight == LAST)
			return;
		end = t.text.p + t.text.n;
	}
}
