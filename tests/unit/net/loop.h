/*
 * Sockets on the loopback interface for the tests of lib/net: who listens,
 * who refuses and who is silent, each on a port of the kernel's choice.
 */
#ifndef TESTS_NET_LOOP_H
#define TESTS_NET_LOOP_H

#include "net/resolve.h"

enum loop_kind { LOOP_LISTENS, LOOP_REFUSES, LOOP_SILENT };

struct loop {
	int fd, filler;
	struct endpoint at;
};

/* False when this machine has no such loopback (IPv6 may be off). */
bool loop_open(struct loop *l, int family, enum loop_kind kind);
void loop_close(struct loop *l);
unsigned loop_port(const struct loop *l);

/* Ticks in ms from now. */
int64_t soon(int ms);

#endif
