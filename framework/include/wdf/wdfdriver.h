/* SPDX-License-Identifier: MIT */
/*
 * wdfdriver.h - WDFDRIVER: the driver itself.
 *
 * Has: WdfDriverCreate, WdfDriverGetRegistryPath, WdfDriverIsVersionAvailable,
 *      WdfDriverWdmGetDriverObject, WdfWdmDriverGetWdfDriverHandle, WdfGetDriver,
 *      WdfDriverOpenParametersRegistryKey, WdfDriverOpenPersistentStateRegistryKey,
 *      WdfDriverRetrieveVersionString, WdfDriverRegisterTraceInfo,
 *      WdfDriverErrorReportApiMissing.
 */
#ifndef UWDF_WDFDRIVER_H
#define UWDF_WDFDRIVER_H

#include <wdf/wdffuncenum.h>
#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_DRIVER_INIT_FLAGS {
	WdfDriverInitNonPnpDriver = 1,
	WdfDriverInitNoDispatchOverride = 2,
	WdfVerifyOn = 4,
	WdfVerifierOn = 8,
	WdfDriverInitCompanion = 0x10,
} WDF_DRIVER_INIT_FLAGS,
	*PWDF_DRIVER_INIT_FLAGS;

/**
 * EVT_WDF_DRIVER_DEVICE_ADD - a device appeared that this driver serves: create its device object.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; on failure the device does not start.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS EVT_WDF_DRIVER_DEVICE_ADD(WDFDRIVER Driver, PWDFDEVICE_INIT DeviceInit);
typedef EVT_WDF_DRIVER_DEVICE_ADD *PFN_WDF_DRIVER_DEVICE_ADD;

/**
 * EVT_WDF_DRIVER_UNLOAD - the driver is about to go; called only if DriverEntry succeeded.
 *
 * All its devices are gone by then. Optional, but a non-PnP driver without it is not unloaded
 * before its host ends, and then nothing of it is called. What has to be undone in any case, also
 * after a DriverEntry that failed, belongs into the driver object's EvtCleanupCallback, which comes
 * next.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef VOID EVT_WDF_DRIVER_UNLOAD(WDFDRIVER Driver);
typedef EVT_WDF_DRIVER_UNLOAD *PFN_WDF_DRIVER_UNLOAD;

/**
 * EVT_WDF_TRACE_CALLBACK - what WdfDriverRegisterTraceInfo() gets; never called.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS EVT_WDF_TRACE_CALLBACK(UCHAR minorFunction, PVOID dataPath, ULONG bufferLength,
					PVOID buffer, PVOID context, PULONG size);
typedef EVT_WDF_TRACE_CALLBACK *PFN_WDF_TRACE_CALLBACK;

typedef struct _WDF_DRIVER_CONFIG {
	ULONG Size;
	PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd;
	PFN_WDF_DRIVER_UNLOAD EvtDriverUnload;
	ULONG DriverInitFlags;
	ULONG DriverPoolTag;
} WDF_DRIVER_CONFIG, *PWDF_DRIVER_CONFIG;

/**
 * WDF_DRIVER_CONFIG_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
FORCEINLINE VOID WDF_DRIVER_CONFIG_INIT(PWDF_DRIVER_CONFIG Config,
					PFN_WDF_DRIVER_DEVICE_ADD EvtDriverDeviceAdd)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_DRIVER_CONFIG);
	Config->EvtDriverDeviceAdd = EvtDriverDeviceAdd;
}

typedef struct _WDF_DRIVER_VERSION_AVAILABLE_PARAMS {
	ULONG Size;
	ULONG MajorVersion;
	ULONG MinorVersion;
} WDF_DRIVER_VERSION_AVAILABLE_PARAMS, *PWDF_DRIVER_VERSION_AVAILABLE_PARAMS;

/**
 * WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT() - size and defaults.
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
FORCEINLINE VOID WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT(
	PWDF_DRIVER_VERSION_AVAILABLE_PARAMS Params, ULONG MajorVersion, ULONG MinorVersion)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_DRIVER_VERSION_AVAILABLE_PARAMS);
	Params->MajorVersion = MajorVersion;
	Params->MinorVersion = MinorVersion;
}

/**
 * WdfDriverCreate() - create the framework's driver object, once, in DriverEntry.
 * @DriverObject:     what DriverEntry got.
 * @RegistryPath:     what DriverEntry got.
 * @DriverAttributes: no parent may be given; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @DriverConfig:     from WDF_DRIVER_CONFIG_INIT().
 * @Driver:           the driver.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH wrong Size; STATUS_DRIVER_INTERNAL_ERROR
 *          called twice or outside DriverEntry; STATUS_INVALID_PARAMETER no EvtDriverDeviceAdd
 *          (which only a miniport may lack, and a non-PnP driver must) or unknown DriverInitFlags;
 *          STATUS_NOT_SUPPORTED a companion driver; STATUS_INSUFFICIENT_RESOURCES; an
 *          object-attributes status.
 * Differs: companion drivers are refused. WdfDriverInitNoDispatchOverride concerns DriverUnload
 *          alone, which the framework then leaves to the driver (see WdfDriverMiniportUnload): the
 *          driver object has no dispatch table. WdfVerifyOn makes WDFVERIFY look; WdfVerifierOn
 *          has no effect: settings switch the verifier on.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS (*PFN_WDFDRIVERCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					PDRIVER_OBJECT DriverObject, PCUNICODE_STRING RegistryPath,
					PWDF_OBJECT_ATTRIBUTES DriverAttributes,
					PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver);
FORCEINLINE NTSTATUS WdfDriverCreate(PDRIVER_OBJECT DriverObject, PCUNICODE_STRING RegistryPath,
				     PWDF_OBJECT_ATTRIBUTES DriverAttributes,
				     PWDF_DRIVER_CONFIG DriverConfig, WDFDRIVER *Driver)
{
	return ((PFN_WDFDRIVERCREATE)WdfFunctions[WdfDriverCreateTableIndex])(
		WdfDriverGlobals, DriverObject, RegistryPath, DriverAttributes, DriverConfig,
		Driver);
}

/**
 * WdfDriverGetRegistryPath() - the driver's registry path.
 * @Driver: the driver.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  a zero-terminated string, valid as long as the driver object; NULL above PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef PWSTR (*PFN_WDFDRIVERGETREGISTRYPATH)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver);
FORCEINLINE PWSTR WdfDriverGetRegistryPath(WDFDRIVER Driver)
{
	return ((PFN_WDFDRIVERGETREGISTRYPATH)WdfFunctions[WdfDriverGetRegistryPathTableIndex])(
		WdfDriverGlobals, Driver);
}

/**
 * WdfDriverIsVersionAvailable() - is this framework version, or a newer one of its major version,
 *    here?.
 * @Driver:                 the driver.
 * @VersionAvailableParams: from WDF_DRIVER_VERSION_AVAILABLE_PARAMS_INIT().
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  TRUE or FALSE; FALSE also for a wrong Size.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef BOOLEAN (*PFN_WDFDRIVERISVERSIONAVAILABLE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver,
	PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams);
FORCEINLINE BOOLEAN WdfDriverIsVersionAvailable(
	WDFDRIVER Driver, PWDF_DRIVER_VERSION_AVAILABLE_PARAMS VersionAvailableParams)
{
	return ((PFN_WDFDRIVERISVERSIONAVAILABLE)
			WdfFunctions[WdfDriverIsVersionAvailableTableIndex])(
		WdfDriverGlobals, Driver, VersionAvailableParams);
}

/**
 * WdfDriverWdmGetDriverObject() - what DriverEntry got as its DriverObject.
 * @Driver: the driver.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: of the object there is DriverUnload only.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef PDRIVER_OBJECT (*PFN_WDFDRIVERWDMGETDRIVEROBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFDRIVER Driver);
FORCEINLINE PDRIVER_OBJECT WdfDriverWdmGetDriverObject(WDFDRIVER Driver)
{
	return ((PFN_WDFDRIVERWDMGETDRIVEROBJECT)
			WdfFunctions[WdfDriverWdmGetDriverObjectTableIndex])(WdfDriverGlobals,
									     Driver);
}

/**
 * WdfWdmDriverGetWdfDriverHandle() - the WDFDRIVER of a DriverObject.
 * @DriverObject: what DriverEntry got.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the handle; NULL before WdfDriverCreate() or for another driver's object.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef WDFDRIVER (*PFN_WDFWDMDRIVERGETWDFDRIVERHANDLE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							PDRIVER_OBJECT DriverObject);
FORCEINLINE WDFDRIVER WdfWdmDriverGetWdfDriverHandle(PDRIVER_OBJECT DriverObject)
{
	return ((PFN_WDFWDMDRIVERGETWDFDRIVERHANDLE)
			WdfFunctions[WdfWdmDriverGetWdfDriverHandleTableIndex])(WdfDriverGlobals,
										DriverObject);
}

/**
 * WdfDriverOpenParametersRegistryKey() - open the driver's Parameters key, made if it is not there.
 * @Driver:        the driver.
 * @DesiredAccess: as WdfRegistryOpenKey().
 * @KeyAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry
 *          status (wdfregistry.h).
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS (*PFN_WDFDRIVEROPENPARAMETERSREGISTRYKEY)(PWDF_DRIVER_GLOBALS DriverGlobals,
							   WDFDRIVER Driver,
							   ACCESS_MASK DesiredAccess,
							   PWDF_OBJECT_ATTRIBUTES KeyAttributes,
							   WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDriverOpenParametersRegistryKey(WDFDRIVER Driver, ACCESS_MASK DesiredAccess,
							PWDF_OBJECT_ATTRIBUTES KeyAttributes,
							WDFKEY *Key)
{
	return ((PFN_WDFDRIVEROPENPARAMETERSREGISTRYKEY)
			WdfFunctions[WdfDriverOpenParametersRegistryKeyTableIndex])(
		WdfDriverGlobals, Driver, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfDriverOpenPersistentStateRegistryKey() - open the key for what the driver itself wants to
 *    keep, made if it is not there.
 * @Driver:        the driver.
 * @DesiredAccess: as WdfRegistryOpenKey().
 * @KeyAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Key:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status; a registry
 *          status (wdfregistry.h).
 * Differs: it is the subkey State of the driver's registry path.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS (*PFN_WDFDRIVEROPENPERSISTENTSTATEREGISTRYKEY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFDRIVER Driver, ACCESS_MASK DesiredAccess,
	PWDF_OBJECT_ATTRIBUTES KeyAttributes, WDFKEY *Key);
FORCEINLINE NTSTATUS WdfDriverOpenPersistentStateRegistryKey(WDFDRIVER Driver,
							     ACCESS_MASK DesiredAccess,
							     PWDF_OBJECT_ATTRIBUTES KeyAttributes,
							     WDFKEY *Key)
{
	return ((PFN_WDFDRIVEROPENPERSISTENTSTATEREGISTRYKEY)
			WdfFunctions[WdfDriverOpenPersistentStateRegistryKeyTableIndex])(
		WdfDriverGlobals, Driver, DesiredAccess, KeyAttributes, Key);
}

/**
 * WdfDriverRetrieveVersionString() - the framework's version, as text to be shown.
 * @Driver: the driver.
 * @String: gets the text instead of its own; the buffer it had is gone.
 *
 * The text may differ between versions: do not take it apart.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
typedef NTSTATUS (*PFN_WDFDRIVERRETRIEVEVERSIONSTRING)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDRIVER Driver, WDFSTRING String);
FORCEINLINE NTSTATUS WdfDriverRetrieveVersionString(WDFDRIVER Driver, WDFSTRING String)
{
	return ((PFN_WDFDRIVERRETRIEVEVERSIONSTRING)
			WdfFunctions[WdfDriverRetrieveVersionStringTableIndex])(WdfDriverGlobals,
										Driver, String);
}

/**
 * WdfDriverRegisterTraceInfo() - what a trace preprocessor's generated code calls.
 * @DriverObject:     ignored, as are the others.
 * @EvtTraceCallback: never called.
 * @ControlBlock:     not touched.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_NOT_SUPPORTED, as KMDF's.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h ("for internal use").
 */
