/* SPDX-License-Identifier: MIT */
/*
 * wdfio.h - WDFQUEUE: queues that present requests to the driver.
 *
 * Has: WdfIoQueueCreate, WdfIoQueueGetState, WdfIoQueueStart, WdfIoQueueStop,
 *      WdfIoQueueStopSynchronously, WdfIoQueueGetDevice, WdfIoQueueRetrieveNextRequest,
 *      WdfIoQueueRetrieveRequestByFileObject, WdfIoQueueFindRequest,
 *      WdfIoQueueRetrieveFoundRequest, WdfIoQueueDrainSynchronously, WdfIoQueueDrain,
 *      WdfIoQueuePurgeSynchronously, WdfIoQueuePurge, WdfIoQueueStopAndPurge,
 *      WdfIoQueueStopAndPurgeSynchronously, WdfIoQueueReadyNotify,
 *      WdfIoQueueAssignForwardProgressPolicy, and for its state
 *      WDF_IO_QUEUE_IDLE, WDF_IO_QUEUE_READY, WDF_IO_QUEUE_STOPPED, WDF_IO_QUEUE_DRAINED,
 *      WDF_IO_QUEUE_PURGED.
 *
 * All callbacks of a device's queues run on one thread, one after the other, at PASSIVE_LEVEL, or
 * at DISPATCH_LEVEL if the driver said so with WdfLxDriverSetIoLevel().
 */
#ifndef UWDF_WDFIO_H
#define UWDF_WDFIO_H

#include <wdf/wdfrequest.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _WDF_IO_FORWARD_PROGRESS_ACTION {
	WdfIoForwardProgressActionInvalid = 0,
	WdfIoForwardProgressActionFailRequest = 1,
	WdfIoForwardProgressActionUseReservedRequest = 2,
} WDF_IO_FORWARD_PROGRESS_ACTION,
	*PWDF_IO_FORWARD_PROGRESS_ACTION;

