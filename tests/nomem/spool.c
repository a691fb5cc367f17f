#include "spool/item.h"
#include "tests/nomem/nomem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char letter[] = "From: jane@example.org\n\nhello\n";

static struct timespec
now(void)
{
	return (struct timespec){ .tv_sec = 1795774477 };
}

static void
no_random(void *p, size_t n)
{
	memset(p, 0x5a, n);
}

static const struct here here = { .now = now, .random = no_random };

/* ---- keeping ---------------------------------------------------------------- */

static int
describe(struct entry *n, struct error *e)
{
	n->account = strdup("acc");
	n->env.envid = strdup("a+20b");
	if (n->account == NULL || n->env.envid == NULL)
		return error_set(e, ERR_OS, "out of memory");
	if (entry_option(n, "user", "jane doe", e) < 0 ||
	    envelope_from(&n->env, BYTES("jane@example.org"), e) < 0 ||
	    envelope_to(&n->env, BYTES("x@example.org"), NULL, e) < 0)
		return -1;
	return envelope_to(&n->env, BYTES("y@example.org"), NULL, e);
}

static int
read_letter(struct message *m, struct error *e)
{
	struct intake how = { 0 };
	int fd = memfd_create("letter", MFD_CLOEXEC), rc;

	if (fd < 0 || write(fd, letter, strlen(letter)) < 0 ||
	    lseek(fd, 0, SEEK_SET) < 0)
		return error_sys(e, ERR_OS, "no file in memory");
	rc = message_read(m, fd, &how, e);
	close(fd);
	return rc;
}

static int
keep_one(struct spool *s, char id[ENTRY_ID], struct error *e)
{
	struct message m;
	struct entry n;
	int rc;

	entry_init(&n);
	message_init(&m);
	rc = describe(&n, e);
	if (rc == 0)
		rc = read_letter(&m, e);
	if (rc == 0)
		rc = spool_keep(s, SPOOL_QUEUE, &n, &m, &here, e);
	memcpy(id, n.id, ENTRY_ID);
	message_clear(&m);
	entry_clear(&n);
	return rc;
}

/* ---- taking ----------------------------------------------------------------- */

static int
read_item(struct item *i, struct result *r, struct error *e)
{
	struct message_reader reader;
	struct bytes piece;
	struct message m;
	int rc;

	message_init(&m);
	rc = item_message(i, &m, e);
	message_reader_init(&reader, &m);
	while (rc == 0 && (rc = message_next(&reader, &piece, e)) == 0 &&
	    piece.n > 0)
		result_add(r, piece);
	message_reader_clear(&reader);
	message_clear(&m);
	result_add(r, bytes_of(i->entry.env.sender));
	for (size_t k = 0; k < i->entry.env.n; k++)
		result_add(r, bytes_of(i->entry.env.to[k].address));
	result_add(r, bytes_of(i->entry.options[0].value));
	return rc;
}

static int
take_one(struct spool *s, const char *id, struct result *r, struct error *e)
{
	struct item i;
	int rc = item_take(&i, s, SPOOL_QUEUE, "acc", id, e);

	if (rc > 0)
		rc = error_set(e, ERR_SPOOL, "it is gone");
	if (rc == 0)
		rc = read_item(&i, r, e);
	if (rc == 0)
		rc = item_hasten(&i, 1, e);
	item_release(&i);
	return rc;
}

/* ---- a spool of one --------------------------------------------------------- */

static int
list_one(struct spool *s, struct result *r, struct error *e)
{
	char **accounts = spool_accounts(s, SPOOL_QUEUE, e);
	struct spool_list list = { 0 };
	int rc = accounts == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && accounts[i] != NULL; i++) {
		result_add(r, bytes_of(accounts[i]));
		rc = spool_list(s, SPOOL_QUEUE, accounts[i], &list, e);
	}
	for (size_t i = 0; rc == 0 && i < list.n; i++)
		result_add(r, bytes_of(list.items[i].id));
	spool_list_clear(&list);
	spool_names_free(accounts);
	return rc;
}

/* It was whole when it was kept, and no want of memory makes it damaged. */
static void
clean_up(const char *path, const char *id)
{
	char name[128];

	snprintf(name, sizeof(name), "%s/damaged", path);
	if (rmdir(name) == 0)
		abort();
	snprintf(name, sizeof(name), "%s/queue/acc/%s", path, id);
	if (id[0] != '\0' && unlink(name) < 0)
		abort();
	snprintf(name, sizeof(name), "%s/queue/acc", path);
	rmdir(name); /* which fails when anything is left */
	snprintf(name, sizeof(name), "%s/queue", path);
	rmdir(name);
	if (rmdir(path) < 0)
		abort();
}

static int
spooled(struct result *r, struct error *e)
{
	char path[] = "/tmp/sendoff-nomem.XXXXXX", id[ENTRY_ID] = "";
	struct spool s = SPOOL;
	int rc;

	if (mkdtemp(path) == NULL)
		return error_sys(e, ERR_OS, "no directory");
	rc = spool_open(&s, path, true, e);
	if (rc == 0)
		rc = keep_one(&s, id, e);
	if (rc == 0)
		rc = list_one(&s, r, e);
	if (rc == 0)
		rc = take_one(&s, id, r, e);
	spool_close(&s);
	clean_up(path, id);
	return rc;
}

const struct work spool_work[] = {
	{ "spool", spooled },
	{ NULL, NULL },
};
