#include "compose/attached.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

Suite *suite_attached(void);

/* A file of its own, open for the test, and attached. */
static int
attach(struct attached *a, const char *text, struct attachment *what,
    char path[32])
{
	struct error e = ERROR_NONE;
	int fd;

	strcpy(path, "/tmp/sendoff-unit.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	*what = (struct attachment){ .path = path, .name = "a.txt" };
	attached_init(a);
	ck_assert_int_eq(attached_open(a, what, STDIN_FILENO, &e), 0);
	unlink(path);
	return fd;
}

/* All of it: how it ends. */
static int
take(struct attached *a, struct buf *out, struct error *e)
{
	int rc;

	while ((rc = attached_next(a, out, e)) > 0)
		continue;
	return rc;
}

START_TEST(what_became_shorter_is_an_error)
{
	struct buf out = BUF(1000);
	struct error e = ERROR_NONE;
	struct attachment what;
	struct attached a;
	char path[32];
	int fd = attach(&a, "0123456789", &what, path);

	ck_assert_int_eq(attached_begin(&a, &e), 0);
	ck_assert_int_eq(ftruncate(fd, 5), 0);
	ck_assert_int_eq(take(&a, &out, &e), -1);
	ck_assert_int_eq(e.kind, ERR_IO);
	attached_clear(&a);
	buf_clear(&out);
	close(fd);
}
END_TEST

START_TEST(what_grows_is_as_much_as_it_was)
{
	struct buf out = BUF(1000), head = BUF(1000);
	struct error e = ERROR_NONE;
	struct attachment what;
	struct attached a;
	char path[32];
	int fd = attach(&a, "abc", &what, path);

	ck_assert_int_eq(attached_begin(&a, &e), 0);
	ck_assert_int_eq(write(fd, "\xc3\xbc", 2), 2);
	attached_head(&a, &head);
	ck_assert_int_eq(take(&a, &out, &e), 0);
	ck_assert_str_eq(buf_text(&out), "YWJj\r\n");
	ck_assert_ptr_nonnull(strstr(buf_text(&head), "charset=us-ascii"));
	attached_clear(&a);
	buf_clear(&out);
	buf_clear(&head);
	close(fd);
}
END_TEST

static const struct {
	const char *text, *charset; /* NULL: none */
} texts[] = {
	{ "plain\n", "us-ascii" }, { "\xc3\xbc", "UTF-8" }, { "\xfc", NULL },
	{ "\033$B$\"\033(B", NULL }, /* ISO-2022-JP */
};

START_TEST(its_charset_if_it_is_certain)
{
	struct buf head = BUF(1000);
	struct error e = ERROR_NONE;
	struct attachment what;
	struct attached a;
	char path[32];
	int fd = attach(&a, texts[_i].text, &what, path);
	const char *charset;

	ck_assert_int_eq(attached_begin(&a, &e), 0);
	attached_head(&a, &head);
	charset = strstr(buf_text(&head), "charset=");
	ck_assert_int_eq(charset != NULL, texts[_i].charset != NULL);
	if (charset != NULL)
		ck_assert_ptr_nonnull(strstr(charset, texts[_i].charset));
	attached_clear(&a);
	buf_clear(&head);
	close(fd);
}
END_TEST

Suite *
suite_attached(void)
{
	Suite *s = suite_create("attached");
	TCase *t = tcase_create("attached");

	tcase_add_test(t, what_became_shorter_is_an_error);
	tcase_add_test(t, what_grows_is_as_much_as_it_was);
	tcase_add_loop_test(t, its_charset_if_it_is_certain, 0, 4);
	suite_add_tcase(s, t);
	return s;
}
