/* SPDX-License-Identifier: MIT */
/*
 * slist.h - sequenced singly linked lists: a stack that many threads push and pop.
 *
 * Has: SLIST_HEADER, SLIST_ENTRY; InitializeSListHead, ExInitializeSListHead,
 * InterlockedPushEntrySList, InterlockedPopEntrySList, InterlockedFlushSList, QueryDepthSList,
 * FirstEntrySList; ExInterlockedPushEntrySList, ExInterlockedPopEntrySList, ExQueryDepthSList.
 * A zeroed header is an empty list. Entries and headers are aligned by 16 bytes.
 *
 * IRQL for the whole file: any.
 * Differs: a lock of a few instructions in the header, where Windows exchanges 16 bytes at once; so
 * an entry's memory may go as soon as it was popped.
 *
 * Source for the whole file: Windows driver documentation, wdm.h, "Sequenced Singly Linked Lists".
 */
#ifndef UWDF_NT_SLIST_H
#define UWDF_NT_SLIST_H

#include <nt/lock.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct DECLSPEC_ALIGN(16) _SLIST_ENTRY {
	struct _SLIST_ENTRY *Next;
} SLIST_ENTRY, *PSLIST_ENTRY;
typedef struct DECLSPEC_ALIGN(16) _SLIST_HEADER {
	PSLIST_ENTRY Next; /* guarded by Lock */
	ULONG Lock;        /* zero: free */
	USHORT Depth;      /* guarded by Lock */
	USHORT Reserved;
} SLIST_HEADER, *PSLIST_HEADER;
UWDF_STATIC_ASSERT(sizeof(SLIST_HEADER) == 16 && sizeof(SLIST_ENTRY) == 16, "as on 64-bit Windows");

/** InitializeSListHead() - an empty list; nobody uses it yet. */
VOID InitializeSListHead(PSLIST_HEADER ListHead);
/** InterlockedPushEntrySList() - returns the entry that was first before, or NULL. */
PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry);
/** InterlockedPopEntrySList() - takes the first entry; NULL: the list is empty. */
PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER ListHead);
/** InterlockedFlushSList() - takes all: the first of them, linked by Next. */
PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER ListHead);
/** QueryDepthSList() - how many there are; modulo 65536. */
USHORT QueryDepthSList(PSLIST_HEADER ListHead);
/** FirstEntrySList() - the first entry, which stays. */
PSLIST_ENTRY FirstEntrySList(const SLIST_HEADER *ListHead);

/* The spin lock is Windows's of old; it is not used. */
#define ExInitializeSListHead(head)                    InitializeSListHead(head)
#define ExInterlockedPushEntrySList(head, entry, lock) InterlockedPushEntrySList((head), (entry))
#define ExInterlockedPopEntrySList(head, lock)         InterlockedPopEntrySList(head)
#define ExInterlockedFlushSList(head)                  InterlockedFlushSList(head)
#define ExQueryDepthSList(head)                        QueryDepthSList(head)

#ifdef __cplusplus
}
#endif
#endif
