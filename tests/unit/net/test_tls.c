#include "net/tls.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop.h"
#include "tls_peer.h"

Suite *suite_tls(void);

#define COUNT(table) (int)(sizeof(table) / sizeof(table[0]))

enum { MUCH = 3 << 20 };

static const struct cert_plan server_plan = { .cn = "server",
	.dns = { "mx.test" } };

/* One server certificate, pinned to nothing: this is about the wire. */
struct scene {
	struct cert cert;
	struct tls_peer peer;
	struct tls_plan plan;
	struct tls_facts facts;
	struct error e;
	struct buf said; /* the trace */
	struct trace trace;
	struct wire *w;
};

static void
keep_line(void *ctx, struct bytes line)
{
	buf_add(ctx, line);
}

static void
scene_make(struct scene *s)
{
	*s = (struct scene){ .peer.chain = { &s->cert },
		.plan = { .host = "mx.test", .verify = TLS_VERIFY_OFF },
		.trace = { .level = 3,
		    .here = &here_real,
		    .put = keep_line,
		    .ctx = &s->said } };
	buf_init(&s->said, 1 << 16);
	cert_make(&s->cert, &server_plan, NULL);
}

static struct wire *
scene_play(struct scene *s, int ms)
{
	s->w = tls_start(peer_start(&s->peer), &s->plan, soon(ms), &s->facts,
	    &s->trace, &s->e);
	return s->w;
}

static void
scene_end(struct scene *s)
{
	if (s->w != NULL)
		s->w->close(s->w, true);
	peer_end(&s->peer);
	cert_free(&s->cert);
	buf_clear(&s->said);
}

/* Read once, waiting as long as it takes (ten seconds). */
static ssize_t
read_some(struct scene *s, char *to, size_t n)
{
	ssize_t got;

	while ((got = s->w->read(s->w, to, n, &s->e)) == WIRE_AGAIN)
		ck_assert_int_eq(
		    s->w->wait(s->w, WIRE_READ, soon(10000), &s->e), WIRE_READ);
	return got;
}

static void
read_exactly(struct scene *s, const char *what)
{
	char io[256];
	size_t n = 0;

	while (n < strlen(what)) {
		ssize_t got = read_some(s, io + n, strlen(what) - n);

		ck_assert_msg(got > 0, "%zd: %s", got, s->e.text);
		n += (size_t)got;
	}
	ck_assert_mem_eq(io, what, n);
}

/* What the peers say. */

static void
say(struct tls_peer *p, const char *text)
{
	gnutls_record_send(p->session, text, strlen(text));
}

static void
listen_to_the_end(struct tls_peer *p)
{
	char io[20000];
	ssize_t n;

	do {
		n = gnutls_record_recv(p->session, io, sizeof(io));
		if (n > 0)
			buf_add(&p->heard, (struct bytes){ io, (size_t)n });
	} while (n > 0 || n == GNUTLS_E_AGAIN);
	p->handshake = (int)n;
}

static void
greet_and_listen(struct tls_peer *p)
{
	say(p, "220 mx.test\r\n");
	listen_to_the_end(p);
}

static const struct {
	const char *priority, *version, *cipher, *binding;
	size_t binding_n;
} versions[] = {
	{ "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+AES-128-GCM", "TLS1.3",
	    "AES-128-GCM", "tls-exporter", 32 },
	{ "NORMAL:-VERS-ALL:+VERS-TLS1.2:-CIPHER-ALL:+AES-256-GCM", "TLS1.2",
	    "AES-256-GCM", "tls-unique", 12 },
};

START_TEST(both_ends_agree)
{
	struct scene s;

	scene_make(&s);
	s.peer.priority = versions[_i].priority;
	s.peer.talk = greet_and_listen;
	ck_assert_msg(scene_play(&s, 10000) != NULL, "%s", s.e.text);
	ck_assert_str_eq(s.facts.version, versions[_i].version);
	ck_assert_str_eq(s.facts.cipher, versions[_i].cipher);
	ck_assert_str_ne(s.facts.kx, "");
	ck_assert_str_eq(s.facts.binding_type, versions[_i].binding);
	ck_assert_uint_eq(s.facts.binding_n, versions[_i].binding_n);
	read_exactly(&s, "220 mx.test\r\n");
	ck_assert_int_eq(s.w->write(s.w, BYTES(""), &s.e), 0);
	ck_assert_int_eq(s.w->write(s.w, BYTES("EHLO x\r\n"), &s.e), 8);
	s.w->close(s.w, true);
	s.w = NULL;
	peer_join(&s.peer);
	ck_assert_str_eq(buf_text(&s.peer.heard), "EHLO x\r\n");
	ck_assert_str_eq(s.peer.sni, "mx.test");
	ck_assert_str_eq(s.peer.alpn, "smtp");
	ck_assert_int_eq(s.peer.handshake, 0); /* close_notify */
	ck_assert_uint_eq(s.peer.binding_n, s.facts.binding_n);
	ck_assert_mem_eq(s.peer.binding, s.facts.binding, s.facts.binding_n);
	scene_end(&s);
}
END_TEST

