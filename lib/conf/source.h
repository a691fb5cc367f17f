/*
 * The text of a configuration file, what it includes put in its place, and
 * where each line of it came from.  libconfig never opens a file: it would
 * leave the process when it meets a directory.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <sys/stat.h>

#include "base/buf.h"
#include "base/error.h"

struct source_file {
	char *path;     /* owned */
	struct stat st; /* of the file as it was open */
};

struct source_line {
	size_t file;     /* in files */
	unsigned number; /* in that file, from 1 */
};

struct source {
	struct buf text;           /* owned, wiped; no BOM */
	struct source_file *files; /* owned; the first is the main one */
	size_t files_n;
	struct source_line *lines; /* owned; of every line of text */
	size_t lines_n;
};

/* Octets, and lines, of one configuration with all it includes. */
enum { SOURCE_MAX = 1 << 20, SOURCE_LINES = 60000, SOURCE_DEPTH = 8 };

#define SOURCE ((struct source){ .text = BUF(SOURCE_MAX) })
void source_clear(struct source *s);

struct report;

/*
 * Read a file and what it includes.  ERR_NOINPUT when it is not there,
 * ERR_CONFIG when it cannot be read, ERR_SECRET when this user may not, or
 * when anybody may write it.
 * What is wrong with an included file goes to r.
 */
int source_read(
    struct source *s, const char *path, struct report *r, struct error *e);

/* Take a piece of a file that was read before; first is its first line. */
int source_of(struct source *s, const char *path, unsigned first,
    struct bytes text, struct error *e);

/* Line of the text (from 1) as the user knows it. */
const struct source_file *source_file(const struct source *s, unsigned line);
unsigned source_number(const struct source *s, unsigned line);

/* A line of the text, without its end. */
struct bytes source_line(const struct source *s, unsigned line);

#endif
