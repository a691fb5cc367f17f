/* No report, and no account that is shown, ever holds a password. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"

/* Neither its beginning nor any other character is one that an escape of
   another octet ("\x9c") would have. */
#define PASSWORD "|^~`|^~`"

static void
load(const char *path, struct buf *said)
{
	struct conf_places places = { .file = path };
	struct error e = ERROR_NONE;
	struct account a;
	struct conf *c = conf_load(&places, said, &e);
	const char *const none = NULL;

	for (const char *const *n = c ? conf_names(c) : &none; *n; n++) {
		e = ERROR_NONE;
		if (conf_account(
			c, &(struct conf_wish){ .name = *n }, &a, &e) == 0)
			conf_show(&a, said);
		buf_adds(said, e.text);
		account_clear(&a);
	}
	if (strstr(buf_text(said), PASSWORD) != NULL)
		abort();
	conf_free(c);
}

/* With all its characters, in order, the input may be what says it: where two
   strings of a setting become one, or something between them is left out. */
static bool
gives_away(struct bytes in)
{
	const char *next = PASSWORD;

	for (size_t i = 0; i < in.n; i++)
		next += in.p[i] == *next && *next != '\0';
	return *next == '\0';
}

int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n);

/* The first octet 1 becomes a line with the password. */
int
LLVMFuzzerTestOneInput(const unsigned char *p, size_t n)
{
	struct bytes in = { (const char *)p, n };
	struct buf text = BUF(1 << 20), said = BUF(1 << 24);
	bool given_away = gives_away(in);
	int fd = memfd_create("conf", MFD_CLOEXEC);
	char path[64];

	buf_add(&text, bytes_take(&in, '\1'));
	buf_adds(&text, "\npassword = \"" PASSWORD "\";\n");
	buf_add(&text, in);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!given_away &&
	    bytes_find(buf_bytes(&text), BYTES("@include")) == text.n &&
	    fchmod(fd, 0600) == 0 &&
	    write(fd, text.p, text.n) == (ssize_t)text.n)
		load(path, &said);
	close(fd);
	buf_clear(&text);
	buf_clear(&said);
	return 0;
}
