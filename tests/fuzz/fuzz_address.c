/*
 * Whatever text a list of addresses is parsed from: each that comes out is
 * fit for the wire, parses to itself, stands where its span says, and
 * survives being put into a header.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "mail/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
want(bool holds)
{
	if (!holds)
		abort();
}

static void
check_same(const struct address *a, struct bytes text)
{
	struct error e = ERROR_NONE;
	struct address again;

	want(address_parse(&again, text, &e) == 0);
	want(strcmp(again.text, a->text) == 0);
	want(again.local_n == a->local_n);
	address_clear(&again);
}

static void
check(const struct address *a)
{
	struct bytes text = bytes_of(a->text);
	struct error e = ERROR_NONE;
	struct buf out = BUF(1 << 20);

	want(text.n > 0 && text.n <= 320 && utf8_valid(text));
	want(!bytes_control(text));
	check_same(a, text);
	check_same(a, a->at);
	address_format(&out, bytes_of(a->name), text);
	want(buf_ok(&out) && !bytes_control(buf_bytes(&out)));
	check_same(a, buf_bytes(&out));
	buf_reset(&out);
	if (address_wire(&out, text, false, &e) == 0)
		want(!bytes_eight_bit(buf_bytes(&out)) &&
		    (out.p[0] == '"' ||
			(bytes_index(buf_bytes(&out), ' ') == out.n &&
			    bytes_index(buf_bytes(&out), '>') == out.n)));
	buf_clear(&out);
}

/* The same list once more, but that the bare ones have the domain. */
static void
check_qualified(const struct address_list *l, struct bytes text)
{
	struct address_list again = ADDRESS_LIST;
	struct error e = ERROR_NONE;
	struct buf out = BUF(1 << 24);

	if (address_list_qualify(&out, text, BYTES("d.test"))) {
		want(address_list_parse(&again, buf_bytes(&out), &e) == 0 ||
		    strstr(e.text, "too long") != NULL);
		want(again.n == l->n || e.kind != ERR_NONE);
	}
	for (size_t i = 0; i < again.n; i++) {
		want(again.list[i].local_n == l->list[i].local_n);
		want(strcmp(again.list[i].name, l->list[i].name) == 0);
	}
	want(out.n == 0 ||
	    !address_list_qualify(&out, buf_bytes(&out), BYTES("d.test")));
	address_list_clear(&again);
	buf_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct bytes text = { (const char *)data, n };
	struct address_list l = ADDRESS_LIST;
	struct error e = ERROR_NONE;

	if (address_list_parse(&l, text, &e) < 0)
		want(l.n == 0 && e.kind == ERR_ADDRESS && e.text[0] != '\0');
	for (size_t i = 0; i < l.n; i++)
		check(&l.list[i]);
	check_qualified(&l, text);
	address_list_clear(&l);
	return 0;
}
