#include "cmd/environment.h"

#include <ctype.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void
environment_init(struct environment *env)
{
	buf_init(&env->url, 4096);
	buf_init(&env->user_file, 4096);
	buf_init(&env->spool, 4096);
	buf_init(&env->state, 4096);
}

void
environment_clear(struct environment *env)
{
	buf_clear(&env->url);
	buf_clear(&env->user_file);
	buf_clear(&env->spool);
	buf_clear(&env->state);
}

/* A variable's value; containers leave empty ones for those not set. */
static const char *
set_in(const char *name)
{
	const char *value = secure_getenv(name);

	return value != NULL && value[0] != '\0' ? value : NULL;
}

/* ---- SENDOFF_KEY=value ----------------------------------------------------------- */

/* "tls_trust_file" is set by SENDOFF_TLS_TRUST_FILE. */
static void
name_of(const char *key, struct buf *out)
{
	buf_reset(out);
	buf_adds(out, "SENDOFF_");
	for (; *key != '\0'; key++)
		buf_addc(out, (char)toupper((unsigned char)*key));
}

static void
read_key(const char *key, struct options *o)
{
	struct buf name = BUF(128);
	const char *value;

	name_of(key, &name);
	value = set_in(buf_text(&name));
	if (value != NULL)
		options_override(o, key, value, "environment");
	buf_clear(&name);
}

static void
read_keys(struct options *o)
{
	struct conf_key key;

	for (size_t i = 0; conf_key(i, &key); i++)
		if (!key.top && strcmp(key.name, "password") != 0)
			read_key(key.name, o);
	read_key("password_file", o);
	read_key("password_command", o);
	if (set_in(REQUEST_PASSWORD) != NULL)
		options_override(
		    o, "password_env", REQUEST_PASSWORD, "environment");
}

/* ---- SENDOFF_URL=smtps://user@host:port -------------------------------------------- */

static const struct {
	const char *scheme, *protocol, *tls;
} schemes[] = {
	{ "smtps", "smtp", "implicit" },
	{ "smtp+starttls", "smtp", "starttls" },
	{ "smtp", "smtp", "required" },
	{ "lmtp", "lmtp", "off" },
};

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Add text with %HH decoded, and a NUL behind; where it stands in out. */
static size_t
add_decoded(struct buf *out, struct bytes text)
{
	size_t at = out->n;

	for (size_t i = 0; i < text.n; i++) {
		int high = i + 2 < text.n ? hex(text.p[i + 1]) : -1;
		int low = i + 2 < text.n ? hex(text.p[i + 2]) : -1;

		if (text.p[i] == '%' && high >= 0 && low >= 0) {
			buf_addc(out, (char)(high * 16 + low));
			i += 2;
		} else
			buf_addc(out, text.p[i]);
	}
	buf_addc(out, '\0');
	return at;
}

/* Where the last '@' is: user names may hold one. */
static size_t
last_at(struct bytes text)
{
	size_t n = text.n;

	while (n > 0 && text.p[n - 1] != '@')
		n--;
	return n;
}

static int
take_scheme(struct bytes *url, struct options *o, struct error *e)
{
	size_t n = bytes_find(*url, BYTES("://"));
	struct bytes scheme = bytes_head(*url, n);

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (n < url->n && bytes_is_case(scheme, schemes[i].scheme)) {
			*url = bytes_skip(*url, n + 3);
			options_override(
			    o, "protocol", schemes[i].protocol, "SENDOFF_URL");
			options_override(
			    o, "tls", schemes[i].tls, "SENDOFF_URL");
			return 0;
		}
	error_set(e, ERR_USAGE, "SENDOFF_URL has no scheme that is known");
	return error_hint(
	    e, "smtps://user@host, smtp+starttls://…, smtp://…, lmtp://…");
}

static int
read_url(struct environment *env, struct options *o, struct error *e)
{
	struct bytes url = bytes_of(secure_getenv("SENDOFF_URL"));
	size_t at, user, host;

	if (url.n == 0)
		return 0;
	if (take_scheme(&url, o, e) < 0)
		return -1;
	if (url.n > 0 && url.p[url.n - 1] == '/' && url.p[0] != '/')
		url.n--;
	at = last_at(url);
	if (bytes_index(bytes_head(url, at), ':') < at)
		return error_set(e, ERR_USAGE,
		    "SENDOFF_URL may not hold a password; use "
		    "SENDOFF_PASSWORD or SENDOFF_PASSWORD_FILE");
	user = add_decoded(&env->url, bytes_head(url, at > 0 ? at - 1 : 0));
	host = add_decoded(&env->url, bytes_skip(url, at));
	if (!buf_ok(&env->url))
		return error_set(e, ERR_USAGE, "SENDOFF_URL is too long");
	if (at > 0)
		options_override(o, "user", env->url.p + user, "SENDOFF_URL");
	options_override(o, "host", env->url.p + host, "SENDOFF_URL");
	return 0;
}

