/*
 * Answers: the usual one, or what the script wants instead.
 */
#ifndef SERVER_PERFORM_H
#define SERVER_PERFORM_H

#include "tests/server/peer.h"
#include "tests/server/settings.h"

struct stage {
	struct peer *peer;
	const struct settings *settings;
	unsigned conn;
	unsigned seen[EVENTS]; /* how often each event was */
	bool strict;           /* nothing may run ahead */
	enum farewell farewell;
	bool over; /* the connection is to end */
};

/*
 * Something happened: count it and look it up.  The moment is for the calls
 * below; line is borrowed.
 */
struct moment stage_moment(
    struct stage *s, enum event event, struct bytes line);

/* The code of the answer that stage_answer() will give. */
int stage_code(
    const struct stage *s, const struct moment *m, const char *usual);

/*
 * Give it.  usual: lines parted by '\n', or NULL for none.  Returns its code.
 */
int stage_answer(struct stage *s, const struct moment *m, const char *usual);

/* Does the script answer it, and not leave that to the server? */
bool stage_answers(const struct stage *s, const struct moment *m);

#endif
