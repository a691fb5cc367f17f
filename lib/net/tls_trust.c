#include "net/tls_session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/bundle.h"

/* Chains are a handful of certificates long; a store a few hundred kB. */
enum { CHAIN_MOST = 16, STORE_MOST = 1 << 24 };

/* Where the systems keep their trust store as one file. */
static const char *const system_bundles[] = {
	"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
	"/etc/pki/tls/certs/ca-bundle.crt",   /* Fedora, RHEL */
	"/etc/ssl/ca-bundle.pem",             /* openSUSE */
	"/etc/ssl/cert.pem",                  /* the BSDs */
};

static bool
read_all(int fd, char *to, size_t n)
{
	while (n > 0) {
		ssize_t got = read(fd, to, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		n -= (size_t)got;
	}
	return true;
}

/* The size of a regular file that is not beyond reason, or -1 and errno. */
static off_t
size_of(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	if (S_ISREG(st.st_mode) && st.st_size <= STORE_MOST)
		return st.st_size;
	errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
	return -1;
}

/* All of a file: *room is to be freed.  False and errno on failure. */
static bool
read_file(const char *path, char **room, struct bytes *content)
{
	int why, fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	off_t n = fd < 0 ? -1 : size_of(fd);

	*room = n < 0 ? NULL : malloc((size_t)n + 1);
	if (*room != NULL && !read_all(fd, *room, (size_t)n)) {
		why = errno;
		free(*room);
		errno = why;
		*room = NULL;
	}
	*content = (struct bytes){ *room, *room == NULL ? 0 : (size_t)n };
	why = errno;
	if (fd >= 0)
		close(fd);
	errno = why;
	return *room != NULL;
}

/*
 * Whoever is named as an issuer; and whoever is presented, for a root that
 * came along or has a cross-signed twin.
 */
static size_t
wanted_names(const struct tls_chain *chain, struct bytes *wanted)
{
	size_t n = 0;

	for (unsigned i = 0; i < chain->n && i < CHAIN_MOST; i++) {
		struct bytes der = { (const char *)chain->cert[i].data,
			chain->cert[i].size };
		struct cert_names names;

		if (!cert_names(der, &names))
			continue;
		wanted[n++] = names.issuer;
		wanted[n++] = names.subject;
	}
	return n;
}

struct taker {
	gnutls_certificate_credentials_t cred;
	int n;
};

static bool
take(void *ctx, struct bytes der)
{
	struct taker *t = ctx;
	gnutls_datum_t d = { (unsigned char *)der.p, (unsigned)der.n };

	if (gnutls_certificate_set_x509_trust_mem(
		t->cred, &d, GNUTLS_X509_FMT_DER) > 0)
		t->n++;
	return true;
}

static bool
read_system(char **room, struct bytes *content)
{
	size_t n = sizeof(system_bundles) / sizeof(system_bundles[0]);

	for (size_t i = 0; i < n; i++)
		if (read_file(system_bundles[i], room, content))
			return true;
	return false;
}

static int
unreadable(const char *file, struct error *e)
{
	error_sys(e, ERR_CONFIG, "cannot read tls_trust_file '%s'", file);
	return error_hint(e, "it has to be a file of certificates in PEM");
}

int
tls_trust_some(gnutls_certificate_credentials_t cred,
    const struct tls_chain *chain, const char *file, struct error *e)
{
	struct bytes wanted[2 * CHAIN_MOST], pem;
	struct taker taker = { cred, 0 };
	struct bundle_search search = { wanted, wanted_names(chain, wanted),
		take, &taker };
	char *room;
	bool got = file == NULL ? read_system(&room, &pem)
				: read_file(file, &room, &pem);

	if (got)
		bundle_find(pem, &search);
	else if (file != NULL)
		unreadable(file, e);
	free(room);
	return got || file == NULL ? taker.n : -1;
}

int
tls_trust_all(
    gnutls_certificate_credentials_t cred, const char *file, struct error *e)
{
	int n = file == NULL ? gnutls_certificate_set_x509_system_trust(cred)
			     : gnutls_certificate_set_x509_trust_file(
				   cred, file, GNUTLS_X509_FMT_PEM);

	if (n > 0)
		return 0;
	if (file != NULL)
		return error_set(e, ERR_CONFIG,
		    "tls_trust_file '%s' holds no certificate in PEM", file);
	error_set(e, ERR_TLS_VERIFY, "this system has no store of trusted CAs");
	return error_hint(e,
	    "install the package ca-certificates, or name a file of trusted "
	    "certificates in tls_trust_file");
}
