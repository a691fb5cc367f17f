/*
 * What the syntax check lets pass, libconfig takes.
 */
#include <stdlib.h>

#include "conf/file.h"
#include "conf/lint.h"

int LLVMFuzzerTestOneInput(const unsigned char *p, size_t n);

int
LLVMFuzzerTestOneInput(const unsigned char *p, size_t n)
{
	struct bytes text = { (const char *)p, n };
	struct buf said = BUF(1 << 20);
	struct source s = SOURCE;
	struct report r = { .out = &said };
	struct error e = ERROR_NONE;
	struct file *f;
	unsigned line;

	if (source_of(&s, "text", 1, text, &e) == 0 && lint_text(&s, &r) == 0) {
		f = file_parse(buf_text(&s.text), &line, &e);
		if (f == NULL)
			abort();
		file_free(f);
	} else if (said.n == 0 && e.kind == ERR_NONE) {
		abort();
	}
	buf_clear(&said);
	source_clear(&s);
	return 0;
}
