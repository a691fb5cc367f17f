#include "submit/letter.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

Suite *suite_letter(void);

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

/* One letter for what came of somebody. */
static struct verdict
verdict_of(char letter)
{
	switch (letter) {
	case 's':
		return (struct verdict){ VERDICT_SENT, STAGE_DOT, 250,
			{ 2, 0, 0 }, "queued" };
	case 'd':
		return (struct verdict){ VERDICT_DEFERRED, STAGE_RCPT, 450,
			{ 4, 2, 0 }, "later" };
	case 'r':
		return (struct verdict){ VERDICT_REFUSED, STAGE_RCPT, 550,
			{ 5, 1, 1 }, "nobody" };
	case 'o':
		return (struct verdict){ VERDICT_PENDING, STAGE_OTHERS, 0,
			{ 0, 0, 0 }, "not sent" };
	default:
		return (struct verdict){ .state = VERDICT_PENDING };
	}
}

/*
 * Whom each recipient leads to, a space between two of them: "sd r" are two,
 * of whom the first leads to somebody who has it and somebody who waits.
 */
static void
open_letter(struct letter *l, const char *recipients, bool expanded)
{
	size_t n = strlen(recipients), given = 0;

	*l = (struct letter){ .env = ENVELOPE, .expanded = expanded };
	l->env.to = calloc(n + 1, sizeof(l->env.to[0]));
	l->leads = calloc(n + 1, sizeof(l->leads[0]));
	ck_assert(l->env.to != NULL && l->leads != NULL);
	for (; *recipients != '\0'; recipients++) {
		if (*recipients == ' ') {
			given++;
			continue;
		}
		l->env.to[l->env.n].verdict = verdict_of(*recipients);
		l->leads[l->leads_n++] = (struct lead){ given, l->env.n++ };
	}
}

static void
close_letter(struct letter *l)
{
	free(l->env.to);
	free(l->leads);
}

static const struct {
	const char *recipients;
	size_t given;
	bool expanded;
	enum verdict_state state;
	int code;
	const char *text;
} rows[] = {
	{ "s", 0, true, VERDICT_SENT, 250, "queued" },
	{ "ss", 0, true, VERDICT_SENT, 250, "queued" },
	{ "d", 0, true, VERDICT_DEFERRED, 450, "later" },
	{ "r", 0, true, VERDICT_REFUSED, 550, "nobody" },
	{ "dr", 0, true, VERDICT_DEFERRED, 450, "later" },
	{ "rd", 0, true, VERDICT_REFUSED, 550, "nobody" },
	/* for all of them it must not be tried again: some have it */
	{ "sd", 0, true, VERDICT_REFUSED, 554,
	    "sent to a part of them; later" },
	{ "ds", 0, true, VERDICT_REFUSED, 554,
	    "sent to a part of them; later" },
	{ "sp", 0, true, VERDICT_REFUSED, 554, "sent to a part of them;" },
	{ "sr", 0, true, VERDICT_REFUSED, 550, "nobody" },
	{ "rs", 0, true, VERDICT_REFUSED, 550, "nobody" },
	/* all or nobody: the one that it was because of */
	{ "o", 0, true, VERDICT_PENDING, 0, "not sent" },
	{ "or", 0, true, VERDICT_REFUSED, 550, "nobody" },
	{ "ood", 0, true, VERDICT_DEFERRED, 450, "later" },
	/* to nobody: that is done */
	{ "", 0, true, VERDICT_SENT, 0, "" },
	{ "d  s", 1, true, VERDICT_SENT, 0, "" },
	/* nobody knows whom */
	{ "", 0, false, VERDICT_PENDING, 0, "" },
	{ "p", 1, false, VERDICT_PENDING, 0, "" },
	/* nobody answers for another */
	{ "s d r", 0, true, VERDICT_SENT, 250, "queued" },
	{ "s d r", 1, true, VERDICT_DEFERRED, 450, "later" },
	{ "s d r", 2, true, VERDICT_REFUSED, 550, "nobody" },
	{ "s d r", 3, true, VERDICT_SENT, 0, "" },
};

START_TEST(what_came_of_a_recipient)
{
	struct letter l;
	struct verdict v;

	open_letter(&l, rows[_i].recipients, rows[_i].expanded);
	v = letter_verdict(&l, rows[_i].given);
	ck_assert_msg(v.state == rows[_i].state && v.code == rows[_i].code &&
		strcmp(v.text, rows[_i].text) == 0,
	    "'%s', %zu: %d, %d '%s'", rows[_i].recipients, rows[_i].given,
	    v.state, v.code, v.text);
	ck_assert_int_eq(
	    letter_somebody(&l), strchr(rows[_i].recipients, 's') != NULL);
	close_letter(&l);
}
END_TEST

Suite *
suite_letter(void)
{
	Suite *s = suite_create("letter");
	TCase *t = tcase_create("verdicts");

	tcase_add_loop_test(t, what_came_of_a_recipient, 0, ROWS(rows));
	suite_add_tcase(s, t);
	return s;
}
