#include "mail/input.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

ssize_t
input_read(int fd, char *to, size_t room)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	ssize_t n;

	while ((n = read(fd, to, room)) < 0) {
		if (errno == EAGAIN)
			poll(&wait, 1, -1);
		else if (errno != EINTR)
			break;
	}
	return n;
}
