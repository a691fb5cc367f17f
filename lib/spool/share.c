#include "spool/share.h"

#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

#include "spool/item.h"
#include "spool/place.h"

/* A directory that others cannot open, wherever the spool lies. */
int
spool_lock(struct spool *s, struct error *e)
{
	int fd = place_open(s, SPOOL_QUEUE, NULL, true);

	if (fd >= 0 && flock(fd, LOCK_EX) == 0)
		return fd;
	place_error(e, s->path, "lock the spool");
	if (fd >= 0)
		close(fd);
	return -1;
}

struct share {
	struct spool *s;
	int64_t uid;
	int64_t octets;
};

/* What has gone, or cannot be read, is not counted. */
static void
add_item(struct share *h, enum spool_place place, const char *account,
    const char *id)
{
	struct error ignored = ERROR_NONE;
	struct item i;

	if (item_look(&i, h->s, place, account, id, &ignored) == 0 &&
	    (h->uid == SHARE_ALL || h->uid == i.entry.uid))
		h->octets += i.end;
	item_release(&i);
}

static int
add_account(struct share *h, enum spool_place place, const char *account,
    struct error *e)
{
	struct spool_list list = { 0 };
	int rc = spool_list(h->s, place, account, &list, e);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		add_item(h, place, account, list.items[i].id);
	spool_list_clear(&list);
	return rc;
}

static int
add_place(struct share *h, enum spool_place place, struct error *e)
{
	char **accounts = spool_accounts(h->s, place, e);
	int rc = accounts == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && accounts[i] != NULL; i++)
		rc = add_account(h, place, accounts[i], e);
	spool_names_free(accounts);
	return rc;
}

int64_t
spool_share(struct spool *s, int64_t uid, struct error *e)
{
	static const enum spool_place places[] = { SPOOL_QUEUE, SPOOL_HELD,
		SPOOL_DEAD };
	struct share h = { .s = s, .uid = uid };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (add_place(&h, places[i], e) < 0)
			return -1;
	return h.octets;
}
