#include "tests/nomem/nomem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
void *__real_reallocarray(void *p, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);

/* How many allocations succeed yet; -1: all. */
static long left = -1;
static bool failed, for_good;

static bool
out_of_memory(void)
{
	if (left < 0)
		return false;
	if (left > 0) {
		left--;
		return false;
	}
	failed = true;
	if (!for_good)
		left = -1;
	return true;
}

void *
__wrap_malloc(size_t n)
{
	return out_of_memory() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return out_of_memory() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t n)
{
	return out_of_memory() ? NULL : __real_realloc(p, n);
}

void *
__wrap_reallocarray(void *p, size_t n, size_t size)
{
	return out_of_memory() ? NULL : __real_reallocarray(p, n, size);
}

char *
__wrap_strdup(const char *s)
{
	return out_of_memory() ? NULL : __real_strdup(s);
}

char *
__wrap_strndup(const char *s, size_t n)
{
	return out_of_memory() ? NULL : __real_strndup(s, n);
}

void
result_add(struct result *r, struct bytes what)
{
	if (what.n > sizeof(r->p) - r->n)
		abort();
	memcpy(r->p + r->n, what.p == NULL ? "" : what.p, what.n);
	r->n += what.n;
}

static struct result golden, result;

static int
complain(const struct work *w, long i, const char *what)
{
	printf("not ok nomem %s: allocation %ld %s: %s\n", w->name, i,
	    for_good ? "and all behind it" : "alone", what);
	return 1;
}

/* Let the i-th allocation fail; how many complaints. */
static int
once(const struct work *w, long i)
{
	struct error e = ERROR_NONE;
	int rc;

	result.n = 0;
	failed = false;
	left = i;
	rc = w->run(&result, &e);
	left = -1;
	if (rc < 0 && e.kind == ERR_NONE)
		return complain(w, i, "failed without an error");
	if (rc < 0 && !failed)
		return complain(w, i, e.text);
	if (rc == 0 &&
	    (result.n != golden.n || memcmp(result.p, golden.p, golden.n) != 0))
		return complain(w, i, "came to another result");
	return 0;
}

static int
exhaust(const struct work *w)
{
	struct error e = ERROR_NONE;
	int bad = 0;
	long i = 0;

	golden.n = 0;
	if (w->run(&golden, &e) < 0)
		return complain(w, -1, e.text);
	do
		bad += once(w, i++);
	while (failed);
	if (bad == 0 && !for_good)
		printf("ok nomem %s: %ld allocations\n", w->name, i - 1);
	return bad;
}

static int
exhaust_all(const struct work *w)
{
	int bad = 0;

	for (; w->name != NULL; w++) {
		for_good = true;
		bad += exhaust(w);
		for_good = false;
		bad += exhaust(w);
	}
	return bad;
}

int
main(void)
{
	int bad;

	setvbuf(stdout, NULL, _IOLBF, 0);
	bad = exhaust_all(base_work) + exhaust_all(mail_work) +
	    exhaust_all(smtp_work) + exhaust_all(conf_work) +
	    exhaust_all(spool_work);

	return bad == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
