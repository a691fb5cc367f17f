#include "conf/hint.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "conf/hint_table.h"

Suite *suite_conf_hint(void);

#define LOOP(t, f, list) \
	tcase_add_loop_test(t, f, 0, sizeof(list) / sizeof((list)[0]))

static int
rows(void)
{
	int n = 0;

	while (hint_rows[n].advice != NULL)
		n++;
	return n;
}

static const char *
provider_of(enum hint_family family)
{
	for (const struct hint_member *m = hint_members;
	     m->family != FAMILY_ANY; m++)
		if (m->family == family && m->provider != NULL)
			return m->provider;
	return NULL;
}

/* What a row is made for gets that row's advice, and no other's. */
START_TEST(no_row_is_in_anothers_shadow)
{
	const struct hint_row *row = &hint_rows[_i];
	char words[256];
	struct refusal r = { .provider = provider_of(row->family),
		.kind = row->kind,
		.code = row->code,
		.status = row->status };
	const char *advice;
	bool later;

	snprintf(words, sizeof(words), "they say %s, so there",
	    row->words == NULL ? "" : row->words);
	r.words = bytes_of(words);
	advice = hint_for(&r, &later);
	ck_assert_msg(advice != NULL && strcmp(advice, row->advice) == 0,
	    "row %d: %s", _i, advice);
	ck_assert_int_eq(later, row->later);
	ck_assert_uint_lt(strlen(row->advice), 200);
	ck_assert(row->advice[strlen(row->advice) - 1] != '.');
}
END_TEST

