/* SPDX-License-Identifier: MIT */
/*
 * wdfdevice.h - WDFDEVICE: made from a WDFDEVICE_INIT, its names, properties and queues.
 *
 * Has: WdfDeviceCreate, WdfDeviceRetrieveDeviceName, WdfDeviceCreateSymbolicLink,
 *      WdfDeviceCreateDeviceInterface, WdfDeviceSetDeviceInterfaceState,
 *      WdfDeviceSetDeviceInterfaceStateEx, WdfDeviceRetrieveDeviceInterfaceString,
 *      WdfDeviceGetDriver, WdfDeviceGetDevicePnpState, WdfDeviceGetDevicePowerState,
 *      WdfDeviceGetCharacteristics, WdfDeviceSetCharacteristics,
 *      WdfDeviceGetAlignmentRequirement, WdfDeviceSetAlignmentRequirement, WdfDeviceSetFailed,
 *      WdfDeviceEnqueueRequest, WdfDeviceGetDefaultQueue, WdfDeviceGetIoTarget,
 *      WdfDeviceConfigureRequestDispatching, WdfDeviceOpenRegistryKey,
 *      WdfDeviceOpenDevicemapKey, WdfDeviceWdmDispatchPreprocessedIrp,
 *      WdfDeviceWdmGetDeviceObject, WdfWdmDeviceGetWdfDeviceHandle,
 *      WdfDeviceWdmGetAttachedDevice, WdfDeviceWdmGetPhysicalDevice, WdfDeviceGetFileObject.
 */
#ifndef UWDF_WDFDEVICE_H
#define UWDF_WDFDEVICE_H

#include <wdf/wdfdeviceinit.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfDeviceCreate() - create the device object.
 * @DeviceInit:       what EvtDriverDeviceAdd got, or of WdfControlDeviceInitAllocate(); set to NULL
 *                    on success.
 * @DeviceAttributes: no parent may be given; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Device:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE a device was made from it already;
 *          STATUS_OBJECT_NAME_COLLISION the name is taken; STATUS_OBJECT_NAME_INVALID,
 *          STATUS_OBJECT_PATH_SYNTAX_BAD, STATUS_OBJECT_PATH_NOT_FOUND it cannot be one;
 *          STATUS_INVALID_SECURITY_DESCR an SDDL string or a device class without a name;
 *          STATUS_INVALID_PARAMETER, STATUS_INVALID_ACL, STATUS_INVALID_SID an SDDL string that
 *          cannot be read; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PWDFDEVICE_INIT *DeviceInit,
					PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device);
