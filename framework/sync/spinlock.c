/* SPDX-License-Identifier: MIT */
#include "sync/spinlock.h"

#include "base/mem.h"
#include "object/driver.h"
#include "object/functions.h"
#include "verifier/verifier.h"

static struct fx_spinlock *of_object(struct fx_object *obj)
{
	return uw_container_of(obj, struct fx_spinlock, base);
}

static void spinlock_dispose(struct fx_object *obj)
{
	struct fx_spinlock *lock = of_object(obj);

	if (!lock->is_interrupt && __atomic_load_n(&lock->lock.word, __ATOMIC_RELAXED))
		fx_rule_break(obj->driver, FX_RULE_LOCK_DESTROYED, obj,
			      "a WDFSPINLOCK is deleted while it is held%s",
			      fx_lock_history_text(lock->history).text);
}

static void spinlock_destroy(struct fx_object *obj)
{
	mem_free(of_object(obj)->history);
}

static const struct fx_object_class spinlock_class = {
	.type = FX_TYPE_SPINLOCK,
	.name = "WDFSPINLOCK",
	.driver_may_delete = true,
	.dispose = spinlock_dispose,
	.destroy = spinlock_destroy,
};

/* Without memory for it there is no history: the lock itself is not worse for that. */
static void spinlock_fill(struct fx_spinlock *lock, const struct fx_driver *driver)
{
	spin_lock_init(&lock->lock, LOCK_RANK_DRIVER);
	if (driver->verifier.on)
		lock->history = mem_calloc(1, sizeof(*lock->history));
}

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
	spinlock_fill(of_object(obj), driver);
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
			     fx_lock_history_text(lock->history).text);
	before = fx_irql_raise(DISPATCH_LEVEL);
	spin_lock_acquire_for_driver(&lock->lock);
	lock->level_before = before;
	if (uw_unlikely(lock->history))
		fx_lock_history_acquired(lock->history, __builtin_return_address(0));
}

VOID fx_WdfSpinLockRelease(PWDF_DRIVER_GLOBALS globals, WDFSPINLOCK handle) UW_NO_TSA
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_spinlock *lock = fx_spinlock_from_handle(driver, handle);
	KIRQL before;

	if (!may_take(driver, lock, "WdfSpinLockRelease"))
		return;
	if (uw_unlikely(!spin_lock_is_mine(&lock->lock))) {
		fx_rule_broken(driver, FX_RULE_SPINLOCK_NOT_HELD, &lock->base, (uintptr_t)handle, 1,
			       "WdfSpinLockRelease on a lock that this thread does not hold");
		return;
	}
	before = lock->level_before;
	if (uw_unlikely(lock->history))
		fx_lock_history_released(lock->history);
	spin_lock_release(&lock->lock);
	fx_irql_restore(before);
}
