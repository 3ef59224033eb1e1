/* SPDX-License-Identifier: MIT */
/* wdflx.h - what uwdf adds to KMDF. Include after wdf.h. */
#ifndef UWDF_WDFLX_H
#define UWDF_WDFLX_H

#include <wdf.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfLxDriverSetIoLevel() - declare at which level this driver's EvtIo* callbacks may run.
 * @Driver: the driver, in DriverEntry, before any device.
 * @Level:  WdfExecutionLevelDispatch: requests, ISR and DPC share one loop thread, no hand-over,
 * and the callbacks must not block. WdfExecutionLevelPassive (default): requests run on the
 *          device's own request loop and may block.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER another level; STATUS_INVALID_DEVICE_STATE the
 *          driver has devices already.
 */
NTSTATUS WdfLxDriverSetIoLevel(WDFDRIVER Driver, WDF_EXECUTION_LEVEL Level);

/* One of several reads or writes that a driver is given in one callback. */
typedef struct _WDFLX_IO {
	WDFREQUEST Request;
	PVOID Buffer; /* what WdfRequestRetrieveInputBuffer() or ..OutputBuffer() says */
	size_t Length;
	NTSTATUS Status; /* STATUS_PENDING, or what the driver puts there */
	ULONG_PTR Information;
} WDFLX_IO, *PWDFLX_IO;

/**
 * EVT_WDFLX_IO_QUEUE_IO_MANY - reads, or writes, that came together.
 * @Queue: where they came to.
 * @Ios:   oldest first; valid until the callback returns.
 * @Count: of these, at least 2.
 *
 * The driver has each of them as if EvtIoRead or EvtIoWrite had been called for it. Where it sets
 * Status, that is WdfRequestCompleteWithInformation() with Status and Information once the callback
 * has returned, in the order of @Ios; a request that it completed, forwarded or keeps, it leaves at
 * STATUS_PENDING.
 *
 * IRQL:    as EvtIoRead.
 */
typedef VOID EVT_WDFLX_IO_QUEUE_IO_MANY(WDFQUEUE Queue, PWDFLX_IO Ios, ULONG Count);
typedef EVT_WDFLX_IO_QUEUE_IO_MANY *PFN_WDFLX_IO_QUEUE_IO_MANY;

/**
 * WdfLxIoQueueSetMany() - have requests that come together presented together.
 * @Queue:      parallel; at most as many are presented as it may present.
 * @EvtIoReads: beside EvtIoRead, which the queue has, too; may be NULL.
 * @EvtIoWrites: beside EvtIoWrite.
 *
 * The framework chooses: any request may still come to EvtIoRead or EvtIoWrite, and all do where
 * the device is not of direct I/O, callbacks are synchronized or the verifier is on. For drivers
 * that save something by doing many at once: one register write, one look at a ring.
 *
 * IRQL:    PASSIVE_LEVEL, in EvtDriverDeviceAdd.
 * Return:  STATUS_SUCCESS; STATUS_INVALID_PARAMETER the queue is not parallel, or has not got the
 *          callback for one of them; STATUS_INVALID_DEVICE_STATE the device has started.
 */
NTSTATUS WdfLxIoQueueSetMany(WDFQUEUE Queue, PFN_WDFLX_IO_QUEUE_IO_MANY EvtIoReads,
			     PFN_WDFLX_IO_QUEUE_IO_MANY EvtIoWrites);

#ifdef __cplusplus
}
#endif
#endif
