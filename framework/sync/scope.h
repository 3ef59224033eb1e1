/* SPDX-License-Identifier: MIT */
/*
 * scope.h - the lock of a synchronization scope: held across a driver's callbacks, never by us.
 *
 * Of a device or queue whose callbacks run at PASSIVE it is a mutex, of any other a spin lock that
 * raises to DISPATCH, as KMDF promises. A thread may hold it already (a driver that calls in from a
 * callback, or took it itself), so entering says whether this call took it. A driver may give it
 * back inside a callback, and is to take it again before it returns.
 */
#ifndef FX_SCOPE_H
#define FX_SCOPE_H

#include "base/lock.h"
#include "object/irql.h"
#include "object/object.h"
#include "verifier/lock_watch.h"

struct fx_scope {
	struct spin_lock spin;       /* rank LOCK_RANK_SCOPE; of DISPATCH callbacks */
	struct rank_mutex mutex;     /* rank LOCK_RANK_SCOPE; of PASSIVE callbacks */
	bool passive;                /* which one it is; constant */
	KIRQL level_before;          /* guarded by it: of who holds it */
	struct fx_lock_watch *watch; /* owned; NULL: the verifier is off */
};

int fx_scope_init(struct fx_scope *scope, bool passive) UW_MUST_CHECK; /* 0 or -errno */
/* Whose lock it is; the last step before it is used. */
void fx_scope_watch(struct fx_scope *scope, const struct fx_object *obj);
void fx_scope_deinit(struct fx_scope *scope);
bool fx_scope_is_mine(const struct fx_scope *scope);

void fx_scope_take(struct fx_scope *scope); /* not mine; the framework around a callback */
void fx_scope_drop(struct fx_scope *scope, struct fx_driver *driver); /* after a callback */
/* A driver by WdfObjectAcquireLock: in any order with its own locks. Not mine. */
void fx_scope_take_for_driver(struct fx_scope *scope, const void *caller);
void fx_scope_drop_for_driver(struct fx_scope *scope); /* mine; back at the level before */

/* false: no scope, or this thread is in it already; leave nothing then. */
static inline bool fx_scope_enter(struct fx_scope *scope)
{
	if (!scope || fx_scope_is_mine(scope))
		return false;
	fx_scope_take(scope);
	return true;
}

static inline void fx_scope_leave(struct fx_scope *scope, bool entered, struct fx_driver *driver)
{
	if (entered)
		fx_scope_drop(scope, driver);
}

#endif
