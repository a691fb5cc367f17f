#include "cmd/composing.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "base/charset.h"
#include "base/clean.h"
#include "mail/address.h"

enum { FIELDS_MOST = 1 << 16, TEXT_MOST = 1 << 20 };

void
composing_init(struct composing *c)
{
	*c = (struct composing){ 0 };
}

void
composing_clear(struct composing *c)
{
	for (size_t i = 0; i < c->made_n; i++)
		free(c->made[i]);
	free(c->made);
	free(c->recipients);
	free(c->fields);
	free(c->attachments);
	free(c->locale_charset);
	composing_init(c);
}

static int
no_memory(struct error *e)
{
	return error_set(e, ERR_OS, "out of memory");
}

/* Room for one more of n, whose room is always the next power of two. */
static void *
grow(void *list, size_t n, size_t size)
{
	if ((n & (n - 1)) != 0)
		return list;
	return reallocarray(list, n == 0 ? 1 : 2 * n, size);
}

static int
add_field(struct composing *c, struct compose_field f, struct error *e)
{
	struct compose_field *more;

	if (c->what.fields_n == FIELDS_MOST)
		return error_set(e, ERR_USAGE, "too many header fields");
	more = grow(c->fields, c->what.fields_n, sizeof(*more));
	if (more == NULL)
		return no_memory(e);
	c->fields = more;
	c->fields[c->what.fields_n++] = f;
	c->asked = true;
	return 0;
}

static int
keep_made(
    struct composing *c, const char **text, struct buf *made, struct error *e)
{
	char **more = grow(c->made, c->made_n, sizeof(*more));

	if (more != NULL)
		c->made = more;
	if (more == NULL || !buf_ok(made))
		return no_memory(e);
	c->made[c->made_n] = strdup(buf_text(made));
	if (c->made[c->made_n] == NULL)
		return no_memory(e);
	*text = c->made[c->made_n++];
	return 0;
}

int
composing_field(struct composing *c, const char *option, const char *header,
    const char *value, struct error *e)
{
	struct buf origin = BUF(80);
	struct compose_field f = { .name = header, .value = value };
	int rc;

	buf_addf(&origin, "--%s", option);
	rc = keep_made(c, &f.origin, &origin, e);
	buf_clear(&origin);
	return rc < 0 ? -1 : add_field(c, f, e);
}

int
composing_attach(struct composing *c, const char *path, struct error *e)
{
	struct attachment *more;

	if (c->what.attachments_n == ATTACHMENTS_MOST)
		return error_set(
		    e, ERR_USAGE, "more than %d attachments", ATTACHMENTS_MOST);
	more = grow(c->attachments, c->what.attachments_n, sizeof(*more));
	if (more == NULL)
		return no_memory(e);
	c->attachments = more;
	c->attachments[c->what.attachments_n++] =
	    (struct attachment){ .path = path };
	c->asked = true;
	return 0;
}

struct attachment *
composing_last(struct composing *c)
{
	size_t n = c->what.attachments_n;

	return n == 0 ? NULL : &c->attachments[n - 1];
}

/* ---- charsets ------------------------------------------------------------------------ */

/*
 * The locale of this one question only: nothing else here is to depend on it.
 * Without one everybody writes UTF-8.
 */
static int
find_locale_charset(struct composing *c, struct error *e)
{
	locale_t here = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	const char *name = "UTF-8";

	if (here != (locale_t)0)
		name = nl_langinfo_l(CODESET, here);
	if (name[0] == '\0' || strcmp(name, "ANSI_X3.4-1968") == 0)
		name = "UTF-8";
	c->locale_charset = strdup(name);
	if (here != (locale_t)0)
		freelocale(here);
	return c->locale_charset == NULL ? no_memory(e) : 0;
}

/* Options are typed where the locale is; --charset is of what comes in. */
static int
to_utf8(
    struct composing *c, const char *origin, const char **text, struct error *e)
{
	struct buf made = BUF(TEXT_MOST);
	struct charset charset;
	int rc = charset_open(&charset, c->locale_charset, e);

