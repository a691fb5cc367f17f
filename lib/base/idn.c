#include "base/idn.h"

#include <idn2.h>

#include "base/clean.h"

/*
 * Never IDN2_USE_STD3_ASCII_RULES: it deletes characters without a word, so
 * that another domain comes out than went in.
 */
int
idn_ascii(struct buf *out, struct bytes domain, struct error *e)
{
	struct buf text = BUF(1024);
	uint8_t *label = NULL;
	char shown[256];
	int rc;

	if (!bytes_eight_bit(domain)) {
		buf_add(out, domain);
		return 0;
	}
	buf_add(&text, domain);
	rc = idn2_lookup_u8((const uint8_t *)buf_text(&text), &label,
	    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
	buf_clear(&text);
	if (rc != IDN2_OK)
		return error_set(e, ERR_ADDRESS, "no domain name: '%s' (%s)",
		    clean_copy(shown, sizeof(shown), domain),
		    idn2_strerror(rc));
	buf_adds(out, (const char *)label);
	idn2_free(label);
	return 0;
}
