/*
 * A wire: a stream of bytes to a peer, whatever it is made of (TCP, a Unix
 * socket, TLS over either, memory).  Reading and writing never block; waiting
 * is separate and always has a deadline.  EINTR stays below.
 */
#ifndef NET_WIRE_H
#define NET_WIRE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/bytes.h"
#include "base/error.h"

enum { WIRE_READ = 1, WIRE_WRITE = 2 };
enum { WIRE_AGAIN = -2 };

struct wire {
	/*
	 * Read up to n bytes: how many, 0 when the peer has closed,
	 * WIRE_AGAIN when none are there yet, -1 on failure
	 * (ERR_DISCONNECTED, ERR_TLS, ERR_PROTOCOL).  Reading goes on
	 * after a failed write: what the peer said before it hung up is
	 * still handed over.
	 */
	ssize_t (*read)(struct wire *w, char *p, size_t n, struct error *e);
	/*
	 * Write some of data: how much was taken, WIRE_AGAIN, or -1.  After
	 * WIRE_AGAIN the next write must begin with the same bytes.
	 */
	ssize_t (*write)(struct wire *w, struct bytes data, struct error *e);
	/*
	 * Wait until one of `what' (WIRE_READ | WIRE_WRITE) can be tried
	 * again: what can, 0 when the deadline (ticks of here_real, in
	 * microseconds; 0 is no deadline) has passed, -1 on failure.  Once
	 * it has passed the answer is 0 even if bytes are there, so that a
	 * peer who keeps dripping cannot push it back.
	 */
	int (*wait)(
	    struct wire *w, int what, int64_t deadline, struct error *e);
	/* Bytes that were read below and not yet asked for. */
	size_t (*pending)(struct wire *w);
	/*
	 * Close and free.  polite: tell the peer first (TLS close_notify),
	 * without waiting for an answer.
	 */
	void (*close)(struct wire *w, bool polite);
	/* The descriptor below, or -1. */
	int (*fd)(struct wire *w);
};

/*
 * A connected stream socket as a wire, which then owns fd (on failure too: it
 * is closed).  The socket becomes non-blocking and closes on exec; TCP gets
 * TCP_NODELAY and keepalive.  NULL and ERR_OS on failure.
 */
struct wire *wire_socket(int fd, struct error *e);

/*
 * To be asked after the answer to STARTTLS and before tls_start(): -1 and
 * ERR_PROTOCOL when bytes are waiting already, in the wire or in the kernel.
 * Nobody honest speaks there; they would be taken for what the server says
 * under TLS (RFC 3207, 6; CVE-2011-0411).
 */
int wire_quiet(struct wire *w, struct error *e);

/*
 * A wire to nowhere, for tests and fuzzers: reads `in' in pieces of at most
 * `piece' bytes and then sees the end; what is written is kept in *out.  All
 * borrowed.
 */
struct buf;
struct wire *wire_memory(struct bytes in, size_t piece, struct buf *out);

#endif