typedef enum _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY {
	WdfIoForwardProgressInvalidPolicy = 0,
	WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest = 1,
	WdfIoForwardProgressReservedPolicyUseExamine = 2,
	WdfIoForwardProgressReservedPolicyPagingIO = 3,
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY,
	*PWDF_IO_FORWARD_PROGRESS_RESERVED_POLICY;

typedef enum _WDF_IO_QUEUE_DISPATCH_TYPE {
	WdfIoQueueDispatchInvalid = 0,
	WdfIoQueueDispatchSequential = 1,
	WdfIoQueueDispatchParallel = 2,
	WdfIoQueueDispatchManual = 3,
	WdfIoQueueDispatchMax = 4,
} WDF_IO_QUEUE_DISPATCH_TYPE,
	*PWDF_IO_QUEUE_DISPATCH_TYPE;

typedef enum _WDF_IO_QUEUE_STATE {
	WdfIoQueueAcceptRequests = 1,
	WdfIoQueueDispatchRequests = 2,
	WdfIoQueueNoRequests = 4,
	WdfIoQueueDriverNoRequests = 8,
	WdfIoQueuePnpHeld = 0x10,
} WDF_IO_QUEUE_STATE,
	*PWDF_IO_QUEUE_STATE;

/** WDF_IO_QUEUE_IDLE() - no request waits in the queue and the driver owns none. IRQL: any. */
FORCEINLINE BOOLEAN WDF_IO_QUEUE_IDLE(WDF_IO_QUEUE_STATE State)
{
	const ULONG both = WdfIoQueueNoRequests | WdfIoQueueDriverNoRequests;

	return (State & both) == both;
}

/** WDF_IO_QUEUE_READY() - it accepts and presents requests, and the device is in D0. IRQL: any. */
FORCEINLINE BOOLEAN WDF_IO_QUEUE_READY(WDF_IO_QUEUE_STATE State)
{
	const ULONG both = WdfIoQueueAcceptRequests | WdfIoQueueDispatchRequests;

	return (State & (both | WdfIoQueuePnpHeld)) == both;
}

/** WDF_IO_QUEUE_STOPPED() - it accepts but does not present, and the driver owns none. IRQL: any.
 */
FORCEINLINE BOOLEAN WDF_IO_QUEUE_STOPPED(WDF_IO_QUEUE_STATE State)
{
	const ULONG both = WdfIoQueueAcceptRequests | WdfIoQueueDriverNoRequests;

	return (State & (both | WdfIoQueueDispatchRequests)) == both;
}

/** WDF_IO_QUEUE_PURGED() - it refuses requests, and none is left anywhere. IRQL: any. */
FORCEINLINE BOOLEAN WDF_IO_QUEUE_PURGED(WDF_IO_QUEUE_STATE State)
{
	return WDF_IO_QUEUE_IDLE(State) && !(State & WdfIoQueueAcceptRequests);
}

/** WDF_IO_QUEUE_DRAINED() - purged, and what comes next would be presented. IRQL: any. */
FORCEINLINE BOOLEAN WDF_IO_QUEUE_DRAINED(WDF_IO_QUEUE_STATE State)
{
	return WDF_IO_QUEUE_PURGED(State) && (State & WdfIoQueueDispatchRequests);
}

/**
 * EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES - a request came to a queue with a forward-progress policy:
 *    allocate what it will need. A failure has the policy decide about a reserved request instead.
 *
 * The request is not the driver's yet: its parameters can be read, its buffers cannot.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_ALLOCATE_REQUEST_RESOURCES *PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES;

/**
 * EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST - allocate what a reserved request will need
 *    whenever it is used; from inside WdfIoQueueAssignForwardProgressPolicy(), once each.
 *
 * Contexts and child objects stay with the reserved request until its queue is deleted.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST(WDFQUEUE Queue,
								    WDFREQUEST Request);
typedef EVT_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST
	*PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST;

/**
 * EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE - a request that the driver once owned was cancelled while
 *    it waited: complete it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE *PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE;

/**
 * EVT_WDF_IO_QUEUE_IO_DEFAULT - a request of a type that has no callback of its own.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_DEFAULT(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_DEFAULT *PFN_WDF_IO_QUEUE_IO_DEFAULT;

/**
 * EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL - a control request; the driver owns it until it completes or
 *    forwards it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL(WDFQUEUE Queue, WDFREQUEST Request,
						size_t OutputBufferLength, size_t InputBufferLength,
						ULONG IoControlCode);
typedef EVT_WDF_IO_QUEUE_IO_DEVICE_CONTROL *PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL;

/**
 * EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL - an internal control request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL(WDFQUEUE Queue, WDFREQUEST Request,
							 size_t OutputBufferLength,
							 size_t InputBufferLength,
							 ULONG IoControlCode);
typedef EVT_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL *PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL;

/**
 * EVT_WDF_IO_QUEUE_IO_READ - a read request; the driver owns it until it completes or forwards it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_READ(WDFQUEUE Queue, WDFREQUEST Request, size_t Length);
typedef EVT_WDF_IO_QUEUE_IO_READ *PFN_WDF_IO_QUEUE_IO_READ;

/**
 * EVT_WDF_IO_QUEUE_IO_RESUME - the queue runs again and the driver still owns the request.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_RESUME(WDFQUEUE Queue, WDFREQUEST Request);
typedef EVT_WDF_IO_QUEUE_IO_RESUME *PFN_WDF_IO_QUEUE_IO_RESUME;

/**
 * EVT_WDF_IO_QUEUE_IO_STOP - the queue stops while the driver owns the request: complete, requeue
 *    or acknowledge it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_STOP(WDFQUEUE Queue, WDFREQUEST Request, ULONG ActionFlags);
typedef EVT_WDF_IO_QUEUE_IO_STOP *PFN_WDF_IO_QUEUE_IO_STOP;

/**
 * EVT_WDF_IO_QUEUE_IO_WRITE - a write request; the driver owns it until it completes or forwards
 *    it.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_IO_WRITE(WDFQUEUE Queue, WDFREQUEST Request, size_t Length);
typedef EVT_WDF_IO_QUEUE_IO_WRITE *PFN_WDF_IO_QUEUE_IO_WRITE;

/**
 * EVT_WDF_IO_QUEUE_STATE - the queue reached the state asked for.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID EVT_WDF_IO_QUEUE_STATE(WDFQUEUE Queue, WDFCONTEXT Context);
typedef EVT_WDF_IO_QUEUE_STATE *PFN_WDF_IO_QUEUE_STATE;

/**
 * EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS - there is no memory for a request: may it have a
 *    reserved one?
 *
 * The driver looks at the IRP (IoGetCurrentIrpStackLocation()), and no more.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: valid until the callback returns, and without buffers: AssociatedIrp, MdlAddress and
 *          UserBuffer are NULL, unless EvtDeviceWdmIrpPreprocess passed it on.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef WDF_IO_FORWARD_PROGRESS_ACTION EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS(WDFQUEUE Queue,
									       PIRP Irp);
typedef EVT_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS *PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS;

typedef struct _WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS {
	union {
		struct {
			PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress;
		} ExaminePolicy;
	} Policy;
} WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS,
	*PWDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS;

typedef struct _WDF_IO_QUEUE_CONFIG {
	ULONG Size;
	WDF_IO_QUEUE_DISPATCH_TYPE DispatchType;
	WDF_TRI_STATE PowerManaged;
	BOOLEAN AllowZeroLengthRequests;
	BOOLEAN DefaultQueue;
	PFN_WDF_IO_QUEUE_IO_DEFAULT EvtIoDefault;
	PFN_WDF_IO_QUEUE_IO_READ EvtIoRead;
	PFN_WDF_IO_QUEUE_IO_WRITE EvtIoWrite;
	PFN_WDF_IO_QUEUE_IO_DEVICE_CONTROL EvtIoDeviceControl;
	PFN_WDF_IO_QUEUE_IO_INTERNAL_DEVICE_CONTROL EvtIoInternalDeviceControl;
	PFN_WDF_IO_QUEUE_IO_STOP EvtIoStop;
	PFN_WDF_IO_QUEUE_IO_RESUME EvtIoResume;
	PFN_WDF_IO_QUEUE_IO_CANCELED_ON_QUEUE EvtIoCanceledOnQueue;
	union {
		struct {
			ULONG NumberOfPresentedRequests;
		} Parallel;
	} Settings;
	WDFDRIVER Driver;
} WDF_IO_QUEUE_CONFIG, *PWDF_IO_QUEUE_CONFIG;

/** WDF_IO_QUEUE_CONFIG_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_QUEUE_CONFIG_INIT(PWDF_IO_QUEUE_CONFIG Config,
					  WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_IO_QUEUE_CONFIG);
	Config->DispatchType = DispatchType;
	Config->PowerManaged = WdfUseDefault;
	if (DispatchType == WdfIoQueueDispatchParallel)
		Config->Settings.Parallel.NumberOfPresentedRequests = (ULONG)-1;
}

/** WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_QUEUE_CONFIG_INIT_DEFAULT_QUEUE(PWDF_IO_QUEUE_CONFIG Config,
							WDF_IO_QUEUE_DISPATCH_TYPE DispatchType)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_IO_QUEUE_CONFIG);
	Config->DispatchType = DispatchType;
	Config->PowerManaged = WdfUseDefault;
	Config->DefaultQueue = TRUE;
	if (DispatchType == WdfIoQueueDispatchParallel)
		Config->Settings.Parallel.NumberOfPresentedRequests = (ULONG)-1;
}

typedef struct _WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY {
	ULONG Size;
	ULONG TotalForwardProgressRequests;
	WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY ForwardProgressReservedPolicy;
	WDF_IO_FORWARD_PROGRESS_RESERVED_POLICY_SETTINGS ForwardProgressReservePolicySettings;
	PFN_WDF_IO_ALLOCATE_RESOURCES_FOR_RESERVED_REQUEST EvtIoAllocateResourcesForReservedRequest;
	PFN_WDF_IO_ALLOCATE_REQUEST_RESOURCES EvtIoAllocateRequestResources;
} WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY, *PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY;

/** WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_DEFAULT_INIT(
	PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy, ULONG TotalForwardProgressRequests)
{
	RtlZeroMemory(Policy, sizeof(*Policy));
	Policy->Size = sizeof(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY);
	Policy->TotalForwardProgressRequests = TotalForwardProgressRequests;
	Policy->ForwardProgressReservedPolicy =
		WdfIoForwardProgressReservedPolicyAlwaysUseReservedRequest;
}

/** WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_EXAMINE_INIT(
	PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy, ULONG TotalForwardProgressRequests,
	PFN_WDF_IO_WDM_IRP_FOR_FORWARD_PROGRESS EvtIoWdmIrpForForwardProgress)
{
	RtlZeroMemory(Policy, sizeof(*Policy));
	Policy->Size = sizeof(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY);
	Policy->TotalForwardProgressRequests = TotalForwardProgressRequests;
	Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyUseExamine;
	Policy->ForwardProgressReservePolicySettings.Policy.ExaminePolicy
		.EvtIoWdmIrpForForwardProgress = EvtIoWdmIrpForForwardProgress;
}

/** WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT() - size and defaults. IRQL: any. */
FORCEINLINE VOID WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_PAGINGIO_INIT(
	PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY Policy, ULONG TotalForwardProgressRequests)
{
	RtlZeroMemory(Policy, sizeof(*Policy));
	Policy->Size = sizeof(WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY);
	Policy->TotalForwardProgressRequests = TotalForwardProgressRequests;
	Policy->ForwardProgressReservedPolicy = WdfIoForwardProgressReservedPolicyPagingIO;
}

/**
 * WdfIoQueueCreate() - create a queue.
 * @Device:          the device.
 * @Config:          from WDF_IO_QUEUE_CONFIG_INIT() or ..._DEFAULT_QUEUE().
 * @QueueAttributes: parent: the device or an object below it; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Queue:           the new handle; may be NULL for a default queue.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH wrong Size; STATUS_INVALID_PARAMETER unknown
 *          type, callbacks on a manual queue, NumberOfPresentedRequests 0 on a parallel queue or
 *          another number on others, device scope at another level than the device's;
 *          STATUS_INVALID_PARAMETER_4 no place for the handle; STATUS_WDF_NO_CALLBACK;
 *          STATUS_UNSUCCESSFUL there is a default queue already; STATUS_INVALID_DEVICE_STATE a
 *          default queue after the start; STATUS_INVALID_DEVICE_REQUEST a parent that is not below
 *          the device; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: ExecutionLevel WdfExecutionLevelPassive in a driver that declared its callbacks
 * fit for DISPATCH_LEVEL is refused with STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (KMDF would hand
 *          each request to a work item). Config->Driver is for class extensions, of which there are
 *          none: it must be NULL, else STATUS_INVALID_PARAMETER. Only the Size of version 1.33 is
 *          taken.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUECREATE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFDEVICE Device,
					 PWDF_IO_QUEUE_CONFIG Config,
					 PWDF_OBJECT_ATTRIBUTES QueueAttributes, WDFQUEUE *Queue);
FORCEINLINE NTSTATUS WdfIoQueueCreate(WDFDEVICE Device, PWDF_IO_QUEUE_CONFIG Config,
				      PWDF_OBJECT_ATTRIBUTES QueueAttributes, WDFQUEUE *Queue)
{
	return ((PFN_WDFIOQUEUECREATE)WdfFunctions[WdfIoQueueCreateTableIndex])(
		WdfDriverGlobals, Device, Config, QueueAttributes, Queue);
}

/**
 * WdfIoQueueGetState() - the state of a queue and how many requests it has.
 * @Queue:          the queue.
 * @QueueRequests:  waiting in the queue; may be NULL.
 * @DriverRequests: owned by the driver; may be NULL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  a set of WDF_IO_QUEUE_STATE.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef WDF_IO_QUEUE_STATE (*PFN_WDFIOQUEUEGETSTATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
						     WDFQUEUE Queue, PULONG QueueRequests,
						     PULONG DriverRequests);
FORCEINLINE WDF_IO_QUEUE_STATE WdfIoQueueGetState(WDFQUEUE Queue, PULONG QueueRequests,
						  PULONG DriverRequests)
{
	return ((PFN_WDFIOQUEUEGETSTATE)WdfFunctions[WdfIoQueueGetStateTableIndex])(
		WdfDriverGlobals, Queue, QueueRequests, DriverRequests);
}

/**
 * WdfIoQueueStart() - present requests again.
 * @Queue: the queue.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUESTART)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);
FORCEINLINE VOID WdfIoQueueStart(WDFQUEUE Queue)
{
	((PFN_WDFIOQUEUESTART)WdfFunctions[WdfIoQueueStartTableIndex])(WdfDriverGlobals, Queue);
}

/**
 * WdfIoQueueStop() - stop presenting; requests still arrive.
 * @Queue:        the queue.
 * @StopComplete: called when the driver owns no request of it; may be NULL.
 * @Context:      for the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUESTOP)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
				   PFN_WDF_IO_QUEUE_STATE StopComplete, WDFCONTEXT Context);
FORCEINLINE VOID WdfIoQueueStop(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE StopComplete,
				WDFCONTEXT Context)
{
	((PFN_WDFIOQUEUESTOP)WdfFunctions[WdfIoQueueStopTableIndex])(WdfDriverGlobals, Queue,
								     StopComplete, Context);
}

/**
 * WdfIoQueueStopSynchronously() - stop presenting and wait until the driver owns no request of the
 *    queue.
 * @Queue: the queue.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: called from a callback of the queues' own thread, which would wait for itself, it is
 *          reported and does not wait (KMDF hangs).
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUESTOPSYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);
FORCEINLINE VOID WdfIoQueueStopSynchronously(WDFQUEUE Queue)
{
	((PFN_WDFIOQUEUESTOPSYNCHRONOUSLY)WdfFunctions[WdfIoQueueStopSynchronouslyTableIndex])(
		WdfDriverGlobals, Queue);
}

/**
 * WdfIoQueueGetDevice() - the device of a queue.
 * @Queue: the queue.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  never NULL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef WDFDEVICE (*PFN_WDFIOQUEUEGETDEVICE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);
FORCEINLINE WDFDEVICE WdfIoQueueGetDevice(WDFQUEUE Queue)
{
	return ((PFN_WDFIOQUEUEGETDEVICE)WdfFunctions[WdfIoQueueGetDeviceTableIndex])(
		WdfDriverGlobals, Queue);
}

/**
 * WdfIoQueueRetrieveNextRequest() - take the next request from a manual (or sequential) queue.
 * @Queue:      the queue.
 * @OutRequest: now the driver's.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES; STATUS_WDF_PAUSED the queue is stopped;
 *          STATUS_INVALID_DEVICE_STATE a parallel queue.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUERETRIEVENEXTREQUEST)(PWDF_DRIVER_GLOBALS DriverGlobals,
						      WDFQUEUE Queue, WDFREQUEST *OutRequest);
FORCEINLINE NTSTATUS WdfIoQueueRetrieveNextRequest(WDFQUEUE Queue, WDFREQUEST *OutRequest)
{
	return ((PFN_WDFIOQUEUERETRIEVENEXTREQUEST)
			WdfFunctions[WdfIoQueueRetrieveNextRequestTableIndex])(WdfDriverGlobals,
									       Queue, OutRequest);
}

/**
 * WdfIoQueueRetrieveRequestByFileObject() - take the next request of one file.
 * @Queue:      the queue.
 * @FileObject: the file.
 * @OutRequest: now the driver's.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfIoQueueRetrieveNextRequest().
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUERETRIEVEREQUESTBYFILEOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
							      WDFQUEUE Queue,
							      WDFFILEOBJECT FileObject,
							      WDFREQUEST *OutRequest);
FORCEINLINE NTSTATUS WdfIoQueueRetrieveRequestByFileObject(WDFQUEUE Queue, WDFFILEOBJECT FileObject,
							   WDFREQUEST *OutRequest)
{
	return ((PFN_WDFIOQUEUERETRIEVEREQUESTBYFILEOBJECT)
			WdfFunctions[WdfIoQueueRetrieveRequestByFileObjectTableIndex])(
		WdfDriverGlobals, Queue, FileObject, OutRequest);
}

/**
 * WdfIoQueueFindRequest() - look for a request without taking it.
 * @Queue:        the queue.
 * @FoundRequest: where to go on; NULL: from the start.
 * @FileObject:   only this file's; may be NULL.
 * @Parameters:   filled when not NULL.
 * @OutRequest:   referenced; drop the reference after use.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_NO_MORE_ENTRIES; STATUS_NOT_FOUND @FoundRequest left the queue.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUEFINDREQUEST)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					      WDFREQUEST FoundRequest, WDFFILEOBJECT FileObject,
					      PWDF_REQUEST_PARAMETERS Parameters,
					      WDFREQUEST *OutRequest);
FORCEINLINE NTSTATUS WdfIoQueueFindRequest(WDFQUEUE Queue, WDFREQUEST FoundRequest,
					   WDFFILEOBJECT FileObject,
					   PWDF_REQUEST_PARAMETERS Parameters,
					   WDFREQUEST *OutRequest)
{
	return ((PFN_WDFIOQUEUEFINDREQUEST)WdfFunctions[WdfIoQueueFindRequestTableIndex])(
		WdfDriverGlobals, Queue, FoundRequest, FileObject, Parameters, OutRequest);
}

/**
 * WdfIoQueueRetrieveFoundRequest() - take a request that WdfIoQueueFindRequest() found.
 * @Queue:        the queue.
 * @FoundRequest: FoundRequest.
 * @OutRequest:   now the driver's.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_NOT_FOUND it left the queue; STATUS_WDF_PAUSED.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUERETRIEVEFOUNDREQUEST)(PWDF_DRIVER_GLOBALS DriverGlobals,
						       WDFQUEUE Queue, WDFREQUEST FoundRequest,
						       WDFREQUEST *OutRequest);
FORCEINLINE NTSTATUS WdfIoQueueRetrieveFoundRequest(WDFQUEUE Queue, WDFREQUEST FoundRequest,
						    WDFREQUEST *OutRequest)
{
	return ((PFN_WDFIOQUEUERETRIEVEFOUNDREQUEST)
			WdfFunctions[WdfIoQueueRetrieveFoundRequestTableIndex])(
		WdfDriverGlobals, Queue, FoundRequest, OutRequest);
}

/**
 * WdfIoQueueDrainSynchronously() - take no new requests, present what waits, return when all is
 *    completed.
 * @Queue: the queue.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: called from a callback of the queues' own thread, which would wait for itself, it is
 *          reported and does not wait (KMDF hangs).
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUEDRAINSYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);
FORCEINLINE VOID WdfIoQueueDrainSynchronously(WDFQUEUE Queue)
{
	((PFN_WDFIOQUEUEDRAINSYNCHRONOUSLY)WdfFunctions[WdfIoQueueDrainSynchronouslyTableIndex])(
		WdfDriverGlobals, Queue);
}

/**
 * WdfIoQueueDrain() - take no new requests, present what waits.
 * @Queue:         the queue.
 * @DrainComplete: called when all is completed; may be NULL.
 * @Context:       for the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUEDRAIN)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
				    PFN_WDF_IO_QUEUE_STATE DrainComplete, WDFCONTEXT Context);
FORCEINLINE VOID WdfIoQueueDrain(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE DrainComplete,
				 WDFCONTEXT Context)
{
	((PFN_WDFIOQUEUEDRAIN)WdfFunctions[WdfIoQueueDrainTableIndex])(WdfDriverGlobals, Queue,
								       DrainComplete, Context);
}

/**
 * WdfIoQueuePurgeSynchronously() - take no new requests, cancel what waits, return when all is
 *    completed.
 * @Queue: the queue.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: called from a callback of the queues' own thread, which would wait for itself, it is
 *          reported and does not wait (KMDF hangs).
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUEPURGESYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue);
FORCEINLINE VOID WdfIoQueuePurgeSynchronously(WDFQUEUE Queue)
{
	((PFN_WDFIOQUEUEPURGESYNCHRONOUSLY)WdfFunctions[WdfIoQueuePurgeSynchronouslyTableIndex])(
		WdfDriverGlobals, Queue);
}

/**
 * WdfIoQueuePurge() - take no new requests, cancel what waits.
 * @Queue:         the queue.
 * @PurgeComplete: called when all is completed; may be NULL.
 * @Context:       for the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUEPURGE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
				    PFN_WDF_IO_QUEUE_STATE PurgeComplete, WDFCONTEXT Context);
FORCEINLINE VOID WdfIoQueuePurge(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE PurgeComplete,
				 WDFCONTEXT Context)
{
	((PFN_WDFIOQUEUEPURGE)WdfFunctions[WdfIoQueuePurgeTableIndex])(WdfDriverGlobals, Queue,
								       PurgeComplete, Context);
}

/**
 * WdfIoQueueStopAndPurge() - stop presenting, cancel what waits and what the driver marked
 *    cancelable; new requests wait.
 * @Queue:                the queue.
 * @StopAndPurgeComplete: called when the driver owns none; may be NULL.
 * @Context:              for the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUESTOPANDPURGE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					   PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
					   WDFCONTEXT Context);
FORCEINLINE VOID WdfIoQueueStopAndPurge(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE StopAndPurgeComplete,
					WDFCONTEXT Context)
{
	((PFN_WDFIOQUEUESTOPANDPURGE)WdfFunctions[WdfIoQueueStopAndPurgeTableIndex])(
		WdfDriverGlobals, Queue, StopAndPurgeComplete, Context);
}

/**
 * WdfIoQueueStopAndPurgeSynchronously() - as WdfIoQueueStopAndPurge(), and wait.
 * @Queue: the queue.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: called from a callback of the queues' own thread, which would wait for itself, it is
 *          reported and does not wait (KMDF hangs).
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef VOID (*PFN_WDFIOQUEUESTOPANDPURGESYNCHRONOUSLY)(PWDF_DRIVER_GLOBALS DriverGlobals,
							WDFQUEUE Queue);
FORCEINLINE VOID WdfIoQueueStopAndPurgeSynchronously(WDFQUEUE Queue)
{
	((PFN_WDFIOQUEUESTOPANDPURGESYNCHRONOUSLY)
		 WdfFunctions[WdfIoQueueStopAndPurgeSynchronouslyTableIndex])(WdfDriverGlobals,
									      Queue);
}

/**
 * WdfIoQueueReadyNotify() - be called when a manual queue goes from empty to not empty.
 * @Queue:      the queue.
 * @QueueReady: NULL: no longer.
 * @Context:    for the callback.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST registering twice, or unregistering from a
 *          queue that is not stopped.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUEREADYNOTIFY)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
					      PFN_WDF_IO_QUEUE_STATE QueueReady,
					      WDFCONTEXT Context);
FORCEINLINE NTSTATUS WdfIoQueueReadyNotify(WDFQUEUE Queue, PFN_WDF_IO_QUEUE_STATE QueueReady,
					   WDFCONTEXT Context)
{
	return ((PFN_WDFIOQUEUEREADYNOTIFY)WdfFunctions[WdfIoQueueReadyNotifyTableIndex])(
		WdfDriverGlobals, Queue, QueueReady, Context);
}

/**
 * WdfIoQueueAssignForwardProgressPolicy() - set requests aside for when there is no memory.
 * @Queue:                 the queue.
 * @ForwardProgressPolicy: from one of WDF_IO_QUEUE_FORWARD_PROGRESS_POLICY_..._INIT().
 *
 * Where memory for a request cannot be had, or EvtIoAllocateRequestResources fails, the policy
 * chooses between failing the I/O and a reserved request; if none of these is left, the I/O waits
 * for one.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH wrong Size; STATUS_INVALID_PARAMETER no
 *          requests, unknown policy, no callback to examine with, a second policy;
 *          STATUS_INSUFFICIENT_RESOURCES, also for more than 16384; what
 *          EvtIoAllocateResourcesForReservedRequest returned.
 * Differs: a reserved request has a system buffer of 2048 bytes; a longer buffered I/O may fail
 *          with STATUS_INSUFFICIENT_RESOURCES all the same. Each use has a WDFREQUEST handle of
 *          its own, unless the driver holds a reference. No I/O here is paging I/O, so that the
 *          PAGINGIO policy never uses a reserved request.
 * Source:  Windows driver documentation, wdfio.h.
 */
typedef NTSTATUS (*PFN_WDFIOQUEUEASSIGNFORWARDPROGRESSPOLICY)(
	PWDF_DRIVER_GLOBALS DriverGlobals, WDFQUEUE Queue,
	PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy);
FORCEINLINE NTSTATUS WdfIoQueueAssignForwardProgressPolicy(
	WDFQUEUE Queue, PWDF_IO_QUEUE_FORWARD_PROGRESS_POLICY ForwardProgressPolicy)
{
	return ((PFN_WDFIOQUEUEASSIGNFORWARDPROGRESSPOLICY)
			WdfFunctions[WdfIoQueueAssignForwardProgressPolicyTableIndex])(
		WdfDriverGlobals, Queue, ForwardProgressPolicy);
}

#ifdef __cplusplus
}
#endif
#endif
