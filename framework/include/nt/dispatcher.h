/* SPDX-License-Identifier: MIT */
/*
 * dispatcher.h - objects that threads wait for: events, semaphores, mutexes.
 *
 * Has: KEVENT, KSEMAPHORE, KMUTEX; KeWaitForSingleObject, KeWaitForMultipleObjects.
 *
 * The memory is the driver's own and needs no undo; nobody may wait when it goes (who was released
 * already waits no more). An object that
 * was not initialised is a verifier stop.
 *
 * Source for the whole file: Windows driver documentation, wdm.h, "Kernel Dispatcher Objects".
 */
#ifndef UWDF_NT_DISPATCHER_H
#define UWDF_NT_DISPATCHER_H

#include <ntdef.h>
#include <ntstatus.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef LONG KPRIORITY;
typedef enum _EVENT_TYPE {
	NotificationEvent,    /* stays signaled; wakes all */
	SynchronizationEvent, /* wakes one and is reset by it */
} EVENT_TYPE;
typedef enum _WAIT_TYPE {
	WaitAll,
	WaitAny,
} WAIT_TYPE;
typedef enum _KWAIT_REASON {
	Executive,
	FreePage,
	PageIn,
	PoolAllocation,
	DelayExecution,
	Suspended,
	UserRequest,
} KWAIT_REASON;
#define MAXIMUM_WAIT_OBJECTS 64
#define THREAD_WAIT_OBJECTS  3

typedef struct _DISPATCHER_HEADER {
	UCHAR Type; /* which object it is */
	UCHAR Reserved[3];
	LONG SignalState;        /* guarded by the dispatcher's lock */
	LIST_ENTRY WaitListHead; /* guarded by the dispatcher's lock */
} DISPATCHER_HEADER;

typedef struct _KEVENT {
	DISPATCHER_HEADER Header;
} KEVENT, *PKEVENT, *PRKEVENT;
typedef struct _KSEMAPHORE {
	DISPATCHER_HEADER Header;
	LONG Limit;
} KSEMAPHORE, *PKSEMAPHORE, *PRKSEMAPHORE;
typedef struct _KMUTANT {
	DISPATCHER_HEADER Header; /* SignalState 1: free; zero and below: held, so many times */
	ULONG OwnerThread;
} KMUTANT, *PKMUTANT, KMUTEX, *PKMUTEX, *PRKMUTEX;
UWDF_STATIC_ASSERT(sizeof(KEVENT) == 24, "KEVENT as on 64-bit Windows");

/* The whole wait block array of KeWaitForMultipleObjects(); not used. */
typedef struct _KWAIT_BLOCK {
	LIST_ENTRY WaitListEntry;
	PVOID Reserved[4];
} KWAIT_BLOCK, *PKWAIT_BLOCK;

/** KeInitializeEvent() - @State: TRUE starts signaled. IRQL: any. */
VOID KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State);
/**
 * KeSetEvent() - signal.
 * @Increment: ignored by design: there are no priority boosts.
 * @Wait:      must be FALSE: a verifier message otherwise, and it counts as FALSE.
 *
 * A waiter whose wait this satisfies is released by this call, even if the event is reset at once.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the state before: non-zero when it was signaled.
 * Differs: see @Increment and @Wait.
 */
LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait);
/** KeResetEvent() - not signaled any more; returns the state before. KeClearEvent(): returns
 * nothing. KeReadStateEvent(): non-zero when it is signaled. All of this group: IRQL:
 * DISPATCH_LEVEL or below. */
LONG KeResetEvent(PRKEVENT Event);
VOID KeClearEvent(PRKEVENT Event);
LONG KeReadStateEvent(PRKEVENT Event);

/** KeInitializeSemaphore() - @Count of @Limit are free. IRQL: any. */
VOID KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit);
/**
 * KeReleaseSemaphore() - give @Adjustment back.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the count before.
 * Differs: beyond the limit a verifier stop, where Windows raises an exception.
 */
LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment, BOOLEAN Wait);
/** KeReadStateSemaphore() - the count. IRQL: any. */
LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore);

/** KeInitializeMutex() - free; @Level is not used. The holder may take it again. IRQL: any. */
VOID KeInitializeMutex(PRKMUTEX Mutex, ULONG Level);
/** KeReleaseMutex() - by the holder alone, else a verifier stop. Return: the state before:
 * zero when this call set it free. IRQL: DISPATCH_LEVEL or below. */
LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait);
/** KeReadStateMutex() - 1: it is free. IRQL: DISPATCH_LEVEL or below. */
LONG KeReadStateMutex(PRKMUTEX Mutex);

/**
 * KeWaitForSingleObject() - wait until @Object is signaled.
 * @WaitReason: ignored by design. @WaitMode: ignored by design: one kind of wait.
 * @Alertable:  must be FALSE.
 * @Timeout:    NULL: for ever; zero: only look; negative: relative, positive: absolute, 100 ns.
 *
 * IRQL:    below DISPATCH_LEVEL; at DISPATCH_LEVEL with a zero time-out. Anything else is a
 * verifier message and STATUS_INVALID_DEVICE_REQUEST.
 * Return:  STATUS_SUCCESS, STATUS_TIMEOUT; STATUS_NOT_SUPPORTED for an alertable wait.
 * Differs: no alertable waits, no abandoned mutexes.
 */
NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
			       BOOLEAN Alertable, PLARGE_INTEGER Timeout);
#define KeWaitForMutexObject KeWaitForSingleObject
/**
 * KeWaitForMultipleObjects() - wait for one of them, or for all at the same time.
 * @Count:          1 to MAXIMUM_WAIT_OBJECTS.
 * @WaitBlockArray: may be NULL up to THREAD_WAIT_OBJECTS; not used.
 *
 * IRQL:    as KeWaitForSingleObject().
 * Return:  STATUS_WAIT_0 + index of the one that ended the wait (WaitAll: STATUS_SUCCESS);
 * STATUS_TIMEOUT; STATUS_INVALID_PARAMETER for a bad count or missing wait blocks.
 * Differs: a bad count is a status, where Windows stops.
 */
NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
				  KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
				  BOOLEAN Alertable, PLARGE_INTEGER Timeout,
				  PKWAIT_BLOCK WaitBlockArray);

#ifdef __cplusplus
}
#endif
#endif
