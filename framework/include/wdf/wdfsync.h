/* SPDX-License-Identifier: MIT */
/*
 * wdfsync.h - WDFSPINLOCK, WDFWAITLOCK, and the locks that the framework synchronizes with.
 *
 * Has: WdfObjectAcquireLock, WdfObjectReleaseLock,
 *      WdfSpinLockCreate, WdfSpinLockAcquire, WdfSpinLockRelease, WdfWaitLockCreate,
 *      WdfWaitLockAcquire, WdfWaitLockRelease.
 */
#ifndef UWDF_WDFSYNC_H
#define UWDF_WDFSYNC_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfObjectAcquireLock() - take the lock that the framework holds around an object's callbacks.
 * @Object: a WDFDEVICE, or a WDFQUEUE whose synchronization scope is device or queue; not inside a
 *          callback that the framework serializes by this very lock.
 *
 * IRQL:    for an object of WdfExecutionLevelPassive APC_LEVEL or below, the level stays; else
 *          DISPATCH_LEVEL or below, raised to DISPATCH_LEVEL.
 * Differs: stops with WDF_INVALID_LOCK_OPERATION where there is no such lock and with
 *          WDF_RECURSIVE_LOCK when the caller holds it, as KMDF. The lock of a driver that
 *          declared its callbacks fit for DISPATCH (WdfLxDriverSetIoLevel) is always of the second
 *          kind. There are no APCs to disable.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFOBJECTACQUIRELOCK)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);
FORCEINLINE VOID WdfObjectAcquireLock(WDFOBJECT Object)
{
	((PFN_WDFOBJECTACQUIRELOCK)WdfFunctions[WdfObjectAcquireLockTableIndex])(WdfDriverGlobals,
										 Object);
}

/**
 * WdfObjectReleaseLock() - give that lock back and return to the level before.
 * @Object: as for WdfObjectAcquireLock(); its lock is held by the caller.
 *
 * A callback that the framework serializes may give the lock back if it takes it again before it
 * returns.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: releasing a lock that the caller does not hold is reported and ignored.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFOBJECTRELEASELOCK)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFOBJECT Object);
FORCEINLINE VOID WdfObjectReleaseLock(WDFOBJECT Object)
{
	((PFN_WDFOBJECTRELEASELOCK)WdfFunctions[WdfObjectReleaseLockTableIndex])(WdfDriverGlobals,
										 Object);
}

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
 * Differs: releasing a lock that the caller does not hold stops with WDF_INVALID_LOCK_OPERATION,
 *          or is ignored while the verifier is off.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFSPINLOCKRELEASE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFSPINLOCK SpinLock);
FORCEINLINE VOID WdfSpinLockRelease(WDFSPINLOCK SpinLock)
{
	((PFN_WDFSPINLOCKRELEASE)WdfFunctions[WdfSpinLockReleaseTableIndex])(WdfDriverGlobals,
									     SpinLock);
}

/**
 * WdfWaitLockCreate() - create a lock to be held while waiting and working at PASSIVE_LEVEL.
 * @LockAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Lock:           the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef NTSTATUS (*PFN_WDFWAITLOCKCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					  PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock);
FORCEINLINE NTSTATUS WdfWaitLockCreate(PWDF_OBJECT_ATTRIBUTES LockAttributes, WDFWAITLOCK *Lock)
{
	return ((PFN_WDFWAITLOCKCREATE)WdfFunctions[WdfWaitLockCreateTableIndex])(
		WdfDriverGlobals, LockAttributes, Lock);
}

/**
 * WdfWaitLockAcquire() - take the lock; the level stays.
 * @Lock:    not held by the caller.
 * @Timeout: 100 ns units: negative from now, positive absolute since 1601, zero: try once; NULL:
 *           for ever.
 *
 * IRQL:    PASSIVE_LEVEL; with a zero *Timeout DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_TIMEOUT (NT_SUCCESS() of it is true); above the allowed level
 *          STATUS_INVALID_DEVICE_REQUEST, and the lock is not taken.
 * Differs: an absolute time notices within a second that the clock was set. Taking it twice with
 *          no time-out stops with WDF_RECURSIVE_LOCK instead of waiting for ever. There are no
 *          APCs to disable.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef NTSTATUS (*PFN_WDFWAITLOCKACQUIRE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock,
					   PLONGLONG Timeout);
FORCEINLINE NTSTATUS WdfWaitLockAcquire(WDFWAITLOCK Lock, PLONGLONG Timeout)
{
	return ((PFN_WDFWAITLOCKACQUIRE)WdfFunctions[WdfWaitLockAcquireTableIndex])(
		WdfDriverGlobals, Lock, Timeout);
}

/**
 * WdfWaitLockRelease() - give the lock to whoever waits for it.
 * @Lock: held by the caller.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: releasing a lock that the caller does not hold is reported and ignored.
 * Source:  Windows driver documentation, wdfsync.h.
 */
typedef VOID (*PFN_WDFWAITLOCKRELEASE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWAITLOCK Lock);
FORCEINLINE VOID WdfWaitLockRelease(WDFWAITLOCK Lock)
{
	((PFN_WDFWAITLOCKRELEASE)WdfFunctions[WdfWaitLockReleaseTableIndex])(WdfDriverGlobals,
									     Lock);
}

#ifdef __cplusplus
}
#endif
#endif
