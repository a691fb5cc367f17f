/*
 * What a single word of the configuration may look like: hosts, domains,
 * addresses, parameters.  Whatever passes here holds no control character and
 * is fit for the wire.
 */
#ifndef CONF_CHECK_H
#define CONF_CHECK_H

#include "base/host.h"
#include "conf/account.h"

/* local@domain, with nothing in it that would need quoting? */
bool is_mailbox(struct bytes text);

/*
 * As host_read() has it, or "srv:" and a domain; the port is 0 when none is
 * given.  h->name is then owned; h->tls is left alone.
 */
int host_parse(struct account_host *h, struct bytes text, struct error *e);

/* Each 0, or -1 and ERR_CONFIG with the word in its text. */
int check_host(struct bytes word, struct error *e);
int check_name(struct bytes word, struct error *e); /* domain or address */
int check_ehlo(struct bytes word, struct error *e);
int check_sender(struct bytes word, struct error *e); /* or "*@domain" */
int check_bounce(struct bytes word, struct error *e); /* "sender", "off" */
int check_directory(struct bytes word, struct error *e);
int check_log(struct bytes word, struct error *e);
int check_domain(struct bytes word, struct error *e); /* or "auto" */
int check_source(struct bytes word, struct error *e); /* address[:port] */
int check_option(struct bytes word, struct error *e); /* RFC 5321, 4.1.2 */
int check_pin(struct bytes word, struct error *e);

#endif
