#include <string.h>

#include "conf/conf.h"
#include "conf/keys.h"

static void
quote(struct buf *out, const char *text)
{
	buf_addc(out, '"');
	for (; *text != '\0'; text++) {
		if (*text == '"' || *text == '\\')
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
	buf_addc(out, '"');
}

static void
show_words(struct buf *out, char *const *words)
{
	bool one = words != NULL && words[0] != NULL && words[1] == NULL;

	if (one) {
		quote(out, words[0]);
		return;
	}
	buf_addc(out, '[');
	for (size_t i = 0; words != NULL && words[i] != NULL; i++) {
		buf_adds(out, i == 0 ? "" : ", ");
		quote(out, words[i]);
	}
	buf_addc(out, ']');
}

static void
show_flags(struct buf *out, const struct key *k, unsigned flags)
{
	const char *between = "";

	buf_addc(out, '[');
	for (size_t i = 1; k->choices[i] != NULL; i++)
		if (flags & 1U << (i - 1)) {
			buf_adds(out, between);
			quote(out, k->choices[i]);
			between = ", ";
		}
	buf_addc(out, ']');
}

static void
show_time(struct buf *out, int64_t microseconds)
{
	if (microseconds % 1000000 == 0)
		buf_addf(out, "\"%llds\"", (long long)(microseconds / 1000000));
	else
		buf_addf(out, "\"%lldms\"", (long long)(microseconds / 1000));
}

/* Where it is, but never what might be it: a command's arguments. */
static void
show_secret(struct buf *out, const struct secret *s)
{
	static const char *const names[] = { [SECRET_FILE] = "file",
		[SECRET_COMMAND] = "command",
		[SECRET_ENV] = "env",
		[SECRET_CREDENTIAL] = "credential",
		[SECRET_NETRC] = "netrc",
		[SECRET_KEYRING] = "keyring",
		[SECRET_PROMPT] = "prompt" };

	if (s->kind == SECRET_LITERAL) {
		buf_adds(out, "\"(hidden)\"");
		return;
	}
	buf_addf(out, "{ %s = ", names[s->kind]);
	if (s->kind == SECRET_COMMAND) {
		buf_addc(out, '[');
		quote(out, s->argv[0]);
		buf_adds(out, s->argv[1] == NULL ? "]" : ", \"(hidden)\"]");
	} else if (s->name != NULL) {
		quote(out, s->name);
	} else {
		buf_adds(out, "true");
	}
	buf_adds(out, "; }");
}

/* A host, and its port when that is not the first one's. */
static void
show_host(struct buf *out, const struct account_host *h, unsigned usual)
{
	bool colon = strchr(h->name, ':') != NULL;

	if (h->is_srv)
		buf_addf(out, "\"srv:%s\"", h->name);
	else if (h->is_path || h->port == usual)
		quote(out, h->name);
	else
		buf_addf(out, "\"%s%s%s:%u\"", colon ? "[" : "", h->name,
		    colon ? "]" : "", h->port);
}

static void
show_hosts(struct buf *out, const struct account *a)
{
	buf_adds(out, a->hosts_n == 1 ? "" : "[");
	for (size_t i = 0; i < a->hosts_n; i++) {
		buf_adds(out, i == 0 ? "" : ", ");
		show_host(out, &a->hosts[i], a->hosts[0].port);
	}
	buf_adds(out, a->hosts_n == 1 ? "" : "]");
}

static void
show_field(struct buf *out, const struct account *a, const struct key *k)
{
	const void *field = (const char *)a + k->offset;
	int64_t wide;
	int number;
	bool truth;
	char **words;
	char *text;

	switch (k->type) {
	case KEY_BOOL:
		memcpy(&truth, field, sizeof(truth));
		buf_adds(out, truth ? "true" : "false");
		break;
	case KEY_NUMBER:
	case KEY_CHOICE:
	case KEY_FLAGS:
		memcpy(&number, field, sizeof(number));
		if (k->type == KEY_NUMBER)
			buf_addf(out, "%d", number);
		else if (k->type == KEY_CHOICE)
			quote(out, k->choices[number]);
		else
			show_flags(out, k, (unsigned)number);
		break;
	case KEY_TIME:
	case KEY_SIZE:
		memcpy(&wide, field, sizeof(wide));
		if (k->type == KEY_TIME)
			show_time(out, wide);
		else
			buf_addf(out, "\"%lld\"", (long long)wide);
		break;
	case KEY_WORDS:
		memcpy(&words, field, sizeof(words));
		show_words(out, words);
		break;
	default:
		memcpy(&text, field, sizeof(text));
		quote(out, text == NULL ? "" : text);
	}
}

static void
show_value(struct buf *out, const struct account *a, enum key_id k)
{
	switch (k) {
	case KEY_HOST:
		show_hosts(out, a);
		break;
	case KEY_PORT:
		buf_addf(out, "%u", a->hosts[0].port);
		break;
	case KEY_TLS:
		quote(out, keys[KEY_TLS].choices[a->tls]);
		break;
	case KEY_PASSWORD:
		show_secret(out, &a->password);
		break;
	default:
		show_field(out, a, &keys[k]);
	}
}

/*
 * Set somewhere, and of any use: a socket has no port, one host has no order.
 */
static bool
worth_showing(const struct account *a, enum key_id k)
{
	if (a->origins == NULL || a->origins[k] == NULL || k == KEY_INHERIT)
		return false;
	if (k == KEY_HOST_ORDER)
		return a->hosts_n > 1;
	return k != KEY_PORT || a->hosts[0].port != 0;
}

void
conf_show(const struct account *a, struct buf *out)
{
	bool named = a->name != NULL && a->name[0] != '(';

	buf_addf(out, "%s: {\n", named ? a->name : "options");
	for (enum key_id k = 0; k < KEYS; k++) {
		if (!worth_showing(a, k))
			continue;
		buf_addf(out, "\t%s = ", keys[k].name);
		show_value(out, a, k);
		buf_addf(out, ";  # %s\n", a->origins[k]);
	}
	buf_adds(out, "};\n");
}