/* What servers really said; the advice must hold the words on the right. */
static const struct {
	const char *provider, *host;
	enum error_kind kind;
	int code;
	struct estatus status;
	const char *words, *advice; /* NULL: none */
	bool later;
} said[] = {
	{ "qq", NULL, ERR_AUTH, 535, { 0, 0, 0 },
	    "Login Fail. Please enter your authorization code to login. More "
	    "information in http://service.mail.qq.com/",
	    "16-letter authorization code", false },
	{ NULL, "smtp.qq.com", ERR_AUTH, 535, { 0, 0, 0 },
	    "\xc7\xeb\xca\xb9\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb\xb5\xc7\xc2\xbc",
	    "16-letter authorization code", false },
	{ "qq", NULL, ERR_AUTH, 535, { 0, 0, 0 },
	    "\\xc7\\xeb\xca\xb9\\xd3\\xc3\\xca\\xda", "16-letter", false },
	{ "qq", NULL, ERR_AUTH, 535, { 0, 0, 0 },
	    "Login fail. Account is abnormal, service is not open, password "
	    "is incorrect, login frequency limited, or system is busy",
	    "switch the SMTP service on", false },
	{ "qqex", NULL, ERR_AUTH, 535, { 0, 0, 0 },
	    "Error: authentication failed, system busy", "exmail.qq.com",
	    false },
	{ "qq", NULL, ERR_SENDER_REFUSED, 501, { 0, 0, 0 },
	    "mail from address must be same as authorization user.",
	    "from_policy", false },
	{ "qq", NULL, ERR_DATA_REFUSED, 550, { 0, 0, 0 },
	    "The \"From\" header is missing or invalid. Please follow "
	    "RFC5322, RFC2047, RFC822 standard protocol.",
	    "RFC 5322", false },
	{ "qq", NULL, ERR_SENDER_REFUSED, 550, { 0, 0, 0 },
	    "Sender frequency limited", "slowly", true },
	{ "qq", NULL, ERR_DATA_REFUSED, 550, { 0, 0, 0 },
	    "Mail content denied. http://...", "spam", false },
	{ "qq", NULL, ERR_RECIPIENTS_REFUSED, 550, { 0, 0, 0 },
	    "Mailbox unavailable or access denied", "check the address",
	    false },
	{ "qq", NULL, ERR_SENDER_REFUSED, 503, { 0, 0, 0 },
	    "Error: need EHLO and AUTH first !", "user and password", false },
	{ "163", NULL, ERR_AUTH, 535, { 0, 0, 0 },
	    "Error: authentication failed", "authorization code", false },
	{ NULL, "SMTP.126.COM", ERR_AUTH, 550, { 0, 0, 0 },
	    "User has no permission", "switch SMTP on", false },
	{ "yeah", NULL, ERR_SENDER_REFUSED, 553, { 0, 0, 0 },
	    "Mail from must equal authorized user", "from_policy", false },
	{ "163", NULL, ERR_DATA_REFUSED, 554, { 0, 0, 0 },
	    "DT:SPM 163 smtp11,D8CowADnLq", "spam", false },
	{ "163", NULL, ERR_DATA_REFUSED, 451, { 0, 0, 0 },
	    "DT:SPM ,please try again", "two minutes", true },
	{ "163", NULL, ERR_GREETING, 421, { 0, 0, 0 }, "HL:REP 163 smtp1",
	    "slowly", true },
	{ "163", NULL, ERR_AUTH, 451, { 0, 0, 0 },
	    "Requested mail action not taken: too much fail authentication",
	    "locked for an hour", true },
	{ "aliyun", NULL, ERR_AUTH, 526, { 0, 0, 0 },
	    "Authentication failure[0]", "client security password", false },
	{ "gmail", NULL, ERR_AUTH, 534, { 5, 7, 9 },
	    "Application-specific password required. Learn more at",
	    "apppasswords", false },
	{ "gmail", NULL, ERR_AUTH, 535, { 5, 7, 8 },
	    "Username and Password not accepted. For more information, go to",
	    "2-step verification", false },
	{ "gmail", NULL, ERR_AUTH, 534, { 5, 7, 14 },
	    "Please log in via your web browser and then try again.", "browser",
	    false },
	{ "gworkspace", NULL, ERR_DATA_REFUSED, 550, { 5, 4, 5 },
	    "Daily user sending limit exceeded.", "24 hours", true },
	{ "office365", NULL, ERR_AUTH, 535, { 5, 7, 139 },
	    "Authentication unsuccessful, SmtpClientAuthentication is "
	    "disabled for the Tenant.",
	    "smtp_auth_disabled", false },
	{ "outlook", NULL, ERR_AUTH, 535, { 5, 7, 139 },
	    "Authentication unsuccessful, basic authentication is disabled.",
	    "XOAUTH2", false },
	{ "office365", NULL, ERR_AUTH, 550, { 5, 7, 30 },
	    "Basic authentication is not supported for Client Submission",
	    "XOAUTH2", false },
	{ "office365", NULL, ERR_AUTH, 535, { 5, 7, 3 },
	    "Authentication unsuccessful", "user principal name", false },
	{ "office365", NULL, ERR_DATA_REFUSED, 554, { 5, 2, 252 },
	    "SendAsDenied; a@b not allowed to send as c@d", "Send As", false },
	{ "office365", NULL, ERR_DATA_REFUSED, 432, { 4, 3, 2 },
	    "concurrent connections limit exceeded", "three", true },
	{ "yahoo", NULL, ERR_AUTH, 535, { 5, 7, 0 },
	    "(#AUTH005) Too many bad auth attempts.", "stop trying", false },
	{ "icloud", NULL, ERR_SENDER_REFUSED, 550, { 5, 7, 0 },
	    "From address is not one of your addresses", "alias", false },
	{ "fastmail", NULL, ERR_DATA_REFUSED, 551, { 5, 7, 1 },
	    "Not authorised to send from this header address",
	    "sending identity", false },
	{ "zoho", NULL, ERR_SENDER_REFUSED, 553, { 0, 0, 0 },
	    "Relaying disallowed as a@b", "alias", false },
	{ "webde", NULL, ERR_SENDER_REFUSED, 550, { 0, 0, 0 },
	    "Sender address is not allowed", "from_policy", false },
	{ "mailru", NULL, ERR_AUTH, 535, { 5, 7, 0 },
	    "NEOBHODIM parol prilozheniya https://help.mail.ru/",
	    "application password", false },
	{ "mailru", NULL, ERR_SENDER_REFUSED, 550, { 0, 0, 0 },
	    "not local sender over smtp", "from_policy", false },
	{ "yandex", NULL, ERR_AUTH, 535, { 5, 7, 8 },
	    "Error: authentication failed: This user does not have access "
	    "rights to this service",
	    "switch mail clients on", false },
	{ NULL, "smtp.yandex.ru", ERR_SENDER_REFUSED, 553, { 5, 7, 1 },
	    "Sender address rejected: not owned by auth user.", "from_policy",
	    false },
	{ NULL, "email-smtp.eu-west-1.amazonaws.com", ERR_DATA_REFUSED, 554,
	    { 0, 0, 0 }, "Message rejected: Email address is not verified.",
	    "sandbox", false },
	{ "ses", NULL, ERR_DATA_REFUSED, 454, { 0, 0, 0 },
	    "Throttling failure: Maximum sending rate exceeded.", "slowly",
	    true },
	{ "sendgrid", NULL, ERR_DATA_REFUSED, 550, { 0, 0, 0 },
	    "The from address does not match a verified Sender Identity.",
	    "verify", false },
	{ NULL, "mail.example.org", ERR_SENDER_REFUSED, 530, { 5, 7, 0 },
	    "Must issue a STARTTLS command first", "tls = \"starttls\"",
	    false },
	{ NULL, NULL, ERR_SENDER_REFUSED, 530, { 5, 7, 0 },
	    "Authentication required", "user and password", false },
	{ NULL, NULL, ERR_AUTH, 535, { 5, 7, 8 },
	    "Authentication credentials invalid", "app password", false },
	{ NULL, NULL, ERR_AUTH, 504, { 5, 5, 4 },
	    "Unrecognized authentication type", "\"auto\"", false },
	{ NULL, NULL, ERR_AUTH, 432, { 4, 7, 12 },
	    "A password transition is needed", "PLAIN", false },
	{ NULL, NULL, ERR_RECIPIENTS_REFUSED, 554, { 5, 7, 1 },
	    "<x@y>: Relay access denied", "log in", false },
	{ NULL, NULL, ERR_SENDER_REFUSED, 553, { 5, 7, 1 },
	    "<a@b>: Sender address rejected: not owned by user c",
	    "from_policy", false },
	{ NULL, NULL, ERR_RECIPIENTS_REFUSED, 550, { 5, 1, 1 },
	    "<x@y>: Recipient address rejected", "no such mailbox", false },
	{ NULL, NULL, ERR_RECIPIENTS_REFUSED, 450, { 4, 7, 1 },
	    "<x@y>: Recipient address rejected: Greylisted, see", "5 minutes",
	    true },
	{ NULL, NULL, ERR_RECIPIENTS_REFUSED, 451, { 4, 7, 1 },
	    "Please try again later", "5 minutes", true },
	{ NULL, NULL, ERR_SENDER_REFUSED, 552, { 5, 3, 4 },
	    "Message size exceeds fixed limit", "larger", false },
	{ NULL, NULL, ERR_DATA_REFUSED, 550, { 5, 7, 1 },
	    "rejected due to DMARC policy", "sender's domain", false },
	{ NULL, NULL, ERR_AUTH, 454, { 4, 7, 0 },
	    "Temporary authentication failure", "slowly", true },
	{ NULL, NULL, ERR_DATA_REFUSED, 421, { 4, 3, 2 },
	    "System not accepting network messages", "going down", true },
	{ NULL, NULL, ERR_GREETING, 554, { 0, 0, 0 }, "No SMTP service here",
	    "submission port", false },
	{ "brevo", NULL, ERR_AUTH, 525, { 5, 7, 1 }, "Unauthorized IP address",
	    "Brevo", false },
	{ NULL, NULL, ERR_TLS_VERIFY, 0, { 0, 0, 0 }, "issuer unknown",
	    "tls_trust_file", false },
	/* A word of the provider's, but not the provider. */
	{ NULL, "mail.notqq.com", ERR_AUTH, 535, { 0, 0, 0 }, "no",
	    "check user", false },
	{ "gmail", "smtp.qq.com", ERR_AUTH, 535, { 0, 0, 0 }, "no", "Google",
	    false },
	{ "mine", "smtp.qq.com", ERR_AUTH, 535, { 0, 0, 0 }, "no", "16-letter",
	    false },
	/* Nothing is known, nothing is guessed. */
	{ NULL, NULL, ERR_DATA_REFUSED, 554, { 5, 6, 0 }, "no", NULL, false },
	{ NULL, NULL, ERR_RECIPIENTS_REFUSED, 550, { 0, 0, 0 }, "", NULL,
	    false },
};

