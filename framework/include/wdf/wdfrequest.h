/* SPDX-License-Identifier: MIT */
/*
 * wdfrequest.h - WDFREQUEST: one I/O that the driver owns for a while.
 *
 * Has: WdfRequestComplete, WdfRequestCompleteWithInformation, WdfRequestCompleteWithPriorityBoost,
 *      WdfRequestGetParameters, WdfRequestRetrieveInputBuffer, WdfRequestRetrieveOutputBuffer,
 *      WdfRequestRetrieveInputMemory, WdfRequestRetrieveOutputMemory, WdfRequestSetInformation,
 *      WdfRequestGetInformation, WdfRequestGetStatus, WdfRequestMarkCancelable,
 *      WdfRequestMarkCancelableEx, WdfRequestUnmarkCancelable, WdfRequestIsCanceled,
 *      WdfRequestGetFileObject, WdfRequestGetIoQueue, WdfRequestGetRequestorMode,
 *      WdfRequestForwardToIoQueue, WdfRequestRequeue, WdfRequestStopAcknowledge.
 */
#ifndef UWDF_WDFREQUEST_H
#define UWDF_WDFREQUEST_H

#include <wdf/wdfmemory.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct _WDF_USB_REQUEST_COMPLETION_PARAMS *PWDF_USB_REQUEST_COMPLETION_PARAMS;

typedef enum _WDF_REQUEST_FORWARD_OPTIONS_FLAGS {
	WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET = 1,
} WDF_REQUEST_FORWARD_OPTIONS_FLAGS,
	*PWDF_REQUEST_FORWARD_OPTIONS_FLAGS;

typedef enum _WDF_REQUEST_REUSE_FLAGS {
	WDF_REQUEST_REUSE_NO_FLAGS = 0,
	WDF_REQUEST_REUSE_SET_NEW_IRP = 1,
} WDF_REQUEST_REUSE_FLAGS,
	*PWDF_REQUEST_REUSE_FLAGS;

typedef enum _WDF_REQUEST_SEND_OPTIONS_FLAGS {
	WDF_REQUEST_SEND_OPTION_TIMEOUT = 1,
	WDF_REQUEST_SEND_OPTION_SYNCHRONOUS = 2,
	WDF_REQUEST_SEND_OPTION_IGNORE_TARGET_STATE = 4,
	WDF_REQUEST_SEND_OPTION_SEND_AND_FORGET = 8,
	WDF_REQUEST_SEND_OPTION_IMPERSONATE_CLIENT = 0x10000,
	WDF_REQUEST_SEND_OPTION_IMPERSONATION_IGNORE_FAILURE = 0x20000,
} WDF_REQUEST_SEND_OPTIONS_FLAGS,
	*PWDF_REQUEST_SEND_OPTIONS_FLAGS;

typedef enum _WDF_REQUEST_STOP_ACTION_FLAGS {
	WdfRequestStopActionInvalid = 0,
	WdfRequestStopActionSuspend = 1,
	WdfRequestStopActionPurge = 2,
	WdfRequestStopRequestCancelable = 0x10000000,
} WDF_REQUEST_STOP_ACTION_FLAGS,
	*PWDF_REQUEST_STOP_ACTION_FLAGS;

