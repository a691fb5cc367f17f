/*
 * Addresses (RFC 5322, 3.4; RFC 6531 for UTF-8; RFC 5321, 4.1.2).  The only
 * maker of addresses: what comes out of here holds no CR, LF, NUL, control
 * character or bare angle bracket, whatever went in, and is fit for the wire.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include "base/buf.h"
#include "base/error.h"

struct address {
	char *text;      /* owned: "local@domain", or "local" when it is bare;
	                   the local part quoted where it has to be */
	size_t local_n;  /* length of the local part in text */
	char *name;      /* owned: the display name, unquoted, else the text of
	                   a comment behind a bare address; or "" */
	bool verbatim;   /* a backslash stood before it: no alias */
	struct bytes at; /* where the addr-spec stands in the parsed text */
};

struct address_list {
	struct address *list; /* owned */
	size_t n;
};

#define ADDRESS_LIST ((struct address_list){ 0 })
void address_clear(struct address *a);
void address_list_clear(struct address_list *l);

/*
 * Parse an address-list: mailboxes and groups, comments, quoted strings,
 * folding, domain literals, obsolete routes (dropped), empty elements; and,
 * as some write it, ';' between mailboxes and an address in the place of a
 * display name.  Appends to *l.  -1 and ERR_ADDRESS, naming the element, for
 * anything that would have to be guessed; *l is as it was then.
 */
int address_list_parse(
    struct address_list *l, struct bytes text, struct error *e);

/* Exactly one mailbox. */
int address_parse(struct address *a, struct bytes text, struct error *e);

/*
 * A path as -f takes it: a mailbox, or "" or "<>" for the null reverse-path
 * (text is "" then).
 */
int address_path(struct address *a, struct bytes text, struct error *e);

/* Give a bare address this domain; one with a domain stays. */
int address_qualify(struct address *a, struct bytes domain, struct error *e);

/*
 * Add a list, as a header field has it, with this domain behind each bare
 * address in it; all else stays as it is, folding and comments too.  Returns
 * whether there was one; *out is as it was if not, or if text is no list.
 * What is not ASCII stays bare: it is more likely somebody's name.
 */
bool address_list_qualify(
    struct buf *out, struct bytes text, struct bytes domain);

/* The part behind the '@', empty for a bare address. */
struct bytes address_domain(struct bytes addr_spec);

/* The same local part, and the same domain whatever its case. */
bool address_same(struct bytes a, struct bytes b);

/* Is it "*@domain" for all of a domain, and not an address? */
bool address_is_pattern(struct bytes pattern);

/* The same, or of the domain that the pattern is for. */
bool address_matches(struct bytes pattern, struct bytes addr_spec);

/*
 * Add an addr-spec as MAIL and RCPT carry it.  With smtputf8 as it is; else
 * an international domain as A-labels, and ERR_NOT_SUPPORTED when the local
 * part is not ASCII (RFC 6531, 3.2).
 */
int address_wire(
    struct buf *out, struct bytes addr_spec, bool smtputf8, struct error *e);

/* Is the local part outside ASCII, so that only SMTPUTF8 can carry it? */
bool address_needs_utf8(struct bytes addr_spec);

/*
 * Add `Name <addr-spec>' for a header field: the name as atoms, quoted, or as
 * encoded words (RFC 2047, 5(3)), whatever it needs; the addr-spec alone when
 * name is empty.  CR, LF and NUL in the name become spaces.
 */
void address_format(struct buf *out, struct bytes name, struct bytes addr_spec);

/* The same behind a field's name and colon of so many octets on the line. */
void address_format_at(
    struct buf *out, size_t first, struct bytes name, struct bytes addr_spec);

#endif
