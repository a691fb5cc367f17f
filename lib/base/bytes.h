/*
 * A borrowed run of bytes: where it starts and how long it is.  Not
 * terminated, may hold NUL, never owned, never changed through this type.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>

struct bytes {
	const char *p; /* borrowed; may be NULL when n is 0 */
	size_t n;
};

/* For "%.*s"; the run must be shorter than INT_MAX. */
#define BYTES_ARG(b) (int)(b).n, (b).p

/* The text of a string literal. */
#define BYTES(literal) ((struct bytes){ (literal), sizeof(literal) - 1 })

/* The text of s without its terminator; NULL reads as empty. */
struct bytes bytes_of(const char *s);

/* The same bytes; _case: but for ASCII case. */
bool bytes_same(struct bytes a, struct bytes b);
bool bytes_same_case(struct bytes a, struct bytes b);
bool bytes_is(struct bytes a, const char *s);
bool bytes_is_case(struct bytes a, const char *s);

/* Does a begin with s, whatever the ASCII case? */
bool bytes_starts_case(struct bytes a, const char *s);

/* Where c first stands in a, or a.n. */
size_t bytes_index(struct bytes a, char c);

/* Where the whole of what first stands in a, or a.n. */
size_t bytes_find(struct bytes a, struct bytes what);

/* a without its first n bytes (n is cut to a.n). */
struct bytes bytes_skip(struct bytes a, size_t n);

/* a cut to its first n bytes. */
struct bytes bytes_head(struct bytes a, size_t n);

/* a without the spaces, tabs, CRs and LFs at both ends. */
struct bytes bytes_trim(struct bytes a);

/*
 * Take what stands in front of the first c, and c itself, off *a; the whole
 * of *a when c is not there.
 */
struct bytes bytes_take(struct bytes *a, char c);

#endif
