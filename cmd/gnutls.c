/*
 * GnuTLS, loaded when it is first needed.  It and the libraries below it take
 * about as long to start as all else that keeping a message takes, and one that
 * is kept, or handed to the service of this machine, never needs them.
 *
 * lib/ calls GnuTLS by its own names.  In the program, the functions of these
 * names are those below, and nobody else has to know.  gnutls_global_init() is
 * the first to be called; when it has failed, gnutls_strerror() alone is.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <string.h>

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#define GNUTLS "libgnutls.so.30"
_Static_assert(GNUTLS_VERSION_MAJOR == 3, "the header of another " GNUTLS);

/* The first version that has all of the functions below. */
#define OLDEST "3.6.13"

/* It is never unloaded. */
static void *library;
static const char *why_not;

/* GnuTLS lets its caller free what it has allocated through this. */
gnutls_free_function gnutls_free;

/* Any function of it. */
typedef void function(void);

/* That of this name, looked up once. */
static function *
found(function **f, const char *name)
{
	void *address;

	if (*f == NULL) {
		address = dlsym(library, name);
		memcpy(f, &address, sizeof(address));
	}
	return *f;
}

/*
 * CALL(type, name, parameters, arguments) defines a function that calls the one
 * of the same name, and DO one from which nothing comes back.
 */