START_TEST(an_address_is_no_server_name)
{
	struct scene s;

	scene_make(&s);
	s.plan.host = "127.0.0.1";
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	peer_join(&s.peer);
	ck_assert_str_eq(s.peer.sni, "");
	scene_end(&s);
}
END_TEST

static const struct {
	const char *server, *min;
} strangers[] = {
	{ "NORMAL:-VERS-ALL:+VERS-TLS1.1:%COMPAT", NULL },
	{ "NORMAL:-VERS-ALL:+VERS-TLS1.2", "1.3" },
};

START_TEST(old_versions_are_refused)
{
	struct scene s;

	scene_make(&s);
	s.peer.priority = strangers[_i].server;
	s.plan.min_version = strangers[_i].min;
	ck_assert_ptr_null(scene_play(&s, 10000));
	ck_assert_int_eq(s.e.kind, ERR_TLS);
	ck_assert_msg(strstr(s.e.hint, "tls_min_version") != NULL, "%s\n%s",
	    s.e.text, s.e.hint);
	ck_assert_ptr_nonnull(strstr(s.e.text, "'mx.test'"));
	scene_end(&s);
}
END_TEST

START_TEST(min_version_lets_1_3_in)
{
	struct scene s;

	scene_make(&s);
	s.plan.min_version = "1.3";
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	ck_assert_str_eq(s.facts.version, "TLS1.3");
	scene_end(&s);
}
END_TEST

/* Peers who do not speak TLS, and what is made of them. */
static const struct {
	const char *says;
	enum error_kind kind;
	const char *text, *hint;
} plain[] = {
	{ "220 mx.test ESMTP\r\n", ERR_TLS, "plain SMTP",
	    "tls = \"starttls\"" },
	{ "220-mx.test\r\n220 hi\r\n", ERR_TLS, "'220-mx.test'",
	    "tls = \"starttls\"" },
	{ "554 no \033[2J\r\n", ERR_TLS, "'554 no \\x1b[2J'", "starttls" },
	{ "HTTP/1.1 400 Bad Request\r\n\r\n", ERR_TLS,
	    "TLS handshake with 'mx.test'", "speak TLS" },
	{ "", ERR_DISCONNECTED, "connection lost", NULL },
};

START_TEST(plain_peers_are_recognised)
{
	struct scene s;

	scene_make(&s);
	s.peer.plain = plain[_i].says;
	ck_assert_ptr_null(scene_play(&s, 10000));
	ck_assert_msg(s.e.kind == plain[_i].kind, "%s", s.e.text);
	ck_assert_msg(strstr(s.e.text, plain[_i].text) != NULL, "%s", s.e.text);
	if (plain[_i].hint != NULL)
		ck_assert_ptr_nonnull(strstr(s.e.hint, plain[_i].hint));
	scene_end(&s);
}
END_TEST

START_TEST(a_silent_peer_times_out)
{
	struct error e = ERROR_NONE;
	struct tls_plan plan = { .host = "mx.test" };
	struct tls_facts facts;
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	ck_assert_ptr_null(tls_start(
	    wire_socket(fd[0], &e), &plan, soon(50), &facts, NULL, &e));
	ck_assert_int_eq(e.kind, ERR_TIMEOUT);
	ck_assert_ptr_nonnull(strstr(e.hint, "starttls"));
	close(fd[1]);
}
END_TEST

static void
say_and_bye(struct tls_peer *p)
{
	say(p, "250-one\r\n250 two\r\n");
	gnutls_bye(p->session, GNUTLS_SHUT_WR);
}

static void
say_and_break_off(struct tls_peer *p)
{
	say(p, "250-one\r\n250 two\r\n");
}

