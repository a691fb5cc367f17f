#include "cmd/progress.h"

#include <unistd.h>

#include "base/buf.h"
#include "submit/report.h"

/* Octets and microseconds below which nobody waits. */
enum { SMALL = 256 << 10, PATIENCE = 1000000, PAUSE = 200000 };

static void
draw(int64_t done, int64_t total, int64_t took)
{
	struct buf line = BUF(128);
	double mega = (double)done / 1e6;

	buf_addf(&line, "\r%.1f/%.1f MB  %3.0f%%  %.1f MB/s\033[K", mega,
	    (double)total / 1e6, (double)done * 100 / (double)total,
	    mega / ((double)took / 1e6));
	report_write(STDERR_FILENO, buf_bytes(&line));
	buf_clear(&line);
}

void
progress_show(void *progress, int64_t done, int64_t total)
{
	struct progress *p = progress;
	int64_t now = p->here->ticks();

	if (p->start == 0)
		p->start = now;
	if (total < SMALL || now - p->start < PATIENCE)
		return;
	if (done >= total) {
		if (p->last != 0)
			report_write(STDERR_FILENO, BYTES("\r\033[K"));
		return;
	}
	if (now - p->last < PAUSE)
		return;
	p->last = now;
	draw(done, total, now - p->start);
}