#define FOUND(name) \
	static function *kept; \
	__typeof__(gnutls_##name) *const call = \
	    (__typeof__(gnutls_##name) *)found(&kept, "gnutls_" #name)
#define CALL(type, name, parameters, arguments) \
	type gnutls_##name parameters \
	{ \
		FOUND(name); \
		return call arguments; \
	}
#define DO(name, parameters, arguments) \
	void gnutls_##name parameters \
	{ \
		FOUND(name); \
		call arguments; \
	}

static bool
is_loaded(void)
{
	if (library != NULL)
		return true;
	library = dlopen(GNUTLS, RTLD_NOW | RTLD_LOCAL);
	if (library == NULL) {
		why_not = dlerror();
		return false;
	}
	if (dlsym(library, "gnutls_check_version") == NULL ||
	    gnutls_check_version(OLDEST) == NULL) {
		why_not =
		    GNUTLS " is older than " OLDEST ", or another library";
		library = NULL;
		return false;
	}
	gnutls_free = *(gnutls_free_function *)dlsym(library, "gnutls_free");
	return true;
}

static int
start(void)
{
	FOUND(global_init);
	return call();
}

int
gnutls_global_init(void)
{
	return is_loaded() ? start() : GNUTLS_E_INTERNAL_ERROR;
}

static const char *
meaning(int error)
{
	FOUND(strerror);
	return call(error);
}

const char *
gnutls_strerror(int error)
{
	return is_loaded() ? meaning(error) : why_not;
}

CALL(gnutls_alert_description_t, alert_get, (gnutls_session_t a), (a))
CALL(const char *, alert_get_strname, (gnutls_alert_description_t a), (a))
CALL(int, alert_send_appropriate, (gnutls_session_t a, int b), (a, b))
CALL(int, alpn_set_protocols,
    (gnutls_session_t a, const gnutls_datum_t *b, unsigned c, unsigned d),
    (a, b, c, d))
CALL(int, bye, (gnutls_session_t a, gnutls_close_request_t b), (a, b))
CALL(int, certificate_allocate_credentials,
    (gnutls_certificate_credentials_t * a), (a))
DO(certificate_free_credentials, (gnutls_certificate_credentials_t a), (a))
CALL(const gnutls_datum_t *, certificate_get_peers,
    (gnutls_session_t a, unsigned *b), (a, b))
CALL(int, certificate_set_x509_key_file2,
    (gnutls_certificate_credentials_t a, const char *b, const char *c,
	gnutls_x509_crt_fmt_t d, const char *e, unsigned f),
    (a, b, c, d, e, f))
CALL(int, certificate_set_x509_system_trust,
    (gnutls_certificate_credentials_t a), (a))
CALL(int, certificate_set_x509_trust_file,
    (gnutls_certificate_credentials_t a, const char *b,
	gnutls_x509_crt_fmt_t c),
    (a, b, c))
CALL(int, certificate_set_x509_trust_mem,
    (gnutls_certificate_credentials_t a, const gnutls_datum_t *b,
	gnutls_x509_crt_fmt_t c),
    (a, b, c))
CALL(int, certificate_verification_status_print,
    (unsigned a, gnutls_certificate_type_t b, gnutls_datum_t *c, unsigned d),
    (a, b, c, d))
CALL(int, certificate_verify_peers,
    (gnutls_session_t a, gnutls_typed_vdata_st *b, unsigned c, unsigned *d),
    (a, b, c, d))
CALL(const char *, check_version, (const char *a), (a))
CALL(gnutls_cipher_algorithm_t, cipher_get, (gnutls_session_t a), (a))
CALL(const char *, cipher_get_name, (gnutls_cipher_algorithm_t a), (a))
CALL(int, credentials_set,
    (gnutls_session_t a, gnutls_credentials_type_t b, void *c), (a, b, c))
DO(deinit, (gnutls_session_t a), (a))
CALL(int, error_is_fatal, (int a), (a))
CALL(int, handshake, (gnutls_session_t a), (a))
CALL(int, hash_fast,
    (gnutls_digest_algorithm_t a, const void *b, size_t c, void *d),
    (a, b, c, d))
CALL(int, hmac_fast,
    (gnutls_mac_algorithm_t a, const void *b, size_t c, const void *d, size_t e,
	void *f),
    (a, b, c, d, e, f))
CALL(int, init, (gnutls_session_t * a, unsigned b), (a, b))
CALL(int, memcmp, (const void *a, const void *b, size_t c), (a, b, c))
CALL(unsigned, ocsp_status_request_is_checked, (gnutls_session_t a, unsigned b),
    (a, b))
CALL(int, pbkdf2,
    (gnutls_mac_algorithm_t a, const gnutls_datum_t *b, const gnutls_datum_t *c,
	unsigned d, void *e, size_t f),
    (a, b, c, d, e, f))
CALL(const char *, pk_algorithm_get_name, (gnutls_pk_algorithm_t a), (a))
CALL(int, priority_set_direct,
    (gnutls_session_t a, const char *b, const char **c), (a, b, c))
CALL(const char *, protocol_get_name, (gnutls_protocol_t a), (a))
CALL(gnutls_protocol_t, protocol_get_version, (gnutls_session_t a), (a))
CALL(size_t, record_check_pending, (gnutls_session_t a), (a))
CALL(int, record_get_direction, (gnutls_session_t a), (a))
CALL(ssize_t, record_recv, (gnutls_session_t a, void *b, size_t c), (a, b, c))
CALL(ssize_t, record_send, (gnutls_session_t a, const void *b, size_t c),
    (a, b, c))
CALL(int, server_name_set,
    (gnutls_session_t a, gnutls_server_name_type_t b, const void *c, size_t d),
    (a, b, c, d))
CALL(int, session_channel_binding,
    (gnutls_session_t a, gnutls_channel_binding_t b, gnutls_datum_t *c),
    (a, b, c))
CALL(char *, session_get_desc, (gnutls_session_t a), (a))
CALL(void *, session_get_ptr, (gnutls_session_t a), (a))
DO(session_set_keylog_function, (gnutls_session_t a, gnutls_keylog_func b),
    (a, b))
DO(session_set_ptr, (gnutls_session_t a, void *b), (a, b))
DO(session_set_verify_function,
    (gnutls_session_t a, gnutls_certificate_verify_function *b), (a, b))
CALL(int, set_default_priority_append,
    (gnutls_session_t a, const char *b, const char **c, unsigned d),
    (a, b, c, d))
DO(subject_alt_names_deinit, (gnutls_subject_alt_names_t a), (a))
CALL(int, subject_alt_names_get,
    (gnutls_subject_alt_names_t a, unsigned b, unsigned *c, gnutls_datum_t *d,
	gnutls_datum_t *e),
    (a, b, c, d, e))
CALL(int, subject_alt_names_init, (gnutls_subject_alt_names_t * a), (a))
DO(transport_set_errno, (gnutls_session_t a, int b), (a, b))
DO(transport_set_ptr, (gnutls_session_t a, gnutls_transport_ptr_t b), (a, b))
DO(transport_set_pull_function, (gnutls_session_t a, gnutls_pull_func b),
    (a, b))
DO(transport_set_vec_push_function,
    (gnutls_session_t a, gnutls_vec_push_func b), (a, b))
DO(x509_crt_deinit, (gnutls_x509_crt_t a), (a))
CALL(time_t, x509_crt_get_activation_time, (gnutls_x509_crt_t a), (a))
CALL(int, x509_crt_get_dn3,
    (gnutls_x509_crt_t a, gnutls_datum_t *b, unsigned c), (a, b, c))
CALL(time_t, x509_crt_get_expiration_time, (gnutls_x509_crt_t a), (a))
CALL(int, x509_crt_get_extension_by_oid2,
    (gnutls_x509_crt_t a, const char *b, unsigned c, gnutls_datum_t *d,
	unsigned *e),
    (a, b, c, d, e))
CALL(int, x509_crt_get_fingerprint,
    (gnutls_x509_crt_t a, gnutls_digest_algorithm_t b, void *c, size_t *d),
    (a, b, c, d))
CALL(int, x509_crt_get_issuer_dn3,
    (gnutls_x509_crt_t a, gnutls_datum_t *b, unsigned c), (a, b, c))
CALL(int, x509_crt_get_key_id,
    (gnutls_x509_crt_t a, unsigned b, unsigned char *c, size_t *d),
    (a, b, c, d))
CALL(int, x509_crt_get_pk_algorithm, (gnutls_x509_crt_t a, unsigned *b), (a, b))
CALL(int, x509_crt_get_subject_alt_name,
    (gnutls_x509_crt_t a, unsigned b, void *c, size_t *d, unsigned *e),
    (a, b, c, d, e))
CALL(int, x509_crt_import,
    (gnutls_x509_crt_t a, const gnutls_datum_t *b, gnutls_x509_crt_fmt_t c),
    (a, b, c))
CALL(int, x509_crt_init, (gnutls_x509_crt_t * a), (a))
CALL(int, x509_ext_import_subject_alt_names,
    (const gnutls_datum_t *a, gnutls_subject_alt_names_t b, unsigned c),
    (a, b, c))