START_TEST(the_end_is_zero)
{
	struct scene s;
	char c;
	bool noted;

	scene_make(&s);
	s.peer.talk = _i == 0 ? say_and_bye : say_and_break_off;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	ck_assert_int_eq(read_some(&s, &c, 1), 1);
	ck_assert_int_eq(c, '2');
	/* The rest lies in memory: no poll would tell. */
	ck_assert_uint_ge(s.w->pending(s.w), 17);
	ck_assert_int_eq(
	    s.w->wait(s.w, WIRE_READ, soon(10000), &s.e), WIRE_READ);
	ck_assert_int_eq(s.w->wait(s.w, WIRE_READ, soon(-1), &s.e), 0);
	read_exactly(&s, "50-one\r\n250 two\r\n");
	ck_assert_int_eq(read_some(&s, &c, 1), 0);
	noted = strstr(buf_text(&s.said), "without close_notify") != NULL;
	ck_assert(noted == (_i == 1));
	scene_end(&s);
}
END_TEST

static void
say_two_things(struct tls_peer *p)
{
	say(p, "250 one\r\n");
	say(p, "250 two\r\n");
	listen_to_the_end(p);
}

/* Two records come in one read below: the second is not forgotten. */
START_TEST(what_was_read_ahead_is_waited_for)
{
	struct scene s;
	char io[64];

	scene_make(&s);
	s.peer.talk = say_two_things;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	usleep(200000);
	ck_assert_int_eq(s.w->read(s.w, io, sizeof(io), &s.e), 9);
	ck_assert_uint_gt(s.w->pending(s.w), 0);
	ck_assert_int_eq(
	    s.w->wait(s.w, WIRE_READ, soon(10000), &s.e), WIRE_READ);
	ck_assert_int_eq(s.w->read(s.w, io, sizeof(io), &s.e), 9);
	ck_assert_uint_eq(s.w->pending(s.w), 0);
	ck_assert_int_eq(s.w->wait(s.w, WIRE_READ, soon(20), &s.e), 0);
	scene_end(&s);
}
END_TEST

static void
listen_slowly(struct tls_peer *p)
{
	usleep(200000);
	listen_to_the_end(p);
}

static char
octet(size_t i)
{
	return (char)(i * 2654435761u >> 13);
}

static void
write_all(struct scene *s, struct bytes data)
{
	bool waited = false;

	while (data.n > 0) {
		ssize_t n = s->w->write(s->w, data, &s->e);

		ck_assert_int_ne(n, -1);
		ck_assert_int_le(n, 16384);
		if (n > 0)
			data = bytes_skip(data, (size_t)n);
		else
			ck_assert_int_eq(
			    s->w->wait(s->w, WIRE_WRITE, soon(10000), &s->e),
			    WIRE_WRITE);
		waited = waited || n == WIRE_AGAIN;
	}
	ck_assert(waited);
}

/* The peer does not listen at first: records get stuck half-way. */
START_TEST(much_arrives_whole)
{
	const int little = 8192;
	struct scene s;
	char *much = malloc(MUCH);

	for (size_t i = 0; i < MUCH; i++)
		much[i] = octet(i);
	scene_make(&s);
	s.peer.talk = listen_slowly;
	s.peer.tcp = _i == 1;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	setsockopt(
	    s.w->fd(s.w), SOL_SOCKET, SO_SNDBUF, &little, sizeof(little));
	write_all(&s, (struct bytes){ much, MUCH });
	s.w->close(s.w, true);
	s.w = NULL;
	peer_join(&s.peer);
	ck_assert_uint_eq(s.peer.heard.n, MUCH);
	ck_assert(memcmp(s.peer.heard.p, much, MUCH) == 0);
	scene_end(&s);
	free(much);
}
END_TEST

static void
say_much(struct tls_peer *p)
{
	char io[5000];

	for (size_t i = 0; i < MUCH; i += sizeof(io)) {
		for (size_t j = 0; j < sizeof(io); j++)
			io[j] = octet(i + j);
		gnutls_record_send(p->session, io, sizeof(io));
	}
	gnutls_bye(p->session, GNUTLS_SHUT_WR);
}

START_TEST(much_comes_back_whole)
{
	struct scene s;
	char io[7777];
	size_t all = 0, wrong = 0;
	ssize_t n;

	scene_make(&s);
	s.peer.talk = say_much;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	while ((n = read_some(&s, io, sizeof(io))) > 0)
		for (ssize_t i = 0; i < n; i++)
			wrong += io[i] != octet(all++);
	ck_assert_int_eq(n, 0);
	ck_assert_uint_eq(wrong, 0);
	ck_assert_uint_ge(all, MUCH);
	scene_end(&s);
}
END_TEST

