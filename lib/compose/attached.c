#include "compose/attached.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clean.h"
#include "mail/body.h"
#include "compose/disposition.h"
#include "mail/input.h"
#include "compose/media.h"

enum {
	TYPE_MOST = 400,
	BLOCK = 1024 * LINES64_TAKES /* whole lines, as a rule */
};

void
attached_init(struct attached *a)
{
	*a = (struct attached){
		.fd = -1, .left = -1, .type = BUF(TYPE_MOST), .lines = LINES64
	};
}

void
attached_clear(struct attached *a)
{
	if (a->owned)
		close(a->fd);
	buf_clear(&a->type);
	attached_init(a);
}

static int
not_read(const char *path, enum error_kind kind, struct error *e)
{
	char shown[256];

	clean_copy(shown, sizeof(shown), bytes_of(path));
	if (strcmp(path, "-") == 0)
		return error_sys(e, kind, "cannot read the standard input");
	return error_sys(e, kind, "cannot read '%s'", shown);
}

static int
is_the_input(const char *path, struct error *e)
{
	char shown[256];

	error_set(e, ERR_USAGE, "'%s' is the standard input",
	    clean_copy(shown, sizeof(shown), bytes_of(path)));
	return error_hint(e, "say - for it");
}

/* Two descriptors of one pipe would share what comes out of it. */
static bool
is_input(const struct stat *st, int input)
{
	struct stat in;

	return (S_ISFIFO(st->st_mode) || S_ISSOCK(st->st_mode)) &&
	    fstat(input, &in) == 0 && in.st_dev == st->st_dev &&
	    in.st_ino == st->st_ino;
}

int
file_open(const char *path, int input, struct error *e)
{
	bool given = strcmp(path, "-") == 0;
	int fd = given ? input : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode)) {
		if (given || !is_input(&st, input))
			return fd;
		close(fd);
		return is_the_input(path, e);
	}
	if (fd >= 0 && S_ISDIR(st.st_mode))
		errno = EISDIR;
	not_read(path, ERR_NOINPUT, e);
	if (fd >= 0 && !given)
		close(fd);
	return -1;
}

/* ---- its type ------------------------------------------------------------------ */

static int
check_type(const char *type, struct error *e)
{
	char shown[80];

	clean_copy(shown, sizeof(shown), bytes_of(type));
	if (!media_valid(bytes_of(type)))
		return error_set(e, ERR_USAGE, "'%s' is no media type", shown);
	if (!media_composite(bytes_of(type)))
		return 0;
	error_set(e, ERR_USAGE, "no file can be attached as '%s'", shown);
	return error_hint(
	    e, "application/octet-stream keeps a message as it is");
}

struct scan {
	bool ascii, utf8;
};

/* What no text in ASCII or UTF-8 has: NUL, ESC, SO, SI. */
static bool
shifts(struct bytes block)
{
	return bytes_index(block, '\0') < block.n ||
	    bytes_index(block, '\033') < block.n ||
	    bytes_index(block, '\016') < block.n ||
	    bytes_index(block, '\017') < block.n;
}

/*
 * A block of a text, of which more may follow: how much of it is looked at, so
 * that a character which it cuts in two is seen whole next time.
 */
static size_t
look(struct scan *s, struct bytes block, bool last)
{
	size_t good = utf8_prefix(block);

	s->ascii = s->ascii && !bytes_eight_bit(block);
	if (shifts(block)) {
		s->utf8 = false;
		return block.n;
	}
	if (good == block.n || (!last && good > 0 && block.n - good < 4))
		return good;
	s->utf8 = false;
	return block.n;
}

/* From where the descriptor stands, and it stays there. */
static int
scan(const struct attached *a, struct scan *s, struct error *e)
{
	off_t at = lseek(a->fd, 0, SEEK_CUR);
	char block[16384];
	ssize_t n;

	while (s->utf8 && (n = pread(a->fd, block, sizeof(block), at)) != 0) {
		if (n < 0)
			return not_read(a->what->path, ERR_IO, e);
		at += (off_t)look(s, (struct bytes){ block, (size_t)n },
		    (size_t)n < sizeof(block));
	}
	return 0;
}

