/*
 * A file of aliases, cut into entries; what they lead to is not looked at.
 * Private to lib/conf.
 */
#ifndef CONF_ALIAS_FILE_H
#define CONF_ALIAS_FILE_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/error.h"

struct alias_entry {
	struct bytes name;   /* unquoted, of the file's text */
	struct bytes values; /* what stands behind the colon, on one line */
	unsigned line;       /* from 1 */
};

struct alias_file {
	char *path;      /* owned */
	uid_t owner;     /* of the file */
	struct buf text; /* owned */
	/* owned; those of one name together, in the order of the file */
	struct alias_entry *entries;
	size_t n;
};

enum { ALIASES_MAX = 64 << 20 };

/*
 * Read it.  What is no entry is told in *report, "file:line: what" a line, and
 * passed over.  ERR_NOINPUT when it is not there, ERR_CONFIG when it cannot
 * be read, ERR_SECRET when it must not be trusted.
 */
int alias_file_read(struct alias_file *f, const char *path, struct buf *report,
    struct error *e);
void alias_file_clear(struct alias_file *f);

/*
 * The first entry of that name, whatever its case, and in *n how many there
 * are; NULL when there is none.
 */
const struct alias_entry *alias_file_find(
    const struct alias_file *f, struct bytes name, size_t *n);

#endif