typedef enum _WDF_REQUEST_TYPE {
	WdfRequestTypeCreate = 0,
	WdfRequestTypeCreateNamedPipe = 1,
	WdfRequestTypeClose = 2,
	WdfRequestTypeRead = 3,
	WdfRequestTypeWrite = 4,
	WdfRequestTypeQueryInformation = 5,
	WdfRequestTypeSetInformation = 6,
	WdfRequestTypeQueryEA = 7,
	WdfRequestTypeSetEA = 8,
	WdfRequestTypeFlushBuffers = 9,
	WdfRequestTypeQueryVolumeInformation = 0xa,
	WdfRequestTypeSetVolumeInformation = 0xb,
	WdfRequestTypeDirectoryControl = 0xc,
	WdfRequestTypeFileSystemControl = 0xd,
	WdfRequestTypeDeviceControl = 0xe,
	WdfRequestTypeDeviceControlInternal = 0xf,
	WdfRequestTypeShutdown = 0x10,
	WdfRequestTypeLockControl = 0x11,
	WdfRequestTypeCleanup = 0x12,
	WdfRequestTypeCreateMailSlot = 0x13,
	WdfRequestTypeQuerySecurity = 0x14,
	WdfRequestTypeSetSecurity = 0x15,
	WdfRequestTypePower = 0x16,
	WdfRequestTypeSystemControl = 0x17,
	WdfRequestTypeDeviceChange = 0x18,
	WdfRequestTypeQueryQuota = 0x19,
	WdfRequestTypeSetQuota = 0x1a,
	WdfRequestTypePnp = 0x1b,
	WdfRequestTypeOther = 0x1c,
	WdfRequestTypeUsb = 0x40,
	WdfRequestTypeNoFormat = 0xff,
	WdfRequestTypeMax = 0x100,
} WDF_REQUEST_TYPE,
	*PWDF_REQUEST_TYPE;

typedef struct _WDF_REQUEST_COMPLETION_PARAMS {
	ULONG Size;
	WDF_REQUEST_TYPE Type;
	IO_STATUS_BLOCK IoStatus;
	union {
		struct {
			WDFMEMORY Buffer;
			size_t Length;
			size_t Offset;
		} Write;
		struct {
			WDFMEMORY Buffer;
			size_t Length;
			size_t Offset;
		} Read;
		struct {
			ULONG IoControlCode;
			struct {
				WDFMEMORY Buffer;
				size_t Offset;
			} Input;
			struct {
				WDFMEMORY Buffer;
				size_t Offset;
				size_t Length;
			} Output;
		} Ioctl;
		struct {
			union {
				PVOID Ptr;
				ULONG_PTR Value;
			} Argument1;
			union {
				PVOID Ptr;
				ULONG_PTR Value;
			} Argument2;
			union {
				PVOID Ptr;
				ULONG_PTR Value;
			} Argument3;
			union {
				PVOID Ptr;
				ULONG_PTR Value;
			} Argument4;
		} Others;
		struct {
			PWDF_USB_REQUEST_COMPLETION_PARAMS Completion;
		} Usb;
	} Parameters;
} WDF_REQUEST_COMPLETION_PARAMS, *PWDF_REQUEST_COMPLETION_PARAMS;

/**
 * EVT_WDF_REQUEST_CANCEL - a request marked cancelable is to be given up: complete it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID EVT_WDF_REQUEST_CANCEL(WDFREQUEST Request);
typedef EVT_WDF_REQUEST_CANCEL *PFN_WDF_REQUEST_CANCEL;

/** EVT_WDF_REQUEST_COMPLETION_ROUTINE - complete by type only: nothing here calls it yet. IRQL:
 * any. */
typedef VOID EVT_WDF_REQUEST_COMPLETION_ROUTINE(WDFREQUEST Request, WDFIOTARGET Target,
						PWDF_REQUEST_COMPLETION_PARAMS Params,
						WDFCONTEXT Context);
typedef EVT_WDF_REQUEST_COMPLETION_ROUTINE *PFN_WDF_REQUEST_COMPLETION_ROUTINE;

typedef struct _WDF_REQUEST_FORWARD_OPTIONS {
	ULONG Size;
	ULONG Flags;
} WDF_REQUEST_FORWARD_OPTIONS, *PWDF_REQUEST_FORWARD_OPTIONS;

