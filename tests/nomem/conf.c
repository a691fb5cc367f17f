#include "conf/conf.h"
#include "tests/nomem/nomem.h"

/* From the top of the source tree. */
static const struct conf_places places = {
	.file = "tests/unit/conf/good/every-key.conf",
	.providers = "conf/providers.conf",
	.home = "/nowhere",
};

static int
show(struct conf *c, struct result *r, struct error *e)
{
	static const struct conf_override over = { "port", "2525", "--port" };
	struct buf out = BUF(sizeof(r->p));
	struct account a = { 0 };
	int rc = conf_account(c,
	    &(struct conf_wish){
		.name = conf_names(c)[0], .over = &over, .over_n = 1 },
	    &a, e);

	if (rc == 0) {
		conf_show(&a, &out);
		if (!buf_ok(&out))
			rc = error_set(e, ERR_OS, "no memory");
		result_add(r, buf_bytes(&out));
	}
	account_clear(&a);
	buf_clear(&out);
	return rc;
}

static int
load(struct result *r, struct error *e)
{
	struct buf report = BUF(sizeof(r->p));
	struct conf *c = conf_load(&places, &report, e);
	int rc = c == NULL ? -1 : show(c, r, e);

	conf_free(c);
	buf_clear(&report);
	return rc;
}

const struct work conf_work[] = {
	{ "configuration", load },
	{ NULL, NULL },
};
