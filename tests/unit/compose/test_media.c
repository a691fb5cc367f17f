#include "compose/media.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_media(void);

static const char globs[] = "# a comment\n"
			    "50:application/x-tar:*.tar\n"
			    "50:application/x-compressed-tar:*.tar.gz\n"
			    "50:application/gzip:*.gz\n"
			    "80:application/heavy:*.z\n"
			    "50:application/longer:*.y.z\n"
			    "10:text/light:*.txt\n"
			    "50:text/plain:*.txt\n"
			    "50:text/x-c++src:*.C:cs\n"
			    "50:text/x-c++src:*.C\n"
			    "50:text/x-csrc:*.c:cs\n"
			    "50:text/x-csrc:*.c\n"
			    "50:text/shout:*.LOUD:cs\n"
			    "50:text/x-makefile:makefile\n"
			    "50:application/x-pattern:*.[0-9]\n"
			    "50:no type:*.bad\n"
			    "x\n50\n50:a/b\n999999999:a/b:*.pdf\n";

static const struct {
	const char *name, *type;
} files[] = {
	{ "a.tar", "application/x-tar" },
	{ "a.tar.gz", "application/x-compressed-tar" },
	{ "A.TAR.GZ", "application/x-compressed-tar" },
	{ "a.y.z", "application/heavy" },
	{ "a.txt", "text/plain" },
	{ "a.C", "text/x-c++src" },
	{ "a.c", "text/x-csrc" },
	{ "a.loud", "application/octet-stream" },
	{ "a.LOUD", "text/shout" },
	{ "makefile", "application/octet-stream" },
	{ "a.1", "application/octet-stream" },
	{ "a.bad", "application/octet-stream" },
	{ ".txt", "application/octet-stream" },
	{ "", "application/octet-stream" },
	/* not in the list: ours */
	{ "a.pdf", "application/pdf" },
	{ "a.JPG", "image/jpeg" },
};

static void
check_type(const char *list, const char *name, const char *type)
{
	struct buf out = BUF(300);

	media_type(&out, bytes_of(name), list);
	ck_assert_str_eq(buf_text(&out), type);
	buf_clear(&out);
}

START_TEST(types_by_the_list)
{
	char path[] = "/tmp/sendoff-globs.XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, globs, strlen(globs)), (int)strlen(globs));
	close(fd);
	for (int i = 0; i < N(files); i++)
		check_type(path, files[i].name, files[i].type);
	unlink(path);
}
END_TEST

START_TEST(types_without_a_list)
{
	check_type("/nonexistent", "a.PDF", "application/pdf");
	check_type("/nonexistent", "a.xlsx",
	    "application/"
	    "vnd.openxmlformats-officedocument.spreadsheetml.sheet");
	check_type("/nonexistent", "a", "application/octet-stream");
}
END_TEST

START_TEST(types_are_types)
{
	ck_assert(media_valid(BYTES("text/plain")));
	ck_assert(media_valid(BYTES("application/vnd.x+json")));
	ck_assert(!media_valid(BYTES("text")));
	ck_assert(!media_valid(BYTES("text/")));
	ck_assert(!media_valid(BYTES("/plain")));
	ck_assert(!media_valid(BYTES("text/plain; charset=x")));
	ck_assert(!media_valid(BYTES("a/b/c")));
	ck_assert(media_composite(BYTES("Message/rfc822")));
	ck_assert(media_composite(BYTES("multipart/mixed")));
	ck_assert(!media_composite(BYTES("text/message")));
}
END_TEST

Suite *
suite_media(void)
{
	Suite *s = suite_create("media");
	TCase *t = tcase_create("types");

	tcase_add_test(t, types_by_the_list);
	tcase_add_test(t, types_without_a_list);
	tcase_add_test(t, types_are_types);
	suite_add_tcase(s, t);
	return s;
}
