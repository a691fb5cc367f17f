#include "conf/provider.h"

#include "conf/words.h"
#include "help.h"

Suite *suite_conf_provider(void);

#define LOOP(t, f, list) \
	tcase_add_loop_test(t, f, 0, sizeof(list) / sizeof((list)[0]))

static const struct provider_files shipped = { NULL, "conf/providers.conf" };

/* What the presets came from, for those that people meet most. */
static const struct {
	const char *id, *domain, *host;
	unsigned port;
	enum account_tls tls;
	int64_t policy;
	const char *auth; /* NULL: as the server offers */
} facts[] = {
	{ "qq", "qq.com", "smtp.qq.com", 465, ACCOUNT_TLS_IMPLICIT, FROM_FIX,
	    NULL },
	{ "qq", "FoxMail.com", "smtp.qq.com", 465, ACCOUNT_TLS_IMPLICIT,
	    FROM_FIX, NULL },
	{ "qqex", "exmail.qq.com", "smtp.exmail.qq.com", 465,
	    ACCOUNT_TLS_IMPLICIT, FROM_FIX, NULL },
	{ "163", "163.com", "smtp.163.com", 465, ACCOUNT_TLS_IMPLICIT, FROM_FIX,
	    NULL },
	{ "126", "126.com", "smtp.126.com", 465, ACCOUNT_TLS_IMPLICIT, FROM_FIX,
	    NULL },
	{ "yeah", "yeah.net", "smtp.yeah.net", 465, ACCOUNT_TLS_IMPLICIT,
	    FROM_FIX, NULL },
	{ "gmail", "gmail.com", "smtp.gmail.com", 465, ACCOUNT_TLS_IMPLICIT,
	    FROM_KEEP, NULL },
	{ "outlook", "hotmail.com", "smtp-mail.outlook.com", 587,
	    ACCOUNT_TLS_STARTTLS, FROM_KEEP, "XOAUTH2" },
	{ "office365", "office365.com", "smtp.office365.com", 587,
	    ACCOUNT_TLS_STARTTLS, FROM_KEEP, NULL },
	{ "icloud", "me.com", "smtp.mail.me.com", 587, ACCOUNT_TLS_STARTTLS,
	    FROM_KEEP, NULL },
	{ "fastmail", "fastmail.com", "smtp.fastmail.com", 465,
	    ACCOUNT_TLS_IMPLICIT, FROM_KEEP, NULL },
	{ "yahoo", "yahoo.com", "smtp.mail.yahoo.com", 465,
	    ACCOUNT_TLS_IMPLICIT, FROM_KEEP, NULL },
	{ "yandex", "ya.ru", "smtp.yandex.com", 465, ACCOUNT_TLS_IMPLICIT,
	    FROM_FIX, NULL },
};

static void
check_fact(const struct provider *p, size_t i)
{
	const struct layer *l = &p->layer;

	ck_assert_str_eq(p->id, facts[i].id);
	ck_assert_str_eq(l->of[KEY_HOST].words[0], facts[i].host);
	ck_assert_uint_eq(p->ports[0].port, facts[i].port);
	ck_assert_int_eq(p->ports[0].tls, facts[i].tls);
	ck_assert_int_eq(l->of[KEY_FROM_POLICY].number, facts[i].policy);
	if (facts[i].auth == NULL)
		ck_assert_ptr_null(l->of[KEY_AUTH].words);
	else
		ck_assert_str_eq(l->of[KEY_AUTH].words[0], facts[i].auth);
}

START_TEST(a_fact)
{
	struct error e = ERROR_NONE;
	struct provider p;

	ck_assert_msg(
	    provider_find(&shipped, facts[_i].id, &p, &e) == 0, "%s", e.text);
	check_fact(&p, (size_t)_i);
	provider_clear(&p);
	ck_assert_int_eq(
	    provider_for_domain(&shipped, bytes_of(facts[_i].domain), &p, &e),
	    1);
	check_fact(&p, (size_t)_i);
	provider_clear(&p);
}
END_TEST

