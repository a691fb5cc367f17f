#include "base/redact.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/base64.h"

Suite *suite_redact(void);

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *shown;
} plain[] = {
	{ "", "" }, { "nothing here", "nothing here" },
	{ "hush-hush", "[hidden]" },
	{ "a hush-hush b hush-hush", "a [hidden] b [hidden]" },
	{ "hush-hus", "hush-hus" }, { "hush-hush-hush", "[hidden]-hush" },
	{ "hush-hush!!", "[hidden]" }, /* the longer secret wins */
	{ "open-sesame-seed", "[hidden]" }, { "HUSH-HUSH", "HUSH-HUSH" },
	{ "abc YWJj", "abc YWJj" }, /* too short to be hidden */
};

START_TEST(secrets_are_hidden)
{
	struct redact r = { .n = 0 };
	struct buf out = BUF(1000);

	redact_hide(&r, BYTES("hush-hush"));
	redact_hide(&r, BYTES("hush-hush!!"));
	redact_hide(&r, BYTES("open-sesame-seed"));
	redact_hide(&r, BYTES("open-sesame"));
	redact_hide(&r, BYTES("abc"));
	redact_add(&r, &out, bytes_of(plain[_i].text));
	ck_assert_str_eq(buf_text(&out), plain[_i].shown);
	buf_clear(&out);
	redact_clear(&r);
	ck_assert_uint_eq(r.n, 0);
}
END_TEST

/*
 * A secret in front of which stand _i bytes and behind which some more,
 * encoded: only digits that are shared with neighbours remain of it.
 */
static void
hides_encoded(size_t before, struct bytes secret, size_t behind)
{
	struct redact r = { .n = 0 };
	struct buf text = BUF(100), coded = BUF(100), out = BUF(100);
	size_t own = (before + secret.n) * 8 / 6 - (before * 8 + 5) / 6;
	size_t over = (before + secret.n) % 3;

	if (behind == 0 && over > 0)
		own += 1 + 3 - over; /* the last digit and the padding */

	redact_hide(&r, secret);
	buf_add(&text, bytes_head(BYTES("user\0name"), before));
	buf_add(&text, secret);
	buf_add(&text, bytes_head(BYTES("tail"), behind));
	base64_encode(&coded, buf_bytes(&text));
	redact_add(&r, &out, buf_bytes(&coded));
	ck_assert_ptr_nonnull(strstr(buf_text(&out), "[hidden]"));
	ck_assert_uint_eq(out.n, coded.n - own + strlen("[hidden]"));
	buf_clear(&text);
	buf_clear(&coded);
	buf_clear(&out);
	redact_clear(&r);
}

START_TEST(base64_is_hidden_wherever_it_stands)
{
	static const char secret[] = "correct horse";

	for (size_t n = REDACT_SHORTEST; n < sizeof(secret); n++)
		for (size_t behind = 0; behind < 4; behind++)
			hides_encoded(
			    (size_t)_i, (struct bytes){ secret, n }, behind);
}
END_TEST

START_TEST(the_same_secret_is_kept_once)
{
	struct redact r = { .n = 0 };

	redact_hide(&r, BYTES("hush-hush"));
	ck_assert_uint_eq(r.n, 4);
	redact_hide(&r, BYTES("hush-hush"));
	ck_assert_uint_eq(r.n, 4);
	redact_clear(&r);
}
END_TEST

START_TEST(blind_it_shows_nothing)
{
	struct redact r = { .blind = true };
	struct buf out = BUF(100);

	redact_add(&r, &out, BYTES(""));
	ck_assert_str_eq(buf_text(&out), "");
	redact_add(&r, &out, BYTES("harmless"));
	ck_assert_str_eq(buf_text(&out), "[hidden]");
	buf_clear(&out);
}
END_TEST

/* The i-th of many secrets that have little in common. */
static const char *
secret_of(unsigned i, char room[16])
{
	snprintf(room, 16, "%08x", (i + 1) * 2654435761u);
	return room;
}

static void
hide_many(struct redact *r, unsigned from, unsigned to)
{
	char room[16];

	for (unsigned i = from; i < to; i++) {
		redact_hide(r, bytes_of(secret_of(i, room)));
		ck_assert_uint_le(r->n, REDACT_MOST);
	}
}

static bool
hidden(const struct redact *r, const char *secret)
{
	struct buf out = BUF(100);
	bool same;

	redact_add(r, &out, bytes_of(secret));
	same = bytes_is(buf_bytes(&out), "[hidden]");
	buf_clear(&out);
	return same;
}

/* Each secret takes four places; one that is hidden again is a new one. */
START_TEST(the_oldest_secret_makes_room)
{
	enum { ROOM = REDACT_MOST / 4 };
	struct redact r = { .n = 0 };
	char room[16];

	redact_hide(&r, BYTES("used-always"));
	hide_many(&r, 0, ROOM - 1);
	ck_assert(hidden(&r, "used-always"));
	redact_hide(&r, BYTES("used-always"));
	hide_many(&r, ROOM, ROOM + 2);
	ck_assert(hidden(&r, "used-always"));
	ck_assert(!hidden(&r, secret_of(0, room)));
	ck_assert(!hidden(&r, secret_of(1, room)));
	ck_assert(hidden(&r, secret_of(2, room)));
	hide_many(&r, 2 * ROOM, 3 * ROOM);
	ck_assert(!hidden(&r, "used-always"));
	redact_clear(&r);
}
END_TEST

Suite *
suite_redact(void)
{
	Suite *s = suite_create("redact");
	TCase *t = tcase_create("secrets");

	tcase_add_loop_test(t, secrets_are_hidden, 0, N(plain));
	tcase_add_loop_test(t, base64_is_hidden_wherever_it_stands, 0, 7);
	tcase_add_test(t, the_same_secret_is_kept_once);
	tcase_add_test(t, blind_it_shows_nothing);
	tcase_add_test(t, the_oldest_secret_makes_room);
	suite_add_tcase(s, t);
	return s;
}
