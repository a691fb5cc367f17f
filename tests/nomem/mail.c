#include "mail/address.h"
#include "compose/compose.h"
#include "compose/notice.h"
#include "compose/notice_short.h"
#include "mail/message.h"
#include "tests/nomem/nomem.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "mail/encode.h"

static int
address_list(struct result *r, struct error *e)
{
	struct address_list l = ADDRESS_LIST;
	int rc = address_list_parse(&l,
	    BYTES("Jane (x) <jane@example.org>, \"a b\"@example.net, "
		  "g: one@x.example, =?utf-8?q?=C3=BC?= <two@y.example>;"),
	    e);

	for (size_t i = 0; rc == 0 && i < l.n; i++) {
		result_add(r, bytes_of(l.list[i].text));
		result_add(r, bytes_of(l.list[i].name));
	}
	address_list_clear(&l);
	return rc;
}

static const char letter[] =
    "From: jane@example.org\nTo: x@example.org,\n y@example.org\n"
    "Subject: \xc3\xbc\n\n.dots\nand \xc3\xbc = more\n";

static int
read_out(struct message *m, struct result *r, struct error *e)
{
	struct message_reader reader;
	struct bytes piece;
	int rc;

	message_reader_init(&reader, m);
	while ((rc = message_next(&reader, &piece, e)) == 0 && piece.n > 0)
		result_add(r, piece);
	message_reader_clear(&reader);
	return rc;
}

static int
message(struct result *r, struct error *e)
{
	struct intake how = { .lone_dot_ends = true };
	struct message m;
	int fd = memfd_create("letter", MFD_CLOEXEC), rc;

	if (fd < 0 || write(fd, letter, strlen(letter)) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return error_sys(e, ERR_OS, "no file in memory");
	message_init(&m);
	rc = message_read(&m, fd, &how, e);
	if (rc == 0)
		message_drop(&m, "Subject");
	if (rc == 0)
		rc = message_add(&m, "Subject", BYTES("another one"), e);
	if (rc == 0)
		rc = message_encode(&m, CODING_QP, e);
	if (rc == 0)
		rc = read_out(&m, r, e);
	message_clear(&m);
	close(fd);
	return rc;
}

static int64_t
ticks(void)
{
	return 0;
}

static void
no_random(void *p, size_t n)
{
	memset(p, 0x5a, n);
}

static int
read_composed(struct compose *c, struct result *r, struct error *e)
{
	struct intake how = { .read = compose_read, .ctx = c };
	struct message m;
	int rc;

	message_init(&m);
	rc = message_read(&m, -1, &how, e);
	if (rc == 0)
		rc = read_out(&m, r, e);
	message_clear(&m);
	return rc;
}

/* Begun, or nothing. */
static struct compose *
begun(struct compose *c)
{
	if (c == NULL || compose_begin(c) == 0)
		return c;
	compose_free(c);
	return NULL;
}

static int
composition(struct result *r, struct error *e)
{
	static const struct here here = { .ticks = ticks, .random = no_random };
	static const struct compose_field fields[] = {
		{ "--subject", "Subject", "\xe4\xbd\xa0" },
		{ "--to", "To", "Jane <jane@example.org>, \xc3\xbc@x.example" },
		{ "--header", NULL, "X-Note: \xc3\xbc" },
	};
	static const struct attachment file = { "/dev/null", "\xe4\xbd\xa0.pdf",
		NULL };
	static const struct composition what = { .fields = fields,
		.fields_n = 3,
		.attachments = &file,
		.attachments_n = 1,
		.charset = "ISO-8859-1" };
	int fd = memfd_create("text", MFD_CLOEXEC), rc;
	struct compose *c;

	if (fd < 0 || write(fd, "\xfc\n", 2) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_sys(e, ERR_OS, "no file in memory");
	c = begun(compose_new(&what, fd, &here, e));
	rc = c == NULL ? -1 : read_composed(c, r, e);
	compose_free(c);
	close(fd);
	return rc;
}

static struct timespec
now(void)
{
	return (struct timespec){ 0 };
}

static int
make_notice(struct message *about, struct envelope *env, struct result *r,
    struct error *e)
{
	static const struct here here = { .now = now, .random = no_random };
	static const bool all[] = { true, true };
	struct notice n = { .mta = "host.example",
		.from = "MAILER-DAEMON@host.example",
		.env = env,
		.about = all,
		.message = about };
	struct message m, brief;
	int rc;

	message_init(&m);
	message_init(&brief);
	rc = notice_make(&m, &n, &here, e);
	if (rc == 0)
		rc = read_out(&m, r, e);
	if (rc == 0)
		rc = notice_shorten(&brief, &m, e);
	if (rc == 0)
		rc = read_out(&brief, r, e);
	message_clear(&m);
	message_clear(&brief);
	return rc < 0 ? -1 : 0; /* 1 comes to another result */
}

static int
notice(struct result *r, struct error *e)
{
	struct envelope env = { .envid = strdup("a+20b") };
	struct intake how = { 0 };
	struct message m;
	int fd = memfd_create("letter", MFD_CLOEXEC), rc;

	if (fd < 0 || write(fd, letter, strlen(letter)) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return error_sys(e, ERR_OS, "no file in memory");
	message_init(&m);
	rc = env.envid == NULL ? error_set(e, ERR_OS, "out of memory")
			       : message_read(&m, fd, &how, e);
	if (rc == 0)
		rc = envelope_from(&env, BYTES("jane@example.org"), e);
	if (rc == 0)
		rc = envelope_to(&env, BYTES("x@example.org"), NULL, e);
	if (rc == 0)
		rc = envelope_to(&env, BYTES("\xc3\xbc@x.example"), NULL, e);
	if (rc == 0)
		rc = make_notice(&m, &env, r, e);
	message_clear(&m);
	envelope_clear(&env);
	close(fd);
	return rc;
}

const struct work mail_work[] = {
	{ "address list", address_list },
	{ "message", message },
	{ "composition", composition },
	{ "notice", notice },
	{ NULL, NULL },
};