START_TEST(what_servers_say)
{
	struct refusal r = { .provider = said[_i].provider,
		.host = said[_i].host,
		.kind = said[_i].kind,
		.code = said[_i].code,
		.status = said[_i].status,
		.words = bytes_of(said[_i].words) };
	bool later;
	const char *advice = hint_for(&r, &later);

	if (said[_i].advice == NULL)
		ck_assert_ptr_null(advice);
	else
		ck_assert_msg(
		    advice != NULL && strstr(advice, said[_i].advice) != NULL,
		    "'%s' got '%s'", said[_i].words, advice);
	ck_assert_int_eq(later, said[_i].later);
}
END_TEST

static const struct {
	const char *words;
	bool locked;
} locks[] = {
	{ "(#AUTH005) Too many bad auth attempts.", true },
	{ "Too many login attempts, please try again later.", true },
	{ "too much fail authentication", true },
	{ "login frequency limited, or system is busy", true },
	{ "Your account has been LOCKED", true },
	{ "Username and Password not accepted", false },
	{ "authentication failed", false },
	{ "", false },
};

START_TEST(lock_outs)
{
	ck_assert_int_eq(
	    hint_locked_out(bytes_of(locks[_i].words)), locks[_i].locked);
}
END_TEST

Suite *
suite_conf_hint(void)
{
	Suite *s = suite_create("conf_hint");
	TCase *t = tcase_create("table");

	tcase_add_loop_test(t, no_row_is_in_anothers_shadow, 0, rows());
	LOOP(t, what_servers_say, said);
	LOOP(t, lock_outs, locks);
	suite_add_tcase(s, t);
	return s;
}
