#include "base/bytes.h"

#include <string.h>

struct bytes
bytes_of(const char *s)
{
	return (struct bytes){ s, s == NULL ? 0 : strlen(s) };
}

bool
bytes_same(struct bytes a, struct bytes b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* strncasecmp() stops at a NUL and knows locales. */
bool
bytes_same_case(struct bytes a, struct bytes b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (lower(a.p[i]) != lower(b.p[i]))
			return false;
	return true;
}

bool
bytes_is(struct bytes a, const char *s)
{
	return bytes_same(a, bytes_of(s));
}

bool
bytes_is_case(struct bytes a, const char *s)
{
	return bytes_same_case(a, bytes_of(s));
}

bool
bytes_starts_case(struct bytes a, const char *s)
{
	struct bytes start = bytes_of(s);

	return bytes_same_case(bytes_head(a, start.n), start);
}

size_t
bytes_index(struct bytes a, char c)
{
	const char *at = a.n == 0 ? NULL : memchr(a.p, c, a.n);

	return at == NULL ? a.n : (size_t)(at - a.p);
}

size_t
bytes_find(struct bytes a, struct bytes what)
{
	const char *at = a.n == 0 ? NULL : memmem(a.p, a.n, what.p, what.n);

	return at == NULL ? a.n : (size_t)(at - a.p);
}

struct bytes
bytes_skip(struct bytes a, size_t n)
{
	if (n >= a.n)
		return (struct bytes){ a.p == NULL ? NULL : a.p + a.n, 0 };
	return (struct bytes){ a.p + n, a.n - n };
}

struct bytes
bytes_head(struct bytes a, size_t n)
{
	return (struct bytes){ a.p, n < a.n ? n : a.n };
}

static bool
blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct bytes
bytes_trim(struct bytes a)
{
	while (a.n > 0 && blank(a.p[0]))
		a = bytes_skip(a, 1);
	while (a.n > 0 && blank(a.p[a.n - 1]))
		a.n--;
	return a;
}

struct bytes
bytes_take(struct bytes *a, char c)
{
	struct bytes taken = bytes_head(*a, bytes_index(*a, c));

	*a = bytes_skip(*a, taken.n + 1);
	return taken;
}
