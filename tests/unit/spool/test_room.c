#include "spool/room.h"

#include <check.h>

#define ROWS(a) (int)(sizeof(a) / sizeof((a)[0]))

Suite *suite_room(void);

enum { KIB = 1024, MIB = 1024 * KIB };

static const struct {
	unsigned long unit;
	uint64_t all, free, files, files_free;
	int64_t reserve, size;
	bool left;
} rooms[] = {
	/* a large file system: the reserve counts */
	{ 4096, 1 << 20, 4096, 1 << 20, 1 << 20, 16 * MIB, 0, true },
	{ 4096, 1 << 20, 4095, 1 << 20, 1 << 20, 16 * MIB, 0, false },
	{ 4096, 1 << 20, 4096, 1 << 20, 1 << 20, 16 * MIB, 1, false },
	{ 4096, 1 << 20, 4097, 1 << 20, 1 << 20, 16 * MIB, 4096, true },
	{ 4096, 1 << 20, 4097, 1 << 20, 1 << 20, 16 * MIB, 4097, false },
	{ 1024, 1 << 20, 2, 1 << 20, 1 << 20, 1025, 0, true },
	{ 1024, 1 << 20, 1, 1 << 20, 1 << 20, 1025, 0, false },
	/* a small one: a part of it */
	{ 4096, 256, 12, 4000, 4000, 16 * MIB, 0, true },
	{ 4096, 256, 11, 4000, 4000, 16 * MIB, 0, false },
	{ 4096, 19, 0, 4000, 4000, 16 * MIB, 0, true },
	{ 4096, 19, 0, 4000, 4000, 16 * MIB, 1, false },
	/* files */
	{ 4096, 1 << 20, 1 << 20, 1 << 20, 256, 16 * MIB, 0, true },
	{ 4096, 1 << 20, 1 << 20, 1 << 20, 255, 16 * MIB, 0, false },
	{ 4096, 1 << 20, 1 << 20, 400, 20, 16 * MIB, 0, true },
	{ 4096, 1 << 20, 1 << 20, 400, 19, 16 * MIB, 0, false },
	{ 4096, 1 << 20, 1 << 20, 0, 0, 16 * MIB, 0, true },
	/* off, and file systems that do not say */
	{ 4096, 1 << 20, 0, 400, 0, 0, 4096, true },
	{ 0, 0, 0, 0, 0, 16 * MIB, 4096, true },
	{ 4096, 1 << 20, 1 << 20, 1 << 20, 1 << 20, INT64_MAX, 0, true },
	{ 4096, 1 << 20, 1 << 10, 1 << 20, 1 << 20, 1, INT64_MAX, false },
};

START_TEST(rooms_by_table)
{
	struct statvfs fs = { .f_frsize = rooms[_i].unit,
		.f_blocks = rooms[_i].all,
		.f_bavail = rooms[_i].free,
		.f_files = rooms[_i].files,
		.f_favail = rooms[_i].files_free };

	ck_assert_int_eq(
	    room_left(&fs, rooms[_i].reserve, rooms[_i].size), rooms[_i].left);
}
END_TEST

Suite *
suite_room(void)
{
	Suite *s = suite_create("room");
	TCase *t = tcase_create("room");

	tcase_add_loop_test(t, rooms_by_table, 0, ROWS(rooms));
	suite_add_tcase(s, t);
	return s;
}
