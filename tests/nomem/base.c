#include "base/trace.h"
#include "sasl/sasl.h"
#include "tests/nomem/nomem.h"

#include <stdlib.h>

#include "base/idn.h"

static void
look(void *ctx, struct bytes line)
{
	(void)ctx;
	if (bytes_find(line, BYTES("hush-hush")) < line.n)
		abort();
}

/* A trace may lose lines, but never its discretion. */
static int
trace(struct result *r, struct error *e)
{
	struct trace t = { .level = 3, .here = &here_real, .put = look };

	(void)r, (void)e;
	trace_start(&t);
	trace_hide(&t, BYTES("hush-hush"));
	trace_note(&t, 1, "warn", "%s", "he said hush-hush");
	trace_reply(&t, "X", 250, BYTES("hush-hush\nhush-hush"), NULL);
	t.json = true;
	trace_reply(&t, "X", 250, BYTES("hush-hush\nhush-hush"), "hush-hush");
	trace_clear(&t);
	return 0;
}

static int
idn(struct result *r, struct error *e)
{
	struct buf out = BUF(300);
	int rc = idn_ascii(&out, BYTES("b\xc3\xbc.example"), e);

	if (rc == 0 && !buf_ok(&out))
		rc = error_set(e, ERR_OS, "no memory");
	if (rc == 0)
		result_add(r, buf_bytes(&out));
	buf_clear(&out);
	return rc;
}

/* RFC 7677, 3; what is signed wrongly is never proven. */
static int
scram(struct result *r, struct error *e)
{
	static const struct sasl_identity id = { .user = { "user", 4 },
		.secret = { "pencil", 6 },
		.nonce = { "rOprNGfwEbeRWgbNEkqO", 20 } };
	static const char *const turns[] = { "",
		"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
		"s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
		"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=", NULL };
	struct buf out = BUF(1000);
	struct sasl s;
	int rc = sasl_init(&s, sasl_find(BYTES("SCRAM-SHA-256")), &id, e);

	for (size_t i = 0; rc == 0 && turns[i] != NULL; i++) {
		buf_reset(&out);
		rc = sasl_step(&s, bytes_of(turns[i]), &out, e);
		result_add(r, buf_bytes(&out));
	}
	if (rc == 0 && !sasl_proven(&s))
		abort();
	if (rc < 0 && sasl_proven(&s))
		abort();
	sasl_clear(&s);
	buf_clear(&out);
	return rc;
}

static int
scram_lied_to(struct result *r, struct error *e)
{
	static const struct sasl_identity id = { .user = { "user", 4 },
		.secret = { "pencil", 6 },
		.nonce = { "N", 1 } };
	struct error none = ERROR_NONE;
	struct buf out = BUF(1000);
	struct sasl s;

	(void)r, (void)e;
	sasl_init(&s, sasl_find(BYTES("SCRAM-SHA-1")), &id, &none);
	sasl_step(&s, BYTES(""), &out, &none);
	sasl_step(&s, BYTES("r=Nx,s=c2FsdA==,i=4096"), &out, &none);
	sasl_step(&s, BYTES("v="), &out, &none);
	if (sasl_proven(&s))
		abort();
	sasl_clear(&s);
	buf_clear(&out);
	return 0;
}

const struct work base_work[] = {
	{ "trace", trace },
	{ "idn", idn },
	{ "scram", scram },
	{ "scram, lied to", scram_lied_to },
	{ NULL, NULL },
};
