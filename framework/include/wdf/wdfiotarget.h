/* SPDX-License-Identifier: MIT */
/*
 * wdfiotarget.h - WDFIOTARGET: where a driver sends requests.
 *
 * Has: WdfIoTargetCreate, WdfIoTargetOpen, WdfIoTargetCloseForQueryRemove, WdfIoTargetClose,
 *      WdfIoTargetStart, WdfIoTargetStop, WdfIoTargetPurge, WdfIoTargetGetState,
 *      WdfIoTargetGetDevice, WdfIoTargetSendReadSynchronously, WdfIoTargetFormatRequestForRead,
 *      WdfIoTargetSendWriteSynchronously, WdfIoTargetFormatRequestForWrite,
 *      WdfIoTargetSendIoctlSynchronously, WdfIoTargetFormatRequestForIoctl,
 *      WdfIoTargetSendInternalIoctlSynchronously, WdfIoTargetFormatRequestForInternalIoctl,
 *      WdfIoTargetSendInternalIoctlOthersSynchronously,
 *      WdfIoTargetFormatRequestForInternalIoctlOthers, WdfIoTargetWdmGetTargetDeviceObject,
 *      WdfIoTargetWdmGetTargetPhysicalDevice, WdfIoTargetWdmGetTargetFileObject,
 *      WdfIoTargetWdmGetTargetFileHandle, WdfIoTargetQueryTargetProperty,
 *      WdfIoTargetAllocAndQueryTargetProperty, WdfIoTargetQueryForInterface.
 */
#ifndef UWDF_WDFIOTARGET_H
#define UWDF_WDFIOTARGET_H

#include <wdf/wdfrequest.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_IO_TARGET_OPEN_TYPE {
	WdfIoTargetOpenUndefined = 0,
	WdfIoTargetOpenUseExistingDevice = 1,
	WdfIoTargetOpenByName = 2,
	WdfIoTargetOpenReopen = 3,
	WdfIoTargetOpenLocalTargetByFile = 4,
} WDF_IO_TARGET_OPEN_TYPE,
	*PWDF_IO_TARGET_OPEN_TYPE;

typedef enum _WDF_IO_TARGET_PURGE_IO_ACTION {
	WdfIoTargetPurgeIoUndefined = 0,
	WdfIoTargetPurgeIoAndWait = 1,
	WdfIoTargetPurgeIo = 2,
} WDF_IO_TARGET_PURGE_IO_ACTION,
	*PWDF_IO_TARGET_PURGE_IO_ACTION;

typedef enum _WDF_IO_TARGET_SENT_IO_ACTION {
	WdfIoTargetSentIoUndefined = 0,
	WdfIoTargetCancelSentIo = 1,
	WdfIoTargetWaitForSentIoToComplete = 2,
	WdfIoTargetLeaveSentIoPending = 3,
} WDF_IO_TARGET_SENT_IO_ACTION,
	*PWDF_IO_TARGET_SENT_IO_ACTION;

typedef enum _WDF_IO_TARGET_STATE {
	WdfIoTargetStateUndefined = 0,
	WdfIoTargetStarted = 1,
	WdfIoTargetStopped = 2,
	WdfIoTargetClosedForQueryRemove = 3,
	WdfIoTargetClosed = 4,
	WdfIoTargetDeleted = 5,
	WdfIoTargetPurged = 6,
} WDF_IO_TARGET_STATE,
	*PWDF_IO_TARGET_STATE;

