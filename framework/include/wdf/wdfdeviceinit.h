/* SPDX-License-Identifier: MIT */
/*
 * wdfdeviceinit.h - WDFDEVICE_INIT: what a driver asks for before WdfDeviceCreate().
 *
 * Has: WdfDeviceInitFree, WdfDeviceInitSetPnpPowerEventCallbacks, WdfDeviceInitSetIoType,
 * WdfDeviceInitSetIoTypeEx, WdfDeviceInitSetExclusive, WdfDeviceInitSetDeviceType,
 * WdfDeviceInitSetCharacteristics, WdfDeviceInitSetFileObjectConfig,
 * WdfDeviceInitSetRequestAttributes, WdfDeviceInitAssignName, WdfDeviceInitAssignSDDLString,
 * WdfDeviceInitSetDeviceClass, WdfDeviceInitSetIoInCallerContextCallback,
 * WdfDeviceInitAssignWdmIrpPreprocessCallback.
 */
#ifndef UWDF_WDFDEVICEINIT_H
#define UWDF_WDFDEVICEINIT_H

#include <wdf/wdfdeviceconfig.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfDeviceInitFree() - give back a WDFDEVICE_INIT that no device was made from.
 * @DeviceInit: from WdfControlDeviceInitAllocate(), before WdfDeviceCreate() succeeded.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: in EvtDriverDeviceAdd the framework owns it: the call stops the driver with
 *          WDF_INVALID_HANDLE, as KMDF does not allow it either.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITFREE)(PWDF_DRIVER_GLOBALS DriverGlobals,
				      PWDFDEVICE_INIT DeviceInit);
FORCEINLINE VOID WdfDeviceInitFree(PWDFDEVICE_INIT DeviceInit)
{
	((PFN_WDFDEVICEINITFREE)WdfFunctions[WdfDeviceInitFreeTableIndex])(WdfDriverGlobals,
									   DeviceInit);
}

