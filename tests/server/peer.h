/*
 * The client at the other end of one connection: bytes in both directions,
 * with or without TLS, and what is to be said of them afterwards.  Answers
 * are held back until nothing more has arrived, as real servers do.
 *
 * A flight is what a client sends without waiting: a new one begins with the
 * first bytes that arrive after all that came before has been answered.
 */
#ifndef SERVER_PEER_H
#define SERVER_PEER_H

#include <gnutls/gnutls.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

enum { PEER_IN = 256 * 1024, PEER_LINE = 64 * 1024 };

struct peer {
	int fd;               /* owned */
	gnutls_session_t tls; /* owned; NULL: plain */
	char in[PEER_IN];
	size_t at, end;   /* what of in is still to be read */
	struct buf out;   /* owned: answers held back */
	FILE *raw, *log;  /* borrowed, or NULL */
	unsigned latency; /* milliseconds before an answer leaves */
	unsigned drip;    /* octets a second; 0: at once */
	uint64_t received;
	struct buf flights; /* owned: verbs, a line for each flight */
	bool answered;      /* something has left since the last flight */
	bool lost;          /* nothing more comes or goes */
	bool close_notify;  /* the client ended TLS as it should */
};

/* Takes the descriptor; no call on it waits longer than idle seconds. */
void peer_init(struct peer *p, int fd, unsigned idle);
void peer_clear(struct peer *p);

/* Shake hands; what was read before does not count any more. */
int peer_secure(struct peer *p, gnutls_session_t tls);

/* Get more bytes, letting the answers out first.  False at the end. */
bool peer_fill(struct peer *p);

/*
 * The next line without its CRLF or LF, borrowed until the next read.  False
 * at the end, or when it is longer than PEER_LINE.
 */
bool peer_line(struct peer *p, struct bytes *line);

/* What has been read and not been taken; then take n octets of it. */
struct bytes peer_rest(const struct peer *p);
void peer_take(struct peer *p, size_t n);

/* Has the client spoken, within the latency, though nobody asked it? */
bool peer_early(struct peer *p);

/* Add to the answers; let them out. */
void peer_put(struct peer *p, struct bytes text);
void peer_flush(struct peer *p);

/* Note what the current flight holds. */
void peer_flew(struct peer *p, struct bytes verb);
/* Flights that are more than a QUIT. */
unsigned peer_turns(const struct peer *p);

enum farewell { FAREWELL_CLOSE, FAREWELL_CUT, FAREWELL_RESET };
void peer_close(struct peer *p, enum farewell how);

/* Neither read nor write until the client goes, or ms milliseconds. */
void peer_hang(struct peer *p, unsigned ms);

/* Write to the log, line by line, each with mark in front. */
void peer_log(struct peer *p, char mark, struct bytes text);

#endif
