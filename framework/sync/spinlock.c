/* SPDX-License-Identifier: MIT */
#include "sync/spinlock.h"

#include "base/exec.h"
#include "object/driver.h"
#include "object/functions.h"
#include "verifier/verifier.h"

static struct fx_spinlock *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_spinlock, base);
}

static struct fx_lock_text history_of(const struct fx_spinlock *lock)
{
	return fx_lock_history_text(fx_lock_watch_history(lock->watch));
}

static void spinlock_dispose(struct fx_object *obj)
{
	struct fx_spinlock *lock = of_object(obj);

	if (!lock->is_interrupt && __atomic_load_n(&lock->lock.word, __ATOMIC_RELAXED))
		fx_rule_break(obj->driver, FX_RULE_LOCK_DESTROYED, obj,
			      "a WDFSPINLOCK is deleted while it is held%s", history_of(lock).text);
}

static void spinlock_destroy(struct fx_object *obj)
{
	fx_lock_watch_end(of_object(obj)->watch);
}

static void spinlock_report(const struct fx_object *obj)
{
	const struct fx_spinlock *lock = (const void *)obj; /* its first member */

	fx_lock_history_report(fx_lock_watch_history(lock->watch));
}

static const struct fx_object_class spinlock_class = {
	.type = FX_TYPE_SPINLOCK,
	.name = "WDFSPINLOCK",
	.driver_may_delete = true,
	.dispose = spinlock_dispose,
	.destroy = spinlock_destroy,
	.report = spinlock_report,
};

NTSTATUS fx_WdfSpinLockCreate(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
			      WDFSPINLOCK *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_object_check_attributes(attrs, FX_ATTR_NO_SCOPE_LEVEL);
	if (NT_SUCCESS(status))
		status = fx_object_new(&spinlock_class, sizeof(struct fx_spinlock), driver,
				       fx_driver_object(driver), attrs, &obj);
	if (!NT_SUCCESS(status))
		return status;
	spin_lock_init(&of_object(obj)->lock, LOCK_RANK_DRIVER);
	of_object(obj)->watch = fx_lock_watch_new(obj, false);
	return fx_object_publish(obj, attrs, out);
}

static bool may_take(struct fx_driver *driver, const struct fx_spinlock *lock, const char *function)
{
	if (uw_likely(!lock->is_interrupt))
		return true;
	fx_rule_break(driver, FX_RULE_INTERRUPT_SPINLOCK, &lock->base,
		      "%s on a lock that belongs to an interrupt", function);
	return false;
}

/* With the verifier on, at PASSIVE, another thread may go first: races show (rule 37). */
static void let_others_in(void)
{
	if (fx_irql_get() == PASSIVE_LEVEL)
		exec_give_way();
}

static void before_waiting(struct fx_spinlock *lock, const void *caller)
{
	let_others_in();
	fx_lock_watch_wait(lock->watch, caller);
}

VOID fx_WdfSpinLockAcquire(PWDF_DRIVER_GLOBALS globals, WDFSPINLOCK handle) UW_NO_TSA
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_spinlock *lock = fx_spinlock_from_handle(driver, handle);
	KIRQL before;

	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !may_take(driver, lock, "WdfSpinLockAcquire"))
		return;
	if (uw_unlikely(spin_lock_is_mine(&lock->lock)))
		fx_rule_stop(driver, FX_RULE_LOCK_TWICE, &lock->base, (uintptr_t)handle,
			     (uintptr_t)&lock->lock,
			     "WdfSpinLockAcquire on a lock that this thread holds%s",
			     history_of(lock).text);
	if (uw_unlikely(lock->watch))
		before_waiting(lock, __builtin_return_address(0));
	before = fx_irql_raise(DISPATCH_LEVEL);
	spin_lock_acquire_for_driver(&lock->lock);
	lock->level_before = before;
	if (uw_unlikely(lock->watch))
		fx_lock_watch_acquired(lock->watch, __builtin_return_address(0));
}

VOID fx_WdfSpinLockRelease(PWDF_DRIVER_GLOBALS globals, WDFSPINLOCK handle) UW_NO_TSA
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_spinlock *lock = fx_spinlock_from_handle(driver, handle);
	struct fx_lock_watch *watch = lock->watch;
	KIRQL before;

	if (!may_take(driver, lock, "WdfSpinLockRelease"))
		return;
	if (uw_unlikely(!spin_lock_is_mine(&lock->lock))) {
		fx_rule_broken(driver, FX_RULE_SPINLOCK_NOT_HELD, &lock->base, (uintptr_t)handle, 1,
			       "WdfSpinLockRelease on a lock that this thread does not hold%s",
			       history_of(lock).text);
		return;
	}
	before = lock->level_before;
	if (uw_unlikely(watch))
		fx_lock_watch_released(watch);
	spin_lock_release(&lock->lock); /* from here on another thread may delete it */
	fx_irql_restore(before);
	if (uw_unlikely(watch))
		let_others_in();
}
