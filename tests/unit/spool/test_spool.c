#include "spool/spool.h"

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "spool/item.h"
#include "spool/share.h"
#include "tests/unit/mail/letters.h"

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))
#define MIB ((size_t)1 << 20)
#define LETTER "A: b\r\n\r\nhello\r\n"
#define THEN 1795774477 /* when everything happens */

Suite *suite_spool(void);

enum { MANY = 100, WORKERS = 4 };

/* ---- a spool ---------------------------------------------------------------- */

static char top[64], path[80];
static struct spool spool;
static int64_t micros; /* since then */

static struct timespec
now(void)
{
	int64_t t = micros++;

	return (struct timespec){ .tv_sec = THEN + t / 1000000,
		.tv_nsec = t % 1000000 * 1000 };
}

static void
no_random(void *p, size_t n)
{
	memset(p, 0x5a, n);
}

static const struct here here = { .now = now, .random = no_random };

static void
begin(void)
{
	struct error e = ERROR_NONE;

	strcpy(top, "/tmp/sendoff-spool.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(top));
	snprintf(path, sizeof(path), "%s/a/b", top);
	micros = 0;
	spool = SPOOL;
	ck_assert_msg(spool_open(&spool, path, true, &e) == 0, "%s", e.text);
}

static int
unlink_it(const char *name, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(name);
}

static void
end(void)
{
	spool_close(&spool);
	nftw(top, unlink_it, 16, FTW_DEPTH | FTW_PHYS);
}

/* How many names there are in a directory of the spool; -1: no directory. */
static int
names_in(const char *where)
{
	char name[200];
	struct dirent *found;
	int n = 0;
	DIR *d;

	snprintf(name, sizeof(name), "%s/%s", path, where);
	d = opendir(name);
	if (d == NULL)
		return -1;
	while ((found = readdir(d)) != NULL)
		n += found->d_name[0] != '.';
	closedir(d);
	return n;
}

/* Keep text for one recipient; id as in struct entry, "" for a new one. */
static int
keep(const char *text, char id[ENTRY_ID], unsigned tries, struct error *e)
{
	struct message m;
	struct entry n;
	int rc;

	letter_read(&m, bytes_of(text), false);
	entry_init(&n);
	snprintf(n.id, sizeof(n.id), "%s", id);
	n.account = strdup("acc");
	n.arrived = THEN;
	n.uid = tries > 0 ? 1000 : 1001;
	n.tries = tries;
	n.tried = THEN;
	n.next = THEN + 300;
	strcpy(n.why, tries > 0 ? "no" : "");
	ck_assert_int_eq(envelope_from(&n.env, BYTES("me@example.org"), e), 0);
	ck_assert_int_eq(envelope_to(&n.env, BYTES("x@y.example"), NULL, e), 0);
	rc = spool_keep(&spool, SPOOL_QUEUE, &n, &m, &here, e);
	snprintf(id, ENTRY_ID, "%s", n.id);
	entry_clear(&n);
	message_clear(&m);
	return rc;
}

static void
keep_one(char id[ENTRY_ID])
{
	struct error e = ERROR_NONE;

	id[0] = '\0';
	ck_assert_msg(keep(LETTER, id, 0, &e) == 0, "%s", e.text);
}

static int
take(struct item *i, const char *id)
{
	struct error e = ERROR_NONE;
	int rc = item_take(i, &spool, SPOOL_QUEUE, "acc", id, &e);

	ck_assert_msg(rc >= 0, "%s", e.text);
	return rc;
}

static void
check_message(struct item *i, struct bytes want)
{
	struct error e = ERROR_NONE;
	struct buf out = BUF(4 * MIB);
	struct message m;

	message_init(&m);
	ck_assert_msg(item_message(i, &m, &e) == 0, "%s", e.text);
	letter_write(&m, &out);
	ck_assert(bytes_same(buf_bytes(&out), want));
	message_clear(&m);
	buf_clear(&out);
}

/* ---- opening ---------------------------------------------------------------- */

START_TEST(a_spool_is_created_when_asked_for)
{
	struct error e = ERROR_NONE;
	struct spool other = SPOOL;
	char name[128];
	struct stat st;

	snprintf(name, sizeof(name), "%s/c", top);
	ck_assert_int_eq(spool_open(&other, name, false, &e), 1);
	spool_close(&other);
	ck_assert_int_lt(stat(name, &st), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0700);
	ck_assert_int_eq(spool_open(&other, path, false, &e), 0);
	ck_assert_int_eq(spool.owner, geteuid());
	spool_close(&other);
}
END_TEST

static const struct {
	mode_t mode;
	int rc;
} modes[] = { { 0700, 0 }, { 0755, 0 }, { 0770, -1 }, { 0702, -1 },
	{ 0777, -1 }, { 01777, -1 } };

START_TEST(a_spool_open_to_others_is_refused)
{
	struct error e = ERROR_NONE;
	struct spool other = SPOOL;

	ck_assert_int_eq(chmod(path, modes[_i].mode), 0);
	ck_assert_int_eq(spool_open(&other, path, false, &e), modes[_i].rc);
	ck_assert_int_eq(e.kind, modes[_i].rc < 0 ? ERR_SPOOL : ERR_NONE);
	ck_assert(modes[_i].rc == 0 || strstr(e.text, path) != NULL);
	spool_close(&other);
}
END_TEST

START_TEST(what_is_no_directory_is_no_spool)
{
	struct error e = ERROR_NONE;
	struct spool other = SPOOL;

	ck_assert_int_lt(spool_open(&other, "/dev/null", true, &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	spool_close(&other);
	e = ERROR_NONE;
	ck_assert_int_lt(spool_open(&other, "/dev/null/a/b", true, &e), 0);
	spool_close(&other);
}
END_TEST

/* ---- keeping ---------------------------------------------------------------- */

START_TEST(what_is_kept_is_taken)
{
	struct item i;
	char id[ENTRY_ID];

	spool.named_drafts = _i == 1;
	keep_one(id);
	ck_assert(entry_is_id(bytes_of(id)));
	ck_assert_int_eq(names_in("queue/acc"), 1);
	ck_assert_int_eq(names_in("draft"), _i == 1 ? 0 : -1);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_str_eq(i.entry.id, id);
	ck_assert_str_eq(i.entry.account, "acc");
	ck_assert_str_eq(i.entry.env.sender, "me@example.org");
	ck_assert_str_eq(i.entry.env.to[0].address, "x@y.example");
	ck_assert_uint_eq(i.entry.tries, 0);
	ck_assert_int_eq(i.size, (int64_t)strlen(LETTER));
	check_message(&i, BYTES(LETTER));
	item_release(&i);
}
END_TEST

START_TEST(a_large_message)
{
	struct buf text = BUF(4 * MIB);
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID] = "";

	buf_adds(&text, "A: b\r\n\r\n");
	while (text.n < 2 * MIB)
		buf_adds(&text, "0123456789 abcdefghijklmnopqrstuvwxyz\r\n");
	spool.named_drafts = _i == 1;
	ck_assert_int_eq(keep(buf_text(&text), id, 0, &e), 0);
	ck_assert_int_eq(take(&i, id), 0);
	check_message(&i, buf_bytes(&text));
	item_release(&i);
	buf_clear(&text);
}
END_TEST

/* A draft in draft/, as a crash leaves it: last written so long ago. */
static int
draft(const char *name, int64_t age)
{
	char file[200];
	struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
		{ .tv_sec = THEN - age } };
	int fd;

	snprintf(file, sizeof(file), "%s/draft", path);
	mkdir(file, 0700);
	snprintf(file, sizeof(file), "%s/draft/%s", path, name);
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(futimens(fd, times), 0);
	return fd;
}

START_TEST(drafts_that_were_left_go)
{
	struct flock all = { .l_type = F_WRLCK };
	int locked;

	spool_sweep(&spool, THEN);
	close(draft("0OLD", 3600));
	close(draft("0NEW", 3599));
	close(draft("none-of-ours", 7200));
	locked = draft("0BUSY", 7200);
	ck_assert_int_eq(fcntl(locked, F_OFD_SETLK, &all), 0);
	spool_sweep(&spool, THEN);
	ck_assert_int_eq(names_in("draft"), 3);
	close(locked);
	spool_sweep(&spool, THEN);
	ck_assert_int_eq(names_in("draft"), 2);
}
END_TEST

START_TEST(runs_on_the_side_take_turns)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID] = "";
	int first, second;

	ck_assert(spool_turn(&spool, "acc", &first));
	ck_assert_int_eq(first, -1);
	ck_assert_int_eq(keep(LETTER, id, 0, &e), 0);
	ck_assert(spool_turn(&spool, "acc", &first));
	ck_assert_int_ge(first, 0);
	ck_assert(!spool_turn(&spool, "acc", &second));
	ck_assert_int_eq(second, -1);
	ck_assert(spool_turn(&spool, "other", &second));
	close(first);
	ck_assert(spool_turn(&spool, "acc", &first));
	close(first);
}
END_TEST

