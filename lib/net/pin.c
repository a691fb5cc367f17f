#include "net/pin.h"

#include <string.h>

#include "base/base64.h"
#include "base/clean.h"

enum { SHA1_DIGITS = 40, MD5_DIGITS = 32 };

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/*
 * Hex digits by twos, perhaps with a colon between the twos: how many digits,
 * 0 when it is not that.
 */
static size_t
hex_digits(struct bytes text, unsigned char to[SHA256_SIZE])
{
	size_t n = 0;

	while (text.n >= 2) {
		int high = nibble(text.p[0]), low = nibble(text.p[1]);

		if (high < 0 || low < 0 || n == SHA256_SIZE)
			return 0;
		to[n++] = (unsigned char)(high << 4 | low);
		text = bytes_skip(text, 2);
		if (text.n > 2 && text.p[0] == ':')
			text = bytes_skip(text, 1);
	}
	return text.n == 0 ? 2 * n : 0;
}

static bool
base64_sha256(struct bytes text, unsigned char to[SHA256_SIZE])
{
	struct buf raw = BUF(64);
	bool ok = base64_decode(&raw, text) && raw.n == SHA256_SIZE;

	if (ok)
		memcpy(to, raw.p, SHA256_SIZE);
	buf_clear(&raw);
	return ok;
}

int
pin_parse(struct pin *p, const char *text, struct error *e)
{
	struct bytes rest = bytes_of(text);
	char shown[128];
	size_t digits;

	p->spki = bytes_starts_case(rest, "spki-sha256:");
	if (p->spki)
		rest = bytes_skip(rest, strlen("spki-sha256:"));
	else if (bytes_starts_case(rest, "sha256:"))
		rest = bytes_skip(rest, strlen("sha256:"));
	digits = hex_digits(rest, p->sha256);
	if (digits == (size_t)2 * SHA256_SIZE ||
	    (p->spki && base64_sha256(rest, p->sha256)))
		return 0;
	error_set(e, ERR_CONFIG, "tls_fingerprint is not a SHA-256: '%s'",
	    clean_copy(shown, sizeof(shown), bytes_of(text)));
	if (digits == SHA1_DIGITS || digits == MD5_DIGITS)
		return error_hint(e,
		    "this looks like %s, which no longer protects; use the "
		    "SHA-256 fingerprint",
		    digits == SHA1_DIGITS ? "SHA-1" : "MD5");
	return error_hint(e,
	    "write \"sha256:HEX\" for the certificate or \"spki-sha256:HEX\" "
	    "for its public key; --server-info shows both");
}

const char *
pin_hex(const unsigned char sha256[SHA256_SIZE], char to[SHA256_TEXT])
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = to;

	for (size_t i = 0; i < SHA256_SIZE; i++) {
		*p++ = digits[sha256[i] >> 4];
		*p++ = digits[sha256[i] & 15];
		*p++ = ':';
	}
	p[-1] = '\0';
	return to;
}
