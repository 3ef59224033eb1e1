/* SPDX-License-Identifier: MIT */
/*
 * bad_disk.h - a disk for sqlite3 that fails, or kills the process, at its k-th change.
 *
 * What counts: making and deleting a file, writing, cutting, syncing (which is not done: only power
 * failures need it), growing shared memory. One thread.
 */
#ifndef TEST_BAD_DISK_H
#define TEST_BAD_DISK_H

#include <stdbool.h>
#include <stdint.h>

enum bad_disk_way {
	BAD_DISK_COUNTS, /* nothing goes wrong */
	BAD_DISK_FAILS,  /* an I/O error, once */
	BAD_DISK_FULL,   /* no space from then on */
	BAD_DISK_TEARS,  /* half of the k-th write, then SIGKILL */
	BAD_DISK_KILLS,  /* SIGKILL before it */
};

/* In place of the real one, for every database opened from now on. */
void bad_disk_install(void);
void bad_disk_arm(enum bad_disk_way way, uint64_t k);
/* How many changes were counted. */
uint64_t bad_disk_disarm(void);

#endif
