/*
 * Preloaded into Debian's OpenSMTPD 6.8, whose TLS does not work with OpenSSL
 * 3.  It takes the public key from the certificate, marks the EC key in it,
 * and lets a process that has the private key sign whatever is to be signed by
 * a key with a mark.  But in OpenSSL 3 what EVP_PKEY_get1_EC_KEY gives is a
 * copy that is never looked at again, unless the EC key was put in as such.
 * So it is put in here.
 *
 * Declared here, so that nobody needs OpenSSL's headers.
 */
#include <dlfcn.h>
#include <stddef.h>

typedef struct x509 X509;
typedef struct pkey EVP_PKEY;
typedef struct ec EC_KEY;

EVP_PKEY *X509_get_pubkey(X509 *);
EVP_PKEY *EVP_PKEY_new(void);
EC_KEY *EVP_PKEY_get1_EC_KEY(EVP_PKEY *);
int EVP_PKEY_set1_EC_KEY(EVP_PKEY *, EC_KEY *);

/* The old key is left where it is: there is one of them. */
static EVP_PKEY *
with_its_ec_key(EVP_PKEY *old)
{
	EC_KEY *ec = EVP_PKEY_get1_EC_KEY(old);
	EVP_PKEY *key = EVP_PKEY_new();

	if (ec == NULL || key == NULL || !EVP_PKEY_set1_EC_KEY(key, ec))
		return old;
	return key;
}

EVP_PKEY *
X509_get_pubkey(X509 *certificate)
{
	union {
		void *object;
		EVP_PKEY *(*function)(X509 *);
	} openssl = { dlsym(RTLD_NEXT, "X509_get_pubkey") };

	return with_its_ec_key(openssl.function(certificate));
}
