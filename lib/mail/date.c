#include "mail/date.h"

#include <stdlib.h>
#include <time.h>

#include "base/error.h"
#include "base/idn.h"
#include "mail/lexer.h"

static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat" };
static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
	"Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Not strftime: its names follow the locale. */
void
date_add_at(struct buf *out, time_t at)
{
	struct tm tm;
	long zone;

	localtime_r(&at, &tm);
	zone = tm.tm_gmtoff / 60;
	buf_addf(out, "%s, %d %s %d %02d:%02d:%02d %c%02ld%02ld",
	    days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon], tm.tm_year + 1900,
	    tm.tm_hour, tm.tm_min, tm.tm_sec, zone < 0 ? '-' : '+',
	    labs(zone) / 60, labs(zone) % 60);
}

void
date_add(struct buf *out, const struct here *here)
{
	date_add_at(out, here->now().tv_sec);
}

static bool
is_literal(struct bytes domain)
{
	struct buf copy = BUF(domain.n);
	struct lexer x;
	bool is;

	lexer_init(&x, domain);
	is = bytes_index(domain, '[') == 0 && lexer_literal(&x, &copy) &&
	    x.rest.n == 0;
	lexer_clear(&x);
	buf_clear(&copy);
	return is;
}

/* A domain that would break the identifier is not worth an error. */
static void
add_domain(struct buf *out, struct bytes domain)
{
	struct error none = ERROR_NONE;
	size_t before = out->n;
	struct bytes added;

	if (idn_ascii(out, domain, &none) < 0)
		buf_cut(out, before);
	added = bytes_skip(buf_bytes(out), before);
	if (lexer_dot_atom(added) || is_literal(added))
		return;
	buf_cut(out, before);
	buf_adds(out, "localhost");
}

void
message_id_add(struct buf *out, struct bytes domain, const struct here *here)
{
	struct timespec now = here->now();
	unsigned char id[16];
	struct tm tm;

	gmtime_r(&now.tv_sec, &tm);
	here->random(id, sizeof(id));
	buf_addf(out, "<%04d%02d%02d%02d%02d%02d.", tm.tm_year + 1900,
	    tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	for (size_t i = 0; i < sizeof(id); i++)
		buf_addf(out, "%02x", id[i]);
	buf_addc(out, '@');
	add_domain(out, domain);
	buf_addc(out, '>');
}
