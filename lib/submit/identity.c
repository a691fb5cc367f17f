#include "submit/identity.h"

#include <ctype.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clean.h"

/* GECOS: the name ends at the first comma, '&' is the login capitalised. */
static char *
name_of(const struct passwd *pw)
{
	struct buf name = BUF(512);
	char *owned;

	for (const char *c = pw->pw_gecos; c != NULL && *c != '\0'; c++) {
		size_t at = name.n;

		if (*c == ',')
			break;
		if (*c != '&') {
			buf_addc(&name, *c);
			continue;
		}
		buf_adds(&name, pw->pw_name);
		if (buf_ok(&name) && name.n > at)
			name.p[at] = (char)toupper((unsigned char)name.p[at]);
	}
	owned = strdup(buf_text(&name));
	buf_clear(&name);
	return owned;
}

/* A domain that can stand behind '@': letters, digits, '-', '.' . */
static bool
is_domain(struct bytes name)
{
	for (size_t i = 0; i < name.n; i++)
		if (!isalnum((unsigned char)name.p[i]) && name.p[i] != '-' &&
		    name.p[i] != '.' && name.p[i] != '_')
			return false;
	return name.n > 0 && name.p[0] != '.' && name.p[0] != '-';
}

static char *
mail_name(void)
{
	FILE *f = fopen("/etc/mailname", "re");
	char line[256] = "";
	struct bytes name;

	if (f == NULL)
		return NULL;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	fclose(f);
	name = bytes_trim(bytes_of(line));
	return is_domain(name) ? strndup(name.p, name.n) : NULL;
}

static char *
host_of(const struct here *here)
{
	char host[256];

	here->host_name(host, sizeof(host));
	return strdup(is_domain(bytes_of(host)) ? host : "localhost");
}

static char *
domain_of(const struct here *here)
{
	char *domain = mail_name();

	return domain != NULL ? domain : host_of(here);
}

int
identity_find(struct identity *i, const struct here *here, struct error *e)
{
	struct passwd *pw = getpwuid(getuid());

	i->login = pw != NULL ? strdup(pw->pw_name) : NULL;
	i->full_name = secure_getenv("NAME") != NULL
	    ? strdup(secure_getenv("NAME"))
	    : pw != NULL ? name_of(pw)
			 : strdup("");
	i->domain = domain_of(here);
	i->host = host_of(here);
	if ((pw != NULL && i->login == NULL) || i->full_name == NULL ||
	    i->domain == NULL || i->host == NULL)
		return error_set(e, ERR_OS, "out of memory");
	return 0;
}

void
identity_clear(struct identity *i)
{
	free(i->login);
	free(i->full_name);
	free(i->domain);
	free(i->host);
	*i = (struct identity){ 0 };
}
