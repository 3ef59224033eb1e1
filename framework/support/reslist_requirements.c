/* SPDX-License-Identifier: MIT */
/* reslist_requirements.c - the border of WDFIORESREQLIST: configurations, best first. */
#include "object/functions.h"
#include "support/reslist.h"
#include "verifier/verifier.h"

static struct fx_io_req_list *requirements_of(struct fx_driver *driver, WDFIORESREQLIST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_IO_RES_REQ_LIST),
			       struct fx_io_req_list, base);
}

static struct fx_io_res_list *list_of(struct fx_driver *driver, WDFIORESLIST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_IO_RES_LIST),
			       struct fx_io_res_list, base);
}

static void note_change(struct fx_io_req_list *requirements)
{
	__atomic_store_n(&requirements->changed, true, __ATOMIC_RELAXED);
}

VOID fx_WdfIoResourceRequirementsListSetSlotNumber(PWDF_DRIVER_GLOBALS globals,
						   WDFIORESREQLIST handle, ULONG slot)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (__atomic_exchange_n(&requirements->slot, slot, __ATOMIC_RELAXED) != slot)
		note_change(requirements);
}

VOID fx_WdfIoResourceRequirementsListSetInterfaceType(PWDF_DRIVER_GLOBALS globals,
						      WDFIORESREQLIST handle, INTERFACE_TYPE type)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return;
	if (__atomic_exchange_n(&requirements->interface_type, type, __ATOMIC_RELAXED) != type)
		note_change(requirements);
}

static bool is_in(struct fx_io_req_list *requirements, const struct fx_io_res_list *list)
{
	bool found = false;

	spin_lock_acquire(&requirements->lists.lock);
	for (uint32_t i = 0; i < requirements->lists.count; i++)
		found = found || requirements->lists.at[i] == list;
	spin_lock_release(&requirements->lists.lock);
	return found;
}

static NTSTATUS insert(struct fx_driver *driver, struct fx_io_req_list *requirements,
		       struct fx_io_res_list *list, ULONG index, const char *function)
{
	NTSTATUS status;

	if (!fx_level_ok(driver, function, DISPATCH_LEVEL) || list->owner != requirements)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!fx_res_allowed(driver, requirements->access, FX_RES_ADD, function))
		return STATUS_ACCESS_DENIED;
	if (is_in(requirements, list)) { /* removing it would delete it under the other place */
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &requirements->base,
			      "%s: list %p is in it already", function,
			      fx_object_handle(&list->base));
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	status = fx_items_insert(&requirements->lists, index, list);
	if (NT_SUCCESS(status))
		note_change(requirements);
	return status;
}

NTSTATUS fx_WdfIoResourceRequirementsListInsertIoResList(PWDF_DRIVER_GLOBALS globals,
							 WDFIORESREQLIST handle, WDFIORESLIST list,
							 ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);

	return insert(driver, requirements, list_of(driver, list), index,
		      "WdfIoResourceRequirementsListInsertIoResList");
}

NTSTATUS fx_WdfIoResourceRequirementsListAppendIoResList(PWDF_DRIVER_GLOBALS globals,
							 WDFIORESREQLIST handle, WDFIORESLIST list)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);

	return insert(driver, requirements, list_of(driver, list), WDF_INSERT_AT_END,
		      "WdfIoResourceRequirementsListAppendIoResList");
}

ULONG fx_WdfIoResourceRequirementsListGetCount(PWDF_DRIVER_GLOBALS globals, WDFIORESREQLIST handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);

	return fx_check_level(driver, DISPATCH_LEVEL) ? fx_items_count(&requirements->lists) : 0;
}

WDFIORESLIST fx_WdfIoResourceRequirementsListGetIoResList(PWDF_DRIVER_GLOBALS globals,
							  WDFIORESREQLIST handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);
	struct fx_io_res_list *list = NULL;
	WDFIORESLIST found = NULL;

	if (!fx_check_level(driver, DISPATCH_LEVEL) || index == FX_ITEMS_END)
		return NULL;
	spin_lock_acquire(&requirements->lists.lock);
	list = fx_items_get_locked(&requirements->lists, index);
	if (list)
		found = (WDFIORESLIST)fx_object_handle(&list->base);
	spin_lock_release(&requirements->lists.lock);
	return found;
}

VOID fx_WdfIoResourceRequirementsListRemove(PWDF_DRIVER_GLOBALS globals, WDFIORESREQLIST handle,
					    ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);
	struct fx_io_res_list *list;

	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, requirements->access, FX_RES_REMOVE,
			    "WdfIoResourceRequirementsListRemove"))
		return;
	list = fx_items_take(&requirements->lists, index);
	if (!list) {
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &requirements->base,
			      "WdfIoResourceRequirementsListRemove: list %p has no "
			      "configuration %u, it has %u",
			      (void *)handle, index, fx_items_count(&requirements->lists));
		return;
	}
	note_change(requirements);
	fx_object_delete(&list->base);
}

static bool is_same(const void *item, const void *arg)
{
	return item == arg;
}

VOID fx_WdfIoResourceRequirementsListRemoveByIoResList(PWDF_DRIVER_GLOBALS globals,
						       WDFIORESREQLIST handle, WDFIORESLIST list)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_io_req_list *requirements = requirements_of(driver, handle);
	struct fx_io_res_list *item = list_of(driver, list);

	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, requirements->access, FX_RES_REMOVE,
			    "WdfIoResourceRequirementsListRemoveByIoResList"))
		return;
	if (!fx_items_take_if(&requirements->lists, is_same, item)) {
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &requirements->base,
			      "WdfIoResourceRequirementsListRemoveByIoResList: configuration "
			      "%p is not in list %p",
			      (void *)list, (void *)handle);
		return;
	}
	note_change(requirements);
	fx_object_delete(&item->base);
}
