/* SPDX-License-Identifier: MIT */
/*
 * wdffdo.h - function device objects.
 *
 * Has: WdfFdoInitSetEventCallbacks, WdfFdoInitOpenRegistryKey, WdfFdoInitSetFilter,
 *      WdfFdoInitQueryProperty, WdfFdoInitAllocAndQueryProperty, WdfFdoAddStaticChild,
 *      WdfFdoLockStaticChildListForIteration, WdfFdoRetrieveNextStaticChild,
 *      WdfFdoUnlockStaticChildListFromIteration.
 */
#ifndef UWDF_WDFFDO_H
#define UWDF_WDFFDO_H

#include <wdf/wdfchildlist.h>
#include <wdf/wdfdevice.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EvtDeviceFilterAddResourceRequirements, EvtDeviceFilterRemoveResourceRequirements - change what
 * the device could do with, before it is given to it.
 * @Device:                     the device, which has not started.
 * @IoResourceRequirementsList: configurations, best first: the function's BARs, where they are,
 *                              with its messages (MSI: one descriptor for all; MSI-X: one each),
 *                              and another with its line. Given is the first that the function can
 *                              meet: of messages as many as there are, even if more are asked for.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  an error is logged, no other driver is asked, and the requirements are the function's
 *          own.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS
EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS(WDFDEVICE Device,
					    WDFIORESREQLIST IoResourceRequirementsList);
typedef EVT_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS *PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS;

/**
 * EvtDeviceRemoveAddedResources - take what the driver added out of what the device was given, so
 * that those below do not see it; the driver's own EvtDevicePrepareHardware does.
 * @Device:              the device, which has not started.
 * @ResourcesRaw:        what it was given,
 * @ResourcesTranslated: as the host sees it; a resource is removed from both.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  an error fails the start, with nothing to undo.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES(WDFDEVICE Device, WDFCMRESLIST ResourcesRaw,
						       WDFCMRESLIST ResourcesTranslated);
typedef EVT_WDF_DEVICE_REMOVE_ADDED_RESOURCES *PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES;

/* All at PASSIVE_LEVEL. ...Add needs EvtDeviceRemoveAddedResources. */
typedef struct _WDF_FDO_EVENT_CALLBACKS {
	ULONG Size;
	PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterAddResourceRequirements;
	PFN_WDF_DEVICE_FILTER_RESOURCE_REQUIREMENTS EvtDeviceFilterRemoveResourceRequirements;
	PFN_WDF_DEVICE_REMOVE_ADDED_RESOURCES EvtDeviceRemoveAddedResources;
} WDF_FDO_EVENT_CALLBACKS, *PWDF_FDO_EVENT_CALLBACKS;

FORCEINLINE VOID WDF_FDO_EVENT_CALLBACKS_INIT(PWDF_FDO_EVENT_CALLBACKS Callbacks)
{
	RtlZeroMemory(Callbacks, sizeof(*Callbacks));
	Callbacks->Size = sizeof(*Callbacks);
}

/**
 * WdfFdoInitSetEventCallbacks() - how the driver changes what its device needs.
 * @DeviceInit:        of EvtDriverDeviceAdd.
 * @FdoEventCallbacks: each may be NULL; copied.
 *
 * Order of a start: EvtDeviceFilterRemoveResourceRequirements from the highest driver of the stack
 * down, EvtDeviceFilterAddResourceRequirements from the lowest up, then, when resources are
 * assigned, EvtDeviceRemoveAddedResources from the highest down, before EvtDevicePrepareHardware
 * of any driver.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: BARs cannot be moved, and nothing but interrupts and CmResourceTypeDevicePrivate can be
 *          added: a configuration that asks for more cannot be met. The affinity that is asked for
 *          is in the lists; the host's own interrupts stay where its administrator put them.
 * Source:  Windows driver documentation, wdffdo.h, "Modifying a Resource List" and "Using Interrupt
 *          Resource Descriptors".
 */
