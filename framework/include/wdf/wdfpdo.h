/* SPDX-License-Identifier: MIT */
/*
 * wdfpdo.h - physical device objects: the child devices of a bus driver.
 *
 * A driver whose device is a bus calls WdfPdoInitAllocate() for each device that it finds there,
 * says what it is, makes it with WdfDeviceCreate() and reports it with WdfFdoAddStaticChild()
 * (wdffdo.h). A child starts after its parent and is stopped before it; it goes with its parent, or
 * when the driver says WdfPdoMarkMissing(). In its life it gets its own callbacks, of
 * WDF_PNPPOWER_EVENT_CALLBACKS and others, as every device.
 *
 * A raw child (WdfPdoInitAssignRawDevice()) is served by the bus's own driver: programs open it by
 * a device interface or a name.
 *
 * Differs: a child that is not raw would need a function driver, and none is looked for: it is an
 * object that is never started, shown as "no driver". A child has no resources (its resource lists
 * are empty, and it has no interrupts and no DMA), no registry keys, and no properties. Children
 * are in their parent's process and have its loops. None is stopped and started again while it is
 * there.
 *
 * Has: WdfPdoInitAllocate, WdfPdoInitSetEventCallbacks, WdfPdoInitAssignDeviceID,
 *      WdfPdoInitAssignInstanceID, WdfPdoInitAssignContainerID, WdfPdoInitAddHardwareID,
 *      WdfPdoInitAddCompatibleID, WdfPdoInitAddDeviceText, WdfPdoInitSetDefaultLocale,
 *      WdfPdoInitAssignRawDevice, WdfPdoInitAllowForwardingRequestToParent, WdfPdoGetParent,
 *      WdfPdoMarkMissing.
 */
#ifndef UWDF_WDFPDO_H
#define UWDF_WDFPDO_H

#include <wdf/wdfdevice.h>
#include <wdf/wdfresource.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EVT_WDF_DEVICE_RESOURCES_QUERY - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_RESOURCES_QUERY(WDFDEVICE Device, WDFCMRESLIST Resources);
typedef EVT_WDF_DEVICE_RESOURCES_QUERY *PFN_WDF_DEVICE_RESOURCES_QUERY;

/**
 * EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS
EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY(WDFDEVICE Device,
					   WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY *PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY;

/**
 * EVT_WDF_DEVICE_EJECT - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_EJECT(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_EJECT *PFN_WDF_DEVICE_EJECT;

/**
 * EVT_WDF_DEVICE_SET_LOCK - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_SET_LOCK(WDFDEVICE Device, BOOLEAN IsLocked);
typedef EVT_WDF_DEVICE_SET_LOCK *PFN_WDF_DEVICE_SET_LOCK;

/**
 * EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS(WDFDEVICE Device, SYSTEM_POWER_STATE PowerState);
typedef EVT_WDF_DEVICE_ENABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS;

/**
 * EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS - complete by type only: nothing here calls it yet.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_DISABLE_WAKE_AT_BUS *PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS;

/**
 * EVT_WDF_DEVICE_REPORTED_MISSING - the child was marked missing, before it is stopped.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID EVT_WDF_DEVICE_REPORTED_MISSING(WDFDEVICE Device);
typedef EVT_WDF_DEVICE_REPORTED_MISSING *PFN_WDF_DEVICE_REPORTED_MISSING;

typedef struct _WDF_PDO_EVENT_CALLBACKS {
	ULONG Size;
	PFN_WDF_DEVICE_RESOURCES_QUERY EvtDeviceResourcesQuery;
	PFN_WDF_DEVICE_RESOURCE_REQUIREMENTS_QUERY EvtDeviceResourceRequirementsQuery;
	PFN_WDF_DEVICE_EJECT EvtDeviceEject;
	PFN_WDF_DEVICE_SET_LOCK EvtDeviceSetLock;
	PFN_WDF_DEVICE_ENABLE_WAKE_AT_BUS EvtDeviceEnableWakeAtBus;
	PFN_WDF_DEVICE_DISABLE_WAKE_AT_BUS EvtDeviceDisableWakeAtBus;
	PFN_WDF_DEVICE_REPORTED_MISSING EvtDeviceReportedMissing;
} WDF_PDO_EVENT_CALLBACKS, *PWDF_PDO_EVENT_CALLBACKS;

/** WDF_PDO_EVENT_CALLBACKS_INIT() - size, no callbacks. IRQL: any. */
FORCEINLINE VOID WDF_PDO_EVENT_CALLBACKS_INIT(PWDF_PDO_EVENT_CALLBACKS Callbacks)
{
	RtlZeroMemory(Callbacks, sizeof(*Callbacks));
	Callbacks->Size = sizeof(WDF_PDO_EVENT_CALLBACKS);
}

