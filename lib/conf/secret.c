#include "conf/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clean.h"
#include "conf/command.h"
#include "conf/mode.h"
#include "conf/netrc.h"
#include "conf/prompt.h"

enum {
	COMMAND_SECONDS = 60,
	SECRET_MOST = 4096,
	NETRC_MOST = 1 << 18,
	STEP = 1024
};

/* Read until a line, or everything, is there. */
static int
read_fd(int fd, const char *path, bool line, struct buf *out, struct error *e)
{
	ssize_t n = 1;
	char *to;

	while ((to = buf_room(out, STEP)) != NULL) {
		n = read(fd, to, STEP);
		if (n < 0 && errno != EINTR)
			return error_sys(
			    e, ERR_SECRET, "cannot read '%s'", path);
		if (n > 0)
			buf_grew(out, (size_t)n);
		if (n == 0 ||
		    (line && bytes_index(buf_bytes(out), '\n') < out->n))
			return 0;
	}
	return error_set(e, ERR_SECRET, "'%s' is too long", path);
}

static int
read_private(const char *path, bool line, struct buf *out, struct error *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;
	int rc;

	if (fd < 0)
		return error_sys(e, ERR_SECRET, "cannot open '%s'", path);
	if (fstat(fd, &st) < 0)
		rc = error_sys(e, ERR_SECRET, "cannot examine '%s'", path);
	else if (S_ISDIR(st.st_mode))
		rc = error_set(e, ERR_SECRET, "'%s' is a directory", path);
	else
		rc = mode_private(path, &st, e);
	if (rc == 0)
		rc = read_fd(fd, path, line, out, e);
	close(fd);
	return rc;
}

static int
from_file(const char *path, struct buf *out, struct error *e)
{
	return read_private(path, true, out, e);
}

static int
from_credential(const char *name, struct buf *out, struct error *e)
{
	const char *dir = secure_getenv("CREDENTIALS_DIRECTORY");
	struct buf path = BUF(4096);
	int rc;

	if (dir == NULL || dir[0] == '\0') {
		error_set(e, ERR_SECRET,
		    "there is no credential '%s': CREDENTIALS_DIRECTORY is "
		    "not set",
		    name);
		return error_hint(
		    e, "in the unit: LoadCredential=%s:FILE", name);
	}
	buf_addf(&path, "%s/%s", dir, name);
	rc = from_file(buf_text(&path), out, e);
	buf_clear(&path);
	return rc;
}

static int
from_env(const char *name, struct buf *out, struct error *e)
{
	const char *value = secure_getenv(name);

	if (value == NULL)
		return error_set(e, ERR_SECRET,
		    "the environment has no variable '%s'", name);
	buf_adds(out, value);
	return 0;
}

static struct bytes
host_of(const struct account *a)
{
	return bytes_of(a->hosts_n == 0 ? NULL : a->hosts[0].name);
}

static int
from_netrc(const struct account *a, struct buf *out, struct error *e)
{
	struct buf text = BUF(NETRC_MOST);
	const char *path = a->password.name;
	int rc = read_private(path, false, &text, e);

	if (rc == 0 &&
	    !netrc_find(buf_bytes(&text), host_of(a), bytes_of(a->user), out)) {
		error_set(e, ERR_SECRET, "'%s' has no password for %.*s", path,
		    BYTES_ARG(host_of(a)));
		rc = error_hint(e, "machine %.*s login %s password ...",
		    BYTES_ARG(host_of(a)), a->user == NULL ? "..." : a->user);
	}
	buf_clear(&text);
	return rc;
}

static int
from_keyring(const struct account *a, struct buf *out, struct error *e)
{
	char none[] = "";
	char *host = a->hosts_n == 0 ? none : a->hosts[0].name;
	char *user = a->user == NULL ? none : a->user;
	char *argv[] = { "secret-tool", "lookup", "service", "smtp", "host",
		host, "user", user, NULL };

	if (command_read(argv, COMMAND_SECONDS, out, e) == 0)
		return 0;
	return error_hint(e,
	    "store it with: secret-tool store --label=mail service smtp host "
	    "%s user %s",
	    host, user);
}

