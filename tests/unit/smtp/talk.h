/*
 * A talk: a conversation on paper (tests/talks/NAME.talk), and a session made
 * to live through it, its bytes cut into pieces of any size.
 *
 *	# remark
 *	plan: lmtp starttls tls user=U password=P auth=MECH,... all clear-auth
 *	      no-initial no-pipelining look enter meet stay 8bit utf8 max=N
 *	      size=N
 *	mail-option: K=V        rcpt-option: K=V
 *	from: ADDRESS           to: ADDRESS
 *	content: C string of the message (default: a small one)
 *	S: line of the server   s: the same, no CRLF added, C escapes
 *	E: line of the server that comes while the client is to speak
 *	C: line of the client   B: base64 challenges are lines as all others
 *	T: handshake            X: the server closes      Z: time runs out
 *	D: a step of smtp/step.h, once it is idle: greet, ehlo, helo, starttls,
 *	   login, send, mail, rcpt N, data, quit, or a command line
 *	=: what is then due: a reply's code, or "error KIND"
 *
 * and what must come of it:
 *
 *	verdict: ADDRESS STATE CODE      error: KIND [CODE]
 *	again   uncertain   certain   turns: N   mechanism: NAME
 */
#ifndef TESTS_TALK_H
#define TESTS_TALK_H

#include <stddef.h>

/*
 * Play the talk with pieces of n bytes; "" when all went as written, else
 * what did not (in `why').  Returns why.
 */
const char *talk_play(const char *path, size_t n, char *why, size_t size);

#endif
