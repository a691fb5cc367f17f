#include "net/bundle.h"

#include <stdlib.h>
#include <string.h>

/*
 * Both names of nearly every CA stand in its first HEAD octets; only when
 * they do not is the whole of it decoded.
 */
enum { HEAD = 768, CERT_MOST = 1 << 16 };

enum {
	TAG_INTEGER = 0x02,
	TAG_SEQUENCE = 0x30,
	TAG_VERSION = 0xa0 /* [0], constructed */
};

/* A tag and a length (X.690, 8.1), at most four octets long. */
struct der_head {
	unsigned char tag;
	size_t n;      /* of the header */
	size_t length; /* of what follows */
};

static bool
der_head(struct bytes in, struct der_head *h)
{
	const unsigned char *p = (const unsigned char *)in.p;
	size_t more;

	if (in.n < 2)
		return false;
	*h = (struct der_head){ p[0], 2, p[1] };
	if (p[1] < 0x80)
		return true;
	more = p[1] & 0x7fU;
	if (more == 0 || more > 4 || in.n < 2 + more)
		return false;
	h->n += more;
	h->length = 0;
	for (size_t i = 0; i < more; i++)
		h->length = h->length << 8 | p[2 + i];
	return true;
}

/* Into what has this tag; its end may not be there yet. */
static bool
der_enter(struct bytes *in, unsigned char tag)
{
	struct der_head h;

	if (!der_head(*in, &h) || h.tag != tag)
		return false;
	*in = bytes_head(bytes_skip(*in, h.n), h.length);
	return true;
}

/* Past what has this tag, all of which must be there. */
static bool
der_pass(struct bytes *in, unsigned char tag, struct bytes *whole)
{
	struct der_head h;

	if (!der_head(*in, &h) || h.tag != tag || h.length > in->n - h.n)
		return false;
	*whole = bytes_head(*in, h.n + h.length);
	*in = bytes_skip(*in, whole->n);
	return true;
}

/* Certificate and TBSCertificate: RFC 5280, 4.1 */
bool
cert_names(struct bytes der, struct cert_names *names)
{
	struct bytes passed;

	if (!der_enter(&der, TAG_SEQUENCE) || !der_enter(&der, TAG_SEQUENCE))
		return false;
	der_pass(&der, TAG_VERSION, &passed);
	return der_pass(&der, TAG_INTEGER, &passed) &&
	    der_pass(&der, TAG_SEQUENCE, &passed) && /* signature */
	    der_pass(&der, TAG_SEQUENCE, &names->issuer) &&
	    der_pass(&der, TAG_SEQUENCE, &passed) && /* validity */
	    der_pass(&der, TAG_SEQUENCE, &names->subject);
}

static int
sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/*
 * Base64 with line ends in it, up to room octets.  Lax: who can write to the
 * trust store need not write nonsense, and what comes out is examined.
 */
static size_t
decode(struct bytes text, char *to, size_t room)
{
	unsigned held = 0, bits = 0;
	size_t n = 0;

	for (size_t i = 0; i < text.n && n < room; i++) {
		int six = sextet(text.p[i]);

		if (six < 0)
			continue;
		held = held << 6 | (unsigned)six;
		bits += 6;
		if (bits < 8)
			continue;
		bits -= 8;
		to[n++] = (char)(held >> bits & 0xff);
	}
	return n;
}

static bool
is_wanted(const struct bundle_search *s, struct bytes subject)
{
	for (size_t i = 0; i < s->n; i++)
		if (bytes_same(s->wanted[i], subject))
			return true;
	return false;
}

/* Might it be one of those?  A head that tells nothing is a maybe. */
static bool
may_be_wanted(const struct bundle_search *s, struct bytes text)
{
	char head[HEAD];
	struct bytes der = { head, decode(text, head, sizeof(head)) };
	struct cert_names names;

	return !cert_names(der, &names) || is_wanted(s, names.subject);
}

/* Returns false to stop. */
static bool
consider(const struct bundle_search *s, struct bytes text, char *room)
{
	struct bytes der = { room, 0 };
	struct cert_names names;

	if (text.n > CERT_MOST || !may_be_wanted(s, text))
		return true;
	der.n = decode(text, room, CERT_MOST);
	if (!cert_names(der, &names) || !is_wanted(s, names.subject))
		return true;
	return s->take(s->ctx, der);
}

/* The text of the next certificate, off the front of *pem. */
static bool
next_text(struct bytes *pem, struct bytes *text)
{
	const struct bytes begin = BYTES("-----BEGIN CERTIFICATE-----"),
			   end = BYTES("-----END CERTIFICATE-----");
	size_t at = bytes_find(*pem, begin);

	if (at == pem->n)
		return false;
	*pem = bytes_skip(*pem, at + begin.n);
	*text = bytes_head(*pem, bytes_find(*pem, end));
	*pem = bytes_skip(*pem, text->n);
	return pem->n > 0;
}

bool
bundle_find(struct bytes pem, const struct bundle_search *s)
{
	char *room = malloc(CERT_MOST);
	struct bytes text;

	if (room == NULL)
		return false;
	while (next_text(&pem, &text))
		if (!consider(s, text, room))
			break;
	free(room);
	return true;
}
