/* SPDX-License-Identifier: MIT */
/* bad_disk.c - sqlite3's own way to the disk, with a gate before each change. */
#include "bad_disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static sqlite3_vfs shim, *real_vfs;
static enum bad_disk_way way;
static uint64_t at, counted;

/* The real file lies behind it. */
struct bad_file {
	sqlite3_file base;
	sqlite3_file *real;
};

void bad_disk_arm(enum bad_disk_way new_way, uint64_t k)
{
	way = new_way;
	at = k;
	counted = 0;
}

uint64_t bad_disk_disarm(void)
{
	way = BAD_DISK_COUNTS;
	return counted;
}

/* SQLITE_OK, or what the change fails with. */
static int change(int error)
{
	if (way == BAD_DISK_TEARS)
		return SQLITE_OK; /* writes count themselves */
	counted++;
	if (way == BAD_DISK_FULL && counted >= at)
		return SQLITE_FULL;
	if (counted != at || way == BAD_DISK_COUNTS)
		return SQLITE_OK;
	if (way == BAD_DISK_KILLS)
		kill(getpid(), SIGKILL);
	return way == BAD_DISK_FAILS ? error : SQLITE_OK;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct bad_file *)file)->real;
}

static int bad_close(sqlite3_file *file)
{
	return real_of(file)->pMethods->xClose(real_of(file));
}

static int bad_read(sqlite3_file *file, void *to, int len, sqlite3_int64 offset)
{
	return real_of(file)->pMethods->xRead(real_of(file), to, len, offset);
}

static int bad_write(sqlite3_file *file, const void *from, int len, sqlite3_int64 offset)
{
	int code = change(SQLITE_IOERR_WRITE);

	if (code)
		return code;
	if (way == BAD_DISK_TEARS && ++counted == at) {
		(void)real_of(file)->pMethods->xWrite(real_of(file), from, len / 2, offset);
		kill(getpid(), SIGKILL);
	}
	return real_of(file)->pMethods->xWrite(real_of(file), from, len, offset);
}

static int bad_truncate(sqlite3_file *file, sqlite3_int64 len)
{
	int code = change(SQLITE_IOERR_TRUNCATE);

	return code ? code : real_of(file)->pMethods->xTruncate(real_of(file), len);
}

static int bad_sync(sqlite3_file *file, int flags)
{
	(void)file;
	(void)flags;
	return change(SQLITE_IOERR_FSYNC); /* a killed process loses nothing that was written */
}

static int bad_size(sqlite3_file *file, sqlite3_int64 *out)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int bad_lock(sqlite3_file *file, int kind)
{
	return real_of(file)->pMethods->xLock(real_of(file), kind);
}

static int bad_unlock(sqlite3_file *file, int kind)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), kind);
}

static int bad_reserved(sqlite3_file *file, int *out)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int bad_control(sqlite3_file *file, int what, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int bad_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int bad_features(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int bad_shm_map(sqlite3_file *file, int page, int len, int extend, void volatile **out)
{
	int code = extend ? change(SQLITE_IOERR_SHMSIZE) : SQLITE_OK;

	return code ? code
		    : real_of(file)->pMethods->xShmMap(real_of(file), page, len, extend, out);
}

static int bad_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void bad_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int bad_shm_unmap(sqlite3_file *file, int remove)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = bad_close,
	.xRead = bad_read,
	.xWrite = bad_write,
	.xTruncate = bad_truncate,
	.xSync = bad_sync,
	.xFileSize = bad_size,
	.xLock = bad_lock,
	.xUnlock = bad_unlock,
	.xCheckReservedLock = bad_reserved,
	.xFileControl = bad_control,
	.xSectorSize = bad_sector,
	.xDeviceCharacteristics = bad_features,
	.xShmMap = bad_shm_map,
	.xShmLock = bad_shm_lock,
	.xShmBarrier = bad_shm_barrier,
	.xShmUnmap = bad_shm_unmap,
};

static int bad_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		    int *out_flags)
{
	struct bad_file *bad = (struct bad_file *)file;
	int code = flags & SQLITE_OPEN_CREATE ? change(SQLITE_CANTOPEN) : SQLITE_OK;

	(void)vfs;
	bad->base.pMethods = NULL;
	bad->real = (sqlite3_file *)(bad + 1);
	if (!code)
		code = real_vfs->xOpen(real_vfs, name, bad->real, flags, out_flags);
	if (!code)
		bad->base.pMethods = &methods;
	return code;
}

static int bad_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	int code = change(SQLITE_IOERR_DELETE);

	(void)vfs;
	return code ? code : real_vfs->xDelete(real_vfs, name, sync);
}

void bad_disk_install(void)
{
	real_vfs = sqlite3_vfs_find(NULL);
	shim = *real_vfs;
	shim.zName = "bad-disk";
	shim.szOsFile = (int)sizeof(struct bad_file) + real_vfs->szOsFile;
	shim.xOpen = bad_open;
	shim.xDelete = bad_delete;
	(void)sqlite3_vfs_register(&shim, 1);
}
