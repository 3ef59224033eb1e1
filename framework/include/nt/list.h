/* SPDX-License-Identifier: MIT */
/*
 * list.h - doubly and singly linked lists inside the driver's own structures.
 *
 * Has: LIST_ENTRY: InitializeListHead, IsListEmpty, InsertHeadList, InsertTailList,
 * RemoveEntryList, RemoveHeadList, RemoveTailList, AppendTailList; SINGLE_LIST_ENTRY:
 * PushEntryList, PopEntryList. The caller locks. With a KSPIN_LOCK: ExInterlocked* in nt/lock.h.
 *
 * IRQL for the whole file: any.
 * Source for the whole file: Windows driver documentation, wdm.h, "Singly and Doubly Linked Lists".
 */
#ifndef UWDF_NT_LIST_H
#define UWDF_NT_LIST_H

#include <ntdef.h>

FORCEINLINE VOID InitializeListHead(PLIST_ENTRY ListHead)
{
	ListHead->Flink = ListHead->Blink = ListHead;
}
FORCEINLINE BOOLEAN IsListEmpty(const LIST_ENTRY *ListHead)
{
	return (BOOLEAN)(ListHead->Flink == ListHead);
}
/* RemoveEntryList() - TRUE when the list is empty afterwards. */
FORCEINLINE BOOLEAN RemoveEntryList(PLIST_ENTRY Entry)
{
	PLIST_ENTRY next = Entry->Flink, previous = Entry->Blink;

	previous->Flink = next;
	next->Blink = previous;
	return (BOOLEAN)(next == previous);
}
/* RemoveHeadList() - the head itself when the list is empty. */
FORCEINLINE PLIST_ENTRY RemoveHeadList(PLIST_ENTRY ListHead)
{
	PLIST_ENTRY entry = ListHead->Flink;

	RemoveEntryList(entry);
	return entry;
}
FORCEINLINE PLIST_ENTRY RemoveTailList(PLIST_ENTRY ListHead)
{
	PLIST_ENTRY entry = ListHead->Blink;

	RemoveEntryList(entry);
	return entry;
}
FORCEINLINE VOID InsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
	Entry->Flink = ListHead->Flink;
	Entry->Blink = ListHead;
	ListHead->Flink->Blink = Entry;
	ListHead->Flink = Entry;
}
FORCEINLINE VOID InsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY Entry)
{
	Entry->Flink = ListHead;
	Entry->Blink = ListHead->Blink;
	ListHead->Blink->Flink = Entry;
	ListHead->Blink = Entry;
}
/* AppendTailList() - the entries after @ListToAppend, which is no head, and itself. */
FORCEINLINE VOID AppendTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListToAppend)
{
	PLIST_ENTRY end = ListHead->Blink;

	ListHead->Blink->Flink = ListToAppend;
	ListHead->Blink = ListToAppend->Blink;
	ListToAppend->Blink->Flink = ListHead;
	ListToAppend->Blink = end;
}
FORCEINLINE VOID PushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY Entry)
{
	Entry->Next = ListHead->Next;
	ListHead->Next = Entry;
}
/* PopEntryList() - NULL when the list is empty. */
FORCEINLINE PSINGLE_LIST_ENTRY PopEntryList(PSINGLE_LIST_ENTRY ListHead)
{
	PSINGLE_LIST_ENTRY entry = ListHead->Next;

	if (entry)
		ListHead->Next = entry->Next;
	return entry;
}

#endif
