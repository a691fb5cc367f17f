#include "submit/submit.h"

#include <unistd.h>

#include "submit/bury.h"
#include "submit/keep.h"
#include "submit/log.h"
#include "submit/report.h"
#include "submit/step.h"

static int
prepare(struct letter *l, const struct request *r, struct error *e)
{
	struct error ignored = ERROR_NONE;

	if (letter_read(l, r, e) < 0) {
		if (l->read_whole)
			letter_configure(l, r, &ignored); /* where to save it */
		return -1;
	}
	if (letter_configure(l, r, e) < 0) {
		letter_address(l, r, &ignored); /* who will not get it? */
		return -1;
	}
	if (letter_address(l, r, e) < 0 || letter_route(l, r, e) < 0 ||
	    letter_rewrite(l, r, e) < 0)
		return -1;
	return 0;
}

static size_t
count(const struct letter *l, enum verdict_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < l->env.n; i++)
		n += l->env.to[i].verdict.state == state;
	return n;
}

/* "accepted": [address, ...], "refused": {address: words, ...} */
static void
trace_verdicts(struct trace_event *v, const struct letter *l)
{
	if (!v->t->json)
		return;
	json_open(&v->json, "accepted", '[');
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state == VERDICT_SENT)
			trace_text(v, NULL, bytes_of(l->env.to[i].address));
	json_close(&v->json, ']');
	json_open(&v->json, "refused", '{');
	for (size_t i = 0; i < l->env.n; i++)
		if (l->env.to[i].verdict.state == VERDICT_REFUSED)
			trace_text(v, l->env.to[i].address,
			    bytes_of(l->env.to[i].verdict.text));
	json_close(&v->json, '}');
}

static void
trace_result(struct letter *l, const struct request *r, struct outcome o)
{
	struct trace_event v;

	if (!trace_open(r->trace, &v, 1, '*', "result"))
		return;
	trace_text(&v, "category", bytes_of(error_name(o.kind)));
	trace_number(&v, "exit", o.exit);
	trace_verdicts(&v, l);
	trace_bool(&v, "maybe_delivered", l->maybe_delivered);
	trace_number(&v, "round_trips", l->round_trips);
	trace_ms(&v, "ms", l->took);
	trace_say(&v,
	    "done: accepted %zu, refused %zu, of %zu; %u round trips, "
	    "%.0f ms; exit %d (%s)",
	    count(l, VERDICT_SENT), count(l, VERDICT_REFUSED), l->env.n,
	    l->round_trips, (double)l->took / 1e3, o.exit, error_name(o.kind));
	trace_close(&v);
}

static struct outcome
conclude(struct letter *l, const struct request *r, struct error *e)
{
	struct outcome o = envelope_outcome(&l->env, e);

	l->took = r->here->ticks() - l->started;
	report_advise(l, e);
	report_advise(l, &l->queued_for);
	trace_result(l, r, o);
	letter_log(l, r, e, o);
	return o;
}

/* An error half-way leaves the verdicts that were reached; both count. */
static struct outcome
run(struct letter *l, const struct request *r, struct error *e)
{
	letter_init(l, r);
	if (prepare(l, r, e) == 0 && count(l, VERDICT_PENDING) > 0) {
		if (!keep_first(l, r))
			letter_deliver(l, r, e);
		else if (letter_fits(l, e) < 0)
			return conclude(l, r, e);
		letter_keep(l, r, e);
	}
	return conclude(l, r, e);
}

int
submit(const struct request *r)
{
	struct error e = ERROR_NONE;
	struct letter l;
	struct outcome o = run(&l, r, &e);

	letter_bury(&l, r, o);
	letter_report(&l, r, &e, o);
	if (r->then != NULL)
		r->then(&l, r, o);
	letter_clear(&l);
	return o.exit;
}

int
submit_and_tell(const struct request *r,
    void (*tell)(void *ctx, struct letter *l, const struct error *e), void *ctx)
{
	struct error e = ERROR_NONE;
	struct letter l;
	struct outcome o = run(&l, r, &e);

	tell(ctx, &l, &e);
	if (r->then != NULL)
		r->then(&l, r, o);
	letter_clear(&l);
	return o.exit;
}

/* ---- pretending ------------------------------------------------------------------- */

static void
show_envelope(const struct letter *l, struct buf *out)
{
	buf_addf(out, "# envelope\nsender = <%s>\n", l->env.sender);
	for (size_t i = 0; i < l->env.n; i++)
		buf_addf(out, "recipient = <%s>\n", l->env.to[i].address);
}

static int
not_shown(struct error *e)
{
	return error_sys(e, ERR_IO, "cannot write to the standard output");
}

static int
show_message(struct letter *l, struct error *e)
{
	struct message_reader reader;
	struct bytes piece;
	int rc;

	message_reader_init(&reader, &l->message);
	while ((rc = message_next(&reader, &piece, e)) == 0 && piece.n > 0)
		if (!report_write(STDOUT_FILENO, piece)) {
			rc = not_shown(e);
			break;
		}
	message_reader_clear(&reader);
	return rc;
}

static int
show(struct letter *l, struct error *e)
{
	struct buf out = BUF(4 << 20);
	int rc;

	buf_adds(&out, "# account\n");
	conf_show(&l->account, &out);
	show_envelope(l, &out);
	buf_adds(&out, "# message\n");
	rc = report_write(STDOUT_FILENO, buf_bytes(&out)) ? show_message(l, e)
							  : not_shown(e);
	buf_clear(&out);
	return rc;
}

int
submit_pretend(const struct request *r)
{
	struct error e = ERROR_NONE;
	struct letter l;
	int status;

	letter_init(&l, r);
	if (prepare(&l, r, &e) == 0)
		show(&l, &e);
	status = error_exit(&e);
	if (e.kind != ERR_NONE)
		letter_report(&l, r, &e,
		    (struct outcome){ .exit = status, .kind = e.kind });
	letter_clear(&l);
	return status;
}