/* With a copy of the place somewhere else, as after a fork. */
START_TEST(one_in_line)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID] = "";
	int line, copy, next, turn;

	ck_assert_int_eq(keep(LETTER, id, 0, &e), 0);
	ck_assert(spool_line(&spool, "acc", &line));
	ck_assert(!spool_line(&spool, "acc", &next));
	ck_assert_int_eq(next, -1);
	ck_assert(spool_turn(&spool, "acc", &turn));
	close(turn);
	copy = dup(line);
	spool_await_turn(&spool, "acc", line, &turn);
	ck_assert(!spool_turn(&spool, "acc", &next));
	ck_assert(spool_line(&spool, "acc", &next));
	close(next);
	close(copy);
	close(line);
	close(turn);
}
END_TEST

START_TEST(what_was_tried_is_put_off)
{
	struct error e = ERROR_NONE;
	struct spool_list list = { 0 };
	char id[ENTRY_ID] = "";
	struct item i;

	ck_assert_int_eq(keep(LETTER, id, 1, &e), 0);
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_int_eq(list.items[0].due, THEN + 300);
	ck_assert(!spool_due(&spool, "acc", THEN + 299));
	ck_assert(spool_due(&spool, "acc", THEN + 300));
	ck_assert(!spool_due(&spool, "other", THEN + 300));
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_uint_eq(i.entry.tries, 1);
	ck_assert_str_eq(i.entry.why, "no");
	ck_assert_int_eq(i.entry.next, THEN + 300);
	item_release(&i);
	spool_list_clear(&list);
}
END_TEST

