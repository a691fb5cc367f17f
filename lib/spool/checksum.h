/*
 * CRC-32 (ISO 3309, ITU-T V.42; what gzip and PNG use), to tell damage.
 */
#ifndef SPOOL_CHECKSUM_H
#define SPOOL_CHECKSUM_H

#include <stdint.h>

#include "base/bytes.h"

/* The checksum of all that came before, and of what; it starts as 0. */
uint32_t checksum(uint32_t before, struct bytes what);

#endif
