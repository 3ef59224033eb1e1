/* SPDX-License-Identifier: MIT */
/* lock.c - IRQL by hand, spin locks that are one word of the driver's, fast mutexes. */
#include "nt/lock.h"

#include "base/exec.h"
#include "nt/dispatcher_impl.h"
#include "nt/list.h"
#include "object/irql.h"
#include "verifier/verifier.h"

/* --- IRQL --- */

UW_EXPORT KIRQL KfRaiseIrql(KIRQL NewIrql)
{
	if (uw_unlikely(NewIrql < fx_irql_get()))
		fx_verifier_stop(NULL, WDF_VERIFIER_IRQL_MISMATCH, fx_irql_get(), NewIrql,
				 "KeRaiseIrql to %u below the current level %u", NewIrql,
				 fx_irql_get());
	return fx_irql_raise(NewIrql);
}

UW_EXPORT KIRQL KeRaiseIrqlToDpcLevel(VOID)
{
	return KfRaiseIrql(DISPATCH_LEVEL);
}

UW_EXPORT VOID KeLowerIrql(KIRQL NewIrql)
{
	if (uw_unlikely(NewIrql > fx_irql_get()))
		fx_verifier_stop(NULL, WDF_VERIFIER_IRQL_MISMATCH, fx_irql_get(), NewIrql,
				 "KeLowerIrql to %u above the current level %u", NewIrql,
				 fx_irql_get());
	fx_irql_restore(NewIrql);
}

/* --- spin locks: the holder's thread number, or zero --- */

static uint32_t *word_of(PKSPIN_LOCK lock)
{
	return (uint32_t *)(void *)lock;
}

static bool try_take(uint32_t *word, uint32_t thread)
{
	uint32_t expected = 0;

	/* acquire: what the last holder did comes before what this thread does */
	return __atomic_compare_exchange_n(word, &expected, thread, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static void take(PKSPIN_LOCK lock)
{
	uint32_t *word = word_of(lock), thread = exec_thread_id();

	if (uw_unlikely(__atomic_load_n(word, __ATOMIC_RELAXED) == thread))
		fx_verifier_stop(NULL, WDF_RECURSIVE_LOCK, (uintptr_t)lock, 0,
				 "KeAcquireSpinLock on a lock that this thread holds");
	for (unsigned int round = 0; !try_take(word, thread); round++)
		exec_spin_wait(word, round);
}

static void give(PKSPIN_LOCK lock)
{
	uint32_t *word = word_of(lock);

	if (uw_unlikely(__atomic_load_n(word, __ATOMIC_RELAXED) != exec_thread_id()))
		fx_verifier_stop(NULL, WDF_INVALID_LOCK_OPERATION, (uintptr_t)lock, 1,
				 "KeReleaseSpinLock on a lock that this thread does not hold");
	__atomic_store_n(word, 0, __ATOMIC_RELEASE); /* pairs with try_take() */
}

UW_EXPORT KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
	KIRQL before = KfRaiseIrql(DISPATCH_LEVEL);

	take(SpinLock);
	return before;
}

UW_EXPORT VOID KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
	give(SpinLock);
	KeLowerIrql(NewIrql);
}

UW_EXPORT VOID KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
	take(SpinLock);
}

UW_EXPORT VOID KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
	give(SpinLock);
}

UW_EXPORT BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
	return try_take(word_of(SpinLock), exec_thread_id());
}

UW_EXPORT BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
	return !__atomic_load_n(word_of(SpinLock), __ATOMIC_RELAXED);
}

/* --- lists under a spin lock --- */

static KIRQL enter(PKSPIN_LOCK lock)
{
	KIRQL before = fx_irql_raise(DISPATCH_LEVEL);

	take(lock);
	return before;
}

static void leave(PKSPIN_LOCK lock, KIRQL before)
{
	give(lock);
	fx_irql_restore(before);
}