static int
from_prompt(
    const struct account *a, bool tty_allowed, struct buf *out, struct error *e)
{
	struct buf question = BUF(1024);
	int rc;

	if (!tty_allowed)
		return error_set(e, ERR_SECRET,
		    "the password must be asked for, and there is nobody to "
		    "ask");
	buf_adds(&question, "Password for ");
	clean_add(&question, bytes_of(a->user));
	buf_adds(&question, " at ");
	clean_add(&question, host_of(a));
	buf_adds(&question, ": ");
	rc = prompt_read(buf_text(&question), out, e);
	buf_clear(&question);
	return rc;
}

static int
fetch(
    const struct account *a, bool tty_allowed, struct buf *out, struct error *e)
{
	const struct secret *s = &a->password;

	switch (s->kind) {
	case SECRET_LITERAL:
		buf_add(out, buf_bytes(&s->literal));
		return 0;
	case SECRET_FILE:
		return from_file(s->name, out, e);
	case SECRET_COMMAND:
		return command_read(s->argv, COMMAND_SECONDS, out, e);
	case SECRET_ENV:
		return from_env(s->name, out, e);
	case SECRET_CREDENTIAL:
		return from_credential(s->name, out, e);
	case SECRET_NETRC:
		return from_netrc(a, out, e);
	case SECRET_KEYRING:
		return from_keyring(a, out, e);
	case SECRET_PROMPT:
		return from_prompt(a, tty_allowed, out, e);
	default:
		error_set(e, ERR_SECRET, "there is no password");
		return error_hint(e,
		    "in the account: password = \"...\", or "
		    "where it is: see sendoff.conf(5)");
	}
}

/* The first line, without its end, and a byte order mark before it. */
static int
check(struct bytes *line, struct error *e)
{
	if (bytes_same(bytes_head(*line, 3), BYTES("\xef\xbb\xbf")))
		*line = bytes_skip(*line, 3);
	*line = bytes_head(*line, bytes_index(*line, '\n'));
	if (line->n > 0 && line->p[line->n - 1] == '\r')
		line->n--;
	if (line->n == 0)
		return error_set(e, ERR_SECRET, "the password is empty");
	if (bytes_index(*line, '\0') < line->n)
		return error_set(e, ERR_SECRET, "the password holds a NUL");
	if (line->n > SECRET_MOST)
		return error_set(e, ERR_SECRET, "the password is too long");
	return 0;
}

int
secret_read(
    const struct account *a, bool tty_allowed, struct buf *out, struct error *e)
{
	struct buf text = BUF(SECRET_MOST + STEP);
	struct bytes line;
	int rc = fetch(a, tty_allowed, &text, e);

	line = buf_bytes(&text);
	if (rc == 0 && !buf_ok(&text))
		rc = error_set(e, ERR_SECRET, "the password is too long");
	if (rc == 0 && (rc = check(&line, e)) == 0) {
		buf_add(out, line);
		if (!buf_ok(out))
			rc = error_set(
			    e, ERR_SECRET, "the password is too long");
	}
	if (rc < 0 && a->password.where != NULL)
		error_in(e, "%s", a->password.where);
	buf_clear(&text);
	return rc;
}

/* ---- only looking ------------------------------------------------------------- */

static bool
is_program(const char *dir, size_t n, const char *name)
{
	struct buf path = BUF(4096);
	bool found;

	buf_addf(&path, "%.*s%s%s", (int)n, dir, n > 0 ? "/" : "", name);
	found = buf_ok(&path) && access(buf_text(&path), X_OK) == 0;
	buf_clear(&path);
	return found;
}

static int
check_program(const char *name, struct error *e)
{
	struct bytes path = bytes_of(getenv("PATH"));

	if (strchr(name, '/') != NULL && is_program("", 0, name))
		return 0;
	while (strchr(name, '/') == NULL && path.n > 0) {
		struct bytes dir = bytes_take(&path, ':');

		if (is_program(dir.p, dir.n, name))
			return 0;
	}
	return error_set(e, ERR_SECRET, "there is no program '%s'", name);
}

int
secret_check(const struct account *a, struct error *e)
{
	struct buf out = BUF(SECRET_MOST);
	int rc = 0;

	switch (a->password.kind) {
	case SECRET_ENV:
	case SECRET_CREDENTIAL:
	case SECRET_PROMPT:
		break;
	case SECRET_COMMAND:
		rc = check_program(a->password.argv[0], e);
		break;
	case SECRET_KEYRING:
		rc = check_program("secret-tool", e);
		break;
	default:
		rc = secret_read(a, false, &out, e);
	}
	buf_clear(&out);
	return rc;
}
