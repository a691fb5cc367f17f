/* Runs every suite; CK_RUN_SUITE picks one. */
#include <check.h>
#include <stdlib.h>

#define SUITE(f) Suite *f(void);
#include "suites.inc"
#undef SUITE

int
main(void)
{
	SRunner *all = srunner_create(NULL);
	int failed;

#define SUITE(f) srunner_add_suite(all, f());
#include "suites.inc"
#undef SUITE
	srunner_run_all(all, CK_ENV);
	failed = srunner_ntests_failed(all);
	srunner_free(all);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
