#include "conf/keys.h"

#include "conf/check.h"

#define FIELD(member) .offset = offsetof(struct account, member)
#define CHOICES(...) \
	.choices = (const char *const[]) \
	{ \
		__VA_ARGS__, NULL \
	}

#define SECONDS INT64_C(1000000)
#define LONGEST (INT64_C(3650) * 86400 * SECONDS)

/* clang-format off */
const struct key keys[KEYS] = {
[KEY_ACCOUNTS] = { .name = "accounts", .type = KEY_GROUP, .top = true,
	.values = "{ NAME: { ... }; ... }",
	.help = "the accounts, by name" },
[KEY_ALIASES] = { .name = "aliases", .type = KEY_PATH, .top = true,
	.fallback = "/etc/aliases", .values = "\"FILE\" | \"off\"",
	.help = "what local names stand for" },
[KEY_AUTH] = { .name = "auth", .type = KEY_WORDS, FIELD(auth),
	.fallback = "auto",
	CHOICES("auto", "off", "EXTERNAL", "SCRAM-SHA-512-PLUS",
	    "SCRAM-SHA-512", "SCRAM-SHA-256-PLUS",
	    "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-1", "OAUTHBEARER",
	    "XOAUTH2", "PLAIN", "LOGIN", "CRAM-MD5"),
	.values = "\"auto\" | \"off\" | \"MECHANISM\" | [ \"MECHANISM\", ... ]",
	.help = "how to log in" },
[KEY_AUTH_INITIAL_RESPONSE] = { .name = "auth_initial_response",
	.type = KEY_BOOL, FIELD(auth_initial_response), .fallback = "true",
	.values = "true | false",
	.help = "send the first response along with AUTH" },
[KEY_AUTH_WITHOUT_TLS] = { .name = "auth_without_tls",
	.type = KEY_BOOL, FIELD(auth_without_tls), .fallback = "false",
	.values = "true | false",
	.help = "let passwords cross a connection without TLS" },
[KEY_BOUNCE_TO] = { .name = "bounce_to", .type = KEY_TEXT, FIELD(bounce_to),
	.check = check_bounce, .fallback = "sender",
	.values = "\"sender\" | \"ADDRESS\" | \"off\"",
	.help = "who is told that a queued message could not be delivered" },
[KEY_CONNECT_TIMEOUT] = { .name = "connect_timeout",
	.type = KEY_TIME, FIELD(connect_timeout), .fallback = "30s",
	.least = 1, .most = LONGEST, .values = "SECONDS | \"TIME\"",
	.help = "how long connecting to one address may take" },
[KEY_CONNECTIONS] = { .name = "connections", .type = KEY_NUMBER,
	FIELD(connections), .fallback = "1", .least = 1, .most = 64,
	.values = "1 ... 64",
	.help = "how many connections a run over the queue may open at once" },
[KEY_DEAD_LETTER] = { .name = "dead_letter", .type = KEY_PATH, .top = true,
	.fallback = "~/dead.letter", .values = "\"FILE\" | \"off\"",
	.help = "where a message is saved that could not be sent" },
[KEY_DEADLINE] = { .name = "deadline",
	.type = KEY_TIME, FIELD(deadline), .fallback = "0",
	.least = 0, .most = LONGEST, .values = "SECONDS | \"TIME\"",
	.help = "how long all of it may take; 0: no limit" },
[KEY_DEBUG_LEVEL] = { .name = "debug_level",
	.type = KEY_NUMBER, FIELD(debug_level), .fallback = "0",
	.least = 0, .most = 3, .values = "0 ... 3",
	.help = "how much of the conversation to show" },
[KEY_DEFAULT_ACCOUNT] = { .name = "default_account",
	.type = KEY_TEXT, .top = true, .values = "\"NAME\"",
	.help = "the account for messages that match no other" },
[KEY_DEFAULTS] = { .name = "defaults", .type = KEY_GROUP, .top = true,
	.values = "{ KEY = VALUE; ... }",
	.help = "what every account inherits" },
[KEY_DELIVER] = { .name = "deliver", .type = KEY_CHOICE, FIELD(deliver),
	.fallback = "now", CHOICES("now", "background", "queue"),
	.values = "\"now\" | \"background\" | \"queue\"",
	.help = "whether to wait for the server, or to queue first" },
[KEY_DOMAIN] = { .name = "domain", .type = KEY_TEXT, .top = true,
	.check = check_domain, .fallback = "auto", .values = "\"DOMAIN\" | \"auto\"",
	.help = "what bare addresses are qualified with" },
[KEY_DSN_NOTIFY] = { .name = "dsn_notify",
	.type = KEY_FLAGS, FIELD(dsn_notify), .fallback = "off",
	CHOICES("off", "never", "success", "failure", "delay"),
	.values = "\"off\" | \"never\" | [ \"success\", \"failure\", \"delay\" ]",
	.help = "which delivery reports to ask for" },
[KEY_DSN_RETURN] = { .name = "dsn_return",
	.type = KEY_CHOICE, FIELD(dsn_return), .fallback = "off",
	CHOICES("off", "full", "hdrs"), .values = "\"off\" | \"full\" | \"hdrs\"",
	.help = "how much of the message a failure report brings back" },
[KEY_EHLO_NAME] = { .name = "ehlo_name",
	.type = KEY_TEXT, FIELD(ehlo_name), .check = check_ehlo,
	.values = "\"DOMAIN\" | \"[ADDRESS]\"",
	.help = "what this machine calls itself" },
[KEY_EXPIRE] = { .name = "expire", .type = KEY_TIME, FIELD(expire),
	.fallback = "5d", .least = SECONDS, .most = LONGEST,
	.values = "SECONDS | \"TIME\"",
	.help = "how long a queued message is tried" },
[KEY_FROM] = { .name = "from", .type = KEY_WORDS, FIELD(from),
	.check = check_sender, .values = "\"ADDRESS\" | [ \"ADDRESS\", \"*@DOMAIN\", ... ]",
	.help = "the senders that choose this account; the first is its own" },
[KEY_FROM_NAME] = { .name = "from_name",
	.type = KEY_TEXT, FIELD(from_name), .values = "\"NAME\"",
	.help = "the name in a From field that has none" },
[KEY_FROM_POLICY] = { .name = "from_policy",
	.type = KEY_CHOICE, FIELD(from_policy), .fallback = "keep",
	CHOICES("keep", "fix", "reject"),
	.values = "\"keep\" | \"fix\" | \"reject\"",
	.help = "what to do with a sender that is not the account's" },
[KEY_HOST] = { .name = "host", .type = KEY_WORDS, .not_shared = true,
	.check = check_host,
	.values = "\"HOST\" | \"srv:DOMAIN\" | [ \"HOST\", ... ]",
	.help = "the servers, in the order in which to try them" },
[KEY_HOST_ORDER] = { .name = "host_order",
	.type = KEY_CHOICE, FIELD(host_order), .fallback = "listed",
	CHOICES("listed", "random"), .values = "\"listed\" | \"random\"",
	.help = "in which order to try several servers" },
[KEY_INHERIT] = { .name = "inherit", .type = KEY_TEXT, .not_shared = true,
	.values = "\"NAME\"",
	.help = "the account that gives what this one does not set" },
[KEY_LOG] = { .name = "log", .type = KEY_WORDS, .top = true,
	.check = check_log, .fallback = "syslog",
	.values = "\"syslog\" | \"FILE\" | \"off\" | [ ... ]",
	.help = "where a line about each message goes" },
[KEY_MAIL_OPTIONS] = { .name = "mail_options",
	.type = KEY_WORDS, FIELD(mail_options), .check = check_option,
	.values = "[ \"KEY=VALUE\", ... ]",
	.help = "further parameters of MAIL" },
[KEY_MAX_SIZE] = { .name = "max_size",
	.type = KEY_SIZE, FIELD(max_size), .fallback = "0",
	.least = 0, .most = INT64_MAX, .values = "OCTETS | \"SIZE\"",
	.help = "the largest message to send; 0: what the server says" },
[KEY_ON_FAILURE] = { .name = "on_failure", .type = KEY_CHOICE,
	FIELD(on_failure), .fallback = "fail", CHOICES("fail", "queue"),
	.values = "\"fail\" | \"queue\"",
	.help = "what becomes of a message that cannot be sent now" },
[KEY_PASSWORD] = { .name = "password",
	.type = KEY_SECRET, .not_shared = true,
	.values = "\"TEXT\" | { file | command | env | credential | netrc | "
	    "keyring | prompt = ... }",
	.help = "the password, or where it is" },
[KEY_PORT] = { .name = "port", .type = KEY_NUMBER,
	.least = 1, .most = 65535, .values = "1 ... 65535",
	.help = "the port of hosts that name none" },
[KEY_PROTOCOL] = { .name = "protocol",
	.type = KEY_CHOICE, FIELD(protocol), .fallback = "smtp",
	CHOICES("smtp", "lmtp"), .values = "\"smtp\" | \"lmtp\"",
	.help = "the protocol the server speaks" },
[KEY_PROVIDER] = { .name = "provider",
	.type = KEY_TEXT, FIELD(provider), .values = "\"ID\"",
	.help = "the preset that gives host, port, TLS and the rest" },
[KEY_RCPT_OPTIONS] = { .name = "rcpt_options",
	.type = KEY_WORDS, FIELD(rcpt_options), .check = check_option,
	.values = "[ \"KEY=VALUE\", ... ]",
	.help = "further parameters of every RCPT" },
[KEY_RECIPIENTS] = { .name = "recipients",
	.type = KEY_CHOICE, FIELD(recipients), .fallback = "any",
	CHOICES("any", "all"), .values = "\"any\" | \"all\"",
	.help = "whether all recipients must be accepted" },
[KEY_RETRY_MAX] = { .name = "retry_max", .type = KEY_TIME, FIELD(retry_max),
	.fallback = "4h", .least = SECONDS, .most = LONGEST,
	.values = "SECONDS | \"TIME\"",
	.help = "the longest time between two tries of a queued message" },
[KEY_RETRY_MIN] = { .name = "retry_min", .type = KEY_TIME, FIELD(retry_min),
	.fallback = "5m", .least = SECONDS, .most = LONGEST,
	.values = "SECONDS | \"TIME\"",
	.help = "the shortest" },
[KEY_SOURCE_IP] = { .name = "source_ip",
	.type = KEY_TEXT, FIELD(source_ip), .check = check_source,
	.values = "\"ADDRESS\" | \"ADDRESS:PORT\"",
	.help = "the address to connect from" },
[KEY_SPOOL] = { .name = "spool", .type = KEY_PATH, .top = true,
	.values = "\"DIRECTORY\"",
	.help = "where messages wait that could not be sent" },
[KEY_TIMEOUT] = { .name = "timeout",
	.type = KEY_TIME, FIELD(timeout), .fallback = "300s",
	.least = 1, .most = LONGEST, .values = "SECONDS | \"TIME\"",
	.help = "how long to wait for a reply" },
[KEY_TLS] = { .name = "tls", .type = KEY_CHOICE, .fallback = "required",
	CHOICES("required", "implicit", "starttls", "off"),
	.values = "\"required\" | \"implicit\" | \"starttls\" | \"off\"",
	.help = "how the connection is encrypted" },
[KEY_TLS_CERT_FILE] = { .name = "tls_cert_file",
	.type = KEY_PATH, FIELD(tls_cert_file), .values = "\"FILE\"",
	.help = "the client certificate, in PEM" },
[KEY_TLS_FINGERPRINT] = { .name = "tls_fingerprint",
	.type = KEY_WORDS, FIELD(tls_fingerprint), .check = check_pin,
	.values = "\"DIGEST\" | [ \"DIGEST\", ... ]",
	.help = "the certificates that are taken, by SHA-256" },
[KEY_TLS_HOST] = { .name = "tls_host",
	.type = KEY_TEXT, FIELD(tls_host), .check = check_name,
	.values = "\"NAME\"",
	.help = "the name to verify in place of the host's" },
[KEY_TLS_KEY_FILE] = { .name = "tls_key_file",
	.type = KEY_PATH, FIELD(tls_key_file), .values = "\"FILE\"",
	.help = "the key of the client certificate, in PEM" },
[KEY_TLS_MIN_VERSION] = { .name = "tls_min_version",
	.type = KEY_TEXT, FIELD(tls_min_version), .fallback = "1.2",
	CHOICES("1.2", "1.3"), .values = "\"1.2\" | \"1.3\"",
	.help = "the oldest version of TLS to agree to" },
[KEY_TLS_PRIORITY] = { .name = "tls_priority",
	.type = KEY_TEXT, FIELD(tls_priority), .values = "\"STRING\"",
	.help = "a GnuTLS priority string" },
[KEY_TLS_TRUST_FILE] = { .name = "tls_trust_file",
	.type = KEY_PATH, FIELD(tls_trust_file), .values = "\"FILE\"",
	.help = "the authorities to trust, in PEM, in place of the system's" },
[KEY_TLS_VERIFY] = { .name = "tls_verify",
	.type = KEY_CHOICE, FIELD(tls_verify), .fallback = "full",
	CHOICES("full", "fingerprint", "off"),
	.values = "\"full\" | \"fingerprint\" | \"off\"",
	.help = "what the server's certificate must prove" },
[KEY_USER] = { .name = "user", .type = KEY_TEXT, FIELD(user),
	.not_shared = true, .values = "\"NAME\"",
	.help = "the name to log in with" },
[KEY_WARN_AFTER] = { .name = "warn_after", .type = KEY_TIME,
	FIELD(warn_after), .fallback = "4h", .least = 0, .most = LONGEST,
	.values = "SECONDS | \"TIME\"",
	.help = "when its sender is told that a message is late; 0: never" },
};
/* clang-format on */

const struct key *
key_find(struct bytes name, bool top)
{
	for (size_t i = 0; i < KEYS; i++)
		if (keys[i].top == top && bytes_is(name, keys[i].name))
			return &keys[i];
	return NULL;
}

enum key_id
key_id(const struct key *k)
{
	return (enum key_id)(k - keys);
}

bool
key_shown(struct bytes name)
{
	const struct key *k = key_find(name, true);

	if (k == NULL)
		k = key_find(name, false);
	return k != NULL && k->type != KEY_SECRET;
}

bool
key_is_free(struct bytes name)
{
	return bytes_starts_case(name, "x-");
}
