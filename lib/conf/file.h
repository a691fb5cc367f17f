/*
 * libconfig, wrapped: the one place that knows it.  Its text has been through
 * lint_text() before, so that none of its traps is left.  A node is one
 * setting of the parsed text.
 */
#ifndef CONF_FILE_H
#define CONF_FILE_H

#include <stdint.h>

#include "base/error.h"

struct file; /* opaque, owned */
struct node; /* opaque, borrowed from its file */

enum node_kind {
	NODE_TEXT,
	NODE_NUMBER,
	NODE_BOOL,
	NODE_FLOAT,
	NODE_LIST, /* an array too */
	NODE_GROUP
};

/*
 * Parse.  On failure *line says where libconfig stopped.  file_free wipes the
 * texts that were parsed.
 */
struct file *file_parse(const char *text, unsigned *line, struct error *e);
void file_free(struct file *f);

/* The group that is the whole text. */
const struct node *file_root(const struct file *f);

const char *node_name(const struct node *n); /* "" for a list's elements */
unsigned node_line(const struct node *n);
enum node_kind node_kind(const struct node *n);

/* The members of a group, the elements of a list. */
size_t node_count(const struct node *n);
const struct node *node_at(const struct node *n, size_t i);
const struct node *node_member(const struct node *n, const char *name);

/* For nodes of that kind alone. */
const char *node_text(const struct node *n);
int64_t node_number(const struct node *n);
bool node_bool(const struct node *n);

#endif