/**
 * WdfPdoInitAllocate() - begin a child device.
 * @ParentDevice: a device that EvtDriverDeviceAdd made; the child's parent, as of objects.
 *
 * WdfDeviceCreate() takes what this returns; where it is not reached, or fails, it is given back by
 * WdfDeviceInitFree(). A driver that forgets that keeps the memory until the parent goes.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  NULL no memory, not such a device, or it is being removed.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef PWDFDEVICE_INIT (*PFN_WDFPDOINITALLOCATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFDEVICE ParentDevice);
FORCEINLINE PWDFDEVICE_INIT WdfPdoInitAllocate(WDFDEVICE ParentDevice)
{
	return ((PFN_WDFPDOINITALLOCATE)WdfFunctions[WdfPdoInitAllocateTableIndex])(
		WdfDriverGlobals, ParentDevice);
}

/**
 * WdfPdoInitSetEventCallbacks() - the callbacks that only child devices have.
 * @DeviceInit:    from WdfPdoInitAllocate().
 * @DispatchTable: copied.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: only EvtDeviceReportedMissing is called.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID (*PFN_WDFPDOINITSETEVENTCALLBACKS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						PWDF_PDO_EVENT_CALLBACKS DispatchTable);
FORCEINLINE VOID WdfPdoInitSetEventCallbacks(PWDFDEVICE_INIT DeviceInit,
					     PWDF_PDO_EVENT_CALLBACKS DispatchTable)
{
	((PFN_WDFPDOINITSETEVENTCALLBACKS)WdfFunctions[WdfPdoInitSetEventCallbacksTableIndex])(
		WdfDriverGlobals, DeviceInit, DispatchTable);
}

/**
 * WdfPdoInitAssignDeviceID() - what the child is, as its bus calls it: "BUS\\THING".
 * @DeviceInit: from WdfPdoInitAllocate().
 * @DeviceID: copied.
 *
 * A child without one is not started, and shown as "no device id".
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init;
 *          STATUS_INVALID_PARAMETER a malformed string; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITASSIGNDEVICEID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 PWDFDEVICE_INIT DeviceInit,
						 PCUNICODE_STRING DeviceID);
FORCEINLINE NTSTATUS WdfPdoInitAssignDeviceID(PWDFDEVICE_INIT DeviceInit, PCUNICODE_STRING DeviceID)
{
	return ((PFN_WDFPDOINITASSIGNDEVICEID)WdfFunctions[WdfPdoInitAssignDeviceIDTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceID);
}

/**
 * WdfPdoInitAssignInstanceID() - which of those that are the same it is.
 * @DeviceInit: from WdfPdoInitAllocate().
 * @InstanceID: copied.
 *
 * Where it has no other name, clients know it by its parent's and this.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init;
 *          STATUS_INVALID_PARAMETER a malformed string; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITASSIGNINSTANCEID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   PWDFDEVICE_INIT DeviceInit,
						   PCUNICODE_STRING InstanceID);
FORCEINLINE NTSTATUS WdfPdoInitAssignInstanceID(PWDFDEVICE_INIT DeviceInit,
						PCUNICODE_STRING InstanceID)
{
	return ((PFN_WDFPDOINITASSIGNINSTANCEID)WdfFunctions[WdfPdoInitAssignInstanceIDTableIndex])(
		WdfDriverGlobals, DeviceInit, InstanceID);
}

/**
 * WdfPdoInitAssignContainerID() - which physical device it is a part of: a GUID in braces.
 * @DeviceInit: from WdfPdoInitAllocate().
 * @ContainerID: copied.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init;
 *          STATUS_INVALID_PARAMETER a malformed string; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: kept, and not looked at.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITASSIGNCONTAINERID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    PWDFDEVICE_INIT DeviceInit,
						    PCUNICODE_STRING ContainerID);
FORCEINLINE NTSTATUS WdfPdoInitAssignContainerID(PWDFDEVICE_INIT DeviceInit,
						 PCUNICODE_STRING ContainerID)
{
	return ((PFN_WDFPDOINITASSIGNCONTAINERID)
			WdfFunctions[WdfPdoInitAssignContainerIDTableIndex])(
		WdfDriverGlobals, DeviceInit, ContainerID);
}

/**
 * WdfPdoInitAddHardwareID() - one more id to find its driver by, the best first.
 * @DeviceInit: from WdfPdoInitAllocate().
 * @HardwareID: copied.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init;
 *          STATUS_INVALID_PARAMETER a malformed string; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: kept, and no driver is looked for.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITADDHARDWAREID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						PCUNICODE_STRING HardwareID);
FORCEINLINE NTSTATUS WdfPdoInitAddHardwareID(PWDFDEVICE_INIT DeviceInit,
					     PCUNICODE_STRING HardwareID)
{
	return ((PFN_WDFPDOINITADDHARDWAREID)WdfFunctions[WdfPdoInitAddHardwareIDTableIndex])(
		WdfDriverGlobals, DeviceInit, HardwareID);
}

/**
 * WdfPdoInitAddCompatibleID() - one more id to find its driver by if no hardware id does.
 * @DeviceInit: from WdfPdoInitAllocate().
 * @CompatibleID: copied.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init;
 *          STATUS_INVALID_PARAMETER a malformed string; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: kept, and no driver is looked for.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITADDCOMPATIBLEID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  PWDFDEVICE_INIT DeviceInit,
						  PCUNICODE_STRING CompatibleID);
FORCEINLINE NTSTATUS WdfPdoInitAddCompatibleID(PWDFDEVICE_INIT DeviceInit,
					       PCUNICODE_STRING CompatibleID)
{
	return ((PFN_WDFPDOINITADDCOMPATIBLEID)WdfFunctions[WdfPdoInitAddCompatibleIDTableIndex])(
		WdfDriverGlobals, DeviceInit, CompatibleID);
}

/**
 * WdfPdoInitAddDeviceText() - what people are told of the child, in one language.
 * @DeviceInit:        from WdfPdoInitAllocate().
 * @DeviceDescription: copied.
 * @DeviceLocation:    copied.
 * @LocaleId:          the language.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfPdoInitAssignDeviceID().
 * Differs: kept, and not shown.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITADDDEVICETEXT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						PCUNICODE_STRING DeviceDescription,
						PCUNICODE_STRING DeviceLocation, LCID LocaleId);
FORCEINLINE NTSTATUS WdfPdoInitAddDeviceText(PWDFDEVICE_INIT DeviceInit,
					     PCUNICODE_STRING DeviceDescription,
					     PCUNICODE_STRING DeviceLocation, LCID LocaleId)
{
	return ((PFN_WDFPDOINITADDDEVICETEXT)WdfFunctions[WdfPdoInitAddDeviceTextTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceDescription, DeviceLocation, LocaleId);
}

/**
 * WdfPdoInitSetDefaultLocale() - the language of those who have none of the texts'.
 * @DeviceInit: from WdfPdoInitAllocate().
 * @LocaleId:   the language.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: kept, and not looked at.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID (*PFN_WDFPDOINITSETDEFAULTLOCALE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       PWDFDEVICE_INIT DeviceInit, LCID LocaleId);
FORCEINLINE VOID WdfPdoInitSetDefaultLocale(PWDFDEVICE_INIT DeviceInit, LCID LocaleId)
{
	((PFN_WDFPDOINITSETDEFAULTLOCALE)WdfFunctions[WdfPdoInitSetDefaultLocaleTableIndex])(
		WdfDriverGlobals, DeviceInit, LocaleId);
}

/**
 * WdfPdoInitAssignRawDevice() - the bus's driver serves the child by itself.
 * @DeviceInit:      from WdfPdoInitAllocate().
 * @DeviceClassGuid: as WdfDeviceInitSetDeviceClass().
 *
 * Give it an SDDL string too: without one only administrators open it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not a child device's init.
 * Differs: as WdfDeviceInitSetDeviceClass().
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOINITASSIGNRAWDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  PWDFDEVICE_INIT DeviceInit,
						  CONST GUID *DeviceClassGuid);
FORCEINLINE NTSTATUS WdfPdoInitAssignRawDevice(PWDFDEVICE_INIT DeviceInit,
					       CONST GUID *DeviceClassGuid)
{
	return ((PFN_WDFPDOINITASSIGNRAWDEVICE)WdfFunctions[WdfPdoInitAssignRawDeviceTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceClassGuid);
}

/**
 * WdfPdoInitAllowForwardingRequestToParent() - let requests of a child device go to its parent.
 * @DeviceInit: from WdfPdoInitAllocate().
 *
 * See WdfRequestForwardToParentDeviceIoQueue().
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef VOID (*PFN_WDFPDOINITALLOWFORWARDINGREQUESTTOPARENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfPdoInitAllowForwardingRequestToParent(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFPDOINITALLOWFORWARDINGREQUESTTOPARENT)
		 WdfFunctions[WdfPdoInitAllowForwardingRequestToParentTableIndex])(WdfDriverGlobals,
										   DeviceInit);
}

/**
 * WdfPdoGetParent() - the device on whose bus a child is.
 * @Device: a child device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  NULL it is no child device.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef WDFDEVICE (*PFN_WDFPDOGETPARENT)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE WDFDEVICE WdfPdoGetParent(WDFDEVICE Device)
{
	return ((PFN_WDFPDOGETPARENT)WdfFunctions[WdfPdoGetParentTableIndex])(WdfDriverGlobals,
									      Device);
}

/**
 * WdfPdoMarkMissing() - the child is not on its bus any more.
 * @Device: one that WdfFdoAddStaticChild() was called for.
 *
 * It hears EvtDeviceReportedMissing, then of its surprise removal; its files are closed, and it is
 * deleted: soon, on a thread of the pool. What of its requests the parent has is cancelled and
 * waited for. The handle is valid until the device's EvtCleanupCallback has run.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER no child device; STATUS_NO_SUCH_DEVICE it is
 *          not reported, or missing already.
 * Differs: it does not wait until its clients close their files.
 * Source:  Windows driver documentation, wdfpdo.h.
 */
typedef NTSTATUS (*PFN_WDFPDOMARKMISSING)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE NTSTATUS WdfPdoMarkMissing(WDFDEVICE Device)
{
	return ((PFN_WDFPDOMARKMISSING)WdfFunctions[WdfPdoMarkMissingTableIndex])(WdfDriverGlobals,
										  Device);
}

#ifdef __cplusplus
}
#endif

#endif
