#include "tls_peer.h"

#include <check.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop.h"

static void
set_credentials(struct tls_peer *p)
{
	gnutls_x509_crt_t chain[PEER_CHAIN];
	int n = 0;

	gnutls_certificate_allocate_credentials(&p->cred);
	while (n < PEER_CHAIN && p->chain[n] != NULL) {
		chain[n] = p->chain[n]->crt;
		n++;
	}
	gnutls_certificate_set_x509_key(p->cred, chain, n, p->chain[0]->key);
	if (p->client_ca != NULL)
		gnutls_certificate_set_x509_trust(
		    p->cred, (gnutls_x509_crt_t *)&p->client_ca->crt, 1);
}

static void
set_session(struct tls_peer *p)
{
	static const char smtp[] = "smtp";
	gnutls_datum_t alpn = { (unsigned char *)smtp, 4 };

	gnutls_init(&p->session, GNUTLS_SERVER | GNUTLS_NO_SIGNAL);
	if (p->priority == NULL)
		gnutls_set_default_priority(p->session);
	else
		gnutls_priority_set_direct(p->session, p->priority, NULL);
	gnutls_credentials_set(p->session, GNUTLS_CRD_CERTIFICATE, p->cred);
	gnutls_alpn_set_protocols(p->session, &alpn, 1, 0);
	gnutls_transport_set_int(p->session, p->fd);
	gnutls_session_set_keylog_function(p->session, NULL);
	if (p->client_ca != NULL) {
		gnutls_certificate_server_set_request(
		    p->session, GNUTLS_CERT_REQUIRE);
		gnutls_session_set_verify_cert(p->session, NULL, 0);
	}
}

static void
note_client(struct tls_peer *p)
{
	unsigned n = 0;
	const gnutls_datum_t *der =
	    gnutls_certificate_get_peers(p->session, &n);
	gnutls_x509_crt_t crt;
	size_t size = sizeof(p->client);

	if (der == NULL || n == 0)
		return;
	gnutls_x509_crt_init(&crt);
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) == 0)
		gnutls_x509_crt_get_dn_by_oid(
		    crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, p->client, &size);
	gnutls_x509_crt_deinit(crt);
}

static void
note_facts(struct tls_peer *p)
{
	bool old = gnutls_protocol_get_version(p->session) == GNUTLS_TLS1_2;
	gnutls_datum_t alpn = { NULL, 0 }, binding = { NULL, 0 };
	size_t n = sizeof(p->sni);
	unsigned type;

	if (gnutls_server_name_get(p->session, p->sni, &n, &type, 0) < 0)
		p->sni[0] = '\0';
	if (gnutls_alpn_get_selected_protocol(p->session, &alpn) == 0)
		memcpy(p->alpn, alpn.data, alpn.size);
	if (gnutls_session_channel_binding(p->session,
		old ? GNUTLS_CB_TLS_UNIQUE : GNUTLS_CB_TLS_EXPORTER,
		&binding) == 0)
		memcpy(p->binding, binding.data, binding.size);
	p->binding_n = binding.size;
	gnutls_free(binding.data);
	note_client(p);
}

static void
speak_tls(struct tls_peer *p)
{
	do
		p->handshake = gnutls_handshake(p->session);
	while (p->handshake < 0 && !gnutls_error_is_fatal(p->handshake));
	if (p->handshake < 0) {
		gnutls_alert_send_appropriate(p->session, p->handshake);
		return;
	}
	note_facts(p);
	if (p->talk != NULL)
		p->talk(p);
	else
		gnutls_bye(p->session, GNUTLS_SHUT_WR);
}

static void *
run(void *arg)
{
	struct tls_peer *p = arg;
	size_t n = p->plain == NULL ? 0 : strlen(p->plain);

	if (p->plain == NULL)
		speak_tls(p);
	else if (send(p->fd, p->plain, n, MSG_NOSIGNAL) < 0)
		p->handshake = -1;
	if (p->fd >= 0)
		shutdown(p->fd, SHUT_WR);
	return NULL;
}

static int
connected(struct tls_peer *p)
{
	int fd[2];
	struct loop l;

	if (!p->tcp) {
		ck_assert_int_eq(
		    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
		p->fd = fd[1];
		return fd[0];
	}
	ck_assert(loop_open(&l, AF_INET, LOOP_LISTENS));
	fd[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(
	    connect(fd[0], (struct sockaddr *)&l.at.addr, l.at.n), 0);
	p->fd = accept(l.fd, NULL, NULL);
	loop_close(&l);
	return fd[0];
}

struct wire *
peer_start(struct tls_peer *p)
{
	struct error e = ERROR_NONE;
	int fd = connected(p);

	buf_init(&p->heard, 1 << 24);
	if (p->plain == NULL) {
		set_credentials(p);
		set_session(p);
	}
	ck_assert_int_eq(pthread_create(&p->thread, NULL, run, p), 0);
	return wire_socket(fd, &e);
}

void
peer_join(struct tls_peer *p)
{
	if (!p->joined)
		pthread_join(p->thread, NULL);
	p->joined = true;
}

void
peer_end(struct tls_peer *p)
{
	peer_join(p);
	if (p->fd >= 0)
		close(p->fd);
	if (p->plain == NULL) {
		gnutls_deinit(p->session);
		gnutls_certificate_free_credentials(p->cred);
	}
	buf_clear(&p->heard);
}
