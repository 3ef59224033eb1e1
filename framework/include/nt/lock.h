/* SPDX-License-Identifier: MIT */
/*
 * lock.h - IRQL, the kernel's spin locks and fast mutexes.
 *
 * Has: KeGetCurrentIrql, KeRaiseIrql, KeRaiseIrqlToDpcLevel, KeLowerIrql; KSPIN_LOCK with the Ke
 * and the ExInterlocked calls; FAST_MUTEX.
 *
 * Source for the whole file: Windows driver documentation, wdm.h, "Spin Locks", "Fast Mutexes".
 */
#ifndef UWDF_NT_LOCK_H
#define UWDF_NT_LOCK_H

#include <nt/dispatcher.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PASSIVE_LEVEL  0
#define LOW_LEVEL      0
#define APC_LEVEL      1
#define DISPATCH_LEVEL 2
#define CMCI_LEVEL     5
#define CLOCK_LEVEL    13
#define IPI_LEVEL      14
#define POWER_LEVEL    14
#define PROFILE_LEVEL  15
#define HIGH_LEVEL     15

/**
 * KeGetCurrentIrql() - the level this thread runs at.
 *
 * IRQL:    any.
 * Return:  PASSIVE_LEVEL in callbacks that may block, DISPATCH_LEVEL in DPCs, under spin locks and
 * in EvtIo* of a driver that chose WdfExecutionLevelDispatch, the interrupt's level in its ISR.
 * Differs: a level is a property of the thread, not of a processor.
 */
KIRQL KeGetCurrentIrql(VOID);

/**
 * KfRaiseIrql(), KeRaiseIrql() - raise this thread's level.
 * @NewIrql: not below the current one: that is a verifier stop.
 *
 * IRQL:    any.
 * Return:  the level before.
 * Differs: keeps nobody else from running; locks do.
 */
KIRQL KfRaiseIrql(KIRQL NewIrql);
#define KeRaiseIrql(NewIrql, OldIrql) ((void)(*(OldIrql) = KfRaiseIrql(NewIrql)))
/** KeRaiseIrqlToDpcLevel() - the same to DISPATCH_LEVEL. IRQL: DISPATCH_LEVEL or below. */
KIRQL KeRaiseIrqlToDpcLevel(VOID);
/** KeLowerIrql() - back to what KeRaiseIrql() gave; a higher level is a verifier stop. IRQL: any.
 */
VOID KeLowerIrql(KIRQL NewIrql);

/* One word; zero is free, so that a zeroed structure is an initialised lock. */
typedef ULONG_PTR KSPIN_LOCK, *PKSPIN_LOCK;

/** KeInitializeSpinLock() - free. IRQL: any. */
FORCEINLINE VOID KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
	__atomic_store_n(SpinLock, 0, __ATOMIC_RELAXED);
}
/**
 * KeAcquireSpinLockRaiseToDpc() - take the lock at DISPATCH_LEVEL.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the level before, for KeReleaseSpinLock().
 * Differs: taking a lock that this thread holds is a verifier stop, where Windows hangs.
 */
KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock);
#define KeAcquireSpinLock(SpinLock, OldIrql)                                                       \
	((void)(*(OldIrql) = KeAcquireSpinLockRaiseToDpc(SpinLock)))
/** KeReleaseSpinLock() - release, then go back to @NewIrql. Not the holder: a verifier stop. IRQL:
 * DISPATCH_LEVEL. */
VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql);
/** For callers at DISPATCH_LEVEL already; the level is left alone. KeTestSpinLock() takes nothing.
 * All of this group: IRQL: DISPATCH_LEVEL. */
VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock);
BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock);
BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock); /* TRUE: free */

/*
 * Lists under a spin lock. All of this group: IRQL: any; the lock is taken for the moment of the
 * call. Insert returns the entry that was there before, or NULL; Remove returns NULL when the list
 * is empty. Differs: the lock must not be shared with an ISR.
 */
PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
					PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
					PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
					      PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock);

/* A mutex without recursion; the holder runs at APC_LEVEL. */
typedef struct _FAST_MUTEX {
	LONG Count;
	ULONG OwnerThread;
	ULONG Contention;
	KEVENT Event;
	ULONG OldIrql;
} FAST_MUTEX, *PFAST_MUTEX;

/** ExInitializeFastMutex() - free. IRQL: DISPATCH_LEVEL or below. */
VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex);
/** ExAcquireFastMutex() - wait for it. IRQL: below DISPATCH_LEVEL; recursion is a verifier stop. */
VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex);
/** ExTryToAcquireFastMutex() - FALSE: it is taken. IRQL: below DISPATCH_LEVEL. */
BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex);
/** ExReleaseFastMutex() - by the thread that holds it; anybody else is a verifier stop. IRQL:
 * APC_LEVEL. */
VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex);

#ifdef __cplusplus
}
#endif
#endif
