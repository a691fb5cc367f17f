/*
 * Being asked to stop: SIGTERM, SIGINT, SIGHUP.  As long as nothing depends on
 * us the program ends at once, with 75 and a word on the standard error.  Once
 * somebody may have to learn what came of a message, the signals are held back
 * and let in only while we wait, so that whoever waits can end in good order.
 *
 * The one room with state of its own: a signal handler has no other place.
 */
#ifndef BASE_STOP_H
#define BASE_STOP_H

#include <poll.h>
#include <stdbool.h>

#include "base/error.h"

/*
 * From now on such a signal ends the program, told of under this name, which
 * must live on.  Those that are ignored stay so (nohup, background jobs).
 */
void stop_watch(const char *program);

/* From now on such a signal is only noted, and only within stop_poll(). */
void stop_defer(void);

/* The signal that was noted, or 0. */
int stop_asked(void);

/* Fill e when one was: ERR_DISCONNECTED, -1. */
int stop_error(struct error *e);

/*
 * The answer on its way says who has the message: until this is taken back no
 * signal is let in, and one that was noted ends no stop_poll().
 */
void stop_hold(bool hold);

/*
 * poll(2) with a time to wait, NULL for ever.  -1 and EINTR as soon as a signal
 * is noted, and at once when one was before.
 */
int stop_poll(struct pollfd *p, nfds_t n, const struct timespec *wait);

#endif
