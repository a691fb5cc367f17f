#include "mail/element.h"

/* What a byte stands inside of. */
struct place {
	bool quoted, escaped;
	unsigned depth; /* of comments */
	char closing;   /* the bracket that is open wants it, or '\0' */
};

static void
enter(struct place *in, char c)
{
	switch (c) {
	case '"':
		in->quoted = true;
		break;
	case '(':
		in->depth++;
		break;
	case '<':
		in->closing = '>';
		break;
	case '[':
		in->closing = ']';
		break;
	default:
		if (c == in->closing)
			in->closing = '\0';
		break;
	}
}

/* Returns whether the byte stands inside of nothing. */
static bool
pass(struct place *in, char c)
{
	if (in->escaped) {
		in->escaped = false;
		return false;
	}
	if (c == '\\') {
		in->escaped = true;
		return false;
	}
	if (in->quoted) {
		in->quoted = (c != '"');
		return false;
	}
	if (in->depth > 0) {
		in->depth += (c == '(');
		in->depth -= (c == ')');
		return false;
	}
	enter(in, c);
	return in->closing == '\0';
}

bool
element_certain(struct bytes list)
{
	struct place in = { 0 };

	for (size_t i = 0; i < list.n; i++)
		if (pass(&in, list.p[i]) &&
		    (list.p[i] == ':' || list.p[i] == ';'))
			return false;
	return !in.quoted && !in.escaped && in.depth == 0 && in.closing == '\0';
}

bool
element_closed(struct bytes list)
{
	struct place in = { 0 };

	for (size_t i = 0; i < list.n; i++)
		pass(&in, list.p[i]);
	return !in.quoted && !in.escaped && in.depth == 0 && in.closing == '\0';
}

bool
element_take(struct bytes *list, struct bytes *element)
{
	struct place in = { 0 };
	size_t i = 0;

	if (list->n == 0)
		return false;
	while (i < list->n && !(pass(&in, list->p[i]) && list->p[i] == ','))
		i++;
	*element = bytes_trim(bytes_head(*list, i));
	*list = bytes_skip(*list, i + 1);
	return true;
}
