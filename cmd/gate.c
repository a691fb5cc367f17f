#include "cmd/gate.h"

#include <inttypes.h>
#include <stdlib.h>

enum { COMPLAINTS_MAX = 64 << 10, SECOND = 1000000 };

/* A configuration with errors is told of when it is used. */
static struct conf_limits
find_limits(const struct request *r)
{
	struct buf complaints = BUF(COMPLAINTS_MAX);
	struct error ignored = ERROR_NONE;
	struct conf *c = conf_load(&r->places, &complaints, &ignored);
	struct conf_limits limits = conf_limits(c);

	conf_free(c);
	buf_clear(&complaints);
	return limits;
}

/* systemd names a directory, or several with colons between. */
static int
open_quota(struct gate *g, struct error *e)
{
	struct bytes given = bytes_of(secure_getenv("RUNTIME_DIRECTORY"));
	struct bytes dir = bytes_take(&given, ':');
	struct buf path = BUF(4096);
	int rc;

	if (dir.n == 0)
		dir = BYTES("/run/sendoff/limits");
	buf_add(&path, dir);
	rc = buf_ok(&path)
	    ? quota_open(&g->quota, buf_text(&path), &g->peer, e)
	    : error_set(e, ERR_OS, "RUNTIME_DIRECTORY is too long");
	buf_clear(&path);
	return rc;
}

/* Who shares his limits is told so. */
static const char *
and_others(const struct gate *g)
{
	return g->peer.named ? "" : " and all others without a name";
}

static int
enter(struct gate *g, struct error *e)
{
	int64_t most = g->limits.connections;
	int rc = most > 0 ? quota_enter(&g->quota, most, e) : 1;

	if (rc != 0)
		return rc < 0 ? -1 : 0;
	return error_set(e, ERR_CONNECT,
	    "has too many connections of uid %lu%s: %" PRId64
	    " at once is the limit",
	    (unsigned long)g->peer.uid, and_others(g), most);
}

int
gate_open(struct gate *g, const struct request *r, struct error *e)
{
	*g = (struct gate){ .here = r->here, .quota = { -1 } };
	g->known = peer_find(&g->peer, r->input);
	if (!g->known || peer_trusted(&g->peer))
		return 0;
	g->limits = find_limits(r);
	if (g->limits.connections == 0 && g->limits.messages == 0)
		return 0;
	return open_quota(g, e) < 0 ? -1 : enter(g, e);
}

void
gate_close(struct gate *g)
{
	quota_close(&g->quota);
}

const struct peer *
gate_peer(const struct gate *g)
{
	return g->known ? &g->peer : NULL;
}

int
gate_admit(void *ctx, struct error *e)
{
	struct gate *g = ctx;
	int64_t most = g->limits.messages, wait;

	if (most == 0)
		return 0;
	wait = quota_take(&g->quota, most, g->here, e);
	if (wait <= 0)
		return (int)wait;
	return error_set(e, ERR_CONNECT,
	    "too many messages of uid %lu%s: %" PRId64
	    " a minute is the limit; come again in %" PRId64 " s",
	    (unsigned long)g->peer.uid, and_others(g), most,
	    (wait + SECOND - 1) / SECOND);
}