/**
 * WdfDeviceInitSetPnpPowerEventCallbacks() - register Plug and Play and power callbacks.
 * @DeviceInit:             from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @PnpPowerEventCallbacks: from WDF_PNPPOWER_EVENT_CALLBACKS_INIT(); copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: EvtDeviceUsageNotification(Ex), EvtDeviceRelationsQuery and EvtDeviceQueryStop are
 *          accepted and never called: there are no special files and no relations, and nobody
 *          stops a device to give it other resources.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETPNPPOWEREVENTCALLBACKS)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks);
FORCEINLINE VOID WdfDeviceInitSetPnpPowerEventCallbacks(
	PWDFDEVICE_INIT DeviceInit, PWDF_PNPPOWER_EVENT_CALLBACKS PnpPowerEventCallbacks)
{
	((PFN_WDFDEVICEINITSETPNPPOWEREVENTCALLBACKS)
		 WdfFunctions[WdfDeviceInitSetPnpPowerEventCallbacksTableIndex])(
		WdfDriverGlobals, DeviceInit, PnpPowerEventCallbacks);
}

/**
 * WdfDeviceInitSetIoType() - how read, write and control buffers reach the driver.
 * @DeviceInit: from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @IoType:     WdfDeviceIoBuffered, WdfDeviceIoDirect or WdfDeviceIoNeither.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: a wrong value breaks in and is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETIOTYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					   PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType);
FORCEINLINE VOID WdfDeviceInitSetIoType(PWDFDEVICE_INIT DeviceInit, WDF_DEVICE_IO_TYPE IoType)
{
	((PFN_WDFDEVICEINITSETIOTYPE)WdfFunctions[WdfDeviceInitSetIoTypeTableIndex])(
		WdfDriverGlobals, DeviceInit, IoType);
}

/**
 * WdfDeviceInitSetIoTypeEx() - the same with a structure.
 * @DeviceInit:   from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @IoTypeConfig: ReadWriteIoType as WdfDeviceInitSetIoType() takes it; the other members do not
 *                concern kernel-mode drivers, whose control codes say how their buffers come.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: a wrong Size or value breaks in and is ignored.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETIOTYPEEX)(PWDF_DRIVER_GLOBALS DriverGlobals,
					     PWDFDEVICE_INIT DeviceInit,
					     PWDF_IO_TYPE_CONFIG IoTypeConfig);
FORCEINLINE VOID WdfDeviceInitSetIoTypeEx(PWDFDEVICE_INIT DeviceInit,
					  PWDF_IO_TYPE_CONFIG IoTypeConfig)
{
	((PFN_WDFDEVICEINITSETIOTYPEEX)WdfFunctions[WdfDeviceInitSetIoTypeExTableIndex])(
		WdfDriverGlobals, DeviceInit, IoTypeConfig);
}

/**
 * WdfDeviceInitSetExclusive() - one open file at a time.
 * @DeviceInit:  from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @IsExclusive: TRUE: a second open fails with STATUS_ACCESS_DENIED.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETEXCLUSIVE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive);
FORCEINLINE VOID WdfDeviceInitSetExclusive(PWDFDEVICE_INIT DeviceInit, BOOLEAN IsExclusive)
{
	((PFN_WDFDEVICEINITSETEXCLUSIVE)WdfFunctions[WdfDeviceInitSetExclusiveTableIndex])(
		WdfDriverGlobals, DeviceInit, IsExclusive);
}

/**
 * WdfDeviceInitSetDeviceType() - the FILE_DEVICE_* type of the device.
 * @DeviceInit: from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @DeviceType: FILE_DEVICE_UNKNOWN unless set.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: told to the host and shown by `uwdf devices --json`; nothing else depends on it.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETDEVICETYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType);
FORCEINLINE VOID WdfDeviceInitSetDeviceType(PWDFDEVICE_INIT DeviceInit, DEVICE_TYPE DeviceType)
{
	((PFN_WDFDEVICEINITSETDEVICETYPE)WdfFunctions[WdfDeviceInitSetDeviceTypeTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceType);
}

/**
 * WdfDeviceInitSetCharacteristics() - FILE_* characteristics of the device.
 * @DeviceInit:            from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @DeviceCharacteristics: a set of flags.
 * @OrInValues:            TRUE: add to what is set, FALSE: replace.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: kept and returned, without effect on opens.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETCHARACTERISTICS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    PWDFDEVICE_INIT DeviceInit,
						    ULONG DeviceCharacteristics,
						    BOOLEAN OrInValues);
FORCEINLINE VOID WdfDeviceInitSetCharacteristics(PWDFDEVICE_INIT DeviceInit,
						 ULONG DeviceCharacteristics, BOOLEAN OrInValues)
{
	((PFN_WDFDEVICEINITSETCHARACTERISTICS)
		 WdfFunctions[WdfDeviceInitSetCharacteristicsTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceCharacteristics, OrInValues);
}

/**
 * WdfDeviceInitSetFileObjectConfig() - callbacks and attributes of file objects.
 * @DeviceInit:           from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @FileObjectConfig:     from WDF_FILEOBJECT_CONFIG_INIT(); copied.
 * @FileObjectAttributes: of every file object of the device; may be WDF_NO_OBJECT_ATTRIBUTES. Its
 *                        SynchronizationScope and ExecutionLevel are the device's if inherited.
 *                        With callbacks the scope of a device at DISPATCH_LEVEL cannot be had:
 *                        WdfDeviceCreate() returns STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL then,
 *                        and for WdfExecutionLevelPassive if the driver declared its callbacks fit
 *                        for DISPATCH_LEVEL (WdfLxDriverSetIoLevel()).
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: WDF_TRI_STATE and class values are checked. When a handle is closed its requests are
 *          cancelled at every driver of the stack, whatever AutoForwardCleanupClose says: where
 *          the cleanup comes, after EvtFileCleanup, and at the others when it is over.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETFILEOBJECTCONFIG)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     PWDFDEVICE_INIT DeviceInit,
						     PWDF_FILEOBJECT_CONFIG FileObjectConfig,
						     PWDF_OBJECT_ATTRIBUTES FileObjectAttributes);
FORCEINLINE VOID WdfDeviceInitSetFileObjectConfig(PWDFDEVICE_INIT DeviceInit,
						  PWDF_FILEOBJECT_CONFIG FileObjectConfig,
						  PWDF_OBJECT_ATTRIBUTES FileObjectAttributes)
{
	((PFN_WDFDEVICEINITSETFILEOBJECTCONFIG)
		 WdfFunctions[WdfDeviceInitSetFileObjectConfigTableIndex])(
		WdfDriverGlobals, DeviceInit, FileObjectConfig, FileObjectAttributes);
}

/**
 * WdfDeviceInitSetRequestAttributes() - attributes of every request that the framework makes for
 *    the device's queues.
 * @DeviceInit:        from EvtDriverDeviceAdd or WdfControlDeviceInitAllocate(), before
 *                     WdfDeviceCreate().
 * @RequestAttributes: copied; the context type that it names stays the driver's. ParentObject is
 *                     NULL, ExecutionLevel and SynchronizationScope are to be inherited, as
 *                     WDF_OBJECT_ATTRIBUTES_INIT() leaves them.
 *
 * Each such request has a context of the named type (ContextSizeOverride bytes where that is
 * given), zeroed, from before EvtIoInCallerContext or a queue's callback sees it;
 * EvtCleanupCallback runs when it is completed, EvtDestroyCallback after its last reference. Also
 * requests that a queue sets aside for when memory is short have it. Those of WdfRequestCreate()
 * and WdfRequestCreateFromIrp() have the attributes of that call instead. The last call before
 * WdfDeviceCreate() counts.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  nothing. Attributes that are wrong (Size, a parent, level or scope, a context type or
 *          size that is none) break the rule REQUEST_ATTRIBUTES, with or without a verifier, and
 *          change nothing. NULL, or a @DeviceInit that is none, stops the driver. A request for
 *          whose context there is no memory ends with STATUS_INSUFFICIENT_RESOURCES, and the
 *          driver does not see it.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h; "Using Request Object Context".
 */
