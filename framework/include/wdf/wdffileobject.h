/* SPDX-License-Identifier: MIT */
/*
 * wdffileobject.h - WDFFILEOBJECT: one open of a device.
 *
 * Has: WdfFileObjectGetFileName, WdfFileObjectGetFlags, WdfFileObjectGetDevice,
 *      WdfFileObjectGetInitiatorProcessId, WdfFileObjectWdmGetFileObject.
 */
#ifndef UWDF_WDFFILEOBJECT_H
#define UWDF_WDFFILEOBJECT_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfFileObjectGetFileName() - the name behind the device's name in an open.
 * @FileObject: the file.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  the name; empty when there was none; NULL above PASSIVE_LEVEL.
 * Differs: nothing known. Clients write it behind what they open: "NAME\PATH", "{GUID}\REFERENCE".
 * Source:  Windows driver documentation, wdffileobject.h.
 */
typedef PUNICODE_STRING (*PFN_WDFFILEOBJECTGETFILENAME)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFFILEOBJECT FileObject);
FORCEINLINE PUNICODE_STRING WdfFileObjectGetFileName(WDFFILEOBJECT FileObject)
{
	return ((PFN_WDFFILEOBJECTGETFILENAME)WdfFunctions[WdfFileObjectGetFileNameTableIndex])(
		WdfDriverGlobals, FileObject);
}

/**
 * WdfFileObjectGetFlags() - flags of the open.
 * @FileObject: the file.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  FO_* flags.
 * Differs: always 0.
 * Source:  Windows driver documentation, wdffileobject.h.
 */
typedef ULONG (*PFN_WDFFILEOBJECTGETFLAGS)(PWDF_DRIVER_GLOBALS DriverGlobals,
					   WDFFILEOBJECT FileObject);
FORCEINLINE ULONG WdfFileObjectGetFlags(WDFFILEOBJECT FileObject)
{
	return ((PFN_WDFFILEOBJECTGETFLAGS)WdfFunctions[WdfFileObjectGetFlagsTableIndex])(
		WdfDriverGlobals, FileObject);
}

/**
 * WdfFileObjectGetDevice() - the device of a file.
 * @FileObject: the file.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffileobject.h.
 */
typedef WDFDEVICE (*PFN_WDFFILEOBJECTGETDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFFILEOBJECT FileObject);
FORCEINLINE WDFDEVICE WdfFileObjectGetDevice(WDFFILEOBJECT FileObject)
{
	return ((PFN_WDFFILEOBJECTGETDEVICE)WdfFunctions[WdfFileObjectGetDeviceTableIndex])(
		WdfDriverGlobals, FileObject);
}

/**
 * WdfFileObjectGetInitiatorProcessId() - who opened the file.
 * @FileObject: the file.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the process id of the client.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdffileobject.h.
 */
typedef ULONG (*PFN_WDFFILEOBJECTGETINITIATORPROCESSID)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFFILEOBJECT FileObject);
FORCEINLINE ULONG WdfFileObjectGetInitiatorProcessId(WDFFILEOBJECT FileObject)
{
	return ((PFN_WDFFILEOBJECTGETINITIATORPROCESSID)
			WdfFunctions[WdfFileObjectGetInitiatorProcessIdTableIndex])(
		WdfDriverGlobals, FileObject);
}

/**
 * WdfFileObjectWdmGetFileObject() - the file as WDM describes it.
 * @FileObject: the file.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL; as long there as the file object.
 * Differs: a FILE_OBJECT has only what wdm.h lists; the framework uses neither FsContext nor
 *          FsContext2, whatever WDF_FILEOBJECT_CLASS says.
 * Source:  Windows driver documentation, wdffileobject.h.
 */
typedef PFILE_OBJECT (*PFN_WDFFILEOBJECTWDMGETFILEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFFILEOBJECT FileObject);
FORCEINLINE PFILE_OBJECT WdfFileObjectWdmGetFileObject(WDFFILEOBJECT FileObject)
{
	return ((PFN_WDFFILEOBJECTWDMGETFILEOBJECT)
			WdfFunctions[WdfFileObjectWdmGetFileObjectTableIndex])(WdfDriverGlobals,
									       FileObject);
}

#ifdef __cplusplus
}
#endif
#endif
