#include "base/idn.h"

#include <idn2.h>

#include "base/clean.h"

/* What a domain may consist of once it is ASCII; '_' stands in real ones. */
static bool
plain(struct bytes domain)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";

	for (size_t i = 0; i < domain.n; i++)
		if (bytes_index(BYTES(allowed), domain.p[i]) ==
		    sizeof(allowed) - 1)
			return false;
	return domain.n > 0;
}

/*
 * Mapping makes ASCII of more than letters: a full-width '>' comes out as one
 * that would end an address.  So what comes out is looked at again.
 *
 * Never IDN2_USE_STD3_ASCII_RULES: it deletes characters without a word, so
 * that another domain comes out than went in.
 */
static int
lookup(struct buf *text, struct buf *out)
{
	uint8_t *label = NULL;
	int rc;

	rc = idn2_lookup_u8((const uint8_t *)buf_text(text), &label,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	if (rc == IDN2_OK && !plain(bytes_of((const char *)label)))
		rc = IDN2_DISALLOWED;
	if (rc == IDN2_OK)
		buf_adds(out, (const char *)label);
	idn2_free(label);
	return rc;
}

int
idn_ascii(struct buf *out, struct bytes domain, struct error *e)
{
	struct buf text = BUF(1024);
	char shown[256];
	int rc;

	if (!bytes_eight_bit(domain)) {
		buf_add(out, domain);
		return 0;
	}
	buf_add(&text, domain);
	rc = bytes_control(domain) ? IDN2_DISALLOWED : lookup(&text, out);
	buf_clear(&text);
	if (rc == IDN2_OK)
		return 0;
	return error_set(e, ERR_ADDRESS, "no domain name: '%s' (%s)",
	    clean_copy(shown, sizeof(shown), domain), idn2_strerror(rc));
}
