/* SPDX-License-Identifier: MIT */
/*
 * wdfcollection.h - WDFCOLLECTION: objects in an order.
 *
 * Has: WdfCollectionCreate, WdfCollectionGetCount, WdfCollectionAdd, WdfCollectionRemove,
 *      WdfCollectionRemoveItem, WdfCollectionGetItem, WdfCollectionGetFirstItem,
 *      WdfCollectionGetLastItem.
 */
#ifndef UWDF_WDFCOLLECTION_H
#define UWDF_WDFCOLLECTION_H

#include <wdf/wdfobject.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * WdfCollectionCreate() - create an empty collection.
 * @CollectionAttributes: default parent: the driver; may be WDF_NO_OBJECT_ATTRIBUTES.
 * @Collection:           the new handle.
 *
 * Calls on one collection may come from several threads; what belongs together (count, then
 * item) is the driver's to lock. Deleting a collection drops its references, after its
 * EvtCleanupCallback, which may still look at the items.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; an object-attributes status.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef NTSTATUS (*PFN_WDFCOLLECTIONCREATE)(PWDF_DRIVER_GLOBALS DriverGlobals,
					    PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
					    WDFCOLLECTION *Collection);
FORCEINLINE NTSTATUS WdfCollectionCreate(PWDF_OBJECT_ATTRIBUTES CollectionAttributes,
					 WDFCOLLECTION *Collection)
{
	return ((PFN_WDFCOLLECTIONCREATE)WdfFunctions[WdfCollectionCreateTableIndex])(
		WdfDriverGlobals, CollectionAttributes, Collection);
}

/**
 * WdfCollectionGetCount() - how many items there are.
 * @Collection: the collection.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  the number.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef ULONG (*PFN_WDFCOLLECTIONGETCOUNT)(PWDF_DRIVER_GLOBALS DriverGlobals,
					   WDFCOLLECTION Collection);
FORCEINLINE ULONG WdfCollectionGetCount(WDFCOLLECTION Collection)
{
	return ((PFN_WDFCOLLECTIONGETCOUNT)WdfFunctions[WdfCollectionGetCountTableIndex])(
		WdfDriverGlobals, Collection);
}

/**
 * WdfCollectionAdd() - append an object and reference it.
 * @Collection: the collection.
 * @Object:     of any kind; may be in it already, then it is twice.
 *
 * An item that is deleted meanwhile stays in the collection, cleaned up but with a valid handle,
 * until it is removed.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  STATUS_SUCCESS; STATUS_UNSUCCESSFUL no memory.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef NTSTATUS (*PFN_WDFCOLLECTIONADD)(PWDF_DRIVER_GLOBALS DriverGlobals,
					 WDFCOLLECTION Collection, WDFOBJECT Object);
FORCEINLINE NTSTATUS WdfCollectionAdd(WDFCOLLECTION Collection, WDFOBJECT Object)
{
	return ((PFN_WDFCOLLECTIONADD)WdfFunctions[WdfCollectionAddTableIndex])(WdfDriverGlobals,
										Collection, Object);
}

/**
 * WdfCollectionRemove() - take an object out and drop the reference.
 * @Collection: the collection.
 * @Item:       an item; the first such one goes.
 *
 * An object that is not in the collection is reported and otherwise ignored.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef VOID (*PFN_WDFCOLLECTIONREMOVE)(PWDF_DRIVER_GLOBALS DriverGlobals, WDFCOLLECTION Collection,
					WDFOBJECT Item);
FORCEINLINE VOID WdfCollectionRemove(WDFCOLLECTION Collection, WDFOBJECT Item)
{
	((PFN_WDFCOLLECTIONREMOVE)WdfFunctions[WdfCollectionRemoveTableIndex])(WdfDriverGlobals,
									       Collection, Item);
}

/**
 * WdfCollectionRemoveItem() - take the object at an index out and drop the reference.
 * @Collection: the collection.
 * @Index:      from 0, smaller than the count.
 *
 * The items behind it move up. An index past the end is reported and otherwise ignored.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef VOID (*PFN_WDFCOLLECTIONREMOVEITEM)(PWDF_DRIVER_GLOBALS DriverGlobals,
					    WDFCOLLECTION Collection, ULONG Index);
FORCEINLINE VOID WdfCollectionRemoveItem(WDFCOLLECTION Collection, ULONG Index)
{
	((PFN_WDFCOLLECTIONREMOVEITEM)WdfFunctions[WdfCollectionRemoveItemTableIndex])(
		WdfDriverGlobals, Collection, Index);
}

/**
 * WdfCollectionGetItem() - the object at an index.
 * @Collection: the collection.
 * @Index:      from 0.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  its handle, with no reference of its own; NULL past the end.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef WDFOBJECT (*PFN_WDFCOLLECTIONGETITEM)(PWDF_DRIVER_GLOBALS DriverGlobals,
					      WDFCOLLECTION Collection, ULONG Index);
FORCEINLINE WDFOBJECT WdfCollectionGetItem(WDFCOLLECTION Collection, ULONG Index)
{
	return ((PFN_WDFCOLLECTIONGETITEM)WdfFunctions[WdfCollectionGetItemTableIndex])(
		WdfDriverGlobals, Collection, Index);
}

/**
 * WdfCollectionGetFirstItem() - the object that was added first.
 * @Collection: the collection.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfCollectionGetItem(); NULL: the collection is empty.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef WDFOBJECT (*PFN_WDFCOLLECTIONGETFIRSTITEM)(PWDF_DRIVER_GLOBALS DriverGlobals,
						   WDFCOLLECTION Collection);
FORCEINLINE WDFOBJECT WdfCollectionGetFirstItem(WDFCOLLECTION Collection)
{
	return ((PFN_WDFCOLLECTIONGETFIRSTITEM)WdfFunctions[WdfCollectionGetFirstItemTableIndex])(
		WdfDriverGlobals, Collection);
}

/**
 * WdfCollectionGetLastItem() - the object that was added last.
 * @Collection: the collection.
 *
 * IRQL:    DISPATCH_LEVEL or below.
 * Return:  as WdfCollectionGetItem(); NULL: the collection is empty.
 * Differs: nothing known.
 * Source:  Windows driver documentation, wdfcollection.h.
 */
typedef WDFOBJECT (*PFN_WDFCOLLECTIONGETLASTITEM)(PWDF_DRIVER_GLOBALS DriverGlobals,
						  WDFCOLLECTION Collection);
FORCEINLINE WDFOBJECT WdfCollectionGetLastItem(WDFCOLLECTION Collection)
{
	return ((PFN_WDFCOLLECTIONGETLASTITEM)WdfFunctions[WdfCollectionGetLastItemTableIndex])(
		WdfDriverGlobals, Collection);
}

#ifdef __cplusplus
}
#endif
#endif
