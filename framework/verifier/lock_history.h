/* SPDX-License-Identifier: MIT */
/*
 * lock_history.h - who took a lock last: kept for a driver whose verifier is on, read by its
 * reports.
 *
 * Written by the holder of the lock alone, and atomically: a report of another thread's may read.
 */
#ifndef FX_LOCK_HISTORY_H
#define FX_LOCK_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#define FX_LOCK_RECORDS 16u

struct fx_lock_record {
	const void *caller;   /* of WdfSpinLockAcquire: in the driver; NULL: the framework */
	uint32_t thread;      /* exec_thread_id() */
	uint64_t acquired_ns; /* exec_now_ns() */
	uint64_t held_ns;     /* 0: it is held */
};

struct fx_lock_history {
	uint64_t count; /* acquisitions so far; the latest is records[(count - 1) % RECORDS] */
	struct fx_lock_record records[FX_LOCK_RECORDS];
};

void fx_lock_history_acquired(struct fx_lock_history *history, const void *caller);
void fx_lock_history_released(struct fx_lock_history *history);

/* The @i-th latest acquisition, 0 the latest; NULL: there is none, or it is forgotten. */
const struct fx_lock_record *fx_lock_history_get(const struct fx_lock_history *history, size_t i);
/* "last taken by thread 3 from f at a.c:12, 12 us ago, held": "" without a history. */
struct fx_lock_text {
	char text[320];
};
struct fx_lock_text fx_lock_history_text(const struct fx_lock_history *history);
/* All that is kept, as lines of the log. */
void fx_lock_history_report(const struct fx_lock_history *history);

#endif
