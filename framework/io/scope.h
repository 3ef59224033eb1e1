/* SPDX-License-Identifier: MIT */
/*
 * scope.h - the lock of a synchronization scope: held across a driver's callbacks, never by us.
 *
 * A thread may already hold it (a driver that calls in from a callback), so entering says whether
 * this call took it.
 */
#ifndef FX_IO_SCOPE_H
#define FX_IO_SCOPE_H

#include "base/lock.h"

struct fx_scope {
	struct rank_mutex lock; /* rank LOCK_RANK_SCOPE */
};

/* false: no scope, or this thread is in it already; leave nothing then. */
static inline bool fx_scope_enter(struct fx_scope *scope) UW_NO_TSA
{
	if (!scope || __atomic_load_n(&scope->lock.owner, __ATOMIC_RELAXED) == exec_thread_id())
		return false;
	rank_mutex_lock(&scope->lock);
	return true;
}

static inline void fx_scope_leave(struct fx_scope *scope, bool entered) UW_NO_TSA
{
	if (entered)
		rank_mutex_unlock(&scope->lock);
}

#endif
