#include "conf/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"
#include "conf/nearest.h"
#include "conf/number.h"
#include "conf/secret_value.h"
#include "conf/words.h"

void
value_clear(struct value *v)
{
	free(v->origin);
	words_free(v->words);
	secret_clear(&v->secret);
	*v = (struct value){ 0 };
}

void
layer_clear(struct layer *l)
{
	for (size_t i = 0; i < KEYS; i++)
		value_clear(&l->of[i]);
}

static int
refuse(struct error *e, const struct key *k, struct bytes word)
{
	char shown[128];

	error_set(e, ERR_CONFIG, "'%s' is no value for '%s'",
	    clean_copy(shown, sizeof(shown), word), k->name);
	return k->choices != NULL
	    ? nearest_hint(e, word, k->choices)
	    : error_hint(e, "%s = %s", k->name, k->values);
}

static int
choose(const struct key *k, struct bytes word, int64_t *choice, struct error *e)
{
	for (*choice = 0; k->choices[*choice] != NULL; ++*choice)
		if (bytes_is_case(word, k->choices[*choice]))
			return 0;
	return refuse(e, k, word);
}

static int
in_range(
    const struct key *k, struct bytes word, int64_t number, struct error *e)
{
	char shown[64];

	if (number >= k->least && number <= k->most)
		return 0;
	error_set(e, ERR_CONFIG, "'%s' is out of range for '%s'",
	    clean_copy(shown, sizeof(shown), word), k->name);
	return error_hint(e, "%s = %s", k->name, k->values);
}

static int
read_number(
    struct value *v, const struct key *k, struct bytes word, struct error *e)
{
	bool good = k->type == KEY_TIME ? time_read(word, &v->number)
	    : k->type == KEY_SIZE       ? size_read(word, &v->number)
					: number_read(word, &v->number);

	if (good)
		return in_range(k, word, v->number, e);
	refuse(e, k, word);
	return -1;
}

static int
read_bool(
    struct value *v, const struct key *k, struct bytes word, struct error *e)
{
	static const char *const yes[] = { "true", "on", "yes", "1", NULL };
	static const char *const no[] = { "false", "off", "no", "0", NULL };

	for (size_t i = 0; yes[i] != NULL; i++)
		if (bytes_is_case(word, yes[i]) || bytes_is_case(word, no[i])) {
			v->number = bytes_is_case(word, yes[i]);
			return 0;
		}
	return refuse(e, k, word);
}

static int
add_path(struct value *v, struct bytes word, const char *home, struct error *e)
{
	char *path = path_expand(word, home, e);
	int rc = path == NULL ? -1 : words_add(&v->words, bytes_of(path), e);

	free(path);
	return rc;
}

/* As the table spells it. */
static int
add_choice(
    struct value *v, const struct key *k, struct bytes word, struct error *e)
{
	int64_t choice;

	if (choose(k, word, &choice, e) < 0)
		return -1;
	return words_add(&v->words, bytes_of(k->choices[choice]), e);
}

/* Texts go over the wire or name a file: nothing but text, then. */
static int
add_text(struct value *v, const struct key *k, struct bytes word,
    const char *home, struct error *e)
{
	if (word.n == 0)
		return error_set(e, ERR_CONFIG, "'%s' is empty", k->name);
	if (bytes_control(word) || !utf8_valid(word))
		return error_set(e, ERR_CONFIG,
		    "'%s' holds a control character or no UTF-8", k->name);
	if (k->choices != NULL)
		return add_choice(v, k, word, e);
	if (k->check != NULL && k->check(word, e) < 0)
		return error_in(e, "%s", k->name);
	return k->type == KEY_PATH ? add_path(v, word, home, e)
				   : words_add(&v->words, word, e);
}

static int
add_flag(
    struct value *v, const struct key *k, struct bytes word, struct error *e)
{
	int64_t choice;

	if (choose(k, word, &choice, e) < 0)
		return -1;
	if (choice > 0)
		v->number |= INT64_C(1) << (choice - 1);
	return 0;
}

/* Take one word of a value. */
static int
take(struct value *v, const struct key *k, struct bytes word, const char *home,
    struct error *e)
{
	switch (k->type) {
	case KEY_BOOL:
		return read_bool(v, k, word, e);
	case KEY_NUMBER:
	case KEY_TIME:
	case KEY_SIZE:
		return read_number(v, k, word, e);
	case KEY_CHOICE:
		return choose(k, word, &v->number, e);
	case KEY_FLAGS:
		return add_flag(v, k, word, e);
	default:
		return add_text(v, k, word, home, e);
	}
}