FORCEINLINE NTSTATUS WdfDeviceCreate(PWDFDEVICE_INIT *DeviceInit,
				     PWDF_OBJECT_ATTRIBUTES DeviceAttributes, WDFDEVICE *Device)
{
	return ((PFN_WDFDEVICECREATE)WdfFunctions[WdfDeviceCreateTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceAttributes, Device);
}

/**
 * WdfDeviceRetrieveDeviceName() - a device's name.
 * @Device: the device.
 * @String: gets the name.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST it has no name;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICERETRIEVEDEVICENAME)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFDEVICE Device, WDFSTRING String);
FORCEINLINE NTSTATUS WdfDeviceRetrieveDeviceName(WDFDEVICE Device, WDFSTRING String)
{
	return ((PFN_WDFDEVICERETRIEVEDEVICENAME)
			WdfFunctions[WdfDeviceRetrieveDeviceNameTableIndex])(WdfDriverGlobals,
									     Device, String);
}

/**
 * WdfDeviceCreateSymbolicLink() - give a device another name, for applications.
 * @Device:           the device.
 * @SymbolicLinkName: "\DosDevices\Name" as a rule. It goes with the device.
 *
 * Applications open the device by the first link's last part: uwdf_open("Name").
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a malformed string;
 *          STATUS_OBJECT_NAME_COLLISION it is taken; STATUS_OBJECT_NAME_INVALID empty, or nothing
 *          after the last backslash; STATUS_OBJECT_PATH_SYNTAX_BAD no leading backslash;
 *          STATUS_OBJECT_PATH_NOT_FOUND no such directory; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: names are unique in a process; where hosts have the same, the later one's clients find
 *          it as "Name-2".
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECREATESYMBOLICLINK)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFDEVICE Device,
						    PCUNICODE_STRING SymbolicLinkName);
FORCEINLINE NTSTATUS WdfDeviceCreateSymbolicLink(WDFDEVICE Device,
						 PCUNICODE_STRING SymbolicLinkName)
{
	return ((PFN_WDFDEVICECREATESYMBOLICLINK)
			WdfFunctions[WdfDeviceCreateSymbolicLinkTableIndex])(
		WdfDriverGlobals, Device, SymbolicLinkName);
}

/**
 * WdfDeviceCreateDeviceInterface() - let clients find and open the device by a GUID.
 * @Device:             the device.
 * @InterfaceClassGUID: what clients ask for.
 * @ReferenceString:    tells several of one class apart; no backslash, no slash; may be NULL.
 *
 * Enabled when the device has started, disabled when it leaves.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS, also when the interface exists already; STATUS_INVALID_DEVICE_REQUEST a
 *          control device; STATUS_INVALID_PARAMETER a malformed reference string;
 *          STATUS_INSUFFICIENT_RESOURCES more than eight interfaces.
 * Differs: clients open the device by the GUID alone, so its driver cannot see which of several
 *          was meant.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICECREATEDEVICEINTERFACE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDEVICE Device,
						       const GUID *InterfaceClassGUID,
						       PCUNICODE_STRING ReferenceString);
FORCEINLINE NTSTATUS WdfDeviceCreateDeviceInterface(WDFDEVICE Device,
						    const GUID *InterfaceClassGUID,
						    PCUNICODE_STRING ReferenceString)
{
	return ((PFN_WDFDEVICECREATEDEVICEINTERFACE)
			WdfFunctions[WdfDeviceCreateDeviceInterfaceTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString);
}

/**
 * WdfDeviceSetDeviceInterfaceState() - enable or disable one interface of a started device.
 * @Device:             the device.
 * @InterfaceClassGUID: as created.
 * @ReferenceString:    as created.
 * @IsInterfaceEnabled: FALSE: nobody finds the device by it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: unknown interfaces break in and are ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETDEVICEINTERFACESTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFDEVICE Device,
						     const GUID *InterfaceClassGUID,
						     PCUNICODE_STRING ReferenceString,
						     BOOLEAN IsInterfaceEnabled);
FORCEINLINE VOID WdfDeviceSetDeviceInterfaceState(WDFDEVICE Device, const GUID *InterfaceClassGUID,
						  PCUNICODE_STRING ReferenceString,
						  BOOLEAN IsInterfaceEnabled)
{
	((PFN_WDFDEVICESETDEVICEINTERFACESTATE)
		 WdfFunctions[WdfDeviceSetDeviceInterfaceStateTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled);
}

/**
 * WdfDeviceSetDeviceInterfaceStateEx() - as WdfDeviceSetDeviceInterfaceState(), and the framework
 *    leaves it at that: FALSE before the start keeps the start from enabling the interface.
 * @Device:             the device.
 * @InterfaceClassGUID: as created.
 * @ReferenceString:    as created.
 * @IsInterfaceEnabled: FALSE: nobody finds the device by it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: unknown interfaces break in and are ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETDEVICEINTERFACESTATEEX)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDEVICE Device,
						       CONST GUID *InterfaceClassGUID,
						       PCUNICODE_STRING ReferenceString,
						       BOOLEAN IsInterfaceEnabled);
FORCEINLINE VOID WdfDeviceSetDeviceInterfaceStateEx(WDFDEVICE Device,
						    CONST GUID *InterfaceClassGUID,
						    PCUNICODE_STRING ReferenceString,
						    BOOLEAN IsInterfaceEnabled)
{
	((PFN_WDFDEVICESETDEVICEINTERFACESTATEEX)
		 WdfFunctions[WdfDeviceSetDeviceInterfaceStateExTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString, IsInterfaceEnabled);
}

/**
 * WdfDeviceRetrieveDeviceInterfaceString() - the symbolic link name of a device interface.
 * @Device:             the device.
 * @InterfaceClassGUID: as created.
 * @ReferenceString:    as created.
 * @String:             gets the name.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND no such interface;
 *          STATUS_INVALID_DEVICE_REQUEST a control device; STATUS_INVALID_PARAMETER a malformed
 *          reference string; STATUS_OBJECT_NAME_INVALID the name would be longer than 256
 *          characters; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: it is known as soon as the interface is. Clients open the device by the GUID.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICERETRIEVEDEVICEINTERFACESTRING)(PWDF_DRIVER_GLOBALS DriverGlobals,
							       WDFDEVICE Device,
							       CONST GUID *InterfaceClassGUID,
							       PCUNICODE_STRING ReferenceString,
							       WDFSTRING String);
FORCEINLINE NTSTATUS WdfDeviceRetrieveDeviceInterfaceString(WDFDEVICE Device,
							    CONST GUID *InterfaceClassGUID,
							    PCUNICODE_STRING ReferenceString,
							    WDFSTRING String)
{
	return ((PFN_WDFDEVICERETRIEVEDEVICEINTERFACESTRING)
			WdfFunctions[WdfDeviceRetrieveDeviceInterfaceStringTableIndex])(
		WdfDriverGlobals, Device, InterfaceClassGUID, ReferenceString, String);
}

/**
 * WdfDeviceGetDriver() - the driver that created the device.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFDRIVER (*PFN_WDFDEVICEGETDRIVER)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE WDFDRIVER WdfDeviceGetDriver(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDRIVER)WdfFunctions[WdfDeviceGetDriverTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceGetDevicePnpState() - where the device is in its Plug and Play life.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  one of WDF_DEVICE_PNP_STATE.
 * Differs: of the states only those that start, failure and removal go through here are shown.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDF_DEVICE_PNP_STATE (*PFN_WDFDEVICEGETDEVICEPNPSTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							       WDFDEVICE Device);
FORCEINLINE WDF_DEVICE_PNP_STATE WdfDeviceGetDevicePnpState(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEVICEPNPSTATE)WdfFunctions[WdfDeviceGetDevicePnpStateTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceGetDevicePowerState() - where the device is in its power life.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  one of WDF_DEVICE_POWER_STATE.
 * Differs: of the states only ObjectCreated, D0Starting..., D0 and Stopped are shown.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDF_DEVICE_POWER_STATE (*PFN_WDFDEVICEGETDEVICEPOWERSTATE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device);
FORCEINLINE WDF_DEVICE_POWER_STATE WdfDeviceGetDevicePowerState(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEVICEPOWERSTATE)
			WdfFunctions[WdfDeviceGetDevicePowerStateTableIndex])(WdfDriverGlobals,
									      Device);
}

/**
 * WdfDeviceGetCharacteristics() - FILE_* characteristics.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the flags.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef ULONG (*PFN_WDFDEVICEGETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device);
FORCEINLINE ULONG WdfDeviceGetCharacteristics(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETCHARACTERISTICS)
			WdfFunctions[WdfDeviceGetCharacteristicsTableIndex])(WdfDriverGlobals,
									     Device);
}

/**
 * WdfDeviceSetCharacteristics() - replace the FILE_* characteristics.
 * @Device:                the device.
 * @DeviceCharacteristics: a set of flags.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: kept and returned, without effect on opens.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
						ULONG DeviceCharacteristics);
FORCEINLINE VOID WdfDeviceSetCharacteristics(WDFDEVICE Device, ULONG DeviceCharacteristics)
{
	((PFN_WDFDEVICESETCHARACTERISTICS)WdfFunctions[WdfDeviceSetCharacteristicsTableIndex])(
		WdfDriverGlobals, Device, DeviceCharacteristics);
}

/**
 * WdfDeviceGetAlignmentRequirement() - alignment of common buffers of the device.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  a FILE_*_ALIGNMENT mask.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef ULONG (*PFN_WDFDEVICEGETALIGNMENTREQUIREMENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFDEVICE Device);
FORCEINLINE ULONG WdfDeviceGetAlignmentRequirement(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETALIGNMENTREQUIREMENT)
			WdfFunctions[WdfDeviceGetAlignmentRequirementTableIndex])(WdfDriverGlobals,
										  Device);
}

/**
 * WdfDeviceSetAlignmentRequirement() - set the alignment of common buffers created from now on.
 * @Device:               the device.
 * @AlignmentRequirement: a FILE_*_ALIGNMENT mask: a power of two minus one.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: a value that is no mask breaks in and is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETALIGNMENTREQUIREMENT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFDEVICE Device, ULONG AlignmentRequirement);
FORCEINLINE VOID WdfDeviceSetAlignmentRequirement(WDFDEVICE Device, ULONG AlignmentRequirement)
{
	((PFN_WDFDEVICESETALIGNMENTREQUIREMENT)
		 WdfFunctions[WdfDeviceSetAlignmentRequirementTableIndex])(WdfDriverGlobals, Device,
									   AlignmentRequirement);
}

/**
 * WdfDeviceSetFailed() - the driver found its device broken: ask for its removal.
 * @Device:       the device.
 * @FailedAction: WdfDeviceFailedAttemptRestart or WdfDeviceFailedNoRestart.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: the host is told and removes the device, as a surprise removal; it does not restart it
 *          by itself.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICESETFAILED)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
				       WDF_DEVICE_FAILED_ACTION FailedAction);
FORCEINLINE VOID WdfDeviceSetFailed(WDFDEVICE Device, WDF_DEVICE_FAILED_ACTION FailedAction)
{
	((PFN_WDFDEVICESETFAILED)WdfFunctions[WdfDeviceSetFailedTableIndex])(WdfDriverGlobals,
									     Device, FailedAction);
}

/**
 * WdfDeviceEnqueueRequest() - pass a request on from EvtIoInCallerContext to its queue.
 * @Device:  the device.
 * @Request: what EvtIoInCallerContext got; on failure still the driver's.
 *
 * It goes to the queue of its type, else to the default queue. A filter driver
 * (WdfFdoInitSetFilter) that has neither, or whose default queue has no callback for it, passes it
 * down unchanged: that is a success, whatever comes of it there. After a success it is not the
 * driver's any more, and may be completed before this returns; after a failure the driver must
 * complete it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST not in EvtIoInCallerContext, or in a
 *          driver that is no filter no queue takes its type, or a filter without a queue for it
 *          formatted it; STATUS_WDF_BUSY the queue takes no new requests.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEENQUEUEREQUEST)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
						WDFREQUEST Request);
FORCEINLINE NTSTATUS WdfDeviceEnqueueRequest(WDFDEVICE Device, WDFREQUEST Request)
{
	return ((PFN_WDFDEVICEENQUEUEREQUEST)WdfFunctions[WdfDeviceEnqueueRequestTableIndex])(
		WdfDriverGlobals, Device, Request);
}

/**
 * WdfDeviceGetIoTarget() - where requests for the next lower driver are sent.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the target; it is the device's and goes with it.
 * Differs: control devices have one, too. With nothing below, each request that is sent completes
 *          with STATUS_INVALID_DEVICE_REQUEST.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFIOTARGET (*PFN_WDFDEVICEGETIOTARGET)(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFDEVICE Device);
FORCEINLINE WDFIOTARGET WdfDeviceGetIoTarget(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETIOTARGET)WdfFunctions[WdfDeviceGetIoTargetTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceGetDefaultQueue() - the queue that requests go to unless routed elsewhere.
 * @Device: the device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the queue, or NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFQUEUE (*PFN_WDFDEVICEGETDEFAULTQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device);
FORCEINLINE WDFQUEUE WdfDeviceGetDefaultQueue(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEGETDEFAULTQUEUE)WdfFunctions[WdfDeviceGetDefaultQueueTableIndex])(
		WdfDriverGlobals, Device);
}

/**
 * WdfDeviceConfigureRequestDispatching() - send one type of request to one queue.
 * @Device:      the device, once it was created; started or not.
 * @Queue:       of the same device, and not its default queue. Manual, or with the callback for the
 *               type: EvtIoRead, EvtIoWrite, EvtIoDeviceControl, EvtIoInternalDeviceControl, or
 *               EvtIoDefault, which is the only one for create.
 * @RequestType: WdfRequestTypeCreate, Read, Write, DeviceControl or DeviceControlInternal.
 *
 * Requests of this type that come from then on go to the queue, whichever client or driver sends
 * them; those that the default queue has already stay there. One call a type, any number of types a
 * queue. A type that has no queue of its own goes to the default queue, but for create, which never
 * does: without a queue here, or EvtDeviceFileCreate, an open succeeds by itself, or goes to the
 * next lower driver from a filter. It cannot be taken back, and the driver cannot delete the queue
 * any more.
 *
 * IRQL:    DISPATCH_LEVEL or below. Nothing waits and nothing is allocated.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a type that queues do not take, or create where
 *          it has a queue already; STATUS_WDF_BUSY another type that has one;
 *          STATUS_INVALID_DEVICE_REQUEST the queue is another device's, the default queue, or has
 *          no callback for the type. Where it fails nothing has changed, and but for a wrong
 *          type the verifier says why. A handle of something else stops the driver.
 * Differs: STATUS_INSUFFICIENT_RESOURCES is never returned.
 * Source:  Windows driver documentation, wdfdevice.h; "Creating I/O Queues".
 */
typedef NTSTATUS (*PFN_WDFDEVICECONFIGUREREQUESTDISPATCHING)(PWDF_DRIVER_GLOBALS DriverGlobals,
							     WDFDEVICE Device, WDFQUEUE Queue,
							     WDF_REQUEST_TYPE RequestType);
FORCEINLINE NTSTATUS WdfDeviceConfigureRequestDispatching(WDFDEVICE Device, WDFQUEUE Queue,
							  WDF_REQUEST_TYPE RequestType)
{
	return ((PFN_WDFDEVICECONFIGUREREQUESTDISPATCHING)
			WdfFunctions[WdfDeviceConfigureRequestDispatchingTableIndex])(
		WdfDriverGlobals, Device, Queue, RequestType);
}

/**
 * WdfDeviceOpenRegistryKey() - open a device's hardware or software key, made if it is not there.
 * @Device:                the device.
 * @DeviceInstanceKeyType: PLUGPLAY_REGKEY_DEVICE: the hardware key's Device Parameters; _DRIVER:
 *                         the software key; or _CURRENT_HWPROFILE: its copy in the hardware
 *                         profile.
 * @DesiredAccess:         as WdfRegistryOpenKey().
 * @KeyAttributes:         default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:                   the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER not one of the two;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry status
 *          (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEOPENREGISTRYKEY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						 WDFDEVICE Device, ULONG DeviceInstanceKeyType,
						 ACCESS_MASK DesiredAccess,
						 PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDeviceOpenRegistryKey(WDFDEVICE Device, ULONG DeviceInstanceKeyType,
					      ACCESS_MASK DesiredAccess,
					      PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFDEVICEOPENREGISTRYKEY)WdfFunctions[WdfDeviceOpenRegistryKeyTableIndex])(
		WdfDriverGlobals, Device, DeviceInstanceKeyType, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfDeviceOpenDevicemapKey() - open a key below \Registry\Machine\Hardware\DeviceMap, made
 *    volatile if it is not there.
 * @Device:        the device.
 * @KeyName:       below DeviceMap: one name or several with backslashes between them.
 * @DesiredAccess: as WdfRegistryOpenKey().
 * @KeyAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER an empty or malformed @KeyName;
 *          STATUS_OBJECT_NAME_INVALID a name too long; STATUS_INSUFFICIENT_RESOURCES; an
 *          object-attributes status; a registry status (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEOPENDEVICEMAPKEY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFDEVICE Device, PCUNICODE_STRING KeyName,
						  ACCESS_MASK DesiredAccess,
						  PWDF_OBJECT_ATTRIBUTES KeyAttributes,
						  WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDeviceOpenDevicemapKey(WDFDEVICE Device, PCUNICODE_STRING KeyName,
					       ACCESS_MASK DesiredAccess,
					       PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key)
{
	return ((PFN_WDFDEVICEOPENDEVICEMAPKEY)WdfFunctions[WdfDeviceOpenDevicemapKeyTableIndex])(
		WdfDriverGlobals, Device, KeyName, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfDeviceWdmDispatchPreprocessedIrp() - give an IRP back to the framework.
 * @Device: whose EvtDeviceWdmIrpPreprocess got it.
 * @Irp:    the driver's, after IoSkipCurrentIrpStackLocation() or
 *          IoCopyCurrentIrpStackLocationToNext().
 *
 * The framework does what the IRP's location says then: the driver may have changed it to another
 * of the major functions that clients send, and lengths to smaller ones. Longer ones complete it
 * with STATUS_INVALID_BUFFER_SIZE. A cleanup or a close stays what it is, and nothing else becomes
 * one: that completes it with STATUS_INVALID_DEVICE_REQUEST.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_PENDING; STATUS_INVALID_DEVICE_REQUEST after a verifier message: it is not the
 *          driver's, or another device's.
 * Differs: also from another thread, after the callback. Always STATUS_PENDING on success, even
 *          when the IRP is over by then. AssociatedIrp.SystemBuffer and MdlAddress that the driver
 *          put another buffer into are ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEWDMDISPATCHPREPROCESSEDIRP)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFDEVICE Device, PIRP Irp);
FORCEINLINE NTSTATUS WdfDeviceWdmDispatchPreprocessedIrp(WDFDEVICE Device, PIRP Irp)
{
	return ((PFN_WDFDEVICEWDMDISPATCHPREPROCESSEDIRP)
			WdfFunctions[WdfDeviceWdmDispatchPreprocessedIrpTableIndex])(
		WdfDriverGlobals, Device, Irp);
}

/**
 * WdfDeviceWdmGetDeviceObject() - the device as WDM describes it.
 * @Device: handle.
 *
 * IRQL:    any.
 * Return:  never NULL; valid as long as the device.
 * Differs: it says who the device is to IRP callbacks, and no more.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef PDEVICE_OBJECT (*PFN_WDFDEVICEWDMGETDEVICEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFDEVICE Device);
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetDeviceObject(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEWDMGETDEVICEOBJECT)
			WdfFunctions[WdfDeviceWdmGetDeviceObjectTableIndex])(WdfDriverGlobals,
									     Device);
}

/**
 * WdfWdmDeviceGetWdfDeviceHandle() - the WDFDEVICE behind a DEVICE_OBJECT.
 * @DeviceObject: of WdfDeviceWdmGetDeviceObject(), an IRP's location, or as a callback got it.
 *
 * IRQL:    any.
 * Return:  the handle; NULL: not a device of this driver.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFDEVICE (*PFN_WDFWDMDEVICEGETWDFDEVICEHANDLE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							PDEVICE_OBJECT DeviceObject);
FORCEINLINE WDFDEVICE WdfWdmDeviceGetWdfDeviceHandle(PDEVICE_OBJECT DeviceObject)
{
	return ((PFN_WDFWDMDEVICEGETWDFDEVICEHANDLE)
			WdfFunctions[WdfWdmDeviceGetWdfDeviceHandleTableIndex])(WdfDriverGlobals,
										DeviceObject);
}

/**
 * WdfDeviceWdmGetAttachedDevice() - the next lower device of the stack as WDM describes it.
 * @Device: handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the bus's object under the lowest device; NULL: a control device, which is in no stack.
 * Differs: the bus's object says that there is one, and no more.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef PDEVICE_OBJECT (*PFN_WDFDEVICEWDMGETATTACHEDDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFDEVICE Device);
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetAttachedDevice(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEWDMGETATTACHEDDEVICE)
			WdfFunctions[WdfDeviceWdmGetAttachedDeviceTableIndex])(WdfDriverGlobals,
									       Device);
}

/**
 * WdfDeviceWdmGetPhysicalDevice() - the bus's object under the stack that the device is in.
 * @Device: handle.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the same for every device of the stack; NULL: a control device, which is in no stack.
 * Differs: it says that there is one, and no more.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef PDEVICE_OBJECT (*PFN_WDFDEVICEWDMGETPHYSICALDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFDEVICE Device);
FORCEINLINE PDEVICE_OBJECT WdfDeviceWdmGetPhysicalDevice(WDFDEVICE Device)
{
	return ((PFN_WDFDEVICEWDMGETPHYSICALDEVICE)
			WdfFunctions[WdfDeviceWdmGetPhysicalDeviceTableIndex])(WdfDriverGlobals,
									       Device);
}

/**
 * WdfDeviceGetFileObject() - the WDFFILEOBJECT of a FILE_OBJECT.
 * @Device:     handle.
 * @FileObject: of an IRP's location or WdfFileObjectWdmGetFileObject(), and still open.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the handle; NULL: it is not one of @Device's.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef WDFFILEOBJECT (*PFN_WDFDEVICEGETFILEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFDEVICE Device, PFILE_OBJECT FileObject);
FORCEINLINE WDFFILEOBJECT WdfDeviceGetFileObject(WDFDEVICE Device, PFILE_OBJECT FileObject)
{
	return ((PFN_WDFDEVICEGETFILEOBJECT)WdfFunctions[WdfDeviceGetFileObjectTableIndex])(
		WdfDriverGlobals, Device, FileObject);
}

#ifdef __cplusplus
}
#endif
#endif
