#include "conf/report.h"

#include <glob.h>

#include "help.h"

Suite *suite_conf_report(void);

#define BAD "tests/unit/conf/bad/"
#define GOOD "tests/unit/conf/good/"

/* Found when the suite is made, kept for its tests. */
static glob_t bad, good;

static void
slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	char piece[4096];
	size_t n;

	ck_assert_msg(f != NULL, "cannot open %s", path);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(out, (struct bytes){ piece, n });
	fclose(f);
}

/* A copy under a name and a mode that do not depend on the checkout. */
static void
stage(struct scene *s, const char *path)
{
	struct buf text = BUF(1 << 20);
	FILE *f = fopen(s->file, "w");

	ck_assert_ptr_nonnull(f);
	slurp(path, &text);
	if (text.n > 0)
		fwrite(text.p, 1, text.n, f);
	fclose(f);
	ck_assert_int_eq(chmod(s->file, 0600), 0);
	buf_clear(&text);
}

/* The report, and the error, without the directory. */
static void
shorten(struct scene *s, struct buf *out)
{
	char dir[300];
	struct bytes rest;

	snprintf(dir, sizeof(dir), "%s/", s->dir);
	buf_addf(&s->report, "%s: %s\n", error_name(s->e.kind), s->e.text);
	rest = buf_bytes(&s->report);
	while (rest.n > 0) {
		size_t at = bytes_find(rest, bytes_of(dir));

		buf_add(out, bytes_head(rest, at));
		rest = bytes_skip(rest, at);
		if (rest.n > 0)
			rest = bytes_skip(rest, strlen(dir));
	}
}

/* Into DIR/NAME.out when that is what SENDOFF_GOLDEN says. */
static void
compare(const char *path, struct buf *said)
{
	const char *update = getenv("SENDOFF_GOLDEN");
	struct buf wanted = BUF(1 << 20);
	char name[512];
	FILE *f;

	snprintf(name, sizeof(name), "%.*s.out", (int)strlen(path) - 5, path);
	if (update != NULL && (f = fopen(name, "w")) != NULL) {
		fputs(buf_text(said), f);
		fclose(f);
	}
	slurp(name, &wanted);
	ck_assert_str_eq(buf_text(said), buf_text(&wanted));
	buf_clear(&wanted);
}

START_TEST(what_a_bad_file_is_told)
{
	struct buf said = BUF(1 << 20);
	struct scene s;

	scene_open(&s);
	stage(&s, bad.gl_pathv[_i]);
	ck_assert(!scene_load(&s, NULL));
	ck_assert_int_eq(error_exit(&s.e), EX_CONFIG);
	shorten(&s, &said);
	compare(bad.gl_pathv[_i], &said);
	/* Every secret of the bad files is this one. */
	ck_assert_ptr_null(strstr(buf_text(&said), "hunter2"));
	buf_clear(&said);
	scene_close(&s);
}
END_TEST

START_TEST(a_good_file_is_told_nothing)
{
	struct scene s;
	struct account a;

	scene_open(&s);
	stage(&s, good.gl_pathv[_i]);
	ck_assert_msg(scene_load(&s, NULL), "%s: %s%s", good.gl_pathv[_i],
	    buf_text(&s.report), s.e.text);
	ck_assert_str_eq(buf_text(&s.report), "");
	for (const char *const *n = conf_names(s.c); *n != NULL; n++) {
		ck_assert_msg(scene_account(&s, *n, &a) == 0, "%s", s.e.text);
		account_clear(&a);
	}
	scene_close(&s);
}
END_TEST

START_TEST(the_files_were_found)
{
	ck_assert_uint_gt(bad.gl_pathc, 15);
	ck_assert_uint_gt(good.gl_pathc, 4);
}
END_TEST

Suite *
suite_conf_report(void)
{
	Suite *s = suite_create("conf_report");
	TCase *t = tcase_create("golden");

	glob(BAD "*.conf", 0, NULL, &bad);
	glob(GOOD "*.conf", 0, NULL, &good);
	tcase_add_test(t, the_files_were_found);
	tcase_add_loop_test(t, what_a_bad_file_is_told, 0, (int)bad.gl_pathc);
	tcase_add_loop_test(
	    t, a_good_file_is_told_nothing, 0, (int)good.gl_pathc);
	suite_add_tcase(s, t);
	return s;
}