UW_EXPORT PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
						  PKSPIN_LOCK Lock)
{
	KIRQL before = enter(Lock);
	PLIST_ENTRY first = IsListEmpty(ListHead) ? NULL : ListHead->Flink;

	InsertHeadList(ListHead, ListEntry);
	leave(Lock, before);
	return first;
}

UW_EXPORT PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
						  PKSPIN_LOCK Lock)
{
	KIRQL before = enter(Lock);
	PLIST_ENTRY last = IsListEmpty(ListHead) ? NULL : ListHead->Blink;

	InsertTailList(ListHead, ListEntry);
	leave(Lock, before);
	return last;
}

UW_EXPORT PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
	KIRQL before = enter(Lock);
	PLIST_ENTRY first = IsListEmpty(ListHead) ? NULL : RemoveHeadList(ListHead);

	leave(Lock, before);
	return first;
}

UW_EXPORT PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
							PSINGLE_LIST_ENTRY ListEntry,
							PKSPIN_LOCK Lock)
{
	KIRQL before = enter(Lock);
	PSINGLE_LIST_ENTRY first = ListHead->Next;

	PushEntryList(ListHead, ListEntry);
	leave(Lock, before);
	return first;
}

UW_EXPORT PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead,
						       PKSPIN_LOCK Lock)
{
	KIRQL before = enter(Lock);
	PSINGLE_LIST_ENTRY first = PopEntryList(ListHead);

	leave(Lock, before);
	return first;
}

/* --- fast mutexes: Count is 1 when free; below zero it counts those who wait --- */

UW_EXPORT VOID ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
	FastMutex->Count = 1;
	FastMutex->OwnerThread = 0;
	FastMutex->Contention = 0;
	KeInitializeEvent(&FastMutex->Event, SynchronizationEvent, FALSE);
	FastMutex->OldIrql = PASSIVE_LEVEL;
}

static void owned_by_me(PFAST_MUTEX mutex, KIRQL before)
{
	__atomic_store_n(&mutex->OwnerThread, exec_thread_id(), __ATOMIC_RELAXED);
	mutex->OldIrql = before;
}

UW_EXPORT VOID ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
	KIRQL before;

	if (!fx_nt_level_ok("ExAcquireFastMutex", APC_LEVEL))
		return;
	if (uw_unlikely(__atomic_load_n(&FastMutex->OwnerThread, __ATOMIC_RELAXED) ==
			exec_thread_id()))
		fx_verifier_stop(NULL, WDF_RECURSIVE_LOCK, (uintptr_t)FastMutex, 0,
				 "ExAcquireFastMutex on a mutex that this thread holds");
	before = fx_irql_raise(APC_LEVEL);
	if (InterlockedDecrement(&FastMutex->Count)) {
		__atomic_add_fetch(&FastMutex->Contention, 1, __ATOMIC_RELAXED);
		(void)KeWaitForSingleObject(&FastMutex->Event, Executive, 0, FALSE, NULL);
	}
	owned_by_me(FastMutex, before);
}

UW_EXPORT BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
	if (!fx_nt_level_ok("ExTryToAcquireFastMutex", APC_LEVEL) ||
	    InterlockedCompareExchange(&FastMutex->Count, 0, 1) != 1)
		return FALSE;
	owned_by_me(FastMutex, fx_irql_raise(APC_LEVEL));
	return TRUE;
}

UW_EXPORT VOID ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
	KIRQL before = (KIRQL)FastMutex->OldIrql;

	if (uw_unlikely(__atomic_load_n(&FastMutex->OwnerThread, __ATOMIC_RELAXED) !=
			exec_thread_id()))
		fx_verifier_stop(NULL, WDF_INVALID_LOCK_OPERATION, (uintptr_t)FastMutex, 1,
				 "ExReleaseFastMutex on a mutex that this thread does not hold");
	__atomic_store_n(&FastMutex->OwnerThread, 0, __ATOMIC_RELAXED);
	if (InterlockedIncrement(&FastMutex->Count) <= 0)
		(void)KeSetEvent(&FastMutex->Event, 0, FALSE);
	fx_irql_restore(before);
}