/* Records that hold nothing for us, then one that does. */
static void
change_keys_and_say(struct tls_peer *p)
{
	for (int i = 0; i < 3; i++)
		gnutls_session_key_update(p->session, GNUTLS_KU_PEER);
	say_and_bye(p);
}

static void
warn_and_say(struct tls_peer *p)
{
	for (int i = 0; i < 40; i++)
		gnutls_alert_send(
		    p->session, GNUTLS_AL_WARNING, GNUTLS_A_UNRECOGNIZED_NAME);
	say_and_bye(p);
}

START_TEST(empty_records_are_passed_over)
{
	struct scene s;

	scene_make(&s);
	s.peer.talk = _i == 0 ? change_keys_and_say : warn_and_say;
	if (_i == 1)
		s.peer.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	read_exactly(&s, "250-one\r\n250 two\r\n");
	scene_end(&s);
}
END_TEST

static void
ask_to_renegotiate(struct tls_peer *p)
{
	gnutls_rehandshake(p->session);
	listen_to_the_end(p);
}

START_TEST(renegotiation_is_refused)
{
	struct scene s;
	char c;

	scene_make(&s);
	s.peer.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.2";
	s.peer.talk = ask_to_renegotiate;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	ck_assert_int_eq(read_some(&s, &c, 1), -1);
	ck_assert_int_eq(s.e.kind, ERR_TLS);
	ck_assert_ptr_nonnull(strstr(s.e.text, "renegotiate"));
	scene_end(&s);
}
END_TEST

/* Says why, then hangs up on what it has not read. */
static void
say_and_reset(struct tls_peer *p)
{
	struct linger reset = { 1, 0 };

	say(p, "552 too much\r\n");
	setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	usleep(50000);
	close(p->fd);
	p->fd = -1;
}

START_TEST(last_words_survive_a_reset)
{
	static char much[16384];
	struct scene s;
	struct bytes data = { much, sizeof(much) };
	ssize_t n;

	scene_make(&s);
	s.peer.tcp = true;
	s.peer.talk = say_and_reset;
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	while ((n = s.w->write(s.w, data, &s.e)) != -1)
		if (n == WIRE_AGAIN)
			s.w->wait(s.w, WIRE_WRITE, soon(10000), &s.e);
	ck_assert_int_eq(s.e.kind, ERR_DISCONNECTED);
	read_exactly(&s, "552 too much\r\n");
	scene_end(&s);
}
END_TEST

static const struct cert_plan client_ca = { .cn = "Client CA", .ca = true };
static const struct cert_plan client_plan = { .cn = "client" };

/*
 * A server that demands a client certificate: in TLS 1.3 the handshake is
 * over before it can say no.  0: none, 1: a good one, 2: of another CA.
 */
START_TEST(client_certificates)
{
	struct scene s;
	struct cert ca, client;
	char cert[CERT_PATH], key[CERT_PATH], c;

	scene_make(&s);
	cert_make(&ca, &client_ca, NULL);
	cert_make(&client, &client_plan, _i == 2 ? NULL : &ca);
	s.peer.client_ca = &ca;
	s.peer.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3";
	s.plan.cert_file = cert_file(&client, cert);
	s.plan.key_file = key_file(&client, key);
	if (_i == 0)
		s.plan.cert_file = s.plan.key_file = NULL;
	ck_assert_msg(scene_play(&s, 10000) != NULL, "%s", s.e.text);
	if (_i == 1) {
		ck_assert_int_eq(read_some(&s, &c, 1), 0);
		ck_assert_str_eq(s.peer.client, "client");
	} else {
		ck_assert_int_eq(read_some(&s, &c, 1), -1);
		ck_assert_int_eq(s.e.kind, ERR_TLS);
		/* It was shown, though the server named another CA. */
		ck_assert_ptr_nonnull(strstr(s.e.text, "alert '"));
		ck_assert((strstr(s.e.text, "'certificate_required'") !=
			      NULL) == (_i == 0));
		ck_assert_ptr_nonnull(strstr(s.e.hint, "tls_cert_file"));
	}
	scene_end(&s);
	unlink(cert);
	unlink(key);
	cert_free(&ca);
	cert_free(&client);
}
END_TEST

