/*
 * Listening, and a process for every client.
 */
#ifndef SERVER_SERVE_H
#define SERVER_SERVE_H

#include "tests/server/settings.h"

/*
 * Serve until as many clients as asked for have gone, or SIGTERM comes.  The
 * port goes to standard output and to the port file when clients may connect.
 */
int serve(const struct settings *set, struct error *e);

#endif
