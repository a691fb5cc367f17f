#include "spool/share.h"

#include "spool/item.h"

/* Of what is there it is known whose it is, or not yet. */
struct share {
	struct spool *s;
	int64_t uid;
	int64_t room; /* octets that his files may have */
	int64_t his, unknown;
};

struct place {
	enum spool_place place;
	const char *account;
};

/* Returns 1 when the answer is known. */
typedef int look(
    struct share *h, const struct place *at, const struct spool_item *item);

static int64_t
blocks(int64_t octets)
{
	return (octets + SHARE_BLOCK - 1) / SHARE_BLOCK * SHARE_BLOCK;
}

static int
add_size(struct share *h, const struct place *at, const struct spool_item *item)
{
	(void)at;
	h->unknown += blocks(item->size);
	return 0;
}

/* What has gone, or cannot be read, is nobody's. */
static bool
is_his(struct share *h, const struct place *at, const char *id)
{
	struct error ignored = ERROR_NONE;
	struct item i;
	bool his =
	    item_look(&i, h->s, at->place, at->account, id, &ignored) == 0 &&
	    h->uid == i.entry.uid;

	item_release(&i);
	return his;
}

static int
add_owned(
    struct share *h, const struct place *at, const struct spool_item *item)
{
	int64_t size = blocks(item->size);

	h->unknown = h->unknown > size ? h->unknown - size : 0;
	if (is_his(h, at, item->id))
		h->his += size;
	return h->his > h->room || h->his + h->unknown <= h->room;
}

static int
each_item(struct share *h, const struct place *at, look *each, struct error *e)
{
	struct spool_list list = { 0 };
	int rc = spool_list(h->s, at->place, at->account, &list, e);

	for (size_t i = 0; rc == 0 && i < list.n; i++)
		rc = each(h, at, &list.items[i]);
	spool_list_clear(&list);
	return rc;
}

static int
each_account(
    struct share *h, enum spool_place place, look *each, struct error *e)
{
	char **accounts = spool_accounts(h->s, place, e);
	int rc = accounts == NULL ? -1 : 0;

	for (size_t i = 0; rc == 0 && accounts[i] != NULL; i++)
		rc = each_item(
		    h, &(struct place){ place, accounts[i] }, each, e);
	spool_names_free(accounts);
	return rc;
}

static int
each_place(struct share *h, look *each, struct error *e)
{
	static const enum spool_place places[] = { SPOOL_QUEUE, SPOOL_HELD,
		SPOOL_DEAD };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof(places) / sizeof(places[0]);
	     i++)
		rc = each_account(h, places[i], each, e);
	return rc;
}

int
spool_may_add(
    struct spool *s, int64_t uid, int64_t octets, int64_t most, struct error *e)
{
	struct share h = { .s = s, .uid = uid, .room = most - blocks(octets) };

	if (each_place(&h, add_size, e) < 0)
		return -1;
	if (h.unknown <= h.room)
		return 1;
	if (uid == SHARE_ALL)
		return 0;
	if (each_place(&h, add_owned, e) < 0)
		return -1;
	return h.his <= h.room;
}