/* Keys that do not belong together, and one that is none. */
START_TEST(a_foreign_key_is_refused)
{
	struct scene s;
	struct cert client;
	char cert[CERT_PATH], key[CERT_PATH];

	scene_make(&s);
	cert_make(&client, &client_plan, NULL);
	s.plan.cert_file = cert_file(&client, cert);
	s.plan.key_file =
	    _i == 0 ? key_file(&s.cert, key) : text_file(BYTES("none\n"), key);
	ck_assert_ptr_null(scene_play(&s, 10000));
	ck_assert_int_eq(s.e.kind, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(s.e.text, cert));
	scene_end(&s);
	unlink(cert);
	unlink(key);
	cert_free(&client);
}
END_TEST

START_TEST(no_key_log_is_written)
{
	struct scene s;
	char path[CERT_PATH];
	struct stat st;

	setenv("SSLKEYLOGFILE", text_file(BYTES(""), path), 1);
	scene_make(&s);
	ck_assert_ptr_nonnull(scene_play(&s, 10000));
	scene_end(&s);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_size, 0);
	unlink(path);
}
END_TEST

START_TEST(the_trace_tells)
{
	struct scene s;
	char trust[CERT_PATH], line[200];

	scene_make(&s);
	s.plan.verify = TLS_VERIFY_FULL;
	s.plan.trust_file = cert_file(&s.cert, trust);
	s.peer.priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL"
			  ":+AES-256-GCM:-GROUP-ALL:+GROUP-X25519";
	ck_assert_msg(scene_play(&s, 10000) != NULL, "%s", s.e.text);
	ck_assert_ptr_nonnull(strstr(
	    buf_text(&s.said), "* TLS 1.3, certificate ok for mx.test\n"));
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said),
	    "* tls TLS1.3 ECDHE-X25519 ECDSA-SECP256R1-SHA256 AES-256-GCM "
	    "sni=mx.test ("));
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said),
	    "* cert subject=\"CN=server\" san=DNS:mx.test "
	    "issuer=\"CN=server\" valid 20"));
	snprintf(line, sizeof(line),
	    "* cert sha256=%s verify=ok ocsp=none chain=1\n", s.facts.sha256);
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said), line));
	scene_end(&s);
	unlink(trust);
}
END_TEST

START_TEST(the_trace_tells_json)
{
	struct scene s;

	scene_make(&s);
	s.trace.json = true;
	s.plan.verify = _i == 0 ? TLS_VERIFY_OFF : TLS_VERIFY_FULL;
	s.plan.trust_file = "/nonexistent";
	scene_play(&s, 10000);
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said),
	    "\"ev\":\"tls\",\"version\":\"TLS1.3\",\"cipher\":\"AES-"));
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said),
	    _i == 0 ? "\"sni\":\"mx.test\",\"verify\":\"off\",\"sha256\":\""
		    : "\"sni\":\"mx.test\",\"verify\":\"failed\","));
	ck_assert_ptr_nonnull(strstr(buf_text(&s.said), "Z\",\"ms\":"));
	scene_end(&s);
}
END_TEST

Suite *
suite_tls(void)
{
	Suite *s = suite_create("tls");
	TCase *t = tcase_create("handshake"), *u = tcase_create("wire");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, both_ends_agree, 0, COUNT(versions));
	tcase_add_test(t, an_address_is_no_server_name);
	tcase_add_loop_test(t, old_versions_are_refused, 0, COUNT(strangers));
	tcase_add_test(t, min_version_lets_1_3_in);
	tcase_add_loop_test(t, plain_peers_are_recognised, 0, COUNT(plain));
	tcase_add_test(t, a_silent_peer_times_out);
	tcase_add_loop_test(t, client_certificates, 0, 3);
	tcase_add_loop_test(t, a_foreign_key_is_refused, 0, 2);
	tcase_add_test(t, no_key_log_is_written);
	tcase_add_test(t, the_trace_tells);
	tcase_add_loop_test(t, the_trace_tells_json, 0, 2);
	tcase_set_timeout(u, 60);
	tcase_add_loop_test(u, the_end_is_zero, 0, 2);
	tcase_add_test(u, what_was_read_ahead_is_waited_for);
	tcase_add_loop_test(u, much_arrives_whole, 0, 2);
	tcase_add_test(u, much_comes_back_whole);
	tcase_add_loop_test(u, empty_records_are_passed_over, 0, 2);
	tcase_add_test(u, renegotiation_is_refused);
	tcase_add_test(u, last_words_survive_a_reset);
	suite_add_tcase(s, t);
	suite_add_tcase(s, u);
	return s;
}
