/*
 * Messages for the tests of lib/mail: given as text, read, written out again.
 */
#ifndef TESTS_LETTERS_H
#define TESTS_LETTERS_H

#include "mail/message.h"

/* A descriptor to read text from; pieces octets come at a time, 0: all. */
int letter_fd(struct bytes text, size_t pieces);

/* Read text into m (initialised here); the test fails when it is refused. */
void letter_read(struct message *m, struct bytes text, bool lone_dot_ends);
void letter_read_pieces(
    struct message *m, struct bytes text, bool lone_dot_ends, size_t pieces);

/*
 * Add m as it is to leave, after checking what must hold for every message:
 * its size, its lines, its dots.
 */
void letter_write(struct message *m, struct buf *out);

/* n octets to put into a message: pattern, again and again. */
void letter_fill(struct buf *out, struct bytes pattern, size_t n);

#endif