/* What a key takes in a file, for the message when it got something else. */
static const struct {
	unsigned kinds; /* bits of enum node_kind */
	const char *what;
} takes[] = {
	[KEY_GROUP] = { 1 << NODE_GROUP, "a group: { ... }" },
	[KEY_BOOL] = { 1 << NODE_BOOL, "true or false, without quotes" },
	[KEY_NUMBER] = { 1 << NODE_NUMBER, "a number, without quotes" },
	[KEY_TIME] = { 1 << NODE_NUMBER | 1 << NODE_TEXT,
	    "seconds, or a text such as \"60s\"" },
	[KEY_SIZE] = { 1 << NODE_NUMBER | 1 << NODE_TEXT,
	    "octets, or a text such as \"10M\"" },
	[KEY_CHOICE] = { 1 << NODE_TEXT, "text in quotes" },
	[KEY_FLAGS] = { 1 << NODE_TEXT | 1 << NODE_LIST,
	    "text in quotes, or a list of such" },
	[KEY_TEXT] = { 1 << NODE_TEXT, "text in quotes" },
	[KEY_PATH] = { 1 << NODE_TEXT, "text in quotes" },
	[KEY_WORDS] = { 1 << NODE_TEXT | 1 << NODE_LIST,
	    "text in quotes, or a list of such" },
	[KEY_SECRET] = { 1 << NODE_TEXT | 1 << NODE_GROUP,
	    "text in quotes, or a group that says where it is" },
};

static int
wrong_kind(const struct key *k, struct error *e)
{
	error_set(
	    e, ERR_CONFIG, "'%s' must be %s", k->name, takes[k->type].what);
	return error_hint(e, "%s = %s", k->name, k->values);
}

static int
take_list(struct value *v, const struct key *k, const struct node *n,
    const char *home, struct error *e)
{
	size_t count = node_count(n);

	for (size_t i = 0; i < count; i++) {
		const struct node *one = node_at(n, i);

		if (node_kind(one) != NODE_TEXT)
			return wrong_kind(k, e);
		if (take(v, k, bytes_of(node_text(one)), home, e) < 0)
			return -1;
	}
	return 0;
}

/* What depends on the whole of a value. */
static int
check_whole(const struct value *v, const struct key *k, struct error *e)
{
	if (key_id(k) == KEY_AUTH && words_n(v->words) > 1)
		for (char **w = v->words; *w != NULL; w++)
			if (strcmp(*w, "auto") == 0 || strcmp(*w, "off") == 0)
				return error_set(e, ERR_CONFIG,
				    "'%s' stands alone in '%s'", *w, k->name);
	if (key_id(k) == KEY_DSN_NOTIFY && (v->number & 1) && v->number != 1)
		return error_set(
		    e, ERR_CONFIG, "'never' stands alone in '%s'", k->name);
	return 0;
}

int
value_of_node(struct value *v, const struct key *k, const struct node *n,
    const char *home, struct error *e)
{
	enum node_kind kind = node_kind(n);
	char number[24];
	int rc;

	if ((takes[k->type].kinds & 1U << kind) == 0)
		return wrong_kind(k, e);
	if (k->type == KEY_SECRET)
		return secret_of_node(&v->secret, n, home, e);
	if (kind == NODE_LIST) {
		rc = take_list(v, k, n, home, e);
	} else if (kind == NODE_TEXT) {
		rc = take(v, k, bytes_of(node_text(n)), home, e);
	} else if (kind == NODE_BOOL) {
		v->number = node_bool(n);
		rc = 0;
	} else {
		snprintf(
		    number, sizeof(number), "%lld", (long long)node_number(n));
		rc = take(v, k, bytes_of(number), home, e);
	}
	return rc < 0 ? -1 : check_whole(v, k, e);
}

int
value_of_text(struct value *v, const struct key *k, struct bytes text,
    const char *home, struct error *e)
{
	bool list = k->type == KEY_WORDS || k->type == KEY_FLAGS;

	if (k->type == KEY_SECRET || k->type == KEY_GROUP)
		return error_set(
		    e, ERR_CONFIG, "'%s' can be set in a file only", k->name);
	if (!list)
		return take(v, k, text, home, e);
	while (text.n > 0)
		if (take(v, k, bytes_trim(bytes_take(&text, ',')), home, e) < 0)
			return -1;
	return check_whole(v, k, e);
}

/* A text goes as it is; a word list of one is what a text is. */
static int
store_text(char **to, const struct value *v, struct error *e)
{
	if (v->words == NULL)
		return 0;
	*to = word_of(bytes_of(v->words[0]), e);
	return *to == NULL ? -1 : 0;
}

int
value_store(struct account *a, const struct key *k, const struct value *v,
    struct error *e)
{
	void *field = (char *)a + k->offset;
	int number = (int)v->number;
	bool truth = v->number != 0;

	switch (k->type) {
	case KEY_BOOL:
		memcpy(field, &truth, sizeof(truth));
		return 0;
	case KEY_NUMBER:
	case KEY_CHOICE:
	case KEY_FLAGS:
		memcpy(field, &number, sizeof(number));
		return 0;
	case KEY_TIME:
	case KEY_SIZE:
		memcpy(field, &v->number, sizeof(v->number));
		return 0;
	case KEY_WORDS:
		return words_copy(field, v->words, e);
	default:
		return store_text(field, v, e);
	}
}

bool
secret_option(const char *name, enum secret_kind *kind)
{
	static const struct {
		const char *name;
		enum secret_kind kind;
	} options[] = {
		{ "password_command", SECRET_COMMAND },
		{ "password_file", SECRET_FILE },
		{ "password_env", SECRET_ENV },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (strcmp(name, options[i].name) == 0) {
			*kind = options[i].kind;
			return true;
		}
	return false;
}

int
value_of_secret(struct value *v, enum secret_kind kind, struct bytes text,
    const char *home, struct error *e)
{
	return secret_of_text(&v->secret, kind, text, home, e);
}
