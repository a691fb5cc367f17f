#include "conf/report.h"

#include "conf/excerpt.h"

enum { EXCERPT_MAX = 200 };

static void
put_line(struct report *r, const struct source *s, unsigned line)
{
	struct buf text = BUF(EXCERPT_MAX);

	excerpt_add(&text, s, line);
	if (text.n > 0) {
		buf_adds(r->out, "    ");
		buf_add(r->out, buf_bytes(&text));
		buf_addc(r->out, '\n');
	}
	buf_clear(&text);
}

static void
put(struct report *r, const struct source *s, unsigned line,
    const struct error *e)
{
	if (line > 0)
		buf_addf(r->out, "%s:%u: %s\n", source_file(s, line)->path,
		    source_number(s, line), e->text);
	else
		buf_addf(r->out, "%s\n", e->text);
	if (line > 0)
		put_line(r, s, line);
	if (e->hint[0] != '\0')
		buf_addf(r->out, "hint: %s\n", e->hint);
}

void
report_put(
    struct report *r, const struct source *s, unsigned line, struct error *e)
{
	if (r->errors < REPORT_MOST)
		put(r, s, line, e);
	r->errors++;
	if (e->kind == ERR_SECRET)
		r->secret = true;
	*e = ERROR_NONE;
}

int
report_end(struct report *r, struct error *e)
{
	if (r->errors == 0)
		return 0;
	if (r->errors > REPORT_MOST)
		buf_addf(r->out, "and %u more\n", r->errors - REPORT_MOST);
	return error_set(e, r->secret ? ERR_SECRET : ERR_CONFIG,
	    "%u error%s in the configuration", r->errors,
	    r->errors == 1 ? "" : "s");
}