/**
 * EVT_WDF_IO_TARGET_QUERY_REMOVE - the device of a target may be removed: close the target with
 * WdfIoTargetCloseForQueryRemove(), or return a failure, which is a veto.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS EVT_WDF_IO_TARGET_QUERY_REMOVE(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_QUERY_REMOVE *PFN_WDF_IO_TARGET_QUERY_REMOVE;

/**
 * EVT_WDF_IO_TARGET_REMOVE_CANCELED - the device stays: open the target again.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID EVT_WDF_IO_TARGET_REMOVE_CANCELED(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_REMOVE_CANCELED *PFN_WDF_IO_TARGET_REMOVE_CANCELED;

/**
 * EVT_WDF_IO_TARGET_REMOVE_COMPLETE - the device is gone: close the target.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID EVT_WDF_IO_TARGET_REMOVE_COMPLETE(WDFIOTARGET IoTarget);
typedef EVT_WDF_IO_TARGET_REMOVE_COMPLETE *PFN_WDF_IO_TARGET_REMOVE_COMPLETE;

typedef struct _WDF_IO_TARGET_OPEN_PARAMS {
	ULONG Size;
	WDF_IO_TARGET_OPEN_TYPE Type;
	PFN_WDF_IO_TARGET_QUERY_REMOVE EvtIoTargetQueryRemove;
	PFN_WDF_IO_TARGET_REMOVE_CANCELED EvtIoTargetRemoveCanceled;
	PFN_WDF_IO_TARGET_REMOVE_COMPLETE EvtIoTargetRemoveComplete;
	PDEVICE_OBJECT TargetDeviceObject;
	PFILE_OBJECT TargetFileObject;
	UNICODE_STRING TargetDeviceName;
	ACCESS_MASK DesiredAccess;
	ULONG ShareAccess;
	ULONG FileAttributes;
	ULONG CreateDisposition;
	ULONG CreateOptions;
	PVOID EaBuffer;
	ULONG EaBufferLength;
	PLONGLONG AllocationSize;
	ULONG FileInformation;
	UNICODE_STRING FileName;
} WDF_IO_TARGET_OPEN_PARAMS, *PWDF_IO_TARGET_OPEN_PARAMS;

/** WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME() - size, name and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_CREATE_BY_NAME(PWDF_IO_TARGET_OPEN_PARAMS Params,
							       PCUNICODE_STRING TargetDeviceName,
							       ACCESS_MASK DesiredAccess)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_IO_TARGET_OPEN_PARAMS);
	Params->Type = WdfIoTargetOpenByName;
	RtlCopyMemory(&Params->TargetDeviceName, TargetDeviceName, sizeof(UNICODE_STRING));
	Params->DesiredAccess = DesiredAccess;
	Params->CreateOptions = FILE_NON_DIRECTORY_FILE;
}

/** WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME() - size, name and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_OPEN_BY_NAME(PWDF_IO_TARGET_OPEN_PARAMS Params,
							     PCUNICODE_STRING TargetDeviceName,
							     ACCESS_MASK DesiredAccess)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_IO_TARGET_OPEN_PARAMS);
	Params->Type = WdfIoTargetOpenByName;
	RtlCopyMemory(&Params->TargetDeviceName, TargetDeviceName, sizeof(UNICODE_STRING));
	Params->DesiredAccess = DesiredAccess;
	Params->CreateDisposition = FILE_OPEN;
	Params->CreateOptions = FILE_NON_DIRECTORY_FILE;
}

/** WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE() - size, object and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_EXISTING_DEVICE(PWDF_IO_TARGET_OPEN_PARAMS Params,
								PDEVICE_OBJECT DeviceObject)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_IO_TARGET_OPEN_PARAMS);
	Params->Type = WdfIoTargetOpenUseExistingDevice;
	Params->TargetDeviceObject = DeviceObject;
}

/** WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN() - size, to be opened as before. IRQL: any. */
FORCEINLINE VOID WDF_IO_TARGET_OPEN_PARAMS_INIT_REOPEN(PWDF_IO_TARGET_OPEN_PARAMS Params)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_IO_TARGET_OPEN_PARAMS);
	Params->Type = WdfIoTargetOpenReopen;
}

