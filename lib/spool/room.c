#include "spool/room.h"

static uint64_t
lesser(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* How many blocks so many octets take. */
static uint64_t
blocks(const struct statvfs *fs, int64_t octets)
{
	return ((uint64_t)octets + fs->f_frsize - 1) / fs->f_frsize;
}

/* What is there for all users, and not for root alone. */
bool
room_left(const struct statvfs *fs, int64_t reserve, int64_t size)
{
	uint64_t kept;

	if (reserve == 0 || fs->f_frsize == 0)
		return true;
	kept = lesser(blocks(fs, reserve), fs->f_blocks / ROOM_PART);
	return fs->f_bavail >= kept + blocks(fs, size) &&
	    fs->f_favail >= lesser(ROOM_FILES, fs->f_files / ROOM_PART);
}
