#include "conf/hint_table.h"

#include <stddef.h>

/* clang-format off */
const struct hint_member hint_members[] = {
	{ FAMILY_QQ, "qq", "smtp.qq.com" },
	{ FAMILY_QQ, "qqex", "exmail.qq.com" },
	{ FAMILY_NETEASE, "163", "163.com" },
	{ FAMILY_NETEASE, "126", "126.com" },
	{ FAMILY_NETEASE, "yeah", "yeah.net" },
	{ FAMILY_NETEASE, "netease-qiye", NULL },
	{ FAMILY_ALIYUN, "aliyun", "aliyun.com" },
	{ FAMILY_ALIYUN, "aliyun-qiye", "mxhichina.com" },
	{ FAMILY_ALIYUN, "aliyun-dm", NULL },
	{ FAMILY_GOOGLE, "gmail", "gmail.com" },
	{ FAMILY_GOOGLE, "gworkspace", "google.com" },
	{ FAMILY_GOOGLE, "gmail-relay", NULL },
	{ FAMILY_MICROSOFT, "outlook", "outlook.com" },
	{ FAMILY_MICROSOFT, "office365", "office365.com" },
	{ FAMILY_MICROSOFT, "office365-cn", "outlook.cn" },
	{ FAMILY_YAHOO, "yahoo", "yahoo.com" },
	{ FAMILY_YAHOO, "aol", "aol.com" },
	{ FAMILY_YAHOO, "verizon", "verizon.net" },
	{ FAMILY_YAHOO, "att", "att.net" },
	{ FAMILY_APPLE, "icloud", "mail.me.com" },
	{ FAMILY_FASTMAIL, "fastmail", "fastmail.com" },
	{ FAMILY_ZOHO, "zoho", "zoho.com" },
	{ FAMILY_ZOHO, "zoho-eu", "zoho.eu" },
	{ FAMILY_ZOHO, "zoho-in", "zoho.in" },
	{ FAMILY_ZOHO, "zoho-au", "zoho.com.au" },
	{ FAMILY_ZOHO, "zoho-jp", "zoho.jp" },
	{ FAMILY_ZOHO, "zoho-ca", "zohocloud.ca" },
	{ FAMILY_ZOHO, "zoho-pro", NULL },
	{ FAMILY_ZOHO, "zeptomail", "zeptomail.com" },
	{ FAMILY_IONOS, "ionos", "ionos.com" },
	{ FAMILY_IONOS, "ionos-de", "ionos.de" },
	{ FAMILY_IONOS, "webde", "web.de" },
	{ FAMILY_IONOS, "gmx-net", "gmx.net" },
	{ FAMILY_IONOS, "gmx-com", "gmx.com" },
	{ FAMILY_IONOS, "mailcom", "mail.com" },
	{ FAMILY_MAILRU, "mailru", "mail.ru" },
	{ FAMILY_YANDEX, "yandex", "yandex.com" },
	{ FAMILY_YANDEX, NULL, "yandex.ru" },
	{ FAMILY_SES, "ses", "amazonaws.com" },
	{ FAMILY_SENDGRID, "sendgrid", "sendgrid.net" },
	{ FAMILY_BREVO, "brevo", "brevo.com" },
	{ FAMILY_ANY, NULL, NULL },
};

#define QQ_CODE "use the 16-letter authorization code from mail.qq.com > " \
	"Settings > Account, not the QQ password; QQ also refuses logins " \
	"that come too fast: wait 10 minutes"
#define SAME_SENDER "the sender must be the account's own address: set from, " \
	"or from_policy = \"fix\""
#define NETEASE_CODE "use the authorization code from the mailbox's " \
	"Settings > POP3/SMTP/IMAP, not its password"
#define SLOWER "the server wants less mail in this time: send more slowly"
#define NO_BASIC "Microsoft takes no passwords here: set auth = \"XOAUTH2\" " \
	"and let a command print an access token"
#define SPAM "the content was taken for spam: change its text and its links"

