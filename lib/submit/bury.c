#include "submit/bury.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/clean.h"
#include "conf/secret_value.h"

/* Two seconds are as long as anybody waits for the file, in so many naps. */
enum { BLOCK = 65536, NAPS = 40 };

struct grave {
	int fd;
	struct buf out; /* what was not written yet */
	bool at_start;  /* of a line */
	const char *why;
};

static bool
flush(struct grave *g)
{
	struct bytes rest = buf_bytes(&g->out);

	while (rest.n > 0 && g->why == NULL) {
		ssize_t n = write(g->fd, rest.p, rest.n);

		if (n > 0)
			rest = bytes_skip(rest, (size_t)n);
		else if (n == 0 || errno != EINTR)
			g->why =
			    n == 0 ? "nothing was written" : strerror(errno);
	}
	buf_reset(&g->out);
	return g->why == NULL;
}

/* CRLF becomes LF; a line that looks like the next message's first does not. */
static void
add_line(struct grave *g, struct bytes line, bool ended)
{
	struct bytes quoted = line;

	while (quoted.n > 0 && quoted.p[0] == '>')
		quoted = bytes_skip(quoted, 1);
	if (g->at_start && bytes_starts_case(quoted, "From ") &&
	    quoted.p[0] == 'F')
		buf_addc(&g->out, '>');
	if (ended && line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	buf_add(&g->out, line);
	if (ended)
		buf_addc(&g->out, '\n');
	g->at_start = ended;
}

static bool
add_piece(struct grave *g, struct bytes piece)
{
	while (piece.n > 0) {
		size_t n = bytes_index(piece, '\n');
		bool ended = n < piece.n;

		add_line(g, bytes_head(piece, n), ended);
		piece = bytes_skip(piece, n + ended);
		if (g->out.n > BLOCK && !flush(g))
			return false;
	}
	return true;
}

/* Whoever wrote there last may not have ended his line. */
static void
end_line(struct grave *g, off_t size)
{
	char last = '\n';

	if (size > 0 && pread(g->fd, &last, 1, size - 1) == 1 && last != '\n')
		buf_adds(&g->out, "\n\n");
}

static void
begin(struct grave *g, const struct letter *l, const struct request *r)
{
	const char *sender = l->env.sender;
	struct timespec now = r->here->now();
	char text[40];
	struct tm tm;

	gmtime_r(&now.tv_sec, &tm);
	strftime(text, sizeof(text), "%a %b %e %H:%M:%S %Y", &tm);
	buf_addf(&g->out, "From %s %s\n",
	    sender != NULL && sender[0] != '\0' ? sender : "MAILER-DAEMON",
	    text);
}

/* Neither may end the line: the header would end with it. */
static void
add_unsent(struct grave *g, const char *address, const struct verdict *v)
{
	buf_adds(&g->out, "X-Unsent-To: ");
	clean_add(&g->out, bytes_of(address));
	if (v != NULL && (v->code != 0 || v->text[0] != '\0'))
		buf_adds(&g->out, ";");
	if (v != NULL && v->code != 0)
		buf_addf(&g->out, " %d", v->code);
	if (v != NULL && v->text[0] != '\0') {
		buf_addc(&g->out, ' ');
		clean_add(&g->out, bytes_of(v->text));
	}
	buf_addc(&g->out, '\n');
}

/* Who is still to get it stands nowhere else: not in the header, for one. */
static void
add_recipients(struct grave *g, const struct letter *l)
{
	const struct envelope *env = &l->env;

	for (size_t i = 0; l->expanded && i < env->n; i++)
		if (!verdict_taken(&env->to[i].verdict))
			add_unsent(g, env->to[i].address, &env->to[i].verdict);
	for (size_t i = 0; !l->expanded && i < l->to.n; i++)
		add_unsent(g, l->to.list[i].text, NULL);
	env = &l->unreadable;
	for (size_t i = 0; !l->expanded && i < env->n; i++)
		add_unsent(g, env->to[i].address, &env->to[i].verdict);
}

/* It was taken out so that others do not see it. */
static void
add_private(struct grave *g, const struct message *m)
{
	for (size_t i = 0; i < m->n; i++)
		if (m->fields[i].dropped &&
		    (field_is(&m->fields[i], "Bcc") ||
			field_is(&m->fields[i], "Resent-Bcc")))
			add_piece(g, m->fields[i].whole);
}

static bool
copy(struct grave *g, struct letter *l)
{
	struct message_reader reader;
	struct error e = ERROR_NONE;
	struct bytes piece;

	add_private(g, &l->message);
	message_reader_init(&reader, &l->message);
	while (g->why == NULL) {
		if (message_next(&reader, &piece, &e) < 0)
			g->why = "the message cannot be read again";
		else if (piece.n == 0 || !add_piece(g, piece))
			break;
	}
	message_reader_clear(&reader);
	buf_addc(&g->out, '\n');
	if (!buf_ok(&g->out))
		g->why = "out of memory";
	if (flush(g) && fsync(g->fd) < 0 && errno != EINVAL)
		g->why = strerror(errno);
	return g->why == NULL;
}

static const char *
distrust(const struct letter *l, const struct stat *st)
{
	if (!S_ISREG(st->st_mode))
		return "it is no regular file";
	if (st->st_uid != geteuid())
		return "it belongs to somebody else";
	if (st->st_size + message_size(&l->message) > DEAD_LETTERS_MOST)
		return "it is too large";
	return NULL;
}

/* Whoever can read the file can lock it, and must not hold us up. */
static bool
locked(int fd)
{
	const struct timespec nap = { .tv_nsec = 1000000000 / NAPS * 2 };

	for (int i = 0; i < NAPS; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return true;
		if (errno != EWOULDBLOCK)
			break;
		nanosleep(&nap, NULL);
	}
	return false;
}

/* NULL, or why not; the file is then as it was. */
static const char *
bury(struct letter *l, const struct request *r, int fd)
{
	struct grave g = { .fd = fd, .out = BUF(4 * BLOCK), .at_start = true };
	struct stat st;

	if (!locked(fd))
		return "somebody has locked it";
	if (fstat(fd, &st) < 0)
		return strerror(errno);
	g.why = distrust(l, &st);
	if (g.why != NULL)
		return g.why;
	end_line(&g, st.st_size);
	begin(&g, l, r);
	add_recipients(&g, l);
	if (!copy(&g, l) && ftruncate(fd, st.st_size) < 0)
		g.why = "part of it was written";
	buf_clear(&g.out);
	return g.why;
}

static bool
deserves_it(const struct letter *l, const struct request *r, struct outcome o)
{
	return o.exit != EX_OK && o.exit != EX_USAGE && l->read_whole &&
	    r->form != REPORT_QUIET;
}

static char *
place(const struct letter *l, const struct request *r)
{
	const char *set = l->conf == NULL ? NULL : conf_dead_letter(l->conf);
	struct error ignored = ERROR_NONE;

	if (set != NULL && strcmp(set, "off") == 0)
		return NULL;
	if (set == NULL && r->places.home == NULL)
		return NULL;
	return path_expand(bytes_of(set != NULL ? set : "~/dead.letter"),
	    r->places.home, &ignored);
}

void
letter_bury(struct letter *l, const struct request *r, struct outcome o)
{
	char *path = deserves_it(l, r, o) ? place(l, r) : NULL;
	const char *why;
	int fd;

	if (path == NULL)
		return;
	fd = open(path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK |
		O_NOCTTY,
	    0600);
	why = fd < 0 ? strerror(errno) : bury(l, r, fd);
	if (fd >= 0)
		close(fd);
	if (why == NULL)
		buf_adds(&l->buried, path);
	else
		buf_addf(&l->unburied, "%s: %s", path, why);
	free(path);
}
