/* SPDX-License-Identifier: MIT */
/*
 * irp.h - I/O request packets: what WDM drivers see of a request, for the few things that KMDF does
 * not do (WdfDeviceInitAssignWdmIrpPreprocessCallback, WdfRequestWdmGetIrp).
 *
 * Has: IRP, IO_STACK_LOCATION, IRP_MJ_*; IoGetCurrentIrpStackLocation, IoGetNextIrpStackLocation,
 * IoSkipCurrentIrpStackLocation, IoSetNextIrpStackLocation, IoCopyCurrentIrpStackLocationToNext,
 * IoSetCompletionRoutine, IoMarkIrpPending, IoSetCancelRoutine, IoAcquireCancelSpinLock,
 * IoReleaseCancelSpinLock, IoCompleteRequest.
 *
 * Differs: an IRP comes from the framework and goes back to it; there is no IoAllocateIrp, and no
 * IoCallDriver. Members that nothing here gives a meaning are missing.
 *
 * Source for the whole file: Windows driver documentation, wdm.h, "Handling IRPs".
 */
#ifndef UWDF_NT_IRP_H
#define UWDF_NT_IRP_H

#include <string.h>

#include <nt/file.h>
#include <nt/io.h>
#include <nt/mdl.h>

#ifdef __cplusplus
extern "C" {
#endif

#define IRP_MJ_CREATE                   0x00
#define IRP_MJ_CREATE_NAMED_PIPE        0x01
#define IRP_MJ_CLOSE                    0x02
#define IRP_MJ_READ                     0x03
#define IRP_MJ_WRITE                    0x04
#define IRP_MJ_QUERY_INFORMATION        0x05
#define IRP_MJ_SET_INFORMATION          0x06
#define IRP_MJ_QUERY_EA                 0x07
#define IRP_MJ_SET_EA                   0x08
#define IRP_MJ_FLUSH_BUFFERS            0x09
#define IRP_MJ_QUERY_VOLUME_INFORMATION 0x0a
#define IRP_MJ_SET_VOLUME_INFORMATION   0x0b
#define IRP_MJ_DIRECTORY_CONTROL        0x0c
#define IRP_MJ_FILE_SYSTEM_CONTROL      0x0d
#define IRP_MJ_DEVICE_CONTROL           0x0e
#define IRP_MJ_INTERNAL_DEVICE_CONTROL  0x0f
#define IRP_MJ_SHUTDOWN                 0x10
#define IRP_MJ_LOCK_CONTROL             0x11
#define IRP_MJ_CLEANUP                  0x12
#define IRP_MJ_CREATE_MAILSLOT          0x13
#define IRP_MJ_QUERY_SECURITY           0x14
#define IRP_MJ_SET_SECURITY             0x15
#define IRP_MJ_POWER                    0x16
#define IRP_MJ_SYSTEM_CONTROL           0x17
#define IRP_MJ_DEVICE_CHANGE            0x18
#define IRP_MJ_QUERY_QUOTA              0x19
#define IRP_MJ_SET_QUOTA                0x1a
#define IRP_MJ_PNP                      0x1b
#define IRP_MJ_MAXIMUM_FUNCTION         0x1b

/* What an interrupted thread gains by a completion; there is no scheduler of ours to tell. */
#define IO_NO_INCREMENT      0
#define IO_NETWORK_INCREMENT 2

#define IO_TYPE_IRP 6

/* IO_STACK_LOCATION.Control */
#define SL_PENDING_RETURNED  0x01
#define SL_ERROR_RETURNED    0x02
#define SL_INVOKE_ON_CANCEL  0x20
#define SL_INVOKE_ON_SUCCESS 0x40
#define SL_INVOKE_ON_ERROR   0x80

typedef struct _IRP IRP, *PIRP;
typedef struct _KTHREAD *PETHREAD;
typedef struct _IO_SECURITY_CONTEXT IO_SECURITY_CONTEXT, *PIO_SECURITY_CONTEXT;

/**
 * DRIVER_CANCEL - somebody wants the IRP cancelled.
 *
 * Called with the cancel spin lock held; it has to call IoReleaseCancelSpinLock() with
 * Irp->CancelIrql, and sees to it that the IRP is completed.
 *
 * IRQL:    DISPATCH_LEVEL.
 */
typedef VOID DRIVER_CANCEL(PDEVICE_OBJECT DeviceObject, PIRP Irp);
typedef DRIVER_CANCEL *PDRIVER_CANCEL;

/**
 * IO_COMPLETION_ROUTINE - those below are done with the IRP.
 *
 * STATUS_MORE_PROCESSING_REQUIRED takes it back, and IoCompleteRequest() goes on from there;
 * everything else lets it go on.
 *
 * IRQL:    DISPATCH_LEVEL or below: of the completing thread.
 */
typedef NTSTATUS IO_COMPLETION_ROUTINE(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context);
typedef IO_COMPLETION_ROUTINE *PIO_COMPLETION_ROUTINE;

/* What one driver of a stack is asked to do. */
typedef struct _IO_STACK_LOCATION {
	UCHAR MajorFunction; /* IRP_MJ_* */
	UCHAR MinorFunction; /* 0 in all that clients send */
	UCHAR Flags;
	UCHAR Control; /* SL_* */
	union {
		struct {
			PIO_SECURITY_CONTEXT SecurityContext; /* NULL */
			ULONG Options;
			USHORT FileAttributes;
			USHORT ShareAccess;
			ULONG EaLength;
		} Create;
		struct {
			ULONG Length;
			ULONG Key;
			LARGE_INTEGER ByteOffset;
		} Read, Write;
		struct {
			ULONG Length;
			ULONG FileInformationClass;
		} QueryFile, SetFile;
		struct {
			ULONG OutputBufferLength;
			ULONG InputBufferLength;
			ULONG IoControlCode;
			PVOID Type3InputBuffer; /* METHOD_NEITHER */
		} DeviceIoControl;
		struct {
			PVOID Argument1;
			PVOID Argument2;
			PVOID Argument3;
			PVOID Argument4;
		} Others;
	} Parameters;
	PDEVICE_OBJECT DeviceObject;
	PFILE_OBJECT FileObject; /* NULL: the device has no WDFFILEOBJECTs */
	PIO_COMPLETION_ROUTINE CompletionRoutine;
	PVOID Context;
} IO_STACK_LOCATION, *PIO_STACK_LOCATION;

struct _IRP {
	CSHORT Type; /* IO_TYPE_IRP */
	USHORT Size;
	PMDL MdlAddress; /* direct I/O: the client's memory */
	ULONG Flags;
	union {
		struct _IRP *MasterIrp;
		LONG IrpCount;
		PVOID SystemBuffer; /* buffered I/O: input and output; direct controls: input */
	} AssociatedIrp;
	IO_STATUS_BLOCK IoStatus;
	KPROCESSOR_MODE RequestorMode; /* a client's: UserMode; a driver's: KernelMode */
	BOOLEAN PendingReturned;
	CHAR StackCount;
	CHAR CurrentLocation; /* from StackCount down; StackCount + 1: past the first */
	BOOLEAN Cancel;
	KIRQL CancelIrql;
	PDRIVER_CANCEL CancelRoutine; /* IoSetCancelRoutine() */
	PVOID UserBuffer;             /* neither: the client's memory for output */
	union {
		struct {
			PVOID DriverContext[4]; /* the driver's, while it has the IRP */
			PETHREAD Thread;        /* NULL */
			LIST_ENTRY ListEntry;   /* the driver's, while it has the IRP */
			PIO_STACK_LOCATION CurrentStackLocation;
			PFILE_OBJECT OriginalFileObject;
		} Overlay;
	} Tail;
};

/**
 * IoGetCurrentIrpStackLocation() - what this driver is asked to do.
 * IoGetNextIrpStackLocation() - the place for what the next lower one is asked.
 *
 * All of this group:
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: below every driver there is one location, the framework's.
 */
FORCEINLINE PIO_STACK_LOCATION IoGetCurrentIrpStackLocation(PIRP Irp)
{
	return Irp->Tail.Overlay.CurrentStackLocation;
}
FORCEINLINE PIO_STACK_LOCATION IoGetNextIrpStackLocation(PIRP Irp)
{
	return Irp->Tail.Overlay.CurrentStackLocation - 1;
}

/**
 * IoSkipCurrentIrpStackLocation() - the next lower driver gets this driver's location as it is.
 * IoSetNextIrpStackLocation() - go on to the next location.
 *
 * All of this group:
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
FORCEINLINE VOID IoSkipCurrentIrpStackLocation(PIRP Irp)
{
	Irp->CurrentLocation++;
	Irp->Tail.Overlay.CurrentStackLocation++;
}
FORCEINLINE VOID IoSetNextIrpStackLocation(PIRP Irp)
{
	Irp->CurrentLocation--;
	Irp->Tail.Overlay.CurrentStackLocation--;
}

/**
 * IoCopyCurrentIrpStackLocationToNext() - the next lower driver is asked the same, and this one may
 *    set a completion routine.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
FORCEINLINE VOID IoCopyCurrentIrpStackLocationToNext(PIRP Irp)
{
	PIO_STACK_LOCATION current = IoGetCurrentIrpStackLocation(Irp);
	PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

	memcpy(next, current, offsetof(IO_STACK_LOCATION, CompletionRoutine));
	next->Control = 0;
}

/**
 * IoSetCompletionRoutine() - be called when those below are done with the IRP.
 * @CompletionRoutine: NULL with all three FALSE: none.
 * @InvokeOnSuccess:   with @InvokeOnError and @InvokeOnCancel: after which ends.
 *
 * After IoCopyCurrentIrpStackLocationToNext(), not IoSkipCurrentIrpStackLocation().
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
FORCEINLINE VOID IoSetCompletionRoutine(PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine,
					PVOID Context, BOOLEAN InvokeOnSuccess,
					BOOLEAN InvokeOnError, BOOLEAN InvokeOnCancel)
{
	PIO_STACK_LOCATION next = IoGetNextIrpStackLocation(Irp);

	next->CompletionRoutine = CompletionRoutine;
	next->Context = Context;
	next->Control = (UCHAR)((InvokeOnSuccess ? SL_INVOKE_ON_SUCCESS : 0) |
				(InvokeOnError ? SL_INVOKE_ON_ERROR : 0) |
				(InvokeOnCancel ? SL_INVOKE_ON_CANCEL : 0));
}

/**
 * IoMarkIrpPending() - it is completed later: the callback returns STATUS_PENDING.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
FORCEINLINE VOID IoMarkIrpPending(PIRP Irp)
{
	IoGetCurrentIrpStackLocation(Irp)->Control |= SL_PENDING_RETURNED;
}

/**
 * IoSetCancelRoutine() - be called when somebody wants the IRP cancelled.
 * @CancelRoutine: NULL: no more, before the IRP is completed or passed on.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the one before. NULL when one was set: it was called, or is about to be, and completes
 *          the IRP.
 * Differs: nothing known.
 */
FORCEINLINE PDRIVER_CANCEL IoSetCancelRoutine(PIRP Irp, PDRIVER_CANCEL CancelRoutine)
{
	return __atomic_exchange_n(&Irp->CancelRoutine, CancelRoutine, __ATOMIC_SEQ_CST);
}

/**
 * IoAcquireCancelSpinLock(), IoReleaseCancelSpinLock() - the lock that cancel routines are called
 *    with: one for all IRPs.
 * @Irql: of before, to be given back.
 *
 * All of this group:
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 */
VOID IoAcquireCancelSpinLock(PKIRQL Irql);
VOID IoReleaseCancelSpinLock(KIRQL Irql);

/**
 * IofCompleteRequest() - this driver is done with the IRP: IoStatus says how it went.
 * @PriorityBoost: ignored by design.
 *
 * The IRP must not be touched afterwards, and no cancel routine may be set. Completion routines of
 * drivers above, of which the framework is none, run before this returns.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: with the driver's verifier on, a completed IRP is kept aside for a while: completing it
 *          once more, or writing to it, is a verifier message with the line that completed it. An
 *          IRP of WdfRequestWdmGetIrp() is refused: its request is completed.
 */
VOID IofCompleteRequest(PIRP Irp, CHAR PriorityBoost);
#define IoCompleteRequest(Irp, PriorityBoost) IofCompleteRequest(Irp, PriorityBoost)

#ifdef __cplusplus
}
#endif
#endif
