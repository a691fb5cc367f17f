#include "conf/netrc.h"

enum { TOKEN_MAX = 4096 };

/* One entry under way. */
struct entry {
	bool fits; /* as far as is known */
	bool has_password;
	struct buf password; /* owned, wiped */
};

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void
skip_blank(struct bytes *text)
{
	while (text->n > 0 && blank(text->p[0]))
		*text = bytes_skip(*text, 1);
}

/* Take a token into word: plain, or in quotes with escapes. */
static bool
take(struct bytes *text, struct buf *word)
{
	bool quoted;

	buf_reset(word);
	skip_blank(text);
	if (text->n == 0)
		return false;
	quoted = text->p[0] == '"';
	if (quoted)
		*text = bytes_skip(*text, 1);
	for (; text->n > 0; *text = bytes_skip(*text, 1)) {
		char c = text->p[0];

		if (quoted ? c == '"' : blank(c))
			break;
		if (quoted && c == '\\' && text->n > 1)
			*text = bytes_skip(*text, 1);
		buf_addc(word, text->p[0]);
	}
	if (quoted)
		*text = bytes_skip(*text, 1);
	return buf_ok(word);
}

/* A macro goes on to the next empty line. */
static void
skip_macro(struct bytes *text)
{
	bytes_take(text, '\n');
	while (text->n > 0 && bytes_trim(bytes_take(text, '\n')).n > 0)
		;
}

/* Take one word with what belongs to it. */
static bool
step(struct bytes *text, struct buf *word, struct entry *entry,
    struct bytes user)
{
	if (!take(text, word))
		return false;
	if (bytes_starts_case(buf_bytes(word), "#")) {
		bytes_take(text, '\n');
	} else if (bytes_is(buf_bytes(word), "macdef")) {
		skip_macro(text);
	} else if (bytes_is(buf_bytes(word), "login")) {
		entry->fits = take(text, word) &&
		    (user.n == 0 || bytes_same(buf_bytes(word), user)) &&
		    entry->fits;
	} else if (bytes_is(buf_bytes(word), "password")) {
		buf_reset(&entry->password);
		entry->has_password = take(text, &entry->password);
	} else if (bytes_is(buf_bytes(word), "account")) {
		take(text, word);
	}
	return true;
}

/* Does the text go on with a new entry? */
static bool
at_entry(struct bytes text, struct buf *word)
{
	return !take(&text, word) || bytes_is(buf_bytes(word), "machine") ||
	    bytes_is(buf_bytes(word), "default");
}

static void
open_entry(struct bytes *text, struct buf *word, struct entry *entry,
    struct bytes host)
{
	entry->has_password = false;
	entry->fits = take(text, word) &&
	    (bytes_is(buf_bytes(word), "default") ||
		(take(text, word) && bytes_same_case(buf_bytes(word), host)));
}

bool
netrc_find(struct bytes text, struct bytes host, struct bytes user,
    struct buf *password)
{
	struct entry entry = { .password = BUF(TOKEN_MAX) };
	struct buf word = BUF(TOKEN_MAX);
	bool found = false;

	while (text.n > 0 && !found) {
		if (at_entry(text, &word))
			open_entry(&text, &word, &entry, host);
		while (
		    !at_entry(text, &word) && step(&text, &word, &entry, user))
			;
		found = entry.fits && entry.has_password;
		skip_blank(&text);
	}
	if (found)
		buf_add(password, buf_bytes(&entry.password));
	buf_clear(&entry.password);
	buf_clear(&word);
	return found;
}
