/* SPDX-License-Identifier: MIT */
/*
 * wdfsync.h - WDFSPINLOCK.
 *
 * Has: WdfSpinLockCreate, WdfSpinLockAcquire, WdfSpinLockRelease.
 */
#ifndef UWDF_WDFSYNC_H
#define UWDF_WDFSYNC_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfSpinLockCreate() - create a spin lock.
 * @SpinLockAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @SpinLock:           the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef NTSTATUS (*PFN_WDFSPINLOCKCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					  PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
					  WDFSPINLOCK *SpinLock);
FORCEINLINE NTSTATUS WdfSpinLockCreate(PWDF_OBJECT_ATTRIBUTES SpinLockAttributes,
				       WDFSPINLOCK *SpinLock)
{
	return ((PFN_WDFSPINLOCKCREATE)WdfFunctions[WdfSpinLockCreateTableIndex])(
		WdfDriverGlobals, SpinLockAttributes, SpinLock);
}

/**
 * WdfSpinLockAcquire() - take the lock and raise to DISPATCH_LEVEL.
 * @SpinLock: not held by the caller, not given to an interrupt.
 *
 * IRQL:    DISPATCH_LEVEL or below; raises to DISPATCH_LEVEL.
 * Differs: waits adaptively instead of spinning for ever. Taking it twice stops with
 *          WDF_RECURSIVE_LOCK.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFSPINLOCKACQUIRE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock);
FORCEINLINE VOID WdfSpinLockAcquire(WDFSPINLOCK SpinLock)
{
	((PFN_WDFSPINLOCKACQUIRE)WdfFunctions[WdfSpinLockAcquireTableIndex])(WdfDriverGlobals,
									     SpinLock);
}

/**
 * WdfSpinLockRelease() - release the lock and return to the level before.
 * @SpinLock: held by the caller.
 *
 * IRQL:    DISPATCH_LEVEL.
 * Differs: releasing a lock that the caller does not hold stops with WDF_INVALID_LOCK_OPERATION.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFSPINLOCKRELEASE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock);
FORCEINLINE VOID WdfSpinLockRelease(WDFSPINLOCK SpinLock)
{
	((PFN_WDFSPINLOCKRELEASE)WdfFunctions[WdfSpinLockReleaseTableIndex])(WdfDriverGlobals,
									     SpinLock);
}

#ifdef __cplusplus
}
#endif
#endif
