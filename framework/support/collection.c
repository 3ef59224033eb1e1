/* SPDX-License-Identifier: MIT */
/* collection.c - WDFCOLLECTION: small enough for logic and border in one file. */
#include "object/driver.h"
#include "object/functions.h"
#include "support/items.h"
#include "support/support.h"
#include "verifier/verifier.h"

struct fx_collection {
	struct fx_object base;
	struct fx_items items; /* of struct fx_object, each counted */
};

/* After EvtCleanupCallback, which may still look at the items. */
static void collection_disposed(struct fx_object *obj)
{
	struct fx_collection *collection = uw_container_of(obj, struct fx_collection, base);
	struct fx_object *item;

	while ((item = fx_items_take(&collection->items, 0)))
		fx_object_unref(item);
}

static void collection_destroy(struct fx_object *obj)
{
	collection_disposed(obj); /* what was added to a collection that was deleted already */
	fx_items_deinit(&uw_container_of(obj, struct fx_collection, base)->items);
}

static const struct fx_object_class collection_class = {
	.type = FX_TYPE_COLLECTION,
	.name = "WDFCOLLECTION",
	.driver_may_delete = true,
	.disposed = collection_disposed,
	.destroy = collection_destroy,
};

static struct fx_collection *collection_of(struct fx_driver *driver, WDFCOLLECTION handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_COLLECTION),
			       struct fx_collection, base);
}

NTSTATUS fx_WdfCollectionCreate(PWDF_DRIVER_GLOBALS globals, PWDF_OBJECT_ATTRIBUTES attrs,
				WDFCOLLECTION *out)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_object *obj;
	NTSTATUS status;

	fx_require(driver, out);
	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	*out = NULL;
	status = fx_support_new(&collection_class, sizeof(struct fx_collection), driver, attrs,
				&obj);
	if (!NT_SUCCESS(status))
		return status;
	fx_items_init(&uw_container_of(obj, struct fx_collection, base)->items);
	return fx_object_publish(obj, attrs, out);
}

ULONG fx_WdfCollectionGetCount(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return 0;
	return fx_items_count(&collection->items);
}

/* STATUS_UNSUCCESSFUL is what KMDF's manual gives for every reason. */
NTSTATUS fx_WdfCollectionAdd(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle, WDFOBJECT object)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);
	struct fx_object *item = fx_object_from_any(driver, object);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	fx_object_ref(item);
	if (fx_driver_may_allocate(driver) &&
	    NT_SUCCESS(fx_items_insert(&collection->items, FX_ITEMS_END, item)))
		return STATUS_SUCCESS;
	fx_object_unref(item);
	return STATUS_UNSUCCESSFUL;
}

static bool is_same(const void *item, const void *arg)
{
	return item == arg;
}

VOID fx_WdfCollectionRemove(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle, WDFOBJECT object)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);
	struct fx_object *item = fx_object_from_any(driver, object);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (fx_items_take_if(&collection->items, is_same, item))
		fx_object_unref(item);
	else
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &collection->base,
			      "WdfCollectionRemove: object %p is not in collection %p", object,
			      (void *)handle);
}

VOID fx_WdfCollectionRemoveItem(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);
	struct fx_object *item;

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	item = fx_items_take(&collection->items, index);
	if (item)
		fx_object_unref(item);
	else
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &collection->base,
			      "WdfCollectionRemoveItem: collection %p has no item %u, it has "
			      "%u",
			      (void *)handle, index, fx_items_count(&collection->items));
}

/* The handle is read under the lock: the reference behind it may go with the item. */
static WDFOBJECT item_at(struct fx_collection *collection, uint32_t index)
{
	struct fx_object *item;
	WDFOBJECT handle = NULL;

	spin_lock_acquire(&collection->items.lock);
	item = fx_items_get_locked(&collection->items, index);
	if (item)
		handle = fx_object_handle(item);
	spin_lock_release(&collection->items.lock);
	return handle;
}

WDFOBJECT fx_WdfCollectionGetItem(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL) || index == FX_ITEMS_END)
		return NULL;
	return item_at(collection, index);
}

WDFOBJECT fx_WdfCollectionGetFirstItem(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return NULL;
	return item_at(collection, 0);
}

WDFOBJECT fx_WdfCollectionGetLastItem(PWDF_DRIVER_GLOBALS globals, WDFCOLLECTION handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_collection *collection = collection_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return NULL;
	return item_at(collection, FX_ITEMS_END);
}
