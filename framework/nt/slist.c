/* SPDX-License-Identifier: MIT */
/* slist.c - a stack whose header holds its own lock: any level, so the level is left alone. */
#include "nt/slist.h"

#include "base/compiler.h"
#include "base/exec.h"

static void lock(PSLIST_HEADER head)
{
	ULONG mine = exec_thread_id(), expected = 0;

	/* acquire: what the last holder wrote is seen */
	for (unsigned int round = 0; !__atomic_compare_exchange_n(
		     &head->Lock, &expected, mine, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
	     round++, expected = 0)
		exec_spin_wait(&head->Lock, round);
}

static void unlock(PSLIST_HEADER head)
{
	__atomic_store_n(&head->Lock, 0, __ATOMIC_RELEASE); /* pairs with lock() */
}

/* Read without the lock, too. */
static void set_first(PSLIST_HEADER head, PSLIST_ENTRY first, USHORT depth)
{
	__atomic_store_n(&head->Next, first, __ATOMIC_RELEASE); /* pairs with FirstEntrySList() */
	__atomic_store_n(&head->Depth, depth, __ATOMIC_RELAXED);
}

UW_EXPORT VOID InitializeSListHead(PSLIST_HEADER ListHead)
{
	set_first(ListHead, NULL, 0);
	unlock(ListHead);
}

UW_EXPORT PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
	PSLIST_ENTRY before;

	lock(ListHead);
	before = ListHead->Next;
	ListEntry->Next = before;
	set_first(ListHead, ListEntry, (USHORT)(ListHead->Depth + 1));
	unlock(ListHead);
	return before;
}

UW_EXPORT PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
	PSLIST_ENTRY first;

	lock(ListHead);
	first = ListHead->Next;
	if (first)
		set_first(ListHead, first->Next, (USHORT)(ListHead->Depth - 1));
	unlock(ListHead);
	return first;
}

UW_EXPORT PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER ListHead)
{
	PSLIST_ENTRY first;

	lock(ListHead);
	first = ListHead->Next;
	set_first(ListHead, NULL, 0);
	unlock(ListHead);
	return first;
}

UW_EXPORT USHORT QueryDepthSList(PSLIST_HEADER ListHead)
{
	return __atomic_load_n(&ListHead->Depth, __ATOMIC_RELAXED);
}

UW_EXPORT PSLIST_ENTRY FirstEntrySList(const SLIST_HEADER *ListHead)
{
	return __atomic_load_n(&ListHead->Next, __ATOMIC_ACQUIRE);
}
