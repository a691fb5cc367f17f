/* Every talk in tests/talks, in pieces of every size. */
#include <check.h>
#include <glob.h>

#include "talk.h"

Suite *suite_session(void);

static glob_t talks;

static const size_t pieces[] = { 1, 2, 3, 5, 7, 11, 64, 1 << 20 };

START_TEST(talk_goes_as_written)
{
	char why[512];

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		ck_assert_msg(talk_play(talks.gl_pathv[_i], pieces[i], why,
				  sizeof(why))[0] == '\0',
		    "%s: %s", talks.gl_pathv[_i], why);
}
END_TEST

START_TEST(talks_are_found)
{
	ck_assert_uint_gt(talks.gl_pathc, 50);
}
END_TEST

Suite *
suite_session(void)
{
	Suite *s = suite_create("session");
	TCase *t = tcase_create("talks");

	glob("tests/talks/*.talk", 0, NULL, &talks);
	tcase_add_test(t, talks_are_found);
	tcase_add_loop_test(t, talk_goes_as_written, 0, (int)talks.gl_pathc);
	suite_add_tcase(s, t);
	return s;
}
