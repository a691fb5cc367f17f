#include "net/tls_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/here.h"

/*
 * Records that hold no bytes (tickets, key updates, warnings) are read in a
 * row this often, then the caller may look at the clock.
 */
enum { EMPTY_IN_A_ROW = 16 };

static struct tls *
tls_of(struct wire *w)
{
	return (struct tls *)w;
}

/* Tell GnuTLS what the wire below said. */
static ssize_t
from_below(struct tls *t, ssize_t rc)
{
	if (rc >= 0)
		return rc;
	gnutls_transport_set_errno(t->session, rc == WIRE_AGAIN ? EAGAIN : EIO);
	return -1;
}

static void
remember_first(struct tls *t)
{
	if (t->heard || t->ahead_n == 0)
		return;
	t->heard = true;
	t->first_n =
	    bytes_head((struct bytes){ t->ahead, t->ahead_n }, sizeof(t->first))
		.n;
	memcpy(t->first, t->ahead, t->first_n);
}

/*
 * GnuTLS asks for five octets and then for the rest of a record; the wire
 * below is asked for all there is.
 */
static ssize_t
pull(gnutls_transport_ptr_t ctx, void *to, size_t n)
{
	struct tls *t = ctx;
	ssize_t got;

	if (t->ahead_n == 0) {
		got = t->below->read(
		    t->below, t->ahead, sizeof(t->ahead), &t->lower);
		if (got <= 0)
			return from_below(t, got);
		t->ahead_at = 0;
		t->ahead_n = (size_t)got;
		remember_first(t);
	}
	n = n < t->ahead_n ? n : t->ahead_n;
	memcpy(to, t->ahead + t->ahead_at, n);
	t->ahead_at += n;
	t->ahead_n -= n;
	return (ssize_t)n;
}

static ssize_t
push_one(struct tls *t, const giovec_t *piece)
{
	struct bytes data = { piece->iov_base, piece->iov_len };

	return from_below(t, t->below->write(t->below, data, &t->lower));
}

/* A flight of small records leaves in one write, as one packet. */
static ssize_t
push(gnutls_transport_ptr_t ctx, const giovec_t *pieces, int n)
{
	char room[4096];
	giovec_t all = { room, 0 };

	for (int i = 0; n > 1 && i < n; i++) {
		if (pieces[i].iov_len > sizeof(room) - all.iov_len)
			break;
		memcpy(
		    room + all.iov_len, pieces[i].iov_base, pieces[i].iov_len);
		all.iov_len += pieces[i].iov_len;
	}
	return push_one(ctx, all.iov_len == 0 ? &pieces[0] : &all);
}

/* RFC 8446, 6.1: close_notify, or none; an incomplete reply is told above. */
static ssize_t
ended(struct tls *t, ssize_t rc)
{
	if (rc != 0)
		trace_note(t->trace, 3, "tls",
		    "peer closed the connection without close_notify");
	return 0;
}

static bool
is_end(ssize_t rc)
{
	return rc == 0 || rc == GNUTLS_E_PREMATURE_TERMINATION;
}

static ssize_t
tls_read(struct wire *w, char *p, size_t n, struct error *e)
{
	struct tls *t = tls_of(w);
	ssize_t rc;

	t->lower = ERROR_NONE;
	for (int i = 0; i < EMPTY_IN_A_ROW; i++) {
		rc = gnutls_record_recv(t->session, p, n);
		if (rc > 0)
			return rc;
		if (is_end(rc))
			return ended(t, rc);
		if (rc == GNUTLS_E_REHANDSHAKE)
			return error_set(e, ERR_TLS,
			    "server wants to renegotiate TLS, which is "
			    "refused");
		if (gnutls_error_is_fatal((int)rc))
			return tls_failed(t, (int)rc, e);
		if (rc == GNUTLS_E_AGAIN && t->ahead_n == 0)
			break;
	}
	return WIRE_AGAIN;
}

static ssize_t
tls_write(struct wire *w, struct bytes data, struct error *e)
{
	struct tls *t = tls_of(w);
	ssize_t rc;

	if (data.n == 0)
		return 0;
	t->lower = ERROR_NONE;
	/* The record is made already: GnuTLS wants no data to go on. */
	if (t->stuck)
		data = (struct bytes){ NULL, 0 };
	rc = gnutls_record_send(t->session, data.p, data.n);
	t->stuck = rc == GNUTLS_E_AGAIN;
	if (rc >= 0)
		return rc;
	return gnutls_error_is_fatal((int)rc) ? tls_failed(t, (int)rc, e)
					      : WIRE_AGAIN;
}

static size_t
tls_pending(struct wire *w)
{
	struct tls *t = tls_of(w);

	return gnutls_record_check_pending(t->session) + t->ahead_n;
}

static int
tls_wait(struct wire *w, int what, int64_t deadline, struct error *e)
{
	struct tls *t = tls_of(w);

	if ((what & WIRE_READ) == 0 || tls_pending(w) == 0)
		return t->below->wait(t->below, what, deadline, e);
	if (deadline != 0 && here_real.ticks() >= deadline)
		return 0;
	return WIRE_READ;
}

static int
tls_fd(struct wire *w)
{
	return tls_of(w)->below->fd(tls_of(w)->below);
}

void
tls_wire_free(struct tls *t)
{
	gnutls_deinit(t->session);
	gnutls_certificate_free_credentials(t->cred);
	free(t);
}

/* RFC 8314, 3.4: no need to wait for the peer's close_notify. */
static void
tls_close(struct wire *w, bool polite)
{
	struct tls *t = tls_of(w);
	struct wire *below = t->below;

	if (polite && !t->stuck) /* half a record would go first */
		gnutls_bye(t->session, GNUTLS_SHUT_WR);
	tls_wire_free(t);
	below->close(below, polite);
}

void
tls_wire_init(struct tls *t)
{
	static const struct wire calls = { tls_read, tls_write, tls_wait,
		tls_pending, tls_close, tls_fd };

	t->wire = calls;
	gnutls_transport_set_ptr(t->session, t);
	gnutls_transport_set_pull_function(t->session, pull);
	gnutls_transport_set_vec_push_function(t->session, push);
}
