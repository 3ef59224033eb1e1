/* SPDX-License-Identifier: MIT */
/*
 * wdfselftarget.h - a WDFIOTARGET that is the device itself: what a driver sends there comes to its
 * own queues. In KMDF the framework's extensions have it, and no header for drivers.
 *
 * Has: WdfDeviceInitAllowSelfIoTarget, WdfDeviceGetSelfIoTarget,
 *      WdfIoTargetSelfAssignDefaultIoQueue.
 *
 * Source for the whole file: Windows driver documentation, "Creating I/O targets"; KMDF's function
 * table.
 */
#ifndef UWDF_WDFSELFTARGET_H
#define UWDF_WDFSELFTARGET_H

#include <wdf/wdfdevice.h>
#include <wdf/wdfio.h>
#include <wdf/wdfiotarget.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfDeviceInitAllowSelfIoTarget() - the device is to have a target that is the device itself.
 * @DeviceInit: from EvtDriverDeviceAdd or WdfControlDeviceInitAllocate().
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
typedef VOID (*PFN_WDFDEVICEINITALLOWSELFIOTARGET)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfDeviceInitAllowSelfIoTarget(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFDEVICEINITALLOWSELFIOTARGET)
		 WdfFunctions[WdfDeviceInitAllowSelfIoTargetTableIndex])(WdfDriverGlobals,
									 DeviceInit);
}

/**
 * WdfDeviceGetSelfIoTarget() - the target that is the device itself.
 * @Device: the device.
 *
 * Requests sent there come to the queues of the device, past EvtDeviceWdmIrpPreprocess and
 * EvtIoInCallerContext, in kernel mode and without a file object. Reads, writes and controls only:
 * another one completes with STATUS_INVALID_PARAMETER, after a verifier message.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the target, as long as the device is there; NULL: WdfDeviceInitAllowSelfIoTarget() was
 * not called. Differs: none of a device's callbacks runs inside another, so a callback of the
 * device must not send there synchronously: STATUS_INVALID_DEVICE_REQUEST after a verifier message.
 * Nor does a WdfIoTargetStop() or WdfIoTargetPurge() there wait for what is out: it says so, too.
 */
typedef WDFIOTARGET (*PFN_WDFDEVICEGETSELFIOTARGET)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFDEVICE Device);
FORCEINLINE WDFIOTARGET WdfDeviceGetSelfIoTarget(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETSELFIOTARGET)WdfFunctions[WdfDeviceGetSelfIoTargetTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfIoTargetSelfAssignDefaultIoQueue() - what is sent to a self target goes to one queue.
 * @IoTarget: of WdfDeviceGetSelfIoTarget().
 * @Queue:    of the same device, for good: nothing takes the place of one that is deleted.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_WDF_BUSY there is one already; STATUS_INVALID_DEVICE_REQUEST,
 * after a verifier message, another kind of target, or another device's queue. Differs: nothing
 * known.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSELFASSIGNDEFAULTIOQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFIOTARGET IoTarget, WDFQUEUE Queue);
FORCEINLINE NTSTATUS WdfIoTargetSelfAssignDefaultIoQueue(WDFIOTARGET IoTarget, WDFQUEUE Queue)
{
	return ((PFN_WDFIOTARGETSELFASSIGNDEFAULTIOQUEUE)
			WdfFunctions[WdfIoTargetSelfAssignDefaultIoQueueTableIndex])(
		WdfDriverGlobals, IoTarget, Queue);
}

#ifdef __cplusplus
}
#endif

#endif