/* "use the authorization code", as QQ says it in GBK; and as it looks when
   what is no UTF-8 has been escaped. */
#define GBK_CODE "\xd3\xc3\xca\xda\xc8\xa8\xc2\xeb"
#define GBK_CODE_SHOWN "\\xd3\\xc3\\xca\\xda"

const struct hint_row hint_rows[] = {
/* ---- QQ and Tencent Exmail ---- */
{ .family = FAMILY_QQ, .kind = ERR_AUTH, .code = 535, .advice = QQ_CODE },
{ .family = FAMILY_QQ, .words = "authorization code", .advice = QQ_CODE },
{ .family = FAMILY_QQ, .words = GBK_CODE, .advice = QQ_CODE },
{ .family = FAMILY_QQ, .words = GBK_CODE_SHOWN, .advice = QQ_CODE },
{ .family = FAMILY_QQ, .words = "account is abnormal",
	.advice = "switch the SMTP service on in the mailbox's settings, make "
	    "a new authorization code, and wait 10 minutes before trying" },
{ .family = FAMILY_QQ, .words = "system busy",
	.advice = "make a client-specific password at exmail.qq.com > Settings "
	    "> Account, and use that" },
{ .family = FAMILY_QQ,
	.words = "mail from address must be same as authorization user",
	.advice = SAME_SENDER },
{ .family = FAMILY_QQ, .code = 550,
	.words = "\"from\" header is missing or invalid",
	.advice = "the From field must be written as RFC 5322 and 2047 have "
	    "it: leave its encoding to sendoff" },
{ .family = FAMILY_QQ, .words = "frequency limited",
	.advice = SLOWER, .later = true },
{ .family = FAMILY_QQ, .code = 550, .words = "mail content denied",
	.advice = SPAM },
{ .family = FAMILY_QQ, .code = 550,
	.words = "mailbox unavailable or access denied",
	.advice = "the recipient does not exist, or gets too much mail: check "
	    "the address" },
{ .family = FAMILY_QQ, .code = 503, .words = "need EHLO and AUTH first",
	.advice = "set user and password in the account" },

/* ---- NetEase: 163, 126, yeah ---- */
{ .family = FAMILY_NETEASE, .kind = ERR_AUTH, .code = 535,
	.advice = NETEASE_CODE },
{ .family = FAMILY_NETEASE, .words = "authentication failed",
	.advice = NETEASE_CODE },
{ .family = FAMILY_NETEASE, .code = 550, .words = "user has no permission",
	.advice = "switch SMTP on in the mailbox's Settings > POP3/SMTP/IMAP" },
{ .family = FAMILY_NETEASE, .code = 553,
	.words = "mail from must equal authorized user",
	.advice = SAME_SENDER },
{ .family = FAMILY_NETEASE, .code = 554, .words = "DT:SPM", .advice = SPAM },
{ .family = FAMILY_NETEASE, .code = 451, .words = "DT:SPM",
	.advice = SLOWER ", from two minutes on", .later = true },
{ .family = FAMILY_NETEASE, .code = 421, .words = "HL:",
	.advice = SLOWER ", from two minutes on", .later = true },
{ .family = FAMILY_NETEASE, .code = 450, .words = "MI:",
	.advice = SLOWER ", with fewer messages in a session", .later = true },
{ .family = FAMILY_NETEASE, .code = 450, .words = "RP:",
	.advice = SLOWER ", with fewer messages in a session", .later = true },
{ .family = FAMILY_NETEASE, .code = 451, .words = "MI:",
	.advice = SLOWER ", with fewer messages in a session", .later = true },
{ .family = FAMILY_NETEASE, .code = 451, .words = "RP:",
	.advice = SLOWER ", with fewer messages in a session", .later = true },
{ .family = FAMILY_NETEASE, .code = 451,
	.words = "too much fail authentication",
	.advice = "logins are locked for an hour: mend the password first",
	.later = true },

/* ---- Alibaba ---- */
{ .family = FAMILY_ALIYUN, .code = 526,
	.advice = "use the client security password; and is SMTP switched on "
	    "in the mailbox's settings?" },

/* ---- Google ---- */
{ .family = FAMILY_GOOGLE, .kind = ERR_AUTH,
	.advice = "Google wants an app password: "
	    "https://myaccount.google.com/apppasswords" },
{ .family = FAMILY_GOOGLE, .words = "application-specific password required",
	.advice = "make an app password: "
	    "https://myaccount.google.com/apppasswords" },
{ .family = FAMILY_GOOGLE, .words = "username and password not accepted",
	.advice = "use an app password (it needs 2-step verification): "
	    "https://myaccount.google.com/apppasswords" },
{ .family = FAMILY_GOOGLE, .words = "web browser",
	.advice = "Google finds the login suspicious: open the link in its "
	    "answer in a browser" },
{ .family = FAMILY_GOOGLE, .words = "daily user sending limit exceeded",
	.advice = "the day's quota is used up: wait up to 24 hours",
	.later = true },
{ .family = FAMILY_GOOGLE, .words = "relay limit exceeded",
	.advice = "the day's quota is used up: wait up to 24 hours",
	.later = true },

/* ---- Microsoft ---- */
{ .family = FAMILY_MICROSOFT, .words = "SmtpClientAuthentication is disabled",
	.advice = "the administrator must allow SMTP AUTH: "
	    "https://aka.ms/smtp_auth_disabled" },
{ .family = FAMILY_MICROSOFT, .words = "basic authentication is disabled",
	.advice = NO_BASIC },
{ .family = FAMILY_MICROSOFT, .status = { 5, 7, 30 }, .advice = NO_BASIC },
{ .family = FAMILY_MICROSOFT, .words = "basic authentication is not supported",
	.advice = NO_BASIC },
{ .family = FAMILY_MICROSOFT, .kind = ERR_AUTH, .status = { 5, 7, 3 },
	.advice = "the login is wrong: user is the user principal name" },
{ .family = FAMILY_MICROSOFT, .words = "SendAsDenied",
	.advice = "the account may not send as this sender: grant Send As, or "
	    "set from_policy = \"fix\"" },
{ .family = FAMILY_MICROSOFT, .code = 550, .status = { 5, 7, 60 },
	.advice = "the account may not send as this sender: grant Send As, or "
	    "set from_policy = \"fix\"" },
{ .family = FAMILY_MICROSOFT, .code = 432, .status = { 4, 3, 2 },
	.advice = "too many connections at a time: three are allowed",
	.later = true },
{ .family = FAMILY_MICROSOFT, .code = 554, .status = { 5, 2, 2 },
	.advice = "the sender's own mailbox is full: empty Sent Items" },

/* ---- others by name ---- */
{ .family = FAMILY_YAHOO, .words = "#AUTH005",
	.advice = "stop trying: use an app password, from the account's "
	    "security page, once the lock is over" },
{ .family = FAMILY_YAHOO, .kind = ERR_AUTH,
	.advice = "use an app password, from the account's security page" },
{ .family = FAMILY_APPLE, .kind = ERR_AUTH,
	.advice = "use an app-specific password: https://account.apple.com > "
	    "Sign-In and Security" },
{ .family = FAMILY_APPLE, .words = "not one of your addresses",
	.advice = "make the sender an alias at iCloud, or set from_policy = "
	    "\"fix\"" },
{ .family = FAMILY_FASTMAIL, .kind = ERR_AUTH,
	.advice = "use an app password: Settings > Privacy & Security > "
	    "Connected apps" },
{ .family = FAMILY_FASTMAIL, .code = 551,
	.words = "not authorised to send from this header address",
	.advice = "add the sender as a sending identity at Fastmail" },
{ .family = FAMILY_ZOHO, .code = 553, .words = "relaying disallowed as",
	.advice = "the sender is none of the account's: add an alias, or set "
	    "from_policy = \"fix\"" },
{ .family = FAMILY_ZOHO, .code = 535,
	.advice = "is it the right data centre (smtp.zoho.com, .eu, .in)?  "
	    "With two-factor login, use an app password" },
{ .family = FAMILY_IONOS, .code = 550, .words = "sender address is not allowed",
	.advice = SAME_SENDER },
{ .family = FAMILY_IONOS, .kind = ERR_AUTH, .code = 535,
	.advice = "switch access by POP3/IMAP on in the mailbox's settings; "
	    "with two-factor login, use an app password" },
{ .family = FAMILY_MAILRU, .words = "parol prilozheniya",
	.advice = "use an application password: "
	    "https://account.mail.ru/user/2-step-auth/passwords/" },
{ .family = FAMILY_MAILRU, .words = "application password is required",
	.advice = "use an application password: "
	    "https://account.mail.ru/user/2-step-auth/passwords/" },
{ .family = FAMILY_MAILRU, .code = 550,
	.words = "not local sender over smtp", .advice = SAME_SENDER },
{ .family = FAMILY_YANDEX, .words = "does not have access rights",
	.advice = "switch mail clients on in the mailbox's settings, and use "
	    "an app password" },
{ .family = FAMILY_YANDEX, .words = "sender address rejected: not owned by",
	.advice = SAME_SENDER },
{ .family = FAMILY_SES, .words = "email address is not verified",
	.advice = "verify the sender at SES; in the sandbox every recipient "
	    "too" },
{ .family = FAMILY_SES, .code = 454, .words = "throttling failure",
	.advice = SLOWER, .later = true },
{ .family = FAMILY_SENDGRID, .code = 550,
	.words = "does not match a verified sender identity",
	.advice = "verify the sender at SendGrid" },
{ .family = FAMILY_BREVO, .code = 525,
	.advice = "allow this machine's address in Brevo's settings" },

/* ---- whoever it is: logging in ---- */
{ .kind = ERR_AUTH, .code = 535,
	.advice = "check user and password; many providers want an app "
	    "password or an authorization code in place of the password" },
{ .kind = ERR_AUTH, .code = 454,
	.advice = "the server cannot check logins now", .later = true },
{ .code = 530, .words = "STARTTLS",
	.advice = "the server wants TLS: set tls = \"starttls\", or use port "
	    "465" },
{ .code = 530, .status = { 5, 7, 0 },
	.advice = "the server wants a login: set user and password" },
{ .code = 530, .words = "authentication required",
	.advice = "the server wants a login: set user and password" },
{ .code = 550, .words = "SMTP authentication is required",
	.advice = "the server wants a login: set user and password" },
{ .code = 538,
	.advice = "the server wants TLS, or a stronger way to log in: leave "
	    "auth at \"auto\"" },
{ .code = 534, .status = { 5, 7, 9 },
	.advice = "the server wants a stronger way to log in: leave auth at "
	    "\"auto\"" },
{ .code = 504, .status = { 5, 5, 4 },
	.advice = "the server does not know this mechanism: leave auth at "
	    "\"auto\"" },
{ .code = 504, .words = "unrecognized authentication type",
	.advice = "the server does not know this mechanism: leave auth at "
	    "\"auto\"" },
{ .code = 432, .status = { 4, 7, 12 },
	.advice = "the server must store the password anew: log in once with "
	    "auth = \"PLAIN\"" },

/* ---- senders and recipients ---- */
{ .words = "relay access denied",
	.advice = "the server relays for those who log in: is this the right "
	    "account, and has it a user?" },
{ .words = "relaying denied",
	.advice = "the server relays for those who log in: is this the right "
	    "account, and has it a user?" },
{ .words = "not owned by user", .advice = SAME_SENDER },
{ .kind = ERR_RECIPIENTS_REFUSED, .status = { 5, 1, 1 },
	.advice = "there is no such mailbox: check the address" },
{ .kind = ERR_RECIPIENTS_REFUSED, .status = { 5, 1, 10 },
	.advice = "the domain takes no mail: check the address" },
{ .kind = ERR_RECIPIENTS_REFUSED, .words = "user unknown",
	.advice = "there is no such mailbox: check the address" },
{ .words = "greylist",
	.advice = "the server wants to see the message again: try in 5 "
	    "minutes", .later = true },
{ .words = "graylist",
	.advice = "the server wants to see the message again: try in 5 "
	    "minutes", .later = true },
{ .code = 451, .words = "try again later",
	.advice = "the server wants to see the message again: try in 5 "
	    "minutes", .later = true },
{ .code = 450, .words = "try again later",
	.advice = "the server wants to see the message again: try in 5 "
	    "minutes", .later = true },

/* ---- the message ---- */
{ .status = { 5, 3, 4 },
	.advice = "the message is larger than the server takes" },
{ .status = { 5, 2, 3 },
	.advice = "the message is larger than the mailbox takes" },
{ .code = 552, .words = "size",
	.advice = "the message is larger than the server takes" },
{ .kind = ERR_TOO_LARGE,
	.advice = "the message is larger than the server takes" },
{ .status = { 5, 7, 26 },
	.advice = "the message fails SPF, DKIM or DMARC: send through the "
	    "provider of the sender's domain" },
{ .words = "DMARC",
	.advice = "the message fails DMARC: send through the provider of the "
	    "sender's domain" },
{ .words = "SPF",
	.advice = "the message fails SPF: send through the provider of the "
	    "sender's domain" },

/* ---- the server's state ---- */
{ .code = 421, .status = { 4, 7, 0 }, .advice = SLOWER, .later = true },
{ .code = 454, .status = { 4, 7, 0 }, .advice = SLOWER, .later = true },
{ .code = 421, .status = { 4, 3, 2 },
	.advice = "the server is going down: try again soon", .later = true },
{ .code = 421, .words = "at once is the limit",
	.advice = "wait until sessions under way have ended", .later = true },
{ .code = 421, .status = { 4, 4, 2 },
	.advice = "the connection was idle for too long", .later = true },
{ .kind = ERR_GREETING, .code = 554,
	.advice = "the server takes no mail from this machine's address: use "
	    "the provider's submission port, 465 or 587" },
{ .code = 525, .status = { 5, 7, 1 },
	.advice = "the server takes no mail from this machine's address: "
	    "allow it in the provider's settings" },

/* ---- the way there ---- */
{ .kind = ERR_TLS_VERIFY,
	.advice = "is ca-certificates installed?  A private CA goes into "
	    "tls_trust_file, a server's own certificate into tls_fingerprint" },
{ .kind = ERR_TLS_VERIFY, .words = "name",
	.advice = "the certificate is for another name: check host, or set "
	    "tls_host" },
{ .kind = ERR_TLS_VERIFY, .words = "expired",
	.advice = "the certificate is too old, or this machine's clock is "
	    "wrong" },
{ .kind = ERR_TLS_VERIFY, .words = "not yet",
	.advice = "is this machine's clock right?" },
{ .kind = ERR_TLS, .words = "unexpected packet",
	.advice = "the port does not begin with TLS: use 465, or set tls = "
	    "\"starttls\"" },
{ .kind = ERR_TIMEOUT, .words = "greeting",
	.advice = "does the port begin with TLS?  Then set tls = "
	    "\"implicit\"", .later = true },
{ .kind = ERR_CONNECT, .words = "port 25",
	.advice = "many networks block port 25: use 465 or 587",
	.later = true },
{ .kind = ERR_RESOLVE,
	.advice = "check how 'host' is spelt, and the network" },
{ .advice = NULL },
};

const char *const hint_locks[] = {
	"too many login",
	"too many bad auth",
	"too many failed",
	"too many failures",
	"too many authentication fail",
	"too many attempts",
	"too many invalid",
	"too much fail authentication",
	"login frequency limited",
	"frequency limited",
	"logins too frequent",
	"#AUTH005",
	"account is locked",
	"account locked",
	"account has been locked",
	"temporarily locked",
	"temporarily blocked",
	NULL,
};
/* clang-format on */
