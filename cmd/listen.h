/*
 * sendoff --serve: a process that waits at a Unix socket, and a child for
 * each client, who is served as -bs serves one.
 */
#ifndef CMD_LISTEN_H
#define CMD_LISTEN_H

#include "submit/request.h"

/*
 * Listen at path (NULL: the usual one), or at the socket that systemd hands
 * over, until a signal asks us to stop.  Returns the exit status, when the
 * children have ended.
 */
int listen_and_serve(const struct request *r, const char *path);

#endif