START_TEST(the_same_id_again_is_the_same_message)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID] = "0ABC";
	struct item i;

	spool.named_drafts = _i == 1;
	ck_assert_int_eq(keep(LETTER, id, 0, &e), 0);
	ck_assert_int_eq(keep("A: b\r\n\r\nanother\r\n", id, 0, &e), 0);
	ck_assert_str_eq(id, "0ABC");
	ck_assert_int_eq(names_in("queue/acc"), 1);
	ck_assert_int_eq(take(&i, id), 0);
	check_message(&i, BYTES(LETTER));
	item_release(&i);
}
END_TEST

/* Others write at the same time. */
START_TEST(the_draft_of_somebody_else_stays)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID], other[ENTRY_ID] = "0ABC", name[200];

	keep_one(id); /* the name that is the next draft's, too */
	spool.named_drafts = true;
	snprintf(name, sizeof(name), "%s/draft", path);
	ck_assert_int_eq(mkdir(name, 0700), 0);
	snprintf(name, sizeof(name), "%s/draft/%s", path, id);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	micros = 0;
	ck_assert_int_lt(keep(LETTER, other, 0, &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	ck_assert_int_eq(names_in("draft"), 1);
}
END_TEST

START_TEST(nothing_is_left_of_what_could_not_be_kept)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID] = "", name[200];

	snprintf(name, sizeof(name), "%s/queue", path);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_lt(keep(LETTER, id, 0, &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	ck_assert_str_eq(id, "");
	ck_assert_int_eq(names_in("."), 1);
}
END_TEST

/* ---- listing ---------------------------------------------------------------- */

START_TEST(by_age)
{
	static const int64_t when[] = { 40, 7000000, 39, 0, 33000000000, 31,
		32 };
	struct error e = ERROR_NONE;
	struct spool_list list = { 0 };
	char ids[ROWS(when)][ENTRY_ID];
	int order[] = { 3, 5, 6, 2, 0, 1, 4 };

	for (int i = 0; i < ROWS(when); i++) {
		micros = when[i];
		keep_one(ids[i]);
		ck_assert_int_eq(
		    spool_id_time(ids[i]), THEN + when[i] / 1000000);
	}
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_uint_eq(list.n, ROWS(when));
	for (int i = 0; i < ROWS(when); i++)
		ck_assert_str_eq(list.items[i].id, ids[order[i]]);
	spool_list_clear(&list);
}
END_TEST

START_TEST(one_is_found_by_its_id)
{
	char id[ENTRY_ID];

	keep_one(id);
	ck_assert(spool_has(&spool, SPOOL_QUEUE, "acc", id));
	ck_assert(!spool_has(&spool, SPOOL_HELD, "acc", id));
	ck_assert(!spool_has(&spool, SPOOL_QUEUE, "other", id));
	ck_assert(!spool_has(&spool, SPOOL_QUEUE, "acc", "0"));
	ck_assert(!spool_has(&spool, SPOOL_QUEUE, "acc", "../acc"));
	ck_assert(!spool_has(&spool, SPOOL_QUEUE, "acc", ""));
}
END_TEST

START_TEST(nothing_is_an_empty_list)
{
	struct error e = ERROR_NONE;
	struct spool_list list = { 0 };
	char **accounts = spool_accounts(&spool, SPOOL_QUEUE, &e);

	ck_assert_ptr_nonnull(accounts);
	ck_assert_ptr_null(accounts[0]);
	spool_names_free(accounts);
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_uint_eq(list.n, 0);
	ck_assert(!spool_due(&spool, "acc", INT64_MAX));
	ck_assert_int_eq(e.kind, ERR_NONE);
}
END_TEST

START_TEST(the_accounts)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID], name[200], **accounts;

	keep_one(id);
	snprintf(name, sizeof(name), "%s/queue/other", path);
	mkdir(name, 0700);
	accounts = spool_accounts(&spool, SPOOL_QUEUE, &e);
	ck_assert_ptr_nonnull(accounts);
	ck_assert(accounts[0] != NULL && accounts[1] != NULL);
	ck_assert_ptr_null(accounts[2]);
	spool_names_free(accounts);
}
END_TEST