typedef VOID (*PFN_WDFDEVICEINITSETREQUESTATTRIBUTES)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      PWDFDEVICE_INIT DeviceInit,
						      PWDF_OBJECT_ATTRIBUTES RequestAttributes);
FORCEINLINE VOID WdfDeviceInitSetRequestAttributes(PWDFDEVICE_INIT DeviceInit,
						   PWDF_OBJECT_ATTRIBUTES RequestAttributes)
{
	((PFN_WDFDEVICEINITSETREQUESTATTRIBUTES)
		 WdfFunctions[WdfDeviceInitSetRequestAttributesTableIndex])(
		WdfDriverGlobals, DeviceInit, RequestAttributes);
}

/**
 * WdfDeviceInitAssignName() - give a device a name.
 * @DeviceInit: from EvtDriverDeviceAdd or WdfControlDeviceInitAllocate(), before
 *              WdfDeviceCreate().
 * @DeviceName: "\Device\Name", copied; NULL: none, so that a control device gets a generated one.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a malformed string;
 *          STATUS_INSUFFICIENT_RESOURCES. WdfDeviceCreate() says whether it can be used.
 * Differs: the directories are \Device, \DosDevices (with its other names) and the root.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEINITASSIGNNAME)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						PCUNICODE_STRING DeviceName);
FORCEINLINE NTSTATUS WdfDeviceInitAssignName(PWDFDEVICE_INIT DeviceInit,
					     PCUNICODE_STRING DeviceName)
{
	return ((PFN_WDFDEVICEINITASSIGNNAME)WdfFunctions[WdfDeviceInitAssignNameTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceName);
}

/**
 * WdfDeviceInitAssignSDDLString() - say who may open a device.
 * @DeviceInit: from EvtDriverDeviceAdd or WdfControlDeviceInitAllocate(), before
 *              WdfDeviceCreate().
 * @SDDLString: a DACL, copied; wdmsec.h has the usual ones. NULL: administrators.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER a malformed string;
 *          STATUS_INSUFFICIENT_RESOURCES. WdfDeviceCreate() reads it.
 * Differs: SY, BA, LA and CO are root and the host's own user; WD, AU, IU and BU everybody;
 *          S-1-22-1-UID a user and S-1-22-2-GID a group of Linux; others match nobody. A handle
 *          has the rights to read and to write that its client has, whatever it asked for.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef NTSTATUS (*PFN_WDFDEVICEINITASSIGNSDDLSTRING)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      PWDFDEVICE_INIT DeviceInit,
						      PCUNICODE_STRING SDDLString);
FORCEINLINE NTSTATUS WdfDeviceInitAssignSDDLString(PWDFDEVICE_INIT DeviceInit,
						   PCUNICODE_STRING SDDLString)
{
	return ((PFN_WDFDEVICEINITASSIGNSDDLSTRING)
			WdfFunctions[WdfDeviceInitAssignSDDLStringTableIndex])(
		WdfDriverGlobals, DeviceInit, SDDLString);
}

/**
 * WdfDeviceInitSetDeviceClass() - the device's setup class, by which administrators may replace its
 *    SDDL string.
 * @DeviceInit:      from EvtDriverDeviceAdd or WdfControlDeviceInitAllocate(), before
 *                   WdfDeviceCreate().
 * @DeviceClassGuid: copied.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: the registry is not asked for a replacement.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETDEVICECLASS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDFDEVICE_INIT DeviceInit,
						CONST GUID *DeviceClassGuid);
FORCEINLINE VOID WdfDeviceInitSetDeviceClass(PWDFDEVICE_INIT DeviceInit,
					     CONST GUID *DeviceClassGuid)
{
	((PFN_WDFDEVICEINITSETDEVICECLASS)WdfFunctions[WdfDeviceInitSetDeviceClassTableIndex])(
		WdfDriverGlobals, DeviceInit, DeviceClassGuid);
}

/**
 * WdfDeviceInitSetIoInCallerContextCallback() - see requests before their queues do.
 * @DeviceInit:           from EvtDriverDeviceAdd, before WdfDeviceCreate().
 * @EvtIoInCallerContext: the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdevice.h.
 */
