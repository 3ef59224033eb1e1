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
 *      WdfRequestRetrieveInputWdmMdl, WdfRequestRetrieveOutputWdmMdl,
 *      WdfRequestRetrieveUnsafeUserInputBuffer, WdfRequestRetrieveUnsafeUserOutputBuffer,
 *      WdfRequestProbeAndLockUserBufferForRead, WdfRequestProbeAndLockUserBufferForWrite,
 *      WdfRequestGetRequestorProcessId, WdfRequestIsFrom32BitProcess, WdfRequestIsReserved,
 *      WdfRequestForwardToIoQueue, WdfRequestRequeue, WdfRequestStopAcknowledge,
 *      WdfRequestCreate, WdfRequestReuse, WdfRequestChangeTarget,
 *      WdfRequestFormatRequestUsingCurrentType, WdfRequestSend, WdfRequestCancelSentRequest,
 *      WdfRequestSetCompletionRoutine, WdfRequestGetCompletionParams, WdfRequestAllocateTimer,
 *      WdfRequestForwardToParentDeviceIoQueue, WdfRequestWdmGetIrp, WdfRequestCreateFromIrp,
 *      WdfRequestWdmFormatUsingStackLocation.
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

/**
 * EVT_WDF_REQUEST_COMPLETION_ROUTINE - the I/O target is done with a request that was sent to it.
 *
 * IRQL:    DISPATCH_LEVEL or below: that of the driver's EvtIo* callbacks.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
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
 * Differs: Type3InputBuffer of METHOD_NEITHER is an address of this process: a client of another
 *          process has its input copied, or in the memory that it shares (uwdf_memory_alloc()).
 *          NULL where there is no input, and with every other method.
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
	const struct uwdf_request_view *view = uwdf_request_view(Request);

	if (UWDF_VIEW_LIKELY(view && Buffer && view->in && view->in_len >= MinimumRequiredLength)) {
		*Buffer = view->in;
		if (Length)
			*Length = view->in_len;
		return STATUS_SUCCESS;
	}
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
	const struct uwdf_request_view *view = uwdf_request_view(Request);

	if (UWDF_VIEW_LIKELY(view && Buffer && view->out && view->out_len >= MinimumRequiredSize)) {
		*Buffer = view->out;
		if (Length)
			*Length = view->out_len;
		return STATUS_SUCCESS;
	}
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
 * WdfRequestRetrieveInputWdmMdl() - the input buffer as a memory descriptor list.
 * @Request: the request.
 * @Mdl:     valid until the request is completed; the framework's.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfRequestRetrieveInputBuffer(); NULL in @Mdl on failure.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEINPUTWDMMDL)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFREQUEST Request, PMDL *Mdl);
FORCEINLINE NTSTATUS WdfRequestRetrieveInputWdmMdl(WDFREQUEST Request, PMDL *Mdl)
{
	return ((PFN_WDFREQUESTRETRIEVEINPUTWDMMDL)
			WdfFunctions[WdfRequestRetrieveInputWdmMdlTableIndex])(WdfDriverGlobals,
									       Request, Mdl);
}

/**
 * WdfRequestRetrieveOutputWdmMdl() - the output buffer as a memory descriptor list.
 * @Request: the request.
 * @Mdl:     valid until the request is completed; the framework's.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfRequestRetrieveOutputBuffer(); NULL in @Mdl on failure.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEOUTPUTWDMMDL)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFREQUEST Request, PMDL *Mdl);
FORCEINLINE NTSTATUS WdfRequestRetrieveOutputWdmMdl(WDFREQUEST Request, PMDL *Mdl)
{
	return ((PFN_WDFREQUESTRETRIEVEOUTPUTWDMMDL)
			WdfFunctions[WdfRequestRetrieveOutputWdmMdlTableIndex])(WdfDriverGlobals,
										Request, Mdl);
}

/**
 * WdfRequestRetrieveUnsafeUserInputBuffer() - the client's own input buffer of a "neither"
 * transfer.
 * @Request:               what EvtIoInCallerContext has.
 * @MinimumRequiredLength: bytes.
 * @InputBuffer:           its address in the client; NULL: it is empty.
 * @Length:                its length; may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_DEVICE_REQUEST outside
 *          EvtIoInCallerContext, or a type or method without such a buffer.
 * Differs: a client in another process is never looked at: the address is that of a copy. A client
 *          in this process may change its buffer meanwhile.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEUNSAFEUSERINPUTBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
								WDFREQUEST Request,
								size_t MinimumRequiredLength,
								PVOID *InputBuffer, size_t *Length);
FORCEINLINE NTSTATUS WdfRequestRetrieveUnsafeUserInputBuffer(WDFREQUEST Request,
							     size_t MinimumRequiredLength,
							     PVOID *InputBuffer, size_t *Length)
{
	return ((PFN_WDFREQUESTRETRIEVEUNSAFEUSERINPUTBUFFER)
			WdfFunctions[WdfRequestRetrieveUnsafeUserInputBufferTableIndex])(
		WdfDriverGlobals, Request, MinimumRequiredLength, InputBuffer, Length);
}

/**
 * WdfRequestRetrieveUnsafeUserOutputBuffer() - the client's own output buffer of a "neither"
 * transfer.
 * @Request:               what EvtIoInCallerContext has.
 * @MinimumRequiredLength: bytes.
 * @OutputBuffer:           its address in the client; NULL: it is empty.
 * @Length:                its length; may be NULL.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL; STATUS_INVALID_DEVICE_REQUEST outside
 *          EvtIoInCallerContext, or a type or method without such a buffer.
 * Differs: a client in another process is never looked at: the address is that of a copy, which the
 *          client gets at completion. A client in this process may change its buffer meanwhile.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTRETRIEVEUNSAFEUSEROUTPUTBUFFER)(PWDF_DRIVER_GLOBALS DriverGlobals,
								 WDFREQUEST Request,
								 size_t MinimumRequiredLength,
								 PVOID *OutputBuffer,
								 size_t *Length);
FORCEINLINE NTSTATUS WdfRequestRetrieveUnsafeUserOutputBuffer(WDFREQUEST Request,
							      size_t MinimumRequiredLength,
							      PVOID *OutputBuffer, size_t *Length)
{
	return ((PFN_WDFREQUESTRETRIEVEUNSAFEUSEROUTPUTBUFFER)
			WdfFunctions[WdfRequestRetrieveUnsafeUserOutputBufferTableIndex])(
		WdfDriverGlobals, Request, MinimumRequiredLength, OutputBuffer, Length);
}

/**
 * WdfRequestProbeAndLockUserBufferForRead() - keep a part of the client's memory until the request
 *    is completed, to be read.
 * @Request:      what EvtIoInCallerContext has.
 * @Buffer:       inside a buffer that came with the request.
 * @Length:       bytes.
 * @MemoryObject: the part as a memory object, deleted with the request.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_USER_BUFFER @Length is 0; STATUS_ACCESS_VIOLATION not
 *          in one of the request's buffers, or not in
 *          EvtIoInCallerContext; STATUS_INVALID_DEVICE_REQUEST the request is completed;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: addresses inside a structure that the client passes mean nothing here: only the
 *          request's own buffers can be locked.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTPROBEANDLOCKUSERBUFFERFORREAD)(PWDF_DRIVER_GLOBALS DriverGlobals,
								WDFREQUEST Request, PVOID Buffer,
								size_t Length,
								WDFMEMORY *MemoryObject);
FORCEINLINE NTSTATUS WdfRequestProbeAndLockUserBufferForRead(WDFREQUEST Request, PVOID Buffer,
							     size_t Length, WDFMEMORY *MemoryObject)
{
	return ((PFN_WDFREQUESTPROBEANDLOCKUSERBUFFERFORREAD)
			WdfFunctions[WdfRequestProbeAndLockUserBufferForReadTableIndex])(
		WdfDriverGlobals, Request, Buffer, Length, MemoryObject);
}

/**
 * WdfRequestProbeAndLockUserBufferForWrite() - keep a part of the client's memory until the request
 *    is completed, to be written or read.
 * @Request:      what EvtIoInCallerContext has.
 * @Buffer:       inside a buffer that came with the request.
 * @Length:       bytes.
 * @MemoryObject: the part as a memory object, deleted with the request.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_USER_BUFFER @Length is 0; STATUS_ACCESS_VIOLATION not
 *          in the request's output buffer, or not in
 *          EvtIoInCallerContext; STATUS_INVALID_DEVICE_REQUEST the request is completed;
 *          STATUS_INSUFFICIENT_RESOURCES.
 * Differs: addresses inside a structure that the client passes mean nothing here: only the
 *          request's own buffers can be locked.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTPROBEANDLOCKUSERBUFFERFORWRITE)(PWDF_DRIVER_GLOBALS DriverGlobals,
								 WDFREQUEST Request, PVOID Buffer,
								 size_t Length,
								 WDFMEMORY *MemoryObject);
FORCEINLINE NTSTATUS WdfRequestProbeAndLockUserBufferForWrite(WDFREQUEST Request, PVOID Buffer,
							      size_t Length,
							      WDFMEMORY *MemoryObject)
{
	return ((PFN_WDFREQUESTPROBEANDLOCKUSERBUFFERFORWRITE)
			WdfFunctions[WdfRequestProbeAndLockUserBufferForWriteTableIndex])(
		WdfDriverGlobals, Request, Buffer, Length, MemoryObject);
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
 * @EvtRequestCancel: completes the request; runs soon if it was cancelled already.
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
 *          callback does not run; STATUS_INVALID_DEVICE_REQUEST it is marked, is not the
 *          driver's or came from no queue.
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
 *          STATUS_INVALID_DEVICE_REQUEST it was not marked, is not the driver's or came from no
 *          queue.
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
 * Return:  the queue; NULL: it came from none, or is completed.
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
 * Return:  UserMode: a client, which is another program or speaks for one; KernelMode: a driver. Of
 *          a completed request UserMode, and rule 63.
 * Differs: nothing known.
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
 * WdfRequestGetRequestorProcessId() - which process sent it.
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the process id of whoever opened the file; 0: the request is completed.
 * Differs: the opener's, also where another process uses the open file.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef ULONG (*PFN_WDFREQUESTGETREQUESTORPROCESSID)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFREQUEST Request);
FORCEINLINE ULONG WdfRequestGetRequestorProcessId(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTGETREQUESTORPROCESSID)
			WdfFunctions[WdfRequestGetRequestorProcessIdTableIndex])(WdfDriverGlobals,
										 Request);
}

/**
 * WdfRequestIsFrom32BitProcess() - do the pointers in its buffers have 32 bits?
 * @Request: the request.
 *
 * IRQL:    APC_LEVEL or below.
 * Return:  FALSE.
 * Differs: never TRUE: clients lay out their structures as this process does.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef BOOLEAN (*PFN_WDFREQUESTISFROM32BITPROCESS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFREQUEST Request);
FORCEINLINE BOOLEAN WdfRequestIsFrom32BitProcess(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTISFROM32BITPROCESS)
			WdfFunctions[WdfRequestIsFrom32BitProcessTableIndex])(WdfDriverGlobals,
									      Request);
}

/**
 * WdfRequestIsReserved() - was it set aside by WdfIoQueueAssignForwardProgressPolicy()?
 * @Request: the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  TRUE or FALSE.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef BOOLEAN (*PFN_WDFREQUESTISRESERVED)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE BOOLEAN WdfRequestIsReserved(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTISRESERVED)WdfFunctions[WdfRequestIsReservedTableIndex])(
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

/**
 * WdfRequestWdmGetIrp() - the IRP behind a request, to look at.
 * @Request: handle.
 *
 * Valid until the request is completed; the driver must neither complete it nor pass it on.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the IRP; NULL: out of memory, a request of the driver's own that was not made from an
 *          IRP, or, after a verifier message, a completed one.
 * Differs: made when it is asked for, unless EvtDeviceWdmIrpPreprocess passed it on. What the
 *          driver writes to it changes nothing but the buffers, which are the request's, and
 *          IoStatus.Information, with which WdfRequestComplete() completes the request. Cancel
 *          says whether somebody wants it cancelled.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef PIRP (*PFN_WDFREQUESTWDMGETIRP)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request);
FORCEINLINE PIRP WdfRequestWdmGetIrp(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTWDMGETIRP)WdfFunctions[WdfRequestWdmGetIrpTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestCreate() - make a request, to be formatted and sent.
 * @RequestAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @IoTarget:          where it will be sent; may be NULL.
 * @Request:           the new handle.
 *
 * It is used again with WdfRequestReuse(), and ends with WdfObjectDelete(): it is not to be
 * completed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: any target will do, whatever IoTarget says.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					 PWDF_OBJECT_ATTRIBUTES RequestAttributes,
					 WDFIOTARGET IoTarget, WDFREQUEST *Request);
FORCEINLINE NTSTATUS WdfRequestCreate(PWDF_OBJECT_ATTRIBUTES RequestAttributes,
				      WDFIOTARGET IoTarget, WDFREQUEST *Request)
{
	return ((PFN_WDFREQUESTCREATE)WdfFunctions[WdfRequestCreateTableIndex])(
		WdfDriverGlobals, RequestAttributes, IoTarget, Request);
}

/**
 * WdfRequestReuse() - make a request as good as new.
 * @Request:     not sent.
 * @ReuseParams: its status from now on.
 *
 * Its format, completion routine and references on memory objects go.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER a flag there is
 *          not; STATUS_INVALID_DEVICE_REQUEST it is sent; STATUS_WDF_REQUEST_INVALID_STATE
 *          WDF_REQUEST_REUSE_SET_NEW_IRP for a request that has none of the driver's.
 * Differs: one that is sent is not touched.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTREUSE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
					PWDF_REQUEST_REUSE_PARAMS ReuseParams);
FORCEINLINE NTSTATUS WdfRequestReuse(WDFREQUEST Request, PWDF_REQUEST_REUSE_PARAMS ReuseParams)
{
	return ((PFN_WDFREQUESTREUSE)WdfFunctions[WdfRequestReuseTableIndex])(WdfDriverGlobals,
									      Request, ReuseParams);
}

/**
 * WdfRequestChangeTarget() - can a request be sent to a target?
 * @Request:  not sent.
 * @IoTarget: another.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the request is sent, or not the driver's.
 * Differs: there are no stack locations that could be too few.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTCHANGETARGET)(PWDF_DRIVER_GLOBALS DriverGlobals,
					       WDFREQUEST Request, WDFIOTARGET IoTarget);
FORCEINLINE NTSTATUS WdfRequestChangeTarget(WDFREQUEST Request, WDFIOTARGET IoTarget)
{
	return ((PFN_WDFREQUESTCHANGETARGET)WdfFunctions[WdfRequestChangeTargetTableIndex])(
		WdfDriverGlobals, Request, IoTarget);
}

/**
 * WdfRequestFormatRequestUsingCurrentType() - prepare a request to be sent on as it came.
 * @Request: delivered by a queue.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTFORMATREQUESTUSINGCURRENTTYPE)(PWDF_DRIVER_GLOBALS DriverGlobals,
							    WDFREQUEST Request);
FORCEINLINE VOID WdfRequestFormatRequestUsingCurrentType(WDFREQUEST Request)
{
	((PFN_WDFREQUESTFORMATREQUESTUSINGCURRENTTYPE)
		 WdfFunctions[WdfRequestFormatRequestUsingCurrentTypeTableIndex])(WdfDriverGlobals,
										  Request);
}

/**
 * WdfRequestSend() - send a request to a target.
 * @Request: formatted.
 * @Target:  where to.
 * @Options: how; NULL: without a time-out, and the completion routine hears of the end.
 *
 * Asynchronous: the completion routine runs later, never inside this call. The time-out runs from
 * this call, also while the request waits in a stopped target.
 *
 * IRQL:    PASSIVE_LEVEL with WDF_REQUEST_SEND_OPTION_SYNCHRONOUS, else DISPATCH_LEVEL or below.
 * Return:  TRUE; FALSE it was not sent, and WdfRequestGetStatus() says why:
 *          STATUS_INVALID_DEVICE_STATE, STATUS_INVALID_PARAMETER, STATUS_REQUEST_NOT_ACCEPTED (not
 *          formatted), STATUS_INVALID_DEVICE_REQUEST, STATUS_INSUFFICIENT_RESOURCES.
 * Differs: completion routines run on the device's own thread, after the callback that it may be
 *          in: a driver that waits inside a callback sends synchronously. What waits synchronously
 *          there lets callbacks of other devices run.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef BOOLEAN (*PFN_WDFREQUESTSEND)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
				      WDFIOTARGET Target, PWDF_REQUEST_SEND_OPTIONS Options);
FORCEINLINE BOOLEAN WdfRequestSend(WDFREQUEST Request, WDFIOTARGET Target,
				   PWDF_REQUEST_SEND_OPTIONS Options)
{
	return ((PFN_WDFREQUESTSEND)WdfFunctions[WdfRequestSendTableIndex])(
		WdfDriverGlobals, Request, Target, Options);
}

/**
 * WdfRequestCancelSentRequest() - ask for the end of a request that was sent.
 * @Request: any.
 *
 * Its completion routine runs in any case, once.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  TRUE it was out and is asked to end; FALSE it is not sent, or is completed.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef BOOLEAN (*PFN_WDFREQUESTCANCELSENTREQUEST)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFREQUEST Request);
FORCEINLINE BOOLEAN WdfRequestCancelSentRequest(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTCANCELSENTREQUEST)
			WdfFunctions[WdfRequestCancelSentRequestTableIndex])(WdfDriverGlobals,
									     Request);
}

/**
 * WdfRequestSetCompletionRoutine() - who hears of the end of the next sending.
 * @Request:           not sent.
 * @CompletionRoutine: NULL: nobody.
 * @CompletionContext: for it.
 *
 * For one sending: it is set anew for the next.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTSETCOMPLETIONROUTINE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request,
	PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine, WDFCONTEXT CompletionContext);
FORCEINLINE VOID WdfRequestSetCompletionRoutine(
	WDFREQUEST Request, PFN_WDF_REQUEST_COMPLETION_ROUTINE CompletionRoutine,
	WDFCONTEXT CompletionContext)
{
	((PFN_WDFREQUESTSETCOMPLETIONROUTINE)
		 WdfFunctions[WdfRequestSetCompletionRoutineTableIndex])(
		WdfDriverGlobals, Request, CompletionRoutine, CompletionContext);
}

/**
 * WdfRequestGetCompletionParams() - how a request was completed that was sent.
 * @Request: back from a target.
 * @Params:  Size set; receives them.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTGETCOMPLETIONPARAMS)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFREQUEST Request,
						  PWDF_REQUEST_COMPLETION_PARAMS Params);
FORCEINLINE VOID WdfRequestGetCompletionParams(WDFREQUEST Request,
					       PWDF_REQUEST_COMPLETION_PARAMS Params)
{
	((PFN_WDFREQUESTGETCOMPLETIONPARAMS)WdfFunctions[WdfRequestGetCompletionParamsTableIndex])(
		WdfDriverGlobals, Request, Params);
}

/**
 * WdfRequestAllocateTimer() - have what a time-out needs, so that sending with one does not fail
 * for it.
 * @Request: not sent.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTALLOCATETIMER)(PWDF_DRIVER_GLOBALS DriverGlobals,
						WDFREQUEST Request);
FORCEINLINE NTSTATUS WdfRequestAllocateTimer(WDFREQUEST Request)
{
	return ((PFN_WDFREQUESTALLOCATETIMER)WdfFunctions[WdfRequestAllocateTimerTableIndex])(
		WdfDriverGlobals, Request);
}

/**
 * WdfRequestForwardToParentDeviceIoQueue() - put a request of a child device in a queue of its
 * parent.
 * @Request:           owned by the driver, from a queue of a child device.
 * @ParentDeviceQueue: of the parent.
 * @ForwardOptions:    WDF_REQUEST_FORWARD_OPTION_SEND_AND_FORGET.
 *
 * The request stays the object that it was: its handle, contexts and file object are the child's,
 * and the parent's request attributes do not apply. Whoever gets it from the parent's queue
 * completes it. Both devices use buffers in the same way, and the request must not be the parent of
 * other objects.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER other flags;
 *          STATUS_INVALID_DEVICE_REQUEST it did not come from a queue, is reserved for low memory
 *          or marked cancelable, the queue is not the parent's or has no handler for it, there is
 * no parent, or its child was made without WdfPdoInitAllowForwardingRequestToParent();
 *          STATUS_WDF_BUSY the queue accepts nothing. The driver keeps it on failure.
 * Differs: a child's removal waits for what the parent has of its requests.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTFORWARDTOPARENTDEVICEIOQUEUE)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFREQUEST Request, WDFQUEUE ParentDeviceQueue,
	PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions);
FORCEINLINE NTSTATUS WdfRequestForwardToParentDeviceIoQueue(
	WDFREQUEST Request, WDFQUEUE ParentDeviceQueue, PWDF_REQUEST_FORWARD_OPTIONS ForwardOptions)
{
	return ((PFN_WDFREQUESTFORWARDTOPARENTDEVICEIOQUEUE)
			WdfFunctions[WdfRequestForwardToParentDeviceIoQueueTableIndex])(
		WdfDriverGlobals, Request, ParentDeviceQueue, ForwardOptions);
}

/**
 * WdfRequestCreateFromIrp() - make a request from an IRP, to send on what that asks for.
 * @RequestAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Irp:               the driver's: EvtDeviceWdmIrpPreprocess got it, and it is neither completed
 * nor passed on.
 * @RequestFreesIrp:   FALSE.
 * @Request:           the new handle.
 *
 * Format it with WdfRequestWdmFormatUsingStackLocation() or otherwise, and send it. Once it is back
 * the IRP's IoStatus has the result, and the driver completes the IRP; the request ends with
 * WdfObjectDelete(). An IRP that is over leaves its request.
 *
 * IRQL:    DISPATCH_LEVEL or below; else a verifier message and STATUS_INVALID_DEVICE_REQUEST.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST the IRP is not the driver's, or has a
 *          request already; STATUS_NOT_SUPPORTED RequestFreesIrp; STATUS_INSUFFICIENT_RESOURCES; an
 *          object-attributes status.
 * Differs: IRPs are the framework's: a driver has none of its own that could be freed.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef NTSTATUS (*PFN_WDFREQUESTCREATEFROMIRP)(PWDF_DRIVER_GLOBALS DriverGlobals,
						PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
						BOOLEAN RequestFreesIrp, WDFREQUEST *Request);
FORCEINLINE NTSTATUS WdfRequestCreateFromIrp(PWDF_OBJECT_ATTRIBUTES RequestAttributes, PIRP Irp,
					     BOOLEAN RequestFreesIrp, WDFREQUEST *Request)
{
	return ((PFN_WDFREQUESTCREATEFROMIRP)WdfFunctions[WdfRequestCreateFromIrpTableIndex])(
		WdfDriverGlobals, RequestAttributes, Irp, RequestFreesIrp, Request);
}

/**
 * WdfRequestWdmFormatUsingStackLocation() - make a request what a stack location says.
 * @Request: not sent; delivered by a queue, or made from an IRP.
 * @Stack:   major function, lengths, offset, control code. The buffers are the request's; lengths
 *           may be less than theirs.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: the request stays unformatted, after a verifier message, for another major function than
 *          create, read, write, flush and the two controls, and for lengths that are too much.
 *          CompletionRoutine of the location is not looked at: WdfRequestSetCompletionRoutine().
 *          Made from an IRP, it is not sent when that IRP is over by then: the buffers were its.
 * Source:  Windows driver documentation, wdfrequest.h.
 */
typedef VOID (*PFN_WDFREQUESTWDMFORMATUSINGSTACKLOCATION)(PWDF_DRIVER_GLOBALS DriverGlobals,
							  WDFREQUEST Request,
							  PIO_STACK_LOCATION Stack);
FORCEINLINE VOID WdfRequestWdmFormatUsingStackLocation(WDFREQUEST Request, PIO_STACK_LOCATION Stack)
{
	((PFN_WDFREQUESTWDMFORMATUSINGSTACKLOCATION)
		 WdfFunctions[WdfRequestWdmFormatUsingStackLocationTableIndex])(WdfDriverGlobals,
										Request, Stack);
}

#ifdef __cplusplus
}
#endif
#endif