typedef VOID (*PFN_WDFFDOINITSETEVENTCALLBACKS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks);
FORCEINLINE VOID WdfFdoInitSetEventCallbacks(PWDFDEVICE_INIT DeviceInit,
					     PWDF_FDO_EVENT_CALLBACKS FdoEventCallbacks)
{
	((PFN_WDFFDOINITSETEVENTCALLBACKS)WdfFunctions[WdfFdoInitSetEventCallbacksTableIndex])(
		WdfDriverGlobals, DeviceInit, FdoEventCallbacks);
}

/**
 * WdfFdoInitOpenRegistryKey() - as WdfDeviceOpenRegistryKey(), before the device object is made.
 * @DeviceInit:            of EvtDriverDeviceAdd.
 * @DeviceInstanceKeyType: as WdfDeviceOpenRegistryKey().
 * @DesiredAccess:         as WdfRegistryOpenKey().
 * @KeyAttributes:         default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:                   the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER not one of the two;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry status
 *          (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS (*PFN_WDFFDOINITOPENREGISTRYKEY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit, ULONG DeviceInstanceKeyType,
	ACCESS_MASK DesiredAccess, PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfFdoInitOpenRegistryKey(PWDFDEVICE_INIT DeviceInit,
					       ULONG DeviceInstanceKeyType,
					       ACCESS_MASK DesiredAccess,
					       PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFFDOINITOPENREGISTRYKEY)WdfFunctions[WdfFdoInitOpenRegistryKeyTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceInstanceKeyType, DesiredAccess, KeyAttributes,
		Key);
}

/**
 * WdfFdoInitSetFilter() - the driver is a filter: above or below the device's function driver.
 * @DeviceInit: of EvtDriverDeviceAdd.
 *
 * Requests for which the driver has no queue and no handler go on to the next lower driver, as do
 * creates that it does not ask for, and cleanup and close (WDF_FILEOBJECT_CONFIG). The device takes
 * its I/O type from the one below. Where EvtDriverDeviceAdd fails, the device works without it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef VOID (*PFN_WDFFDOINITSETFILTER)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfFdoInitSetFilter(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFFDOINITSETFILTER)WdfFunctions[WdfFdoInitSetFilterTableIndex])(WdfDriverGlobals,
									       DeviceInit);
}

/**
 * WdfFdoInitQueryProperty() - as WdfDeviceQueryProperty(), before the device object is made.
 * @DeviceInit:     of EvtDriverDeviceAdd.
 * @DeviceProperty: which.
 * @BufferLength:   bytes at @PropertyBuffer.
 * @PropertyBuffer: may be NULL if there are none.
 * @ResultLength:   the property's length, also if the buffer is too small; 0 on other failures.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER_2 there is no such
 *          property; STATUS_OBJECT_NAME_NOT_FOUND the device does not have it;
 *          STATUS_INVALID_DEVICE_REQUEST it is a control device's.
 * Differs: as WdfIoTargetQueryTargetProperty().
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS (*PFN_WDFFDOINITQUERYPROPERTY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						DEVICE_REGISTRY_PROPERTY DeviceProperty,
						ULONG BufferLength, PVOID PropertyBuffer,
						PULONG ResultLength);
FORCEINLINE NTSTATUS WdfFdoInitQueryProperty(PWDFDEVICE_INIT DeviceInit,
					     DEVICE_REGISTRY_PROPERTY DeviceProperty,
					     ULONG BufferLength, PVOID PropertyBuffer,
					     PULONG ResultLength)
{
	return ((PFN_WDFFDOINITQUERYPROPERTY)WdfFunctions[WdfFdoInitQueryPropertyTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceProperty, BufferLength, PropertyBuffer,
		ResultLength);
}

/**
 * WdfFdoInitAllocAndQueryProperty() - the same, to memory that is made for it.
 * @DeviceInit:               of EvtDriverDeviceAdd.
 * @DeviceProperty:           which.
 * @PoolType:                 of the memory.
 * @PropertyMemoryAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @PropertyMemory:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfFdoInitQueryProperty(); STATUS_INVALID_PARAMETER no such pool;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: as WdfFdoInitQueryProperty().
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS (*PFN_WDFFDOINITALLOCANDQUERYPROPERTY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
	PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory);
FORCEINLINE NTSTATUS WdfFdoInitAllocAndQueryProperty(
	PWDFDEVICE_INIT DeviceInit, DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
	PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory)
{
	return ((PFN_WDFFDOINITALLOCANDQUERYPROPERTY)
			WdfFunctions[WdfFdoInitAllocAndQueryPropertyTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceProperty, PoolType, PropertyMemoryAttributes,
		PropertyMemory);
}

/**
 * WdfFdoAddStaticChild() - report a child device that is on the bus.
 * @Fdo:   its parent, of WdfPdoInitAllocate().
 * @Child: made by WdfDeviceCreate() from that.
 *
 * The child starts when its parent has, or soon if that has already, on a thread of the pool (see
 * wdfpdo.h). Before this, and if it fails, the driver deletes it with WdfObjectDelete(); afterwards
 * it may not.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER not a child of @Fdo;
 *          STATUS_INVALID_DEVICE_STATE it is reported already; STATUS_DELETE_PENDING @Fdo is
 *          being removed.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef NTSTATUS (*PFN_WDFFDOADDSTATICCHILD)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Fdo,
					     WDFDEVICE Child);
FORCEINLINE NTSTATUS WdfFdoAddStaticChild(WDFDEVICE Fdo, WDFDEVICE Child)
{
	return ((PFN_WDFFDOADDSTATICCHILD)WdfFunctions[WdfFdoAddStaticChildTableIndex])(
		WdfDriverGlobals, Fdo, Child);
}

/**
 * WdfFdoLockStaticChildListForIteration() - look at the child devices.
 * @Fdo: their parent.
 *
 * What is added and marked missing meanwhile waits for
 * WdfFdoUnlockStaticChildListFromIteration(); calls nest. The parent's own removal does not wait.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef VOID (*PFN_WDFFDOLOCKSTATICCHILDLISTFORITERATION)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFDEVICE Fdo);
FORCEINLINE VOID WdfFdoLockStaticChildListForIteration(WDFDEVICE Fdo)
{
	((PFN_WDFFDOLOCKSTATICCHILDLISTFORITERATION)
		 WdfFunctions[WdfFdoLockStaticChildListForIterationTableIndex])(WdfDriverGlobals,
										Fdo);
}

/**
 * WdfFdoRetrieveNextStaticChild() - one child device after the other, in the order they were made.
 * @Fdo:           their parent; locked by WdfFdoLockStaticChildListForIteration().
 * @PreviousChild: what the last call returned; NULL: the first.
 * @Flags:         WDF_RETRIEVE_CHILD_FLAGS, not 0.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  NULL there are no more of that kind, or wrong flags.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef WDFDEVICE (*PFN_WDFFDORETRIEVENEXTSTATICCHILD)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDEVICE Fdo, WDFDEVICE PreviousChild,
						       ULONG Flags);
FORCEINLINE WDFDEVICE WdfFdoRetrieveNextStaticChild(WDFDEVICE Fdo, WDFDEVICE PreviousChild,
						    ULONG Flags)
{
	return ((PFN_WDFFDORETRIEVENEXTSTATICCHILD)
			WdfFunctions[WdfFdoRetrieveNextStaticChildTableIndex])(
		WdfDriverGlobals, Fdo, PreviousChild, Flags);
}

/**
 * WdfFdoUnlockStaticChildListFromIteration() - it was looked at: changes take effect.
 * @Fdo: as WdfFdoLockStaticChildListForIteration() was called with.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffdo.h.
 */
typedef VOID (*PFN_WDFFDOUNLOCKSTATICCHILDLISTFROMITERATION)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     WDFDEVICE Fdo);
FORCEINLINE VOID WdfFdoUnlockStaticChildListFromIteration(WDFDEVICE Fdo)
{
	((PFN_WDFFDOUNLOCKSTATICCHILDLISTFROMITERATION)
		 WdfFunctions[WdfFdoUnlockStaticChildListFromIterationTableIndex])(WdfDriverGlobals,
										   Fdo);
}

#ifdef __cplusplus
}
#endif
#endif