	if (rc == 0 && !charset_text(&charset, bytes_of(*text), &made)) {
		rc = error_set(e, ERR_USAGE, "byte %lld of %s is not %s",
		    (long long)charset.taken + 1, origin, c->locale_charset);
		error_hint(e,
		    "options are in the charset of the locale, as LC_ALL has "
		    "it");
	}
	if (rc == 0 && !charset.same)
		rc = keep_made(c, text, &made, e);
	charset_close(&charset);
	buf_clear(&made);
	return rc;
}

/* ---- settling -------------------------------------------------------------------------- */

static int
settle_charset(struct composing *c, struct error *e)
{
	struct charset known;

	if (find_locale_charset(c, e) < 0)
		return -1;
	c->what.charset = c->charset != NULL ? c->charset : c->locale_charset;
	c->what.keep_charset = c->charset != NULL;
	if (charset_open(&known, c->what.charset, e) < 0)
		return -1;
	charset_close(&known);
	return 0;
}

/* A backslash in front says that it is no alias, to those who deliver. */
static int
settle_recipients(struct composing *c, char **operands, struct error *e)
{
	size_t n = 0;

	while (operands[n] != NULL)
		n++;
	c->recipients = calloc(n + 1, sizeof(c->recipients[0]));
	if (c->recipients == NULL)
		return no_memory(e);
	for (size_t i = 0; i < n; i++) {
		const char *text = operands[i];

		if (to_utf8(c, "a recipient", &text, e) < 0)
			return -1;
		c->recipients[i] =
		    text == operands[i] ? operands[i] : c->made[c->made_n - 1];
		if (add_field(c,
			(struct compose_field){ "recipient", "To",
			    text[0] == '\\' ? text + 1 : text },
			e) < 0)
			return -1;
	}
	return 0;
}

static bool
has_name(const char *sender)
{
	struct address a = { 0 };
	struct error ignored = ERROR_NONE;
	bool named = address_path(&a, bytes_of(sender), &ignored) == 0 &&
	    a.name[0] != '\0';

	address_clear(&a);
	return named;
}

/* Without a name the account may have one for From. */
static int
settle_sender(struct composing *c, const char **sender, struct error *e)
{
	if (*sender == NULL)
		return 0;
	if (to_utf8(c, "--from", sender, e) < 0)
		return -1;
	if (!has_name(*sender))
		return 0;
	return add_field(
	    c, (struct compose_field){ "--from", "From", *sender }, e);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* A number that the shell has made up is no name: --attach=<(command) */
static bool
is_nameless(const char *path)
{
	return strcmp(path, "-") == 0 || strncmp(path, "/dev/fd/", 8) == 0 ||
	    strncmp(path, "/proc/self/fd/", 14) == 0 ||
	    strcmp(path, "/dev/stdin") == 0;
}

static int
settle_attachments(struct composing *c, struct error *e)
{
	for (size_t i = 0; i < c->what.attachments_n; i++) {
		struct attachment *a = &c->attachments[i];

		if (a->name == NULL)
			a->name = is_nameless(a->path) ? "" : a->path;
		a->name = base_name(a->name);
		if (bytes_control(bytes_of(a->name)))
			return error_set(e, ERR_USAGE,
			    "control character in an attachment's name");
		if (to_utf8(c, "an attachment's name", &a->name, e) < 0)
			return error_hint(e, "--attach-name=NAME gives it one");
	}
	return 0;
}

static int
settle_fields(struct composing *c, struct error *e)
{
	for (size_t i = 0; i < c->what.fields_n; i++)
		if (to_utf8(c, c->fields[i].origin, &c->fields[i].value, e) < 0)
			return -1;
	return 0;
}

int
composing_settle(struct composing *c, char **operands, const char **sender,
    const char **full_name, struct error *e)
{
	if (settle_charset(c, e) < 0 ||
	    (*full_name != NULL && to_utf8(c, "-F", full_name, e) < 0) ||
	    settle_fields(c, e) < 0 || settle_recipients(c, operands, e) < 0 ||
	    settle_sender(c, sender, e) < 0 || settle_attachments(c, e) < 0)
		return -1;
	c->what.fields = c->fields;
	c->what.attachments = c->attachments;
	return 0;
}
