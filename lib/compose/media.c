#include "compose/media.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_MOST = 127, LINE_MOST = 512 };

const char media_globs[] = "/usr/share/mime/globs2";

/* Where there is no such list, in containers for example. */
static const struct {
	const char *suffix, *type;
} known[] = {
	{ ".txt", "text/plain" },
	{ ".log", "text/plain" },
	{ ".csv", "text/csv" },
	{ ".html", "text/html" },
	{ ".htm", "text/html" },
	{ ".css", "text/css" },
	{ ".md", "text/markdown" },
	{ ".ics", "text/calendar" },
	{ ".vcf", "text/vcard" },
	{ ".patch", "text/x-diff" },
	{ ".diff", "text/x-diff" },
	{ ".xml", "application/xml" },
	{ ".json", "application/json" },
	{ ".js", "text/javascript" },
	{ ".pdf", "application/pdf" },
	{ ".ps", "application/postscript" },
	{ ".rtf", "application/rtf" },
	{ ".zip", "application/zip" },
	{ ".gz", "application/gzip" },
	{ ".bz2", "application/x-bzip2" },
	{ ".xz", "application/x-xz" },
	{ ".zst", "application/zstd" },
	{ ".7z", "application/x-7z-compressed" },
	{ ".tar", "application/x-tar" },
	{ ".doc", "application/msword" },
	{ ".xls", "application/vnd.ms-excel" },
	{ ".ppt", "application/vnd.ms-powerpoint" },
	{ ".docx",
	    "application/"
	    "vnd.openxmlformats-officedocument.wordprocessingml.document" },
	{ ".xlsx",
	    "application/"
	    "vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
	{ ".pptx",
	    "application/"
	    "vnd.openxmlformats-officedocument.presentationml.presentation" },
	{ ".odt", "application/vnd.oasis.opendocument.text" },
	{ ".ods", "application/vnd.oasis.opendocument.spreadsheet" },
	{ ".odp", "application/vnd.oasis.opendocument.presentation" },
	{ ".epub", "application/epub+zip" },
	{ ".asc", "text/plain" },
	{ ".png", "image/png" },
	{ ".jpg", "image/jpeg" },
	{ ".jpeg", "image/jpeg" },
	{ ".gif", "image/gif" },
	{ ".svg", "image/svg+xml" },
	{ ".webp", "image/webp" },
	{ ".tiff", "image/tiff" },
	{ ".bmp", "image/bmp" },
	{ ".mp3", "audio/mpeg" },
	{ ".ogg", "audio/ogg" },
	{ ".wav", "audio/wav" },
	{ ".flac", "audio/flac" },
	{ ".mp4", "video/mp4" },
	{ ".webm", "video/webm" },
	{ ".mpeg", "video/mpeg" },
};

static bool
token(char c)
{
	return (unsigned char)c < 128 &&
	    (isalnum((unsigned char)c) ||
		(c != '\0' && strchr("!#$&^_.+-", c) != NULL));
}

static size_t
token_length(struct bytes text)
{
	size_t n = 0;

	while (n < text.n && token(text.p[n]))
		n++;
	return n;
}

bool
media_valid(struct bytes type)
{
	size_t n = token_length(type);
	struct bytes subtype = bytes_skip(type, n + 1);

	return n > 0 && n <= TYPE_MOST && n < type.n && type.p[n] == '/' &&
	    subtype.n > 0 && subtype.n <= TYPE_MOST &&
	    token_length(subtype) == subtype.n;
}

bool
media_composite(struct bytes type)
{
	return bytes_starts_case(type, "multipart/") ||
	    bytes_starts_case(type, "message/");
}

static bool
ends_in(struct bytes name, struct bytes suffix, bool as_it_is)
{
	struct bytes end = bytes_skip(name, name.n - suffix.n);

	if (suffix.n >= name.n)
		return false;
	return as_it_is ? bytes_same(end, suffix)
			: bytes_same_case(end, suffix);
}

struct best {
	long weight;
	size_t suffix_n;
	bool exact;      /* whatever the case, it is the same */
	struct buf type; /* owned */
};

static bool
is_better(const struct best *b, const struct best *than)
{
	if (b->weight != than->weight)
		return b->weight > than->weight;
	if (b->suffix_n != than->suffix_n)
		return b->suffix_n > than->suffix_n;
	return b->exact && !than->exact;
}

/* "*.ext", of which all but the '*' is to be the end of a name. */
static bool
is_suffix(struct bytes glob)
{
	struct bytes rest = bytes_skip(glob, 1);

	return glob.n > 2 && glob.p[0] == '*' && rest.p[0] == '.' &&
	    bytes_index(rest, '*') == rest.n &&
	    bytes_index(rest, '?') == rest.n &&
	    bytes_index(rest, '[') == rest.n;
}

static bool
take_weight(struct bytes *line, long *weight)
{
	struct bytes number = bytes_take(line, ':');
	char digits[8] = "";

	if (number.n == 0 || number.n >= sizeof(digits))
		return false;
	memcpy(digits, number.p, number.n);
	*weight = strtol(digits, NULL, 10);
	return true;
}

/* "50:application/pdf:*.pdf", and perhaps ":cs": in this case alone. */
static void
try_line(struct best *best, struct bytes line, struct bytes name)
{
	struct bytes type, glob, suffix;
	struct best b = { 0 };

	if (!take_weight(&line, &b.weight))
		return;
	type = bytes_take(&line, ':');
	glob = bytes_take(&line, ':');
	suffix = bytes_skip(glob, 1);
	b.suffix_n = suffix.n;
	b.exact = ends_in(name, suffix, true);
	if (!is_suffix(glob) || !media_valid(type) ||
	    !ends_in(name, suffix, bytes_is(line, "cs")) ||
	    !is_better(&b, best))
		return;
	buf_reset(&best->type);
	buf_add(&best->type, type);
	b.type = best->type;
	*best = b;
}

static void
look_up(struct best *b, struct bytes name, const char *globs)
{
	FILE *f = fopen(globs, "re");
	char line[LINE_MOST];

	if (f == NULL)
		return;
	while (fgets(line, sizeof(line), f) != NULL)
		try_line(b, bytes_trim(bytes_of(line)), name);
	fclose(f);
}

static const char *
known_type(struct bytes name)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (ends_in(name, bytes_of(known[i].suffix), false))
			return known[i].type;
	return "application/octet-stream";
}

void
media_type(struct buf *out, struct bytes name, const char *globs)
{
	struct best b = { .weight = -1, .type = BUF(2 * TYPE_MOST + 1) };

	look_up(&b, name, globs);
	buf_share(out, &b.type);
	if (b.type.n > 0)
		buf_add(out, buf_bytes(&b.type));
	else
		buf_adds(out, known_type(name));
	buf_clear(&b.type);
}
