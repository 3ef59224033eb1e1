/* SPDX-License-Identifier: MIT */
/*
 * wdfworkitem.h - WDFWORKITEM: work that may block, on a worker thread at PASSIVE_LEVEL.
 *
 * Has: WDF_WORKITEM_CONFIG(_INIT), WdfWorkItemCreate, WdfWorkItemEnqueue, WdfWorkItemFlush,
 *      WdfWorkItemGetParentObject.
 */
#ifndef UWDF_WDFWORKITEM_H
#define UWDF_WDFWORKITEM_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * EVT_WDF_WORKITEM - do what WdfWorkItemEnqueue() asked for, all of it: what was enqueued while the
 *    item waited is one call.
 * @WorkItem: the object that was enqueued; it may be enqueued again, or deleted, from here.
 *
 * IRQL:    PASSIVE_LEVEL. Under the parent's synchronization lock if the item is serialized.
 * Source:  Windows driver documentation, wdfworkitem.h.
 */
typedef VOID EVT_WDF_WORKITEM(WDFWORKITEM WorkItem);
typedef EVT_WDF_WORKITEM *PFN_WDF_WORKITEM;

typedef struct _WDF_WORKITEM_CONFIG {
	ULONG Size;
	PFN_WDF_WORKITEM EvtWorkItemFunc;
	BOOLEAN AutomaticSerialization; /* with the callbacks of the parent device or queue */
} WDF_WORKITEM_CONFIG, *PWDF_WORKITEM_CONFIG;

/** WDF_WORKITEM_CONFIG_INIT() - size, callback, and automatic serialization. IRQL: any. */
FORCEINLINE VOID WDF_WORKITEM_CONFIG_INIT(PWDF_WORKITEM_CONFIG Config,
					  PFN_WDF_WORKITEM EvtWorkItemFunc)
{
	RtlZeroMemory(Config, sizeof(*Config));
	Config->Size = sizeof(WDF_WORKITEM_CONFIG);
	Config->EvtWorkItemFunc = EvtWorkItemFunc;
	Config->AutomaticSerialization = TRUE;
}

/**
 * WdfWorkItemCreate() - create a work item.
 * @Config:     from WDF_WORKITEM_CONFIG_INIT(); EvtWorkItemFunc must be given.
 * @Attributes: ParentObject must be given: a device, or an object below one.
 * @WorkItem:   the new handle.
 *
 * IRQL:    DISPATCH_LEVEL or below. The object's EvtCleanupCallback runs at PASSIVE_LEVEL.
 * Return:  STATUS_SUCCESS; STATUS_INFO_LENGTH_MISMATCH (Config->Size); STATUS_INVALID_PARAMETER
 *          (no EvtWorkItemFunc); STATUS_WDF_PARENT_NOT_SPECIFIED; STATUS_INVALID_DEVICE_REQUEST
 *          (no device among the parents); STATUS_WDF_INCOMPATIBLE_EXECUTION_LEVEL (to be
 *          serialized with callbacks that are not at PASSIVE_LEVEL); STATUS_INSUFFICIENT_RESOURCES;
 *          an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfworkitem.h.
 */
typedef NTSTATUS (*PFN_WDFWORKITEMCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					  PWDF_WORKITEM_CONFIG Config,
					  PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem);
FORCEINLINE NTSTATUS WdfWorkItemCreate(PWDF_WORKITEM_CONFIG Config,
				       PWDF_OBJECT_ATTRIBUTES Attributes, WDFWORKITEM *WorkItem)
{
	return ((PFN_WDFWORKITEMCREATE)WdfFunctions[WdfWorkItemCreateTableIndex])(
		WdfDriverGlobals, Config, Attributes, WorkItem);
}

/**
 * WdfWorkItemEnqueue() - have EvtWorkItemFunc called; nothing if it is queued already.
 * @WorkItem: not being deleted. While its callback runs it may be enqueued, and the callback then
 *            runs once more, maybe before the first call returned.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: on an item that is being deleted it is reported and ignored, as in KMDF.
 * Source:  Windows driver documentation, wdfworkitem.h.
 */
typedef VOID (*PFN_WDFWORKITEMENQUEUE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem);
FORCEINLINE VOID WdfWorkItemEnqueue(WDFWORKITEM WorkItem)
{
	((PFN_WDFWORKITEMENQUEUE)WdfFunctions[WdfWorkItemEnqueueTableIndex])(WdfDriverGlobals,
									     WorkItem);
}

/**
 * WdfWorkItemFlush() - wait until the item is neither queued nor running.
 * @WorkItem: any work item; not from inside its own callback, where the call is reported and
 *            returns at once.
 *
 * IRQL:    PASSIVE_LEVEL.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfworkitem.h.
 */
typedef VOID (*PFN_WDFWORKITEMFLUSH)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFWORKITEM WorkItem);
FORCEINLINE VOID WdfWorkItemFlush(WDFWORKITEM WorkItem)
{
	((PFN_WDFWORKITEMFLUSH)WdfFunctions[WdfWorkItemFlushTableIndex])(WdfDriverGlobals,
									 WorkItem);
}

/**
 * WdfWorkItemGetParentObject() - the parent given to WdfWorkItemCreate().
 * @WorkItem: any work item.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the parent; NULL once the item is deleted.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfworkitem.h.
 */
typedef WDFOBJECT (*PFN_WDFWORKITEMGETPARENTOBJECT)(PWDF_DRIVER_GLOBALS DriverGlobals,
						    WDFWORKITEM WorkItem);
FORCEINLINE WDFOBJECT WdfWorkItemGetParentObject(WDFWORKITEM WorkItem)
{
	return ((PFN_WDFWORKITEMGETPARENTOBJECT)WdfFunctions[WdfWorkItemGetParentObjectTableIndex])(
		WdfDriverGlobals, WorkItem);
}

#ifdef __cplusplus
}
#endif
#endif