static bool
is_regular(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

/* Left out where it would be a guess: a pipe cannot be read twice. */
static int
add_charset(struct attached *a, struct error *e)
{
	struct scan s = { true, true };

	if (!bytes_starts_case(buf_bytes(&a->type), "text/") ||
	    !is_regular(a->fd))
		return 0;
	if (scan(a, &s, e) < 0)
		return -1;
	if (s.ascii && s.utf8)
		buf_adds(&a->type, "; charset=us-ascii");
	else if (s.utf8)
		buf_adds(&a->type, "; charset=UTF-8");
	return 0;
}

/*
 * A message must not be put into base64 (RFC 2046, 5.2.1), and must not be
 * changed if it is to be read by its signature: it goes as octets.
 */
static void
find_type(struct attached *a)
{
	struct bytes name = bytes_of(a->what->name);

	media_type(&a->type, name, media_globs);
	if (!media_composite(buf_bytes(&a->type)))
		return;
	buf_reset(&a->type);
	buf_adds(&a->type, "application/octet-stream");
}

int
attached_open(struct attached *a, const struct attachment *what, int input,
    struct error *e)
{
	a->what = what;
	if (what->type != NULL && check_type(what->type, e) < 0)
		return -1;
	a->fd = file_open(what->path, input, e);
	if (a->fd < 0)
		return -1;
	a->owned = strcmp(what->path, "-") != 0;
	if (what->type != NULL)
		buf_adds(&a->type, what->type);
	else
		find_type(a);
	return buf_ok(&a->type) ? 0 : error_set(e, ERR_OS, "out of memory");
}

/* Files of /proc have no size, and yet something in them. */
static void
note_size(struct attached *a)
{
	struct stat st;
	off_t at = lseek(a->fd, 0, SEEK_CUR);

	if (fstat(a->fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
	    at >= 0 && at < st.st_size)
		a->left = st.st_size - at;
}

int
attached_begin(struct attached *a, struct error *e)
{
	note_size(a);
	if (add_charset(a, e) < 0)
		return -1;
	return buf_ok(&a->type) ? 0 : error_set(e, ERR_OS, "out of memory");
}

/*
 * The name stands where RFC 2183 has it, and there alone: a second one as
 * `name=' of the type, in the encoded word that old programs knew, is what
 * RFC 2047 (5) forbids and strict readers stumble over.
 */
void
attached_head(const struct attached *a, struct buf *out)
{
	buf_adds(out, "Content-Type: ");
	buf_add(out, buf_bytes(&a->type));
	buf_adds(out, "\r\nContent-Transfer-Encoding: base64\r\n");
	disposition_add(out, bytes_of(a->what->name));
	buf_adds(out, "\r\n");
}

static int
became_shorter(const char *path, struct error *e)
{
	char shown[256];

	return error_set(e, ERR_IO, "'%s' became shorter while it was read",
	    clean_copy(shown, sizeof(shown), bytes_of(path)));
}

int
attached_next(struct attached *a, struct buf *out, struct error *e)
{
	char block[BLOCK];
	size_t room = a->left >= 0 && a->left < BLOCK ? (size_t)a->left : BLOCK;
	ssize_t n = room == 0 ? 0 : input_read(a->fd, block, room);

	if (n < 0)
		return not_read(a->what->path, ERR_IO, e);
	if (n == 0 && a->left > 0)
		return became_shorter(a->what->path, e);
	if (a->left > 0)
		a->left -= n;
	lines64_add(&a->lines, out, (struct bytes){ block, (size_t)n });
	if (n == 0)
		lines64_end(&a->lines, out);
	if (!buf_ok(out))
		return error_set(e, ERR_OS, "out of memory");
	return n > 0 ? 1 : 0;
}