/**
 * WdfIoTargetCreate() - make a target that WdfIoTargetOpen() can open.
 * @Device:             who sends.
 * @IoTargetAttributes: default parent: the device; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @IoTarget:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					  PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
					  WDFIOTARGET *IoTarget);
FORCEINLINE NTSTATUS WdfIoTargetCreate(WDFDEVICE Device, PWDF_OBJECT_ATTRIBUTES IoTargetAttributes,
				       WDFIOTARGET *IoTarget)
{
	return ((PFN_WDFIOTARGETCREATE)WdfFunctions[WdfIoTargetCreateTableIndex])(
		WdfDriverGlobals, Device, IoTargetAttributes, IoTarget);
}

/**
 * WdfIoTargetOpen() - open a target by the name of a device, or again.
 * @IoTarget:   made by WdfIoTargetCreate(), closed.
 * @OpenParams: see the WDF_IO_TARGET_OPEN_PARAMS_INIT_... functions.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE it is open, goes meanwhile, or was never
 *          opened that is to be opened again; STATUS_INVALID_PARAMETER;
 * STATUS_INFO_LENGTH_MISMATCH; STATUS_OBJECT_NAME_NOT_FOUND, _PATH_NOT_FOUND, _PATH_SYNTAX_BAD;
 * STATUS_ACCESS_DENIED the device is exclusive, and open; STATUS_NO_SUCH_DEVICE it is not started,
 * or about to go; STATUS_INVALID_DEVICE_REQUEST WdfIoTargetCreate() did not make it, the caller is
 * not at PASSIVE_LEVEL, or in a callback of that device, or of one below it in its stack, on their
 * loop; the status of its create request; STATUS_INSUFFICIENT_RESOURCES. Of a device of another
 * host also STATUS_ACCESS_DENIED its list does not have this process's user, STATUS_IO_TIMEOUT it
 * did not answer (10 s for all hosts), STATUS_QUOTA_EXCEEDED, STATUS_DEVICE_PROTOCOL_ERROR,
 * STATUS_NO_SUCH_DEVICE, STATUS_DEVICE_REMOVED it went meanwhile.
 * Differs: the names are those of the devices of the caller's own host (of its PnP devices, once
 * they are started, and its control devices), then those of the hosts that run under "uwdf run" in
 * the same runtime directory, in the order of their names. DesiredAccess, ShareAccess and the rest
 * of the open parameters are not looked at: in its own host a driver has all access, as on Windows,
 * in another what this process's user has; the create request has the usual ones. There are no
 * device objects: WdfIoTargetOpenUseExistingDevice is STATUS_NOT_SUPPORTED,
 * WdfIoTargetOpenLocalTargetByFile is STATUS_INVALID_PARAMETER.
 * To the driver of a device of another host requests come from UserMode, buffers are copies and
 * hold at most 64 KiB (more is STATUS_INVALID_BUFFER_SIZE), internal device controls complete with
 * STATUS_INVALID_DEVICE_REQUEST, and a cancelled request that is not completed there within five
 * seconds completes here with STATUS_CANCELLED. Should that process end, what is out completes with
 * STATUS_DEVICE_REMOVED and EvtIoTargetRemoveComplete is called. There EvtIoTargetQueryRemove has a
 * second; a veto refuses "uwdf unload", not "uwdf stop".
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETOPEN)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
					PWDF_IO_TARGET_OPEN_PARAMS OpenParams);
FORCEINLINE NTSTATUS WdfIoTargetOpen(WDFIOTARGET IoTarget, PWDF_IO_TARGET_OPEN_PARAMS OpenParams)
{
	return ((PFN_WDFIOTARGETOPEN)WdfFunctions[WdfIoTargetOpenTableIndex])(WdfDriverGlobals,
									      IoTarget, OpenParams);
}

/**
 * WdfIoTargetCloseForQueryRemove() - close a target whose device may be removed; it can be opened
 * again.
 * @IoTarget: opened by name.
 *
 * Cancels what was sent and waits for it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: as WdfIoTargetClose().
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID (*PFN_WDFIOTARGETCLOSEFORQUERYREMOVE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFIOTARGET IoTarget);
FORCEINLINE VOID WdfIoTargetCloseForQueryRemove(WDFIOTARGET IoTarget)
{
	((PFN_WDFIOTARGETCLOSEFORQUERYREMOVE)
		 WdfFunctions[WdfIoTargetCloseForQueryRemoveTableIndex])(WdfDriverGlobals,
									 IoTarget);
}

/**
 * WdfIoTargetClose() - close a target.
 * @IoTarget: opened by name.
 *
 * Cancels what was sent and waits for it.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: on the loop of the opened device it returns before EvtFileCleanup and EvtFileClose,
 * which come when the callback that runs there is over. None of a device's callbacks runs inside
 * another: so in one of the opened device's, while something is out, it is cancelled but not waited
 * for, after a verifier message, and the file stays open until the target is closed once more or
 * deleted. Such a callback must not delete the target then, nor send there synchronously, which is
 * STATUS_INVALID_DEVICE_REQUEST; WdfIoTargetStop() and WdfIoTargetPurge() do not wait there.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID (*PFN_WDFIOTARGETCLOSE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);
FORCEINLINE VOID WdfIoTargetClose(WDFIOTARGET IoTarget)
{
	((PFN_WDFIOTARGETCLOSE)WdfFunctions[WdfIoTargetCloseTableIndex])(WdfDriverGlobals,
									 IoTarget);
}

/**
 * WdfIoTargetStart() - start a target that was stopped or purged; what waits in it is sent.
 * @IoTarget: the target.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE it is closed, or its device is gone.
 * Differs: above PASSIVE_LEVEL while another thread stops or purges the target the verifier breaks
 *          (rule 119), as KMDF's; KMDF then waits for that thread, here the start is at once.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSTART)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);
FORCEINLINE NTSTATUS WdfIoTargetStart(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETSTART)WdfFunctions[WdfIoTargetStartTableIndex])(WdfDriverGlobals,
										IoTarget);
}

/**
 * WdfIoTargetStop() - stop a target: what is sent from now on waits for a start.
 * @IoTarget: the target.
 * @Action:   what happens to that which is out: cancelled and waited for, waited for, or left.
 *
 * Waiting is for the completion routines, too, but for one that waits itself.
 *
 * IRQL:    DISPATCH_LEVEL or below for WdfIoTargetLeaveSentIoPending, else PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID (*PFN_WDFIOTARGETSTOP)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
				    WDF_IO_TARGET_SENT_IO_ACTION Action);
FORCEINLINE VOID WdfIoTargetStop(WDFIOTARGET IoTarget, WDF_IO_TARGET_SENT_IO_ACTION Action)
{
	((PFN_WDFIOTARGETSTOP)WdfFunctions[WdfIoTargetStopTableIndex])(WdfDriverGlobals, IoTarget,
								       Action);
}

/**
 * WdfIoTargetPurge() - cancel what was sent, and refuse what is sent from now on.
 * @IoTarget: the target.
 * @Action:   wait for it, or not.
 *
 * WdfIoTargetStart() opens it again.
 *
 * IRQL:    DISPATCH_LEVEL or below for WdfIoTargetPurgeIo, else PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef VOID (*PFN_WDFIOTARGETPURGE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
				     WDF_IO_TARGET_PURGE_IO_ACTION Action);
FORCEINLINE VOID WdfIoTargetPurge(WDFIOTARGET IoTarget, WDF_IO_TARGET_PURGE_IO_ACTION Action)
{
	((PFN_WDFIOTARGETPURGE)WdfFunctions[WdfIoTargetPurgeTableIndex])(WdfDriverGlobals, IoTarget,
									 Action);
}

/**
 * WdfIoTargetGetState() - the state of a target.
 * @IoTarget: the target.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the state.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef WDF_IO_TARGET_STATE (*PFN_WDFIOTARGETGETSTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFIOTARGET IoTarget);
FORCEINLINE WDF_IO_TARGET_STATE WdfIoTargetGetState(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETGETSTATE)WdfFunctions[WdfIoTargetGetStateTableIndex])(
		WdfDriverGlobals, IoTarget);
}

/**
 * WdfIoTargetGetDevice() - the device whose driver sends to a target.
 * @IoTarget: the target.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef WDFDEVICE (*PFN_WDFIOTARGETGETDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFIOTARGET IoTarget);
FORCEINLINE WDFDEVICE WdfIoTargetGetDevice(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETGETDEVICE)WdfFunctions[WdfIoTargetGetDeviceTableIndex])(
		WdfDriverGlobals, IoTarget);
}

/**
 * WdfIoTargetSendReadSynchronously() - read, and wait for it.
 * @IoTarget:       the target.
 * @Request:        whose sending it is; NULL: there is none.
 * @OutputBuffer:   may be NULL: none.
 * @DeviceOffset:   for the target; NULL: 0.
 * @RequestOptions: WDF_REQUEST_SEND_OPTION_TIMEOUT and IGNORE_TARGET_STATE; may be NULL.
 * @BytesRead:      may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  what the target completed it with; STATUS_INVALID_DEVICE_STATE,
 *          STATUS_INVALID_PARAMETER, STATUS_INFO_LENGTH_MISMATCH (options),
 *          STATUS_INSUFFICIENT_RESOURCES, STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW,
 *          STATUS_INVALID_DEVICE_REQUEST it was not sent; STATUS_IO_TIMEOUT.
 * Differs: on a thread that serves the device or the target, others of its callbacks may run before
 *          this returns, none of them of the calling device.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSENDREADSYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals,
							 WDFIOTARGET IoTarget, WDFREQUEST Request,
							 PWDF_MEMORY_DESCRIPTOR OutputBuffer,
							 PLONGLONG DeviceOffset,
							 PWDF_REQUEST_SEND_OPTIONS RequestOptions,
							 PULONG_PTR BytesRead);
FORCEINLINE NTSTATUS WdfIoTargetSendReadSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
						      PWDF_MEMORY_DESCRIPTOR OutputBuffer,
						      PLONGLONG DeviceOffset,
						      PWDF_REQUEST_SEND_OPTIONS RequestOptions,
						      PULONG_PTR BytesRead)
{
	return ((PFN_WDFIOTARGETSENDREADSYNCHRONOUSLY)
			WdfFunctions[WdfIoTargetSendReadSynchronouslyTableIndex])(
		WdfDriverGlobals, IoTarget, Request, OutputBuffer, DeviceOffset, RequestOptions,
		BytesRead);
}

/**
 * WdfIoTargetFormatRequestForRead() - make a request a read.
 * @IoTarget:           the target.
 * @Request:            not sent.
 * @OutputBuffer:       may be NULL: none.
 * @OutputBufferOffset: its part of it; NULL: all. A length of 0: the rest.
 * @DeviceOffset:       for the target; NULL: 0.
 *
 * References each memory object until the request is formatted again, used again, completed or
 * deleted.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's;
 *          STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW an offset past its memory;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETFORMATREQUESTFORREAD)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFIOTARGET IoTarget, WDFREQUEST Request,
							WDFMEMORY OutputBuffer,
							PWDFMEMORY_OFFSET OutputBufferOffset,
							PLONGLONG DeviceOffset);
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForRead(WDFIOTARGET IoTarget, WDFREQUEST Request,
						     WDFMEMORY OutputBuffer,
						     PWDFMEMORY_OFFSET OutputBufferOffset,
						     PLONGLONG DeviceOffset)
{
	return ((PFN_WDFIOTARGETFORMATREQUESTFORREAD)
			WdfFunctions[WdfIoTargetFormatRequestForReadTableIndex])(
		WdfDriverGlobals, IoTarget, Request, OutputBuffer, OutputBufferOffset,
		DeviceOffset);
}

/**
 * WdfIoTargetSendWriteSynchronously() - write, and wait for it.
 * @IoTarget:       the target.
 * @Request:        whose sending it is; NULL: there is none.
 * @InputBuffer:    may be NULL: none.
 * @DeviceOffset:   for the target; NULL: 0.
 * @RequestOptions: WDF_REQUEST_SEND_OPTION_TIMEOUT and IGNORE_TARGET_STATE; may be NULL.
 * @BytesWritten:   may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  what the target completed it with; STATUS_INVALID_DEVICE_STATE,
 *          STATUS_INVALID_PARAMETER, STATUS_INFO_LENGTH_MISMATCH (options),
 *          STATUS_INSUFFICIENT_RESOURCES, STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW,
 *          STATUS_INVALID_DEVICE_REQUEST it was not sent; STATUS_IO_TIMEOUT.
 * Differs: on a thread that serves the device or the target, others of its callbacks may run before
 *          this returns, none of them of the calling device.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSENDWRITESYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFIOTARGET IoTarget, WDFREQUEST Request,
							  PWDF_MEMORY_DESCRIPTOR InputBuffer,
							  PLONGLONG DeviceOffset,
							  PWDF_REQUEST_SEND_OPTIONS RequestOptions,
							  PULONG_PTR BytesWritten);
FORCEINLINE NTSTATUS WdfIoTargetSendWriteSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
						       PWDF_MEMORY_DESCRIPTOR InputBuffer,
						       PLONGLONG DeviceOffset,
						       PWDF_REQUEST_SEND_OPTIONS RequestOptions,
						       PULONG_PTR BytesWritten)
{
	return ((PFN_WDFIOTARGETSENDWRITESYNCHRONOUSLY)
			WdfFunctions[WdfIoTargetSendWriteSynchronouslyTableIndex])(
		WdfDriverGlobals, IoTarget, Request, InputBuffer, DeviceOffset, RequestOptions,
		BytesWritten);
}

/**
 * WdfIoTargetFormatRequestForWrite() - make a request a write.
 * @IoTarget:          the target.
 * @Request:           not sent.
 * @InputBuffer:       may be NULL: none.
 * @InputBufferOffset: its part of it; NULL: all. A length of 0: the rest.
 * @DeviceOffset:      for the target; NULL: 0.
 *
 * References each memory object until the request is formatted again, used again, completed or
 * deleted.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's;
 *          STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW an offset past its memory;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETFORMATREQUESTFORWRITE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							 WDFIOTARGET IoTarget, WDFREQUEST Request,
							 WDFMEMORY InputBuffer,
							 PWDFMEMORY_OFFSET InputBufferOffset,
							 PLONGLONG DeviceOffset);
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForWrite(WDFIOTARGET IoTarget, WDFREQUEST Request,
						      WDFMEMORY InputBuffer,
						      PWDFMEMORY_OFFSET InputBufferOffset,
						      PLONGLONG DeviceOffset)
{
	return ((PFN_WDFIOTARGETFORMATREQUESTFORWRITE)
			WdfFunctions[WdfIoTargetFormatRequestForWriteTableIndex])(
		WdfDriverGlobals, IoTarget, Request, InputBuffer, InputBufferOffset, DeviceOffset);
}

/**
 * WdfIoTargetSendIoctlSynchronously() - send a device control, and wait for it.
 * @IoTarget:       the target.
 * @Request:        whose sending it is; NULL: there is none.
 * @IoctlCode:      a control code.
 * @InputBuffer:    may be NULL: none.
 * @OutputBuffer:   may be NULL: none.
 * @RequestOptions: WDF_REQUEST_SEND_OPTION_TIMEOUT and IGNORE_TARGET_STATE; may be NULL.
 * @BytesReturned:  may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  what the target completed it with; STATUS_INVALID_DEVICE_STATE,
 *          STATUS_INVALID_PARAMETER, STATUS_INFO_LENGTH_MISMATCH (options),
 *          STATUS_INSUFFICIENT_RESOURCES, STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW,
 *          STATUS_INVALID_DEVICE_REQUEST it was not sent; STATUS_IO_TIMEOUT.
 * Differs: on a thread that serves the device or the target, others of its callbacks may run before
 *          this returns, none of them of the calling device.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSENDIOCTLSYNCHRONOUSLY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
	PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned);
FORCEINLINE NTSTATUS WdfIoTargetSendIoctlSynchronously(WDFIOTARGET IoTarget, WDFREQUEST Request,
						       ULONG IoctlCode,
						       PWDF_MEMORY_DESCRIPTOR InputBuffer,
						       PWDF_MEMORY_DESCRIPTOR OutputBuffer,
						       PWDF_REQUEST_SEND_OPTIONS RequestOptions,
						       PULONG_PTR BytesReturned)
{
	return ((PFN_WDFIOTARGETSENDIOCTLSYNCHRONOUSLY)
			WdfFunctions[WdfIoTargetSendIoctlSynchronouslyTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer,
		RequestOptions, BytesReturned);
}

/**
 * WdfIoTargetFormatRequestForIoctl() - make a request a device control.
 * @IoTarget:           the target.
 * @Request:            not sent.
 * @IoctlCode:          a control code.
 * @InputBuffer:        may be NULL: none.
 * @InputBufferOffset:  its part of it; NULL: all. A length of 0: the rest.
 * @OutputBuffer:       may be NULL: none.
 * @OutputBufferOffset: its part of it; NULL: all. A length of 0: the rest.
 *
 * References each memory object until the request is formatted again, used again, completed or
 * deleted.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's;
 *          STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW an offset past its memory;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETFORMATREQUESTFORIOCTL)(PWDF_DRIVER_GLOBALS DriverGlobals,
							 WDFIOTARGET IoTarget, WDFREQUEST Request,
							 ULONG IoctlCode, WDFMEMORY InputBuffer,
							 PWDFMEMORY_OFFSET InputBufferOffset,
							 WDFMEMORY OutputBuffer,
							 PWDFMEMORY_OFFSET OutputBufferOffset);
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForIoctl(WDFIOTARGET IoTarget, WDFREQUEST Request,
						      ULONG IoctlCode, WDFMEMORY InputBuffer,
						      PWDFMEMORY_OFFSET InputBufferOffset,
						      WDFMEMORY OutputBuffer,
						      PWDFMEMORY_OFFSET OutputBufferOffset)
{
	return ((PFN_WDFIOTARGETFORMATREQUESTFORIOCTL)
			WdfFunctions[WdfIoTargetFormatRequestForIoctlTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset,
		OutputBuffer, OutputBufferOffset);
}

/**
 * WdfIoTargetSendInternalIoctlSynchronously() - send an internal device control, and wait for it.
 * @IoTarget:       the target.
 * @Request:        whose sending it is; NULL: there is none.
 * @IoctlCode:      a control code.
 * @InputBuffer:    may be NULL: none.
 * @OutputBuffer:   may be NULL: none.
 * @RequestOptions: WDF_REQUEST_SEND_OPTION_TIMEOUT and IGNORE_TARGET_STATE; may be NULL.
 * @BytesReturned:  may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  what the target completed it with; STATUS_INVALID_DEVICE_STATE,
 *          STATUS_INVALID_PARAMETER, STATUS_INFO_LENGTH_MISMATCH (options),
 *          STATUS_INSUFFICIENT_RESOURCES, STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW,
 *          STATUS_INVALID_DEVICE_REQUEST it was not sent; STATUS_IO_TIMEOUT.
 * Differs: on a thread that serves the device or the target, others of its callbacks may run before
 *          this returns, none of them of the calling device.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSENDINTERNALIOCTLSYNCHRONOUSLY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
	PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned);
FORCEINLINE NTSTATUS WdfIoTargetSendInternalIoctlSynchronously(
	WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode,
	PWDF_MEMORY_DESCRIPTOR InputBuffer, PWDF_MEMORY_DESCRIPTOR OutputBuffer,
	PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
	return ((PFN_WDFIOTARGETSENDINTERNALIOCTLSYNCHRONOUSLY)
			WdfFunctions[WdfIoTargetSendInternalIoctlSynchronouslyTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, OutputBuffer,
		RequestOptions, BytesReturned);
}

/**
 * WdfIoTargetFormatRequestForInternalIoctl() - make a request an internal device control.
 * @IoTarget:           the target.
 * @Request:            not sent.
 * @IoctlCode:          a control code.
 * @InputBuffer:        may be NULL: none.
 * @InputBufferOffset:  its part of it; NULL: all. A length of 0: the rest.
 * @OutputBuffer:       may be NULL: none.
 * @OutputBufferOffset: its part of it; NULL: all. A length of 0: the rest.
 *
 * References each memory object until the request is formatted again, used again, completed or
 * deleted.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's;
 *          STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW an offset past its memory;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETFORMATREQUESTFORINTERNALIOCTL)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, WDFMEMORY InputBuffer, PWDFMEMORY_OFFSET InputBufferOffset,
	WDFMEMORY OutputBuffer, PWDFMEMORY_OFFSET OutputBufferOffset);
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctl(WDFIOTARGET IoTarget,
							      WDFREQUEST Request, ULONG IoctlCode,
							      WDFMEMORY InputBuffer,
							      PWDFMEMORY_OFFSET InputBufferOffset,
							      WDFMEMORY OutputBuffer,
							      PWDFMEMORY_OFFSET OutputBufferOffset)
{
	return ((PFN_WDFIOTARGETFORMATREQUESTFORINTERNALIOCTL)
			WdfFunctions[WdfIoTargetFormatRequestForInternalIoctlTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, InputBuffer, InputBufferOffset,
		OutputBuffer, OutputBufferOffset);
}

/**
 * WdfIoTargetSendInternalIoctlOthersSynchronously() - send an internal control with arguments of
 * its own, and wait.
 * @IoTarget:       the target.
 * @Request:        whose sending it is; NULL: there is none.
 * @IoctlCode:      a control code.
 * @OtherArg1:      argument 1 points to it; NULL: to nothing.
 * @OtherArg2:      argument 2 points to it; NULL: to nothing.
 * @OtherArg4:      argument 4 points to it; NULL: to nothing.
 * @RequestOptions: WDF_REQUEST_SEND_OPTION_TIMEOUT and IGNORE_TARGET_STATE; may be NULL.
 * @BytesReturned:  may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  what the target completed it with; STATUS_INVALID_DEVICE_STATE,
 *          STATUS_INVALID_PARAMETER, STATUS_INFO_LENGTH_MISMATCH (options),
 *          STATUS_INSUFFICIENT_RESOURCES, STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW,
 *          STATUS_INVALID_DEVICE_REQUEST it was not sent; STATUS_IO_TIMEOUT.
 * Differs: on a thread that serves the device or the target, others of its callbacks may run before
 *          this returns, none of them of the calling device.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETSENDINTERNALIOCTLOTHERSSYNCHRONOUSLY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1, PWDF_MEMORY_DESCRIPTOR OtherArg2,
	PWDF_MEMORY_DESCRIPTOR OtherArg4, PWDF_REQUEST_SEND_OPTIONS RequestOptions,
	PULONG_PTR BytesReturned);
FORCEINLINE NTSTATUS WdfIoTargetSendInternalIoctlOthersSynchronously(
	WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, PWDF_MEMORY_DESCRIPTOR OtherArg1,
	PWDF_MEMORY_DESCRIPTOR OtherArg2, PWDF_MEMORY_DESCRIPTOR OtherArg4,
	PWDF_REQUEST_SEND_OPTIONS RequestOptions, PULONG_PTR BytesReturned)
{
	return ((PFN_WDFIOTARGETSENDINTERNALIOCTLOTHERSSYNCHRONOUSLY)
			WdfFunctions[WdfIoTargetSendInternalIoctlOthersSynchronouslyTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, OtherArg1, OtherArg2, OtherArg4,
		RequestOptions, BytesReturned);
}

/**
 * WdfIoTargetFormatRequestForInternalIoctlOthers() - make a request an internal control with
 * arguments of its own.
 * @IoTarget:        the target.
 * @Request:         not sent.
 * @IoctlCode:       a control code.
 * @OtherArg1:       argument 1 points to its buffer; NULL: to nothing.
 * @OtherArg1Offset: where in it; NULL: at its start.
 * @OtherArg2:       argument 2 points to its buffer; NULL: to nothing.
 * @OtherArg2Offset: where in it; NULL: at its start.
 * @OtherArg4:       argument 4 points to its buffer; NULL: to nothing.
 * @OtherArg4Offset: where in it; NULL: at its start.
 *
 * References each memory object until the request is formatted again, used again, completed or
 * deleted. The driver below finds the addresses in Parameters.Others of WdfRequestGetParameters().
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's;
 *          STATUS_INTEGER_OVERFLOW, STATUS_BUFFER_OVERFLOW an offset past its memory;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETFORMATREQUESTFORINTERNALIOCTLOTHERS)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget, WDFREQUEST Request,
	ULONG IoctlCode, WDFMEMORY OtherArg1, PWDFMEMORY_OFFSET OtherArg1Offset,
	WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset, WDFMEMORY OtherArg4,
	PWDFMEMORY_OFFSET OtherArg4Offset);
FORCEINLINE NTSTATUS WdfIoTargetFormatRequestForInternalIoctlOthers(
	WDFIOTARGET IoTarget, WDFREQUEST Request, ULONG IoctlCode, WDFMEMORY OtherArg1,
	PWDFMEMORY_OFFSET OtherArg1Offset, WDFMEMORY OtherArg2, PWDFMEMORY_OFFSET OtherArg2Offset,
	WDFMEMORY OtherArg4, PWDFMEMORY_OFFSET OtherArg4Offset)
{
	return ((PFN_WDFIOTARGETFORMATREQUESTFORINTERNALIOCTLOTHERS)
			WdfFunctions[WdfIoTargetFormatRequestForInternalIoctlOthersTableIndex])(
		WdfDriverGlobals, IoTarget, Request, IoctlCode, OtherArg1, OtherArg1Offset,
		OtherArg2, OtherArg2Offset, OtherArg4, OtherArg4Offset);
}

/**
 * WdfIoTargetWdmGetTargetDeviceObject() - the device that a target's requests go to, as WDM
 * describes it.
 * @IoTarget: the target.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the device object of the next lower driver, or of the device itself for a self target;
 *          that of the bus under the lowest driver of a PnP device; NULL: nothing is below, or the
 *          target was opened by name.
 * Differs: a target that was opened by name has none: its device may be another process's.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef PDEVICE_OBJECT (*PFN_WDFIOTARGETWDMGETTARGETDEVICEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
								  WDFIOTARGET IoTarget);
FORCEINLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetDeviceObject(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETWDMGETTARGETDEVICEOBJECT)
			WdfFunctions[WdfIoTargetWdmGetTargetDeviceObjectTableIndex])(
		WdfDriverGlobals, IoTarget);
}

/**
 * WdfIoTargetWdmGetTargetPhysicalDevice() - the bus's device object of the stack that a target is
 * part of.
 * @IoTarget: the target.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the device object: one address in all drivers of a stack, with a DriverObject of NULL;
 *          NULL: a control device's, or the target was opened by name.
 * Differs: the bus has no driver, so the object only tells stacks apart.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef PDEVICE_OBJECT (*PFN_WDFIOTARGETWDMGETTARGETPHYSICALDEVICE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget);
FORCEINLINE PDEVICE_OBJECT WdfIoTargetWdmGetTargetPhysicalDevice(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETWDMGETTARGETPHYSICALDEVICE)
			WdfFunctions[WdfIoTargetWdmGetTargetPhysicalDeviceTableIndex])(
		WdfDriverGlobals, IoTarget);
}

/**
 * WdfIoTargetWdmGetTargetFileObject() - the open file of a target that was opened by name.
 * @IoTarget: the target.
 *
 * Valid until the target is closed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the file object; NULL: the target is closed, or local.
 * Differs: FileName is the name that the target was opened by; DeviceObject is NULL.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef PFILE_OBJECT (*PFN_WDFIOTARGETWDMGETTARGETFILEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							      WDFIOTARGET IoTarget);
FORCEINLINE PFILE_OBJECT WdfIoTargetWdmGetTargetFileObject(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETWDMGETTARGETFILEOBJECT)
			WdfFunctions[WdfIoTargetWdmGetTargetFileObjectTableIndex])(WdfDriverGlobals,
										   IoTarget);
}

/**
 * WdfIoTargetWdmGetTargetFileHandle() - a handle of a target that was opened by name.
 * @IoTarget: the target.
 *
 * Valid until the target is closed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the handle; NULL: the target is closed, or local.
 * Differs: the handle only tells targets apart: to the Zw... functions it is an invalid one.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef HANDLE (*PFN_WDFIOTARGETWDMGETTARGETFILEHANDLE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFIOTARGET IoTarget);
FORCEINLINE HANDLE WdfIoTargetWdmGetTargetFileHandle(WDFIOTARGET IoTarget)
{
	return ((PFN_WDFIOTARGETWDMGETTARGETFILEHANDLE)
			WdfFunctions[WdfIoTargetWdmGetTargetFileHandleTableIndex])(WdfDriverGlobals,
										   IoTarget);
}

/**
 * WdfIoTargetQueryTargetProperty() - a property of the device behind a target.
 * @IoTarget:       the target.
 * @DeviceProperty: which.
 * @BufferLength:   bytes at @PropertyBuffer.
 * @PropertyBuffer: may be NULL if there are none.
 * @ResultLength:   the property's length, also if the buffer is too small; 0 on other failures.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_PARAMETER_2 there is no such
 *          property; STATUS_OBJECT_NAME_NOT_FOUND the device does not have it;
 *          STATUS_INVALID_DEVICE_REQUEST a control device's target, or one opened by name.
 * Differs: what the bus knows is here: hardware and compatible IDs, bus type (GUID and number), bus
 *          number, address, enumerator, install state. What an installation would add is not.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETQUERYTARGETPROPERTY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFIOTARGET IoTarget,
						       DEVICE_REGISTRY_PROPERTY DeviceProperty,
						       ULONG BufferLength, PVOID PropertyBuffer,
						       PULONG ResultLength);
FORCEINLINE NTSTATUS WdfIoTargetQueryTargetProperty(WDFIOTARGET IoTarget,
						    DEVICE_REGISTRY_PROPERTY DeviceProperty,
						    ULONG BufferLength, PVOID PropertyBuffer,
						    PULONG ResultLength)
{
	return ((PFN_WDFIOTARGETQUERYTARGETPROPERTY)
			WdfFunctions[WdfIoTargetQueryTargetPropertyTableIndex])(
		WdfDriverGlobals, IoTarget, DeviceProperty, BufferLength, PropertyBuffer,
		ResultLength);
}

/**
 * WdfIoTargetAllocAndQueryTargetProperty() - the same, to memory that is made for it.
 * @IoTarget:                 the target.
 * @DeviceProperty:           which.
 * @PoolType:                 of the memory.
 * @PropertyMemoryAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @PropertyMemory:           the new handle.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  as WdfIoTargetQueryTargetProperty(); STATUS_INVALID_PARAMETER no such pool;
 *          STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: as WdfIoTargetQueryTargetProperty().
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETALLOCANDQUERYTARGETPROPERTY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFIOTARGET IoTarget,
	DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
	PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory);
FORCEINLINE NTSTATUS WdfIoTargetAllocAndQueryTargetProperty(
	WDFIOTARGET IoTarget, DEVICE_REGISTRY_PROPERTY DeviceProperty, POOL_TYPE PoolType,
	PWDF_OBJECT_ATTRIBUTES PropertyMemoryAttributes, WDFMEMORY *PropertyMemory)
{
	return ((PFN_WDFIOTARGETALLOCANDQUERYTARGETPROPERTY)
			WdfFunctions[WdfIoTargetAllocAndQueryTargetPropertyTableIndex])(
		WdfDriverGlobals, IoTarget, DeviceProperty, PoolType, PropertyMemoryAttributes,
		PropertyMemory);
}

/**
 * WdfIoTargetQueryForInterface() - functions that the device behind a target offers to drivers.
 * @IoTarget:              the target.
 * @InterfaceType:         which.
 * @Interface:             receives them.
 * @Size:                  bytes there.
 * @Version:               of the interface.
 * @InterfaceSpecificData: may be NULL.
 *
 * The interface is referenced: its InterfaceDereference ends that, before the device is removed.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_NOT_SUPPORTED nobody offers it; STATUS_INVALID_PARAMETER the
 *          place is too small; STATUS_INVALID_DEVICE_REQUEST a target that was opened by name.
 * Differs: the bus offers GUID_BUS_INTERFACE_STANDARD, version 1, with configuration space and
 *          without DMA adapters. Drivers below in the stack are not asked.
 * Source:  Windows driver documentation, wdfiotarget.h.
 */
typedef NTSTATUS (*PFN_WDFIOTARGETQUERYFORINTERFACE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFIOTARGET IoTarget, LPCGUID InterfaceType,
						     PINTERFACE Interface, USHORT Size,
						     USHORT Version, PVOID InterfaceSpecificData);
FORCEINLINE NTSTATUS WdfIoTargetQueryForInterface(WDFIOTARGET IoTarget, LPCGUID InterfaceType,
						  PINTERFACE Interface, USHORT Size, USHORT Version,
						  PVOID InterfaceSpecificData)
{
	return ((PFN_WDFIOTARGETQUERYFORINTERFACE)
			WdfFunctions[WdfIoTargetQueryForInterfaceTableIndex])(
		WdfDriverGlobals, IoTarget, InterfaceType, Interface, Size, Version,
		InterfaceSpecificData);
}

#ifdef __cplusplus
}
#endif

#endif
