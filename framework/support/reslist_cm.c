/* SPDX-License-Identifier: MIT */
/* reslist_cm.c - the border of WDFCMRESLIST. */
#include "object/functions.h"
#include "support/reslist.h"
#include "verifier/verifier.h"

static struct fx_cm_res_list *list_of(struct fx_driver *driver, WDFCMRESLIST handle)
{
	return uw_container_of(fx_object_from_handle(driver, handle, FX_TYPE_CM_RES_LIST),
			       struct fx_cm_res_list, base);
}

static void note_change(struct fx_cm_res_list *list)
{
	__atomic_store_n(&list->changed, true, __ATOMIC_RELAXED);
}

static NTSTATUS insert(struct fx_driver *driver, struct fx_cm_res_list *list,
		       const CM_PARTIAL_RESOURCE_DESCRIPTOR *descriptor, ULONG index,
		       const char *function)
{
	NTSTATUS status;

	if (!fx_level_ok(driver, function, DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!fx_res_allowed(driver, list->access, FX_RES_ADD, function))
		return STATUS_ACCESS_DENIED;
	status = fx_descriptors_insert(&list->descriptors, index, descriptor);
	if (NT_SUCCESS(status))
		note_change(list);
	return status;
}

NTSTATUS fx_WdfCmResourceListInsertDescriptor(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle,
					      PCM_PARTIAL_RESOURCE_DESCRIPTOR descriptor,
					      ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	return insert(driver, list, descriptor, index, "WdfCmResourceListInsertDescriptor");
}

NTSTATUS fx_WdfCmResourceListAppendDescriptor(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle,
					      PCM_PARTIAL_RESOURCE_DESCRIPTOR descriptor)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	return insert(driver, list, descriptor, WDF_INSERT_AT_END,
		      "WdfCmResourceListAppendDescriptor");
}

ULONG fx_WdfCmResourceListGetCount(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	return fx_check_level(driver, DISPATCH_LEVEL) ? fx_descriptors_count(&list->descriptors)
						      : 0;
}

PCM_PARTIAL_RESOURCE_DESCRIPTOR fx_WdfCmResourceListGetDescriptor(PWDF_DRIVER_GLOBALS globals,
								  WDFCMRESLIST handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL))
		return NULL;
	return fx_descriptors_show(&list->descriptors, index);
}

VOID fx_WdfCmResourceListRemove(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle, ULONG index)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, list->access, FX_RES_REMOVE, "WdfCmResourceListRemove"))
		return;
	if (fx_descriptors_remove(&list->descriptors, index))
		note_change(list);
	else
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &list->base,
			      "WdfCmResourceListRemove: list %p has no descriptor %u, it has "
			      "%u",
			      (void *)handle, index, fx_descriptors_count(&list->descriptors));
}

VOID fx_WdfCmResourceListRemoveByDescriptor(PWDF_DRIVER_GLOBALS globals, WDFCMRESLIST handle,
					    PCM_PARTIAL_RESOURCE_DESCRIPTOR descriptor)
{
	struct fx_driver *driver = fx_driver_from_globals(globals);
	struct fx_cm_res_list *list = list_of(driver, handle);

	fx_require(driver, descriptor);
	if (!fx_check_level(driver, DISPATCH_LEVEL) ||
	    !fx_res_allowed(driver, list->access, FX_RES_REMOVE,
			    "WdfCmResourceListRemoveByDescriptor"))
		return;
	if (fx_descriptors_remove_equal(&list->descriptors, descriptor))
		note_change(list);
	else
		fx_rule_break(driver, FX_RULE_RESOURCE_LIST, &list->base,
			      "WdfCmResourceListRemoveByDescriptor: list %p has no such "
			      "descriptor",
			      (void *)handle);
}