/* Every preset is whole, and no two want the same domain. */
START_TEST(every_preset)
{
	struct error e = ERROR_NONE;
	char **ids = NULL, **domains = NULL;
	struct provider p;

	ck_assert_int_eq(provider_ids(&shipped, &ids, &e), 0);
	ck_assert_uint_gt(words_n(ids), 90);
	for (char **id = ids; *id != NULL; id++) {
		ck_assert_msg(provider_find(&shipped, *id, &p, &e) == 0,
		    "%s: %s", *id, e.text);
		ck_assert_str_eq(p.id, *id);
		ck_assert_ptr_nonnull(p.name);
		ck_assert_uint_gt(p.ports_n, 0);
		ck_assert_msg(p.layer.of[KEY_HOST].words != NULL ||
			strcmp(*id, "ses") == 0,
		    "%s has no host", *id);
		for (char **d = p.domains; d != NULL && *d != NULL; d++) {
			for (char **o = domains; o != NULL && *o != NULL; o++)
				ck_assert_str_ne(*d, *o);
			ck_assert_int_eq(
			    words_add(&domains, bytes_of(*d), &e), 0);
		}
		provider_clear(&p);
	}
	words_free(ids);
	words_free(domains);
}
END_TEST

START_TEST(every_preset_makes_an_account)
{
	struct error e = ERROR_NONE;
	struct scene s;
	struct account a;
	char **ids = NULL;

	ck_assert_int_eq(provider_ids(&shipped, &ids, &e), 0);
	scene_open(&s);
	s.places.providers = shipped.main;
	scene_must(&s, NULL);
	for (char **id = ids; *id != NULL; id++) {
		const struct conf_override over[] = {
			{ "provider", *id, "-p" },
			{ "user", "jane@example.org", "-u" },
			{ "host", "h", "-h" },
		};

		s.e = ERROR_NONE;
		ck_assert_msg(
		    conf_account(s.c,
			&(struct conf_wish){ .over = over,
			    .over_n = strcmp(*id, "ses") == 0 ? 3 : 2 },
			&a, &s.e) == 0,
		    "%s: %s", *id, s.e.text);
		ck_assert_str_eq(a.provider, *id);
		account_clear(&a);
	}
	words_free(ids);
	scene_close(&s);
}
END_TEST

START_TEST(all_of_a_preset)
{
	struct error e = ERROR_NONE;
	struct provider p;

	ck_assert_int_eq(provider_find(&shipped, "qq", &p, &e), 0);
	ck_assert_uint_eq(words_n(p.domains), 3);
	ck_assert_str_eq(p.domains[2], "foxmail.com");
	ck_assert_uint_eq(p.ports_n, 3);
	ck_assert_uint_eq(p.ports[1].port, 587);
	ck_assert_int_eq(p.ports[1].tls, ACCOUNT_TLS_STARTTLS);
	ck_assert_uint_eq(p.ports[2].port, 25);
	ck_assert_str_eq(p.name, "QQ Mail");
	ck_assert_ptr_nonnull(strstr(p.secret, "authorization code"));
	ck_assert_str_eq(p.login, "full address");
	ck_assert_ptr_nonnull(p.help);
	ck_assert_ptr_nonnull(p.note);
	provider_clear(&p);
}
END_TEST