typedef NTSTATUS (*PFN_WDFDRIVERREGISTERTRACEINFO)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   PDRIVER_OBJECT DriverObject,
						   PFN_WDF_TRACE_CALLBACK EvtTraceCallback,
						   PVOID ControlBlock);
FORCEINLINE NTSTATUS WdfDriverRegisterTraceInfo(PDRIVER_OBJECT DriverObject,
						PFN_WDF_TRACE_CALLBACK EvtTraceCallback,
						PVOID ControlBlock)
{
	return ((PFN_WDFDRIVERREGISTERTRACEINFO)WdfFunctions[WdfDriverRegisterTraceInfoTableIndex])(
		WdfDriverGlobals, DriverObject, EvtTraceCallback, ControlBlock);
}

/**
 * WdfDriverErrorReportApiMissing() - what a library calls in place of a function that is not there.
 * @Driver:                 the driver.
 * @FrameworkExtensionName: the library that lacks it; NULL: the framework itself.
 * @ApiIndex:               place of the function in that library's table.
 * @DoesApiReturnNtstatus:  can the caller be told by a status?
 *
 * A stop with WDF_API_UNAVAILABLE if it cannot, or if the verifier is on.
 *
 * IRQL:    DIRQL or below.
 * Return:  STATUS_PROCEDURE_NOT_FOUND.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfdriver.h ("for internal use").
 */
typedef NTSTATUS (*PFN_WDFDRIVERERRORREPORTAPIMISSING)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFDRIVER Driver,
						       PCWSTR FrameworkExtensionName,
						       ULONG ApiIndex,
						       BOOLEAN DoesApiReturnNtstatus);
FORCEINLINE NTSTATUS WdfDriverErrorReportApiMissing(WDFDRIVER Driver, PCWSTR FrameworkExtensionName,
						    ULONG ApiIndex, BOOLEAN DoesApiReturnNtstatus)
{
	return ((PFN_WDFDRIVERERRORREPORTAPIMISSING)
			WdfFunctions[WdfDriverErrorReportApiMissingTableIndex])(
		WdfDriverGlobals, Driver, FrameworkExtensionName, ApiIndex, DoesApiReturnNtstatus);
}

/**
 * WdfGetDriver() - the calling driver; NULL before WdfDriverCreate().
 *
 * IRQL:    any.
 * Source:  Windows driver documentation, wdfdriver.h.
 */
FORCEINLINE WDFDRIVER WdfGetDriver(VOID)
{
	return WdfDriverGlobals->Driver;
}

#ifdef __cplusplus
}
#endif
#endif
