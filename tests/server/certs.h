/*
 * A certificate authority for an afternoon: ca.pem, and for each kind of
 * certificate KIND.pem and KIND.key.
 *
 *	good         DNS localhost, mail.example.test; by the CA
 *	ip           IP 127.0.0.1, ::1 alone
 *	cn-only      CN localhost and no other name
 *	wrong-name   DNS other.example.test
 *	expired      until yesterday
 *	not-yet      from tomorrow
 *	self-signed  by itself
 *	unknown-ca   by another CA of the same name
 *	weak         RSA of 1024 bits
 *	client       CN client@example.test, for clients
 *	other-client the same, by the other CA
 */
#ifndef SERVER_CERTS_H
#define SERVER_CERTS_H

#include "base/error.h"

/* Fill a directory, which is made when it is not there. */
int certs_make(const char *directory, struct error *e);

#endif