/* Files of others are none of ours. */
START_TEST(a_name_that_is_no_id_is_left_alone)
{
	struct error e = ERROR_NONE;
	struct spool_list list = { 0 };
	char id[ENTRY_ID], name[200];

	keep_one(id);
	snprintf(name, sizeof(name), "%s/queue/acc/%s~", path, id);
	close(open(name, O_CREAT | O_WRONLY, 0600));
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_uint_eq(list.n, 1);
	spool_list_clear(&list);
}
END_TEST

/* ---- taking ----------------------------------------------------------------- */

START_TEST(one_at_a_time)
{
	struct error e = ERROR_NONE;
	struct item a, b;
	char id[ENTRY_ID];

	keep_one(id);
	ck_assert_int_eq(take(&a, id), 0);
	ck_assert_int_eq(take(&b, id), 1);
	item_release(&b);
	ck_assert_int_eq(item_look(&b, &spool, SPOOL_QUEUE, "acc", id, &e), 0);
	item_release(&b);
	item_release(&a);
	ck_assert_int_eq(take(&b, id), 0);
	item_release(&b);
}
END_TEST

START_TEST(what_is_gone_is_not_taken)
{
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID];

	ck_assert_int_eq(take(&i, "0ABC"), 1);
	item_release(&i);
	keep_one(id);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_int_eq(item_drop(&i, &e), 0);
	item_release(&i);
	ck_assert_int_eq(names_in("queue/acc"), 0);
	ck_assert_int_eq(take(&i, id), 1);
	item_release(&i);
}
END_TEST

/* Take and drop all that can be had; how many it was goes into the pipe. */
static void
work(const struct spool_list *list, int to)
{
	struct error e = ERROR_NONE;
	struct item i;

	for (size_t k = 0; k < list->n; k++) {
		int rc = item_take(
		    &i, &spool, SPOOL_QUEUE, "acc", list->items[k].id, &e);

		if (rc == 0 &&
		    (write(to, "x", 1) != 1 || item_drop(&i, &e) < 0))
			_exit(1);
		item_release(&i);
	}
	_exit(0);
}

START_TEST(each_is_taken_once_by_many)
{
	struct error e = ERROR_NONE;
	struct spool_list list = { 0 };
	char id[ENTRY_ID], all[2 * MANY];
	int fd[2];

	for (int i = 0; i < MANY; i++)
		keep_one(id);
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_int_eq(pipe(fd), 0);
	for (int i = 0; i < WORKERS; i++)
		if (fork() == 0)
			work(&list, fd[1]);
	for (int i = 0; i < WORKERS; i++)
		wait(NULL);
	ck_assert_int_eq(read(fd[0], all, sizeof(all)), MANY);
	ck_assert_int_eq(names_in("queue/acc"), 0);
	spool_list_clear(&list);
	close(fd[0]);
	close(fd[1]);
}
END_TEST

START_TEST(from_place_to_place)
{
	struct error e = ERROR_NONE;
	struct item i, held;
	char id[ENTRY_ID];

	keep_one(id);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_int_eq(item_move(&i, SPOOL_HELD, &e), 0);
	ck_assert_int_eq(
	    item_take(&held, &spool, SPOOL_HELD, "acc", id, &e), 1);
	item_release(&held);
	item_release(&i);
	ck_assert_int_eq(names_in("queue/acc"), 0);
	ck_assert_int_eq(names_in("held/acc"), 1);
	ck_assert_int_eq(take(&i, id), 1);
	item_release(&i);
	ck_assert_int_eq(
	    item_take(&held, &spool, SPOOL_HELD, "acc", id, &e), 0);
	check_message(&held, BYTES(LETTER));
	item_release(&held);
}
END_TEST

/* ---- its history ------------------------------------------------------------ */

static void
note_try(struct item *i, int64_t next)
{
	struct buf line = BUF(1000);
	struct error e = ERROR_NONE;

	i->entry.tried = THEN;
	i->entry.next = next;
	strcpy(i->entry.why, "later");
	entry_write_try(&i->entry, &line);
	ck_assert_int_eq(item_note(i, buf_bytes(&line), true, &e), 0);
	buf_clear(&line);
}

