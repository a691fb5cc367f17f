#include "conf/account.h"

#include <check.h>

#include "help.h"

Suite *suite_conf_account(void);

static const char design[] =
    "default_account = \"qq\";\n"
    "domain  = \"example.org\";\n"
    "defaults: { timeout = \"60s\"; };\n"
    "accounts: {\n"
    "  qq: { provider = \"qq\"; user = \"123456@qq.com\";\n"
    "    password: { command = [\"pass\", \"show\", \"mail/qq\"]; };\n"
    "    from_name = \"张三\"; };\n"
    "  office: {\n"
    "    host = [\"relay1.example.org\", \"relay2.example.org:2525\"];\n"
    "    port = 587;  tls = \"starttls\";\n"
    "    user = \"jane\";  password: { file = \"~/office.secret\"; };\n"
    "    from = [\"jane@example.org\", \"*@alerts.example.org\"];\n"
    "  };\n"
    "  dovecot: { protocol = \"lmtp\"; host = \"/run/dovecot/lmtp\"; };\n"
    "};\n";

static const char preset[] = "providers = (\n"
			     "{ id = \"qq\";\n"
			     "  name = \"QQ Mail\";\n"
			     "  host = \"smtp.qq.com\";\n"
			     "  ports = [\"465 implicit\", \"587 starttls\"];\n"
			     "  from_policy = \"fix\";\n"
			     "}\n"
			     ");\n";

START_TEST(the_design_holds)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	scene_write(s.providers, preset, 0644);
	scene_must(&s, design);
	ck_assert_str_eq(conf_domain(s.c), "example.org");
	ck_assert_int_eq(scene_account(&s, NULL, &a), 0);
	ck_assert_str_eq(a.name, "qq");
	ck_assert_uint_eq(a.hosts_n, 1);
	ck_assert_str_eq(a.hosts[0].name, "smtp.qq.com");
	ck_assert_uint_eq(a.hosts[0].port, 465);
	ck_assert_int_eq(a.tls, ACCOUNT_TLS_IMPLICIT);
	ck_assert_int_eq(a.from_policy, FROM_FIX);
	ck_assert_int_eq(a.timeout, INT64_C(60000000));
	ck_assert_str_eq(a.from_name, "张三");
	ck_assert_str_eq(account_from(&a), "123456@qq.com");
	ck_assert_int_eq(a.password.kind, SECRET_COMMAND);
	ck_assert_str_eq(a.password.argv[2], "mail/qq");
	account_clear(&a);
	ck_assert_int_eq(scene_account(&s, "office", &a), 0);
	ck_assert_uint_eq(a.hosts[1].port, 2525);
	ck_assert_str_eq(a.hosts[1].name, "relay2.example.org");
	ck_assert_str_eq(a.password.name, "/home/jane/office.secret");
	ck_assert_str_eq(account_from(&a), "jane@example.org");
	account_clear(&a);
	ck_assert_int_eq(scene_account(&s, "dovecot", &a), 0);
	ck_assert(a.hosts[0].is_path);
	ck_assert_int_eq(a.tls, ACCOUNT_TLS_OFF);
	ck_assert_ptr_null(account_from(&a));
	account_clear(&a);
	scene_close(&s);
}
END_TEST

Suite *
suite_conf_account(void)
{
	Suite *s = suite_create("conf_account");
	TCase *t = tcase_create("account");

	tcase_add_test(t, the_design_holds);
	suite_add_tcase(s, t);
	return s;
}
