#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ERROR_ROW(kind, name, exit, c, s, d) { name, exit, { c, s, d } },
static const struct {
	const char *name;
	int exit;
	struct estatus status;
} kinds[] = { ERROR_KINDS(ERROR_ROW) };
#undef ERROR_ROW

static void
fill(struct error *e, enum error_kind kind, const char *fmt, va_list ap)
{
	e->kind = kind;
	e->status = kinds[kind].status;
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
}

int
error_set(struct error *e, enum error_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e->kind != ERR_NONE)
		return -1;
	va_start(ap, fmt);
	fill(e, kind, fmt, ap);
	va_end(ap);
	return -1;
}

int
error_sys(struct error *e, enum error_kind kind, const char *fmt, ...)
{
	const char *why = strerror(errno);
	va_list ap;
	size_t n;

	if (e->kind != ERR_NONE)
		return -1;
	va_start(ap, fmt);
	fill(e, kind, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof(e->text) - n, ": %s", why);
	return -1;
}

int
error_in(struct error *e, const char *fmt, ...)
{
	char context[sizeof(e->text)], text[sizeof(e->text)];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(context, sizeof(context), fmt, ap);
	va_end(ap);
	memcpy(text, e->text, sizeof(text));
	if (snprintf(e->text, sizeof(e->text), "%s: %s", context, text) < 0)
		e->text[0] = '\0';
	return -1;
}

int
error_hint(struct error *e, const char *fmt, ...)
{
	va_list ap;

	if (e->hint[0] != '\0')
		return -1;
	va_start(ap, fmt);
	vsnprintf(e->hint, sizeof(e->hint), fmt, ap);
	va_end(ap);
	return -1;
}

int
error_transient(struct error *e)
{
	e->transient = true;
	if (e->status.class == 5)
		e->status.class = 4;
	return -1;
}

int
error_reply(
    struct error *e, int code, struct estatus status, struct bytes words)
{
	e->code = code;
	if (status.class != 0)
		e->status = status;
	else if (code >= 200)
		e->status.class = code / 100;
	snprintf(e->reply, sizeof(e->reply), "%.*s", BYTES_ARG(words));
	return -1;
}

const char *
error_name(enum error_kind kind)
{
	return kinds[kind].name;
}

int
error_exit(const struct error *e)
{
	if (e->kind == ERR_NONE)
		return EX_OK;
	if (e->transient || e->code / 100 == 4)
		return EX_TEMPFAIL;
	if (e->kind == ERR_TLS && e->code != 0)
		return EX_UNAVAILABLE;
	return kinds[e->kind].exit;
}

bool
error_of_service(const struct error *e)
{
	switch (e->kind) {
	case ERR_CONFIG:
	case ERR_SECRET:
	case ERR_AUTH:
	case ERR_AUTH_MECHANISM:
	case ERR_SPOOL_DENIED:
		return true;
	case ERR_SPOOL:
		return !e->transient; /* else it is only full */
	default:
		return false;
	}
}