START_TEST(what_is_noted_is_read)
{
	struct spool_list list = { 0 };
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID];

	keep_one(id);
	ck_assert_int_eq(take(&i, id), 0);
	note_try(&i, THEN + 10);
	note_try(&i, THEN + 20);
	ck_assert_int_eq(item_hasten(&i, THEN + 15, &e), 0);
	item_release(&i);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_uint_eq(i.entry.tries, 2);
	ck_assert_int_eq(i.entry.next, THEN + 15);
	check_message(&i, BYTES(LETTER));
	item_release(&i);
	ck_assert_int_eq(spool_list(&spool, SPOOL_QUEUE, "acc", &list, &e), 0);
	ck_assert_int_eq(list.items[0].due, THEN + 15);
	spool_list_clear(&list);
}
END_TEST

static int
open_file(const char *place, const char *id)
{
	char name[200];
	int fd;

	snprintf(name, sizeof(name), "%s/%s/%s", path, place, id);
	fd = open(name, O_RDWR);
	ck_assert_int_ge(fd, 0);
	return fd;
}

static off_t
size_of(int fd)
{
	return lseek(fd, 0, SEEK_END);
}

/* What stands behind it says that it was whole once. */
START_TEST(a_note_between_others_that_is_damaged)
{
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID];
	off_t at;
	int fd;

	keep_one(id);
	fd = open_file("queue/acc", id);
	at = size_of(fd) + 5;
	ck_assert_int_eq(take(&i, id), 0);
	note_try(&i, THEN + 10);
	note_try(&i, THEN + 20);
	item_release(&i);
	ck_assert_int_eq(pwrite(fd, "#", 1, at), 1);
	close(fd);
	ck_assert_int_lt(item_take(&i, &spool, SPOOL_QUEUE, "acc", id, &e), 0);
	item_release(&i);
	ck_assert_ptr_nonnull(strstr(e.text, "its history is damaged"));
	close(open_file("damaged", id));
}
END_TEST

/* Cut off at every octet, by those who were killed, and written again. */
START_TEST(a_note_that_was_cut_off_is_overwritten)
{
	struct item i;
	char id[ENTRY_ID];
	off_t before, after;
	int fd;

	keep_one(id);
	fd = open_file("queue/acc", id);
	before = size_of(fd);
	ck_assert_int_eq(take(&i, id), 0);
	note_try(&i, THEN + 10);
	item_release(&i);
	after = size_of(fd);
	for (off_t n = after - 1; n >= before; n--) {
		ck_assert_int_eq(ftruncate(fd, n), 0);
		ck_assert_int_eq(take(&i, id), 0);
		ck_assert_uint_eq(i.entry.tries, 0);
		note_try(&i, THEN + 10);
		item_release(&i);
		ck_assert_int_eq(size_of(fd), after);
		ck_assert_int_eq(take(&i, id), 0);
		ck_assert_uint_eq(i.entry.tries, 1);
		item_release(&i);
	}
	close(fd);
}
END_TEST

/* Whoever was killed may have left more than what is written now. */
START_TEST(nothing_is_left_of_a_note_that_was_cut_off)
{
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID], rest[500];
	off_t end;
	int fd;

	keep_one(id);
	fd = open_file("queue/acc", id);
	end = size_of(fd);
	memset(rest, 'x', sizeof(rest));
	rest[40] = '\n';
	ck_assert_int_gt(pwrite(fd, rest, sizeof(rest), end), 0);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_int_eq(i.end, end);
	ck_assert_int_eq(item_hasten(&i, THEN, &e), 0);
	ck_assert_int_eq(size_of(fd), i.end);
	item_release(&i);
	close(fd);
}
END_TEST

/* Nobody sees it, and it is still there behind a note. */
START_TEST(what_is_reserved_is_behind_the_end)
{
	struct error e = ERROR_NONE;
	struct stat before, after, noted;
	struct item i;
	char id[ENTRY_ID];

	keep_one(id);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_int_eq(fstat(i.fd, &before), 0);
	ck_assert_int_eq(item_reserve(&i, MIB, &e), 0);
	ck_assert_int_eq(fstat(i.fd, &after), 0);
	ck_assert_int_eq(after.st_size, before.st_size);
	ck_assert(after.st_blocks == before.st_blocks ||
	    after.st_blocks * 512 >= (int64_t)MIB);
	note_try(&i, THEN + 10);
	ck_assert_int_eq(fstat(i.fd, &noted), 0);
	ck_assert_int_gt(noted.st_size, before.st_size);
	ck_assert_int_ge(noted.st_blocks, after.st_blocks);
	item_release(&i);
	ck_assert_int_eq(take(&i, id), 0);
	ck_assert_uint_eq(i.entry.tries, 1);
	item_release(&i);
}
END_TEST

