/* SPDX-License-Identifier: MIT */
/*
 * waitlock.c - WDFWAITLOCK: a word that says who holds it, and a condition for those who wait.
 *
 * The word alone is touched where nobody waits, which also makes the attempt with a zero time-out
 * fit for DISPATCH. A waiter announces itself and looks again before it sleeps; who releases writes
 * the word and then looks for waiters: one of the two sees the other.
 */
#include "base/exec.h"
#include "object/driver.h"
#include "object/functions.h"
#include "object/object.h"
#include "sync/due.h"
#include "verifier/lock_watch.h"
#include "verifier/verifier.h"

struct fx_waitlock {
	struct fx_object base;
	uint32_t owner;   /* atomic: exec_thread_id() of the holder, 0: free */
	uint32_t waiting; /* atomic: threads between their announcement and the end of their wait */
	struct exec_mutex mutex; /* of the condition */
	struct exec_cond released;
	struct fx_lock_watch *watch; /* owned; NULL: the verifier is off */
};

static struct fx_waitlock *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_waitlock, base);
}

static struct fx_waitlock *from_handle(struct fx_driver *driver, WDFWAITLOCK handle)
{
	return of_object(fx_object_from_handle(driver, handle, FX_TYPE_WAITLOCK));
}

static struct fx_lock_text history_of(const struct fx_waitlock *lock)
{
	return fx_lock_history_text(fx_lock_watch_history(lock->watch));
}

static void waitlock_dispose(struct fx_object *obj)
{
	struct fx_waitlock *lock = of_object(obj);
	uint32_t owner = __atomic_load_n(&lock->owner, __ATOMIC_RELAXED);

	if (owner)
		fx_rule_break(obj->driver, FX_RULE_LOCK_DESTROYED, obj,
			      "a WDFWAITLOCK is deleted while thread %u holds it%s", owner,
			      history_of(lock).text);
}

static void waitlock_destroy(struct fx_object *obj)
{
	exec_cond_deinit(&of_object(obj)->released);
	exec_mutex_deinit(&of_object(obj)->mutex);
	fx_lock_watch_end(of_object(obj)->watch);
}

static void waitlock_report(const struct fx_object *obj)
{
	const struct fx_waitlock *lock = (const void *)obj; /* its first member */

	fx_lock_history_report(fx_lock_watch_history(lock->watch));
}

static const struct fx_object_class waitlock_class = {
	.type = FX_TYPE_WAITLOCK,
	.name = "WDFWAITLOCK",
	.driver_may_delete = true,
	.dispose = waitlock_dispose,
	.destroy = waitlock_destroy,
	.report = waitlock_report,
};

/* --- the lock --- */

/* In a simulation the seed decides who is first. */
static inline void race_point(void)
{
	if (uw_unlikely(exec_sim_active()))
		exec_yield();
}

static bool grab(struct fx_waitlock *lock)
{
	uint32_t nobody = 0;

	race_point();
	/* sequentially consistent, as the release: see the head of this file */
	return __atomic_compare_exchange_n(&lock->owner, &nobody, exec_thread_id(), false,
					   __ATOMIC_SEQ_CST, __ATOMIC_RELAXED);
}

static bool is_mine(const struct fx_waitlock *lock)
{
	return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == exec_thread_id();
}

/* @due: NULL: for ever. false: it passed. */
UW_COLD static bool wait_for(struct fx_waitlock *lock, const struct fx_due *due)
{
	bool got, late = false;

	exec_mutex_lock(&lock->mutex);
	__atomic_add_fetch(&lock->waiting, 1, __ATOMIC_SEQ_CST);
	while (!(got = grab(lock)) && !late) {
		uint64_t now = exec_now_ns();
		uint64_t next = due ? fx_due_next(due, now) : EXEC_FOREVER;

		late = next <= now;
		if (!late)
			(void)exec_cond_wait(&lock->released, &lock->mutex, next);
	}
	__atomic_sub_fetch(&lock->waiting, 1, __ATOMIC_RELAXED);
	exec_mutex_unlock(&lock->mutex);
	return got;
}

static void release(struct fx_waitlock *lock)
{
	__atomic_store_n(&lock->owner, 0, __ATOMIC_SEQ_CST);
	race_point();
	if (uw_likely(!__atomic_load_n(&lock->waiting, __ATOMIC_SEQ_CST)))
		return;
	exec_mutex_lock(&lock->mutex);
	exec_cond_signal(&lock->released);
	exec_mutex_unlock(&lock->mutex);
}

/* --- the border --- */

static int waitlock_init(struct fx_waitlock *lock)
{
	int err = exec_mutex_init(&lock->mutex);

	if (err)
		return err;
	err = exec_cond_init(&lock->released);
	if (err)
		exec_mutex_deinit(&lock->mutex);
	return err;
}

NTSTATUS fx_WdfWaitLockCreate(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
			      WDFWAITLOCK *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj;
	NTSTATUS status;
	int err;

	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = fx_object_new(&waitlock_class, sizeof(struct fx_waitlock), driver,
				       fx_driver_object(driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	err = waitlock_init(of_object(obj));
	/* with default attributes neither of them can fail */
	assert(!err);
	(void)err;
	of_object(obj)->watch = fx_lock_watch_new(obj, true);
	return fx_object_publish(obj, attrs, out);
}

/* A held wait lock is a critical region, as in KMDF. */
static NTSTATUS acquired(struct fx_waitlock *lock, const void *caller)
{
	fx_stance.regions++;
	if (uw_unlikely(lock->watch))
		fx_lock_watch_acquired(lock->watch, caller);
	return STATUS_SUCCESS;
}

NTSTATUS fx_WdfWaitLockAcquire(PWDF_DRIVER_GLOBALS globals, WDFWAITLOCK handle, PLONGLONG timeout)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_waitlock *lock = from_handle(driver, handle);
	bool try_only = timeout && !*timeout;
	const void *caller = __builtin_return_address(0);
	struct fx_due due;

	if (!fx_check_level(driver, try_only ? DISPATCH_LEVEL : PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (uw_unlikely(!timeout && lock->watch))
		fx_lock_watch_wait(lock->watch, caller);
	if (uw_likely(grab(lock)))
		return acquired(lock, caller);
	if (try_only)
		return STATUS_TIMEOUT;
	if (!timeout && is_mine(lock))
		fx_rule_stop(driver, FX_RULE_LOCK_TWICE, &lock->base, (uintptr_t)handle, 0,
			     "WdfWaitLockAcquire without a time-out on a lock that this thread "
			     "holds: it would wait for ever%s",
			     history_of(lock).text);
	if (timeout)
		due = fx_due_from(*timeout);
	if (!wait_for(lock, timeout ? &due : NULL))
		return STATUS_TIMEOUT;
	return acquired(lock, caller);
}

VOID fx_WdfWaitLockRelease(PWDF_DRIVER_GLOBALS globals, WDFWAITLOCK handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_waitlock *lock = from_handle(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (uw_likely(is_mine(lock))) {
		fx_stance.regions--;
		if (uw_unlikely(lock->watch))
			fx_lock_watch_released(lock->watch);
		release(lock);
		return;
	}
	fx_rule_break(driver, FX_RULE_LOCK_NOT_OWNED, &lock->base,
		      "WdfWaitLockRelease on a lock that this thread does not hold%s",
		      history_of(lock).text);
}
