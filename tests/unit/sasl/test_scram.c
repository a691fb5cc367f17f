#include "sasl/crypto.h"
#include "sasl/sasl.h"

#include <check.h>
#include <string.h>

#include "base/base64.h"

Suite *suite_scram(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* BYTES() for static tables */
#define RUN(literal) \
	{ \
		literal, sizeof(literal) - 1 \
	}

/* RFC 5802, 5 and RFC 7677, 3 */
static const struct vector {
	const char *name, *nonce, *first, *opening, *proof, *signature;
} vectors[] = {
	{ "SCRAM-SHA-1", "fyko+d2lbbFgONRv9qkxdawL",
	    "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
	    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "s=QSXCR+Q6sek8bf92,i=4096",
	    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
	    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
	    "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
	{ "SCRAM-SHA-256", "rOprNGfwEbeRWgbNEkqO",
	    "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
	    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
	    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
	    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
	    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
};

static void
begin(struct sasl *s, const char *name, const struct sasl_identity *id)
{
	struct error e = ERROR_NONE;

	ck_assert_int_eq(sasl_init(s, sasl_find(bytes_of(name)), id, &e), 0);
}

/* One good turn; what was answered. */
static const char *
turn(struct sasl *s, struct bytes challenge, struct buf *out)
{
	struct error e = ERROR_NONE;

	buf_reset(out);
	if (sasl_step(s, challenge, out, &e) < 0)
		ck_abort_msg("%s", e.text);
	return buf_text(out);
}

START_TEST(rfc_vectors)
{
	const struct vector *v = &vectors[_i];
	struct sasl_identity id = { .user = BYTES("user"),
		.secret = BYTES("pencil"),
		.nonce = bytes_of(v->nonce) };
	struct buf out = BUF(1024);
	struct sasl s;

	begin(&s, v->name, &id);
	ck_assert_str_eq(turn(&s, BYTES(""), &out), v->first);
	ck_assert_str_eq(turn(&s, bytes_of(v->opening), &out), v->proof);
	ck_assert(!sasl_proven(&s));
	ck_assert_str_eq(turn(&s, bytes_of(v->signature), &out), "");
	ck_assert(sasl_proven(&s));
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

/* What a server may do to its opening, and what becomes of it. */
static const struct {
	const char *opening;
	enum error_kind kind;
} bad_openings[] = {
	{ "r=NONCE,s=c2FsdA==,i=4096", ERR_AUTH }, /* not longer */
	{ "r=NONC,s=c2FsdA==,i=4096", ERR_AUTH },
	{ "r=NONCFserver,s=c2FsdA==,i=4096", ERR_AUTH },
	{ "r=xNONCEserver,s=c2FsdA==,i=4096", ERR_AUTH },
	{ "r=NONCEser ver,s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "r=NONCEser\x7f,s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "r=NONCEser\xc3\xa4,s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "r:NONCEserver,s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "r=,s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "s=c2FsdA==,i=4096", ERR_PROTOCOL },
	{ "s=c2FsdA==,r=NONCEserver,i=4096", ERR_PROTOCOL },
	{ "r=NONCEserver,i=4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=,i=4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2Fsd,i=4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2Fs!A==,i=4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=x4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=4096x", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=04096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=-4096", ERR_PROTOCOL },
	{ "r=NONCEserver,s=c2FsdA==,i=1", ERR_AUTH },
	{ "r=NONCEserver,s=c2FsdA==,i=4095", ERR_AUTH },
	{ "r=NONCEserver,s=c2FsdA==,i=1000001", ERR_AUTH },
	{ "r=NONCEserver,s=c2FsdA==,i=999999999", ERR_AUTH },
	{ "r=NONCEserver,s=c2FsdA==,i=4294971392", ERR_PROTOCOL },
	{ "m=x,r=NONCEserver,s=c2FsdA==,i=4096", ERR_AUTH },
	{ "r=NONCEserver,s=c2FsdA==,i=4096,m=x", ERR_AUTH },
	{ "e=unknown-user", ERR_AUTH },
	{ "v=AAAA", ERR_PROTOCOL },
	{ "", ERR_PROTOCOL },
	{ "r", ERR_PROTOCOL },
	{ ",", ERR_PROTOCOL },
};

static const struct sasl_identity jane = { .user = RUN("jane"),
	.secret = RUN("correct horse"),
	.nonce = RUN("NONCE") };

START_TEST(a_bad_opening_gets_no_proof)
{
	struct buf out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	begin(&s, "SCRAM-SHA-256", &jane);
	turn(&s, BYTES(""), &out);
	buf_reset(&out);
	ck_assert_int_eq(
	    sasl_step(&s, bytes_of(bad_openings[_i].opening), &out, &e), -1);
	ck_assert_msg(e.kind == bad_openings[_i].kind, "%s: %s",
	    bad_openings[_i].opening, e.text);
	ck_assert_uint_eq(out.n, 0);
	ck_assert(!sasl_proven(&s));
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

START_TEST(a_salt_of_1024_bytes_is_the_longest)
{
	struct buf out = BUF(4096), salt = BUF(4096), opening = BUF(4096);
	struct error e = ERROR_NONE;
	struct sasl s;
	int rc;

	for (int i = 0; i < 1024 + _i; i++)
		buf_addc(&salt, 'x');
	buf_adds(&opening, "r=NONCEserver,s=");
	base64_encode(&opening, buf_bytes(&salt));
	buf_adds(&opening, ",i=4096");
	begin(&s, "SCRAM-SHA-1", &jane);
	turn(&s, BYTES(""), &out);
	rc = sasl_step(&s, buf_bytes(&opening), &out, &e);
	ck_assert_int_eq(rc, _i == 0 ? 0 : -1);
	buf_clear(&out);
	buf_clear(&salt);
	buf_clear(&opening);
	sasl_clear(&s);
}
END_TEST

START_TEST(an_opening_without_end_is_refused)
{
	struct buf out = BUF(9000), opening = BUF(9000);
	struct error e = ERROR_NONE;
	struct sasl s;

	buf_adds(&opening, "r=NONCE");
	for (int i = 0; i < 2048; i++)
		buf_addc(&opening, 'x');
	buf_adds(&opening, ",s=c2FsdA==,i=4096");
	begin(&s, "SCRAM-SHA-1", &jane);
	turn(&s, BYTES(""), &out);
	ck_assert_int_eq(sasl_step(&s, buf_bytes(&opening), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_PROTOCOL);
	buf_clear(&out);
	buf_clear(&opening);
	sasl_clear(&s);
}
END_TEST

START_TEST(a_user_without_end_is_refused)
{
	struct buf out = BUF(20000), user = BUF(9000);
	struct sasl_identity id = jane;
	struct error e = ERROR_NONE;
	struct sasl s;

	for (int i = 0; i < (_i == 0 ? 9000 : 4000); i++)
		buf_addc(&user, '=');
	id.user = buf_bytes(&user);
	begin(&s, "SCRAM-SHA-1", &id);
	ck_assert_int_eq(sasl_step(&s, BYTES(""), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_SECRET);
	ck_assert_uint_eq(out.n, 0);
	buf_clear(&out);
	buf_clear(&user);
	sasl_clear(&s);
}
END_TEST

START_TEST(the_servers_refusal_is_shown_clean)
{
	struct buf out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	begin(&s, "SCRAM-SHA-256", &jane);
	turn(&s, BYTES(""), &out);
	turn(&s, BYTES("r=NONCEserver,s=c2FsdA==,i=4096"), &out);
	ck_assert_int_eq(
	    sasl_step(&s, BYTES("e=invalid-proof\033[2J"), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_AUTH);
	ck_assert_str_eq(
	    e.text, "server refused SCRAM: 'invalid-proof\\x1b[2J'");
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

/* A server that knows the password; the exchange as RFC 5802, 3 has it. */
struct twin {
	enum crypto_hash hash;
	struct bytes password, salt, binding;
	const char *header; /* the gs2 header it will accept */
	struct buf first;   /* the client's, without the header */
	struct buf opening;
};

static void
twin_clear(struct twin *t)
{
	buf_clear(&t->first);
	buf_clear(&t->opening);
}

static void
twin_open(struct twin *t, struct bytes first)
{
	ck_assert(bytes_starts_case(first, t->header));
	t->first = BUF(1024);
	t->opening = BUF(1024);
	buf_add(&t->first, bytes_skip(first, strlen(t->header)));
	buf_addf(&t->opening, "r=NONCE%%twin,s=");
	base64_encode(&t->opening, t->salt);
	buf_adds(&t->opening, ",i=5000,x=ignored");
}

static void
twin_binding(const struct twin *t, struct buf *out)
{
	struct buf both = BUF(1024);

	buf_adds(&both, t->header);
	if (t->header[0] == 'p')
		buf_add(&both, t->binding);
	buf_adds(out, "c=");
	base64_encode(out, buf_bytes(&both));
	buf_clear(&both);
}

/* Verify the proof by recovering the client's key (RFC 5802, 3). */
static bool
twin_close(struct twin *t, struct bytes final, struct buf *out)
{
	struct buf whole = BUF(4096), want = BUF(1024), given = BUF(100);
	struct digest salted, key, stored, again, sign;
	size_t p = bytes_find(final, BYTES(",p="));
	bool good;

	twin_binding(t, &want);
	buf_adds(&want, ",r=NONCE%twin");
	buf_addf(&whole, "%s,%s,%s", buf_text(&t->first), buf_text(&t->opening),
	    buf_text(&want));
	crypto_stretch(&salted, t->hash, t->password, t->salt, 5000);
	crypto_hmac(&key, t->hash, digest_bytes(&salted), BYTES("Client Key"));
	crypto_hash(&stored, t->hash, digest_bytes(&key));
	crypto_hmac(&sign, t->hash, digest_bytes(&stored), buf_bytes(&whole));
	ck_assert(base64_decode(&given, bytes_skip(final, p + 3)));
	ck_assert_uint_eq(given.n, sign.n);
	memcpy(again.p, given.p, given.n);
	again.n = given.n;
	digest_xor(&again, &sign);
	crypto_hash(&again, t->hash, digest_bytes(&again));
	good = bytes_same(bytes_head(final, p), buf_bytes(&want)) &&
	    bytes_same(digest_bytes(&again), digest_bytes(&stored));
	crypto_hmac(&key, t->hash, digest_bytes(&salted), BYTES("Server Key"));
	crypto_hmac(&sign, t->hash, digest_bytes(&key), buf_bytes(&whole));
	buf_reset(out);
	buf_adds(out, "v=");
	base64_encode(out, digest_bytes(&sign));
	buf_clear(&whole);
	buf_clear(&want);
	buf_clear(&given);
	return good;
}

static const struct meeting {
	const char *name;
	enum crypto_hash hash;
	const char *header;
	const char *bound; /* binding the client sees, NULL: none */
	const char *twin_bound;
	bool offered; /* the client saw -PLUS */
	bool agree;
} meetings[] = {
	{ "SCRAM-SHA-1", CRYPTO_SHA1, "n,,", NULL, NULL, false, true },
	{ "SCRAM-SHA-256", CRYPTO_SHA256, "n,,", NULL, NULL, false, true },
	{ "SCRAM-SHA-512", CRYPTO_SHA512, "n,,", NULL, NULL, false, true },
	{ "SCRAM-SHA-256", CRYPTO_SHA256, "y,,", "tls", NULL, false, true },
	{ "SCRAM-SHA-256", CRYPTO_SHA256, "n,,", "tls", NULL, true, true },
	{ "SCRAM-SHA-1-PLUS", CRYPTO_SHA1, "p=tls-exporter,,", "tls", "tls",
	    true, true },
	{ "SCRAM-SHA-256-PLUS", CRYPTO_SHA256, "p=tls-exporter,,", "tls", "tls",
	    true, true },
	{ "SCRAM-SHA-512-PLUS", CRYPTO_SHA512, "p=tls-exporter,,", "tls", "tls",
	    true, true },
	{ "SCRAM-SHA-256-PLUS", CRYPTO_SHA256, "p=tls-exporter,,", "tls",
	    "another", true, false },
};

static struct sasl_identity
bound(const struct meeting *m)
{
	struct sasl_identity id = jane;

	if (m->bound != NULL)
		id.binding =
		    (struct sasl_binding){ "tls-exporter", bytes_of(m->bound) };
	return id;
}

START_TEST(client_and_server_meet)
{
	const struct meeting *m = &meetings[_i];
	struct sasl_identity id = bound(m);
	struct twin t = { m->hash, jane.secret, BYTES("sa\0lt"),
		bytes_of(m->twin_bound), m->header, BUF(0), BUF(0) };
	struct buf out = BUF(1024), last = BUF(1024);
	struct sasl s;

	begin(&s, m->name, &id);
	s.binding_offered = m->offered;
	turn(&s, BYTES(""), &out);
	twin_open(&t, buf_bytes(&out));
	turn(&s, buf_bytes(&t.opening), &out);
	ck_assert(twin_close(&t, buf_bytes(&out), &last) == m->agree);
	if (m->agree) {
		turn(&s, buf_bytes(&last), &out);
		ck_assert(sasl_proven(&s));
	}
	twin_clear(&t);
	buf_clear(&out);
	buf_clear(&last);
	sasl_clear(&s);
}
END_TEST

/* What a server that cheats may put in place of its signature. */
static const char *const lies[] = { "", "v=", "v", "x=AAAA", "v=AAAA", "v=!!!!",
	"RIGHT\1", "RIGHT=", "xRIGHT", "m=x,RIGHT", "RIGHT,m=x",
	"e=other-error,RIGHT",
	"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" };

static void
lie(struct buf *out, const char *form, struct bytes right)
{
	const char *at = strstr(form, "RIGHT");

	buf_add(out, (struct bytes){ form, (size_t)(at - form) });
	buf_add(out, right);
	buf_adds(out, at + strlen("RIGHT"));
}

/* Carry an honest exchange to the point where the server has to sign. */
static void
nearly(struct sasl *s, struct twin *t, struct buf *last)
{
	struct buf out = BUF(1024);

	begin(s, "SCRAM-SHA-256", &jane);
	turn(s, BYTES(""), &out);
	twin_open(t, buf_bytes(&out));
	turn(s, buf_bytes(&t->opening), &out);
	twin_close(t, buf_bytes(&out), last);
	buf_clear(&out);
}

static const struct twin honest = { .hash = CRYPTO_SHA256,
	.password = RUN("correct horse"),
	.salt = RUN("salt"),
	.header = "n,," };

START_TEST(a_lie_is_not_believed)
{
	struct twin t = honest;
	struct buf last = BUF(1024), told = BUF(1024), out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	nearly(&s, &t, &last);
	if (strstr(lies[_i], "RIGHT") == NULL)
		buf_adds(&told, lies[_i]);
	else
		lie(&told, lies[_i], buf_bytes(&last));
	ck_assert_int_eq(sasl_step(&s, buf_bytes(&told), &out, &e), -1);
	ck_assert(!sasl_proven(&s));
	/* Nor is the truth, once lied to. */
	ck_assert_int_eq(sasl_step(&s, buf_bytes(&last), &out, &e), -1);
	ck_assert(!sasl_proven(&s));
	ck_assert_uint_eq(out.n, 0);
	twin_clear(&t);
	buf_clear(&last);
	buf_clear(&told);
	sasl_clear(&s);
}
END_TEST

START_TEST(every_bit_of_the_signature_counts)
{
	struct twin t = honest;
	struct buf last = BUF(1024), raw = BUF(64), told = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	nearly(&s, &t, &last);
	ck_assert(base64_decode(&raw, bytes_skip(buf_bytes(&last), 2)));
	raw.p[_i / 8] ^= (char)(1 << _i % 8);
	buf_adds(&told, "v=");
	base64_encode(&told, buf_bytes(&raw));
	ck_assert_int_eq(sasl_step(&s, buf_bytes(&told), &raw, &e), -1);
	ck_assert(!sasl_proven(&s));
	twin_clear(&t);
	buf_clear(&last);
	buf_clear(&raw);
	buf_clear(&told);
	sasl_clear(&s);
}
END_TEST

START_TEST(an_impostor_is_not_believed)
{
	struct twin t = honest;
	struct buf last = BUF(1024), out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	t.password = BYTES("another");
	nearly(&s, &t, &last);
	ck_assert_int_eq(sasl_step(&s, buf_bytes(&last), &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_AUTH);
	ck_assert(!sasl_proven(&s));
	twin_clear(&t);
	buf_clear(&last);
	sasl_clear(&s);
}
END_TEST

/* Should the signature ever be lost, an empty one is no match for it. */
START_TEST(nothing_proves_nothing)
{
	struct twin t = honest;
	struct buf last = BUF(1024), out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	nearly(&s, &t, &last);
	buf_reset(&s.expected);
	ck_assert_int_eq(sasl_step(&s, BYTES("v="), &out, &e), -1);
	ck_assert(!sasl_proven(&s));
	twin_clear(&t);
	buf_clear(&last);
	sasl_clear(&s);
}
END_TEST

START_TEST(a_challenge_after_the_end_unproves)
{
	struct twin t = honest;
	struct buf last = BUF(1024), out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;

	nearly(&s, &t, &last);
	turn(&s, buf_bytes(&last), &out);
	ck_assert(sasl_proven(&s));
	ck_assert_int_eq(sasl_step(&s, BYTES("more"), &out, &e), -1);
	ck_assert(!sasl_proven(&s));
	twin_clear(&t);
	buf_clear(&last);
	sasl_clear(&s);
}
END_TEST

static const struct {
	const char *user, *nonce, *first;
} firsts[] = {
	{ "a=b,c", "N", "n,,n=a=3Db=2Cc,r=N" },
	{ "=2C", "N", "n,,n==3D2C,r=N" },
	{ "\xc2\xaa", "N", "n,,n=a,r=N" }, /* RFC 4013, 3 */
	{ "I\xc2\xadX", "N", "n,,n=IX,r=N" },
	{ "\xe5\xbc\xa0\xe4\xb8\x89", "N",
	    "n,,n=\xe5\xbc\xa0\xe4\xb8\x89,r=N" },
	{ "u", "", NULL },
	{ "u", "a,b", NULL },
	{ "u", "a b", NULL },
};

START_TEST(the_first_message_is_escaped)
{
	struct sasl_identity id = { .user = bytes_of(firsts[_i].user),
		.secret = BYTES("x"),
		.nonce = bytes_of(firsts[_i].nonce) };
	struct buf out = BUF(1024);
	struct error e = ERROR_NONE;
	struct sasl s;
	int rc;

	begin(&s, "SCRAM-SHA-256", &id);
	rc = sasl_step(&s, BYTES(""), &out, &e);
	ck_assert_int_eq(rc, firsts[_i].first == NULL ? -1 : 0);
	if (rc == 0)
		ck_assert_str_eq(buf_text(&out), firsts[_i].first);
	buf_clear(&out);
	sasl_clear(&s);
}
END_TEST

/* The same password, however it is typed (RFC 4013). */
START_TEST(passwords_are_prepared)
{
	struct sasl_identity id = jane;
	struct twin t = honest;
	struct buf last = BUF(1024), out = BUF(1024);
	struct sasl s;

	id.secret = BYTES("pass\xc2\xa0wort\xe2\x85\xa8");
	t.password = BYTES("pass wortIX");
	begin(&s, "SCRAM-SHA-256", &id);
	turn(&s, BYTES(""), &out);
	twin_open(&t, buf_bytes(&out));
	turn(&s, buf_bytes(&t.opening), &out);
	ck_assert(twin_close(&t, buf_bytes(&out), &last));
	twin_clear(&t);
	buf_clear(&out);
	buf_clear(&last);
	sasl_clear(&s);
}
END_TEST

Suite *
suite_scram(void)
{
	Suite *s = suite_create("scram");
	TCase *t = tcase_create("exchange");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, rfc_vectors, 0, N(vectors));
	tcase_add_loop_test(t, client_and_server_meet, 0, N(meetings));
	tcase_add_loop_test(t, the_first_message_is_escaped, 0, N(firsts));
	tcase_add_test(t, passwords_are_prepared);
	tcase_add_loop_test(t, a_bad_opening_gets_no_proof, 0, N(bad_openings));
	tcase_add_loop_test(t, a_salt_of_1024_bytes_is_the_longest, 0, 2);
	tcase_add_test(t, an_opening_without_end_is_refused);
	tcase_add_loop_test(t, a_user_without_end_is_refused, 0, 2);
	tcase_add_test(t, nothing_proves_nothing);
	tcase_add_test(t, the_servers_refusal_is_shown_clean);
	tcase_add_loop_test(t, a_lie_is_not_believed, 0, N(lies));
	tcase_add_loop_test(t, every_bit_of_the_signature_counts, 0, 256);
	tcase_add_test(t, an_impostor_is_not_believed);
	tcase_add_test(t, a_challenge_after_the_end_unproves);
	suite_add_tcase(s, t);
	return s;
}
