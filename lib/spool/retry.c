#include "spool/retry.h"

static int64_t
or_default(int64_t seconds, int64_t otherwise)
{
	return seconds > 0 ? seconds : otherwise;
}

static int64_t
least(const struct retry_plan *p)
{
	return or_default(p->least, RETRY_LEAST);
}

static int64_t
most(const struct retry_plan *p)
{
	int64_t seconds = or_default(p->most, RETRY_MOST);

	return seconds > least(p) ? seconds : least(p);
}

/* Of the age, but for the clock that was set back. */
static int64_t
left(const struct retry_plan *p, int64_t age)
{
	int64_t expire = or_default(p->expire, RETRY_EXPIRE);

	return expire - (age > 0 ? age : 0);
}

static int64_t
doubled(const struct retry_plan *p, unsigned tries)
{
	int64_t pause = least(p);

	for (; tries > 1 && pause < most(p) / 2; tries--)
		pause *= 2;
	return tries > 1 ? most(p) : pause;
}

static int64_t
between(int64_t low, int64_t n, int64_t high)
{
	if (n < low)
		return low;
	return n > high ? high : n;
}

/* From four fifths to six fifths. */
static int64_t
scatter(int64_t pause, uint32_t random)
{
	int64_t fifth = pause / 5, part = random >> 16;

	return pause - fifth + 2 * fifth * part / 0xffff;
}

int64_t
retry_next(
    const struct retry_plan *p, int64_t age, unsigned tries, uint32_t random)
{
	int64_t pause =
	    between(least(p), between(0, age / 2, doubled(p, tries)), most(p));
	int64_t to_end = left(p, age);

	pause = scatter(pause, random);
	if (to_end <= 0)
		return pause;
	return to_end - pause < least(p) ? to_end : pause;
}

bool
retry_expired(const struct retry_plan *p, int64_t age)
{
	return left(p, age) <= 0;
}

bool
retry_is_last(const struct retry_plan *p, const struct retry_try *t)
{
	if (!retry_expired(p, t->age) || !retry_due(t->meant_for, t->age))
		return false;
	if (retry_expired(p, t->before))
		return t->tries >= RETRY_ENOUGH;
	return retry_expired(p, t->meant_for) &&
	    t->age - t->meant_for <= RETRY_LATE;
}

bool
retry_due(int64_t when, int64_t now)
{
	return when <= now || when - now > RETRY_FAR;
}
