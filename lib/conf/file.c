#include "conf/file.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

struct file {
	config_t config;
};

/* libconfig asks for settings it may change where it only looks. */
static config_setting_t *
setting(const struct node *n)
{
	union {
		const struct node *node;
		config_setting_t *setting;
	} same = { n };

	return same.setting;
}

static const struct node *
node(config_setting_t *s)
{
	return (const struct node *)(void *)s;
}

struct file *
file_parse(const char *text, unsigned *line, struct error *e)
{
	struct file *f = malloc(sizeof(*f));

	*line = 1;
	if (f == NULL) {
		error_set(e, ERR_OS, "out of memory");
		return NULL;
	}
	config_init(&f->config);
	if (config_read_string(&f->config, text) == CONFIG_TRUE)
		return f;
	*line = (unsigned)config_error_line(&f->config);
	error_set(e, ERR_CONFIG, "%s", config_error_text(&f->config));
	file_free(f);
	return NULL;
}

/* A text may be a password; libconfig has no way to wipe it but this. */
static void
wipe(const struct node *n)
{
	size_t count = node_count(n);
	char *text = setting(n)->value.sval;

	for (size_t i = 0; i < count; i++)
		wipe(node_at(n, i));
	if (node_kind(n) == NODE_TEXT && text != NULL)
		explicit_bzero(text, strlen(text));
}

void
file_free(struct file *f)
{
	if (f == NULL)
		return;
	if (config_root_setting(&f->config) != NULL)
		wipe(file_root(f));
	config_destroy(&f->config);
	free(f);
}

const struct node *
file_root(const struct file *f)
{
	return node(config_root_setting(&f->config));
}

const char *
node_name(const struct node *n)
{
	const char *name = config_setting_name(setting(n));

	return name == NULL ? "" : name;
}

unsigned
node_line(const struct node *n)
{
	return config_setting_source_line(setting(n));
}

enum node_kind
node_kind(const struct node *n)
{
	switch (config_setting_type(setting(n))) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return NODE_NUMBER;
	case CONFIG_TYPE_FLOAT:
		return NODE_FLOAT;
	case CONFIG_TYPE_BOOL:
		return NODE_BOOL;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return NODE_LIST;
	case CONFIG_TYPE_GROUP:
		return NODE_GROUP;
	default:
		return NODE_TEXT;
	}
}

size_t
node_count(const struct node *n)
{
	int count = config_setting_is_aggregate(setting(n))
	    ? config_setting_length(setting(n))
	    : 0;

	return count < 0 ? 0 : (size_t)count;
}

const struct node *
node_at(const struct node *n, size_t i)
{
	return node(config_setting_get_elem(setting(n), (unsigned)i));
}

const struct node *
node_member(const struct node *n, const char *name)
{
	return node(config_setting_get_member(setting(n), name));
}

const char *
node_text(const struct node *n)
{
	const char *text = config_setting_get_string(setting(n));

	return text == NULL ? "" : text;
}

/* libconfig before 1.7 has int for what fits, long long for what ends in L;
   later ones choose by the value. */
int64_t
node_number(const struct node *n)
{
	if (config_setting_type(setting(n)) == CONFIG_TYPE_INT)
		return config_setting_get_int(setting(n));
	return config_setting_get_int64(setting(n));
}

bool
node_bool(const struct node *n)
{
	return config_setting_get_bool(setting(n)) != 0;
}