START_TEST(nobody)
{
	struct error e = ERROR_NONE;
	struct provider p;

	ck_assert_int_eq(provider_find(&shipped, "gmial", &p, &e), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	ck_assert_str_eq(e.text, "there is no provider 'gmial'");
	ck_assert_str_eq(e.hint, "did you mean 'gmail'?");
	e = ERROR_NONE;
	ck_assert_int_eq(
	    provider_for_domain(&shipped, BYTES("example.org"), &p, &e), 0);
	ck_assert_int_eq(e.kind, ERR_NONE);
}
END_TEST

START_TEST(a_host_is_asked_for)
{
	const struct conf_override over = { "provider", "ses", "--provider" };
	struct scene s;
	struct account a;

	scene_open(&s);
	s.places.providers = shipped.main;
	scene_must(&s, NULL);
	ck_assert_int_eq(
	    conf_account(s.c, &(struct conf_wish){ .over = &over, .over_n = 1 },
		&a, &s.e),
	    -1);
	ck_assert_str_eq(s.e.text, "there is no host");
	ck_assert_ptr_nonnull(strstr(s.e.hint, "email-smtp.REGION"));
	scene_close(&s);
}
END_TEST

START_TEST(the_other_file_goes_first)
{
	struct error e = ERROR_NONE;
	struct provider_files files;
	struct provider p;
	struct scene s;
	char **ids = NULL;

	scene_open(&s);
	scene_write(s.providers,
	    "providers = (\n{ id = \"qq\";\n  host = \"mine\"; }, // {\n"
	    "{ id = \"new\"; name = \"a } b\"; host = \"other\"; }\n);\n",
	    0644);
	files = (struct provider_files){ s.providers, shipped.main };
	ck_assert_int_eq(provider_find(&files, "qq", &p, &e), 0);
	ck_assert_str_eq(p.layer.of[KEY_HOST].words[0], "mine");
	provider_clear(&p);
	ck_assert_int_eq(provider_find(&files, "new", &p, &e), 0);
	ck_assert_str_eq(p.name, "a } b");
	provider_clear(&p);
	ck_assert_int_eq(provider_find(&files, "163", &p, &e), 0);
	provider_clear(&p);
	ck_assert_int_eq(provider_ids(&files, &ids, &e), 0);
	ck_assert_str_eq(ids[0], "qq");
	ck_assert_str_eq(ids[1], "new");
	ck_assert_str_ne(ids[2], "qq");
	words_free(ids);
	scene_close(&s);
}
END_TEST

static const struct {
	const char *block, *text; /* the end of the error's */
} wrong[] = {
	{ "hots = \"h\";", "providers.conf:3: a preset has no 'hots'" },
	{ "password = \"h\";", "providers.conf:3: a preset has no 'password'" },
	{ "ports = [\"0 off\"];", "providers.conf:3: '0' is no port number" },
	{ "ports = [\"25 on\"];",
	    "providers.conf:3: 'on' is no value for 'tls'" },
	{ "ports = [25];",
	    "providers.conf:3: 'ports' must be a list of texts" },
	{ "name = 1;", "providers.conf:3: 'name' must be text" },
	{ "host = h;", "providers.conf:3: text needs quotes (column 8)" },
	{ "host = \"a b\";", "providers.conf:3: host: 'a b' is no host" },
};

START_TEST(a_wrong_preset)
{
	struct provider_files files = { NULL, NULL };
	struct error e = ERROR_NONE;
	struct provider p;
	struct scene s;
	char text[256];
	size_t n;

	scene_open(&s);
	snprintf(text, sizeof(text), "\n{ id = \"a\";\n%s\n}", wrong[_i].block);
	scene_write(s.providers, text + 0, 0644);
	files.main = s.providers;
	ck_assert_int_eq(provider_find(&files, "a", &p, &e), -1);
	ck_assert_int_eq(e.kind, ERR_CONFIG);
	n = strlen(wrong[_i].text);
	ck_assert_uint_ge(strlen(e.text), n);
	ck_assert_str_eq(e.text + strlen(e.text) - n, wrong[_i].text);
	scene_close(&s);
}
END_TEST

/* Nobody asks for a preset: nobody opens the file. */
START_TEST(presets_are_not_read_for_nothing)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	s.places.providers = s.dir; /* would be an error */
	scene_must(&s, "accounts: { a: { host = \"h\"; }; };\n");
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	account_clear(&a);
	scene_must(&s, "accounts: { a: { provider = \"qq\"; }; };\n");
	ck_assert_int_eq(scene_account(&s, NULL, &a), -1);
	ck_assert_ptr_nonnull(strstr(s.e.text, "is a directory"));
	scene_close(&s);
}
END_TEST

START_TEST(the_example_works)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	s.places.file = "conf/sendoff.conf.example";
	s.places.providers = shipped.main;
	scene_must(&s, NULL);
	for (const char *const *n = conf_names(s.c); *n != NULL; n++) {
		ck_assert_msg(scene_account(&s, *n, &a) == 0, "%s", s.e.text);
		account_clear(&a);
	}
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_str_eq(a.provider, "qq");
	account_clear(&a);
	scene_close(&s);
}
END_TEST

Suite *
suite_conf_provider(void)
{
	Suite *s = suite_create("conf_provider");
	TCase *t = tcase_create("presets");

	LOOP(t, a_fact, facts);
	tcase_add_test(t, every_preset);
	tcase_add_test(t, every_preset_makes_an_account);
	tcase_add_test(t, all_of_a_preset);
	tcase_add_test(t, nobody);
	tcase_add_test(t, a_host_is_asked_for);
	tcase_add_test(t, the_other_file_goes_first);
	LOOP(t, a_wrong_preset, wrong);
	tcase_add_test(t, presets_are_not_read_for_nothing);
	tcase_add_test(t, the_example_works);
	suite_add_tcase(s, t);
	return s;
}
