/*
 * The rows behind hint_for: facts about what servers say, and advice.
 */
#ifndef CONF_HINT_TABLE_H
#define CONF_HINT_TABLE_H

#include "base/error.h"

/* Providers that answer alike. */
enum hint_family {
	FAMILY_ANY,
	FAMILY_QQ,
	FAMILY_NETEASE,
	FAMILY_ALIYUN,
	FAMILY_GOOGLE,
	FAMILY_MICROSOFT,
	FAMILY_YAHOO,
	FAMILY_APPLE,
	FAMILY_FASTMAIL,
	FAMILY_ZOHO,
	FAMILY_IONOS,
	FAMILY_MAILRU,
	FAMILY_YANDEX,
	FAMILY_SES,
	FAMILY_SENDGRID,
	FAMILY_BREVO
};

/* Whom a preset, or a host that ends so, belongs to. */
struct hint_member {
	enum hint_family family;
	const char *provider; /* id of a preset, or NULL */
	const char *suffix;   /* of the host's name, or NULL */
};
extern const struct hint_member hint_members[]; /* FAMILY_ANY ends it */

/* What is zero or NULL fits everything. */
struct hint_row {
	enum hint_family family;
	enum error_kind kind;
	int code;
	struct estatus status;
	const char *words; /* what the server's words hold, in any case */
	const char *advice;
	bool later; /* trying again later may help */
};
extern const struct hint_row hint_rows[]; /* a NULL advice ends it */

/* What tells of a lock-out or of too many logins; NULL ends it. */
extern const char *const hint_locks[];

#endif
