#include "conf/number.h"

struct unit {
	const char *name;
	int64_t worth;
};

static bool
digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Take the digits in front. */
static bool
take_digits(struct bytes *text, int64_t *number)
{
	struct bytes rest = *text;

	for (*number = 0; rest.n > 0 && digit(rest.p[0]);
	     rest = bytes_skip(rest, 1))
		if (__builtin_mul_overflow(*number, 10, number) ||
		    __builtin_add_overflow(*number, rest.p[0] - '0', number))
			return false;
	if (rest.n == text->n)
		return false;
	*text = rest;
	return true;
}

bool
number_read(struct bytes text, int64_t *number)
{
	return take_digits(&text, number) && text.n == 0;
}

static struct bytes
take_letters(struct bytes *text)
{
	struct bytes word = { text->p, 0 };

	while (word.n < text->n && letter(text->p[word.n]))
		word.n++;
	*text = bytes_skip(*text, word.n);
	return word;
}

static const struct unit *
find(const struct unit *u, struct bytes name)
{
	for (; u->name != NULL; u++)
		if (bytes_is_case(name, u->name))
			return u;
	return NULL;
}

/* Take a number and its unit, and add what they are worth to *sum. */
static bool
add(struct bytes *text, const struct unit *units, int64_t *sum)
{
	const struct unit *u;
	int64_t n;

	return take_digits(text, &n) &&
	    (u = find(units, take_letters(text))) != NULL &&
	    !__builtin_mul_overflow(n, u->worth, &n) &&
	    !__builtin_add_overflow(*sum, n, sum);
}

bool
time_read(struct bytes text, int64_t *microseconds)
{
	static const struct unit units[] = {
		{ "", 1000000 },
		{ "ms", 1000 },
		{ "s", 1000000 },
		{ "m", INT64_C(60) * 1000000 },
		{ "h", INT64_C(3600) * 1000000 },
		{ "d", INT64_C(86400) * 1000000 },
		{ 0 },
	};

	*microseconds = 0;
	if (number_read(text, microseconds))
		return !__builtin_mul_overflow(
		    *microseconds, 1000000, microseconds);
	*microseconds = 0;
	do
		if (!add(&text, units + 1, microseconds))
			return false;
	while (text.n > 0);
	return true;
}

bool
size_read(struct bytes text, int64_t *octets)
{
	static const struct unit units[] = {
		{ "", 1 },
		{ "b", 1 },
		{ "k", 1 << 10 },
		{ "kb", 1 << 10 },
		{ "m", 1 << 20 },
		{ "mb", 1 << 20 },
		{ "g", 1 << 30 },
		{ "gb", 1 << 30 },
		{ 0 },
	};

	*octets = 0;
	return add(&text, units, octets) && text.n == 0;
}