int
environment_read(struct environment *env, struct options *o, struct error *e)
{
	if (read_url(env, o, e) < 0)
		return -1;
	read_keys(o);
	o->account = set_in("SENDOFF_ACCOUNT");
	return 0;
}

/* ---- files ---------------------------------------------------------------------------- */

/*
 * A directory that the environment names, unless it is somebody else's: cron
 * and sudo may hand on root's HOME to others, and others' to root.
 */
static const char *
own_directory(const char *variable)
{
	const char *path = secure_getenv(variable);
	struct stat st;

	if (path == NULL || path[0] != '/')
		return NULL;
	return stat(path, &st) < 0 || st.st_uid == getuid() ? path : NULL;
}

static const char *
home(void)
{
	const char *home = own_directory("HOME");
	struct passwd *pw;

	if (home != NULL)
		return home;
	pw = getpwuid(getuid());
	return pw != NULL ? pw->pw_dir : secure_getenv("HOME");
}

static const char *
user_file(struct environment *env)
{
	const char *base = own_directory("XDG_CONFIG_HOME");

	if (base != NULL)
		buf_addf(&env->user_file, "%s/sendoff/sendoff.conf", base);
	else if (home() != NULL)
		buf_addf(
		    &env->user_file, "%s/.config/sendoff/sendoff.conf", home());
	else
		return NULL;
	return buf_text(&env->user_file);
}

struct conf_places
environment_places(struct environment *env, const struct options *o)
{
	const char *named =
	    o->file != NULL ? o->file : set_in("SENDOFF_CONFIG");
	const char *presets = set_in("SENDOFF_PROVIDERS");

	return (struct conf_places){
		.file = named,
		.user_file = named == NULL ? user_file(env) : NULL,
		.system_file = SYSCONFDIR "/sendoff/sendoff.conf",
		.providers = presets != NULL ? presets
					     : DATADIR
		    "/sendoff/providers.conf",
		.providers_over = SYSCONFDIR "/sendoff/providers.conf",
		.home = home(),
	};
}

const char *
environment_spool(void)
{
	return set_in("SENDOFF_SPOOL");
}

/* Is the system's place a service's, and not root's? */
static bool
is_of_service(void)
{
	struct stat st;

	return stat(LOCALSTATEDIR "/lib/sendoff", &st) == 0 && st.st_uid != 0;
}

const char *
environment_service_spool(void)
{
	return geteuid() == 0 && is_of_service() ? LOCALSTATEDIR
	    "/lib/sendoff/spool"
						 : NULL;
}

const char *
environment_state(struct environment *env)
{
	struct bytes service = bytes_of(secure_getenv("STATE_DIRECTORY"));
	const char *base = own_directory("XDG_STATE_HOME");

	buf_reset(&env->state);
	if (service.n > 0 && service.p[0] == '/')
		buf_add(&env->state, bytes_take(&service, ':'));
	else if (geteuid() == 0 && !is_of_service())
		buf_adds(&env->state, LOCALSTATEDIR "/lib/sendoff");
	else if (base != NULL)
		buf_addf(&env->state, "%s/sendoff", base);
	else if (home() != NULL)
		buf_addf(&env->state, "%s/.local/state/sendoff", home());
	return buf_ok(&env->state) && env->state.n > 0 ? buf_text(&env->state)
						       : NULL;
}

const char *
environment_usual_spool(struct environment *env)
{
	buf_reset(&env->spool);
	if (geteuid() == 0 && !is_of_service())
		buf_adds(&env->spool, LOCALSTATEDIR "/lib/sendoff/spool");
	else if (home() != NULL)
		buf_addf(&env->spool, "%s/.local/state/sendoff/spool", home());
	return buf_ok(&env->spool) && env->spool.n > 0 ? buf_text(&env->spool)
						       : NULL;
}