/** WDF_REQUEST_FORWARD_OPTIONS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_FORWARD_OPTIONS_INIT(PWDF_REQUEST_FORWARD_OPTIONS Options)
{
	RtlZeroMemory(Options, sizeof(*Options));
	Options->Size = sizeof(WDF_REQUEST_FORWARD_OPTIONS);
	Options->Flags |= WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET;
}

typedef struct _WDF_REQUEST_PARAMETERS {
	USHORT Size;
	UCHAR MinorFunction;
	WDF_REQUEST_TYPE Type;
	union {
		struct {
			PIO_SECURITY_CONTEXT SecurityContext;
			ULONG Options;
			USHORT POINTER_ALIGNMENT FileAttributes;
			USHORT ShareAccess;
			ULONG POINTER_ALIGNMENT EaLength;
		} Create;
		struct {
			size_t Length;
			ULONG POINTER_ALIGNMENT Key;
			LONGLONG DeviceOffset;
		} Read;
		struct {
			size_t Length;
			ULONG POINTER_ALIGNMENT Key;
			LONGLONG DeviceOffset;
		} Write;
		struct {
			size_t OutputBufferLength;
			size_t POINTER_ALIGNMENT InputBufferLength;
			ULONG POINTER_ALIGNMENT IoControlCode;
			PVOID Type3InputBuffer;
		} DeviceIoControl;
		struct {
			PVOID Arg1;
			PVOID Arg2;
			ULONG POINTER_ALIGNMENT IoControlCode;
			PVOID Arg4;
		} Others;
	} Parameters;
} WDF_REQUEST_PARAMETERS, *PWDF_REQUEST_PARAMETERS;

/** WDF_REQUEST_PARAMETERS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_PARAMETERS_INIT(PWDF_REQUEST_PARAMETERS Parameters)
{
	RtlZeroMemory(Parameters, sizeof(*Parameters));
	Parameters->Size = (USHORT)sizeof(WDF_REQUEST_PARAMETERS);
}

typedef struct _WDF_REQUEST_REUSE_PARAMS {
	ULONG Size;
	ULONG Flags;
	NTSTATUS Status;
	PIRP NewIrp;
} WDF_REQUEST_REUSE_PARAMS, *PWDF_REQUEST_REUSE_PARAMS;

/** WDF_REQUEST_REUSE_PARAMS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_REUSE_PARAMS_INIT(PWDF_REQUEST_REUSE_PARAMS Params, ULONG Flags,
					       NTSTATUS Status)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_REQUEST_REUSE_PARAMS);
	Params->Flags = Flags;
	Params->Status = Status;
}

/** WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP() - set one option. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_REUSE_PARAMS_SET_NEW_IRP(PWDF_REQUEST_REUSE_PARAMS Params, PIRP NewIrp)
{
	Params->Flags |= WDF_REQUEST_REUSE_SET_NEW_IRP;
	Params->NewIrp = NewIrp;
}

typedef struct _WDF_REQUEST_SEND_OPTIONS {
	ULONG Size;
	ULONG Flags;
	LONGLONG Timeout;
} WDF_REQUEST_SEND_OPTIONS, *PWDF_REQUEST_SEND_OPTIONS;

/** WDF_REQUEST_SEND_OPTIONS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_SEND_OPTIONS_INIT(PWDF_REQUEST_SEND_OPTIONS Options, ULONG Flags)
{
	RtlZeroMemory(Options, sizeof(*Options));
	Options->Size = sizeof(WDF_REQUEST_SEND_OPTIONS);
	Options->Flags = Flags;
}

/** WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT() - set one option. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_SEND_OPTIONS_SET_TIMEOUT(PWDF_REQUEST_SEND_OPTIONS Options,
						      LONGLONG Timeout)
{
	Options->Flags |= WDF_REQUEST_SEND_OPTION_TIMEOUT;
	Options->Timeout = Timeout;
}

/** WDF_REQUEST_COMPLETION_PARAMS_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_REQUEST_COMPLETION_PARAMS_INIT(PWDF_REQUEST_COMPLETION_PARAMS Params)
{
	RtlZeroMemory(Params, sizeof(*Params));
	Params->Size = sizeof(WDF_REQUEST_COMPLETION_PARAMS);
	Params->Type = WdfRequestTypeNoFormat;
}

/**
 * WdfRequestComplete() - give a request back with its result.
 * @Request: owned by the driver.
 * @Status:  the result.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTCOMPLETE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				       NTSTATUS Status);
FORCEINLINE VOID WdfRequestComplete(WDFREQUEST Request, NTSTATUS Status)
{
	((PFN_WDFREQUESTCOMPLETE)WdfFunctions[WdfRequestCompleteTableIndex])(WdfDriverGlobals,
									     Request, Status);
}

/**
 * WdfRequestCompleteWithInformation() - give a request back with its result and length.
 * @Request:     owned by the driver.
 * @Status:      the result.
 * @Information: bytes transferred.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTCOMPLETEWITHINFORMATION)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFREQUEST Request, NTSTATUS Status,
						      ULONG_PTR Information);
FORCEINLINE VOID WdfRequestCompleteWithInformation(WDFREQUEST Request, NTSTATUS Status,
						   ULONG_PTR Information)
{
	((PFN_WDFREQUESTCOMPLETEWITHINFORMATION)
		 WdfFunctions[WdfRequestCompleteWithInformationTableIndex])(
		WdfDriverGlobals, Request, Status, Information);
}

/**
 * WdfRequestCompleteWithPriorityBoost() - give a request back.
 * @Request:       owned by the driver.
 * @Status:        the result.
 * @PriorityBoost: checked, without effect.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: there is no scheduler of ours to boost the client with: PriorityBoost has no effect.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTCOMPLETEWITHPRIORITYBOOST)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFREQUEST Request, NTSTATUS Status,
							CCHAR PriorityBoost);
FORCEINLINE VOID WdfRequestCompleteWithPriorityBoost(WDFREQUEST Request, NTSTATUS Status,
						     CCHAR PriorityBoost)
{
	((PFN_WDFREQUESTCOMPLETEWITHPRIORITYBOOST)
		 WdfFunctions[WdfRequestCompleteWithPriorityBoostTableIndex])(
		WdfDriverGlobals, Request, Status, PriorityBoost);
}

/**
 * WdfRequestGetParameters() - what the request asks for.
 * @Request:    owned by the driver.
 * @Parameters: from WDF_REQUEST_PARAMETERS_INIT(); filled.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTGETPARAMETERS)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					    PWDF_REQUEST_PARAMETERS Parameters);
FORCEINLINE VOID WdfRequestGetParameters(WDFREQUEST Request, PWDF_REQUEST_PARAMETERS Parameters)
{
	((PFN_WDFREQUESTGETPARAMETERS)WdfFunctions[WdfRequestGetParametersTableIndex])(
		WdfDriverGlobals, Request, Parameters);
}

/**
 * WdfRequestRetrieveInputBuffer() - the data that came with a write or control request.
 * @Request:               the request.
 * @MinimumRequiredLength: bytes.
 * @Buffer:                its address.
 * @Length:                its length; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_DEVICE_REQUEST.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEINPUTBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFREQUEST Request,
						      size_t MinimumRequiredLength, PVOID *Buffer,
						      size_t *Length);
FORCEINLINE NTSTATUS WdfRequestRetrieveInputBuffer(WDFREQUEST Request, size_t MinimumRequiredLength,
						   PVOID *Buffer, size_t *Length)
{
	return ((PFN_WDFREQUESTRETRIEVEINPUTBUFFER)
			WdfFunctions[WdfRequestRetrieveInputBufferTableIndex])(
		WdfDriverGlobals, Request, MinimumRequiredLength, Buffer, Length);
}

/**
 * WdfRequestRetrieveOutputBuffer() - where the data of a read or control request goes.
 * @Request:             the request.
 * @MinimumRequiredSize: bytes.
 * @Buffer:              its address.
 * @Length:              its length; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_DEVICE_REQUEST.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEOUTPUTBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFREQUEST Request,
						       size_t MinimumRequiredSize, PVOID *Buffer,
						       size_t *Length);
FORCEINLINE NTSTATUS WdfRequestRetrieveOutputBuffer(WDFREQUEST Request, size_t MinimumRequiredSize,
						    PVOID *Buffer, size_t *Length)
{
	return ((PFN_WDFREQUESTRETRIEVEOUTPUTBUFFER)
			WdfFunctions[WdfRequestRetrieveOutputBufferTableIndex])(
		WdfDriverGlobals, Request, MinimumRequiredSize, Buffer, Length);
}

/**
 * WdfRequestRetrieveInputMemory() - the input buffer as a memory object.
 * @Request: the request.
 * @Memory:  valid until the request is completed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfRequestRetrieveInputBuffer().
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEINPUTMEMORY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFREQUEST Request, WDFMEMORY *Memory);
FORCEINLINE NTSTATUS WdfRequestRetrieveInputMemory(WDFREQUEST Request, WDFMEMORY *Memory)
{
	return ((PFN_WDFREQUESTRETRIEVEINPUTMEMORY)
			WdfFunctions[WdfRequestRetrieveInputMemoryTableIndex])(WdfDriverGlobals,
									       Request, Memory);
}

/**
 * WdfRequestRetrieveOutputMemory() - the output buffer as a memory object.
 * @Request: the request.
 * @Memory:  valid until the request is completed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfRequestRetrieveOutputBuffer().
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEOUTPUTMEMORY)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFREQUEST Request, WDFMEMORY *Memory);
FORCEINLINE NTSTATUS WdfRequestRetrieveOutputMemory(WDFREQUEST Request, WDFMEMORY *Memory)
{
	return ((PFN_WDFREQUESTRETRIEVEOUTPUTMEMORY)
			WdfFunctions[WdfRequestRetrieveOutputMemoryTableIndex])(WdfDriverGlobals,
										Request, Memory);
}

/**
 * WdfRequestSetInformation() - set the length to complete with.
 * @Request:     the request.
 * @Information: bytes.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTSETINFORMATION)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					     ULONG_PTR Information);
FORCEINLINE VOID WdfRequestSetInformation(WDFREQUEST Request, ULONG_PTR Information)
{
	((PFN_WDFREQUESTSETINFORMATION)WdfFunctions[WdfRequestSetInformationTableIndex])(
		WdfDriverGlobals, Request, Information);
}

/**
 * WdfRequestGetInformation() - the length to complete with.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  bytes.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef ULONG_PTR (*PFN_WDFREQUESTGETINFORMATION)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFREQUEST Request);
FORCEINLINE ULONG_PTR WdfRequestGetInformation(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETINFORMATION)WdfFunctions[WdfRequestGetInformationTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestGetStatus() - the status of a request.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTGETSTATUS)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE NTSTATUS WdfRequestGetStatus(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETSTATUS)WdfFunctions[WdfRequestGetStatusTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestMarkCancelable() - let the request be cancelled while the driver owns it.
 * @Request:          the request.
 * @EvtRequestCancel: completes the request; runs at once if it was cancelled already.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTMARKCANCELABLE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					     PFN_WDF_REQUEST_CANCEL EvtRequestCancel);
FORCEINLINE VOID WdfRequestMarkCancelable(WDFREQUEST Request,
					  PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	((PFN_WDFREQUESTMARKCANCELABLE)WdfFunctions[WdfRequestMarkCancelableTableIndex])(
		WdfDriverGlobals, Request, EvtRequestCancel);
}

/**
 * WdfRequestMarkCancelableEx() - let the request be cancelled while the driver owns it.
 * @Request:          the request.
 * @EvtRequestCancel: completes the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_CANCELLED it was cancelled already: the driver completes it, the
 *          callback does not run.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTMARKCANCELABLEEX)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFREQUEST Request,
						   PFN_WDF_REQUEST_CANCEL EvtRequestCancel);
FORCEINLINE NTSTATUS WdfRequestMarkCancelableEx(WDFREQUEST Request,
						PFN_WDF_REQUEST_CANCEL EvtRequestCancel)
{
	return ((PFN_WDFREQUESTMARKCANCELABLEEX)WdfFunctions[WdfRequestMarkCancelableExTableIndex])(
		WdfDriverGlobals, Request, EvtRequestCancel);
}

/**
 * WdfRequestUnmarkCancelable() - take the cancel callback back.
 * @Request: marked cancelable.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_CANCELLED EvtRequestCancel runs or ran: leave the request to it;
 *          STATUS_INVALID_PARAMETER it was not marked.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTUNMARKCANCELABLE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFREQUEST Request);
FORCEINLINE NTSTATUS WdfRequestUnmarkCancelable(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTUNMARKCANCELABLE)WdfFunctions[WdfRequestUnmarkCancelableTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestIsCanceled() - has somebody asked to cancel?.
 * @Request: owned, not marked cancelable.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  TRUE or FALSE.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef BOOLEAN (*PFN_WDFREQUESTISCANCELED)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE BOOLEAN WdfRequestIsCanceled(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTISCANCELED)WdfFunctions[WdfRequestIsCanceledTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestGetFileObject() - the file a request came through.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the file object, or NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef WDFFILEOBJECT (*PFN_WDFREQUESTGETFILEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFREQUEST Request);
FORCEINLINE WDFFILEOBJECT WdfRequestGetFileObject(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETFILEOBJECT)WdfFunctions[WdfRequestGetFileObjectTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestGetIoQueue() - the queue a request came through.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the queue.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef WDFQUEUE (*PFN_WDFREQUESTGETIOQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE WDFQUEUE WdfRequestGetIoQueue(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETIOQUEUE)WdfFunctions[WdfRequestGetIoQueueTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestGetRequestorMode() - who sent it.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  UserMode: every client is another program, or speaks for one.
 * Differs: never KernelMode.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef KPROCESSOR_MODE (*PFN_WDFREQUESTGETREQUESTORMODE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFREQUEST Request);
FORCEINLINE KPROCESSOR_MODE WdfRequestGetRequestorMode(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETREQUESTORMODE)WdfFunctions[WdfRequestGetRequestorModeTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestForwardToIoQueue() - move a request to another queue of the device.
 * @Request:          owned, not marked cancelable.
 * @DestinationQueue: of the same device.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST; STATUS_WDF_BUSY the queue takes no
 *          requests.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTFORWARDTOIOQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFREQUEST Request, WDFQUEUE DestinationQueue);
FORCEINLINE NTSTATUS WdfRequestForwardToIoQueue(WDFREQUEST Request, WDFQUEUE DestinationQueue)
{
	return ((PFN_WDFREQUESTFORWARDTOIOQUEUE)WdfFunctions[WdfRequestForwardToIoQueueTableIndex])(
		WdfDriverGlobals, Request, DestinationQueue);
}

/**
 * WdfRequestRequeue() - put a request back to the head of its manual queue.
 * @Request: owned, not marked cancelable.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTREQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE NTSTATUS WdfRequestRequeue(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTREQUEUE)WdfFunctions[WdfRequestRequeueTableIndex])(WdfDriverGlobals,
										  Request);
}

/**
 * WdfRequestStopAcknowledge() - answer EvtIoStop: the driver keeps the request, or gives it back.
 * @Request: the request.
 * @Requeue: TRUE: back to the head of its queue.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTSTOPACKNOWLEDGE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					      BOOLEAN Requeue);
FORCEINLINE VOID WdfRequestStopAcknowledge(WDFREQUEST Request, BOOLEAN Requeue)
{
	((PFN_WDFREQUESTSTOPACKNOWLEDGE)WdfFunctions[WdfRequestStopAcknowledgeTableIndex])(
		WdfDriverGlobals, Request, Requeue);
}

#ifdef __cplusplus
}
#endif
#endif