/* ---- as much as can be read -------------------------------------------------- */

enum { LONG_ONE = 60000 };

/* Addresses until the envelope is as large as it may be, and then some. */
static void
fill_envelope(struct entry *n, size_t more)
{
	struct error e = ERROR_NONE;
	struct buf address = BUF(LONG_ONE), text = BUF(2 * ENTRY_MOST);
	size_t left, head = sizeof("01234567 to \n") - 1;

	n->account = strdup("acc");
	envelope_from(&n->env, BYTES("me@example.org"), &e);
	for (int i = 0; i < LONG_ONE; i++)
		buf_addc(&address, 'x');
	entry_write(n, &text);
	left = ENTRY_MOST - ENTRY_HISTORY - text.n + more;
	while (left > 0) {
		size_t take = left - head - ENTRY_BRIEF, at;

		if (take > LONG_ONE)
			take = LONG_ONE / 2;
		ck_assert_int_eq(
		    envelope_again(&n->env,
			bytes_head(buf_bytes(&address), take), &at, &e),
		    0);
		left -= take + head + ENTRY_BRIEF;
	}
	buf_clear(&address);
	buf_clear(&text);
}

static int
keep_full(struct entry *n, size_t more, struct error *e)
{
	struct message m;
	int rc;

	entry_init(n);
	fill_envelope(n, more);
	letter_read(&m, BYTES(LETTER), false);
	rc = spool_keep(&spool, SPOOL_QUEUE, n, &m, &here, e);
	message_clear(&m);
	return rc;
}

START_TEST(what_could_not_be_read_is_not_kept)
{
	struct error e = ERROR_NONE;
	struct entry n;

	ck_assert_int_lt(keep_full(&n, 1, &e), 0);
	ck_assert_int_eq(e.kind, ERR_TOO_LARGE);
	ck_assert_int_eq(names_in("queue/acc"), 0);
	entry_clear(&n);
}
END_TEST

START_TEST(a_full_history_can_be_read)
{
	struct error e = ERROR_NONE;
	struct entry n;
	struct item i;
	struct stat st;

	ck_assert_msg(keep_full(&n, 0, &e) == 0, "%s", e.text);
	ck_assert_int_eq(take(&i, n.id), 0);
	while (item_may_add(&i, ENTRY_TRY))
		note_try(&i, THEN + 10);
	for (int k = 0; k < 100; k++)
		ck_assert_int_eq(item_hasten(&i, THEN + k, &e), 0);
	ck_assert_int_eq(fstat(i.fd, &st), 0);
	ck_assert_int_eq(st.st_mtime, THEN + 99);
	ck_assert(entry_fits(
	    &n, (size_t)(st.st_size - i.size) - SPOOL_HEAD + ENTRY_TRY));
	item_release(&i);
	ck_assert_int_eq(take(&i, n.id), 0);
	ck_assert_uint_gt(i.entry.tries, 100);
	item_release(&i);
	entry_clear(&n);
}
END_TEST

/* ---- damage ----------------------------------------------------------------- */

static const struct {
	off_t at;
	const char *with, *says;
} damages[] = {
	{ 0, "S", "first line" },
	{ 14, "2", "first line" },
	{ 16, "x", "first line" },
	{ 16, "09223372036854775807", "first line" },
	{ 16, "99999999999999999999", "first line" },
	{ 16, "00009223372036854000", "cut off" },
	{ 16, "-0000000000000000001", "first line" },
	{ 63, " ", "first line" },
	{ 35, "0", "envelope" },
	{ 37, "xx", "first line" },
	{ SPOOL_HEAD + 15, "x", "envelope" },
	{ SPOOL_HEAD + 15 + 9, "x", "envelope" },
};

START_TEST(what_is_damaged_is_moved_away)
{
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID];
	int fd;

	keep_one(id);
	fd = open_file("queue/acc", id);
	ck_assert_int_gt(pwrite(fd, damages[_i].with, strlen(damages[_i].with),
			     damages[_i].at),
	    0);
	close(fd);
	ck_assert_int_lt(item_look(&i, &spool, SPOOL_QUEUE, "acc", id, &e), 0);
	item_release(&i);
	ck_assert_int_eq(names_in("damaged"), -1);
	e = ERROR_NONE;
	ck_assert_int_lt(item_take(&i, &spool, SPOOL_QUEUE, "acc", id, &e), 0);
	item_release(&i);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	ck_assert_msg(strstr(e.text, damages[_i].says) != NULL, "%s", e.text);
	ck_assert_ptr_nonnull(strstr(e.text, id));
	ck_assert_ptr_nonnull(strstr(e.hint, path));
	ck_assert_int_eq(names_in("damaged"), 1);
	ck_assert_int_eq(names_in("queue/acc"), 0);
}
END_TEST

