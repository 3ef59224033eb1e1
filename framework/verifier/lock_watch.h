/* SPDX-License-Identifier: MIT */
/*
 * lock_watch.h - what the verifier knows of one lock that a driver takes, or that is held around
 * its callbacks: who took it, and which locks were taken while it was held.
 *
 * The latter make a graph. A lock that is waited for while another is held, from which a way leads
 * to it already, is taken in an order that can deadlock, whether it does so now or not (rule 29).
 * Locks that a thread sleeps on and locks that raise to DISPATCH are ranked separately: the former
 * are never waited for under the latter. A wait with a time-out has no order, for it ends.
 *
 * Threads: any, at DISPATCH or below. Locks: one for all graphs, rank VERIFIER, leaf.
 */
#ifndef FX_LOCK_WATCH_H
#define FX_LOCK_WATCH_H

#include <stdbool.h>

#include "base/list.h"
#include "verifier/lock_history.h"

struct fx_driver;
struct fx_object;

struct fx_lock_watch {
	struct fx_driver *driver; /* borrowed: whose lock it is */
	const char *name;         /* of the object that has it: "WDFSPINLOCK" */
	const void *handle;
	bool passive;      /* a lock to sleep on */
	uint32_t refs;     /* atomic: of its lock, and of each thread that holds it */
	struct list inner; /* of fx_lock_edge: taken while this was held; guarded by the lock */
	struct list outer; /* held when this was taken; guarded by the lock */
	struct list visit; /* guarded by the lock */
	uint64_t visited;  /* guarded by the lock: the search that came by last */
	void *came_by;     /* its edge */
	bool ended;        /* guarded by the lock: its lock is gone */
	struct fx_lock_history history; /* guarded by the lock that is watched */
};

/* NULL: the driver's verifier is off, or there is no memory; the lock is not worse for that. */
struct fx_lock_watch *fx_lock_watch_new(const struct fx_object *obj, bool passive);
/* Its lock goes. NULL is fine. */
void fx_lock_watch_end(struct fx_lock_watch *watch);

/* @caller waits for the lock, as long as it takes: is the order right? */
void fx_lock_watch_wait(struct fx_lock_watch *watch, const void *caller);
/* @caller has it; NULL: the framework, around a callback. */
void fx_lock_watch_acquired(struct fx_lock_watch *watch, const void *caller);
/* It is about to let go. */
void fx_lock_watch_released(struct fx_lock_watch *watch);
/* The history; NULL: there is none. */
static inline const struct fx_lock_history *fx_lock_watch_history(const struct fx_lock_watch *watch)
{
	return watch ? &watch->history : NULL;
}

/* How many watched locks the calling thread holds is fx_stance.locks.
 * "; it still holds the WDFSPINLOCK 0x..., taken from f at a.c:12": the last one taken. */
struct fx_lock_text fx_lock_watch_held_text(void);

#endif
