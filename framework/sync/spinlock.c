/* SPDX-License-Identifier: MIT */
#include "sync/spinlock.h"

#include "object/driver.h"
#include "object/functions.h"
#include "verifier/verifier.h"

static const struct fx_object_class spinlock_class = {
	.type = FX_TYPE_SPINLOCK,
	.name = "WDFSPINLOCK",
	.driver_may_delete = true,
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
	spin_lock_init(&uw_container_of(obj, struct fx_spinlock, base)->lock, LOCK_RANK_DRIVER);
	fx_object_commit(obj, attrs);
	*out = (WDFSPINLOCK)fx_object_handle(obj);
	return STATUS_SUCCESS;
}

static bool may_take(struct fx_driver *driver, const struct fx_spinlock *lock, const char *function)
{
	if (uw_likely(!lock->is_interrupt))
		return true;
	fx_verifier_break(driver,
			  "%s on a lock that belongs to an interrupt: use "
			  "WdfInterruptAcquireLock",
			  function);
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
		fx_verifier_stop(driver, WDF_RECURSIVE_LOCK, (uintptr_t)handle, 0,
				 "WdfSpinLockAcquire on a lock that this thread holds");
	before = fx_irql_raise(DISPATCH_LEVEL);
	spin_lock_acquire(&lock->lock);
	lock->level_before = before;
}

VOID fx_WdfSpinLockRelease(PWDF_DRIVER_GLOBALS globals, WDFSPINLOCK handle) UW_NO_TSA
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_spinlock *lock = fx_spinlock_from_handle(driver, handle);
	KIRQL before;

	if (!may_take(driver, lock, "WdfSpinLockRelease"))
		return;
	if (uw_unlikely(!spin_lock_is_mine(&lock->lock)))
		fx_verifier_stop(driver, WDF_INVALID_LOCK_OPERATION, (uintptr_t)handle, 1,
				 "WdfSpinLockRelease on a lock that this thread does not hold");
	before = lock->level_before;
	spin_lock_release(&lock->lock);
	fx_irql_restore(before);
}