static int
take_message(const char *id, struct error *e)
{
	struct message m;
	struct item i;
	int rc;

	ck_assert_int_eq(take(&i, id), 0);
	message_init(&m);
	rc = item_message(&i, &m, e);
	message_clear(&m);
	item_release(&i);
	return rc;
}

/* Each octet of the message, and each digit of its checksum. */
START_TEST(a_message_that_is_damaged_is_moved_away)
{
	for (off_t at = 37; at < SPOOL_HEAD + (off_t)strlen(LETTER); at++) {
		struct error e = ERROR_NONE;
		char id[ENTRY_ID], was;
		int fd;

		if (at >= 45 && at < SPOOL_HEAD)
			continue;
		keep_one(id);
		fd = open_file("queue/acc", id);
		ck_assert_int_eq(pread(fd, &was, 1, at), 1);
		was = was == '1' ? '2' : '1';
		ck_assert_int_eq(pwrite(fd, &was, 1, at), 1);
		close(fd);
		ck_assert_msg(take_message(id, &e) < 0, "at %d", (int)at);
		ck_assert_int_eq(e.kind, ERR_SPOOL);
		ck_assert_ptr_nonnull(strstr(e.text, id));
		close(open_file("damaged", id));
	}
	ck_assert_int_eq(names_in("queue/acc"), 0);
}
END_TEST

START_TEST(what_names_another_account_is_damaged)
{
	struct error e = ERROR_NONE;
	struct item i;
	char id[ENTRY_ID], from[128], to[128];

	keep_one(id);
	snprintf(from, sizeof(from), "%s/queue/acc", path);
	snprintf(to, sizeof(to), "%s/queue/other", path);
	ck_assert_int_eq(rename(from, to), 0);
	ck_assert_int_lt(
	    item_take(&i, &spool, SPOOL_QUEUE, "other", id, &e), 0);
	item_release(&i);
	ck_assert_ptr_nonnull(strstr(e.text, "account that is not its own"));
	close(open_file("damaged", id));
}
END_TEST

START_TEST(an_account_is_a_name_and_no_path)
{
	static const char *const paths[] = { "..", ".", "", "../x", "a/b",
		"/x" };

	for (size_t k = 0; k < sizeof(paths) / sizeof(paths[0]); k++) {
		struct error e = ERROR_NONE;
		struct spool_list list = { 0 };

		ck_assert_int_lt(
		    spool_list(&spool, SPOOL_QUEUE, paths[k], &list, &e), 0);
	}
}
END_TEST

/* Wherever a disk that lied has cut it off. */
START_TEST(a_file_that_is_cut_off)
{
	struct error none = ERROR_NONE;
	char id[ENTRY_ID];
	off_t all;
	int fd;

	keep_one(id);
	fd = open_file("queue/acc", id);
	all = size_of(fd);
	close(fd);
	for (off_t n = 0; n < all; n++) {
		struct error e = ERROR_NONE;
		struct item i;

		fd = open_file("queue/acc", id);
		ck_assert_int_eq(ftruncate(fd, n), 0);
		close(fd);
		ck_assert_int_lt(
		    item_take(&i, &spool, SPOOL_QUEUE, "acc", id, &e), 0);
		ck_assert_int_eq(e.kind, ERR_SPOOL);
		item_release(&i);
		close(open_file("damaged", id));
		ck_assert_int_eq(keep(LETTER, id, 0, &none), 0);
	}
}
END_TEST

/* A link may lead anywhere. */
START_TEST(a_link_is_not_followed)
{
	struct error e = ERROR_NONE;
	char id[ENTRY_ID], name[200];
	struct item i;

	keep_one(id);
	snprintf(name, sizeof(name), "%s/queue/acc/0ABC", path);
	ck_assert_int_eq(symlink(id, name), 0);
	ck_assert_int_lt(
	    item_take(&i, &spool, SPOOL_QUEUE, "acc", "0ABC", &e), 0);
	ck_assert_int_eq(e.kind, ERR_SPOOL);
	item_release(&i);
}
END_TEST

/* Run by root for somebody else: he is to find it his. */
START_TEST(what_root_makes_is_whose_its_place_is)
{
	struct error e = ERROR_NONE;
	struct spool s = SPOOL;
	struct stat st;
	char deep[100];

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chown(path, 21474, (gid_t)-1), 0);
	snprintf(deep, sizeof(deep), "%s/one/two", path);
	ck_assert_int_eq(spool_open(&s, deep, true, &e), 0);
	ck_assert_int_eq(s.owner, 21474);
	ck_assert_int_eq(stat(deep, &st), 0);
	ck_assert_int_eq(st.st_uid, 21474);
	ck_assert_int_eq(st.st_mode & 0777, 0700);
	spool_close(&s);
}
END_TEST

