/*
 * The test server's script: what to do other than usual, and when.  A rule
 * is one line,
 *
 *	EVENT [CONDITION ...] ACTION ...
 *
 *	rcpt has=bad@example.org reply "550 5.1.1 no such user"
 *	auth conn=1 delay 300 reply "421 4.7.0 later" close
 *	starttls send "220 go\r\n250-X-INJECTED\r\n"
 *	quit send "\x00\x00\x00\x1a\x00\x00\x00" close
 *
 * and the first rule that fits an event is the one that is carried out.
 *
 * Events: connect (before anything else), greeting, tls (handshake done), the
 * commands in lower case, other (an unknown command), any (any command),
 * challenge (a 334 of the server's), answer (the client's line to a 334),
 * outcome (the last answer to an AUTH), body (content is arriving) and dot (it is whole; with LMTP once for every
 * recipient).
 *
 * Conditions: n= which time on this connection, conn= which connection (both
 * "2", "2+" or "2-4"), has= a text in the line, any case, bytes= at least so many
 * octets of content, chance= so many times in a hundred: by --seed, the rule,
 * the connection and n, so that the same clients get the same answers.
 *
 * Actions: reply "LINE\nLINE" and send "RAW" stand in for the usual answer,
 * and their code decides what the server does next; default is that usual
 * answer, in its place among others; silent is none.  delay MS, drip OCTETS-PER-SECOND for what
 * follows, repeat N "RAW", endless "RAW", close (with close_notify), cut
 * (FIN alone), reset (RST), hang (neither read nor write any more).
 *
 * Texts know \r \n \t \\ \" \xHH, and %{line} %{decoded} %{user} %{password}
 * %{password64} for what the client sent and what the server knows.
 */
#ifndef SERVER_SCRIPT_H
#define SERVER_SCRIPT_H

#include "base/buf.h"
#include "base/error.h"

/* clang-format off */
#define EVENTS_TABLE(X) \
	X(CONNECT, "connect") X(GREETING, "greeting") X(TLS, "tls") \
	X(CHALLENGE, "challenge") X(ANSWER, "answer") \
	X(OUTCOME, "outcome") X(BODY, "body") X(DOT, "dot") \
	X(EHLO, "ehlo") X(HELO, "helo") X(LHLO, "lhlo") \
	X(STARTTLS, "starttls") X(AUTH, "auth") X(MAIL, "mail") \
	X(RCPT, "rcpt") X(DATA, "data") X(BDAT, "bdat") X(RSET, "rset") \
	X(NOOP, "noop") X(VRFY, "vrfy") X(EXPN, "expn") X(HELP, "help") \
	X(QUIT, "quit") X(OTHER, "other") X(ANY, "any")
/* clang-format on */

#define EVENT_ENUM(kind, name) ON_##kind,
enum event { EVENTS_TABLE(EVENT_ENUM) EVENTS };
#undef EVENT_ENUM

enum deed {
	DO_REPLY,
	DO_SEND,
	DO_DEFAULT,
	DO_SILENT,
	DO_DELAY,
	DO_DRIP,
	DO_REPEAT,
	DO_ENDLESS,
	DO_CLOSE,
	DO_CUT,
	DO_RESET,
	DO_HANG
};

struct action {
	enum deed deed;
	unsigned number;
	struct buf text; /* owned */
};

struct range {
	unsigned from, to; /* both included */
};

enum { RULE_ACTIONS = 8 };

struct rule {
	enum event event;
	struct range n, conn;
	struct buf has; /* owned; empty: whatever the line */
	unsigned bytes, chance;
	struct action actions[RULE_ACTIONS];
	size_t actions_n;
};

struct script {
	struct rule *rules; /* owned */
	size_t n;
	unsigned seed;
};

/* Something that happened on a connection. */
struct moment {
	enum event event;
	unsigned n, conn;
	struct bytes line;
	size_t bytes;
};

/* Add one rule; an empty line or a comment (#) is none. */
int script_add(struct script *s, struct bytes line, struct error *e);

/* Add every line of a file. */
int script_load(struct script *s, const char *path, struct error *e);
void script_clear(struct script *s);

/* The first rule that fits, or NULL.  Borrowed. */
const struct rule *script_match(const struct script *s, const struct moment *m);

/* Does the rule (NULL: no) stand in for the usual answer?  Has it a deed? */
bool rule_answers(const struct rule *r);
bool rule_has(const struct rule *r, enum deed deed);

/*
 * The code of the answer it gives: that of usual when it leaves that to the
 * server, 0 for none.
 */
int rule_code(const struct rule *r, struct bytes usual);

/* The event of a command's verb, whatever its case; ON_OTHER for none. */
enum event event_of_verb(struct bytes verb);

/* Three digits in front of text, or 0. */
int code_of(struct bytes text);

#endif
