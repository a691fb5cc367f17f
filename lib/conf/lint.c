#include "conf/lint.h"

int
lint_text(const struct source *s, struct report *r)
{
	(void)s;
	(void)r;
	return 0;
}
