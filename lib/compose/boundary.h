/*
 * What stands between the parts of a multipart (RFC 2046, 5.1.1).  Private to
 * lib/compose.
 */
#ifndef COMPOSE_BOUNDARY_H
#define COMPOSE_BOUNDARY_H

#include "base/here.h"

/* "=_" stands in nothing that is encoded (RFC 2045, 6.7), 32 digits, NUL. */
enum { BOUNDARY_RANDOM = 16, BOUNDARY_SIZE = 2 + 2 * BOUNDARY_RANDOM + 1 };

/* 128 random bits, so that it stands in no part. */
void boundary_make(char boundary[BOUNDARY_SIZE], const struct here *here);

#endif
