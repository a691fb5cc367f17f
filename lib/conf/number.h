/*
 * Numbers as people write them: 465, "10M", "1h30m".  Nothing wraps: what
 * does not fit is refused.
 */
#ifndef CONF_NUMBER_H
#define CONF_NUMBER_H

#include <stdint.h>

#include "base/bytes.h"

/* Digits and nothing else. */
bool number_read(struct bytes text, int64_t *number);

/* Numbers with ms, s, m, h, d behind them; a bare one is seconds.  The result
   is in microseconds. */
bool time_read(struct bytes text, int64_t *microseconds);

/* A number, K, M or G (of 1024) behind it, and perhaps B; octets. */
bool size_read(struct bytes text, int64_t *octets);

#endif
