/* SPDX-License-Identifier: MIT */
/*
 * wdfcontrol.h - control devices: device objects without hardware, for a non-PnP driver or for what
 * does not belong to one device of a PnP driver.
 *
 * WdfControlDeviceInitAllocate(), WdfDeviceCreate(), queues and a symbolic link, then
 * WdfControlFinishInitializing(). A PnP driver has to delete them with WdfObjectDelete() before its
 * last device is gone; those of a non-PnP driver go with the driver.
 *
 * Has: WdfControlDeviceInitAllocate, WdfControlDeviceInitSetShutdownNotification,
 *      WdfControlFinishInitializing.
 */
#ifndef UWDF_WDFCONTROL_H
#define UWDF_WDFCONTROL_H

#include <wdf/wdfdevice.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_DEVICE_SHUTDOWN_FLAGS {
	WdfDeviceShutdown = 1,
	WdfDeviceLastChanceShutdown = 2,
} WDF_DEVICE_SHUTDOWN_FLAGS;

/**
 * EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION - the system shuts down.
 *
 * For both flags it is called twice. The last device made is told first.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfcontrol.h.
 */
typedef VOID EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_SHUTDOWN_NOTIFICATION *PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION;

/**
 * WdfControlDeviceInitAllocate() - begin a control device.
 * @Driver:     the driver, which becomes the device's parent.
 * @SDDLString: who may open it; see WdfDeviceInitAssignSDDLString().
 *
 * WdfDeviceCreate() takes what this returns; where it is not reached, or fails, it is given back by
 * WdfDeviceInitFree(). A driver that forgets that keeps the memory until it is unloaded.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  NULL no memory, or a malformed string.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcontrol.h.
 */
typedef PWDFDEVICE_INIT (*PFN_WDFCONTROLDEVICEINITALLOCATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFDRIVER Driver,
							    CONST UNICODE_STRING *SDDLString);
FORCEINLINE PWDFDEVICE_INIT WdfControlDeviceInitAllocate(WDFDRIVER Driver,
							 CONST UNICODE_STRING *SDDLString)
{
	return ((PFN_WDFCONTROLDEVICEINITALLOCATE)
			WdfFunctions[WdfControlDeviceInitAllocateTableIndex])(WdfDriverGlobals,
									      Driver, SDDLString);
}

/**
 * WdfControlDeviceInitSetShutdownNotification() - be told when the system shuts down.
 * @DeviceInit:   from WdfControlDeviceInitAllocate(), before WdfDeviceCreate().
 * @Notification: the callback.
 * @Flags:        WdfDeviceShutdown, WdfDeviceLastChanceShutdown or both.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: the system is the host: it is told when a signal ends it, before its drivers are
 *          unloaded.
 * Source:  Windows driver documentation, wdfcontrol.h.
 */
typedef VOID (*PFN_WDFCONTROLDEVICEINITSETSHUTDOWNNOTIFICATION)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification, UCHAR Flags);
FORCEINLINE VOID WdfControlDeviceInitSetShutdownNotification(
	PWDFDEVICE_INIT DeviceInit, PFN_WDF_DEVICE_SHUTDOWN_NOTIFICATION Notification, UCHAR Flags)
{
	((PFN_WDFCONTROLDEVICEINITSETSHUTDOWNNOTIFICATION)
		 WdfFunctions[WdfControlDeviceInitSetShutdownNotificationTableIndex])(
		WdfDriverGlobals, DeviceInit, Notification, Flags);
}

/**
 * WdfControlFinishInitializing() - the device is ready: from now on it can be opened.
 * @Device: made from what WdfControlDeviceInitAllocate() returned.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcontrol.h.
 */
typedef VOID (*PFN_WDFCONTROLFINISHINITIALIZING)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device);
FORCEINLINE VOID WdfControlFinishInitializing(WDFDEVICE Device)
{
	((PFN_WDFCONTROLFINISHINITIALIZING)WdfFunctions[WdfControlFinishInitializingTableIndex])(
		WdfDriverGlobals, Device);
}

#ifdef __cplusplus
}
#endif
#endif
