/*
 * The steps of the mechanisms, for the table in sasl.c alone.  Each answers
 * the challenge number s->steps (from 0), as sasl/sasl.h says of step(); the
 * table's turns see to it that none is asked more often than it can answer.
 */
#ifndef SASL_STEPS_H
#define SASL_STEPS_H

#include "sasl/sasl.h"

/* Texts that no mechanism of ours has reason to exceed. */
enum { SASL_TEXT_MAX = 8192 };

int external_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);

int oauthbearer_step(struct sasl *s, struct bytes challenge,
    struct buf *response, struct error *e);
int xoauth2_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);

int scram_sha1_step(struct sasl *s, struct bytes challenge,
    struct buf *response, struct error *e);
int scram_sha256_step(struct sasl *s, struct bytes challenge,
    struct buf *response, struct error *e);
int scram_sha512_step(struct sasl *s, struct bytes challenge,
    struct buf *response, struct error *e);
bool scram_proven(const struct sasl *s);

int plain_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);
int login_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);
int cram_md5_step(struct sasl *s, struct bytes challenge, struct buf *response,
    struct error *e);

/* Has what was added to b fitted?  ERR_SECRET or ERR_OS when it has not. */
int sasl_fits(const struct sasl *s, const struct buf *b, struct error *e);

/* Add a name with '=' and ',' as =3D and =2C (RFC 5802, 5.1: saslname). */
void sasl_add_name(struct buf *out, struct bytes name);

#endif