static int
may_add(int64_t uid, int64_t octets, int64_t most)
{
	struct error e = ERROR_NONE;

	return spool_may_add(&spool, uid, octets, most, &e);
}

START_TEST(the_share_of_each)
{
	const int64_t block = SHARE_BLOCK;
	struct error e = ERROR_NONE;
	char a[ENTRY_ID] = "", b[ENTRY_ID] = "", c[ENTRY_ID] = "";
	struct item i;

	ck_assert_int_eq(may_add(1001, block, block), 1);
	ck_assert_int_eq(may_add(1001, block + 1, block), 0);
	ck_assert_int_eq(keep(LETTER, a, 0, &e), 0);
	ck_assert_int_eq(keep(LETTER, b, 0, &e), 0);
	ck_assert_int_eq(keep(LETTER, c, 1, &e), 0);
	ck_assert_int_eq(item_take(&i, &spool, SPOOL_QUEUE, "acc", b, &e), 0);
	ck_assert_int_eq(item_move(&i, SPOOL_HELD, &e), 0);
	item_release(&i);
	ck_assert_int_eq(may_add(1001, 1, 4 * block), 1);
	ck_assert_int_eq(may_add(1001, 1, 3 * block), 1);
	ck_assert_int_eq(may_add(1001, 1, 3 * block - 1), 0);
	ck_assert_int_eq(may_add(1000, 1, 2 * block), 1);
	ck_assert_int_eq(may_add(1000, 1, 2 * block - 1), 0);
	ck_assert_int_eq(may_add(1002, 1, block), 1);
	ck_assert_int_eq(may_add(SHARE_ALL, 1, 4 * block), 1);
	ck_assert_int_eq(may_add(SHARE_ALL, 1, 4 * block - 1), 0);
}
END_TEST

Suite *
suite_spool(void)
{
	Suite *s = suite_create("spool");
	TCase *t = tcase_create("spool");
	tcase_set_timeout(t, 60); /* the machine may be busy */

	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, a_spool_is_created_when_asked_for);
	tcase_add_loop_test(
	    t, a_spool_open_to_others_is_refused, 0, ROWS(modes));
	tcase_add_test(t, what_is_no_directory_is_no_spool);
	tcase_add_loop_test(t, what_is_kept_is_taken, 0, 2);
	tcase_add_loop_test(t, a_large_message, 0, 2);
	tcase_add_test(t, runs_on_the_side_take_turns);
	tcase_add_test(t, one_in_line);
	tcase_add_test(t, what_was_tried_is_put_off);
	tcase_add_loop_test(t, the_same_id_again_is_the_same_message, 0, 2);
	tcase_add_test(t, the_draft_of_somebody_else_stays);
	tcase_add_test(t, nothing_is_left_of_what_could_not_be_kept);
	tcase_add_test(t, by_age);
	tcase_add_test(t, one_is_found_by_its_id);
	tcase_add_test(t, nothing_is_an_empty_list);
	tcase_add_test(t, the_accounts);
	tcase_add_test(t, what_root_makes_is_whose_its_place_is);
	tcase_add_test(t, the_share_of_each);
	tcase_add_test(t, a_name_that_is_no_id_is_left_alone);
	tcase_add_test(t, one_at_a_time);
	tcase_add_test(t, what_is_gone_is_not_taken);
	tcase_add_test(t, each_is_taken_once_by_many);
	tcase_add_test(t, from_place_to_place);
	tcase_add_test(t, what_is_noted_is_read);
	tcase_add_test(t, a_note_between_others_that_is_damaged);
	tcase_add_test(t, a_note_that_was_cut_off_is_overwritten);
	tcase_add_test(t, drafts_that_were_left_go);
	tcase_add_test(t, nothing_is_left_of_a_note_that_was_cut_off);
	tcase_add_test(t, what_is_reserved_is_behind_the_end);
	tcase_add_loop_test(t, what_is_damaged_is_moved_away, 0, ROWS(damages));
	tcase_add_test(t, a_message_that_is_damaged_is_moved_away);
	tcase_add_test(t, what_names_another_account_is_damaged);
	tcase_add_test(t, an_account_is_a_name_and_no_path);
	tcase_add_test(t, a_file_that_is_cut_off);
	tcase_add_test(t, a_link_is_not_followed);
	suite_add_tcase(s, t);
	t = tcase_create("full");
	tcase_set_timeout(t, 600);
	tcase_add_checked_fixture(t, begin, end);
	tcase_add_test(t, what_could_not_be_read_is_not_kept);
	tcase_add_test(t, a_full_history_can_be_read);
	suite_add_tcase(s, t);
	return s;
}
