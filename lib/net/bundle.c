#include "net/bundle.h"

#include <stdlib.h>
#include <string.h>

/*
 * Both names of nearly every CA stand in its first HEAD octets; only when
 * they do not is the whole of it decoded.
 */
enum { HEAD = 448, CERT_MOST = 1 << 16 };

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

/* RFC 5280, 4.1 */
bool
cert_names(struct bytes der, struct cert_names *names)
{
	struct bytes passed;

	if (!der_enter(&der, TAG_SEQUENCE)) /* Certificate */
		return false;
	if (!der_enter(&der, TAG_SEQUENCE)) /* TBSCertificate */
		return false;
	der_pass(&der, TAG_VERSION, &passed);
	return der_pass(&der, TAG_INTEGER, &passed) &&
	    der_pass(&der, TAG_SEQUENCE, &passed) && /* signature */
	    der_pass(&der, TAG_SEQUENCE, &names->issuer) &&
	    der_pass(&der, TAG_SEQUENCE, &passed) && /* validity */
	    der_pass(&der, TAG_SEQUENCE, &names->subject);
}

/* A search under way. */
struct search {
	const struct bundle_search *for_what;
	unsigned char sextets[256]; /* what a character is worth; NOT_ONE */
	char der[CERT_MOST];
};

enum { NOT_ONE = 64 };

static void
fill_sextets(struct search *s)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz"
				       "0123456789+/";

	memset(s->sextets, NOT_ONE, sizeof(s->sextets));
	for (unsigned i = 0; i < NOT_ONE; i++)
		s->sextets[(unsigned char)alphabet[i]] = (unsigned char)i;
}

static unsigned
sextet(const struct search *s, char c)
{
	return s->sextets[(unsigned char)c];
}

/* Four characters at once; false unless each is worth something. */
static bool
quantum(const struct search *s, const char *p, char *to)
{
	unsigned a = sextet(s, p[0]), b = sextet(s, p[1]), c = sextet(s, p[2]),
		 d = sextet(s, p[3]), all = a << 18 | b << 12 | c << 6 | d;

	if ((a | b | c | d) >= NOT_ONE)
		return false;
	to[0] = (char)(all >> 16);
	to[1] = (char)(all >> 8);
	to[2] = (char)all;
	return true;
}

/*
 * Base64 with line ends in it: into s->der, until that holds `room' octets.
 * Lax: who can write to the trust store need not write nonsense, and what
 * comes out is examined.
 */
static struct bytes
decode(struct search *s, struct bytes text, size_t room)
{
	unsigned held = 0, bits = 0;
	size_t n = 0;

	while (text.n > 0 && n + 3 <= room) {
		if (bits == 0 && text.n >= 4 &&
		    quantum(s, text.p, s->der + n)) {
			text = (struct bytes){ text.p + 4, text.n - 4 };
			n += 3;
			continue;
		}
		if (sextet(s, text.p[0]) < NOT_ONE) {
			held = held << 6 | sextet(s, text.p[0]);
			bits += 6;
		}
		text = bytes_skip(text, 1);
		if (bits >= 8) {
			bits -= 8;
			s->der[n++] = (char)(held >> bits);
			held &= (1U << bits) - 1;
		}
	}
	return (struct bytes){ s->der, n };
}

static bool
is_wanted(const struct bundle_search *s, struct bytes subject)
{
	for (size_t i = 0; i < s->n; i++)
		if (bytes_same(s->wanted[i], subject))
			return true;
	return false;
}

/* Returns false to stop. */
static bool
consider(struct search *s, struct bytes text)
{
	struct bytes der = decode(s, text, HEAD);
	struct cert_names names;

	/* A head that tells nothing is a maybe. */
	if (cert_names(der, &names) && !is_wanted(s->for_what, names.subject))
		return true;
	der = decode(s, text, CERT_MOST);
	if (!cert_names(der, &names) || !is_wanted(s->for_what, names.subject))
		return true;
	return s->for_what->take(s->for_what->ctx, der);
}

static bool
starts(struct bytes a, struct bytes with)
{
	return a.n >= with.n && bytes_same(bytes_head(a, with.n), with);
}

/* The text of the next certificate, off the front of *pem. */
static bool
next_text(struct bytes *pem, struct bytes *text)
{
	const struct bytes begin = BYTES("-----BEGIN CERTIFICATE-----"),
			   end = BYTES("-----END CERTIFICATE-----");

	for (;;) {
		*pem = bytes_skip(*pem, bytes_index(*pem, '-'));
		if (pem->n == 0)
			return false;
		if (!starts(*pem, begin)) {
			*pem = bytes_skip(*pem, 1);
			continue;
		}
		*pem = bytes_skip(*pem, begin.n);
		*text = bytes_head(*pem, bytes_index(*pem, '-'));
		*pem = bytes_skip(*pem, text->n);
		if (starts(*pem, end))
			return true;
	}
}

bool
bundle_find(struct bytes pem, const struct bundle_search *for_what)
{
	struct search *s = malloc(sizeof(*s));
	struct bytes text;

	if (s == NULL)
		return false;
	s->for_what = for_what;
	fill_sextets(s);
	while (next_text(&pem, &text))
		if (!consider(s, text))
			break;
	free(s);
	return true;
}
