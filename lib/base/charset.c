#include "base/charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#include "base/clean.h"

enum { NAME_MOST = 40, PIECE = 4096 };

/* How iconv_open(3) says no. */
static bool
is_none(iconv_t how)
{
	return (intptr_t)how == -1;
}

/* Slashes would change how it is converted; none means the locale's. */
static bool
is_name(const char *name)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				      "-_.:+";
	size_t n = strlen(name);

	return n > 0 && n <= NAME_MOST && strspn(name, allowed) == n;
}

int
charset_open(struct charset *c, const char *name, struct error *e)
{
	char shown[80];

	*c = (struct charset){ .same = true };
	errno = EINVAL;
	if (is_name(name))
		c->how = iconv_open("UTF-8", name);
	if (c->how != NULL && !is_none(c->how))
		return 0;
	c->how = NULL;
	if (errno != EINVAL)
		return error_sys(e, ERR_OS, "charset '%s'", name);
	error_set(e, ERR_USAGE, "unknown charset '%s'",
	    clean_copy(shown, sizeof(shown), bytes_of(name)));
	return error_hint(e, "`iconv -l' lists those that there are");
}

void
charset_close(struct charset *c)
{
	if (c->how != NULL)
		iconv_close(c->how);
	c->how = NULL;
}

/* iconv(3) lets code points pass that UTF-8 cannot have. */
static bool
put(struct charset *c, struct bytes from, struct bytes to, struct buf *out)
{
	size_t good = utf8_prefix(to);

	c->same = c->same && bytes_same(from, to);
	buf_add(out, bytes_head(to, good));
	if (good == to.n)
		c->taken += (int64_t)from.n;
	else if (c->same)
		c->taken += (int64_t)good;
	return good == to.n;
}

/*
 * iconv(3) wants to change what it reads, and does not.  Returns its errno; 0
 * when all was taken.
 */
static int
convert(struct charset *c, struct bytes *in, struct buf *out)
{
	char piece[PIECE], *to = piece, *from;
	size_t left = in->n, room = sizeof(piece);
	int why = 0;

	memcpy(&from, &in->p, sizeof(from));
	if (iconv(c->how, in->p == NULL ? NULL : &from, &left, &to, &room) ==
	    (size_t)-1)
		why = errno;
	if (!put(c, bytes_head(*in, in->n - left),
		(struct bytes){ piece, sizeof(piece) - room }, out))
		return EILSEQ;
	*in = bytes_skip(*in, in->n - left);
	return why;
}

/*
 * A little at a time, so that PIECE has room for what comes of it: some of the
 * converters of glibc do not get over a room that is full.
 */
bool
charset_decode(struct charset *c, struct bytes *in, struct buf *out)
{
	while (in->n > 0) {
		struct bytes some = bytes_head(*in, PIECE / 16), left = some;
		int why = convert(c, &left, out);
		bool stuck = left.n == some.n;

		*in = bytes_skip(*in, some.n - left.n);
		if (why == EINVAL && left.n == in->n)
			return true;
		if ((why != 0 && why != EINVAL) || stuck)
			return false;
	}
	return true;
}

bool
charset_over(struct charset *c, struct buf *out)
{
	struct bytes nothing = { NULL, 0 };

	return convert(c, &nothing, out) == 0;
}

bool
charset_text(struct charset *c, struct bytes text, struct buf *out)
{
	return charset_decode(c, &text, out) && text.n == 0 &&
	    charset_over(c, out);
}

bool
charset_is_known_to_mail(const char *name)
{
	static const char *const names[] = { "UTF-8", "US-ASCII", "ISO-8859-1",
		"ISO-8859-2", "ISO-8859-3", "ISO-8859-4", "ISO-8859-5",
		"ISO-8859-6", "ISO-8859-7", "ISO-8859-8", "ISO-8859-9",
		"ISO-8859-10", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15",
		"ISO-8859-16", "ISO-2022-JP", "ISO-2022-KR", "EUC-JP", "EUC-KR",
		"Shift_JIS", "GB2312", "GBK", "GB18030", "Big5", "Big5-HKSCS",
		"KOI8-R", "KOI8-U", "TIS-620", "windows-1250", "windows-1251",
		"windows-1252", "windows-1253", "windows-1254", "windows-1255",
		"windows-1256", "windows-1257", "windows-1258" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (bytes_is_case(bytes_of(name), names[i]))
			return true;
	return false;
}

bool
charset_keeps_lines(const char *name)
{
	char line_end[] = "\r\n", *from = line_end, wide[64], *to = wide;
	size_t left = 2, room = sizeof(wide);
	iconv_t how;
	bool kept;

	if (!is_name(name) || is_none(how = iconv_open(name, "US-ASCII")))
		return false;
	kept = iconv(how, &from, &left, &to, &room) == 0 &&
	    sizeof(wide) - room == 2 && memcmp(wide, "\r\n", 2) == 0;
	iconv_close(how);
	return kept;
}