typedef VOID (*PFN_WDFDEVICEINITSETIOINCALLERCONTEXTCALLBACK)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext);
FORCEINLINE VOID WdfDeviceInitSetIoInCallerContextCallback(
	PWDFDEVICE_INIT DeviceInit, PFN_WDF_IO_IN_CALLER_CONTEXT EvtIoInCallerContext)
{
	((PFN_WDFDEVICEINITSETIOINCALLERCONTEXTCALLBACK)
		 WdfFunctions[WdfDeviceInitSetIoInCallerContextCallbackTableIndex])(
		WdfDriverGlobals, DeviceInit, EvtIoInCallerContext);
}

/**
 * WdfDeviceInitAssignWdmIrpPreprocessCallback() - see IRPs before the framework does.
 * @DeviceInit:                what EvtDriverDeviceAdd got.
 * @EvtDeviceWdmIrpPreprocess: the callback.
 * @MajorFunction:             IRP_MJ_*; each may have a callback of its own.
 * @MinorFunctions:            only those; NULL: all of them.
 * @NumMinorFunctions:         how many; 0: all of them.
 *
 * IRQL:    DISPATCH_LEVEL or below; else a verifier message and STATUS_INVALID_DEVICE_REQUEST.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER no such major function, or minor functions that
 *          are missing; STATUS_INVALID_DEVICE_REQUEST the major function has minor functions
 *          already.
 * Differs: clients send IRP_MJ_CREATE, IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_DEVICE_CONTROL,
 *          IRP_MJ_INTERNAL_DEVICE_CONTROL, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_CLEANUP and IRP_MJ_CLOSE,
 *          each with minor function 0: no callback is called for another one. Plug and Play and
 *          power are no IRPs. Cleanup and close are not cancelled, and whoever closes the file
 *          hears of no failure. A cleanup that the callback completes cancels the file's requests
 *          all the same, and the WDFFILEOBJECT goes after the close whoever completed that; only
 *          EvtFileCleanup or EvtFileClose is not called then, nor do those below hear of it.
 * Source:  Windows driver documentation, wdfdevice.h; "Handling an IRP that the Framework Does Not
 *          Support": without a callback a flush goes on in a filter, and ends with
 *          STATUS_INVALID_DEVICE_REQUEST elsewhere.
 */
typedef NTSTATUS (*PFN_WDFDEVICEINITASSIGNWDMIRPPREPROCESSCALLBACK)(
	PWDF_DRIVER_GLOBALS DriverGlobals, PWDFDEVICE_INIT DeviceInit,
	PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess, UCHAR MajorFunction,
	PUCHAR MinorFunctions, ULONG NumMinorFunctions);
FORCEINLINE NTSTATUS WdfDeviceInitAssignWdmIrpPreprocessCallback(
	PWDFDEVICE_INIT DeviceInit, PFN_WDFDEVICE_WDM_IRP_PREPROCESS EvtDeviceWdmIrpPreprocess,
	UCHAR MajorFunction, PUCHAR MinorFunctions, ULONG NumMinorFunctions)
{
	return ((PFN_WDFDEVICEINITASSIGNWDMIRPPREPROCESSCALLBACK)
			WdfFunctions[WdfDeviceInitAssignWdmIrpPreprocessCallbackTableIndex])(
		WdfDriverGlobals, DeviceInit, EvtDeviceWdmIrpPreprocess, MajorFunction,
		MinorFunctions, NumMinorFunctions);
}

#ifdef __cplusplus
}
#endif
#endif
