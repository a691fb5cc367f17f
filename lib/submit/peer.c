#include "submit/peer.h"

#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clean.h"

static bool
is_unix(int fd)
{
	socklen_t n = sizeof(int);
	int domain;

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &n) == 0 &&
	    domain == AF_UNIX;
}

bool
peer_find(struct peer *p, int fd)
{
	struct ucred who;
	socklen_t n = sizeof(who);
	struct passwd *pw;

	*p = (struct peer){ .uid = (uid_t)-1 };
	if (!is_unix(fd) ||
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &n) < 0)
		return false;
	p->uid = who.uid;
	pw = getpwuid(who.uid);
	p->named = pw != NULL;
	if (pw != NULL && !bytes_eight_bit(bytes_of(pw->pw_name)))
		clean_copy(p->login, sizeof(p->login), bytes_of(pw->pw_name));
	return true;
}

bool
peer_trusted(const struct peer *p)
{
	return p->uid == 0 || p->uid == geteuid();
}

void
peer_add(struct buf *out, const struct peer *p)
{
	buf_addf(out, "uid %lu", (unsigned long)p->uid);
	if (p->login[0] == '\0')
		return;
	buf_adds(out, ", login ");
	for (const char *c = p->login; *c != '\0'; c++) {
		if (strchr("()\\", *c) != NULL)
			buf_addc(out, '\\');
		buf_addc(out, *c);
	}
}
